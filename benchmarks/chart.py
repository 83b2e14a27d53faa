"""The chart of overheads, one panel for each Python."""

from __future__ import annotations

from collections.abc import Iterable
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
#: How wide a label is, in microseconds.
LABEL = 22


def draw(all_results: Sequence[Results], path: Path) -> None:
    matplotlib.use("Agg")
    outcomes = [released_outcomes(results) for results in all_results]
    longest = max(map(len, outcomes))
    figure = Figure(figsize=(2.9 * len(outcomes) + 3.3, 0.46 * longest + 1.4), layout="constrained")
    panels = figure.subplots(1, len(outcomes), sharey=True, sharex=True, squeeze=False)[0]

    for panel, results, found in zip(panels, all_results, outcomes, strict=True):
        panel.set_title(f"Python {results.python}", fontsize=11)
        draw_panel(panel, found)

    panels[0].invert_yaxis()
    figure.suptitle("What either library adds to a request on bare Flask", fontsize=12)
    limit, *bars = panels[0].get_legend_handles_labels()[0]
    figure.legend(handles=[*bars, limit], loc="outside lower center", ncols=3, frameon=False)
    figure.savefig(path, dpi=160, metadata={"Software": None})


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

    panel.barh(above, released, BAR, color=RELEASED_COLOUR, label="Flask-Login 0.6.3")
    panel.barh(below, ours, BAR, color=OURS_COLOUR, label="this library")
    label(panel, above, released, released)
    label(panel, below, ours, [beside(*pair) for pair in zip(ours, limits, strict=True)])

    starts = [place + 0.02 for place in places]
    ends = [place + BAR + 0.06 for place in places]
    panel.vlines(limits, starts, ends, color="black", linewidth=1.6, label="allowed at most")
    panel.set_yticks(places, titles, fontsize=9)
    panel.set_xlabel("microseconds, median", fontsize=9)
    panel.margins(x=0.16, y=0.02)
    panel.spines[["top", "right"]].set_visible(False)
    panel.tick_params(axis="x", labelsize=8)
    panel.tick_params(axis="y", length=0)


def beside(value: float, limit: float) -> float:
    """Where a bar's label begins: at its end, unless it would be struck through by the mark."""
    return limit if value < limit < value + LABEL else value


def label(
    panel: Axes, places: Iterable[float], values: Iterable[float], ends: Iterable[float]
) -> None:
    for place, value, end in zip(places, values, ends, strict=True):
        panel.annotate(
            f"{value:.0f}",
            (end, place),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=8,
        )
