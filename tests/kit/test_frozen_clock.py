"""``frozen_clock``: time that passes when a test says so."""

from __future__ import annotations

import typing as t
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from datetime import timedelta
from datetime import timezone

import pytest
from flask import Flask
from flask.testing import FlaskClient

from flask_login import _clock
from flask_login import login_manager as login_manager_module
from flask_login import session_expires_at
from flask_login.testing import frozen_clock
from flask_login.testing import LoginClient

Users = dict[str, t.Any]

HOUR = timedelta(hours=1)


@pytest.fixture
def login_client(app: Flask, browser: FlaskClient) -> LoginClient:
    app.add_url_rule("/end", "end", lambda: str(session_expires_at()))
    return LoginClient(app, app.response_class)


@pytest.mark.parametrize(
    ("setting", "path", "before", "after"),
    [
        ("LOGIN_FRESH_LIFETIME", "/fresh", "True", "False"),
        ("LOGIN_ABSOLUTE_TIMEOUT", "/me", "1", "nobody"),
        ("LOGIN_IDLE_TIMEOUT", "/me", "1", "nobody"),
    ],
)
def test_lifetime_ends_when_it_is_over(
    app: Flask,
    login_client: LoginClient,
    users: Users,
    setting: str,
    path: str,
    before: str,
    after: str,
) -> None:
    app.config[setting] = HOUR

    with frozen_clock() as clock:
        login_client.login(users["1"])
        clock.tick(HOUR - timedelta(seconds=1))
        assert login_client.get(path).text == before
        clock.tick(HOUR)
        assert login_client.get(path).text == after


def test_remember_cookie_ends_when_it_is_over(
    app: Flask, login_client: LoginClient, users: Users
) -> None:
    app.config["REMEMBER_COOKIE_DURATION"] = HOUR

    with frozen_clock() as clock:
        login_client.login(users["1"], remember=True)
        login_client.delete_cookie("session")
        clock.tick(HOUR)
        assert login_client.get("/me").text == "nobody"


def test_remember_cookie_lasts_until_then(
    app: Flask, login_client: LoginClient, users: Users
) -> None:
    app.config["REMEMBER_COOKIE_DURATION"] = HOUR

    with frozen_clock() as clock:
        login_client.login(users["1"], remember=True)
        login_client.delete_cookie("session")
        clock.tick(HOUR - timedelta(seconds=1))
        assert login_client.get("/me").text == "1"


def test_expiry_of_the_remember_cookie_is_by_the_clock(
    browser: FlaskClient, expiry_of: t.Any
) -> None:
    with frozen_clock() as clock:
        clock.tick(HOUR)
        response = browser.get("/login/1?remember&duration=60")

        assert expiry_of(response) == clock() + 60


def test_end_of_a_login_is_by_the_clock(
    app: Flask, login_client: LoginClient, users: Users
) -> None:
    app.config["LOGIN_ABSOLUTE_TIMEOUT"] = HOUR

    with frozen_clock() as clock:
        login_client.login(users["1"])
        end = datetime.fromtimestamp(clock(), timezone.utc) + HOUR
        clock.tick(60)

        assert login_client.get("/end").text == str(end)


def test_login_of_some_time_ago_is_so_by_the_clock(
    app: Flask, login_client: LoginClient, users: Users
) -> None:
    app.config["LOGIN_ABSOLUTE_TIMEOUT"] = 2 * HOUR

    with frozen_clock() as clock:
        login_client.login(users["1"], ago=HOUR)
        assert login_client.get("/me").text == "1"
        clock.tick(HOUR)
        assert login_client.get("/me").text == "nobody"


@pytest.mark.parametrize("time", [timedelta(minutes=1), 60, 60.0], ids=repr)
def test_time_passes_by_ticks(time: t.Any) -> None:
    with frozen_clock() as clock:
        before = clock()
        clock.tick(time)

        assert clock() == before + 60


def test_fractions_of_a_second_add_up() -> None:
    with frozen_clock() as clock:
        before = clock()
        clock.tick(0.5)
        clock.tick(timedelta(milliseconds=500))

        assert clock() == before + 1


def test_time_may_go_back() -> None:
    with frozen_clock() as clock:
        before = clock()
        clock.tick(-HOUR)

        assert clock() == before - 3600


def test_clock_stands_still(monkeypatch: pytest.MonkeyPatch) -> None:
    with frozen_clock() as clock:
        before = clock()
        monkeypatch.setattr("time.time", lambda: before + 3600.0)

        assert _clock.now() == clock() == before


def test_clock_begins_now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", lambda: 1_750_000_000.5)

    with frozen_clock() as clock:
        assert clock() == 1_750_000_000


def test_date_is_in_the_time_zone_that_is_asked_for() -> None:
    with frozen_clock() as clock:
        now = login_manager_module.datetime.now

        assert now(timezone.utc) == datetime.fromtimestamp(clock(), timezone.utc)
        assert now() == datetime.fromtimestamp(clock())


def test_nested_clock_begins_where_the_outer_one_stands() -> None:
    with frozen_clock() as outer:
        outer.tick(HOUR)

        with frozen_clock() as inner:
            assert inner() == outer()
            inner.tick(HOUR)

        assert _clock.now() == outer()


@pytest.fixture
def moment(monkeypatch: pytest.MonkeyPatch) -> int:
    """The time that it really is."""
    monkeypatch.setattr("time.time", lambda: 1_750_000_000.5)
    return 1_750_000_000


@pytest.mark.parametrize("error", [None, LookupError], ids=["no error", "error"])
def test_time_goes_on_afterwards(moment: int, error: type[Exception] | None) -> None:
    try:
        with frozen_clock() as clock:
            clock.tick(HOUR)

            if error is not None:
                raise error
    except LookupError:
        pass

    assert _clock.now() == moment


def test_clocks_may_end_in_the_order_of_their_beginning(moment: int) -> None:
    first, second = frozen_clock(), frozen_clock()
    first.__enter__().tick(HOUR)
    second.__enter__().tick(HOUR)

    first.__exit__(None, None, None)
    assert _clock.now() == moment + 2 * 3600

    second.__exit__(None, None, None)
    assert _clock.now() == moment


def test_clock_may_end_in_another_thread(moment: int) -> None:
    with ThreadPoolExecutor(1) as other:
        clock = other.submit(frozen_clock).result()
        other.submit(clock.__enter__).result().tick(HOUR)
        assert _clock.now() == moment + 3600

        clock.__exit__(None, None, None)

    assert _clock.now() == moment


def test_whatever_time_a_suite_sets_is_the_time(
    moment: int, browser: FlaskClient, expiry_of: t.Any
) -> None:
    response = browser.get("/login/1?remember&duration=60")

    assert _clock.now() == moment
    assert expiry_of(response) == moment + 60


def test_clock_replaces_no_name() -> None:
    before = (_clock.now, login_manager_module.datetime)

    with frozen_clock():
        assert (_clock.now, login_manager_module.datetime) == before


def test_date_is_a_plain_one() -> None:
    assert type(login_manager_module.datetime.now(timezone.utc)) is datetime
