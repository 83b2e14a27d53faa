"""The small application, whose logins are on record in a store that can be watched."""

from __future__ import annotations

import typing as t
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from flask import jsonify
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from flask_login import current_user
from flask_login import end_login
from flask_login import label_login
from flask_login import list_logins
from flask_login import login_denied_reason
from flask_login import login_ended
from flask_login import login_user
from flask_login import LoginManager
from flask_login import logout_user
from flask_login import records_failed
from flask_login import refresh_login
from flask_login import remember_token_reused
from flask_login.records import Records
from flask_login.records import StoredLogin
from flask_login.records._rows import key_of
from flask_login.records.memory import MemoryRecords
from flask_login.testing import frozen_clock
from flask_login.testing import FrozenClock
from flask_login.testing import RecordsContract

#: What the tests of any store show of OWASP ASVS. They are in the package, and not all who use them
#: have the marker.
ASVS = {
    RecordsContract.test_login_at_the_limit_ends_the_oldest: ["7.1.2"],
    RecordsContract.test_login_at_the_limit_is_refused_where_none_is_to_end: ["7.1.2"],
    RecordsContract.test_many_logins_at_once_never_exceed_the_limit: ["7.1.2"],
    RecordsContract.test_change_of_an_ended_login_fails: ["7.4.1"],
    RecordsContract.test_change_at_once_with_the_end_brings_nothing_back: ["7.4.1"],
    RecordsContract.test_end_ends_all_logins_of_the_user: ["7.4.2", "7.4.5"],
    RecordsContract.test_end_besides_one_leaves_that_one: ["7.4.3", "7.5.2"],
    RecordsContract.test_end_of_everyone_ends_all_logins: ["7.4.5"],
    RecordsContract.test_login_from_before_the_end_of_all_is_not_adopted: ["7.4.5"],
    RecordsContract.test_newest_login_is_listed_first: ["7.5.2"],
    RecordsContract.test_end_ends_the_named_logins_alone: ["7.5.2"],
    RecordsContract.test_login_of_another_user_does_not_end: ["7.5.2"],
}

#: How long a rotated cookie stays, and for how long the one before is accepted.
HOUR = 60 * 60
GRACE = 5 * 60


def pytest_itemcollected(item: pytest.Item) -> None:
    numbers = ASVS.get(getattr(item, "function", None), [])

    if numbers:
        item.add_marker(pytest.mark.asvs(*numbers))


class Watched:
    """A store that notes what it is asked, and fails or is slow where it is told to."""

    def __init__(self, records: Records) -> None:
        self.records = records
        #: The methods that were called, in order.
        self.calls: list[str] = []
        #: The methods that fail.
        self.failing: set[str] = set()
        #: Called before a method, once.
        self.before: dict[str, Callable[[], object]] = {}

    def __getattr__(self, name: str) -> t.Any:
        method = getattr(self.records, name)

        def call(*args: t.Any, **kwargs: t.Any) -> t.Any:
            self.calls.append(name)

            if name in self.failing:
                raise ConnectionError("nobody is there")

            self.before.pop(name, lambda: None)()
            return method(*args, **kwargs)

        return call

    def fail(self, *names: str) -> None:
        """Fail from now on: at these methods, by default all."""
        self.failing = {*names} or {"find", "create", "adopt", "change", "list", "end", "purge"}

    def recover(self) -> None:
        self.failing = set()

    def writes(self) -> list[str]:
        return [name for name in self.calls if name not in ("find", "list")]

    @contextmanager
    def watch(self) -> Iterator[list[str]]:
        """The calls from here on."""
        self.calls = []
        yield self.calls


@pytest.fixture
def records() -> Watched:
    return Watched(MemoryRecords())


@pytest.fixture
def login_manager(app: Flask, users: t.Any, records: t.Any) -> LoginManager:
    login_manager = LoginManager(app, records=records)
    login_manager.user_loader(lambda user_id: users.get(str(user_id)))
    return login_manager


