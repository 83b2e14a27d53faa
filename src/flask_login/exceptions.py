"""The exceptions that this library defines. All other errors are built-in ones or Werkzeug's."""

from __future__ import annotations

from werkzeug.exceptions import ServiceUnavailable


class MissingLoader(Exception):
    """Raised if the user is needed, and no loader is registered."""

    # Not a RuntimeError: 'bool(current_user)' swallows those.


class NoManager(RuntimeError):
    """Raised by :func:`.checks.check_setup` if the application has no :class:`.LoginManager`."""


class StoreFailure(ServiceUnavailable):
    """The record store raised an exception, which is the ``__cause__``. It is logged, and
    :data:`.records_failed` is sent.

    In a request, it becomes a 503. Jobs that end or purge logins may catch it.
    """
