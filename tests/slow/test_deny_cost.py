"""What a closed application does for each request does not grow with its routes."""

from __future__ import annotations

import gc
import sys
import typing as t
from urllib.parse import clear_cache

import pytest
from flask import Flask
from flask.testing import FlaskClient

from flask_login import login_exempt
from flask_login import login_user
from flask_login import LoginManager
from flask_login import UserMixin


class User(UserMixin):
    id = "1"


def make_app(number_of_routes: int) -> Flask:
    """A closed application."""
    app = Flask("app")
    app.config.update(TESTING=True, SECRET_KEY="deterministic", LOGIN_REQUIRED_BY_DEFAULT=True)
    login_manager = LoginManager(app)
    login_manager.login_view = "login"
    login_manager.user_loader(lambda user_id: User())
    app.add_url_rule("/login", "login", lambda: "")
    app.add_url_rule("/enter", "enter", login_exempt(lambda: str(login_user(User()))))
    app.add_url_rule("/open", "open", login_exempt(lambda: "open"))

    for number in range(number_of_routes):
        app.add_url_rule(f"/{number}", f"page_{number}", lambda: "inside")

    return app


def count_steps(client: FlaskClient, path: str) -> int:
    """How many lines of Python are run to answer a request that is not the first one."""
    steps = 0

    def count(frame: t.Any, event: str, argument: t.Any) -> t.Any:
        nonlocal steps
        steps += event == "line"
        return count

    client.get(path)
    # Steps that one request takes and another saves.
    clear_cache()
    gc.collect()
    gc.disable()
    tracer = sys.gettrace()
    sys.settrace(count)

    try:
        client.get(path)
    finally:
        sys.settrace(tracer)
        gc.enable()

    return steps


@pytest.fixture(scope="module")
def large() -> Flask:
    return make_app(1_000)


@pytest.mark.parametrize(
    ("user", "path"),
    [(False, "/5"), (True, "/5"), (False, "/open"), (False, "/login"), (False, "/nowhere")],
    ids=["refused", "entered", "exempt", "login view", "not found"],
)
def test_number_of_steps_is_that_of_a_small_app(large: Flask, user: bool, path: str) -> None:
    clients = [app.test_client() for app in (make_app(10), large)]

    for client in clients:
        client.get("/enter" if user else "/nowhere")

    assert count_steps(clients[0], path) == count_steps(clients[1], path)
