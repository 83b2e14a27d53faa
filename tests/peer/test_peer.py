"""The same scenarios on this package and on Flask-Login 0.6.3, compared step by step."""

from __future__ import annotations

import json
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
from peer_kit.compare import differing_fields
from peer_kit.differences import DIFFERENCES
from peer_kit.differences import expected_differences
from peer_kit.differences import steps_of
from peer_kit.install import environment
from peer_kit.install import FOLDER
from peer_kit.install import HERE
from peer_kit.install import released_package
from peer_kit.scripts import SCENARIOS

import flask_login

EXPECTED = expected_differences()
STEPS = [
    pytest.param(name, index, id=f"{name}/{index}: {step}")
    for name, scenario in SCENARIOS.items()
    for index, step in enumerate(scenario.steps)
]
POINTS = [
    pytest.param(point, id=f"{point[0]}/{point[1]}: {', '.join(point[2:])}")
    for points in DIFFERENCES.values()
    for point in points
]


Report = dict[str, t.Any]


def start_scenarios(package: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(FOLDER / "replay.py")],
        env=environment(package),
        stdout=subprocess.PIPE,
        # The applications log each error of theirs, and scenarios make many.
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
    )


def report_of(process: subprocess.Popen[str]) -> Report:
    output, _ = process.communicate()
    assert process.returncode == 0, "replay.py has failed: run it by itself"
    return t.cast("Report", json.loads(output))


@pytest.fixture(scope="session")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return released_package(tmp_path_factory)


@pytest.fixture(scope="session")
def reports(released: Path) -> list[Report]:
    """What came of the scenarios here and there. They are run side by side."""
    return [report_of(process) for process in [start_scenarios(HERE), start_scenarios(released)]]


@pytest.fixture(scope="session")
def here(reports: list[Report]) -> Report:
    return reports[0]


@pytest.fixture(scope="session")
def there(reports: list[Report]) -> Report:
    return reports[1]


def test_the_peer_is_the_release(there: Report, released: Path) -> None:
    assert there["version"] == "0.6.3"
    assert Path(there["file"]).is_relative_to(released)


def test_this_package_is_compared_with_it(here: Report) -> None:
    assert here["version"] == flask_login.__version__
    assert Path(here["file"]) == Path(flask_login.__file__)


@pytest.mark.parametrize(("name", "index"), STEPS)
def test_step_differs_only_where_the_contract_wants_it(
    here: Report, there: Report, name: str, index: int
) -> None:
    ours, theirs = here["records"][name], there["records"][name]
    differing = differing_fields(ours, theirs, index)
    expected = EXPECTED.get((name, index), {})
    assert differing == set(expected), f"\nhere:  {ours[index]}\nthere: {theirs[index]}"


@pytest.mark.parametrize("point", POINTS)
def test_difference_is_about_steps_that_exist(point: tuple[str, ...]) -> None:
    assert list(steps_of(point))
