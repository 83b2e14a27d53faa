"""``LoginClient`` where sessions are kept on the server."""

from __future__ import annotations

import typing as t

import pytest
from flask import Flask
from flask import Request
from flask import request
from flask import Response
from flask import session
from flask.sessions import SecureCookieSessionInterface
from flask.sessions import SessionInterface
from flask.sessions import SessionMixin
from flask.testing import FlaskClient

from flask_login import current_user
from flask_login.testing import acting_as
from flask_login.testing import LoginClient

Users = dict[str, t.Any]


@pytest.fixture
def login_client(app: Flask, browser: FlaskClient) -> LoginClient:
    flask_session = pytest.importorskip("flask_session")
    cachelib = pytest.importorskip("cachelib")
    app.config.update(SESSION_TYPE="cachelib", SESSION_CACHELIB=cachelib.SimpleCache())
    flask_session.Session(app)
    app.add_url_rule("/cart", "cart", lambda: str(session.setdefault("cart", 1)))
    return LoginClient(app, app.response_class)


@pytest.mark.parametrize("protection", [None, "basic", "strong"])
def test_user_is_logged_in(
    app: Flask, login_client: LoginClient, users: Users, protection: str | None
) -> None:
    app.config["SESSION_PROTECTION"] = protection
    login_client.login(users["1"])

    assert (login_client.get("/me").text, login_client.get("/fresh").text) == ("1", "True")


def test_login_and_logout_change_the_id(login_client: LoginClient, users: Users) -> None:
    login_client.get("/cart")
    cookies = [login_client.get_cookie("session")]
    login_client.login(users["1"])
    cookies.append(login_client.get_cookie("session"))
    login_client.logout()
    cookies.append(login_client.get_cookie("session"))

    assert len({cookie.value for cookie in cookies if cookie}) == 3


def test_remembered_user_comes_back(login_client: LoginClient, users: Users) -> None:
    login_client.login(users["1"], remember=True)
    login_client.delete_cookie("session")

    assert login_client.get("/me").text == "1"


@pytest.mark.parametrize("before", ["2", None], ids=["a user", "nobody"])
def test_session_is_what_it_was_after_acting(
    login_client: LoginClient, users: Users, session_of: t.Any, before: str | None
) -> None:
    login_client.get("/cart")

    if before is not None:
        login_client.login(users[before])

    kept = session_of(login_client)

    with login_client.acting_as(users["1"]):
        assert login_client.get("/me").text == "1"

    assert session_of(login_client) == kept
    assert login_client.get("/me").text == (before or "nobody")


def test_session_is_the_same_one_after_acting(login_client: LoginClient, users: Users) -> None:
    login_client.login(users["2"])
    before = login_client.get_cookie("session")

    with login_client.acting_as(users["1"]):
        assert login_client.get_cookie("session") != before

    assert before is not None
    assert login_client.get_cookie("session") == before


def test_session_of_who_acted_is_worth_nothing_after(
    app: Flask, login_client: LoginClient, users: Users
) -> None:
    with login_client.acting_as(users["1"]):
        cookie = login_client.get_cookie("session")

    assert cookie is not None
    other = app.test_client()
    other.set_cookie("session", cookie.value)
    assert other.get("/me").text == "nobody"


class SessionsByAgent(SessionInterface):
    """Sessions that no cookie is needed for."""

    class Session(dict[str, t.Any], SessionMixin):
        pass

    def __init__(self) -> None:
        self.sessions: dict[t.Any, dict[str, t.Any]] = {}

    def open_session(self, app: Flask, request: Request) -> SessionMixin:
        return self.Session(self.sessions.get(request.user_agent.string, {}))

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        self.sessions[request.user_agent.string] = dict(session)


def test_session_may_be_found_without_a_cookie(
    app: Flask, browser: FlaskClient, users: Users
) -> None:
    app.session_interface = SessionsByAgent()
    client = LoginClient(app, app.response_class)
    client.login(users["2"])

    with client.acting_as(users["1"]):
        assert client.get("/me").text == "1"

    assert client.get("/me").text == "2"


class SessionsOfTenants(SecureCookieSessionInterface):
    """Sessions whose cookie is named by the request."""

    def get_cookie_name(self, app: Flask) -> str:
        return f"session-of-{request.host}"


def test_place_of_the_session_may_depend_on_the_request(
    app: Flask, browser: FlaskClient, users: Users
) -> None:
    app.session_interface = SessionsOfTenants()
    client = LoginClient(app, app.response_class)
    url = "http://ada.site.test"
    client.login(users["2"], base_url=url)

    with client.acting_as(users["1"], base_url=url):
        assert client.get("/me", base_url=url).text == "1"

    assert client.get("/me", base_url=url).text == "2"


def test_user_acts_without_a_client(app: Flask, login_client: LoginClient, users: Users) -> None:
    with app.app_context(), acting_as(users["1"]):
        assert current_user.get_id() == "1"

    assert login_client.get("/me").text == "nobody"
