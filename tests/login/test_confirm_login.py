"""``confirm_login``: the current login is fresh again."""

from __future__ import annotations

import typing as t

import pytest
from flask import Flask
from flask.testing import FlaskClient

from flask_login import confirm_login
from flask_login import current_user
from flask_login import encode_cookie
from flask_login import fresh_login_required
from flask_login import login_fresh
from flask_login import LoginManager
from flask_login import user_login_confirmed


@pytest.fixture
def confirmed(app: Flask) -> t.Iterator[list[Flask]]:
    """The senders of ``user_login_confirmed``."""
    sent: list[Flask] = []

    def receive(sender: Flask) -> None:
        sent.append(sender)

    with user_login_confirmed.connected_to(receive):
        yield sent


def test_confirmed_login_is_fresh(browser: FlaskClient, confirmed: list[Flask]) -> None:
    browser.get("/login/1?stale")
    browser.get("/confirm")
    assert browser.get("/fresh").text == "True"
    assert confirmed == [browser.application]


def test_confirmed_login_is_fresh_at_once(app: Flask, browser: FlaskClient) -> None:
    @app.get("/both")
    def both() -> str:
        confirm_login()
        return str(login_fresh())

    browser.get("/login/1?stale")
    assert browser.get("/both").text == "True"


def test_confirmed_login_belongs_to_the_browser_that_confirmed(
    browser: FlaskClient, session_of: t.Any
) -> None:
    browser.get("/login/1")
    before = session_of(browser)["_id"]
    browser.get("/confirm", headers={"User-Agent": "another"})
    assert session_of(browser)["_id"] != before
    assert browser.get("/fresh", headers={"User-Agent": "another"}).text == "True"
    assert browser.get("/fresh").text == "False"


def test_remembered_login_can_be_confirmed(remembered_browser: FlaskClient) -> None:
    assert remembered_browser.get("/fresh").text == "False"
    remembered_browser.get("/confirm")
    assert remembered_browser.get("/fresh").text == "True"


def test_remembered_login_can_be_confirmed_in_the_request_that_restores_it(
    remembered_browser: FlaskClient,
) -> None:
    remembered_browser.get("/confirm")
    assert remembered_browser.get("/fresh").text == "True"
    assert remembered_browser.get("/me").text == "1"


def test_confirmation_of_a_stranger_only_sends_the_signal(
    browser: FlaskClient, confirmed: list[Flask], session_of: t.Any
) -> None:
    response = browser.get("/confirm")
    assert "Set-Cookie" not in response.headers
    assert session_of(browser) == {}
    assert len(confirmed) == 1


def test_confirmation_of_a_request_loader_user_only_sends_the_signal(
    app: Flask,
    browser: FlaskClient,
    login_manager: LoginManager,
    users: dict[str, t.Any],
    confirmed: list[Flask],
    session_of: t.Any,
) -> None:
    login_manager.request_loader(lambda request: users.get(request.headers.get("X-User")))
    app.add_url_rule("/guarded", "guarded", fresh_login_required(lambda: "inside"))
    browser.get("/confirm", headers={"X-User": "1"})
    assert session_of(browser) == {}
    assert len(confirmed) == 1
    assert browser.get("/guarded", headers={"X-User": "1"}).status_code == 401


def test_protection_runs_before_the_confirmation(
    app: Flask, browser: FlaskClient, session_of: t.Any
) -> None:
    app.config["SESSION_PROTECTION"] = "strong"
    browser.get("/login/1")
    browser.get("/confirm", headers={"User-Agent": "another"})
    assert session_of(browser) == {}


def test_login_of_a_deleted_user_is_not_confirmed(
    browser: FlaskClient, users: dict[str, t.Any], session_of: t.Any
) -> None:
    browser.get("/login/1?stale")
    del users["1"]
    browser.get("/confirm")
    assert session_of(browser) == {}


def test_confirmation_after_a_logout_lets_nobody_back_in(app: Flask, browser: FlaskClient) -> None:
    @app.get("/both")
    def both() -> str:
        browser.application.view_functions["logout"]()
        confirm_login()
        return str(current_user.is_authenticated)

    browser.get("/login/1")
    assert browser.get("/both").text == "False"
    assert browser.get("/fresh").text == "False"


def test_login_that_a_test_wrote_can_be_confirmed(
    browser: FlaskClient,
) -> None:
    with browser.session_transaction() as stored:
        stored["_user_id"] = "1"

    browser.get("/confirm")
    assert browser.get("/fresh").text == "True"


def test_cookie_of_another_user_is_not_confirmed(app: Flask, browser: FlaskClient) -> None:
    with app.app_context():
        browser.set_cookie("remember_token", encode_cookie("gone"))

    browser.get("/confirm")
    assert browser.get("/fresh").text == "False"
    assert browser.get("/me").text == "nobody"


def test_identifier_is_what_the_manager_s_generator_answers(
    browser: FlaskClient, login_manager: LoginManager, session_of: t.Any
) -> None:
    browser.get("/login/1")
    login_manager._session_identifier_generator = lambda: "the browser"
    browser.get("/confirm")
    assert session_of(browser)["_id"] == "the browser"
