"""Checks of the durations of logins, by NIST SP 800-63B-4 and against one another."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator

from ..config import Settings
from ._catalog import Problem
from ._catalog import problem
from ._setup import in_words
from ._setup import Setup

_MINUTE = 60
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR


class Limits(t.NamedTuple):
    """The limits of a level of NIST SP 800-63B-4, in seconds."""

    #: From one authentication to the next (2.1.3, 2.2.3, 2.3.3).
    overall: int
    #: Without activity.
    inactivity: int | None
    #: Whether the level requires or recommends the overall limit.
    verb: str


LIMITS = {
    1: Limits(30 * _DAY, None, "recommends"),
    2: Limits(24 * _HOUR, _HOUR, "recommends"),
    3: Limits(12 * _HOUR, 15 * _MINUTE, "requires"),
}


def find(setup: Setup) -> Iterator[Problem]:
    # Without a user loader, no login lasts longer than a request.
    if not setup.reads_cookies:
        return

    if setup.aal is not None:
        yield from _compare(setup.settings, setup.aal, LIMITS[setup.aal])

    yield from _find_without_effect(setup)

    if setup.settings.cookie_format == "legacy":
        yield problem("login.W046", "REMEMBER_COOKIE_FORMAT")
    elif setup.settings.cookie_accept_legacy is True:
        yield problem("login.I045", "REMEMBER_COOKIE_ACCEPT_LEGACY")


def _compare(settings: Settings, aal: int, limits: Limits) -> Iterator[Problem]:
    overall, inactivity, verb = limits
    absolute, idle = settings.absolute_timeout, settings.idle_timeout
    facts = {"aal": aal, "verb": verb, "limit": in_words(overall)}

    if _is_longer(absolute, overall):
        yield problem("login.W040", "LOGIN_ABSOLUTE_TIMEOUT", value=_or_ever(absolute), **facts)

        if settings.cookie_duration is not None and settings.cookie_duration > overall:
            value = in_words(settings.cookie_duration)
            yield problem("login.W042", "REMEMBER_COOKIE_DURATION", value=value, **facts)

    if inactivity is None:
        return

    if _is_longer(idle, inactivity):
        facts["limit"] = in_words(inactivity)
        yield problem("login.W041", "LOGIN_IDLE_TIMEOUT", value=_or_ever(idle), **facts)

    if settings.cookie_duration is not None:
        yield problem("login.W043", "REMEMBER_COOKIE_DURATION", aal=aal)


def _find_without_effect(setup: Setup) -> Iterator[Problem]:
    settings = setup.settings
    absolute = settings.absolute_timeout
    durations = {
        "LOGIN_FRESH_LIFETIME": settings.fresh_lifetime,
        "LOGIN_IDLE_TIMEOUT": settings.idle_timeout,
        "REMEMBER_COOKIE_DURATION": settings.cookie_duration,
    }

    for key, duration in durations.items():
        # A default is not a mistake of the application.
        if key in setup.config and None not in (absolute, duration):
            if _is_longer(duration, t.cast(float, absolute)):
                yield problem("login.I044", key)


def _is_longer(duration: float | None, limit: float) -> bool:
    return duration is None or duration > limit


def _or_ever(duration: float | None) -> str:
    return "for ever" if duration is None else in_words(duration)
