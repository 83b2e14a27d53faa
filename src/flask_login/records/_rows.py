"""What is put on record of a login, and what a page and a cookie are told of it. Pure functions of
what they are given, but for the time.
"""

from __future__ import annotations

import typing as t
from dataclasses import replace
from datetime import datetime
from datetime import timezone
from hashlib import sha256
from ipaddress import ip_address
from ipaddress import ip_network

from flask import Request
from itsdangerous import base64_encode

from .. import _clock
from .. import remember
from .._login import Login
from .._visit import Visit
from . import LoginRecord
from . import StoredLogin

#: In microseconds, which is what times on record are in.
SECOND = 1_000_000

#: As long as a page about devices can show. Browsers send less.
_LONGEST_TEXT = 256

# How many bits of an address tell the network, by its version.
_NETWORKS = {4: 24, 6: 48}


def key_of(secret: str) -> str:
    """What is on record of a secret. Nobody who reads it can log in."""
    return base64_encode(sha256(secret.encode()).digest()).decode()


def new_row(
    visit: Visit,
    current: Request,
    login: Login,
    secret: str,
    duration: int | None,
    since: int | None = None,
) -> StoredLogin:
    """A login that begins now.

    :param duration: For how many seconds it is remembered, if it is.
    :param since: When that began, if it was before.
    """
    now = _clock.microseconds()
    until = None if duration is None else (since or now) + duration * SECOND
    row = StoredLogin(
        key=key_of(secret),
        user_id=str(login.user_id),
        created_at=now,
        seen_at=now,
        expires_at=0,
        kept_until=0,
        authenticated_at=login.authenticated_at * SECOND,
        user_agent=as_text(current.headers.get("User-Agent", "")),
        address=_cut(current.remote_addr, visit.settings.records_address),
        stamp=login.stamp,
        forced=login.forced,
        duration=duration,
        remembered_until=until,
        rotated_at=now,
    )
    ends = expiry(visit, row, now)
    return replace(row, expires_at=ends, kept_until=ends)


def expiry(visit: Visit, row: StoredLogin, now: int) -> int:
    """When a login ends if it is not used again: with its session or its cookie, whichever lasts
    longer, but not after the absolute timeout.
    """
    # The session may last longer by requests that do not write down that they used it.
    lifetime = visit.app.permanent_session_lifetime.total_seconds() + visit.settings.records_touch
    ends = max(now + int(lifetime * SECOND), row.remembered_until or 0)
    absolute = visit.settings.absolute_timeout

    if absolute is None:
        return ends

    began = row.authenticated_at if row.authenticated_at >= SECOND else row.created_at
    return min(ends, began + int(absolute * SECOND))


def with_expiry(visit: Visit, row: StoredLogin, **facts: t.Any) -> dict[str, t.Any]:
    """What to change of a login that is used now, with when it ends after that."""
    ends = expiry(visit, replace(row, **facts), _clock.microseconds())
    return {**facts, "expires_at": ends, "kept_until": max(row.kept_until, ends)}


def login_of(row: StoredLogin, login: Login) -> Login:
    """A login as it is on record.

    :param login: What is known of it besides: the ID in its own type, and the secret.
    """
    # Of one that was adopted, the time may not be known.
    authenticated_at = row.authenticated_at // SECOND or login.authenticated_at
    return login._replace(authenticated_at=authenticated_at, stamp=row.stamp, forced=row.forced)


def token_of(row: StoredLogin, login: Login) -> remember.Token:
    """What the remember-me cookie of a login says now."""
    now = _clock.now()
    left = None if row.remembered_until is None else row.remembered_until // SECOND - now
    return remember.Token(login, left, now, generation=row.generation)


def as_record(row: StoredLogin, *, current: bool) -> LoginRecord:
    """A login as its user may see it."""
    return LoginRecord(
        id=row.key,
        user_id=row.user_id,
        created_at=_as_datetime(row.created_at),
        seen_at=_as_datetime(row.seen_at),
        expires_at=_as_datetime(row.expires_at),
        user_agent=row.user_agent,
        address=row.address,
        source=row.source,
        label=row.label,
        current=current,
    )


def as_text(text: str) -> str:
    """Text of a browser or a user as every store and page can have it."""
    return "".join(filter(str.isprintable, text))[:_LONGEST_TEXT]


def _cut(address: str | None, how: str) -> str:
    """An address as ``LOGIN_RECORDS_ADDRESS`` wants it."""
    try:
        known = ip_address(address or "")
    except ValueError:  # There is none, or it is the name of a socket.
        return ""

    if how == "none":
        return ""

    # How a socket for both versions tells of version 4.
    known = getattr(known, "ipv4_mapped", None) or known

    if how == "full":
        return str(known)

    return str(ip_network((known, _NETWORKS[known.version]), strict=False))


def _as_datetime(microseconds: int) -> datetime:
    return datetime.fromtimestamp(microseconds / SECOND, timezone.utc)
