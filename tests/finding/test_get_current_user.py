"""``get_current_user()``: the user, not the proxy."""

from __future__ import annotations

import typing as t
from unittest import mock

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.local import LocalProxy

from flask_login import AnonymousUserMixin
from flask_login import current_user
from flask_login import get_current_user
from flask_login import LoginManager
from flask_login import user_accessed
from flask_login import UserMixin


@pytest.fixture
def seen(app: Flask, browser: FlaskClient) -> list[t.Any]:
    """What ``get_current_user()`` returned in ``/get``."""
    seen: list[t.Any] = []

    @app.get("/get")
    def get() -> str:
        seen.append(get_current_user())
        return str(seen[-1] is current_user._get_current_object())

    return seen


def test_user_is_the_object_itself(
    browser: FlaskClient, users: dict[str, t.Any], seen: list[t.Any]
) -> None:
    browser.get("/login/1")

    assert browser.get("/get").text == "True"
    assert type(seen[0]) is type(users["1"])


def test_stranger_is_the_anonymous_user(browser: FlaskClient, seen: list[t.Any]) -> None:
    browser.get("/get")

    assert type(seen[0]) is AnonymousUserMixin


def test_asking_for_the_user_loads_them(
    app: Flask, browser: FlaskClient, seen: list[t.Any]
) -> None:
    loads: list[Flask] = []

    with user_accessed.connected_to(loads.append, app):
        browser.get("/get")

    assert loads == [app]


def test_there_is_nobody_outside_a_request(app: Flask, login_manager: LoginManager) -> None:
    assert get_current_user() is None

    with app.app_context():
        assert get_current_user() is None


def test_proxy_that_a_test_put_in_place_is_unwrapped(app: Flask, users: dict[str, t.Any]) -> None:
    proxy = LocalProxy(lambda: users["1"])

    with app.test_request_context(), mock.patch("flask_login.utils._get_user", return_value=proxy):
        assert get_current_user() is users["1"]


def test_manager_answers_with_the_same_proxy(login_manager: LoginManager) -> None:
    assert login_manager.current_user is current_user


def test_docstring_is_that_of_the_user(app: Flask, login_manager: t.Any) -> None:
    class Documented(UserMixin):
        """Somebody."""

    login_manager.anonymous_user = Documented

    with app.test_request_context():
        assert current_user.__doc__ == "Somebody."
