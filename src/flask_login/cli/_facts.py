"""Facts about one thing, aligned, and times as people and machines read them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from datetime import timezone

import click

from .. import _clock

# The last second that a date can be of.
_LATEST = 253_402_300_799

_UNITS = [("day", 24 * 60 * 60), ("hour", 60 * 60), ("minute", 60), ("second", 1)]


def echo_facts(facts: Iterable[tuple[str, str | None]]) -> None:
    """Print what is known, each under its name."""
    known = [(name, fact) for name, fact in facts if fact is not None]
    width = max((len(name) for name, _ in known), default=0)

    for name, fact in known:
        click.echo(f"  {click.style(name.ljust(width), dim=True)}  {fact}")


def printable(text: object) -> str:
    """Text from outside, of which a terminal obeys nothing."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in str(text)
    )


def as_datetime(seconds: float) -> datetime:
    return datetime.fromtimestamp(max(0, min(seconds, _LATEST)), timezone.utc)


def with_age(seconds: int | None) -> str | None:
    """A time, and how long ago that is, or how long it takes until then."""
    if seconds is None:
        return None

    away = seconds - _clock.now()
    span = as_span(abs(away))
    age = "now" if not away else f"in {span}" if away > 0 else f"{span} ago"
    return f"{as_datetime(seconds):%Y-%m-%d %H:%M:%S} UTC ({age})"


def as_span(seconds: int | None) -> str | None:
    """A duration in the largest unit that it fills."""
    if seconds is None:
        return None

    unit, length = next((each for each in _UNITS if seconds >= each[1]), _UNITS[-1])
    return counted(seconds // length, unit)


def counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
