"""How a request finds its user: who is asked, in which order, and what counts as an answer."""

from __future__ import annotations

import typing as t

import pytest
from flask import Flask
from flask import request
from flask import session
from flask.testing import FlaskClient

from flask_login import AnonymousUserMixin
from flask_login import current_user
from flask_login import encode_cookie
from flask_login import LoginManager
from flask_login import UserMixin
from flask_login.exceptions import MissingLoader


@pytest.fixture
def asked(login_manager: LoginManager, users: dict[str, t.Any]) -> list[str]:
    """What the loaders were asked, in order."""
    calls: list[str] = []

    @login_manager.user_loader
    def load_user(user_id: str) -> t.Any:
        calls.append(f"user {user_id}")
        return users.get(user_id)

    @login_manager.request_loader
    def load_user_from_request(request: t.Any) -> t.Any:
        calls.append("request")
        return users.get(request.headers.get("X-User"))

    return calls


def remember(app: Flask, client: FlaskClient, user_id: str) -> None:
    with app.app_context():
        client.set_cookie("remember_token", encode_cookie(user_id))


def write_session(client: FlaskClient, **values: t.Any) -> None:
    with client.session_transaction() as stored:
        stored.update(values)


def test_session_comes_first(app: Flask, browser: FlaskClient, asked: list[str]) -> None:
    write_session(browser, _user_id="1")
    remember(app, browser, "2")
    assert browser.get("/me", headers={"X-User": "2"}).text == "1"
    assert asked == ["user 1"]


def test_request_loader_gets_the_proxy_of_the_request(
    browser: FlaskClient, login_manager: LoginManager
) -> None:
    given: list[t.Any] = []
    login_manager.request_loader(given.append)
    browser.get("/me")

    assert [each is request for each in given] == [True]


def test_remember_cookie_comes_second(app: Flask, browser: FlaskClient, asked: list[str]) -> None:
    write_session(browser, _user_id="gone")
    remember(app, browser, "1")
    assert browser.get("/me", headers={"X-User": "2"}).text == "1"
    assert asked == ["user gone", "user 1"]


def test_request_loader_comes_third(app: Flask, browser: FlaskClient, asked: list[str]) -> None:
    write_session(browser, _user_id="gone")
    remember(app, browser, "gone as well")
    assert browser.get("/me", headers={"X-User": "2"}).text == "2"
    assert asked == ["user gone", "user gone as well", "request"]


def test_anonymous_user_comes_last(app: Flask, browser: FlaskClient, asked: list[str]) -> None:
    write_session(browser, _user_id="gone")
    remember(app, browser, "gone as well")
    assert browser.get("/me").text == "nobody"
    assert asked == ["user gone", "user gone as well", "request"]


def test_nobody_is_asked_after_protection_ended_the_login(
    app: Flask, browser: FlaskClient, asked: list[str]
) -> None:
    app.config["SESSION_PROTECTION"] = "strong"
    write_session(browser, _user_id="1", _id="another browser")
    remember(app, browser, "1")
    assert browser.get("/me", headers={"X-User": "2"}).text == "nobody"
    assert asked == []


def test_junk_cookie_does_not_hide_the_request_loader(
    browser: FlaskClient, asked: list[str]
) -> None:
    browser.set_cookie("remember_token", "1|junk")
    assert browser.get("/me", headers={"X-User": "2"}).text == "2"
    assert asked == ["request"]


@pytest.mark.parametrize("protection", ["basic", "strong", None])
def test_request_loader_users_never_touch_the_session(
    app: Flask, browser: FlaskClient, asked: list[str], protection: str | None
) -> None:
    app.config["SESSION_PROTECTION"] = protection
    response = browser.get("/me", headers={"X-User": "1"})
    assert response.text == "1"
    assert "Set-Cookie" not in response.headers


def test_request_loader_is_given_the_request(
    browser: FlaskClient, login_manager: LoginManager, users: dict[str, t.Any]
) -> None:
    login_manager.request_loader(lambda request: users.get(request.args.get("user")))
    assert browser.get("/me?user=1").text == "1"


def test_manager_without_user_loader_leaves_the_session_alone(
    app: Flask, browser: FlaskClient, users: dict[str, t.Any], session_of: t.Any
) -> None:
    LoginManager(app).request_loader(lambda request: users.get(request.headers.get("X-User")))
    before = {"_user_id": "2", "_fresh": False, "cart": [1]}
    write_session(browser, **before)
    assert browser.get("/me", headers={"X-User": "1"}).text == "1"
    assert browser.get("/me").text == "nobody"
    assert session_of(browser) == before


def test_manager_without_user_loader_passes_a_remember_cookie_by(
    app: Flask, browser: FlaskClient, users: dict[str, t.Any], session_of: t.Any
) -> None:
    LoginManager(app).request_loader(lambda request: users.get(request.headers.get("X-User")))
    remember(app, browser, "2")
    assert browser.get("/me", headers={"X-User": "1"}).text == "1"
    assert session_of(browser) == {}


