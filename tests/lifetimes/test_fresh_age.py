"""Freshness that ages: ``LOGIN_FRESH_LIFETIME`` and ``max_age``."""

from __future__ import annotations

import typing as t
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from flask_login import fresh_login_required
from flask_login import login_fresh
from flask_login import LoginManager

LIFETIME = "LOGIN_FRESH_LIFETIME"

before_and_after = pytest.mark.parametrize(
    ("more", "fresh"), [(-1, True), (0, False)], ids=["before", "after"]
)
ages = pytest.mark.parametrize("age", [600, 600.0, timedelta(minutes=10)], ids=repr)


@pytest.fixture
def is_fresh(
    app: Flask, login_manager: LoginManager, browser: FlaskClient, clock: t.Any
) -> t.Callable[..., bool]:
    """Whether a login is fresh, by the configuration or by a maximal age."""

    def is_fresh(max_age: timedelta | float | None = None) -> bool:
        app.view_functions["fresh"] = lambda: str(login_fresh(max_age))
        return browser.get("/fresh").text == "True"

    return is_fresh


@pytest.fixture
def enters(app: Flask, browser: FlaskClient, clock: t.Any) -> t.Callable[..., bool]:
    """Whether a login gets past a guard."""

    def enters(guard: t.Callable[..., t.Any]) -> bool:
        app.view_functions["plain"] = guard(lambda: "entered")
        return browser.get("/plain").text == "entered"

    return enters


def test_freshness_does_not_age_by_default(
    browser: FlaskClient, clock: t.Any, is_fresh: t.Any
) -> None:
    browser.get("/login/1")
    clock.tick(10**8)
    assert is_fresh()


@ages
@before_and_after
def test_freshness_lasts_as_long_as_is_set(
    app: Flask,
    browser: FlaskClient,
    clock: t.Any,
    is_fresh: t.Any,
    age: t.Any,
    more: int,
    fresh: bool,
) -> None:
    app.config[LIFETIME] = age
    browser.get("/login/1")
    clock.tick(600 + more)
    assert is_fresh() is fresh


@ages
@before_and_after
def test_freshness_is_asked_for_with_a_maximal_age(
    browser: FlaskClient, clock: t.Any, is_fresh: t.Any, age: t.Any, more: int, fresh: bool
) -> None:
    browser.get("/login/1")
    clock.tick(600 + more)
    assert is_fresh(age) is fresh


@pytest.mark.asvs("7.5.1", "7.5.3")
@pytest.mark.parametrize(("lifetime", "max_age"), [(60, 600), (6000, 600)], ids=["more", "less"])
@before_and_after
def test_maximal_age_wins_over_the_setting(
    app: Flask,
    browser: FlaskClient,
    clock: t.Any,
    is_fresh: t.Any,
    lifetime: int,
    max_age: int,
    more: int,
    fresh: bool,
) -> None:
    app.config[LIFETIME] = lifetime
    browser.get("/login/1")
    clock.tick(max_age + more)
    assert is_fresh(max_age) is fresh


@pytest.mark.asvs("7.5.1", "7.5.2", "7.5.3")
@pytest.mark.parametrize(
    "guard",
    [
        fresh_login_required,
        fresh_login_required(),
        fresh_login_required(max_age=None),
        fresh_login_required(max_age=600),
        fresh_login_required(max_age=timedelta(minutes=10)),
    ],
    ids=["bare", "called", "none", "seconds", "timedelta"],
)
@before_and_after
def test_guard_lets_in_who_is_fresh_enough(
    app: Flask,
    browser: FlaskClient,
    clock: t.Any,
    enters: t.Any,
    guard: t.Any,
    more: int,
    fresh: bool,
) -> None:
    app.config[LIFETIME] = 600
    login_manager = app.extensions["login_manager"]
    login_manager.needs_refresh_handler(lambda: "stale")
    browser.get("/login/1")
    clock.tick(600 + more)
    assert enters(guard) is fresh