@pytest.fixture
def browser(app: Flask, browser: FlaskClient, users: t.Any) -> FlaskClient:
    """A client of an application that shows and ends logins."""

    @app.route("/logins")
    def logins() -> t.Any:
        return jsonify([vars(record) for record in list_logins()])

    @app.route("/end/<id>")
    def end(id: str) -> str:
        return str(end_login(id))

    @app.route("/label/<id>/<label>")
    def label(id: str, label: str) -> str:
        return str(label_login(id, label))

    @app.route("/leave/<scope>")
    def leave(scope: t.Any) -> str:
        return str(logout_user(scope))

    @app.route("/refresh")
    def refresh() -> str:
        refresh_login()
        return "refreshed"

    @app.route("/restamp/<stamp>")
    def restamp(stamp: str) -> str:
        users[current_user.get_id()].stamp = stamp
        refresh_login()
        return stamp

    @app.route("/reason")
    def reason() -> str:
        bool(current_user)
        return str(login_denied_reason())

    @app.route("/twice")
    def twice() -> str:
        before = str(current_user.get_id())

        with app.app_context():
            return f"{before} {current_user.get_id()}"

    @app.route("/denied/<user_id>")
    def denied(user_id: str) -> str:
        return f"{login_user(users[user_id])} {login_denied_reason()}"

    return browser


@pytest.fixture
def new_browser(app: Flask, browser: FlaskClient) -> Callable[..., FlaskClient]:
    """Makes one more browser."""

    def make(agent: str = "Other/1.0", **cookies: str) -> FlaskClient:
        client = app.test_client()
        client.environ_base["HTTP_USER_AGENT"] = agent

        for name, value in cookies.items():
            client.set_cookie(name, value)

        return client

    return make


@pytest.fixture
def other(new_browser: t.Any) -> FlaskClient:
    return new_browser()


@pytest.fixture
def copy_of(app: Flask) -> Callable[..., FlaskClient]:
    """A browser with the same cookies, or some of them, as they are now."""

    def copy(client: FlaskClient, *names: str) -> FlaskClient:
        twin = app.test_client()
        twin.environ_base.update(client.environ_base)

        for name in names or ("session", "remember_token"):
            cookie = client.get_cookie(name)

            if cookie is not None:
                twin.set_cookie(name, cookie.value)

        return twin

    return copy


@pytest.fixture
def time() -> Iterator[FrozenClock]:
    with frozen_clock() as clock:
        yield clock


@pytest.fixture
def ask() -> Callable[..., str]:
    """What a page says."""

    def get(client: FlaskClient, path: str = "/me", **headers: str) -> str:
        return client.get(path, headers=headers).text

    return get


@pytest.fixture
def row_of(records: Watched, session_of: t.Any) -> Callable[..., StoredLogin]:
    """What is on record of the login of a client's session."""

    def find(client: FlaskClient) -> StoredLogin:
        stored = session_of(client)
        secret = stored["_login"].partition("|")[0].rpartition(".")[2]
        row = records.records.find(str(stored["_user_id"]), key_of(secret)).login
        assert row is not None
        return row

    return find


@pytest.fixture
def ids_of(records: Watched) -> Callable[..., list[str]]:
    """The IDs of a user's logins that count."""
    return lambda user_id="1", at=0: [row.key for row in records.records.list(user_id, at)]


@pytest.fixture
def dies_of() -> Callable[[TestResponse], bool]:
    """Whether an answer is that the store of the logins is not available."""
    return lambda response: response.status_code == 503 and response.headers["Retry-After"] == "10"


@pytest.fixture
def heard() -> Iterator[list[t.Any]]:
    """What the signals about logins on record said, with their names."""
    said: list[t.Any] = []

    def hear_ended(app: t.Any, **facts: t.Any) -> None:
        said.append(("ended", facts["user_id"], facts["login_id"], facts["reason"]))

    def hear_reused(app: t.Any, **facts: t.Any) -> None:
        said.append(("reused", facts["user_id"], facts["login_id"]))

    def hear_failed(app: t.Any, **facts: t.Any) -> None:
        said.append(("failed", type(facts["error"])))

    with (
        login_ended.connected_to(hear_ended),
        remember_token_reused.connected_to(hear_reused),
        records_failed.connected_to(hear_failed),
    ):
        yield said
