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


def run_scenarios(package: Path) -> dict[str, t.Any]:
    result = subprocess.run(
        [sys.executable, str(FOLDER / "replay.py")],
        env=environment(package),
        capture_output=True,
        encoding="utf-8",
    )
    assert result.returncode == 0, result.stderr
    return t.cast("dict[str, t.Any]", json.loads(result.stdout))


@pytest.fixture(scope="session")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return released_package(tmp_path_factory)


@pytest.fixture(scope="session")
def there(released: Path) -> dict[str, t.Any]:
    return run_scenarios(released)


@pytest.fixture(scope="session")
def here(released: Path) -> dict[str, t.Any]:
    return run_scenarios(HERE)


def test_the_peer_is_the_release(there: dict[str, t.Any], released: Path) -> None:
    assert there["version"] == "0.6.3"
    assert Path(there["file"]).is_relative_to(released)


def test_this_package_is_compared_with_it(here: dict[str, t.Any]) -> None:
    assert here["version"] == flask_login.__version__
    assert Path(here["file"]) == Path(flask_login.__file__)


@pytest.mark.parametrize(("name", "index"), STEPS)
def test_step_differs_only_where_the_contract_wants_it(
    here: dict[str, t.Any], there: dict[str, t.Any], name: str, index: int
) -> None:
    ours, theirs = here["records"][name], there["records"][name]
    differing = differing_fields(ours, theirs, index)
    expected = EXPECTED.get((name, index), {})
    assert differing == set(expected), f"\nhere:  {ours[index]}\nthere: {theirs[index]}"


@pytest.mark.parametrize("point", POINTS)
def test_difference_is_about_steps_that_exist(point: tuple[str, ...]) -> None:
    assert list(steps_of(point))
