"""``LoginClient.acting_as``: someone else for a while."""

from __future__ import annotations

import typing as t
from copy import copy

import pytest
from flask import Flask
from flask import session
from flask.testing import FlaskClient

from flask_login import LoginManager
from flask_login import user_logged_in
from flask_login.testing import LoginClient

Users = dict[str, t.Any]


@pytest.fixture
def login_client(app: Flask, browser: FlaskClient) -> LoginClient:
    app.add_url_rule("/cart/<item>", "cart", lambda item: str(session.setdefault("cart", item)))
    app.add_url_rule("/clear", "clear", lambda: str(session.clear()))
    app.add_url_rule("/app/me", "app-me", app.view_functions["me"])
    return LoginClient(app, app.response_class)


def test_user_acts_within_the_block_only(login_client: LoginClient, users: Users) -> None:
    with login_client.acting_as(users["1"]):
        assert login_client.get("/me").text == "1"

    assert login_client.get("/me").text == "nobody"


def test_block_is_given_the_client(login_client: LoginClient, users: Users) -> None:
    with login_client.acting_as(users["1"]) as acting:
        assert acting is login_client


@pytest.mark.parametrize("protection", [None, "basic", "strong"])
@pytest.mark.parametrize("fresh", [True, False])
def test_login_is_as_fresh_as_asked_for(
    app: Flask, login_client: LoginClient, users: Users, protection: str | None, fresh: bool
) -> None:
    app.config["SESSION_PROTECTION"] = protection

    with login_client.acting_as(users["1"], fresh=fresh):
        assert login_client.get("/me").text == "1"
        assert login_client.get("/fresh").text == str(fresh)


@pytest.mark.parametrize("fresh", [True, False])
def test_login_from_before_is_as_it_was(
    login_client: LoginClient, users: Users, fresh: bool
) -> None:
    login_client.login(users["2"], fresh=fresh)

    with login_client.acting_as(users["1"]):
        pass

    assert login_client.get("/me").text == "2"
    assert login_client.get("/fresh").text == str(fresh)


@pytest.mark.parametrize("path", ["/clear", "/logout", "/login/3", "/login/2?remember"])
def test_what_happens_in_the_block_stays_there(
    login_client: LoginClient, users: Users, path: str, session_of: t.Any
) -> None:
    login_client.get("/cart/tea")
    before = session_of(login_client)

    with login_client.acting_as(users["1"]):
        login_client.get("/cart/coffee")
        login_client.get(path)

    assert session_of(login_client) == before
    assert login_client.get("/me").text == "nobody"


def test_blocks_may_be_nested(login_client: LoginClient, users: Users) -> None:
    with login_client.acting_as(users["1"]):
        with login_client.acting_as(users["2"]):
            assert login_client.get("/me").text == "2"

        assert login_client.get("/me").text == "1"

    assert login_client.get("/me").text == "nobody"


def test_session_comes_back_after_an_exception(login_client: LoginClient, users: Users) -> None:
    login_client.login(users["2"])

    with pytest.raises(LookupError), login_client.acting_as(users["1"]):
        raise LookupError

    assert login_client.get("/me").text == "2"


@pytest.mark.parametrize("permanent", [True, False])
def test_session_cookie_is_as_it_was(
    app: Flask, login_client: LoginClient, users: Users, permanent: bool
) -> None:
    app.config.update(SESSION_COOKIE_SECURE=True, SESSION_COOKIE_SAMESITE="Lax")
    login_client.login(users["2"])

    with login_client.session_transaction() as stored:
        stored.permanent = permanent

    before = copy(login_client.get_cookie("session"))

    with login_client.acting_as(users["1"]):
        assert login_client.get_cookie("session") != before

    assert login_client.get_cookie("session") == before


def test_content_of_the_session_is_there_in_the_block(
    login_client: LoginClient, users: Users
) -> None:
    login_client.get("/cart/tea")

    with login_client.acting_as(users["1"]):
        assert login_client.get("/cart/coffee").text == "tea"


def test_receiver_that_fails_leaves_nobody_behind(
    app: Flask, login_client: LoginClient, users: Users
) -> None:
    def receive(*_: t.Any, **__: t.Any) -> None:
        raise LookupError

    login_client.login(users["2"], remember=True)

    with user_logged_in.connected_to(receive, app):
        with pytest.raises(LookupError), login_client.acting_as(users["1"]):
            pytest.fail("A failed login was entered.")

    assert login_client.get("/me").text == "2"


