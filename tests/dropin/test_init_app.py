from __future__ import annotations

import typing as t
from collections.abc import Callable

import pytest
from flask import Flask
from flask import render_template_string
from flask.testing import FlaskClient

from flask_login import login_required
from flask_login import LoginManager
from flask_login import UserMixin


def hooks_of(app: Flask) -> dict[str, list[t.Any]]:
    """What runs around each request of an app, and for each of its templates."""
    return {
        "before": list(app.before_request_funcs.get(None, ())),
        "after": list(app.after_request_funcs.get(None, ())),
        "teardown": list(app.teardown_request_funcs.get(None, ())),
        "template": list(app.template_context_processors[None]),
    }


def template_knows_current_user(app: Flask) -> bool:
    t.cast(t.Any, app).login_manager.user_loader(lambda user_id: None)

    with app.test_request_context():
        return render_template_string("{{ current_user is defined }}") == "True"


def test_constructor_takes_the_app(app: Flask) -> None:
    login_manager = LoginManager(app)

    assert app.login_manager is login_manager  # type: ignore[attr-defined]


def test_manager_is_an_extension_of_the_app(app: Flask) -> None:
    login_manager = LoginManager()
    login_manager.init_app(app)

    assert app.login_manager is login_manager  # type: ignore[attr-defined]
    assert app.extensions["login_manager"] is login_manager


def test_manager_without_an_app_touches_none(app: Flask) -> None:
    LoginManager()

    assert not hasattr(app, "login_manager")
    assert "login_manager" not in app.extensions


@pytest.mark.parametrize(
    ("start", "known"),
    [
        (lambda app: LoginManager(app), True),
        (lambda app: LoginManager(app, True), True),
        (lambda app: LoginManager(app, False), False),
        (lambda app: LoginManager(app=app, add_context_processor=False), False),
        (lambda app: LoginManager().init_app(app), True),
        (lambda app: LoginManager().init_app(app, False), False),
        (lambda app: LoginManager().init_app(app, add_context_processor=False), False),
    ],
    ids=[
        "constructor",
        "constructor with",
        "constructor without",
        "constructor by name without",
        "init_app",
        "init_app without",
        "init_app by name without",
    ],
)
def test_templates_know_current_user_unless_told_otherwise(
    app: Flask, start: Callable[[Flask], object], known: bool
) -> None:
    start(app)

    assert template_knows_current_user(app) is known


def test_second_init_app_registers_nothing_twice(app: Flask) -> None:
    login_manager = LoginManager(app)
    hooks = hooks_of(app)

    login_manager.init_app(app)

    assert hooks_of(app) == hooks


def test_second_manager_registers_nothing_twice(app: Flask) -> None:
    LoginManager(app)
    hooks = hooks_of(app)

    second = LoginManager(app)

    assert hooks_of(app) == hooks
    assert app.login_manager is app.extensions["login_manager"] is second  # type: ignore[attr-defined]


def test_second_init_app_can_add_the_context_processor(app: Flask) -> None:
    login_manager = LoginManager(app, add_context_processor=False)
    login_manager.init_app(app)

    assert template_knows_current_user(app)


def test_init_app_can_be_called_again_after_the_first_request(
    app: Flask, login_manager: LoginManager, client: FlaskClient
) -> None:
    client.get("/")
    hooks = hooks_of(app)

    login_manager.init_app(app)

    assert hooks_of(app) == hooks


def test_login_sets_one_remember_cookie_after_a_second_init_app(
    login_manager: LoginManager, app: Flask, browser: FlaskClient
) -> None:
    login_manager.init_app(app)

    cookies = browser.get("/login/1?remember").headers.getlist("Set-Cookie")

    assert sum(cookie.startswith("remember_token=") for cookie in cookies) == 1


@pytest.fixture
def two_apps(users: dict[str, UserMixin]) -> tuple[Flask, Flask]:
    """Two applications that share a manager."""
    login_manager = LoginManager()
    login_manager.user_loader(users.get)
    login_manager.login_view = "login"
    apps = (Flask("first"), Flask("second"))

    for app in apps:
        app.secret_key = app.name
        app.add_url_rule(f"/{app.name}-login", "login", lambda: "")
        app.add_url_rule("/guarded", "guarded", login_required(lambda: "inside"))
        login_manager.init_app(app)

    return apps


def test_manager_serves_several_apps(two_apps: tuple[Flask, Flask]) -> None:
    locations = [app.test_client().get("/guarded").location for app in two_apps]

    assert locations == ["/first-login?next=%2Fguarded", "/second-login?next=%2Fguarded"]


def test_login_in_one_app_is_none_in_another(two_apps: tuple[Flask, Flask]) -> None:
    first, second = (app.test_client() for app in two_apps)

    with first.session_transaction() as session:
        session["_user_id"] = "1"

    assert first.get("/guarded").text == "inside"
    assert second.get("/guarded").status_code == 302


def test_setting_of_one_app_is_none_of_another(two_apps: tuple[Flask, Flask]) -> None:
    two_apps[0].config["LOGIN_DISABLED"] = True

    assert [app.test_client().get("/guarded").status_code for app in two_apps] == [200, 302]


def test_settings_are_read_when_they_are_used(
    app: Flask, login_manager: LoginManager, browser: FlaskClient
) -> None:
    app.config["REMEMBER_COOKIE_NAME"] = "later"
    browser.get("/login/1?remember")

    assert browser.get_cookie("later") is not None
    assert browser.get_cookie("remember_token") is None
