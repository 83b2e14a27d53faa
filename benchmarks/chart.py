"""The chart of overheads, one panel for each Python."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from overheads import compare_all
from overheads import Outcome
from results import Results

# Told apart by everyone, also in grey (Okabe and Ito).
RELEASED_COLOUR = "#56b4e9"
OURS_COLOUR = "#d55e00"
BAR = 0.36


def draw(all_results: Sequence[Results], path: Path) -> None:
    matplotlib.use("Agg")
    outcomes = [released_outcomes(results) for results in all_results]
    longest = max(map(len, outcomes))
    figure = Figure(figsize=(5.2 * len(outcomes) + 3, 0.62 * longest + 1.6), layout="constrained")
    panels = figure.subplots(1, len(outcomes), sharey=True, sharex=True, squeeze=False)[0]

    for panel, results, found in zip(panels, all_results, outcomes, strict=True):
        panel.set_title(f"Python {results.python}", fontsize=12)
        draw_panel(panel, found)

    panels[0].invert_yaxis()
    figure.suptitle("What either library adds to a request on bare Flask", fontsize=14)
    limit, *bars = panels[0].get_legend_handles_labels()[0]
    figure.legend(handles=[*bars, limit], loc="outside lower center", ncols=3, frameon=False)
    figure.savefig(path, dpi=120, metadata={"Software": None})


def released_outcomes(results: Results) -> list[Outcome]:
    return [outcome for outcome in compare_all(results.samples) if outcome.against_released]


def draw_panel(panel: Axes, outcomes: Sequence[Outcome]) -> None:
    places = range(len(outcomes))
    titles = [outcome.title.replace("`", "") for outcome in outcomes]
    released = [outcome.reference.median for outcome in outcomes]
    ours = [outcome.ours.median for outcome in outcomes]
    limits = [outcome.reference.median * outcome.allowed for outcome in outcomes]
    above = [place - BAR / 2 for place in places]
    below = [place + BAR / 2 for place in places]

    for offset, values, colour, label in (
        (above, released, RELEASED_COLOUR, "Flask-Login 0.6.3"),
        (below, ours, OURS_COLOUR, "this library"),
    ):
        bars = panel.barh(offset, values, BAR, color=colour, label=label)
        panel.bar_label(bars, fmt="%.0f", padding=5, fontsize=9)

    starts = [place + 0.02 for place in places]
    ends = [place + BAR + 0.06 for place in places]
    panel.vlines(limits, starts, ends, color="black", linewidth=1.6, label="allowed at most")
    panel.set_yticks(places, titles)
    panel.set_xlabel("microseconds, median")
    panel.margins(x=0.12, y=0.02)
    panel.spines[["top", "right"]].set_visible(False)
    panel.tick_params(axis="y", length=0)
