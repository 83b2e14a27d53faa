"""The tables of results: as text for a terminal, and as Markdown for the documentation."""

from __future__ import annotations

import typing as t
from collections.abc import Sequence

from figures import Figure
from overheads import compare_all
from overheads import Outcome
from overheads import Sample
from overheads import Spread
from results import Results
from scenarios import FLOOR
from scenarios import OURS
from scenarios import RELEASED
from scenarios import SUBJECTS


class Table(t.NamedTuple):
    title: str
    #: The first column is text, the others are numbers.
    head: Sequence[str]
    rows: Sequence[Sequence[str]]


def tables(results: Results) -> list[Table]:
    outcomes = compare_all(results.samples)
    candidates = [
        time_table("Time per request, in µs", outcomes, against_released=True),
        time_table(
            "Closed by one setting, time per request, in µs", outcomes, against_released=False
        ),
        instruction_table(results),
        figure_table(results.figures),
    ]
    return [table for table in candidates if table.rows]


def time_table(title: str, outcomes: list[Outcome], *, against_released: bool) -> Table:
    other = "0.6.3 adds" if against_released else "compared with"
    rows = [
        (
            outcome.title,
            *map(with_deviation, (outcome.floor, outcome.reference, outcome.ours)),
            f"{outcome.fraction:.2f}",
            f"{outcome.low:.2f} to {outcome.high:.2f}",
            f"{outcome.allowed:.2f}",
            outcome.verdict,
        )
        for outcome in outcomes
        if outcome.against_released == against_released
    ]
    head = ("", FLOOR, other, "this adds", "fraction", "interval", "allowed", "")
    return Table(title, head, rows)


def with_deviation(spread: Spread) -> str:
    return f"{spread.median:.1f} ± {spread.deviation:.1f}"


def instruction_table(results: Results) -> Table:
    """As for times. They do not spread."""
    samples = {}

    for subject, counts in results.counts.items():
        for name, count in counts.items():
            samples.setdefault(name, {})[subject] = Sample(Spread(count, 0), [count])

    rows = [
        (
            outcome.title,
            *map(in_thousands, (outcome.floor, outcome.reference, outcome.ours)),
            f"{outcome.fraction:.2f}",
            f"{outcome.allowed:.2f}",
        )
        for outcome in compare_all(samples)
    ]
    head = ("", FLOOR, "0.6.3 or decorators add", "this adds", "fraction", "allowed")
    return Table("Instructions per request, in thousands", head, rows)


def in_thousands(spread: Spread) -> str:
    return f"{spread.median / 1000:,.1f}"


def figure_table(figures: list[Figure]) -> Table:
    rows = [(figure.title, *(cell(figure, subject) for subject in SUBJECTS)) for figure in figures]
    return Table("Further figures", ("", FLOOR, RELEASED, OURS), rows)


def cell(figure: Figure, subject: str) -> str:
    if figure.missing is not None:
        return f"not measured: {figure.missing}"

    if subject not in figure.values:
        return "-"

    value = f"{figure.values[subject]:,}"
    return f"{value} ({spell_range(figure, subject)})" if subject in figure.ranges else value


def spell_range(figure: Figure, subject: str) -> str:
    low, high = figure.ranges[subject]
    return f"{low:,} to {high:,}"


def as_text(table: Table) -> str:
    lines = [table.head, *table.rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    body = [
        "  ".join(align(text, width, place) for place, (text, width) in enumerate(pairs)).rstrip()
        for pairs in (list(zip(line, widths, strict=True)) for line in lines)
    ]
    return "\n".join([table.title, "=" * len(table.title), *body])


def align(text: str, width: int, place: int) -> str:
    return text.rjust(width) if place else text.ljust(width)


def as_markdown(table: Table) -> str:
    rule = ["---", *["---:"] * (len(table.head) - 1)]
    lines = [f"| {' | '.join(line)} |" for line in (table.head, rule, *table.rows)]
    return "\n".join([f"**{table.title}**", "", *lines])


def setting_in_words(results: Results) -> str:
    setting = results.setting
    build = "" if setting["optimized"] else ", configured without `--enable-optimizations`"
    machine = f"{setting['processors']} processors, {setting['processor']}, {setting['system']}"
    return (
        f"Python {setting['python']}{build}; Flask {setting['flask']}, "
        f"Werkzeug {setting['werkzeug']}; {machine}; {setting['rounds']} rounds."
    )


def fragment(all_results: list[Results]) -> str:
    """What the documentation includes."""
    parts = ["<!-- Written by benchmarks/run.py. -->"]

    for results in all_results:
        parts += [f"### Python {results.python}", setting_in_words(results)]
        parts += map(as_markdown, tables(results))
        parts.append(f"{{download}}`All of it, as JSON <_costs/{results.file_name}>`")

    return "\n\n".join(parts) + "\n"
