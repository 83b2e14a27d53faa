"""What the benchmarks conclude from what they measure."""

from __future__ import annotations

import pytest
from instructions import are_comparable
from instructions import compare as compare_instructions
from overheads import compare
from overheads import interval
from overheads import Sample
from overheads import Spread
from scenarios import Comparison
from scenarios import COMPARISONS
from scenarios import FLOOR
from scenarios import OURS
from scenarios import RELEASED
from scenarios import SCENARIOS


def rounds(*values: float) -> Sample:
    return Sample(Spread(0, 0), list(values))


@pytest.mark.parametrize(
    ("now", "verdict"),
    [
        (1.20, "ok"),
        (1.21, "ok"),
        (1.22, "WORSE"),
        (1.18, "better: write a new baseline"),
    ],
)
def test_overhead_grows_by_five_percent_and_a_slack(now: float, verdict: str) -> None:
    (change,) = compare_instructions({"session": now}, {"session": 1.20}, same_builds=True)

    assert change.verdict == verdict
    assert change.fails == (verdict == "WORSE")


@pytest.mark.parametrize(("now", "fails"), [(1.259, False), (1.261, True)])
def test_whole_grows_by_five_percent_on_another_build(now: float, fails: bool) -> None:
    (change,) = compare_instructions({"session": now}, {"session": 1.20}, same_builds=False)

    assert change.fails == fails


def test_instructions_without_a_baseline_fail() -> None:
    (change,) = compare_instructions({"session": 1.2}, {}, same_builds=True)

    assert change.verdict == "NOT IN THE BASELINE"
    assert change.fails


@pytest.mark.parametrize(
    ("flask", "comparable"), [("3.1.3", True), ("3.1.0", True), ("3.2.0", False)]
)
def test_instructions_of_other_minor_versions_are_not_compared(
    flask: str, comparable: bool
) -> None:
    known = {"python": "3.13.0", "flask": "3.1.3"}

    assert are_comparable(known, {"python": "3.13.9", "flask": flask}) == comparable


def test_overheads_are_compared_within_each_round() -> None:
    samples = {
        "session": {
            FLOOR: rounds(100, 200, 300),
            RELEASED: rounds(120, 240, 340),
            OURS: rounds(110, 212, 330),
        }
    }

    outcome = compare(Comparison("session", 0.5), samples)

    assert (outcome.fraction, outcome.low, outcome.high) == (0.5, 0.3, 0.75)
    assert outcome.verdict == "met, barely"


def test_overhead_may_be_compared_with_that_in_another_scenario() -> None:
    samples = {
        "closed_10": {FLOOR: rounds(100), OURS: rounds(130)},
        "decorated_10": {FLOOR: rounds(90), OURS: rounds(110)},
    }

    outcome = compare(Comparison("closed_10", 1.1, against=(OURS, "decorated_10")), samples)

    assert outcome.fraction == 1.5
    assert outcome.verdict == "not met"


@pytest.mark.parametrize(
    ("count", "expected"),
    [(1, (0, 0)), (5, (0, 4)), (6, (0, 5)), (9, (1, 7)), (12, (2, 9))],
)
def test_interval_holds_the_median_with_a_certainty_of_95_percent(
    count: int, expected: tuple[int, int]
) -> None:
    assert interval(range(count)) == expected


def test_comparisons_are_of_subjects_that_do_the_scenario() -> None:
    missing = [
        comparison
        for comparison in COMPARISONS
        if OURS not in SCENARIOS[comparison.scenario].subjects
        or comparison.reference[0] not in SCENARIOS[comparison.reference[1]].subjects
    ]

    assert missing == []
