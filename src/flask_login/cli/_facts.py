"""Facts in aligned lines, and times and numbers as text."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from datetime import timezone

import click

from .. import _clock
from ._output import echo_hanging

# The last second that a datetime can represent.
_LATEST = 253_402_300_799

_UNITS = [("day", 24 * 60 * 60), ("hour", 60 * 60), ("minute", 60), ("second", 1)]


def echo_facts(facts: Iterable[tuple[str, str | None]]) -> None:
    """Print the facts that are known, each after its name."""
    known = [(name, fact) for name, fact in facts if fact is not None]
    width = max((len(name) for name, _ in known), default=0)

    for name, fact in known:
        echo_hanging(f"  {click.style(name.ljust(width), dim=True)}  ", fact)


def printable(text: object) -> str:
    """Escape control characters in text from outside, which a terminal would obey."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in str(text)
    )


def as_datetime(seconds: float) -> datetime:
    return datetime.fromtimestamp(max(0, min(seconds, _LATEST)), timezone.utc)


def with_age(seconds: int | None) -> str | None:
    """Return a time as text, with how long ago or how far ahead it is."""
    if seconds is None:
        return None

    away = seconds - _clock.now()
    span = as_span(abs(away))
    age = "now" if not away else f"in {span}" if away > 0 else f"{span} ago"
    return f"{as_datetime(seconds):%Y-%m-%d %H:%M:%S} UTC ({age})"


def as_span(seconds: int | None) -> str | None:
    """Return a duration in the largest unit that it fills."""
    if seconds is None:
        return None

    unit, length = next((each for each in _UNITS if seconds >= each[1]), _UNITS[-1])
    return counted(seconds // length, unit)


def counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
