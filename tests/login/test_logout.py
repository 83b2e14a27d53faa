"""``logout_user``: what it removes, and what it leaves alone."""

from __future__ import annotations

import typing as t

import pytest
from flask import abort
from flask import Flask
from flask import session
from flask.testing import FlaskClient

from flask_login import current_user
from flask_login import login_fresh
from flask_login import login_remembered
from flask_login import login_user
from flask_login import LoginManager
from flask_login import logout_user

OTHERS = {"cart": [1], "csrf_token": "token"}


def test_logout_answers_true(browser: FlaskClient) -> None:
    browser.get("/login/1")
    assert browser.get("/logout").text == "True"


def test_logout_of_a_stranger_answers_true(browser: FlaskClient) -> None:
    assert browser.get("/logout").text == "True"


@pytest.mark.asvs("7.4.1")
def test_logout_lasts(browser: FlaskClient) -> None:
    browser.get("/login/1")
    browser.get("/logout")
    assert browser.get("/me").text == "nobody"


@pytest.mark.asvs("7.4.1")
def test_logout_removes_our_keys_and_keeps_those_of_the_application(
    browser: FlaskClient, session_of: t.Any
) -> None:
    browser.get("/login/1?remember&duration=60")

    with browser.session_transaction() as stored:
        stored.update(OTHERS)

    browser.delete_cookie("remember_token")
    browser.get("/logout")
    assert session_of(browser) == OTHERS


def test_nothing_of_ours_is_left_once_the_cookie_is_deleted(
    browser: FlaskClient, session_of: t.Any
) -> None:
    browser.get("/login/1?remember&duration=60")
    browser.get("/logout")
    assert session_of(browser) == {}


def test_logout_without_a_login_changes_no_session(app: Flask, browser: FlaskClient) -> None:
    response = browser.get("/logout")
    assert "Set-Cookie" not in response.headers


def test_user_is_anonymous_after_the_logout(
    app: Flask, login_manager: LoginManager, users: dict[str, t.Any]
) -> None:
    with app.test_request_context():
        login_user(users["1"], remember=True)
        logout_user()
        assert current_user.is_anonymous
        assert not login_fresh()
        assert not login_remembered()


@pytest.mark.asvs("7.4.1")
def test_logout_deletes_the_remember_cookie(browser: FlaskClient, cookie_of: t.Any) -> None:
    browser.get("/login/1?remember")
    assert cookie_of(browser.get("/logout"))["max-age"] == "0"
    assert browser.get("/me").text == "nobody"


def test_logout_of_a_remembered_browser_deletes_its_cookie(
    remembered_browser: FlaskClient,
) -> None:
    remembered_browser.get("/logout")
    assert remembered_browser.get_cookie("remember_token") is None
    assert remembered_browser.get("/me").text == "nobody"


def test_logout_deletes_a_cookie_that_is_not_genuine(browser: FlaskClient) -> None:
    browser.set_cookie("remember_token", "junk")
    browser.get("/logout")
    assert browser.get_cookie("remember_token") is None


def test_cleared_session_does_not_keep_the_remember_cookie(
    app: Flask, browser: FlaskClient
) -> None:
    @app.get("/leave")
    def leave() -> str:
        logout_user()
        session.clear()
        return "bye"

    browser.get("/login/1?remember")
    browser.get("/leave")
    assert browser.get_cookie("remember_token") is None
    assert browser.get("/me").text == "nobody"


def test_session_cleared_before_the_logout_does_not_keep_the_remember_cookie(
    app: Flask, browser: FlaskClient
) -> None:
    @app.get("/leave")
    def leave() -> str:
        session.clear()
        logout_user()
        return "bye"

    browser.get("/login/1?remember")
    browser.get("/leave")
    assert browser.get_cookie("remember_token") is None


@pytest.mark.parametrize("login", ["/plain", "/login/1"])
def test_browser_without_the_cookie_is_sent_no_deletion(
    browser: FlaskClient, cookie_of: t.Any, login: str
) -> None:
    browser.get(login)
    assert cookie_of(browser.get("/logout")) is None


