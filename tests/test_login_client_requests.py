"""The request that ``LoginClient`` logs in and out by: one of the client's browser, and all that an
application does with requests is done with it.
"""

from __future__ import annotations

import typing as t

import pytest
from flask import Flask
from flask import g
from flask import session
from flask.testing import FlaskClient

from flask_login import current_user
from flask_login import LoginManager
from flask_login.testing import LoginClient

Users = dict[str, t.Any]


@pytest.fixture
def login_client(app: Flask, browser: FlaskClient) -> LoginClient:
    app.add_url_rule("/cart", "cart", lambda: str(session.setdefault("cart", 1)))
    return LoginClient(app, app.response_class)


def test_logout_asks_for_no_login(
    app: Flask,
    login_client: LoginClient,
    login_manager: LoginManager,
    users: Users,
    session_of: t.Any,
) -> None:
    app.config.update(LOGIN_REQUIRED=True, USE_SESSION_FOR_NEXT=True)
    app.add_url_rule("/", "index", lambda: "index")
    login_manager.login_view = "/login"
    login_client.login(users["1"])
    login_client.logout()

    assert session_of(login_client) == {}


def test_user_is_logged_out_whatever_is_answered_before_requests(
    app: Flask, login_client: LoginClient, users: Users
) -> None:
    @app.before_request
    def turn_away() -> str | None:
        return "confirm your address first" if current_user.is_authenticated else None

    login_client.login(users["1"])
    login_client.logout()

    assert login_client.get("/me").text == "nobody"


@pytest.mark.parametrize("protection", ["basic", "strong"])
def test_login_is_by_the_browser_that_the_client_says_it_is(
    app: Flask, login_client: LoginClient, users: Users, protection: str
) -> None:
    app.config["SESSION_PROTECTION"] = protection
    login_client.environ_base["HTTP_USER_AGENT"] = "a browser"
    login_client.environ_base["REMOTE_ADDR"] = "192.0.2.1"
    login_client.login(users["1"])

    assert login_client.get("/fresh").text == "True"
    assert login_client.get("/fresh", headers={"User-Agent": "another"}).text == "False"


def test_login_within_an_application_context_stays_in_the_client(
    app: Flask, login_client: LoginClient, users: Users
) -> None:
    with app.app_context():
        login_client.login(users["1"])

        assert not current_user
        assert app.test_client().get("/me").text == "nobody"
        assert login_client.get("/me").text == "1"


def test_login_leaves_the_kept_context_of_the_last_request(
    login_client: LoginClient, users: Users
) -> None:
    with login_client:
        login_client.get("/cart")
        login_client.login(users["1"])

        assert dict(session) == {"cart": 1}
        assert login_client.get("/me").text == "1"
        assert current_user == users["1"]


def test_function_after_requests_may_need_what_one_before_them_did(
    app: Flask, login_client: LoginClient, users: Users
) -> None:
    @app.before_request
    def start() -> None:
        g.started = True

    @app.after_request
    def finish(response: t.Any) -> t.Any:
        assert g.started
        return response

    login_client.login(users["1"])

    assert login_client.get("/me").text == "1"


def test_client_of_an_app_without_secret_key_says_what_is_missing(users: Users) -> None:
    app = Flask("keyless")
    LoginManager(app).user_loader(users.get)

    with pytest.raises(RuntimeError, match="secret"):
        LoginClient(app).login(users["1"])


@pytest.mark.parametrize("propagate", [True, False])
def test_function_for_url_values_may_count_on_a_route(
    app: Flask, login_client: LoginClient, users: Users, propagate: bool
) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = propagate

    @app.url_value_preprocessor
    def take_language(endpoint: str | None, values: t.Any) -> None:
        g.language = values.pop("language", "en")

    login_client.login(users["1"])
    assert login_client.get("/me").text == "1"

    login_client.logout()
    assert login_client.get("/me").text == "nobody"