@pytest.mark.parametrize("register", ["user_loader", "request_loader"])
def test_one_loader_is_enough(app: Flask, browser: FlaskClient, register: str) -> None:
    getattr(LoginManager(app), register)(lambda argument: None)
    assert browser.get("/me").text == "nobody"


def test_manager_without_loaders_says_what_is_missing(app: Flask) -> None:
    LoginManager(app)

    with (
        app.test_request_context(),
        pytest.raises(MissingLoader, match=r"^Missing user_loader or request_loader"),
    ):
        current_user.is_authenticated  # noqa: B018


@pytest.mark.asvs("7.4.2")
def test_session_of_a_deleted_user_loses_our_keys_and_keeps_the_application_s(
    browser: FlaskClient, users: dict[str, t.Any], session_of: t.Any
) -> None:
    browser.get("/login/1")
    write_session(browser, cart=[1], next="/checkout", _remember_seconds=60)
    del users["1"]
    assert browser.get("/me").text == "nobody"
    assert session_of(browser) == {"cart": [1], "next": "/checkout"}


def test_deleted_user_is_asked_for_once(
    browser: FlaskClient, users: dict[str, t.Any], asked: list[str]
) -> None:
    write_session(browser, _user_id="gone")
    browser.get("/me")
    browser.get("/me")
    assert asked == ["user gone", "request", "request"]


@pytest.mark.parametrize("answer", [None, False, 0, "", [], {}], ids=repr)
@pytest.mark.parametrize("source", ["session", "remember", "request"])
def test_falsy_answer_is_nobody(
    app: Flask,
    browser: FlaskClient,
    login_manager: LoginManager,
    answer: t.Any,
    source: str,
    session_of: t.Any,
) -> None:
    login_manager.user_loader(lambda user_id: answer)
    login_manager.request_loader(lambda request: answer)

    if source == "session":
        write_session(browser, _user_id="1")
    elif source == "remember":
        remember(app, browser, "1")

    assert browser.get("/me").text == "nobody"
    assert session_of(browser) == {}


def test_user_with_a_length_of_zero_is_a_user(
    browser: FlaskClient, login_manager: LoginManager
) -> None:
    class Team(UserMixin):
        id = "team"

        def __len__(self) -> int:
            return 0

    login_manager.user_loader(lambda user_id: Team())
    write_session(browser, _user_id="team")
    assert browser.get("/me").text == "team"


def test_anonymous_user_is_made_by_the_manager_s_factory(
    app: Flask, browser: FlaskClient, login_manager: LoginManager
) -> None:
    class Guest(AnonymousUserMixin):
        def get_id(self) -> str:
            return "guest"

    login_manager.anonymous_user = Guest
    assert browser.get("/me").text == "guest"


def test_anonymous_user_may_be_none(
    app: Flask, browser: FlaskClient, login_manager: LoginManager
) -> None:
    app.add_url_rule("/none", view_func=lambda: str(current_user == None))  # noqa: E711
    login_manager.anonymous_user = lambda: None
    assert browser.get("/none").text == "True"


@pytest.mark.parametrize("stored", ["1", 1], ids=["text", "number"])
def test_session_with_only_an_id_is_a_login(browser: FlaskClient, stored: t.Any) -> None:
    write_session(browser, _user_id=stored)
    assert browser.get("/me").text == "1"


def test_number_in_the_session_reaches_the_loader_as_it_is(
    browser: FlaskClient, asked: list[t.Any], login_manager: LoginManager
) -> None:
    login_manager.user_loader(asked.append)
    write_session(browser, _user_id=1)
    browser.get("/me")
    assert asked[0] == 1


def test_remembered_id_reaches_the_loader_as_text(
    app: Flask, browser: FlaskClient, asked: list[t.Any], login_manager: LoginManager
) -> None:
    login_manager.user_loader(asked.append)
    remember(app, browser, "1")
    browser.get("/me")
    assert asked[0] == "1"


def test_zero_is_an_id(browser: FlaskClient, users: dict[str, t.Any]) -> None:
    users["0"] = users["1"]
    write_session(browser, _user_id=0)
    assert browser.get("/me").text == "1"


def test_session_is_left_as_it_was_by_a_request_that_finds_the_user(
    app: Flask, browser: FlaskClient
) -> None:
    @app.get("/modified")
    def modified() -> str:
        assert current_user.is_authenticated
        return str(session.modified)

    browser.get("/login/1")
    assert browser.get("/modified").text == "False"


def test_junk_cookie_leaves_an_anonymous_session_as_it_was(
    app: Flask, browser: FlaskClient
) -> None:
    @app.get("/modified")
    def modified() -> str:
        assert not current_user.is_authenticated
        return str(session.modified)

    browser.set_cookie("remember_token", "1|junk")
    assert browser.get("/modified").text == "False"
