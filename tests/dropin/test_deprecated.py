"""Historic names that still work, and say what to use instead."""

from __future__ import annotations

import typing as t
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

import flask_login
from flask_login import login_required
from flask_login import LoginManager
from flask_login import UserMixin

Users = dict[str, UserMixin]


def register_header_loader(login_manager: LoginManager, callback: t.Any) -> t.Any:
    with pytest.warns(DeprecationWarning, match=r"LoginManager\.request_loader"):
        return login_manager.header_loader(callback)


def test_header_loader_returns_and_keeps_the_function_it_was_given() -> None:
    def callback(header: str) -> None: ...

    login_manager = LoginManager()

    assert register_header_loader(login_manager, callback) is callback
    assert login_manager._header_callback is callback


def test_header_loader_finds_the_user(
    login_manager: LoginManager, browser: FlaskClient, users: Users
) -> None:
    register_header_loader(login_manager, users.get)

    assert browser.get("/me", headers={"Authorization": "2"}).text == "2"
    assert browser.get("/me", headers={"Authorization": "9"}).text == "nobody"
    assert browser.get("/me").text == "nobody"


def test_header_loader_is_given_the_configured_header(
    app: Flask, login_manager: LoginManager, browser: FlaskClient, users: Users
) -> None:
    app.config["AUTH_HEADER_NAME"] = "X-User"
    register_header_loader(login_manager, users.get)

    assert browser.get("/me", headers={"X-User": "2"}).text == "2"


def test_header_loader_is_loader_enough(app: Flask, users: Users) -> None:
    register_header_loader(LoginManager(app), users.get)
    app.add_url_rule("/guarded", "guarded", login_required(lambda: "inside"))

    assert app.test_client().get("/guarded", headers={"Authorization": "1"}).text == "inside"


def test_header_loader_is_asked_after_the_request_loader(
    login_manager: LoginManager, browser: FlaskClient, users: Users
) -> None:
    login_manager.request_loader(lambda request: users["1"])
    register_header_loader(login_manager, users.get)

    assert browser.get("/me", headers={"Authorization": "2"}).text == "1"


def test_signal_of_the_header_loader_is_sent(
    login_manager: LoginManager, browser: FlaskClient, users: Users
) -> None:
    received: list[UserMixin] = []
    register_header_loader(login_manager, users.get)

    with pytest.warns(DeprecationWarning, match="user_loaded_from_request"):
        signal = flask_login.user_loaded_from_header

    with signal.connected_to(lambda sender, user: received.append(user)):
        browser.get("/me", headers={"Authorization": "2"})

    assert received == [users["2"]]


@pytest.mark.parametrize("module", [flask_login, flask_login.signals], ids=["package", "signals"])
def test_signal_of_the_header_loader_can_be_imported(module: t.Any) -> None:
    with pytest.warns(DeprecationWarning, match="'user_loaded_from_header' is deprecated"):
        signal = module.user_loaded_from_header

    assert signal.name == "loaded-from-header"


def test_setup_app_is_init_app(app: Flask) -> None:
    login_manager = LoginManager()

    with pytest.warns(DeprecationWarning, match=r"LoginManager\.init_app"):
        login_manager.setup_app(app, add_context_processor=False)

    assert app.extensions["login_manager"] is login_manager


def test_login_disabled_is_read_from_the_config(app: Flask, login_manager: LoginManager) -> None:
    for value in (True, False):
        app.config["LOGIN_DISABLED"] = value

        with app.app_context(), pytest.warns(DeprecationWarning, match="LOGIN_DISABLED"):
            assert login_manager._login_disabled is value


def test_login_disabled_is_false_outside_a_context(login_manager: LoginManager) -> None:
    with pytest.warns(DeprecationWarning, match="LOGIN_DISABLED"):
        assert login_manager._login_disabled is False


def test_login_disabled_is_set_in_the_config(app: Flask, login_manager: LoginManager) -> None:
    with app.app_context(), pytest.warns(DeprecationWarning, match="LOGIN_DISABLED"):
        login_manager._login_disabled = True

    assert app.config["LOGIN_DISABLED"] is True


@pytest.mark.parametrize(
    "use",
    [
        lambda login_manager: login_manager.header_loader(str),
        lambda login_manager: login_manager.setup_app(Flask("app")),
        lambda login_manager: login_manager._login_disabled,
        lambda login_manager: flask_login.signals.user_loaded_from_header,
    ],
    ids=["header_loader", "setup_app", "_login_disabled", "user_loaded_from_header"],
)
def test_warning_points_at_the_code_that_uses_the_name(
    use: Callable[[LoginManager], object],
) -> None:
    with pytest.warns(DeprecationWarning, match="is deprecated") as caught:
        use(LoginManager())

    assert [warning.filename for warning in caught] == [__file__]
