"""Logins from before there were records: what tells one from another, and how long they come."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from hashlib import sha256

from itsdangerous import Signer

from .. import _clock
from .. import remember
from .._login import Login
from ..config import Settings
from . import StoredLogin
from ._rows import SECOND

_SALT = "flask-login.adopted-login"

#: Copies of a historic cookie never expire.
_FOREVER = 100 * 365 * 24 * 60 * 60 * SECOND


def traits_of_token(token: remember.Token, identifier: str) -> str:
    """What tells a login by its remember-me cookie. Historic ones of a user are all alike, so the
    browser has to do.
    """
    if token.is_legacy:
        return f"session|{token.login.user_id}||{identifier}"

    return f"cookie|{token.login.user_id}|{token.random}"


def traits_of_session(known: Login | None, user_id: object, identifier: object) -> str:
    """What tells a login by its session.

    :param known: The login as the session tells of it. Historic sessions do not.
    """
    since = "" if known is None else known.authenticated_at
    return f"session|{user_id}|{since}|{identifier}"


def secrets_of(traits: str, settings: Settings) -> Iterator[str]:
    """The secrets that a login with these traits may have, by each key, the newest first. They are
    the same for all who bring a copy.
    """
    for key in reversed(settings.signing_keys):
        yield Signer(key, salt=_SALT, digest_method=sha256).get_signature(traits).decode()


def is_on(settings: Settings) -> bool:
    """Whether logins are still adopted."""
    adopt = settings.records_adopt
    return adopt if isinstance(adopt, bool) else _clock.now() < adopt.timestamp()


def adopted(
    row: StoredLogin, token: remember.Token | None, settings: Settings, *, knows_time: bool
) -> StoredLogin:
    """A new row, as that of a login from before.

    :param token: What its remember-me cookie says, if there is one.
    :param knows_time: Whether anything tells when the user proved who they are.
    """
    row = replace(
        row,
        source="session" if token is None else "remember",
        # What tells no time counts as older than any.
        authenticated_at=row.authenticated_at if knows_time else 1,
    )

    if token is None:
        return row

    if token.is_legacy:
        kept_until = max(row.kept_until, _end_of_copies(settings))
        return replace(row, rotates=False, kept_until=kept_until)

    # The cookie that came is the generation before.
    return replace(row, generation=1)


def _end_of_copies(settings: Settings) -> int:
    """Until when copies of a historic cookie are adopted."""
    adopt = settings.records_adopt

    if isinstance(adopt, datetime):
        return int(adopt.timestamp() * SECOND)

    return _clock.microseconds() + _FOREVER
