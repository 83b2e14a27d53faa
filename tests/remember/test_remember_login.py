"""Whose the remember-me cookie is: the last login decides, and a cookie of nobody goes."""

from __future__ import annotations

import typing as t

import pytest
from flask import Flask
from flask import session
from flask.testing import FlaskClient

from flask_login import encode_cookie
from flask_login import login_remembered
from flask_login import login_user
from flask_login import LoginManager
from flask_login import logout_user


@pytest.fixture
def log_in(app: Flask, users: dict[str, t.Any], browser: FlaskClient) -> t.Any:
    """Log several users in, one after the other, in a single request."""

    def log_in(*logins: tuple[str, bool]) -> t.Any:
        @app.get("/log-in")
        def view() -> str:
            for user_id, remember in logins:
                login_user(users[user_id], remember=remember)

            return str(login_remembered())

        return browser.get("/log-in")

    return log_in


def give_cookie(app: Flask, client: FlaskClient, user_id: str) -> None:
    with app.app_context():
        client.set_cookie("remember_token", encode_cookie(user_id))


def test_remembered_user_is_back_without_a_session(remembered_browser: FlaskClient) -> None:
    assert remembered_browser.get("/me").text == "1"
    assert remembered_browser.get("/fresh").text == "False"


def test_user_who_is_not_remembered_is_gone_without_a_session(browser: FlaskClient) -> None:
    browser.get("/login/1")
    browser.delete_cookie("session")
    assert browser.get("/me").text == "nobody"


def test_restored_login_is_kept_in_the_session(
    remembered_browser: FlaskClient, session_of: t.Any
) -> None:
    remembered_browser.get("/me")
    assert session_of(remembered_browser).keys() == {"_user_id", "_fresh", "_id", "_login"}
    remembered_browser.delete_cookie("remember_token")
    assert remembered_browser.get("/me").text == "1"


def test_restored_login_keeps_the_keys_of_the_application(
    remembered_browser: FlaskClient, session_of: t.Any
) -> None:
    with remembered_browser.session_transaction() as stored:
        stored.update(cart=[1], next="/checkout")

    remembered_browser.get("/me")
    assert session_of(remembered_browser).items() >= {"cart": [1], "next": "/checkout"}.items()


def test_loader_for_a_cookie_finds_the_login_in_the_session(
    remembered_browser: FlaskClient, login_manager: LoginManager, users: dict[str, t.Any]
) -> None:
    seen: list[t.Any] = []

    @login_manager.user_loader
    def load_user(user_id: str) -> t.Any:
        seen.append((session["_user_id"], session["_fresh"]))
        return users[user_id]

    remembered_browser.get("/me")
    assert seen == [("1", False)]


@pytest.mark.parametrize("before", [{}, {"cart": [1]}, {"next": "/checkout"}], ids=str)
def test_cookie_of_a_deleted_user_leaves_nothing_in_the_session(
    remembered_browser: FlaskClient,
    users: dict[str, t.Any],
    before: dict[str, t.Any],
    session_of: t.Any,
) -> None:
    with remembered_browser.session_transaction() as stored:
        stored.update(before)

    del users["1"]
    assert remembered_browser.get("/me").text == "nobody"
    assert session_of(remembered_browser) == before


@pytest.mark.asvs("7.4.2")
def test_cookie_of_a_deleted_user_is_deleted(
    remembered_browser: FlaskClient, users: dict[str, t.Any], cookie_of: t.Any
) -> None:
    del users["1"]
    assert cookie_of(remembered_browser.get("/me"))["max-age"] == "0"


def test_cookie_of_a_deleted_user_does_not_hide_the_request_loader(
    remembered_browser: FlaskClient,
    login_manager: LoginManager,
    users: dict[str, t.Any],
    cookie_of: t.Any,
) -> None:
    login_manager.request_loader(lambda request: users["2"])
    del users["1"]
    response = remembered_browser.get("/me")
    assert response.text == "2"
    assert cookie_of(response)["max-age"] == "0"


@pytest.mark.parametrize("path", ["/me", "/fresh", "/remembered", "/confirm", "/plain", "/login/1"])
def test_forged_cookie_is_left_alone(browser: FlaskClient, cookie_of: t.Any, path: str) -> None:
    browser.set_cookie("remember_token", "1|" + "0" * 128)
    assert cookie_of(browser.get(path)) is None


def test_forged_cookie_is_deleted_by_a_logout(browser: FlaskClient, cookie_of: t.Any) -> None:
    browser.set_cookie("remember_token", "1|" + "0" * 128)
    assert cookie_of(browser.get("/logout"))["max-age"] == "0"


def test_cookie_signed_by_another_application_is_forged(
    app: Flask, remembered_browser: FlaskClient
) -> None:
    app.config["SECRET_KEY"] = "another"
    assert remembered_browser.get("/me").text == "nobody"


def test_session_of_a_deleted_user_gives_way_to_the_cookie_of_another(
    app: Flask, browser: FlaskClient, users: dict[str, t.Any]
) -> None:
    browser.get("/login/1")
    give_cookie(app, browser, "2")
    del users["1"]
    assert browser.get("/me").text == "2"
    assert browser.get("/fresh").text == "False"


