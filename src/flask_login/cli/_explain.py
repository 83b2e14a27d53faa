"""``flask login explain``: what a session cookie or a remember-me cookie contains."""

from __future__ import annotations

import sys
import typing as t
from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import asdict

import click
from flask.cli import with_appcontext

from .._context import current_flask
from .._login import Reason
from .._visit import Visit
from ..utils import get_manager
from ._cookies import Reader
from ._explanations import Explanation
from ._explanations import Format
from ._explanations import Kind
from ._facts import as_datetime
from ._facts import as_span
from ._facts import echo_facts
from ._facts import printable
from ._facts import with_age
from ._failures import in_one_sentence
from ._output import echo_json
from ._stores import note_memory

_TITLES: dict[Format, str] = {
    "session": "Session cookie",
    "server-session": "Session cookie: the ID of a server-side session",
    "timed": "Remember-me cookie",
    "record": "Remember-me cookie of a recorded login",
    "legacy": "Remember-me cookie in the legacy format",
}

#: What each reason means for a cookie.
MEANINGS: dict[Reason, str] = {
    "no_login": "A request with it has no login.",
    "unknown_user": "The user loader returns no user for this ID.",
    "idle": "There was no activity for LOGIN_IDLE_TIMEOUT.",
    "absolute": "The user last authenticated LOGIN_ABSOLUTE_TIMEOUT ago, or earlier.",
    "credentials": "The user's session stamp has changed, for example with the password.",
    "protection": "It does not identify a browser, but session protection is strong.",
    "inactive": "The user is not active, and LOGIN_CHECK_ACTIVE is set.",
    "remember_invalid": "Its format is not accepted.",
    "remember_expired": "It has expired.",
    "ended": "The login was ended, has expired, or has no record.",
    "stolen": "A replaced remember-me cookie of this login was used again: it may be stolen.",
    "records_unavailable": "The record store failed.",
}

_LOOKS: dict[Kind | None, str] = {
    "session": "a session cookie",
    "remember": "a remember-me cookie",
}

#: What limits a cookie, if it is not a setting.
_CAUSES = {"duration": "its own duration", "record": "the login's record"}


@click.command("explain")
@with_appcontext
@click.option(
    "--load-user",
    is_flag=True,
    help="Call the user loader, and check the user, too.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def explain_command(ctx: click.Context, load_user: bool, as_json: bool) -> None:
    """Explain a session cookie or a remember-me cookie.

    The cookie is read from standard input: its value, name=value, or a whole header. The output
    says what it contains, which key signed it, when it expires, and why a request with it would be
    refused. Nothing is written. Keys are never printed.

    \b
    Example:
      flask login explain < cookie.txt

    The exit code is 0 if a cookie would be accepted, and 1 otherwise.
    """
    data = _read_input()

    if not data.strip():
        raise click.ClickException("There is no cookie on standard input.")

    note_memory(Visit.current().ledger)

    with in_one_sentence():
        reader = Reader(current_flask(), get_manager(), load_user)
        found = reader.explain(data)

    if as_json:
        echo_json({"accepted": _is_accepted(found), "cookies": [_as_json(each) for each in found]})
    else:
        _echo(found, reader.names)

    ctx.exit(0 if _is_accepted(found) else 1)


def _read_input() -> bytes:
    stream = sys.stdin.buffer

    # Hidden, because anyone who has the cookie can log in with it.
    if stream.isatty():
        text: str = click.prompt("Cookie", hide_input=True, err=True)
        return text.encode(errors="replace")

    return stream.read()


def _is_accepted(found: list[Explanation]) -> bool:
    return any(each.accepted for each in found)


def _echo(found: list[Explanation], names: Iterable[str]) -> None:
    if not found:
        known = " and ".join(f"'{name}'" for name in names)
        click.echo(f"No cookie of this application: its cookies are {known}.")

    for number, each in enumerate(found):
        if number:
            click.echo()

        click.echo(click.style(_title_of(each), bold=True))
        echo_facts(_facts_of(each))


def _title_of(each: Explanation) -> str:
    if each.format is None:
        return f"Not a cookie of this application: {each.because}"

    return _TITLES[each.format] + (f", signed by {each.key}" if each.key else "")


def _facts_of(each: Explanation) -> Iterator[tuple[str, str | None]]:
    has_login = each.user_id is not None
    is_session = each.kind == "session" and each.format is not None
    yield "looks like", _LOOKS.get(each.kind) if each.format is None else None
    yield "name", each.name and printable(each.name)
    yield "user", printable(each.user_id) if has_login else None
    yield "logged in", with_age(each.authenticated_at)
    yield "last active", with_age(each.seen_at)
    yield "issued", with_age(each.issued_at)
    yield "duration", as_span(each.duration)
    yield "expires", _expiry_of(each)
    yield "fresh", _yes_or_no(each.fresh) if is_session and has_login else None
    yield "permanent", _yes_or_no(each.permanent) if is_session else None
    yield "forced", "yes, even if the user is not active" if each.forced else None
    yield "stamp", _yes_or_no(each.stamped) if has_login else None
    yield "record", each.record
    yield "other keys", ", ".join(map(printable, each.other_keys)) or None
    yield "verdict", _verdict_of(each)


def _expiry_of(each: Explanation) -> str | None:
    if each.expires_at is None:
        return None

    by = str(each.expires_by)
    return f"{with_age(each.expires_at)}, by {_CAUSES.get(by, by)}"


def _yes_or_no(value: bool) -> str:
    return "yes" if value else "no"


def _verdict_of(each: Explanation) -> str:
    if each.reason is None:
        accepted = click.style("accepted", fg="green")
        advice = "" if each.user_loaded else ". To check the user, too, pass --load-user."
        return accepted + advice

    refused = click.style(f"refused: {each.reason}", fg="red")

    # The title already says why.
    if each.format is None:
        return refused

    return f"{refused}. {printable(each.because or MEANINGS[each.reason])}"


def _as_json(each: Explanation) -> dict[str, t.Any]:
    facts = asdict(each)

    for name in ("authenticated_at", "seen_at", "issued_at", "expires_at"):
        if facts[name] is not None:
            facts[name] = as_datetime(facts[name]).isoformat()

    if not isinstance(each.user_id, (str, int)):
        facts["user_id"] = None if each.user_id is None else str(each.user_id)

    return {**facts, "accepted": each.accepted}