def test_inactive_user_does_not_act(login_client: LoginClient, users: Users) -> None:
    login_client.login(users["2"])

    with pytest.raises(ValueError, match="not active"), login_client.acting_as(users["3"]):
        pytest.fail("An inactive user acts.")

    assert login_client.get("/me").text == "2"


class TestRememberCookie:
    """What becomes of the remember-me cookie."""

    def test_acting_user_is_not_remembered(self, login_client: LoginClient, users: Users) -> None:
        login_client.login(users["2"], remember=True)

        with login_client.acting_as(users["1"]):
            assert login_client.get("/remembered").text == "False"
            login_client.delete_cookie("session")
            assert login_client.get("/me").text == "nobody"

    def test_remembered_user_is_so_again(
        self, login_client: LoginClient, users: Users, token_of: t.Any
    ) -> None:
        login_client.login(users["2"], remember=True)
        token = token_of(login_client)

        with login_client.acting_as(users["1"]):
            pass

        assert token_of(login_client) == token
        login_client.delete_cookie("session")
        assert login_client.get("/me").text == "2"

    @pytest.mark.parametrize("user_id", ['zoë "z"; 1', "a b,c", "é"])
    def test_any_id_is_remembered_again(
        self, login_client: LoginClient, users: Users, user_id: str
    ) -> None:
        users["2"].id = user_id
        users[user_id] = users["2"]
        login_client.login(users["2"], remember=True)

        with login_client.acting_as(users["1"]):
            pass

        login_client.delete_cookie("session")
        assert login_client.get("/me").text == user_id

    @pytest.mark.parametrize(
        "attributes",
        [
            {"SECURE": True, "HTTPONLY": True, "SAMESITE": "Strict"},
            {"DURATION": 3600, "HTTPONLY": False},
            {"PATH": "/app", "DOMAIN": "localhost"},
            {"PATH": None},
        ],
        ids=str,
    )
    def test_cookie_is_as_it_was(
        self, app: Flask, login_client: LoginClient, users: Users, attributes: dict[str, t.Any]
    ) -> None:
        app.config.update({f"REMEMBER_COOKIE_{key}": attributes[key] for key in attributes})
        login_client.login(users["2"], remember=True)
        path = attributes.get("PATH") or "/"
        before = login_client.get_cookie("remember_token", path=path)

        with login_client.acting_as(users["1"]):
            assert login_client.get_cookie("remember_token", path=path) is None

        assert before is not None
        assert login_client.get_cookie("remember_token", path=path) == before

    def test_who_asked_to_be_remembered_in_the_block_is_not_after_it(
        self, login_client: LoginClient, users: Users
    ) -> None:
        with login_client.acting_as(users["1"]):
            login_client.get("/login/1?remember")

        assert login_client.get_cookie("remember_token") is None
        assert login_client.get("/me").text == "nobody"

    @pytest.mark.parametrize(
        "place",
        [
            {"path": "/app"},
            {"domain": "localhost"},
            {"name": "keep_me"},
        ],
        ids=repr,
    )
    def test_cookie_is_found_where_the_application_puts_it(
        self, app: Flask, login_client: LoginClient, users: Users, place: dict[str, str]
    ) -> None:
        app.config.update({f"REMEMBER_COOKIE_{key.upper()}": place[key] for key in place})
        login_client.login(users["2"], remember=True)

        with login_client.acting_as(users["1"]):
            pass

        login_client.delete_cookie("session")
        assert login_client.get("/app/me").text == "2"

    def test_cookie_of_a_domain_is_still_the_subdomains(
        self, app: Flask, login_client: LoginClient, users: Users
    ) -> None:
        app.config.update(SERVER_NAME="example.com", REMEMBER_COOKIE_DOMAIN="example.com")
        login_client.login(users["2"], remember=True)

        with login_client.acting_as(users["1"]):
            pass

        request = login_client.get("/me", base_url="http://www.example.com").request
        assert "remember_token" in request.cookies


def test_application_with_strong_protection_goes_on(
    app: Flask, login_client: LoginClient, users: Users
) -> None:
    app.config["SESSION_PROTECTION"] = "strong"
    login_client.login(users["2"])

    with login_client.acting_as(users["1"]):
        assert login_client.get("/me").text == "1"

    assert login_client.get("/me").text == "2"


def test_client_must_be_able_to_log_in(users: Users) -> None:
    app = Flask("keyless")
    LoginManager(app).user_loader(users.get)

    with pytest.raises(RuntimeError, match="session"), LoginClient(app).acting_as(users["1"]):
        pytest.fail("Somebody acts without a session.")