@pytest.mark.parametrize(
    ("cookie_path", "path", "deleted"),
    [
        ("/", "/logout", False),
        ("/logout", "/logout", False),
        ("/log", "/logout", True),
        ("/logout/", "/logout", True),
        ("/app", "/logout", True),
        ("/app", "/app/logout", False),
        ("/app/", "/app/logout", False),
        ("/app", "/application/logout", True),
        ("/app/admin", "/app/logout", True),
    ],
)
def test_deletion_is_sent_where_the_path_hides_the_cookie(
    app: Flask,
    browser: FlaskClient,
    cookie_of: t.Any,
    cookie_path: str,
    path: str,
    deleted: bool,
) -> None:
    app.config["REMEMBER_COOKIE_PATH"] = cookie_path
    app.add_url_rule("/<area>/logout", view_func=lambda area: str(logout_user()))
    assert (cookie_of(browser.get(path)) is not None) is deleted


@pytest.mark.parametrize(("cookie_path", "deleted"), [("/app", False), ("/logout", True)])
def test_path_that_the_application_is_mounted_at_counts(
    app: Flask, browser: FlaskClient, cookie_of: t.Any, cookie_path: str, deleted: bool
) -> None:
    app.config["REMEMBER_COOKIE_PATH"] = cookie_path
    response = browser.get("/logout", environ_overrides={"SCRIPT_NAME": "/app"})
    assert (cookie_of(response) is not None) is deleted


def test_logout_outside_the_cookie_s_path_logs_out_inside_it(
    app: Flask, browser: FlaskClient
) -> None:
    app.config["REMEMBER_COOKIE_PATH"] = "/app"
    app.add_url_rule("/app/me", view_func=lambda: str(current_user.is_authenticated))
    browser.get("/login/1?remember")
    browser.get("/logout")
    assert browser.get("/app/me").text == "False"


def test_deletion_for_a_hidden_cookie_survives_a_cleared_session(
    app: Flask, browser: FlaskClient, cookie_of: t.Any
) -> None:
    @app.get("/leave")
    def leave() -> str:
        logout_user()
        session.clear()
        return "bye"

    app.config["REMEMBER_COOKIE_PATH"] = "/app"
    browser.get("/login/1?remember")
    assert cookie_of(browser.get("/leave"))["max-age"] == "0"


def test_logout_before_an_error_deletes_the_cookie(app: Flask, browser: FlaskClient) -> None:
    @app.get("/leave")
    def leave() -> str:
        logout_user()
        abort(500)

    browser.get("/login/1?remember")
    assert browser.get("/leave").status_code == 500
    assert browser.get_cookie("remember_token") is None
    assert browser.get("/me").text == "nobody"


def test_logout_takes_back_a_login_of_the_same_request(
    app: Flask, browser: FlaskClient, users: dict[str, t.Any], cookie_of: t.Any
) -> None:
    @app.get("/in-and-out")
    def in_and_out() -> str:
        login_user(users["1"], remember=True)
        logout_user()
        return "bye"

    assert cookie_of(browser.get("/in-and-out")) is None
    assert browser.get("/me").text == "nobody"


def test_login_after_a_logout_of_the_same_request_stands(
    app: Flask, browser: FlaskClient, users: dict[str, t.Any]
) -> None:
    @app.get("/switch")
    def switch() -> str:
        logout_user()
        login_user(users["2"], remember=True)
        return str(current_user.get_id())

    browser.get("/login/1?remember")
    assert browser.get("/switch").text == "2"
    browser.delete_cookie("session")
    assert browser.get("/me").text == "2"


def test_logout_does_not_ask_for_the_secret_key(app: Flask, browser: FlaskClient) -> None:
    app.config["SECRET_KEY"] = None
    browser.set_cookie("remember_token", "junk")
    assert browser.get("/logout").text == "True"
    assert browser.get_cookie("remember_token") is None