@pytest.mark.asvs("7.5.1", "7.5.3")
def test_guard_sends_who_is_too_old_to_the_refresh_view(
    app: Flask, login_manager: LoginManager, browser: FlaskClient, clock: t.Any
) -> None:
    login_manager.refresh_view = "/refresh"
    app.view_functions["plain"] = fresh_login_required(max_age=60)(lambda: "entered")
    browser.get("/login/1")
    clock.tick(60)
    assert browser.get("/plain").location == "/refresh?next=%2Fplain"


def test_guard_keeps_the_name_of_the_view() -> None:
    def settings() -> str:
        return "settings"

    assert fresh_login_required(max_age=60)(settings).__name__ == "settings"


@pytest.mark.parametrize("max_age", [0, -1, timedelta(0)], ids=repr)
def test_maximal_age_that_is_not_positive_is_an_error(max_age: t.Any) -> None:
    with pytest.raises(ValueError, match="max_age must be positive"):
        fresh_login_required(max_age=max_age)


def test_maximal_age_of_another_type_is_an_error() -> None:
    with pytest.raises(TypeError, match=r"max_age must be a datetime\.timedelta"):
        fresh_login_required(max_age="600")  # type: ignore[arg-type]


def test_lifetime_that_is_not_positive_is_an_error(app: Flask) -> None:
    app.config[LIFETIME] = 0

    with pytest.raises(ValueError, match="LOGIN_FRESH_LIFETIME must be positive"):
        LoginManager(app)


def test_old_login_goes_on_when_it_is_no_longer_fresh(
    app: Flask, browser: FlaskClient, clock: t.Any
) -> None:
    app.config[LIFETIME] = 600
    browser.get("/login/1")
    clock.tick(600)
    assert browser.get("/me").text == "1"


@before_and_after
def test_confirmation_makes_it_fresh_for_as_long_again(
    app: Flask, browser: FlaskClient, clock: t.Any, is_fresh: t.Any, more: int, fresh: bool
) -> None:
    app.config[LIFETIME] = 600
    browser.get("/login/1")
    clock.tick(5000)
    browser.get("/confirm")
    clock.tick(600 + more)
    assert is_fresh() is fresh


def test_activity_keeps_nothing_fresh(
    app: Flask, browser: FlaskClient, clock: t.Any, is_fresh: t.Any
) -> None:
    app.config.update(LOGIN_FRESH_LIFETIME=600, LOGIN_IDLE_TIMEOUT=600)
    browser.get("/login/1")

    for _ in range(10):
        clock.tick(60)
        browser.get("/me")

    assert not is_fresh()


@pytest.mark.parametrize("max_age", [None, 10**9], ids=["bare", "aged"])
def test_login_that_was_never_fresh_is_not(
    browser: FlaskClient, is_fresh: t.Any, max_age: int | None
) -> None:
    browser.get("/login/1?stale")
    assert not is_fresh(max_age)


@pytest.mark.parametrize(("seconds", "fresh"), [(60, True), (61, False)], ids=["before", "after"])
def test_login_from_the_future_is_not_fresh(
    app: Flask, browser: FlaskClient, clock: t.Any, is_fresh: t.Any, seconds: int, fresh: bool
) -> None:
    app.config[LIFETIME] = 600
    browser.get("/login/1")
    clock.tick(-seconds)
    assert is_fresh() is fresh


class TestSessionFromBefore:
    """A fresh session that the original wrote is as old as when it is first seen."""

    @pytest.fixture(autouse=True)
    def visitor(self, app: Flask, browser: FlaskClient) -> None:
        browser.get("/login/1")

        with browser.session_transaction() as stored:
            del stored["_login"]

    @before_and_after
    def test_setting_counts_from_then(
        self, app: Flask, clock: t.Any, is_fresh: t.Any, more: int, fresh: bool
    ) -> None:
        app.config[LIFETIME] = 600
        clock.tick(10**6)
        is_fresh()
        clock.tick(600 + more)
        assert is_fresh() is fresh

    @before_and_after
    def test_maximal_age_counts_from_then(
        self, clock: t.Any, is_fresh: t.Any, more: int, fresh: bool
    ) -> None:
        clock.tick(10**6)
        is_fresh(600)
        clock.tick(600 + more)
        assert is_fresh(600) is fresh
