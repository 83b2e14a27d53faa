"""Overheads over the floor, compared round by round. Pure functions."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import dataclass
from math import comb
from statistics import median

from scenarios import Comparison
from scenarios import COMPARISONS
from scenarios import FLOOR
from scenarios import OURS
from scenarios import SCENARIOS

CERTAINTY = 0.95


class Spread(t.NamedTuple):
    median: float
    #: The median absolute deviation.
    deviation: float


@dataclass(frozen=True)
class Sample:
    """What one subject takes for one scenario: all values, and the median of each round."""

    all: Spread
    rounds: list[float]


#: By scenario, and then by the name of the subject.
Samples = dict[str, dict[str, Sample]]


class Outcome(t.NamedTuple):
    """What came of a comparison."""

    title: str
    floor: Spread
    reference: Spread
    ours: Spread
    #: The median of what each round says, and the interval that holds the true one.
    fraction: float
    low: float
    high: float
    allowed: float
    #: Whether it is against Flask-Login 0.6.3.
    against_released: bool

    @property
    def verdict(self) -> str:
        verdict = "met" if self.fraction <= self.allowed else "not met"
        return f"{verdict}, barely" if self.low <= self.allowed <= self.high else verdict


def compare_all(samples: Samples) -> list[Outcome]:
    """The outcomes of all comparisons for which there are samples."""
    return [
        compare(comparison, samples)
        for comparison in COMPARISONS
        if {comparison.scenario, comparison.reference[1]} <= samples.keys()
    ]


def compare(comparison: Comparison, samples: Samples) -> Outcome:
    subject, scenario = comparison.reference
    floor = samples[comparison.scenario][FLOOR]
    ours = overheads(samples[comparison.scenario][OURS], floor)
    reference = overheads(samples[scenario][subject], samples[scenario][FLOOR])
    fractions = [mine / other for mine, other in zip(ours, reference, strict=True)]
    low, high = interval(fractions)
    return Outcome(
        comparison.title or SCENARIOS[comparison.scenario].title,
        spread(floor.rounds),
        spread(reference),
        spread(ours),
        median(fractions),
        low,
        high,
        comparison.allowed,
        comparison.against is None,
    )


def overheads(sample: Sample, floor: Sample) -> list[float]:
    return [full - bare for full, bare in zip(sample.rounds, floor.rounds, strict=True)]


def spread(values: Iterable[float]) -> Spread:
    values = list(values)
    middle = median(values)
    return Spread(middle, median(abs(value - middle) for value in values))


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
