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
    """The stamp that a user has now. See :func:`find_stamp`."""

    def __init__(self, subject: str, settings: Settings) -> None:
        self._subject = subject
        self._settings = settings

    @property
    def digest(self) -> str:
        """What to record of it.

        :raises RuntimeError: If there is no ``SECRET_KEY``.
        """
        self._settings.demand_secret_key()
        return self._signer.get_signature(self._subject).decode()

    def accepts(self, recorded: str | None) -> bool:
        """Whether a recorded digest is of this stamp, by any of the keys, in constant time. Where
        none is recorded, there is nothing to compare.
        """
        return recorded is None or self._signer.verify_signature(self._subject, recorded)

    @property
    def _signer(self) -> Signer:
        return Signer(self._settings.signing_keys, salt=_SALT, digest_method=sha256)


def find_stamp(user: t.Any, user_id: t.Any, settings: Settings) -> Stamp | None:
    """The stamp of a user, if they have one.

    :param user_id: Part of what is digested, so that two users with one stamp (a counter, say)
        have two digests.
    :raises TypeError: If it is nothing that can be digested.
    """
    # By a method of the class: a mock has every other.
    if not hasattr(user.__class__, "get_session_stamp"):
        return None

    stamp = user.get_session_stamp()

    if stamp is None:
        return None

    if not isinstance(stamp, (str, bytes, int)):
        raise TypeError(f"'get_session_stamp' must return a str or None, not {type(stamp)}.")

    return Stamp(f"{user_id}|{stamp!s}", settings)


def digest_of(stamp: Stamp | None) -> str | None:
    """What to record of a stamp, or ``None`` if there is none."""
    return None if stamp is None else stamp.digest
