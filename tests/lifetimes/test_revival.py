"""What a remember-me cookie can revive: a login that has idled out, but nothing past the absolute
limit, which counts from the last real login.
"""

from __future__ import annotations

import typing as t

import pytest
from flask import Flask
from flask.testing import FlaskClient

from flask_login import encode_cookie

before_and_after = pytest.mark.parametrize(
    ("more", "user"), [(-1, "1"), (0, "nobody")], ids=["before", "after"]
)


@pytest.fixture(autouse=True)
def timeouts(app: Flask) -> None:
    app.config.update(LOGIN_IDLE_TIMEOUT=600, LOGIN_ABSOLUTE_TIMEOUT=3600)


def test_idle_login_is_revived(browser: FlaskClient, clock: t.Any) -> None:
    browser.get("/login/1?remember")
    clock.tick(600)
    assert browser.get("/me").text == "1"


@pytest.mark.asvs("7.3.1")
def test_revived_login_is_not_fresh(browser: FlaskClient, clock: t.Any) -> None:
    browser.get("/login/1?remember")
    clock.tick(600)
    assert browser.get("/fresh").text == "False"


@before_and_after
def test_revived_login_idles_out_like_any_other(
    browser: FlaskClient, clock: t.Any, more: int, user: str
) -> None:
    browser.get("/login/1?remember")
    clock.tick(600)
    browser.get("/me")
    browser.delete_cookie("remember_token")
    clock.tick(600 + more)
    assert browser.get("/me").text == user


@pytest.mark.asvs("7.3.2")
@pytest.mark.parametrize("lose_session", [False, True], ids=["session", "cookie alone"])
@before_and_after
def test_nothing_is_revived_past_the_absolute_limit(
    browser: FlaskClient, clock: t.Any, lose_session: bool, more: int, user: str
) -> None:
    browser.get("/login/1?remember")

    if lose_session:
        browser.delete_cookie("session")

    clock.tick(3600 + more)
    assert browser.get("/me").text == user


@before_and_after
def test_revival_does_not_move_the_absolute_limit(
    browser: FlaskClient, clock: t.Any, more: int, user: str
) -> None:
    browser.get("/login/1?remember")
    clock.tick(3000)
    browser.get("/me")
    clock.tick(600 + more)
    assert browser.get("/me").text == user


@before_and_after
def test_refreshed_cookie_does_not_move_the_absolute_limit(
    app: Flask, browser: FlaskClient, clock: t.Any, more: int, user: str
) -> None:
    app.config["REMEMBER_COOKIE_REFRESH_EACH_REQUEST"] = True
    browser.get("/login/1?remember")

    for _ in range(59):
        clock.tick(60)
        browser.get("/me")

    browser.delete_cookie("session")
    clock.tick(60 + more)
    assert browser.get("/me").text == user


@before_and_after
def test_limit_of_the_cookie_counts_from_the_last_confirmation(
    browser: FlaskClient, clock: t.Any, more: int, user: str
) -> None:
    browser.get("/login/1?remember")
    clock.tick(500)
    browser.get("/confirm")
    browser.delete_cookie("session")
    clock.tick(3600 + more)
    assert browser.get("/me").text == user


def test_cookie_past_the_limit_is_deleted(browser: FlaskClient, clock: t.Any) -> None:
    browser.get("/login/1?remember")
    clock.tick(3600)
    browser.get("/me")
    assert browser.get_cookie("remember_token") is None


def test_cookie_that_does_not_say_when_revives_nothing_past_the_limit(
    app: Flask, browser: FlaskClient, clock: t.Any
) -> None:
    browser.get("/login/1")

    with app.app_context():
        browser.set_cookie("remember_token", encode_cookie("1"))

    clock.tick(3600)
    assert browser.get("/me").text == "nobody"


@pytest.mark.parametrize("refresh", [False, True], ids=["", "refresh"])
@before_and_after
def test_historic_format_revives_until_the_absolute_limit(
    app: Flask, browser: FlaskClient, clock: t.Any, refresh: bool, more: int, user: str
) -> None:
    app.config.update(REMEMBER_COOKIE_FORMAT="legacy", REMEMBER_COOKIE_REFRESH_EACH_REQUEST=refresh)
    browser.get("/login/1?remember")

    for _ in range(5):
        clock.tick(600)
        assert browser.get("/me").text == "1"

    clock.tick(600 + more)
    assert browser.get("/me").text == user


def test_historic_format_revives_by_the_time_of_the_confirmation(
    app: Flask, browser: FlaskClient, clock: t.Any
) -> None:
    app.config["REMEMBER_COOKIE_FORMAT"] = "legacy"
    browser.get("/login/1?remember")
    clock.tick(500)
    browser.get("/confirm")

    for _ in range(5):
        clock.tick(600)
        browser.get("/me")

    clock.tick(599)
    assert browser.get("/me").text == "1"


def test_cookie_of_another_user_is_not_judged_by_the_session(
    app: Flask, browser: FlaskClient, clock: t.Any
) -> None:
    browser.get("/login/1")
    browser.set_cookie("remember_token", encode_cookie("2", key="deterministic"))
    clock.tick(3600)
    assert browser.get("/me").text == "2"


def test_refresh_of_a_historic_cookie_keeps_the_time_of_the_login(
    app: Flask, browser: FlaskClient, clock: t.Any
) -> None:
    app.config["REMEMBER_COOKIE_REFRESH_EACH_REQUEST"] = True
    browser.get("/login/1")
    clock.tick(500)

    with app.app_context():
        browser.set_cookie("remember_token", encode_cookie("1"))

    browser.get("/me")
    browser.delete_cookie("session")
    clock.tick(3100)
    assert browser.get("/me").text == "nobody"
