"""``flask login explain`` judges a cookie as a request with it does."""

from __future__ import annotations

import json
import string
import typing as t
from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from datetime import timezone

import pytest
from flask import Flask
from flask import session
from hypothesis import example
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from itsdangerous import URLSafeTimedSerializer

from flask_login import current_user
from flask_login import encode_cookie
from flask_login import login_denied_reason
from flask_login import login_user
from flask_login import LoginManager
from flask_login import logout_user
from flask_login import remember_token_reused
from flask_login import session_ended
from flask_login import UserMixin
from flask_login.cli._cookies import Reader
from flask_login.cli._dry import DryRecords
from flask_login.records import StoredLogin
from flask_login.records.memory import MemoryRecords
from flask_login.testing import frozen_clock
from flask_login.testing import FrozenClock

HOUR = 60 * 60
YEAR = 366 * 24 * HOUR

calm = settings(deadline=None, derandomize=True)


class User(UserMixin):
    stamp: str | None = None
    active = True

    def __init__(self, id: str) -> None:
        self.id = id

    @property
    def is_active(self) -> bool:
        return self.active

    def get_session_stamp(self) -> str | None:
        return self.stamp


class Watched(MemoryRecords):
    """A store that notes writes, and fails on demand."""

    failing = False
    stolen = False

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[str] = []

    def find(self, *args: t.Any) -> t.Any:
        if self.failing:
            raise ConnectionError("nobody is there")

        return super().find(*args)

    def _put(self, *logins: StoredLogin) -> None:
        self.writes += [login.key for login in logins]
        super()._put(*logins)


class World:
    """An application, a browser that has logged in, and the cookies that it got."""

    def __init__(self, records: Watched | None = None, **config: t.Any) -> None:
        self.records = records
        self.users = {"1": User("1"), "2": User("2")}
        self.app = app = Flask("app")
        app.config.update(SECRET_KEY="a secret key", **config)
        self.manager = self.manage(records)
        app.add_url_rule("/login", "login", lambda: str(self._log_in()))
        app.add_url_rule("/logout", "logout", lambda: str(logout_user()))
        app.add_url_rule("/why", "why", self._say_why)
        self.client = app.test_client()

    def manage(self, records: Watched | None) -> LoginManager:
        manager = LoginManager(self.app, records=records)
        manager.user_loader(lambda user_id: self.users.get(str(user_id)))
        return manager

    def log_in(self) -> list[str]:
        """The session cookie and the remember-me cookie, each as a header has it."""
        self.client.get("/login")
        return [f"{name}={self._value(name)}" for name in ("session", "remember_token")]

    def explained(self, header: str) -> str:
        """Return the verdict of the command."""
        result = self.app.test_cli_runner().invoke(
            args=["login", "explain", "--load-user", "--json"], input=f"Cookie: {header}"
        )
        told = json.loads(result.stdout)
        assert result.exit_code == (0 if told["accepted"] else 1)
        [cookie] = told["cookies"]
        return "accepted" if cookie["accepted"] else str(cookie["reason"])

    def found(self, header: str) -> str:
        """Return the verdict of a request."""
        client = self.app.test_client(use_cookies=False)
        response = client.get("/why", headers={"Cookie": header})
        return response.text if response.status_code == 200 else "records_unavailable"

    def _value(self, name: str) -> str:
        cookie = self.client.get_cookie(name)
        assert cookie is not None
        return cookie.value

    def _log_in(self) -> bool:
        session["basket"] = "full"
        return login_user(self.users["1"], remember=True)

    @staticmethod
    def _say_why() -> str:
        return "accepted" if current_user.is_authenticated else str(login_denied_reason())


@pytest.fixture
def time() -> Iterator[FrozenClock]:
    with frozen_clock() as clock:
        yield clock


Case: t.TypeAlias = Callable[[World, FrozenClock], t.Any]


def nothing(world: World, time: FrozenClock) -> None:
    pass


def setting(**config: t.Any) -> Case:
    return lambda world, time: world.app.config.update(config)


def later(seconds: float, **config: t.Any) -> Case:
    def wait(world: World, time: FrozenClock) -> None:
        world.app.config.update(config)
        time.tick(seconds)

    return wait


