"""``flask login sessions``: list and end recorded logins."""

from __future__ import annotations

import io
import json
import typing as t
from collections import Counter
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient

from flask_login import login_ended
from flask_login import LoginManager
from flask_login.records.memory import MemoryRecords
from flask_login.testing import frozen_clock
from flask_login.testing import FrozenClock

YEAR = 366 * 24 * 60 * 60

Invoke: t.TypeAlias = Callable[..., Result]


class Terminal(io.BytesIO):
    """A terminal with typed input."""

    def isatty(self) -> bool:
        return True


class Broken:
    """A store that cannot be reached."""

    def __getattr__(self, name: str) -> t.Any:
        raise ConnectionError("nobody is there\nasked with a secret")


@pytest.fixture(params=["memory", "sqlalchemy"])
def records(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[t.Any]:
    if request.param == "memory":
        yield MemoryRecords()
        return

    sqlalchemy = pytest.importorskip("sqlalchemy")
    module = pytest.importorskip("flask_login.records.sqlalchemy")
    engine = sqlalchemy.create_engine(f"sqlite:///{tmp_path / 'logins.db'}")
    store = module.SQLAlchemyRecords(engine)
    store.create_all()
    yield store
    engine.dispose()


@pytest.fixture
def login_manager(app: Flask, users: t.Any, records: t.Any) -> LoginManager:
    login_manager = LoginManager(app, records=records)
    login_manager.user_loader(lambda user_id: users.get(str(user_id)))
    return login_manager


@pytest.fixture
def invoke(app: Flask, browser: FlaskClient) -> Invoke:
    return lambda *args, **kwargs: app.test_cli_runner().invoke(
        args=["login", "sessions", *args], **kwargs
    )


@pytest.fixture
def log_in(app: Flask, browser: FlaskClient) -> Callable[..., FlaskClient]:
    """Makes a browser that has a login."""

    def make(user_id: str = "1", agent: str = "Firefox") -> FlaskClient:
        client = app.test_client()
        client.environ_base["HTTP_USER_AGENT"] = agent
        client.get(f"/login/{user_id}")
        return client

    return make


@pytest.fixture
def ids(invoke: Invoke) -> Callable[[], list[str]]:
    """The IDs of user 1's logins, the newest first."""
    return lambda: [login["id"] for login in json.loads(invoke_json(invoke))]


@pytest.fixture
def time() -> Iterator[FrozenClock]:
    with frozen_clock() as clock:
        yield clock


def invoke_json(invoke: Invoke) -> str:
    return invoke("list", "--user", "1", "--json").stdout


def lines_of(result: Result) -> list[str]:
    return result.stdout.splitlines()


def test_list_shows_the_newest_login_first(invoke: Invoke, log_in: t.Any, time: t.Any) -> None:
    log_in(agent="Firefox")
    time.tick(60)
    log_in(agent="Safari")

    lines = lines_of(invoke("list", "--user", "1"))

    assert [line.split()[-1] for line in lines[1:3]] == ["Safari", "Firefox"]


def test_columns_are_aligned(invoke: Invoke, log_in: t.Any) -> None:
    log_in(agent="Firefox")

    head, row, *_ = lines_of(invoke("list", "--user", "1"))

    assert head.index("Browser") == row.index("Firefox")


def test_list_ends_with_a_summary(invoke: Invoke, log_in: t.Any) -> None:
    log_in()

    assert lines_of(invoke("list", "--user", "1"))[-1] == "1 login of user 1. Times are in UTC."


def test_list_is_of_one_user(invoke: Invoke, log_in: t.Any) -> None:
    log_in("2")
    assert invoke("list", "--user", "1").stdout == "User 1 has no login.\n"


def test_list_needs_a_user(invoke: Invoke) -> None:
    result = invoke("list")

    assert result.exit_code == 2
    assert "--user" in result.output


def test_text_of_a_browser_is_cut(invoke: Invoke, log_in: t.Any) -> None:
    log_in(agent="word " * 40)

    line = lines_of(invoke("list", "--user", "1"))[1]

    assert line.endswith("word word…")
    assert len(line) < 160


def test_json_has_all_of_a_login(invoke: Invoke, log_in: t.Any) -> None:
    log_in(agent="Firefox")

    [login] = json.loads(invoke_json(invoke))

    assert set(login) == {
        *("id", "user_id", "created_at", "seen_at", "expires_at"),
        *("user_agent", "address", "source", "label"),
    }
    assert (login["user_id"], login["user_agent"]) == ("1", "Firefox")


def test_times_in_json_are_utc(invoke: Invoke, log_in: t.Any) -> None:
    log_in()
    [login] = json.loads(invoke_json(invoke))
    assert login["created_at"].endswith("+00:00")


def test_piped_output_has_no_colour(invoke: Invoke, log_in: t.Any) -> None:
    log_in()
    assert "\x1b" not in invoke("list", "--user", "1").output


def test_end_ends_all_logins_of_a_user(invoke: Invoke, log_in: t.Any) -> None:
    browsers = [log_in(), log_in()]

    result = invoke("end", "--user", "1")

    assert result.stdout == "2 logins of user 1 ended.\n"
    assert [browser.get("/me").text for browser in browsers] == ["nobody", "nobody"]


def test_end_leaves_other_users_alone(invoke: Invoke, log_in: t.Any) -> None:
    other = log_in("2")
    invoke("end", "--user", "1")
    assert other.get("/me").text == "2"


def test_end_of_nothing_is_no_failure(invoke: Invoke) -> None:
    result = invoke("end", "--user", "1")
    assert (result.stdout, result.exit_code) == ("0 logins of user 1 ended.\n", 0)


def test_end_sends_the_signal(invoke: Invoke, log_in: t.Any) -> None:
    heard: list[str] = []
    log_in()

    def hear(app: Flask, user_id: str, **facts: t.Any) -> None:
        heard.append(user_id)

    with login_ended.connected_to(hear):
        invoke("end", "--user", "1")

    assert heard == ["1"]


@pytest.mark.parametrize("length", [12, 43], ids=["prefix", "whole ID"])
def test_one_login_ends_alone(
    invoke: Invoke, log_in: t.Any, ids: t.Any, length: int, time: t.Any
) -> None:
    older, _ = log_in(), time.tick(1)
    newer = log_in()

    result = invoke("end", "--user", "1", "--login", ids()[0][:length])

    assert result.stdout == "1 login of user 1 ended.\n"
    assert (older.get("/me").text, newer.get("/me").text) == ("1", "nobody")


def test_table_shows_what_names_a_login(invoke: Invoke, log_in: t.Any, ids: t.Any) -> None:
    log_in()
    shown = lines_of(invoke("list", "--user", "1"))[1].split()[0]
    assert ids()[0].startswith(shown)


def test_login_of_another_user_does_not_end(invoke: Invoke, log_in: t.Any, ids: t.Any) -> None:
    browser = log_in("1")

    result = invoke("end", "--user", "2", "--login", ids()[0])

    assert result.exit_code == 1
    assert browser.get("/me").text == "1"


@pytest.mark.parametrize(
    ("prefix", "message"),
    [
        ("?", "Error: User 1 has no login that begins with '?'."),
        ("", "Error: '--login' needs an ID, or the beginning of one."),
    ],
    ids=["no login", "empty"],
)
def test_prefix_must_name_one_login(
    invoke: Invoke, log_in: t.Any, ids: t.Any, prefix: str, message: str
) -> None:
    log_in(), log_in()

    result = invoke("end", "--user", "1", "--login", prefix)

    assert message in result.output
    assert result.exit_code == 1
    assert len(ids()) == 2


def test_prefix_of_several_logins_ends_none(invoke: Invoke, log_in: t.Any, ids: t.Any) -> None:
    # An ID begins with one of 64 characters.
    for _ in range(65):
        log_in()

    prefix, count = Counter(id[0] for id in ids()).most_common(1)[0]

    result = invoke("end", "--user", "1", "--login", prefix)

    assert f"Error: User 1 has {count} logins that begin with '{prefix}'." in result.output
    assert len(ids()) == 65


def test_json_has_the_number_of_ended_logins(invoke: Invoke, log_in: t.Any) -> None:
    log_in()
    assert json.loads(invoke("end", "--user", "1", "--json").stdout) == {"ended": 1}


def test_end_all_ends_the_logins_of_everyone(invoke: Invoke, log_in: t.Any) -> None:
    browsers = [log_in("1"), log_in("2")]

    result = invoke("end-all", "--yes")

    assert result.stdout == "All logins of all users ended.\n"
    assert [browser.get("/me").text for browser in browsers] == ["nobody", "nobody"]


def test_end_all_needs_a_yes_without_a_terminal(invoke: Invoke, log_in: t.Any) -> None:
    browser = log_in()

    result = invoke("end-all", input="y\n")

    assert "Pass '--yes'" in result.output
    assert result.exit_code == 2
    assert browser.get("/me").text == "1"


@pytest.mark.parametrize(
    ("typed", "user", "exit_code"), [(b"y\n", "nobody", 0), (b"n\n", "1", 1)], ids=["yes", "no"]
)
def test_end_all_asks_in_a_terminal(
    invoke: Invoke, log_in: t.Any, typed: bytes, user: str, exit_code: int
) -> None:
    browser = log_in()

    result = invoke("end-all", input=Terminal(typed))

    assert "End all logins of all users?" in result.output
    assert result.exit_code == exit_code
    assert browser.get("/me").text == user


def test_purge_prints_the_number_of_removed_rows(
    invoke: Invoke, log_in: t.Any, time: FrozenClock
) -> None:
    log_in(), log_in()
    time.tick(YEAR)
    assert invoke("purge").stdout == "2 rows removed.\n"


def test_purge_leaves_what_counts(invoke: Invoke, log_in: t.Any) -> None:
    log_in()
    assert json.loads(invoke("purge", "--json").stdout) == {"removed": 0}


COMMANDS = [
    ("list", "--user", "1"),
    ("end", "--user", "1"),
    ("end", "--user", "1", "--login", "x"),
    ("end-all", "--yes"),
    ("purge",),
]


@pytest.mark.parametrize("args", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("records", [None], ids=["no records"])
def test_command_without_records_says_what_to_do(
    invoke: Invoke, records: t.Any, args: tuple[str, ...]
) -> None:
    result = invoke(*args)

    assert "Pass a store: 'LoginManager(records=...)'." in result.output
    assert result.exit_code == 1


@pytest.mark.parametrize("args", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("records", [Broken()], ids=["broken"])
def test_failure_of_the_store_is_one_sentence(
    invoke: Invoke, records: t.Any, args: tuple[str, ...]
) -> None:
    result = invoke(*args)

    assert result.exit_code == 1
    assert result.output == ("Error: The record store failed: ConnectionError: nobody is there\n")


@pytest.mark.parametrize("records", [Broken()], ids=["broken"])
def test_failure_of_the_store_is_in_the_log(
    invoke: Invoke, records: t.Any, caplog: pytest.LogCaptureFixture
) -> None:
    invoke("purge")
    assert "The record store failed." in caplog.text


@pytest.mark.parametrize("records", [MemoryRecords()], ids=["memory"])
def test_memory_of_another_process_is_warned_about(invoke: Invoke, records: t.Any) -> None:
    assert "in the memory of one process" in invoke("purge").stderr
