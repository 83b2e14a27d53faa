from __future__ import annotations

from unittest import mock

import pytest
from flask import Blueprint
from flask import Flask
from flask.testing import FlaskClient

from flask_login import fresh_login_required
from flask_login import LoginManager
from flask_login import UserMixin


@pytest.fixture(autouse=True)
def settings_view(app: Flask, login_manager: LoginManager) -> None:
    app.add_url_rule("/settings", view_func=fresh_login_required(lambda: "settings"))
    login_manager.login_view = "/log-in"
    login_manager.refresh_view = "/refresh"


def test_fresh_login_enters(browser: FlaskClient) -> None:
    browser.get("/login/1")

    assert browser.get("/settings").text == "settings"


def test_stale_session_is_sent_to_the_refresh_view(browser: FlaskClient) -> None:
    browser.get("/login/1?stale")

    assert browser.get("/settings").location == "/refresh?next=%2Fsettings"


def test_anonymous_user_is_sent_to_the_login_view(client: FlaskClient) -> None:
    assert client.get("/settings").location == "/log-in?next=%2Fsettings"


@pytest.mark.asvs("7.5.1")
def test_remembered_user_is_sent_to_the_refresh_view(browser: FlaskClient) -> None:
    browser.get("/login/1?remember")
    browser.delete_cookie("session")

    assert browser.get("/settings").location == "/refresh?next=%2Fsettings"


def test_confirmed_login_enters(browser: FlaskClient) -> None:
    browser.get("/login/1?stale")
    browser.get("/confirm")

    assert browser.get("/settings").text == "settings"


def test_fresh_login_of_another_browser_is_sent_to_the_refresh_view(browser: FlaskClient) -> None:
    browser.get("/login/1")

    response = browser.get("/settings", headers={"User-Agent": "another"})

    assert response.location == "/refresh?next=%2Fsettings"


def test_user_of_a_request_loader_is_sent_to_the_refresh_view(
    login_manager: LoginManager, client: FlaskClient, users: dict[str, UserMixin]
) -> None:
    login_manager.request_loader(lambda request: users["1"])

    assert client.get("/settings").location == "/refresh?next=%2Fsettings"


def test_user_of_a_request_loader_does_not_borrow_freshness_from_the_session(
    login_manager: LoginManager, client: FlaskClient, users: dict[str, UserMixin]
) -> None:
    login_manager.request_loader(lambda request: users["1"])

    with client.session_transaction() as session:
        session["_fresh"] = True

    assert client.get("/settings").location == "/refresh?next=%2Fsettings"


def test_refusal_is_what_the_manager_answers(
    login_manager: LoginManager, browser: FlaskClient
) -> None:
    login_manager.needs_refresh_handler(lambda: ("once more, please", 418))
    browser.get("/login/1?stale")

    response = browser.get("/settings")

    assert (response.status_code, response.text) == (418, "once more, please")


def test_login_view_of_a_blueprint_is_not_for_refreshing(
    app: Flask, login_manager: LoginManager, browser: FlaskClient
) -> None:
    area = Blueprint("area", __name__)
    area.add_url_rule("/area", "page", fresh_login_required(lambda: "inside"))
    app.register_blueprint(area)
    login_manager.blueprint_login_views["area"] = "/area-login"

    assert browser.get("/area").location == "/area-login?next=%2Farea"
    browser.get("/login/1?stale")
    assert browser.get("/area").location == "/refresh?next=%2Farea"


@pytest.mark.parametrize(("fresh", "status"), [(True, 200), (False, 302)], ids=["fresh", "stale"])
def test_freshness_can_be_patched(browser: FlaskClient, fresh: bool, status: int) -> None:
    browser.get("/login/1")

    with mock.patch("flask_login.utils.login_fresh", return_value=fresh):
        assert browser.get("/settings").status_code == status


@pytest.mark.parametrize(("fresh", "status"), [(True, 200), (False, 302)], ids=["fresh", "stale"])
def test_patched_user_is_as_fresh_as_the_session(
    app: Flask, users: dict[str, UserMixin], fresh: bool, status: int
) -> None:
    app.config["SESSION_PROTECTION"] = None
    client = app.test_client()

    with client.session_transaction() as session:
        session["_fresh"] = fresh

    with mock.patch("flask_login.utils._get_user", return_value=users["1"]):
        assert client.get("/settings").status_code == status


def test_patched_user_does_not_switch_session_protection_off(
    browser: FlaskClient, users: dict[str, UserMixin]
) -> None:
    browser.get("/login/1")

    with mock.patch("flask_login.utils._get_user", return_value=users["1"]):
        assert browser.get("/settings").status_code == 200
        assert browser.get("/settings", headers={"User-Agent": "another"}).status_code == 302