def restamp(world: World, time: FrozenClock) -> None:
    world.users["1"].stamp = "another"


def delete_user(world: World, time: FrozenClock) -> None:
    del world.users["1"]


def deactivate(world: World, time: FrozenClock) -> None:
    world.app.config["LOGIN_CHECK_ACTIVE"] = True
    world.users["1"].active = False


def remove_loader(world: World, time: FrozenClock) -> None:
    world.manager._user_callback = None
    world.manager.request_loader(lambda request: None)


def end(world: World, time: FrozenClock) -> None:
    world.manager.end_logins_of("1")


def end_all(world: World, time: FrozenClock) -> None:
    world.manager.end_all_logins()


def purge(world: World, time: FrozenClock) -> None:
    assert world.records is not None
    world.records.purge(2**60)


def fail(world: World, time: FrozenClock) -> None:
    assert world.records is not None
    world.records.failing = True


def fail_and_allow(world: World, time: FrozenClock) -> None:
    world.app.config["LOGIN_RECORDS_ON_ERROR"] = "allow"
    fail(world, time)


def turn_records_off(world: World, time: FrozenClock) -> None:
    world.manage(None)


def turn_records_on(world: World, time: FrozenClock) -> None:
    world.manager = world.manage(Watched())


def turn_records_on_without_adoption(world: World, time: FrozenClock) -> None:
    world.app.config["LOGIN_RECORDS_ADOPT"] = False
    turn_records_on(world, time)


def turn_records_on_and_end(world: World, time: FrozenClock) -> None:
    turn_records_on(world, time)
    world.manager.end_logins_of("1")


def replace_cookie(world: World, time: FrozenClock) -> None:
    """Have the browser's remember-me cookie replaced, twice."""
    for _ in range(4):
        world.client.delete_cookie("session")
        time.tick(2 * HOUR)
        world.client.get("/why")


CASES: dict[str, Case] = {
    "as it is": nothing,
    "idle": later(HOUR, LOGIN_IDLE_TIMEOUT=HOUR / 2),
    "not idle": later(HOUR, LOGIN_IDLE_TIMEOUT=2 * HOUR),
    "clock is behind": later(-HOUR, LOGIN_IDLE_TIMEOUT=HOUR / 2),
    "too old": later(HOUR, LOGIN_ABSOLUTE_TIMEOUT=HOUR / 2),
    "not too old": later(HOUR, LOGIN_ABSOLUTE_TIMEOUT=2 * HOUR),
    "no longer remembered": later(YEAR),
    "session is over": setting(PERMANENT_SESSION_LIFETIME=-1),
    "another stamp": restamp,
    "no such user": delete_user,
    "not active": deactivate,
    "no loader": remove_loader,
    "no session": setting(LOGIN_LOADER_ORDER=("remember", "request")),
    "no remember-me cookie": setting(LOGIN_LOADER_ORDER=("session",)),
    "strong protection": setting(SESSION_PROTECTION="strong"),
    "no protection": setting(SESSION_PROTECTION=None),
    "another key": setting(SECRET_KEY="another"),
    "no key": setting(SECRET_KEY=None),
    "rotated key": setting(SECRET_KEY="another", SECRET_KEY_FALLBACKS=["a secret key"]),
    "other names": setting(SESSION_COOKIE_NAME="s", REMEMBER_COOKIE_NAME="r"),
    "legacy format": setting(REMEMBER_COOKIE_FORMAT="legacy"),
}

RECORDED: dict[str, Case] = {
    "as it is": nothing,
    "used later": later(HOUR),
    "too old": later(HOUR, LOGIN_ABSOLUTE_TIMEOUT=HOUR / 2),
    "expired": later(2 * YEAR),
    "ended": end,
    "all ended": end_all,
    "purged": purge,
    "store fails": fail,
    "store fails, sessions go on": fail_and_allow,
    "records are off": turn_records_off,
    "replaced": replace_cookie,
    "another stamp": restamp,
    "no such user": delete_user,
    "rotated key": setting(SECRET_KEY="another", SECRET_KEY_FALLBACKS=["a secret key"]),
}

FROM_BEFORE: dict[str, Case] = {
    "adopted": turn_records_on,
    "not adopted": turn_records_on_without_adoption,
    "ended": turn_records_on_and_end,
}


