"""``LOGIN_CHECK_ACTIVE``: a user whose ``is_active`` turned false is logged out."""

from __future__ import annotations

import typing as t

import pytest
from flask import Flask
from flask.testing import FlaskClient

from flask_login import login_user


@pytest.fixture(autouse=True)
def check_active(app: Flask) -> None:
    app.config["LOGIN_CHECK_ACTIVE"] = True


@pytest.fixture
def forced(app: Flask, browser: FlaskClient, users: dict[str, t.Any]) -> FlaskClient:
    """A browser in which an inactive user was let in on purpose, and remembered."""

    @app.get("/force")
    def force() -> str:
        return str(login_user(users["3"], force=True, remember=True))

    browser.get("/force")
    return browser


def test_active_user_stays(browser: FlaskClient) -> None:
    browser.get("/login/1")
    assert browser.get("/me").text == "1"


@pytest.mark.asvs("7.4.2")
def test_inactive_user_is_logged_out(
    browser: FlaskClient, users: dict[str, t.Any], session_of: t.Any
) -> None:
    browser.get("/login/1")
    users["1"].active = False
    assert browser.get("/me").text == "nobody"
    assert session_of(browser) == {}


def test_inactive_user_stays_logged_out(browser: FlaskClient, users: dict[str, t.Any]) -> None:
    browser.get("/login/1")
    users["1"].active = False
    browser.get("/me")
    users["1"].active = True
    assert browser.get("/me").text == "nobody"


def test_inactive_user_stays_by_default(
    app: Flask, browser: FlaskClient, users: dict[str, t.Any]
) -> None:
    del app.config["LOGIN_CHECK_ACTIVE"]
    browser.get("/login/1")
    users["1"].active = False
    assert browser.get("/me").text == "1"


@pytest.mark.asvs("7.4.2")
@pytest.mark.parametrize("lose_session", [True, False], ids=["cookie alone", "and session"])
def test_remember_cookie_of_an_inactive_user_is_refused(
    browser: FlaskClient, users: dict[str, t.Any], lose_session: bool
) -> None:
    browser.get("/login/1?remember")

    if lose_session:
        browser.delete_cookie("session")

    users["1"].active = False
    assert browser.get("/me").text == "nobody"
    assert browser.get_cookie("remember_token") is None


def test_forced_login_stays(forced: FlaskClient) -> None:
    assert forced.get("/me").text == "3"


def test_forced_login_stays_when_it_is_restored(forced: FlaskClient) -> None:
    forced.delete_cookie("session")
    assert forced.get("/me").text == "3"
    forced.delete_cookie("remember_token")
    assert forced.get("/me").text == "3"


@pytest.mark.parametrize("url", ["/confirm", "/fresh"])
def test_forced_login_stays_forced(forced: FlaskClient, url: str) -> None:
    forced.get(url)
    assert forced.get("/me").text == "3"


def test_ordinary_login_afterwards_is_not_forced(
    forced: FlaskClient, users: dict[str, t.Any]
) -> None:
    users["3"].active = True
    forced.get("/login/3?remember")
    users["3"].active = False
    assert forced.get("/me").text == "nobody"


def test_users_of_a_request_loader_are_not_checked(
    app: Flask, browser: FlaskClient, users: dict[str, t.Any]
) -> None:
    app.extensions["login_manager"].request_loader(lambda request: users["3"])
    assert browser.get("/me").text == "3"


def test_check_alone_records_nothing(
    browser: FlaskClient, users: dict[str, t.Any], unstamped: t.Any, session_of: t.Any
) -> None:
    users["1"] = unstamped

    with browser.session_transaction() as stored:
        stored["_user_id"] = "1"

    browser.get("/me")
    assert "_login" not in session_of(browser)
