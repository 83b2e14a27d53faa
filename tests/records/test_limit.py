"""How many logins a user may have at once."""

from __future__ import annotations

import typing as t

import pytest
from flask import Flask
from flask.testing import FlaskClient

from flask_login import login_user
from flask_login import LoginManager


@pytest.fixture
def refuses(app: Flask) -> None:
    app.config.update(LOGIN_RECORDS_LIMIT=1, LOGIN_RECORDS_LIMIT_REACHED="refuse")


@pytest.mark.asvs("7.1.2")
def test_oldest_ends(
    app: Flask, browser: FlaskClient, new_browser: t.Any, ask: t.Any, time: t.Any
) -> None:
    app.config["LOGIN_RECORDS_LIMIT"] = 2
    browsers = [browser, new_browser(), new_browser()]

    for each in browsers:
        each.get("/login/1")
        time.tick(1)

    assert [ask(each) for each in browsers] == ["nobody", "1", "1"]


def test_signal_tells_of_the_oldest(
    app: Flask, browser: FlaskClient, other: FlaskClient, row_of: t.Any, heard: t.Any
) -> None:
    app.config["LOGIN_RECORDS_LIMIT"] = 1
    browser.get("/login/1")
    id = row_of(browser).key
    other.get("/login/1")
    assert heard == [("ended", "1", id, "ended")]


@pytest.mark.asvs("7.1.2")
def test_login_is_refused(
    refuses: None, browser: FlaskClient, other: FlaskClient, ask: t.Any
) -> None:
    browser.get("/login/1")
    assert ask(other, "/denied/1") == "False limit"
    assert (ask(browser), ask(other)) == ("1", "nobody")


def test_refused_login_logs_nobody_out(
    refuses: None, browser: FlaskClient, other: FlaskClient, ask: t.Any
) -> None:
    browser.get("/login/1")
    other.get("/login/2?remember")
    assert ask(other, "/login/1") == "False"
    assert ask(other) == "2"
    other.delete_cookie("session")
    assert ask(other) == "2"


def test_others_are_not_counted(
    refuses: None, browser: FlaskClient, other: FlaskClient, ask: t.Any
) -> None:
    browser.get("/login/1")
    assert ask(other, "/login/2") == "True"


def test_browsers_own_login_makes_room(refuses: None, browser: FlaskClient, ask: t.Any) -> None:
    browser.get("/login/1")
    assert ask(browser, "/login/1") == "True"


def test_browsers_own_remembered_login_makes_room(
    refuses: None, browser: FlaskClient, ask: t.Any
) -> None:
    browser.get("/login/1?remember")
    browser.delete_cookie("session")
    assert ask(browser, "/login/1?remember") == "True"


def test_ended_logins_make_room(
    refuses: None, browser: FlaskClient, other: FlaskClient, ask: t.Any
) -> None:
    browser.get("/login/1")
    browser.get("/logout")
    assert ask(other, "/login/1") == "True"


def test_login_as_someone_else_ends_the_browsers_own(
    refuses: None, browser: FlaskClient, ids_of: t.Any
) -> None:
    browser.get("/login/1")
    browser.get("/login/2")
    assert (len(ids_of("1")), len(ids_of("2"))) == (0, 1)


@pytest.mark.asvs("7.1.2")
@pytest.mark.parametrize(("user_id", "result"), [("1", "False"), ("2", "True")])
def test_limit_can_depend_on_the_user(
    refuses: None, app: Flask, browser: FlaskClient, other: FlaskClient, ask: t.Any,
    user_id: str, result: str,
) -> None:  # fmt: skip
    app.config["LOGIN_RECORDS_LIMIT"] = lambda user: 1 if user.name == "ada" else None
    browser.get(f"/login/{user_id}")
    assert ask(other, f"/login/{user_id}") == result


@pytest.mark.parametrize("limit", [0, -1, "2", True])
def test_limit_that_cannot_be_is_an_error(
    app: Flask, login_manager: LoginManager, users: t.Any, limit: t.Any
) -> None:
    app.config["LOGIN_RECORDS_LIMIT"] = lambda user: limit

    with app.test_request_context(), pytest.raises((TypeError, ValueError), match="LIMIT must be"):
        login_user(users["1"])


def test_user_without_an_id_yet_is_not_logged_in_above_the_limit(
    refuses: None, app: Flask, browser: FlaskClient, other: FlaskClient, users: t.Any,
    ask: t.Any, caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    browser.get("/login/1")
    users["late"] = late = type(users["1"])(None)
    app.view_functions["plain"] = lambda: (login_user(late), setattr(late, "id", "1"))[1] or "ok"
    assert ask(other, "/plain") == "ok"
    assert ask(other) == "nobody"
    assert "could not be recorded" in caplog.text
