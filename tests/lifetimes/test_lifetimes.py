"""Idle and absolute timeouts: when a login ends."""

from __future__ import annotations

import typing as t
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from flask_login import LoginManager

IDLE, ABSOLUTE = "LOGIN_IDLE_TIMEOUT", "LOGIN_ABSOLUTE_TIMEOUT"

before_and_after = pytest.mark.parametrize(
    ("more", "user"), [(-1, "1"), (0, "nobody")], ids=["before", "after"]
)
either_timeout = pytest.mark.parametrize("setting", [IDLE, ABSOLUTE])


def active_for(browser: FlaskClient, clock: t.Any, seconds: int, every: int = 60) -> None:
    for _ in range(seconds // every):
        clock.tick(every)
        browser.get("/me")


def test_login_has_no_end_by_default(browser: FlaskClient, clock: t.Any) -> None:
    browser.get("/login/1")
    clock.tick(10 * 365 * 24 * 3600)
    assert browser.get("/me").text == "1"


@pytest.mark.asvs("7.3.1", "7.3.2")
@either_timeout
@pytest.mark.parametrize("timeout", [600, 600.0, timedelta(minutes=10)], ids=repr)
@before_and_after
def test_login_ends_with_its_timeout(
    app: Flask,
    browser: FlaskClient,
    clock: t.Any,
    setting: str,
    timeout: t.Any,
    more: int,
    user: str,
) -> None:
    app.config[setting] = timeout
    browser.get("/login/1")
    clock.tick(600 + more)
    assert browser.get("/me").text == user


@either_timeout
@pytest.mark.parametrize("timeout", ["600", True, object], ids=repr)
def test_timeout_of_another_type_is_an_error(app: Flask, setting: str, timeout: t.Any) -> None:
    app.config[setting] = timeout

    with pytest.raises(TypeError, match=f"{setting} must be a datetime.timedelta"):
        LoginManager(app)


@either_timeout
@pytest.mark.parametrize("timeout", [0, -1, timedelta(0)], ids=repr)
def test_timeout_that_is_not_positive_is_an_error(app: Flask, setting: str, timeout: t.Any) -> None:
    app.config[setting] = timeout

    with pytest.raises(ValueError, match=f"{setting} must be positive"):
        LoginManager(app)


@before_and_after
def test_activity_moves_the_idle_timeout(
    app: Flask, browser: FlaskClient, clock: t.Any, more: int, user: str
) -> None:
    app.config[IDLE] = 600
    browser.get("/login/1")
    active_for(browser, clock, 3600)
    clock.tick(600 + more)
    assert browser.get("/me").text == user


@pytest.mark.asvs("7.3.2")
@before_and_after
def test_activity_does_not_move_the_absolute_timeout(
    app: Flask, browser: FlaskClient, clock: t.Any, more: int, user: str
) -> None:
    app.config.update({IDLE: 600, ABSOLUTE: 3600})
    browser.get("/login/1")
    active_for(browser, clock, 3540)
    clock.tick(60 + more)
    assert browser.get("/me").text == user


@either_timeout
@pytest.mark.parametrize("url", ["/login/1", "/confirm"])
@before_and_after
def test_authentication_moves_either_timeout(
    app: Flask, browser: FlaskClient, clock: t.Any, setting: str, url: str, more: int, user: str
) -> None:
    app.config[setting] = 600
    browser.get("/login/1")
    clock.tick(599)
    browser.get(url)
    clock.tick(600 + more)
    assert browser.get("/me").text == user


@pytest.mark.asvs("7.4.1")
def test_ended_login_leaves_nothing_of_ours(
    app: Flask, browser: FlaskClient, clock: t.Any, session_of: t.Any
) -> None:
    app.config[IDLE] = 600
    browser.get("/login/1")

    with browser.session_transaction() as stored:
        stored["cart"] = [1]

    clock.tick(600)
    browser.get("/me")
    assert session_of(browser) == {"cart": [1]}


@either_timeout
def test_ended_login_asks_no_loader(
    app: Flask, login_manager: LoginManager, browser: FlaskClient, clock: t.Any, setting: str
) -> None:
    app.config[setting] = 600
    browser.get("/login/1")
    login_manager.user_loader(lambda user_id: pytest.fail("asked for a user"))
    clock.tick(600)
    assert browser.get("/me").text == "nobody"


class TestSessionFromBefore:
    """A session that an older version wrote tells no times, so they begin when it is seen."""

    @pytest.fixture
    def visitor(self, app: Flask, browser: FlaskClient) -> FlaskClient:
        with browser.session_transaction() as stored:
            stored.update(_user_id="1", _fresh=True)

        return browser

    @either_timeout
    @before_and_after
    def test_it_lasts_from_when_it_is_first_seen(
        self,
        app: Flask,
        visitor: FlaskClient,
        clock: t.Any,
        setting: str,
        more: int,
        user: str,
    ) -> None:
        app.config[setting] = 600
        clock.tick(10**6)
        visitor.get("/me")
        clock.tick(600 + more)
        assert visitor.get("/me").text == user

    def test_it_is_left_as_it_is_without_timeouts(
        self, visitor: FlaskClient, users: dict[str, t.Any], unstamped: t.Any, session_of: t.Any
    ) -> None:
        users["1"] = unstamped
        before = session_of(visitor)
        visitor.get("/me")
        assert session_of(visitor) == {**before, "_fresh": False}


class TestJumpingClock:
    """A time that is more than a minute ahead says that a clock has jumped."""

    @either_timeout
    @pytest.mark.parametrize(
        ("seconds", "user"), [(60, "1"), (61, "nobody")], ids=["before", "after"]
    )
    def test_login_from_the_future_has_ended(
        self,
        app: Flask,
        browser: FlaskClient,
        clock: t.Any,
        setting: str,
        seconds: int,
        user: str,
    ) -> None:
        app.config[setting] = 600
        browser.get("/login/1")
        clock.tick(-seconds)
        assert browser.get("/me").text == user

    def test_jump_ends_nothing_that_has_no_end(self, browser: FlaskClient, clock: t.Any) -> None:
        browser.get("/login/1")
        clock.tick(-(10**6))
        assert browser.get("/me").text == "1"

    def test_activity_in_the_future_ends_the_login(
        self, app: Flask, browser: FlaskClient, clock: t.Any
    ) -> None:
        app.config[IDLE] = 600
        browser.get("/login/1")
        active_for(browser, clock, 300)
        clock.tick(-61)
        assert browser.get("/me").text == "nobody"
