"""Applications that write ``session["_remember"]`` themselves."""

from __future__ import annotations

import typing as t

import pytest
from flask import Flask
from flask import make_response
from flask import request_finished
from flask import Response
from flask import session
from flask.testing import FlaskClient

from flask_login import current_user
from flask_login import login_user


@pytest.fixture(autouse=True)
def views(app: Flask, users: dict[str, t.Any]) -> None:
    @app.get("/forget")
    def forget() -> str:
        session["_remember"] = "clear"
        return "forgotten"

    @app.get("/look-and-forget")
    def look_and_forget() -> str:
        name = current_user.get_id()
        session["_remember"] = "clear"
        return str(name)

    @app.get("/forget-and-look")
    def forget_and_look() -> str:
        session["_remember"] = "clear"
        return str(current_user.get_id())

    @app.get("/forget-and-log-in")
    def forget_and_log_in() -> str:
        session["_remember"] = "clear"
        return str(login_user(users["2"], remember=True))

    @app.get("/log-in-and-forget")
    def log_in_and_forget() -> str:
        login_user(users["2"], remember=True)
        session["_remember"] = "clear"
        return "forgotten"

    @app.get("/drop")
    def drop() -> str:
        session.pop("_user_id", None)
        session["_remember"] = "clear"
        return "dropped"


@pytest.mark.parametrize("path", ["/forget", "/look-and-forget", "/forget-and-look"])
def test_cookie_is_deleted_by_the_response(
    browser: FlaskClient, cookie_of: t.Any, path: str
) -> None:
    browser.get("/login/1?remember")
    assert cookie_of(browser.get(path))["max-age"] == "0"


@pytest.mark.parametrize("path", ["/forget", "/look-and-forget", "/forget-and-look"])
def test_login_itself_goes_on(browser: FlaskClient, path: str) -> None:
    browser.get("/login/1?remember")
    browser.get(path)
    assert browser.get("/me").text == "1"


def test_login_dropped_by_hand_does_not_come_back(browser: FlaskClient) -> None:
    browser.get("/login/1?remember")
    browser.get("/drop")
    assert browser.get_cookie("remember_token") is None
    assert browser.get("/me").text == "nobody"


def test_wish_is_met_by_the_next_request_that_deals_with_the_login(
    browser: FlaskClient, cookie_of: t.Any
) -> None:
    with browser.session_transaction() as stored:
        stored["_remember"] = "clear"

    assert cookie_of(browser.get("/plain")) is None
    assert cookie_of(browser.get("/me"))["max-age"] == "0"
    assert cookie_of(browser.get("/me")) is None


def test_wish_is_met_where_the_login_has_ended_meanwhile(
    app: Flask, browser: FlaskClient, clock: t.Any, cookie_of: t.Any
) -> None:
    app.config["LOGIN_IDLE_TIMEOUT"] = 600
    browser.get("/login/1?remember")

    with browser.session_transaction() as stored:
        stored["_remember"] = "clear"

    clock.tick(600)
    response = browser.get("/me")
    assert response.text == "nobody"
    assert cookie_of(response)["max-age"] == "0"


def test_login_after_the_wish_is_remembered(browser: FlaskClient) -> None:
    browser.get("/login/1?remember")
    browser.get("/forget-and-log-in")
    browser.delete_cookie("session")
    assert browser.get("/me").text == "2"


def test_wish_after_the_login_is_met(browser: FlaskClient) -> None:
    browser.get("/login/1?remember")
    browser.get("/log-in-and-forget")
    assert browser.get_cookie("remember_token") is None


def test_wish_that_was_met_does_not_harm_a_later_login(browser: FlaskClient) -> None:
    browser.get("/login/1?remember")
    browser.get("/forget")
    browser.get("/login/2?remember")
    browser.get("/me")
    browser.delete_cookie("session")
    assert browser.get("/me").text == "2"


def test_browser_that_has_no_cookie_is_not_remembered_by_the_wish(browser: FlaskClient) -> None:
    browser.get("/login/1")
    browser.get("/forget")
    assert browser.get("/remembered").text == "False"


def test_other_words_mean_nothing(browser: FlaskClient, cookie_of: t.Any) -> None:
    browser.get("/login/1?remember")

    with browser.session_transaction() as stored:
        stored["_remember"] = "maybe"

    assert cookie_of(browser.get("/me")) is None
    assert cookie_of(browser.get("/plain")) is None


def test_session_used_for_something_else_is_looked_at_and_left(
    app: Flask, browser: FlaskClient, cookie_of: t.Any
) -> None:
    @app.get("/shop")
    def shop() -> str:
        session["cart"] = [1]
        return "shop"

    browser.get("/login/1?remember")
    assert cookie_of(browser.get("/shop")) is None


def test_requests_inside_a_request_are_told_apart(
    app: Flask, browser: FlaskClient, cookie_of: t.Any
) -> None:
    @app.get("/outer")
    def outer() -> Response:
        session["cart"] = [1]
        response = make_response(app.test_client().get("/forget").text)
        return response

    browser.get("/login/1?remember")
    assert cookie_of(browser.get("/outer")) is None


@pytest.mark.parametrize("path", ["/plain", "/forget", "/me"])
def test_nothing_is_left_behind(browser: FlaskClient, path: str) -> None:
    browser.get("/login/1?remember")
    before = len(request_finished.receivers)
    browser.get(path)
    assert len(request_finished.receivers) <= before


@pytest.mark.parametrize("path", ["/plain", "/forget", "/me"])
def test_nothing_is_left_behind_where_the_response_is_replaced(
    app: Flask, browser: FlaskClient, path: str
) -> None:
    # Registered before the manager, and so called after it.
    app.after_request_funcs[None].insert(0, lambda response: make_response("replaced"))
    browser.get("/login/1?remember")
    browser.set_cookie("remember_token", "1|junk")
    before = len(request_finished.receivers)
    assert browser.get(path).text == "replaced"
    assert len(request_finished.receivers) <= before


def test_nothing_is_left_behind_where_a_later_hook_fails(app: Flask, browser: FlaskClient) -> None:
    def fail(response: Response) -> Response:
        raise LookupError

    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.after_request_funcs[None].insert(0, fail)
    browser.set_cookie("remember_token", "1|junk")
    before = len(request_finished.receivers)
    assert browser.get("/plain").status_code == 500
    assert len(request_finished.receivers) <= before
