"""Validation and conversion of settings and arguments. Each function takes the name for its error
messages.
"""

from __future__ import annotations

import re
import typing as t
from collections.abc import Callable
from collections.abc import Collection
from datetime import datetime
from datetime import timedelta
from math import ceil

# The calendar of 'datetime' ends with the year 9999.
_LONGEST_DURATION = timedelta(days=365 * 7900)

_HEADER_NAME = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"


def as_duration(name: str, value: t.Any) -> timedelta:
    """Return a timedelta or a number of seconds as a timedelta.

    :param name: The setting or parameter, for the error message.
    :raises TypeError: If the value is neither.
    :raises ValueError: If it is longer than a date can express.
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
    """Do what :func:`as_duration` does, and require a positive duration.

    :raises ValueError: If the duration is zero or negative, or too long.
    """
    duration = as_duration(name, value)

    if duration <= timedelta(0):
        raise ValueError(f"{name} must be positive, instead got: {value}")

    return duration


def as_seconds(name: str, value: t.Any) -> float | None:
    """Return a positive duration in seconds. ``None`` stays ``None``."""
    return None if value is None else as_positive_duration(name, value).total_seconds()


def as_interval(name: str, value: t.Any) -> float:
    """Return a duration in seconds. It must not be negative."""
    seconds = as_duration(name, value).total_seconds()

    if seconds < 0:
        raise ValueError(f"{name} must not be negative, instead got: {value}")

    return seconds


def as_limit(name: str, value: t.Any) -> t.Any:
    """Return the maximum number of logins per user: a number, a callable that returns one for a
    user, or ``None`` for no limit.

    :raises TypeError: If the value is something else.
    :raises ValueError: If the number is less than 1.
    """
    if value is None or callable(value):
        return value

    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} must be a number, a callable or None, instead got: {value!r}")

    if value < 1:
        raise ValueError(f"{name} must be at least 1, instead got: {value}")

    return value


def as_remembered_seconds(name: str, value: t.Any) -> int | None:
    """Return how many whole seconds to remember a login. ``None``, zero and a negative duration
    mean "do not remember", and the result is ``None``.

    :raises TypeError: If the value is not a duration.
    :raises ValueError: If it is longer than a date can express.
    """
    if value is None:
        return None

    seconds = ceil(as_duration(name, value).total_seconds())
    return seconds if seconds > 0 else None


def as_configured_seconds(name: str, value: t.Any) -> int | None:
    """Do what :func:`as_remembered_seconds` does, but accept a bool as a number, as Flask-Login
    0.6.3 does for this setting.
    """
    return as_remembered_seconds(name, int(value) if isinstance(value, bool) else value)


def as_names(name: str, value: t.Any) -> Collection[str]:
    """Return a collection of names.

    :raises TypeError: If the value is a single string, or not a collection.
    """
    if isinstance(value, str) or not isinstance(value, Collection):
        raise TypeError(f"{name} must be a list or tuple of names, instead got: {value!r}")

    return t.cast("Collection[str]", value)


def as_header_names(name: str, value: str | Collection[str] | None) -> tuple[str, ...]:
    """Return header names as a tuple. The value is a collection of names, or one string with names
    separated by commas.

    :raises TypeError: If the value is something else.
    :raises ValueError: If a name is invalid (RFC 9110, 5.6.2).
    """
    if value is None:
        return ()

    names = value.split(",") if isinstance(value, str) else as_names(name, value)

    for header in names:
        if not isinstance(header, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"{name} must be names of headers, instead got: {value!r}")

        if not re.fullmatch(_HEADER_NAME, header.strip()):
            raise ValueError(f"{name} must be names of headers, instead got: {header!r}")

    return tuple(header.strip() for header in names)


def as_switch_or_date(name: str, value: t.Any) -> bool | datetime:
    """Return a switch: ``True``, ``False``, or the aware datetime until which it is true.

    :raises TypeError: If the value is neither.
    :raises ValueError: If the datetime has no time zone.
    """
    if isinstance(value, bool):
        return value

    if not isinstance(value, datetime):
        raise TypeError(f"{name} must be True, False or a datetime, instead got: {value!r}")

    if value.utcoffset() is None:
        raise ValueError(f"{name} must be an aware datetime, instead got: {value!r}")

    return value


def one_of(*choices: str) -> Callable[[str, t.Any], str]:
    """Return a converter that accepts only these words, and raises :exc:`ValueError` for others."""

    def convert(name: str, value: t.Any) -> str:
        if value not in choices:
            expected = " or ".join(map(repr, choices))
            raise ValueError(f"{name} must be {expected}, instead got: {value!r}")

        return t.cast(str, value)

    return convert


def as_on_reuse(name: str, value: t.Any) -> t.Any:
    """Return what ends if a remember-me cookie was stolen: ``"series"``, ``"user"``, or a callable
    that returns one of them.
    """
    return value if callable(value) else one_of("series", "user")(name, value)


#: Converts ``LOGIN_UNAUTHORIZED``: how to respond to anonymous users.
as_unauthorized: Callable[[str, t.Any], str] = one_of("redirect", "auto", "status")
