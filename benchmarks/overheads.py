"""What subjects add to bare Flask, compared round by round. Pure functions."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from collections.abc import Sequence
from math import comb
from statistics import median

from scenarios import FLOOR
from scenarios import OURS
from scenarios import RELEASED

CERTAINTY = 0.95

#: What each round says of one scenario, by the name of the subject.
Rounds = Mapping[str, Sequence[float]]


class Outcome(t.NamedTuple):
    """Medians of all rounds."""

    floor: float
    #: What is added to the floor.
    released: float
    ours: float
    #: What this library adds, divided by what 0.6.3 adds, and the interval that holds it.
    fraction: float
    low: float
    high: float


def compare(rounds: Rounds) -> Outcome:
    released = overheads(rounds[RELEASED], rounds[FLOOR])
    ours = overheads(rounds[OURS], rounds[FLOOR])
    fractions = [mine / theirs for mine, theirs in zip(ours, released, strict=True)]
    middles = map(median, (rounds[FLOOR], released, ours, fractions))
    return Outcome(*middles, *interval(fractions))


def overheads(full: Sequence[float], bare: Sequence[float]) -> list[float]:
    return [more - less for more, less in zip(full, bare, strict=True)]


def interval(values: Sequence[float]) -> tuple[float, float]:
    """Where the median lies with a certainty of 95 %, whatever the distribution. Fewer than six
    values give no such certainty, only their range.
    """
    inner = sorted(values)
    outside = 0

    # The median is below all values but so many, or above, as likely as coins show so many heads.
    while 2 * chance(len(inner), outside + 1) <= 1 - CERTAINTY:
        outside += 1

    return inner[outside], inner[-1 - outside]


def chance(coins: int, heads: int) -> float:
    """How likely it is that no more than so many coins show heads."""
    return sum(comb(coins, number) for number in range(heads + 1)) / 2**coins
