"""A user of the request itself is none of the session's: it is not used, and no cookie is set."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from flask_login import confirm_login
from flask_login import current_user
from flask_login import fresh_login_required
from flask_login import login_fresh
from flask_login import login_source
from flask_login import LoginManager
from flask_login import session_expires_at
from flask_login import UserMixin


@pytest.fixture
def by_key(
    app: Flask, login_manager: LoginManager, browser: FlaskClient, users: dict[str, UserMixin]
) -> FlaskClient:
    """A browser whose requests are user 2's, by a key that is asked before the session. In the
    session, and by cookie, user 1 is logged in.
    """
    login_manager.loader("key", vary="X-Key")(
        lambda request: users.get(request.headers.get("X-Key"))
    )
    app.config["LOGIN_LOADER_ORDER"] = ("key", "session", "remember", "request")
    app.add_url_rule("/source", "source", lambda: f"{current_user.get_id()} {login_source()}")
    app.add_url_rule("/expires", "expires", lambda: str(session_expires_at()))
    app.add_url_rule("/sudo", "sudo", fresh_login_required(lambda: "inside"))
    app.add_url_rule("/both", "both", lambda: f"{confirm_login()} {login_fresh()}")
    browser.get("/login/1?remember")
    browser.environ_base["HTTP_X_KEY"] = "2"
    return browser


def test_session_is_not_used(by_key: FlaskClient) -> None:
    assert by_key.get("/source").vary.as_set() == {"x-key"}


def test_no_cookie_is_set(app: Flask, by_key: FlaskClient) -> None:
    app.config["REMEMBER_COOKIE_REFRESH_EACH_REQUEST"] = True

    for path in ("/source", "/me", "/fresh", "/both", "/remembered"):
        assert by_key.get(path).headers.getlist("Set-Cookie") == []


def test_login_is_not_fresh(by_key: FlaskClient) -> None:
    assert by_key.get("/fresh").text == "False"
    assert by_key.get("/sudo").status_code == 401


def test_login_is_not_made_fresh(by_key: FlaskClient) -> None:
    assert by_key.get("/both").text == "None False"


def test_login_is_not_remembered(by_key: FlaskClient) -> None:
    assert by_key.get("/remembered").text == "False"


def test_login_does_not_expire(app: Flask, by_key: FlaskClient) -> None:
    app.config["LOGIN_IDLE_TIMEOUT"] = 60

    assert by_key.get("/expires").text == "None"


def test_login_of_the_session_goes_on_afterwards(by_key: FlaskClient) -> None:
    for path in ("/source", "/both"):
        by_key.get(path)

    del by_key.environ_base["HTTP_X_KEY"]
    assert by_key.get("/source").text == "1 session"
    assert by_key.get("/remembered").text == "True"


def test_logout_ends_the_login_of_the_session(by_key: FlaskClient) -> None:
    by_key.get("/logout")

    del by_key.environ_base["HTTP_X_KEY"]
    assert by_key.get("/source").text == "None None"


@pytest.mark.parametrize("mode", ["redirect", "auto"])
def test_refusal_sets_no_cookie(
    app: Flask, login_manager: LoginManager, by_key: FlaskClient, mode: str
) -> None:
    app.config["LOGIN_UNAUTHORIZED"] = mode
    login_manager.refresh_view = "/confirm"

    assert by_key.get("/sudo").headers.getlist("Set-Cookie") == []
