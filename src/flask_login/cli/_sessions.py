"""``flask login sessions``: list and end recorded logins."""

from __future__ import annotations

import sys
import textwrap
import typing as t
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

import click
from flask.cli import AppGroup

from ..records import LoginRecord
from ..records._store import Store
from ._facts import counted
from ._facts import printable
from ._failures import in_one_sentence
from ._output import echo_json
from ._output import echo_table
from ._stores import find_store

#: The characters of a login's ID in a table. They are enough to tell a user's logins apart.
_SHORT = 12

#: The characters of a User-Agent in a table.
_BROWSER = 40

_USER = click.option("--user", "user_id", required=True, help="The user's ID.")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")

sessions = AppGroup(
    "sessions",
    short_help="List and end recorded logins.",
    help="""\
List and end recorded logins. Pass a store to the manager to record them: LoginManager(records=...).

\b
Examples:
  flask login sessions list --user 7
  flask login sessions end --user 7 --login 4MyillUJ32eM
  flask login sessions end --user 7
""",
)


@sessions.command("list")
@_USER
@_JSON
def list_command(user_id: str, as_json: bool) -> None:
    """List the active logins of a user, the newest first."""
    with in_one_sentence():
        found = find_store().list(user_id, None)

    if as_json:
        return echo_json([_as_json(login) for login in found])

    if not found:
        return click.echo(f"User {printable(user_id)} has no login.")

    headers = ["Login", "Began", "Last seen", "Expires", "Address", "Browser"]
    echo_table(headers, [_as_row(login) for login in found])
    click.echo(f"\n{counted(len(found), 'login')} of user {printable(user_id)}. Times are in UTC.")


@sessions.command("end")
@_USER
@click.option("--login", "prefix", help="End one login only: its ID, or the beginning of it.")
@_JSON
def end_command(user_id: str, prefix: str | None, as_json: bool) -> None:
    """End all logins of a user, or one. Each browser is logged out at its next request."""
    with in_one_sentence():
        store = find_store()
        keys = None if prefix is None else [_find_one(store, user_id, prefix)]
        ended = store.end(user_id, keys=keys)

    if as_json:
        echo_json({"ended": ended})
    else:
        click.echo(f"{counted(ended, 'login')} of user {printable(user_id)} ended.")


@sessions.command("end-all")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
def end_all_command(yes: bool) -> None:
    """End all logins of all users."""
    store = find_store()

    if not yes and not sys.stdin.isatty():
        raise click.UsageError(
            "There is no terminal to confirm in. Pass '--yes' to end all logins."
        )

    if not yes:
        click.confirm("End all logins of all users?", abort=True)

    with in_one_sentence():
        store.end_all()

    click.echo("All logins of all users ended.")


@sessions.command("purge")
@_JSON
def purge_command(as_json: bool) -> None:
    """Remove old rows from the store. Run it daily."""
    with in_one_sentence():
        removed = find_store().purge()

    if as_json:
        echo_json({"removed": removed})
    else:
        click.echo(f"{counted(removed, 'row')} removed.")


def _find_one(store: Store, user_id: str, prefix: str) -> str:
    """Return the ID of the one login whose ID begins with the prefix."""
    if not prefix:
        raise click.ClickException("'--login' needs an ID, or the beginning of one.")

    keys = [login.id for login in store.list(user_id, None) if login.id.startswith(prefix)]

    if prefix in keys:
        return prefix

    if len(keys) != 1:
        what = "no login that begins" if not keys else f"{len(keys)} logins that begin"
        raise click.ClickException(f"User {printable(user_id)} has {what} with '{prefix}'.")

    return keys[0]


def _as_row(login: LoginRecord) -> Sequence[str]:
    return [
        login.id[:_SHORT],
        *(f"{time:%Y-%m-%d %H:%M}" for time in (login.created_at, login.seen_at, login.expires_at)),
        login.address,
        textwrap.shorten(login.label or login.user_agent, _BROWSER, placeholder="…"),
    ]


def _as_json(login: LoginRecord) -> dict[str, t.Any]:
    # 'current' is about a request, and a command has none.
    facts = {name: value for name, value in asdict(login).items() if name != "current"}
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in facts.items()
    }
