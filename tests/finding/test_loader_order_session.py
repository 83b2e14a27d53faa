"""``LOGIN_LOADER_ORDER`` without the session: a session's login counts for nothing."""

from __future__ import annotations

import typing as t

import pytest
from flask import Flask
from flask.testing import FlaskClient

from flask_login import current_user
from flask_login import login_denied_reason
from flask_login import login_fresh
from flask_login import login_remembered
from flask_login import login_user
from flask_login import LoginManager
from flask_login import refresh_login
from flask_login import session_expires_at

TOKEN = {"Authorization": "Bearer 2"}

each_caller = pytest.mark.parametrize("headers", [{}, TOKEN], ids=["nobody", "by a token"])


@pytest.fixture(autouse=True)
def bearers_only(
    app: Flask, login_manager: LoginManager, browser: FlaskClient, users: dict[str, t.Any]
) -> None:
    """An application that knows users by tokens, in a browser that has a fresh session."""

    @login_manager.loader("bearer")
    def load_by_token(request: t.Any) -> t.Any:
        return users.get(request.headers.get("Authorization", "").removeprefix("Bearer "))

    app.add_url_rule("/expires", "expires", view_func=lambda: str(session_expires_at()))
    app.add_url_rule("/reason", "reason", view_func=lambda: str(login_denied_reason()))
    app.add_url_rule("/refresh", "refresh", view_func=lambda: str(refresh_login()))
    browser.get("/login/1?remember")
    app.config.update(LOGIN_LOADER_ORDER=("bearer",), LOGIN_ABSOLUTE_TIMEOUT=10**6)


def test_nobody_is_logged_in_without_a_token(browser: FlaskClient) -> None:
    assert browser.get("/me").text == "nobody"


def test_token_names_the_user(browser: FlaskClient) -> None:
    assert browser.get("/me", headers=TOKEN).text == "2"


@each_caller
@pytest.mark.parametrize(
    ("path", "answer"),
    [("/fresh", "False"), ("/remembered", "False"), ("/expires", "None"), ("/refresh", "None")],
)
def test_session_is_not_asked(
    browser: FlaskClient, headers: dict[str, str], path: str, answer: str
) -> None:
    assert browser.get(path, headers=headers).text == answer


@pytest.mark.parametrize(("headers", "reason"), [({}, "no_login"), (TOKEN, "stale")], ids=str)
def test_reason_is_not_the_session_s(
    browser: FlaskClient, headers: dict[str, str], reason: str
) -> None:
    assert browser.get("/reason", headers=headers).text == reason


@each_caller
@pytest.mark.parametrize("path", ["/me", "/fresh", "/remembered", "/confirm", "/refresh"])
def test_session_and_cookie_stay_as_they_are(
    app: Flask, browser: FlaskClient, headers: dict[str, str], path: str
) -> None:
    app.config["REMEMBER_COOKIE_REFRESH_EACH_REQUEST"] = True
    assert "Set-Cookie" not in browser.get(path, headers=headers).headers


def test_confirmation_makes_no_session_fresh(
    app: Flask, browser: FlaskClient, session_of: t.Any
) -> None:
    with browser.session_transaction() as stored:
        stored["_fresh"] = False

    browser.get("/confirm")
    assert session_of(browser)["_fresh"] is False


def test_login_counts_in_the_request_that_logs_in(
    app: Flask, browser: FlaskClient, users: dict[str, t.Any]
) -> None:
    def log_in() -> str:
        login_user(users["1"], remember=True)
        return f"{current_user.get_id()} {login_fresh()} {login_remembered()}"

    app.view_functions["plain"] = log_in
    assert browser.get("/plain").text == "1 True True"


def test_session_counts_where_the_cookie_alone_is_asked(app: Flask, browser: FlaskClient) -> None:
    app.config["LOGIN_LOADER_ORDER"] = ("remember",)
    assert browser.get("/me").text == "1"
    assert browser.get("/remembered").text == "True"
    assert browser.get("/fresh").text == "False"


def test_cookie_alone_that_yields_nobody_leaves_the_session_unasked(
    app: Flask, browser: FlaskClient
) -> None:
    app.config["LOGIN_LOADER_ORDER"] = ("remember",)
    browser.delete_cookie("remember_token")
    assert browser.get("/me").text == "nobody"
    assert browser.get("/fresh").text == "False"
