"""``flask login check``: mistakes and weak points in the setup of an application."""

from __future__ import annotations

import math
import typing as t
from collections import Counter
from collections.abc import Collection
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import asdict
from textwrap import fill

import click
from flask.cli import with_appcontext

from .._context import current_flask
from ..checks import check_setup
from ..checks import Finding
from ..checks import Severity
from ..checks._catalog import CATALOG
from ._facts import counted
from ._failures import in_one_sentence
from ._output import echo_json


class _Style(t.NamedTuple):
    """How to show findings of one severity."""

    noun: str
    color: str


_STYLES = {
    Severity.ERROR: _Style("error", "red"),
    Severity.WARNING: _Style("warning", "yellow"),
    Severity.INFO: _Style("note", "blue"),
}

_LEVELS: dict[str, float] = {
    "error": Severity.ERROR,
    "warning": Severity.WARNING,
    "info": Severity.INFO,
    "never": math.inf,
}

_WIDTH = 80
#: The width of an ID and two spaces.
_INDENT = 12


def _as_ids(
    context: click.Context, option: click.Parameter, value: Sequence[str]
) -> Collection[str]:
    for id in value:
        if id not in CATALOG:
            raise click.BadParameter(f"There is no finding '{id}'.")

    return value


@click.command("check", short_help="Find mistakes in the settings, views and loaders.")
@click.option("--deploy", is_flag=True, help="Include checks that matter in production only.")
@click.option(
    "--aal",
    type=click.IntRange(1, 3),
    metavar="LEVEL",
    help="Compare durations with this level of NIST SP 800-63B-4. --deploy implies 1.",
)
@click.option("--try-loader", is_flag=True, help="Call the user loader with IDs that nobody has.")
@click.option(
    "--ignore",
    metavar="ID",
    multiple=True,
    callback=_as_ids,
    help="Leave out a finding. Can be repeated.",
)
@click.option(
    "--fail-level",
    type=click.Choice([*_LEVELS]),
    default="error",
    show_default=True,
    metavar="LEVEL",
    help="Exit with 1 from this severity on: error, warning, info or never.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_appcontext
@in_one_sentence()
def check(
    deploy: bool,
    aal: int | None,
    try_loader: bool,
    ignore: Collection[str],
    fail_level: str,
    as_json: bool,
) -> None:
    """Find mistakes and weak points in the settings, views and loaders.

    Each finding has an ID, a hint on what to do, and a page in the documentation. Keys and cookies
    are never printed.

    \b
    Example, with the settings of production:
      flask login check --deploy --fail-level warning
    """
    found = check_setup(current_flask(), deploy=deploy, aal=aal, try_loader=try_loader)
    findings = [finding for finding in found if finding.id not in ignore]

    if as_json:
        echo_json([_as_json(finding) for finding in findings])
    else:
        _echo(findings, ignored=len(found) - len(findings))

    if any(finding.severity >= _LEVELS[fail_level] for finding in findings):
        click.get_current_context().exit(1)


def _echo(findings: Sequence[Finding], *, ignored: int) -> None:
    for severity, style in _STYLES.items():
        shown = [finding for finding in findings if finding.severity is severity]

        if shown:
            click.secho(f"{style.noun.capitalize()}s", bold=True)
            click.echo()

        for finding in shown:
            id = click.style(finding.id, fg=style.color, bold=True)
            # Wrap before styling, because 'fill' would count the style as text.
            message = _indented(finding.message).removeprefix(" " * _INDENT)
            click.echo(f"{id}  {message}")
            click.echo(_indented(finding.hint))
            click.echo(f"{' ' * _INDENT}{click.style(finding.link, dim=True)}\n")

    click.echo(", ".join(_count(findings, ignored)) + ".")


def _indented(text: str) -> str:
    indent = " " * _INDENT
    return fill(
        text,
        _WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _count(findings: Sequence[Finding], ignored: int) -> Iterator[str]:
    if not findings:
        yield "No findings"

    numbers = Counter(finding.severity for finding in findings)

    for severity, style in _STYLES.items():
        if number := numbers[severity]:
            yield counted(number, style.noun)

    if ignored:
        yield f"{ignored} ignored"


def _as_json(finding: Finding) -> dict[str, t.Any]:
    return {**asdict(finding), "severity": finding.severity.name.lower()}