def test_login_without_remember_deletes_the_cookie_of_another_user(
    browser: FlaskClient,
) -> None:
    browser.get("/login/1?remember")
    browser.get("/login/2")
    assert browser.get_cookie("remember_token") is None
    browser.delete_cookie("session")
    assert browser.get("/me").text == "nobody"


def test_login_without_remember_leaves_the_user_s_own_cookie(
    browser: FlaskClient, token_of: t.Any
) -> None:
    browser.get("/login/1?remember")
    token = token_of(browser)
    browser.get("/login/1")
    assert token_of(browser) == token


def test_login_without_remember_deletes_the_user_s_own_cookie_under_secure_defaults(
    app: Flask, browser: FlaskClient
) -> None:
    app.config.update(LOGIN_DEFAULTS="secure", REMEMBER_COOKIE_SECURE=False)
    browser.get("/login/1?remember")
    browser.get("/login/1")
    assert browser.get_cookie("remember_token") is None


def test_login_with_remember_replaces_the_cookie_of_another_user(browser: FlaskClient) -> None:
    browser.get("/login/1?remember")
    browser.get("/login/2?remember")
    browser.delete_cookie("session")
    assert browser.get("/me").text == "2"


def test_login_without_remember_replaces_what_a_cookie_restored(
    remembered_browser: FlaskClient,
) -> None:
    remembered_browser.get("/me")
    remembered_browser.get("/login/2")
    remembered_browser.delete_cookie("session")
    assert remembered_browser.get("/me").text == "nobody"


@pytest.mark.parametrize(
    ("logins", "user_id"),
    [
        ([("1", True), ("2", False)], "nobody"),
        ([("1", False), ("2", True)], "2"),
        ([("1", True), ("2", True)], "2"),
        ([("2", True), ("2", False)], "nobody"),
        ([("2", False), ("2", True)], "2"),
    ],
    ids=str,
)
@pytest.mark.parametrize("cookie", [None, "1"], ids=["no cookie", "cookie"])
def test_last_login_of_a_request_decides(
    app: Flask,
    browser: FlaskClient,
    log_in: t.Any,
    logins: list[tuple[str, bool]],
    user_id: str,
    cookie: str | None,
) -> None:
    if cookie is not None:
        give_cookie(app, browser, cookie)

    assert log_in(*logins).text == str(logins[-1][1])
    browser.delete_cookie("session")
    assert browser.get("/me").text == user_id


@pytest.mark.parametrize(
    ("path", "answer"),
    [("/login/1?remember", "True"), ("/login/1", "False"), ("/plain", "False")],
)
def test_login_is_remembered_if_it_asked_to_be(
    browser: FlaskClient, path: str, answer: str
) -> None:
    browser.get(path)
    assert browser.get("/remembered").text == answer


def test_login_is_remembered_in_the_request_that_logs_in(log_in: t.Any) -> None:
    assert log_in(("1", True)).text == "True"


def test_login_is_not_remembered_in_the_request_that_drops_the_cookie(
    app: Flask, browser: FlaskClient, log_in: t.Any
) -> None:
    give_cookie(app, browser, "2")
    assert log_in(("1", False)).text == "False"


@pytest.mark.parametrize(("defaults", "remembered"), [("compatible", "True"), ("secure", "False")])
def test_login_of_the_same_user_is_remembered_where_the_cookie_stays(
    app: Flask, browser: FlaskClient, log_in: t.Any, defaults: str, remembered: str
) -> None:
    app.config.update(LOGIN_DEFAULTS=defaults, REMEMBER_COOKIE_ACCEPT_LEGACY=True)
    give_cookie(app, browser, "1")
    assert log_in(("1", False)).text == remembered


def test_restored_login_is_remembered(remembered_browser: FlaskClient) -> None:
    assert remembered_browser.get("/remembered").text == "True"
    assert remembered_browser.get("/remembered").text == "True"


@pytest.mark.parametrize("owner", ["2", "gone"])
def test_cookie_of_someone_else_remembers_nobody(
    app: Flask, browser: FlaskClient, owner: str
) -> None:
    browser.get("/login/1")
    give_cookie(app, browser, owner)
    assert browser.get("/remembered").text == "False"


@pytest.mark.parametrize("cookie", ["", "junk", "1|junk", "1|é"])
@pytest.mark.parametrize("login", ["/login/1", "/plain"])
def test_junk_remembers_nobody(browser: FlaskClient, cookie: str, login: str) -> None:
    browser.get(login)
    browser.set_cookie("remember_token", cookie)
    assert browser.get("/remembered").text == "False"


def test_logged_out_user_is_not_remembered(app: Flask, browser: FlaskClient) -> None:
    @app.get("/leave")
    def leave() -> str:
        logout_user()
        return str(login_remembered())

    browser.get("/login/1?remember")
    assert browser.get("/leave").text == "False"


def test_cookie_of_a_deleted_user_remembers_nobody(
    remembered_browser: FlaskClient, users: dict[str, t.Any]
) -> None:
    del users["1"]
    assert remembered_browser.get("/remembered").text == "False"


def test_request_loader_user_is_not_remembered_by_the_cookie_of_another_login(
    app: Flask, remembered_browser: FlaskClient, users: dict[str, t.Any]
) -> None:
    LoginManager(app).request_loader(lambda request: users["2"])

    with remembered_browser.session_transaction() as stored:
        stored["_user_id"] = "1"

    assert remembered_browser.get("/remembered").text == "False"