@pytest.mark.parametrize("which", [0, 1], ids=["session", "remember"])
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_verdict_is_that_of_a_request(case: Case, which: int, time: FrozenClock) -> None:
    world = World(LOGIN_IDLE_TIMEOUT=100 * YEAR)
    header = world.log_in()[which]
    case(world, time)

    explained = world.explained(header)

    assert explained == world.found(header)


@pytest.mark.parametrize("which", [0, 1], ids=["session", "remember"])
@pytest.mark.parametrize("case", RECORDED.values(), ids=RECORDED)
def test_verdict_is_that_of_a_request_with_records(
    case: Case, which: int, time: FrozenClock
) -> None:
    world = World(Watched())
    header = world.log_in()[which]
    case(world, time)

    explained = world.explained(header)

    assert explained == world.found(header)


@pytest.mark.parametrize("which", [0, 1], ids=["session", "remember"])
@pytest.mark.parametrize("case", FROM_BEFORE.values(), ids=FROM_BEFORE)
def test_verdict_is_that_of_a_request_for_logins_from_before(
    case: Case, which: int, time: FrozenClock
) -> None:
    world = World()
    header = world.log_in()[which]
    time.tick(1)
    case(world, time)

    explained = world.explained(header)

    assert explained == world.found(header)


@pytest.mark.parametrize("config", [{}, {"LOGIN_IDLE_TIMEOUT": HOUR}], ids=["plain", "idle"])
@pytest.mark.parametrize("accept", [True, False, datetime(2020, 1, 1, tzinfo=timezone.utc)])
def test_verdict_on_legacy_cookies_is_that_of_a_request(accept: t.Any, config: t.Any) -> None:
    world = World(REMEMBER_COOKIE_ACCEPT_LEGACY=accept, **config)

    with world.app.app_context():
        header = f"remember_token={encode_cookie('1')}"

    assert world.explained(header) == world.found(header)


@pytest.mark.parametrize("mode", ["basic", "strong"])
@pytest.mark.parametrize("permanent", [True, False], ids=["permanent", "not permanent"])
@pytest.mark.parametrize("fresh", [True, False], ids=["fresh", "not fresh"])
def test_verdict_on_sessions_that_name_no_browser(mode: str, permanent: bool, fresh: bool) -> None:
    world = World(SESSION_PROTECTION=mode)

    with world.client.session_transaction() as stored:
        stored.update(_user_id="1", _fresh=fresh)
        stored.permanent = permanent

    header = f"session={world._value('session')}"

    assert world.explained(header) == world.found(header)


def test_verdict_on_a_session_without_a_login() -> None:
    world = World()
    world.log_in()
    world.client.get("/logout")
    header = f"session={world._value('session')}"
    assert world.explained(header) == world.found(header) == "no_login"


def test_verdict_on_a_value_that_is_signed_for_another_purpose() -> None:
    world = World()
    signed = URLSafeTimedSerializer("a secret key", salt="mail").dumps({"_user_id": "1"})
    header = f"session={signed}"
    assert world.explained(header) == world.found(header) == "no_login"


def test_loader_may_look_who_is_asked_for(time: FrozenClock) -> None:
    world = World()
    header = world.log_in()[1]
    world.manager.user_loader(
        lambda user_id: None if current_user.is_active else world.users[session["_user_id"]]
    )
    assert world.explained(header) == world.found(header) == "accepted"


@pytest.mark.parametrize("which", [0, 1], ids=["session", "remember"])
@pytest.mark.parametrize("case", [*RECORDED.values()], ids=RECORDED)
def test_nothing_is_written_on_record(case: Case, which: int, time: FrozenClock) -> None:
    records = Watched()
    world = World(records)
    header = world.log_in()[which]
    case(world, time)
    records.writes = []

    world.explained(header)

    assert records.writes == []


@pytest.mark.parametrize("case", FROM_BEFORE.values(), ids=FROM_BEFORE)
def test_nothing_is_adopted(case: Case, time: FrozenClock) -> None:
    world = World()
    headers = world.log_in()
    case(world, time)

    for header in headers:
        world.explained(header)

    records = t.cast(Watched, world.manager.login_records)
    assert records.writes == []


