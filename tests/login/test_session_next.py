"""``session["next"]``: the application's, unless ``USE_SESSION_FOR_NEXT`` is set."""

from __future__ import annotations

import typing as t

import pytest
from flask import Flask
from flask.testing import FlaskClient

ANOTHER = {"User-Agent": "another browser"}


@pytest.fixture(params=[False, True], ids=["application's", "ours"])
def next_is_ours(app: Flask, request: t.Any) -> bool:
    app.config.update(USE_SESSION_FOR_NEXT=request.param, LOGIN_IDLE_TIMEOUT=600)
    return bool(request.param)


@pytest.fixture
def kept(browser: FlaskClient, session_of: t.Any) -> t.Callable[[], bool]:
    """Whether the browser's session has still what it was given."""
    browser.get("/login/1?remember")
    browser.delete_cookie("remember_token")

    with browser.session_transaction() as stored:
        stored["next"] = "/mine"

    return lambda: session_of(browser).get("next") == "/mine"


def test_logout_removes_it_if_it_is_ours(
    browser: FlaskClient, next_is_ours: bool, kept: t.Any
) -> None:
    browser.get("/logout")
    assert kept() is not next_is_ours


def test_discovery_of_a_deleted_user_removes_it_if_it_is_ours(
    browser: FlaskClient, users: dict[str, t.Any], next_is_ours: bool, kept: t.Any
) -> None:
    del users["1"]
    browser.get("/me")
    assert kept() is not next_is_ours


def test_strong_protection_removes_it_if_it_is_ours(
    app: Flask, browser: FlaskClient, next_is_ours: bool, kept: t.Any
) -> None:
    app.config["SESSION_PROTECTION"] = "strong"
    browser.get("/me", headers=ANOTHER)
    assert kept() is not next_is_ours


def test_timeout_removes_it_if_it_is_ours(
    browser: FlaskClient, clock: t.Any, next_is_ours: bool, kept: t.Any
) -> None:
    browser.get("/me")
    clock.tick(600)
    browser.get("/me")
    assert kept() is not next_is_ours


@pytest.mark.usefixtures("next_is_ours")
@pytest.mark.parametrize("path", ["/login/1", "/login/2", "/confirm", "/me", "/fresh", "/login/3"])
def test_login_keeps_it(browser: FlaskClient, kept: t.Any, path: str) -> None:
    browser.get(path)
    assert kept()


@pytest.mark.usefixtures("next_is_ours")
@pytest.mark.parametrize("user_id", ["1", "gone"], ids=["restored", "refused"])
def test_remember_cookie_keeps_it(
    remembered_browser: FlaskClient, users: dict[str, t.Any], session_of: t.Any, user_id: str
) -> None:
    users[user_id] = users.pop("1")

    with remembered_browser.session_transaction() as stored:
        stored["next"] = "/mine"

    remembered_browser.get("/me")
    assert session_of(remembered_browser)["next"] == "/mine"
