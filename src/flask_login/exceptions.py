"""The exceptions that this library defines. Its other errors are built-in ones."""

from __future__ import annotations

from werkzeug.exceptions import ServiceUnavailable


class MissingLoader(Exception):
    """No loader is registered, so no user can be found."""

    # No RuntimeError, which a proxy takes for being unbound: 'if current_user' would be false.


class StoreFailure(ServiceUnavailable):
    """The store of the logins on record raised an exception, which is the ``__cause__``.

    It is a 503 if nothing handles it in a request. Jobs that end or purge logins may catch it.
    """

    description: str | None = "The store of the logins on record failed."