def test_nothing_that_a_loader_does_is_written(time: FrozenClock) -> None:
    records = Watched()
    world = World(records)
    header = world.log_in()[0]
    records.writes = []

    def load(user_id: str) -> User:
        logout_user()
        login_user(world.users["2"])
        return world.users["1"]

    world.manager.user_loader(load)

    world.explained(header)

    assert records.writes == []


WRITES: dict[str, Callable[[DryRecords, StoredLogin], t.Any]] = {
    "create": lambda records, login: records.create(replace(login, key="another")).stored,
    "adopt": lambda records, login: records.adopt(replace(login, key="another")) is not None,
    "adopt again": lambda records, login: records.adopt(replace(login, label="x")) == login,
    "change": lambda records, login: records.change("1", login.key, {"label": "x"}),
    "end": lambda records, login: not records.end("1", 0),
    "end_all": lambda records, login: records.end_all(0) is None,
    "purge": lambda records, login: records.purge(2**60) == 0,
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_dry_store_only_seems_to_write(write: t.Any) -> None:
    records = Watched()
    World(records).log_in()
    before = list(records.list("1", 0))

    assert write(DryRecords(records), before[0])
    assert DryRecords(records).list("1", 0) == before


@pytest.mark.parametrize(
    ("case", "which"),
    [(replace_cookie, 1), (delete_user, 0), (end, 1)],
    ids=["stolen", "no such user", "ended"],
)
def test_no_signal_is_sent(case: Case, which: int, time: FrozenClock) -> None:
    world = World(Watched())
    header = world.log_in()[which]
    case(world, time)
    heard: list[t.Any] = []

    def hear(app: Flask, **facts: t.Any) -> None:
        heard.append(facts)

    with session_ended.connected_to(hear), remember_token_reused.connected_to(hear):
        world.explained(header)

    assert heard == []


def test_failure_of_the_store_prints_no_traceback(
    time: FrozenClock, capsys: pytest.CaptureFixture[str]
) -> None:
    world = World(Watched())
    header = world.log_in()[1]
    fail(world, time)
    assert world.explained(header) == "records_unavailable"
    assert "Traceback" not in capsys.readouterr().err


# Fuzzing ------------------------------------------------------------------------------------------

WORLD = World(LOGIN_IDLE_TIMEOUT=YEAR)
HEADERS = [*WORLD.log_in(), "remember_token=1|" + "0" * 128, "session="]
RECORDED_WORLD = World(Watched())
RECORDED_HEADERS = RECORDED_WORLD.log_in()

#: What a header may hold within one cookie.
LETTERS = sorted({*string.printable} - {*string.whitespace} - {";"})


@st.composite
def mutants(draw: st.DrawFn, headers: list[str]) -> str:
    """A header with a cookie that was cut, changed or spliced."""
    name, _, value = draw(st.sampled_from(headers)).partition("=")
    _, _, other = draw(st.sampled_from(headers)).partition("=")
    cut = draw(st.integers(0, len(value)))
    stop = draw(st.integers(cut, min(len(value), cut + 3)))
    middle = draw(st.text(LETTERS, max_size=4) | st.just(other) | st.just(value[cut:stop]))
    return f"{name}={value[:cut]}{middle}{value[stop:]}"


@given(
    data=st.binary(max_size=300) | st.text(max_size=300).map(lambda s: s.encode(errors="replace"))
)
@example(data=b"Cookie:")
@example(data=b"=")
@example(data=b'"')
@example(data=b"session")
@example(data="remember_token=\x00|\ud800".encode("utf-8", "surrogatepass"))
@calm
def test_any_bytes_are_explained(data: bytes) -> None:
    with WORLD.app.app_context():
        found = Reader(WORLD.app, t.cast(t.Any, WORLD.manager), True).explain(data)

    assert not any(each.accepted for each in found)


@given(header=mutants(HEADERS))
@calm
def test_verdict_on_a_mutant_is_that_of_a_request(header: str) -> None:
    assert WORLD.explained(header) == WORLD.found(header)


@given(header=mutants(RECORDED_HEADERS))
@calm
def test_verdict_on_a_mutant_is_that_of_a_request_with_records(header: str) -> None:
    assert RECORDED_WORLD.explained(header) == RECORDED_WORLD.found(header)
