"""What settings and arguments have to be, and what is made of them. Each function is given the name
to blame.
"""

from __future__ import annotations

import re
import typing as t
from collections.abc import Callable
from collections.abc import Collection
from datetime import datetime
from datetime import timedelta
from math import ceil

# The calendar ends with the year 9999, and no date lies beyond it.
_LONGEST_DURATION = timedelta(days=365 * 7900)

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


def as_duration(name: str, value: t.Any) -> timedelta:
    """The duration that a timedelta or a number of seconds stands for.

    :param name: The setting or parameter to blame.
    :raises TypeError: If it is neither.
    :raises ValueError: If no date can be that far away.
    """
    problem = f"{name} must be a datetime.timedelta, instead got: {value}"

    if isinstance(value, timedelta):
        duration = value
    elif isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(problem)
    else:
        try:
            duration = timedelta(seconds=value)
        except (OverflowError, ValueError):
            raise ValueError(problem) from None

    if abs(duration) > _LONGEST_DURATION:
        raise ValueError(problem)

    return duration


def as_positive_duration(name: str, value: t.Any) -> timedelta:
    """:func:`as_duration`, of something that lasts.

    :raises ValueError: Also if the duration is zero or negative.
    """
    duration = as_duration(name, value)

    if duration <= timedelta(0):
        raise ValueError(f"{name} must be positive, instead got: {value}")

    return duration


def as_seconds(name: str, value: t.Any) -> float | None:
    """The seconds of a positive duration. ``None`` stays ``None``."""
    return None if value is None else as_positive_duration(name, value).total_seconds()


def as_interval(name: str, value: t.Any) -> float:
    """The seconds of a duration of at least zero."""
    seconds = as_duration(name, value).total_seconds()

    if seconds < 0:
        raise ValueError(f"{name} must not be negative, instead got: {value}")

    return seconds


def as_limit(name: str, value: t.Any) -> t.Any:
    """How many logins a user may have: a number, a callable that returns one for a user, or
    ``None`` for any.

    :raises TypeError: If it is something else.
    :raises ValueError: If the number is below one.
    """
    if value is None or callable(value):
        return value

    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} must be a number, a callable or None, instead got: {value!r}")

    if value < 1:
        raise ValueError(f"{name} must be at least 1, instead got: {value}")

    return value


def as_remembered_seconds(name: str, value: t.Any) -> int | None:
    """For how many whole seconds to remember a login, or ``None`` for not at all: that is what
    zero, a negative duration and ``None`` mean.

    :raises TypeError: If it is no duration.
    :raises ValueError: If no date can be that far away.
    """
    if value is None:
        return None

    seconds = ceil(as_duration(name, value).total_seconds())
    return seconds if seconds > 0 else None


def as_configured_seconds(name: str, value: t.Any) -> int | None:
    """:func:`as_remembered_seconds`, of the setting, where a bool has always been a number."""
    return as_remembered_seconds(name, int(value) if isinstance(value, bool) else value)


def as_names(name: str, value: t.Any) -> Collection[str]:
    """A collection of names, which one string is not.

    :raises TypeError: If it is one string, or nothing to loop over.
    """
    if isinstance(value, str) or not isinstance(value, Collection):
        raise TypeError(f"{name} must be a list or tuple of names, instead got: {value!r}")

    return t.cast("Collection[str]", value)


def as_header_names(name: str, value: str | Collection[str] | None) -> tuple[str, ...]:
    """Names of headers: one, several, or several in one string as a header lists them.

    :raises TypeError: If it is something else.
    :raises ValueError: If no header can have such a name (RFC 9110, 5.6.2).
    """
    if value is None:
        return ()

    names = value.split(",") if isinstance(value, str) else as_names(name, value)

    for header in names:
        if not isinstance(header, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"{name} must be names of headers, instead got: {value!r}")

        if not _HEADER_NAME.fullmatch(header.strip()):
            raise ValueError(f"{name} must be names of headers, instead got: {header!r}")

    return tuple(header.strip() for header in names)


def as_switch_or_date(name: str, value: t.Any) -> bool | datetime:
    """``True``, ``False``, or the aware date until which it is true.

    :raises TypeError: If it is neither.
    :raises ValueError: If the date is in no time zone.
    """
    if isinstance(value, bool):
        return value

    if not isinstance(value, datetime):
        raise TypeError(f"{name} must be True, False or a datetime, instead got: {value!r}")

    if value.utcoffset() is None:
        raise ValueError(f"{name} must be an aware datetime, instead got: {value!r}")

    return value


def one_of(*choices: str) -> Callable[[str, t.Any], str]:
    """A converter that admits the given words only, and raises :exc:`ValueError` for others."""

    def convert(name: str, value: t.Any) -> str:
        if value not in choices:
            expected = " or ".join(map(repr, choices))
            raise ValueError(f"{name} must be {expected}, instead got: {value!r}")

        return t.cast(str, value)

    return convert


def as_on_reuse(name: str, value: t.Any) -> t.Any:
    """What ends when a stolen remember-me cookie is noticed: ``"series"``, ``"user"``, or what a
    callable says.
    """
    return value if callable(value) else one_of("series", "user")(name, value)


#: How callers who are not logged in are answered.
as_unauthorized: Callable[[str, t.Any], str] = one_of("redirect", "auto", "status")
