"""``flask login routes``: which views are open, which are closed, and why."""

from __future__ import annotations

import typing as t
from collections import Counter
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence

import click
from flask.cli import with_appcontext

from .._context import current_flask
from ..checks._survey import find_problems
from ..checks._survey import Route
from ..checks._survey import survey
from ..config import Settings
from ._facts import counted
from ._failures import in_one_sentence
from ._output import echo_hanging
from ._output import echo_json
from ._output import echo_table

_COLORS = {"open": "yellow", "closed": "green", "unknown": "red", "none": None}


@click.command("routes", short_help="Show which views are open or closed, and why.")
@click.option("--open", "shown", flag_value="open", help="Show only open and unknown views.")
@click.option("--closed", "shown", flag_value="closed", help="Show only closed views.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option(
    "--fail-on",
    type=click.Choice(["open"]),
    help="Exit with 1 if a view is open or unknown, and not allowed to be.",
)
@click.option(
    "--allow",
    multiple=True,
    metavar="ENDPOINT",
    help="Allow a view to be open. ENDPOINT:METHOD allows one method. Can be repeated.",
)
@click.option(
    "--allow-file",
    type=click.File(encoding="utf-8-sig"),
    help="Allow the views in a file, one in each line. '#' begins a comment.",
)
@with_appcontext
@in_one_sentence()
def routes(
    shown: str | None,
    as_json: bool,
    fail_on: str | None,
    allow: Sequence[str],
    allow_file: t.TextIO | None,
) -> None:
    """Show which views are open or closed for visitors, and why.

    A view is unknown if a 'before_request' function may close it. Declare what the function does
    with 'login_manager.declare_guard'.

    \b
    Example for CI. Static files are always allowed:
      flask login routes --fail-on open --allow-file open-views.txt
    """
    if fail_on is None and (allow or allow_file):
        raise click.UsageError("'--allow' and '--allow-file' need '--fail-on open'.")

    app = current_flask()
    found = survey(app)
    picked = [route for route in found if _is_picked(route, shown)]
    disabled = bool(Settings(app.config).login_disabled)
    allowed = None if fail_on is None else [*allow, *_entries(allow_file)]
    problems = [*_problems_of(found, allowed, disabled)]

    if as_json:
        echo_json({"login_disabled": disabled, "routes": [_as_json(route) for route in picked]})
    else:
        _show(picked)

    for problem in problems:
        click.secho(problem, err=True, fg="red")

    if not as_json:
        click.echo(_summary_of(picked, None if fail_on is None else len(problems)))

    if fail_on is not None and problems:
        click.get_current_context().exit(1)


def _is_picked(route: Route, shown: str | None) -> bool:
    if shown == "open":
        return route.access in {"open", "unknown"}

    return shown is None or route.access == shown


def _problems_of(
    routes: Sequence[Route], allowed: Collection[str] | None, disabled: bool
) -> Iterator[str]:
    if disabled:
        yield "LOGIN_DISABLED is set, so every guard lets everyone in."

    if allowed is not None:
        yield from find_problems(routes, allowed)


def _entries(lines: Iterable[str] | None) -> Iterator[str]:
    for line in lines or ():
        if entry := line.partition("#")[0].strip():
            yield entry


def _show(routes: Sequence[Route]) -> None:
    # A login view that all closed views share is in the summary.
    login_views = _login_views_of(routes)
    columns = {
        "Endpoint": [route.endpoint for route in routes],
        "Methods": [_methods_of(route) for route in routes],
        "Host": [route.host or route.subdomain or "" for route in routes],
        "Rule": [route.rule for route in routes],
        "Access": [click.style(route.access, fg=_COLORS[route.access]) for route in routes],
        "Login view": [route.login_view or "" for route in routes if len(login_views) > 1],
        "By": [" + ".join(map(str, route.by)) or "no guard" for route in routes],
    }
    shown = {header: cells for header, cells in columns.items() if any(cells)}
    notes = [(route, note) for route in routes for note in route.notes]

    if shown:
        echo_table([*shown], [*zip(*shown.values(), strict=True)])
        click.echo()

    for route, note in notes:
        word = click.style("hint" if note.hint else "note", fg="yellow")
        echo_hanging(f"{word}  ", f"{route.endpoint}: {note.text}")

    if notes:
        click.echo()


def _login_views_of(routes: Sequence[Route]) -> set[str | None]:
    return {route.login_view for route in routes if route.access == "closed"}


def _methods_of(route: Route) -> str:
    return "WebSocket" if route.websocket else ", ".join(route.shown_methods)


def _summary_of(routes: Sequence[Route], problems: int | None) -> str:
    """Return the last line of the output.

    :param problems: The number of problems, or ``None`` without ``--fail-on``.
    """
    counts = Counter[str](route.access for route in routes)
    numbers = ", ".join(f"{counts[name]} {name}" for name in _COLORS if counts[name])
    results = [numbers or "No views"]
    login_views = _login_views_of(routes)

    if len(login_views) == 1:
        results += [f"Login view: {view}" for view in login_views if view is not None]

    if problems is not None:
        results.append(f"Failed: {counted(problems, 'problem')}" if problems else "Passed")

    return f"{'. '.join(results)}."


def _as_json(route: Route) -> dict[str, t.Any]:
    return {
        **route._asdict(),
        "by": [{"kind": cause.kind, **cause.details} for cause in route.by],
        "notes": [note._asdict() for note in route.notes],
    }
