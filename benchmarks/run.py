"""Measure what this library costs, print the tables, and keep them for the documentation.

``tox -e bench`` runs it. A full run rewrites what the documentation shows of this Python; runs that
are fast, or of some scenarios only, write nothing unless told where to.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import typing as t
from pathlib import Path

import chart
from figures import Extent
from figures import Figure
from figures import measure_all
from instructions import count_all
from report import as_text
from report import fragment
from report import setting_in_words
from report import tables
from results import describe_setting
from results import read_all
from results import Results
from scenarios import COMPARISONS
from scenarios import SCENARIOS
from subjects import all_subjects
from subjects import HERE
from timing import Effort
from timing import time_all

DOCUMENTED = HERE.parent / "docs" / "_costs"


class Plan(t.NamedTuple):
    effort: Effort
    extent: Extent


FULL = Plan(
    Effort(rounds=24, values=3, seconds=0.05),
    Extent(imports=20, logins=100_000, server_rounds=10, server_seconds=4),
)
FAST = Plan(
    Effort(rounds=2, values=3, seconds=0.02),
    Extent(imports=3, logins=5_000, server_rounds=1, server_seconds=2),
)


def main() -> None:
    arguments = parse()
    plan = FAST if arguments.fast else FULL
    names = with_references(arguments.scenarios) if arguments.scenarios else list(SCENARIOS)
    results = measure(plan, names, only_times=bool(arguments.scenarios))
    print(setting_in_words(results))

    for table in tables(results):
        print(f"\n{as_text(table)}")

    complete = not arguments.fast and not arguments.scenarios
    folder = arguments.results or (DOCUMENTED if complete else None)

    if folder is not None:
        keep(results, folder)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure what this library costs.")
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO", help=", ".join(SCENARIOS))
    parser.add_argument("--fast", action="store_true", help="see that it works, in 3 minutes")
    parser.add_argument("--results", type=Path, metavar="FOLDER", help="where to write results")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.scenarios if name not in SCENARIOS]

    if unknown:
        parser.error(f"no such scenario: {', '.join(unknown)}")

    return arguments


def with_references(names: list[str]) -> list[str]:
    """Scenarios, and those that they are compared with, in the usual order."""
    compared = {
        comparison.reference[1] for comparison in COMPARISONS if comparison.scenario in names
    }
    return [name for name in SCENARIOS if name in compared.union(names)]


def measure(plan: Plan, names: list[str], *, only_times: bool) -> Results:
    subjects = all_subjects()
    samples = time_all(subjects, names, plan.effort)
    setting = describe_setting(**plan.effort._asdict())

    if only_times:
        return Results(setting, samples, {}, [])

    figures = measure_all(subjects, plan.extent)

    if shutil.which("valgrind") is None:
        figures.append(Figure("instructions per request", {}, "valgrind is not installed"))
        return Results(setting, samples, {}, figures)

    return Results(setting, samples, count_all(subjects), figures)


def keep(results: Results, folder: Path) -> None:
    results.write(folder)
    all_results = read_all(folder)
    (folder / "tables.md").write_text(fragment(all_results), encoding="utf-8")
    chart.draw(all_results, folder / "overheads.png")
    print(f"\nWritten to {folder}.", file=sys.stderr)


if __name__ == "__main__":
    main()
