"""``--asvs-report``: what became of the tests with the marker ``asvs``, which names requirements of
OWASP ASVS that a test shows. ``docs/_ext/asvs.py`` reads it.
"""

from __future__ import annotations

import json
import typing as t
from collections.abc import Generator
from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--asvs-report",
        type=Path,
        metavar="FILE",
        help="write which tests with the marker 'asvs' passed",
    )


def pytest_configure(config: pytest.Config) -> None:
    path: Path | None = config.getoption("--asvs-report")

    if path is not None:
        config.pluginmanager.register(AsvsReport(path))


class AsvsReport:
    """Notes what becomes of each test that has the marker, and writes it at the end."""

    def __init__(self, path: Path) -> None:
        self.path = path
        #: By node ID: each case of a parametrized test, in each class that inherits it.
        self.rows: dict[str, dict[str, t.Any]] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        numbers = [number for marker in item.iter_markers("asvs") for number in marker.args]

        if numbers:
            self.note(item, numbers, report.outcome)

        return report

    def note(self, item: pytest.Item, numbers: list[str], outcome: str) -> None:
        """Note the set-up, the call or the tear-down of a test. It passed if all of them did."""
        # Of a test that is inherited, it names the class that has it. Hypothesis wraps tests.
        name: str = item.function.__qualname__  # type: ignore[attr-defined]
        row = {
            "numbers": numbers,
            "file": item.nodeid.partition("::")[0],
            "test": name.rpartition("<locals>.")[2],
            "outcome": "passed",
        }
        row = self.rows.setdefault(item.nodeid, row)

        if outcome == "failed" or row["outcome"] == "passed":
            row["outcome"] = outcome

    def pytest_sessionfinish(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(json.dumps([*self.rows.values()], indent=1), encoding="utf-8")
