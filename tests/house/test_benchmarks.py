"""What the benchmarks conclude from what they measure."""

from __future__ import annotations

import pytest
from instructions import relative_to_floor
from instructions import verdict
from overheads import compare
from overheads import interval
from scenarios import FLOOR
from scenarios import NAMED
from scenarios import OURS
from scenarios import RELEASED
from scenarios import SCENARIOS


@pytest.mark.parametrize(
    ("now", "said"),
    [(0.20, "ok"), (0.224, "ok"), (0.226, "WORSE"), (0.174, "better: write a new baseline")],
)
def test_overhead_grows_by_ten_percent_and_a_slack(now: float, said: str) -> None:
    assert verdict(now, 0.20) == said


def test_instructions_without_a_baseline_fail() -> None:
    assert verdict(0.2, None).isupper()


def test_overhead_is_a_multiple_of_bare_flask() -> None:
    counts = {FLOOR: dict.fromkeys(SCENARIOS, 200.0), OURS: dict.fromkeys(SCENARIOS, 250.0)}

    assert relative_to_floor(counts) == dict.fromkeys(SCENARIOS, 0.25)


def test_overheads_are_compared_within_each_round() -> None:
    rounds = {FLOOR: [100, 200, 300], RELEASED: [120, 240, 340], OURS: [110, 212, 330]}

    outcome = compare(rounds)

    assert (outcome.fraction, outcome.low, outcome.high) == (0.5, 0.3, 0.75)


@pytest.mark.parametrize(
    ("count", "expected"),
    [(1, (0, 0)), (5, (0, 4)), (6, (0, 5)), (9, (1, 7)), (12, (2, 9))],
)
def test_interval_holds_the_median_with_a_certainty_of_95_percent(
    count: int, expected: tuple[int, int]
) -> None:
    assert interval(range(count)) == expected


def test_names_of_scenarios_can_be_told_to_another_process() -> None:
    assert [name for name in NAMED if " " in name] == []
