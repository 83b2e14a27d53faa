"""How commands speak: tables for people, JSON for machines."""

from __future__ import annotations

import json
import typing as t
from collections.abc import Sequence

import click


def echo_json(value: t.Any) -> None:
    # What an application gave may be a lazy string.
    click.echo(json.dumps(value, indent=2, default=str))


def echo_table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows with aligned columns. Cells may be styled; a pipe gets them without colour."""
    table = [[click.style(header, bold=True) for header in headers], *rows]
    widths = [max(map(_width, column)) for column in zip(*table, strict=True)]

    for row in table:
        cells = (
            cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)
        )
        click.echo("  ".join(cells).rstrip())


def _width(cell: str) -> int:
    return len(click.unstyle(cell))
