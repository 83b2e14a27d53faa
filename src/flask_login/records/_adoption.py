"""Adoption: recording logins that are older than the record store.

Such a login has no random secret. So a secret is derived from its traits, which are the same in
every copy of its session or cookie.
"""

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

#: Copies of a cookie in the legacy format never expire.
_FOREVER = 100 * 365 * 24 * 60 * 60 * SECOND


def traits_of_token(token: remember.Token, identifier: str) -> str:
    """Return the traits of a login from its remember-me cookie. All cookies of a user in the legacy
    format are the same, so they use the browser's identifier.
    """
    if token.is_legacy:
        return f"session|{token.login.user_id}||{identifier}"

    return f"cookie|{token.login.user_id}|{token.random}"


def traits_of_session(known: Login | None, user_id: object, identifier: object) -> str:
    """Return the traits of a login from its session.

    :param known: The login's record in the session. Sessions of Flask-Login 0.6.3 have none.
    """
    since = "" if known is None else known.authenticated_at
    return f"session|{user_id}|{since}|{identifier}"


def secrets_of(traits: str, settings: Settings) -> Iterator[str]:
    """Return the possible secrets of a login with these traits: one for each key, the newest key
    first. Every copy of the login has the same secrets.
    """
    for key in reversed(settings.signing_keys):
        yield Signer(key, salt=_SALT, digest_method=sha256).get_signature(traits).decode()


def is_on(settings: Settings) -> bool:
    """Return whether logins are still adopted (``LOGIN_RECORDS_ADOPT``)."""
    adopt = settings.records_adopt
    return adopt if isinstance(adopt, bool) else _clock.now() < adopt.timestamp()


def adopted(
    row: StoredLogin, token: remember.Token | None, settings: Settings, *, knows_time: bool
) -> StoredLogin:
    """Change a new row into the row of an adopted login.

    :param token: The content of its remember-me cookie, if there is one.
    :param knows_time: Whether the session or the cookie contains the time of authentication.
    """
    row = replace(
        row,
        source="session" if token is None else "remember",
        # Without a known time, the login counts as older than any other.
        authenticated_at=row.authenticated_at if knows_time else 1,
    )

    if token is None:
        return row

    if token.is_legacy:
        kept_until = max(row.kept_until, _end_of_copies(settings))
        return replace(row, rotates=False, kept_until=kept_until)

    # The cookie that the request sent counts as generation 0.
    return replace(row, generation=1)


def _end_of_copies(settings: Settings) -> int:
    """Return until when copies of a cookie in the legacy format are adopted."""
    adopt = settings.records_adopt

    if isinstance(adopt, datetime):
        return int(adopt.timestamp() * SECOND)

    return _clock.microseconds() + _FOREVER
