from __future__ import annotations

import pytest
from flask import abort
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException

from flask_login import login_required
from flask_login import LoginManager
from flask_login import user_needs_refresh
from flask_login import user_unauthorized


@pytest.fixture(autouse=True)
def guarded_view(app: Flask) -> None:
    app.add_url_rule("/guarded", view_func=login_required(lambda: "inside"))


def test_refusal_of_an_anonymous_user_asks_for_no_refresh(
    login_manager: LoginManager, client: FlaskClient
) -> None:
    sent: list[Flask] = []
    login_manager.needs_refresh_handler(lambda: "refresh")

    with user_needs_refresh.connected_to(sent.append):
        response = client.get("/guarded")

    assert response.status_code == 401
    assert sent == []


def test_guarded_view_that_lets_the_user_in_sends_nothing(browser: FlaskClient) -> None:
    sent: list[Flask] = []
    browser.get("/login/1")

    with user_unauthorized.connected_to(sent.append):
        browser.get("/guarded")

    assert sent == []


def test_401_is_answered_by_the_error_handler_of_the_app(app: Flask, client: FlaskClient) -> None:
    @app.errorhandler(401)
    def not_authorized(error: HTTPException) -> tuple[dict[str, str], int]:
        return {"error": "log in first"}, 401

    response = client.get("/guarded")

    assert response.status_code == 401
    assert response.json == {"error": "log in first"}


def test_handler_can_abort(login_manager: LoginManager, client: FlaskClient) -> None:
    login_manager.unauthorized_handler(lambda: abort(404))

    assert client.get("/guarded").status_code == 404


def test_refusal_leaves_no_login_in_the_session(
    login_manager: LoginManager, client: FlaskClient
) -> None:
    login_manager.login_view = "/log-in"

    client.get("/guarded")

    with client.session_transaction() as session:
        assert set(session) == {"_flashes"}


def test_refusal_with_nothing_to_flash_leaves_no_session(
    login_manager: LoginManager, client: FlaskClient
) -> None:
    login_manager.login_view = "/log-in"
    login_manager.login_message = None

    client.get("/guarded")

    assert client.get_cookie("session") is None
