"""What requests ask of the store."""

from __future__ import annotations

import typing as t

import pytest
from flask import Flask
from flask.testing import FlaskClient

from flask_login import LoginManager


@pytest.mark.parametrize("path", ["/me", "/fresh", "/remembered", "/twice", "/reason"])
def test_request_that_asks_reads_once(browser: FlaskClient, records: t.Any, path: str) -> None:
    browser.get("/login/1")

    with records.watch() as calls:
        browser.get(path)

    assert calls == ["find"]


def test_request_with_a_confirmed_remember_me_cookie_reads_once(
    browser: FlaskClient, records: t.Any
) -> None:
    browser.get("/login/1?remember")
    browser.get("/me")

    with records.watch() as calls:
        browser.get("/me")

    assert calls == ["find"]


def test_restore_reads_once(remembered_browser: FlaskClient, records: t.Any) -> None:
    with records.watch() as calls:
        remembered_browser.get("/me")

    assert calls == ["find", "change"]


def test_request_that_does_not_ask_reads_nothing(browser: FlaskClient, records: t.Any) -> None:
    browser.get("/login/1?remember")

    with records.watch() as calls:
        browser.get("/plain")

    assert calls == []


def test_request_that_refuses_without_asking_reads_nothing(
    browser: FlaskClient, app: Flask, login_manager: LoginManager, records: t.Any
) -> None:
    app.config["REMEMBER_COOKIE_REFRESH_EACH_REQUEST"] = True
    app.view_functions["plain"] = login_manager.unauthorized
    browser.get("/login/1?remember")

    with records.watch() as calls:
        browser.get("/plain")

    assert calls == []


def test_stranger_reads_nothing(browser: FlaskClient, records: t.Any) -> None:
    browser.get("/me")
    assert records.calls == []


def test_api_user_reads_nothing(
    browser: FlaskClient, login_manager: LoginManager, users: t.Any, records: t.Any, ask: t.Any
) -> None:
    login_manager.request_loader(lambda request: users.get(request.headers.get("X-User")))
    assert ask(browser, "/me", **{"X-User": "2"}) == "2"
    assert records.calls == []


def test_api_user_beside_a_session_reads_nothing(
    browser: FlaskClient, app: Flask, login_manager: LoginManager, users: t.Any, records: t.Any
) -> None:
    app.config["LOGIN_LOADER_ORDER"] = ["request", "session", "remember"]
    login_manager.request_loader(lambda request: users.get(request.headers.get("X-User")))
    browser.get("/login/1?remember")

    with records.watch() as calls:
        assert browser.get("/me", headers={"X-User": "2"}).text == "2"

    assert calls == []


def test_login_writes_once(browser: FlaskClient, records: t.Any) -> None:
    browser.get("/login/1?remember")
    assert records.calls == ["create"]


def test_logout_writes_once(browser: FlaskClient, records: t.Any) -> None:
    browser.get("/login/1?remember")
    browser.get("/me")

    with records.watch() as calls:
        browser.get("/logout")

    assert calls == ["find", "end"]


def test_loser_of_a_rotation_reads_twice(
    time: t.Any, remembered_browser: FlaskClient, copy_of: t.Any, records: t.Any, ask: t.Any
) -> None:
    remembered_browser.get("/me")
    remembered_browser.delete_cookie("session")
    time.tick(3600)
    twin = copy_of(remembered_browser)
    records.before["change"] = lambda: twin.get("/me")
    records.calls = []
    assert ask(remembered_browser) == "1"
    winner = ["find", "change", "change"]
    assert records.calls == ["find", "change", *winner, "find"]
