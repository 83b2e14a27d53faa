"""The session stamp: what tells that the credentials a login came from have changed.

A user may have a method ``get_session_stamp``, which returns something that changes with their
credentials, say the password hash. Only a keyed digest of it leaves the server.
"""

from __future__ import annotations

import typing as t
from hashlib import sha256

from itsdangerous import Signer

from .config import Settings

_SALT = "flask-login.session-stamp"


class Stamp:
    """The stamp that a user has now.

    :param user_id: Part of what is digested, so that two users with one stamp (a counter, say)
        have two digests.
    """

    def __init__(self, user: t.Any, user_id: t.Any, settings: Settings) -> None:
        stamp = user.get_session_stamp() if has_stamp(user) else None

        if not isinstance(stamp, (str, bytes, int, type(None))):
            raise TypeError(f"'get_session_stamp' must return a str or None, not {type(stamp)}.")

        self._exists = stamp is not None
        self._subject = f"{user_id}|{stamp!s}"
        self._settings = settings

    @property
    def digest(self) -> str | None:
        """What to record of it, or ``None`` if the user has none.

        :raises RuntimeError: If there is no ``SECRET_KEY``.
        """
        if not self._exists:
            return None

        self._settings.demand_secret_key()
        return self._signer.get_signature(self._subject).decode()

    def accepts(self, recorded: str | None) -> bool:
        """Whether a recorded digest is of this stamp, by any of the keys, in constant time.

        Where either side has none, there is nothing to compare.
        """
        if recorded is None or not self._exists:
            return True

        return self._signer.verify_signature(self._subject, recorded)

    @property
    def _signer(self) -> Signer:
        return Signer(self._settings.signing_keys, salt=_SALT, digest_method=sha256)


def has_stamp(user: t.Any) -> bool:
    """Whether a user says what their credentials are known by."""
    # By a method of the class: a mock has every other.
    return hasattr(user.__class__, "get_session_stamp")
