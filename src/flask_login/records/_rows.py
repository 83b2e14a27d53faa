"""Conversion between logins, rows of a store, records for pages, and remember-me tokens. Pure
functions, except that they read the clock.
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

#: One second in microseconds, the unit of times in a store.
SECOND = 1_000_000

#: The maximum length of a text in a row. Browsers send shorter ones.
_LONGEST_TEXT = 256

# How many bits of an IP address identify the network, by IP version.
_NETWORKS = {4: 24, 6: 48}


def key_of(secret: str) -> str:
    """Return the key of a login: the hash of its secret. Nobody can log in with it."""
    return base64_encode(sha256(secret.encode()).digest()).decode()


def new_row(
    visit: Visit,
    current: Request,
    login: Login,
    secret: str,
    duration: int | None,
    since: int | None = None,
) -> StoredLogin:
    """Return the row of a login that begins now.

    :param duration: The duration of the remember-me cookie in seconds, or ``None`` without one.
    :param since: When the cookie was issued, in microseconds. By default, now.
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
    """Return when a login expires if it is not used again: with its session or its cookie,
    whichever lasts longer, but not after the absolute timeout.
    """
    # Requests within 'LOGIN_RECORDS_TOUCH' do not update the row, but prolong the session.
    lifetime = visit.app.permanent_session_lifetime.total_seconds() + visit.settings.records_touch
    ends = max(now + int(lifetime * SECOND), row.remembered_until or 0)
    absolute = visit.settings.absolute_timeout

    if absolute is None:
        return ends

    began = row.authenticated_at if row.authenticated_at >= SECOND else row.created_at
    return min(ends, began + int(absolute * SECOND))


def with_expiry(visit: Visit, row: StoredLogin, **facts: t.Any) -> dict[str, t.Any]:
    """Return the changes of a login that is used now, including its new expiry."""
    ends = expiry(visit, replace(row, **facts), _clock.microseconds())
    return {**facts, "expires_at": ends, "kept_until": max(row.kept_until, ends)}


def login_of(row: StoredLogin, login: Login) -> Login:
    """Return a login with the values of its row.

    :param login: It provides the user's ID in its own type, and the secret.
    """
    # The time of an adopted login may be unknown.
    authenticated_at = row.authenticated_at // SECOND or login.authenticated_at
    return login._replace(authenticated_at=authenticated_at, stamp=row.stamp, forced=row.forced)


def token_of(row: StoredLogin, login: Login) -> remember.Token:
    """Return the content of a login's remember-me cookie as of now."""
    now = _clock.now()
    left = None if row.remembered_until is None else row.remembered_until // SECOND - now
    return remember.Token(login, left, now, generation=row.generation)


def as_record(row: StoredLogin, *, current: bool) -> LoginRecord:
    """Return a login as its user may see it."""
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
    """Shorten a text of a browser or a user, and remove characters that are not printable."""
    return "".join(filter(str.isprintable, text))[:_LONGEST_TEXT]


def _cut(address: str | None, how: str) -> str:
    """Shorten an IP address as ``LOGIN_RECORDS_ADDRESS`` says."""
    try:
        known = ip_address(address or "")
    except ValueError:  # No address, or the name of a socket.
        return ""

    if how == "none":
        return ""

    # A socket for both IP versions reports an IPv4 address in IPv6 form.
    known = getattr(known, "ipv4_mapped", None) or known

    if how == "full":
        return str(known)

    return str(ip_network((known, _NETWORKS[known.version]), strict=False))


def _as_datetime(microseconds: int) -> datetime:
    return datetime.fromtimestamp(microseconds / SECOND, timezone.utc)
