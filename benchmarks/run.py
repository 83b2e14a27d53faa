"""Time requests here, on Flask-Login 0.6.3 and on bare Flask, and print the table of it.

``tox -e bench`` runs it. A full run rewrites the figures and the chart of the documentation.
"""

from __future__ import annotations

import argparse
import platform
from collections.abc import Mapping
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from counts import added
from counts import count_calls
from counts import Counts
from matplotlib.figure import Figure
from overheads import compare
from overheads import Outcome
from scenarios import OURS
from scenarios import RELEASED
from scenarios import SCENARIOS
from subjects import all_subjects
from subjects import HERE
from subjects import side_by_side
from timing import time_all

DOCUMENTED = HERE.parent / "docs" / "_costs"

HEAD = (
    *("request", "bare Flask, µs", "0.6.3 adds", "this adds", "fraction", "interval"),
    *("calls that 0.6.3 adds", "this adds"),
)

SHORT_HEAD = (
    "Request, and its time on bare Flask",
    "Flask-Login 0.6.3 adds",
    "This library adds",
)

# Told apart by everyone, also in grey (Okabe and Ito).
COLOURS = {RELEASED: "#56b4e9", OURS: "#d55e00"}
BAR = 0.38


def main() -> None:
    parser = argparse.ArgumentParser(description="Time what this library costs.")
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO", help=", ".join(SCENARIOS))
    parser.add_argument("--rounds", type=int, default=24)
    parser.add_argument("--results", type=Path, help="where to write the tables and the chart")
    arguments = parser.parse_args()
    names = arguments.scenarios or list(SCENARIOS)
    subjects = all_subjects()
    times = time_all(subjects, names, arguments.rounds)
    outcomes = {name: compare(rounds) for name, rounds in times.items()}
    table = as_markdown(outcomes, side_by_side(subjects, count_calls), arguments.rounds)
    print(table)
    folder = arguments.results or (None if arguments.scenarios else DOCUMENTED)

    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        short = as_short_markdown(outcomes, arguments.rounds)
        (folder / "table.md").write_text(table, encoding="utf-8")
        (folder / "requests.md").write_text(short, encoding="utf-8")
        draw(outcomes, folder / "overheads.png")


def as_markdown(outcomes: Mapping[str, Outcome], calls: Mapping[str, Counts], rounds: int) -> str:
    return lines(HEAD, [row(name, outcome, calls) for name, outcome in outcomes.items()], rounds)


def as_short_markdown(outcomes: Mapping[str, Outcome], rounds: int) -> str:
    """What readers of the documentation need."""
    return lines(SHORT_HEAD, [short_row(*outcome) for outcome in outcomes.items()], rounds)


def lines(head: Sequence[str], rows: Sequence[Sequence[str]], rounds: int) -> str:
    table = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join([*(f"| {' | '.join(line)} |" for line in table), "", setting(rounds), ""])


def row(name: str, outcome: Outcome, calls: Mapping[str, Counts]) -> list[str]:
    return [
        SCENARIOS[name].title,
        *(f"{time:.1f}" for time in (outcome.floor, outcome.released, outcome.ours)),
        f"{outcome.fraction:.2f}",
        f"{outcome.low:.2f} to {outcome.high:.2f}",
        *(f"{added(calls, subject, name):,.0f}" for subject in (RELEASED, OURS)),
    ]


def short_row(name: str, outcome: Outcome) -> list[str]:
    request = f"{SCENARIOS[name].title}: {outcome.floor:.0f} µs"
    return [request, f"{outcome.released:.0f} µs", f"{outcome.ours:.0f} µs"]


def setting(rounds: int) -> str:
    versions = f"Flask {version('flask')}, Werkzeug {version('werkzeug')}"
    system = f"{platform.system()} {platform.machine()}"
    return f"Python {platform.python_version()}; {versions}; {system}; {rounds} rounds."


def draw(outcomes: Mapping[str, Outcome], path: Path) -> None:
    figure = Figure(figsize=(8, 0.46 * len(outcomes) + 1.2), layout="constrained")
    panel = figure.subplots()
    places = range(len(outcomes))
    bars = {
        RELEASED: [outcome.released for outcome in outcomes.values()],
        OURS: [outcome.ours for outcome in outcomes.values()],
    }

    for subject, shift in ((RELEASED, -BAR / 2), (OURS, BAR / 2)):
        shifted = [place + shift for place in places]
        drawn = panel.barh(shifted, bars[subject], BAR, color=COLOURS[subject], label=subject)
        panel.bar_label(drawn, fmt="%.0f", padding=3, fontsize=8)

    panel.set_yticks(places, [SCENARIOS[name].title for name in outcomes], fontsize=9)
    panel.invert_yaxis()
    panel.margins(x=0.1, y=0.02)
    panel.spines[["top", "right"]].set_visible(False)
    panel.set_xlabel("microseconds that are added to a request on bare Flask", fontsize=9)
    figure.legend(loc="outside lower center", ncols=2, frameon=False)
    figure.savefig(path, dpi=120, metadata={"Software": None})


if __name__ == "__main__":
    main()
