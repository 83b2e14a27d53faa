"""The output of the commands: tables for people, JSON for programs."""

from __future__ import annotations

import json
import shutil
import sys
import typing as t
from collections.abc import Sequence

import click

_GAP = "  "
#: The fewest columns in which the last column of a table is wrapped.
_LEAST = 24


def echo_json(value: t.Any) -> None:
    # Values of the application may be lazy strings.
    click.echo(json.dumps(value, indent=2, default=str))


def echo_table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows with aligned columns. Cells may be styled.

    A terminal that is too narrow for the last column gets it wrapped, or on lines of its own.
    """
    table = [[click.style(header, bold=True) for header in headers], *rows]
    *widths, last = (max(map(_width, column)) for column in zip(*table, strict=True))
    indent = sum(widths) + len(_GAP) * len(widths)
    room = _columns() - indent
    is_apart = room < min(last, _LEAST)

    for *cells, text in table:
        padded = (
            cell + " " * (width - _width(cell)) for cell, width in zip(cells, widths, strict=True)
        )
        start = _GAP.join([*padded, ""])

        if not is_apart:
            echo_hanging(start, text)
            continue

        click.echo(start.rstrip())

        if text:
            echo_hanging(_GAP * 2, click.style(text, dim=True))


def echo_hanging(start: str, text: str) -> None:
    """Print a text after its start. A terminal gets it wrapped, with further lines indented."""
    indent = _width(start)
    lines = _wrap(text, _columns() - indent)
    click.echo((start + f"\n{' ' * indent}".join(lines)).rstrip())


def _columns() -> int:
    """Return the width of the terminal. Lines in a pipe may have any length."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else sys.maxsize


def _wrap(text: str, room: int) -> list[str]:
    """Wrap a text that may be styled. A word that is too long has its own line."""
    lines = [""]

    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1] else word

        if lines[-1] and _width(longer) > room:
            lines.append(word)
        else:
            lines[-1] = longer

    return lines


def _width(cell: str) -> int:
    return len(click.unstyle(cell))
