"""The explanation of one cookie."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import replace
from datetime import datetime

from .._login import Login
from .._login import Reason
from .._visit import Visit
from ..records import StoredLogin
from ..records._rows import SECOND
from ._verdicts import RecordState

Kind: t.TypeAlias = t.Literal["session", "remember"]

#: The format of a cookie.
Format: t.TypeAlias = t.Literal["session", "server-session", "timed", "record", "legacy"]


@dataclass(frozen=True)
class Explanation:
    """The content of a cookie and whether it is accepted. Times are in seconds since the epoch."""

    #: Which cookie it is, or looks like.
    kind: Kind | None
    #: Its name, if the input has it.
    name: str | None
    #: ``None`` if no key of the application signed it.
    format: Format | None = None
    #: The setting of the key that signed it.
    key: str | None = None
    user_id: t.Any = None
    #: When the user last authenticated.
    authenticated_at: int | None = None
    seen_at: int | None = None
    issued_at: int | None = None
    #: The duration of a remember-me cookie, in seconds.
    duration: int | None = None
    expires_at: int | None = None
    #: What limits it: a setting, ``duration`` or ``record``.
    expires_by: str | None = None
    fresh: bool = False
    forced: bool = False
    #: Whether it contains a session stamp.
    stamped: bool = False
    permanent: bool = False
    record: RecordState | None = None
    #: The names of the application's keys in the session.
    other_keys: tuple[str, ...] = ()
    #: Why it is refused.
    reason: Reason | None = None
    #: More about the reason.
    because: str | None = None
    #: Whether the user was loaded and checked.
    user_loaded: bool = False

    @property
    def accepted(self) -> bool:
        return self.reason is None


def with_login(about: Explanation, login: Login | None) -> Explanation:
    if login is None:
        return about

    return replace(
        about,
        user_id=login.user_id,
        authenticated_at=login.authenticated_at,
        seen_at=login.seen_at,
        forced=login.forced,
        stamped=login.stamp is not None,
    )


def with_end(about: Explanation, ends: Iterable[tuple[float | None, str]]) -> Explanation:
    """Add when it expires first, and what limits it."""
    known = [(int(end), by) for end, by in ends if end is not None]
    expires_at, expires_by = min(known, default=(None, None))
    return replace(about, expires_at=expires_at, expires_by=expires_by)


def ends_of_session(
    about: Explanation, row: StoredLogin | None, visit: Visit
) -> Iterator[tuple[float | None, str]]:
    lifetime = visit.app.permanent_session_lifetime.total_seconds()
    yield _sum(about.issued_at, lifetime), "PERMANENT_SESSION_LIFETIME"
    yield _sum(about.seen_at, visit.settings.idle_timeout), "LOGIN_IDLE_TIMEOUT"
    yield _sum(about.authenticated_at, visit.settings.absolute_timeout), "LOGIN_ABSOLUTE_TIMEOUT"
    yield None if row is None else row.expires_at / SECOND, "record"


def ends_of_token(
    about: Explanation, row: StoredLogin | None, visit: Visit
) -> Iterator[tuple[float | None, str]]:
    settings = visit.settings
    yield _sum(about.authenticated_at, settings.absolute_timeout), "LOGIN_ABSOLUTE_TIMEOUT"

    if row is not None:
        yield (row.remembered_until or row.created_at) / SECOND, "duration"
        yield row.expires_at / SECOND, "record"
    elif about.format == "timed":
        yield _sum(about.issued_at, about.duration), "duration"
    elif about.format == "legacy" and isinstance(settings.cookie_accept_legacy, datetime):
        yield settings.cookie_accept_legacy.timestamp(), "REMEMBER_COOKIE_ACCEPT_LEGACY"
    elif about.format == "record" and visit.ledger is None:
        yield _sum(about.issued_at, settings.cookie_duration), "REMEMBER_COOKIE_DURATION"


def _sum(began: float | None, lifetime: float | None) -> float | None:
    return None if began is None or lifetime is None else began + lifetime
