"""Callbacks that are ``async def``, in sync and async views."""

from __future__ import annotations

import asyncio
import typing as t

import pytest
from flask import Flask
from flask.testing import FlaskClient

from flask_login import current_user
from flask_login import fresh_login_required
from flask_login import login_required
from flask_login import LoginManager

pytest.importorskip("asgiref")


@pytest.fixture
def loaded(login_manager: LoginManager, users: dict[str, t.Any]) -> list[str]:
    """The IDs that the async loader was asked for."""
    asked: list[str] = []

    @login_manager.user_loader
    async def load_user(user_id: str) -> t.Any:
        await asyncio.sleep(0)
        asked.append(user_id)
        return users.get(user_id)

    return asked


def test_async_user_loader_serves_a_sync_view(browser: FlaskClient, loaded: list[str]) -> None:
    browser.get("/login/1")
    assert browser.get("/me").text == "1"


def test_async_user_loader_is_not_asked_by_a_sync_view_that_never_asks(
    browser: FlaskClient, loaded: list[str]
) -> None:
    browser.get("/login/1")
    assert "Vary" not in browser.get("/plain").headers
    assert loaded == []


def test_async_user_loader_restores_a_remembered_user(
    remembered_browser: FlaskClient, loaded: list[str]
) -> None:
    assert remembered_browser.get("/me").text == "1"
    assert loaded == ["1"]


def test_async_user_loader_may_find_nobody(
    remembered_browser: FlaskClient, users: dict[str, t.Any], loaded: list[str]
) -> None:
    del users["1"]
    assert remembered_browser.get("/me").text == "nobody"


def test_async_user_loader_may_use_current_user(
    browser: FlaskClient, login_manager: LoginManager, users: dict[str, t.Any]
) -> None:
    @login_manager.user_loader
    async def load_user(user_id: str) -> t.Any:
        return None if current_user.is_authenticated else users.get(user_id)

    browser.get("/login/1")
    assert browser.get("/me").text == "1"


def test_error_of_an_async_loader_propagates_with_a_note(
    browser: FlaskClient, login_manager: LoginManager
) -> None:
    @login_manager.user_loader
    async def load_user(user_id: str) -> t.Any:
        raise LookupError(user_id)

    browser.get("/login/1")

    with pytest.raises(LookupError) as caught:
        browser.get("/me")

    assert "load_user" in caught.value.__notes__[0]


def test_async_request_loader_finds_the_user(
    browser: FlaskClient, login_manager: LoginManager, users: dict[str, t.Any]
) -> None:
    @login_manager.request_loader
    async def load_user(request: t.Any) -> t.Any:
        return users.get(request.headers.get("X-User"))

    assert browser.get("/me", headers={"X-User": "2"}).text == "2"
    assert browser.get("/me").text == "nobody"


def test_async_header_loader_finds_the_user(
    browser: FlaskClient, login_manager: LoginManager, users: dict[str, t.Any]
) -> None:
    async def load_user(header: str) -> t.Any:
        return users.get(header)

    with pytest.warns(DeprecationWarning, match="header_loader"):
        login_manager.header_loader(load_user)

    assert browser.get("/me", headers={"Authorization": "2"}).text == "2"


def test_async_view_finds_a_user_of_an_async_request_loader(
    app: Flask, browser: FlaskClient, login_manager: LoginManager, users: dict[str, t.Any]
) -> None:
    @login_manager.request_loader
    async def load_user(request: t.Any) -> t.Any:
        return users.get(request.headers.get("X-User"))

    @app.get("/async")
    async def view() -> str:
        return str(current_user.name)

    assert browser.get("/async", headers={"X-User": "2"}).text == "brian"


def test_missing_page_loads_nobody(browser: FlaskClient, loaded: list[str]) -> None:
    browser.get("/login/1")
    assert browser.get("/no-such-page").status_code == 404
    assert loaded == []


@pytest.mark.parametrize("view_is_async", [False, True], ids=["sync view", "async view"])
def test_async_unauthorized_handler_answers(
    app: Flask, client: FlaskClient, login_manager: LoginManager, view_is_async: bool
) -> None:
    @login_manager.unauthorized_handler
    async def refuse() -> tuple[str, int]:
        return "who are you?", 403

    async def async_view() -> str:
        return "inside"

    view = login_required(async_view if view_is_async else lambda: "inside")
    app.add_url_rule("/guarded", "guarded", view)
    assert client.get("/guarded").text == "who are you?"


def test_async_needs_refresh_handler_answers(
    app: Flask, browser: FlaskClient, login_manager: LoginManager
) -> None:
    @login_manager.needs_refresh_handler
    async def refuse() -> tuple[str, int]:
        return "still you?", 403

    app.add_url_rule("/guarded", "guarded", fresh_login_required(lambda: "inside"))
    browser.get("/login/1?stale")
    assert browser.get("/guarded").text == "still you?"


def test_loader_registered_later_is_known_to_be_async(
    app: Flask, browser: FlaskClient, login_manager: LoginManager, users: dict[str, t.Any]
) -> None:
    @app.get("/async")
    async def view() -> str:
        return str(current_user.name)

    browser.get("/login/1")
    assert browser.get("/async").text == "ada"

    @login_manager.user_loader
    async def load_user(user_id: str) -> t.Any:
        return users["2"]

    assert browser.get("/async").text == "brian"
