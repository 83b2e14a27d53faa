"""``session_expires_at``: what a user interface can tell of the end of a login."""

from __future__ import annotations

import typing as t
from datetime import datetime
from datetime import timedelta
from datetime import timezone

import pytest
from flask import Flask
from flask.testing import FlaskClient

from flask_login import login_user
from flask_login import LoginManager
from flask_login import session_expires_at

IDLE, ABSOLUTE = "LOGIN_IDLE_TIMEOUT", "LOGIN_ABSOLUTE_TIMEOUT"


@pytest.fixture
def left(
    app: Flask, login_manager: LoginManager, browser: FlaskClient, clock: t.Any
) -> t.Callable[[], float | None]:
    """How many seconds a browser is told that its login has left."""

    @app.get("/left")
    def left_view() -> dict[str, float | None]:
        expires = session_expires_at()
        return {"left": None if expires is None else expires.timestamp() - clock.now}

    return lambda: browser.get("/left").get_json()["left"]


@pytest.mark.parametrize(
    ("config", "seconds"),
    [
        ({}, None),
        ({IDLE: 600}, 600),
        ({ABSOLUTE: timedelta(hours=1)}, 3600),
        ({IDLE: 600, ABSOLUTE: 3600}, 600),
        ({IDLE: 3600, ABSOLUTE: 600}, 600),
        ({IDLE: 0.5}, 0.5),
    ],
    ids=str,
)
def test_login_ends_by_whichever_timeout_is_first(
    app: Flask, browser: FlaskClient, left: t.Any, config: dict[str, t.Any], seconds: float | None
) -> None:
    app.config.update(config)
    browser.get("/login/1")
    assert left() == seconds


def test_time_goes_by(app: Flask, browser: FlaskClient, left: t.Any, clock: t.Any) -> None:
    app.config[ABSOLUTE] = 3600
    browser.get("/login/1")
    clock.tick(3599)
    assert left() == 1


def test_activity_puts_it_off(app: Flask, browser: FlaskClient, left: t.Any, clock: t.Any) -> None:
    app.config[IDLE] = 600
    browser.get("/login/1")
    clock.tick(100)
    assert left() == 600


def test_activity_that_was_not_written_down_does_not(
    app: Flask, browser: FlaskClient, left: t.Any, clock: t.Any
) -> None:
    app.config[IDLE] = 600
    browser.get("/login/1")
    clock.tick(59)
    assert left() == 541


def test_stranger_has_no_end(app: Flask, left: t.Any) -> None:
    app.config.update({IDLE: 600, ABSOLUTE: 3600})
    assert left() is None


def test_user_of_a_request_loader_has_no_end(
    app: Flask, login_manager: LoginManager, users: dict[str, t.Any], left: t.Any
) -> None:
    app.config.update({IDLE: 600, ABSOLUTE: 3600})
    login_manager.request_loader(lambda request: users["1"])
    assert left() is None


@pytest.mark.parametrize("config", [{}, {IDLE: 600, ABSOLUTE: 3600}], ids=str)
def test_there_is_none_outside_a_request(app: Flask, config: dict[str, t.Any]) -> None:
    app.config.update(config)
    assert session_expires_at() is None

    with app.app_context():
        assert session_expires_at() is None


def test_answer_is_aware_and_in_utc(
    app: Flask, login_manager: LoginManager, users: dict[str, t.Any], clock: t.Any
) -> None:
    app.config[ABSOLUTE] = 3600

    with app.test_request_context():
        login_user(users["1"])
        expires = session_expires_at()

    assert expires == datetime.fromtimestamp(clock.now + 3600, timezone.utc)
    assert expires is not None
    assert expires.tzinfo is timezone.utc


def test_question_writes_nothing_without_timeouts(
    app: Flask, browser: FlaskClient, left: t.Any, session_of: t.Any
) -> None:
    app.config["SESSION_PROTECTION"] = None

    with browser.session_transaction() as stored:
        stored["_user_id"] = "1"

    left()
    assert session_of(browser) == {"_user_id": "1"}
