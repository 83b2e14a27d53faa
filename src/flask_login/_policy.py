"""The verdict on a login: may it go on, is it fresh, has it ended, and why. Pure functions."""

from __future__ import annotations

import enum
import typing as t

from . import _clock

#: Why a request has no login, or no fresh one.
Reason = t.Literal[
    "no_login",
    "unknown_user",
    "idle",
    "absolute",
    "credentials",
    "protection",
    "inactive",
    "remember_invalid",
    "remember_expired",
    "stale",
]


class Verdict(enum.Enum):
    """What becomes of a login."""

    ACCEPT = enum.auto()
    #: It goes on, but is no longer fresh.
    DEMOTE = enum.auto()
    #: It is over.
    END = enum.auto()


def protection_mode(name: str, value: t.Any) -> str | None:
    """``"basic"``, ``"strong"``, or ``None`` for no protection.

    :param name: The setting to blame.
    :raises ValueError: For any other value, because a misspelt mode would protect nothing.
    """
    if value is None or value is False:
        return None

    mode = value.lower() if isinstance(value, str) else value

    if mode == "none":
        return None

    if mode in ("basic", "strong"):
        return t.cast(str, mode)

    raise ValueError(f"{name} must be 'basic', 'strong' or None, instead got: {value!r}")


def judge(mode: str, *, recorded: t.Any, current: str, permanent: bool, fresh: bool) -> Verdict:
    """Whether a login that began in one browser may go on in this one.

    :param recorded: The identifier that was recorded at login, if any.
    :param current: The identifier of this request.
    """
    if recorded == current:
        return Verdict.ACCEPT

    # A permanent session is meant to follow its user through changes of address.
    if mode == "strong" and not permanent:
        return Verdict.END

    return Verdict.DEMOTE if fresh else Verdict.ACCEPT


def end_by_time(
    *,
    authenticated_at: int,
    seen_at: int,
    now: int,
    idle_timeout: float | None,
    absolute_timeout: float | None,
) -> Reason | None:
    """Why a login has ended by now, or ``None`` if it has not.

    Timeouts are in seconds; ``None`` never ends a login (OWASP ASVS 7.3.1, 7.3.2).
    """
    if absolute_timeout is not None and _clock.is_over(authenticated_at, absolute_timeout, now):
        return "absolute"

    # A login in the future is as wrong as activity is.
    if idle_timeout is not None and (
        _clock.is_over(seen_at, idle_timeout, now) or authenticated_at > now + _clock.SKEW
    ):
        return "idle"

    return None


def expires_at(
    *,
    authenticated_at: int,
    seen_at: int,
    idle_timeout: float | None,
    absolute_timeout: float | None,
) -> float | None:
    """When :func:`end_by_time` will end a login, if ever."""
    ends = [
        began + timeout
        for began, timeout in ((authenticated_at, absolute_timeout), (seen_at, idle_timeout))
        if timeout is not None
    ]
    return min(ends, default=None)


def activity_is_due(seen_at: int, now: int, idle_timeout: float) -> bool:
    """Whether activity is worth writing down again. Not each response needs to carry a session."""
    return now - seen_at >= min(60, idle_timeout / 10)
