"""``flask login routes``."""

from __future__ import annotations

import typing as t
from collections import Counter
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence

import click
from flask import Flask
from flask.cli import with_appcontext

from .._context import current_flask
from ..checks._setup import NoManager
from ..checks._survey import find_problems
from ..checks._survey import Route
from ..checks._survey import survey
from ..config import Settings
from ._output import echo_json
from ._output import echo_table

_COLORS = {"open": "yellow", "closed": "green", "unknown": "magenta", "none": "cyan"}


@click.command("routes", short_help="Show what is open, and what closes the rest.")
@click.option("--open", "shown", flag_value="open", help="Show what is open, or may be.")
@click.option("--closed", "shown", flag_value="closed", help="Show what is closed.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option(
    "--fail-on",
    type=click.Choice(["open"]),
    help="Exit with 1 if a view is open, or may be, that is not allowed to.",
)
@click.option(
    "--allow",
    multiple=True,
    metavar="ENDPOINT",
    help="May be open. ENDPOINT:METHOD allows one method. Static files need no mention.",
)
@click.option(
    "--allow-file",
    type=click.File(encoding="utf-8-sig"),
    help="A file of what may be open, one on each line. '#' begins a comment.",
)
@with_appcontext
def routes(
    shown: str | None,
    as_json: bool,
    fail_on: str | None,
    allow: Sequence[str],
    allow_file: t.TextIO | None,
) -> None:
    """Show which views are open, which are closed, and by what.

    A view is unknown if a 'before_request' function may close it, about which nothing is declared:
    call 'login_manager.declare_guard'.
    """
    if fail_on is None and (allow or allow_file):
        raise click.UsageError("'--allow' and '--allow-file' need '--fail-on open'.")

    app = current_flask()
    found = _survey(app)
    picked = [route for route in found if _is_picked(route, shown)]
    disabled = bool(Settings(app.config).login_disabled)

    if as_json:
        echo_json({"login_disabled": disabled, "routes": [_as_json(route) for route in picked]})
    else:
        _show(picked)

    problems = [] if fail_on is None else find_problems(found, [*allow, *_entries(allow_file)])

    if disabled:
        problems.insert(0, "LOGIN_DISABLED is set: every guard lets everyone in.")

    for problem in problems:
        click.secho(problem, err=True, fg="red")

    if fail_on is not None and problems:
        click.get_current_context().exit(1)


def _survey(app: Flask) -> list[Route]:
    try:
        return survey(app)
    except NoManager as error:
        raise click.ClickException(str(error)) from None


def _is_picked(route: Route, shown: str | None) -> bool:
    if shown == "open":
        return route.access in {"open", "unknown"}

    return shown is None or route.access == shown


def _entries(lines: Iterable[str] | None) -> Iterator[str]:
    for line in lines or ():
        if entry := line.partition("#")[0].strip():
            yield entry


def _show(routes: Sequence[Route]) -> None:
    _show_table(routes)
    notes = [(route, note) for route in routes for note in route.notes]

    if notes:
        click.echo()

    for route, note in notes:
        word = "hint" if note.hint else "note"
        click.echo(f"{click.style(word, fg='yellow')}  {route.endpoint}: {note.text}")

    counts = Counter[str](route.access for route in routes)
    click.echo(f"\n{', '.join(f'{counts[name]} {name}' for name in _COLORS if counts[name])}")


def _show_table(routes: Sequence[Route]) -> None:
    headers = ["Endpoint", "Methods", "Rule", "Access", "By", "Login view"]
    rows = [
        [
            route.endpoint,
            "WebSocket" if route.websocket else ", ".join(route.shown_methods),
            route.rule,
            click.style(route.access, fg=_COLORS[route.access]),
            " + ".join(map(str, route.by)) or "no guard",
            route.login_view or "",
        ]
        for route in routes
    ]

    # As 'flask routes' does.
    if any(route.host or route.subdomain for route in routes):
        headers.insert(2, "Host")

        for route, row in zip(routes, rows, strict=True):
            row.insert(2, route.host or route.subdomain or "")

    echo_table(headers, rows)


def _as_json(route: Route) -> dict[str, t.Any]:
    return {
        **route._asdict(),
        "by": [{"kind": cause.kind, **cause.details} for cause in route.by],
        "notes": [note._asdict() for note in route.notes],
    }
