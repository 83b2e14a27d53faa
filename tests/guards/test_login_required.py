from __future__ import annotations

import sys

import pytest
from flask import Flask
from flask.testing import FlaskClient

from flask_login import login_required
from flask_login import login_user
from flask_login import LoginManager
from flask_login import UserMixin


@pytest.fixture(autouse=True)
def guarded_view(app: Flask) -> None:
    app.add_url_rule("/guarded", view_func=login_required(lambda: "inside"))


def test_stale_login_enters(browser: FlaskClient) -> None:
    browser.get("/login/1?stale")

    assert browser.get("/guarded").text == "inside"


def test_user_of_a_request_loader_enters(
    login_manager: LoginManager, client: FlaskClient, users: dict[str, UserMixin]
) -> None:
    login_manager.request_loader(lambda request: users.get(request.headers.get("X-User")))

    assert client.get("/guarded", headers={"X-User": "1"}).text == "inside"
    assert client.get("/guarded", headers={"X-User": "9"}).status_code == 401


def test_session_that_names_only_a_user_enters(client: FlaskClient) -> None:
    with client.session_transaction() as session:
        session["_user_id"] = 1

    assert client.get("/guarded").text == "inside"


def test_inactive_user_who_was_forced_in_is_refused(
    app: Flask, client: FlaskClient, users: dict[str, UserMixin]
) -> None:
    app.add_url_rule("/force", "force", lambda: str(login_user(users["3"], force=True)))

    assert client.get("/force").text == "True"
    assert client.get("/guarded").status_code == 401


def test_user_class_decides_by_is_authenticated(
    browser: FlaskClient, users: dict[str, object]
) -> None:
    class Account:
        is_active = True
        is_authenticated = True

        def get_id(self) -> str:
            return "4"

    users["4"] = Account()
    browser.get("/login/4")
    assert browser.get("/guarded").text == "inside"

    Account.is_authenticated = False
    assert browser.get("/guarded").status_code == 401


def test_refusal_is_what_the_manager_answers(
    login_manager: LoginManager, client: FlaskClient
) -> None:
    login_manager.unauthorized_handler(lambda: ("who are you?", 418))

    response = client.get("/guarded")

    assert (response.status_code, response.text) == (418, "who are you?")


def test_sync_application_needs_no_asgiref(
    browser: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "asgiref", None)
    monkeypatch.setitem(sys.modules, "asgiref.sync", None)

    assert browser.get("/guarded").status_code == 401
    browser.get("/login/1")
    assert browser.get("/guarded").text == "inside"
