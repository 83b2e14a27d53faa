"""One small application, and the ways to reach it."""

from __future__ import annotations

import gc
import typing as t
from collections.abc import Callable
from datetime import datetime
from datetime import tzinfo
from email.utils import parsedate_to_datetime
from http.cookies import Morsel
from http.cookies import SimpleCookie

import pytest
from flask import Flask
from flask import request
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from flask_login import _clock
from flask_login import confirm_login
from flask_login import current_user
from flask_login import login_fresh
from flask_login import login_remembered
from flask_login import login_user
from flask_login import LoginManager
from flask_login import logout_user
from flask_login import UserMixin

pytest_plugins = ["asvs_report"]


def pytest_collection_finish() -> None:
    """Let the collector of garbage pass over what stays until the end: a tenth of the time."""
    gc.collect()
    gc.freeze()


class User(UserMixin):
    def __init__(self, id: t.Any, name: str = "", active: bool = True) -> None:
        self.id = id
        self.name = name
        self.active = active

        self.stamp: str | None = None

    @property
    def is_active(self) -> bool:
        return self.active

    def get_session_stamp(self) -> str | None:
        return self.stamp


class UnstampedUser(UserMixin):
    def __init__(self, id: str) -> None:
        self.id = id


@pytest.fixture
def users() -> dict[str, User]:
    """The users that the loader knows. Tests add and remove some."""
    return {
        "1": User("1", "ada"),
        "2": User("2", "brian"),
        "3": User("3", "closed account", active=False),
    }


@pytest.fixture
def unstamped() -> UnstampedUser:
    """User 1, of a class that has no session stamp. Tests tell the loader of them."""
    return UnstampedUser("1")


@pytest.fixture
def app() -> Flask:
    app = Flask("app")
    app.config.update(TESTING=True, SECRET_KEY="deterministic")
    return app


@pytest.fixture
def login_manager(app: Flask, users: dict[str, User]) -> LoginManager:
    login_manager = LoginManager(app)
    login_manager.user_loader(lambda user_id: users.get(str(user_id)))
    return login_manager


@pytest.fixture
def client(app: Flask, login_manager: LoginManager) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def browser(app: Flask, client: FlaskClient, users: dict[str, User]) -> FlaskClient:
    """A client of an application that logs in and out, and tells who is there."""

    @app.route("/plain")
    def plain() -> str:
        return "plain"

    @app.route("/me")
    def me() -> str:
        return str(current_user.get_id() or "nobody")

    @app.route("/fresh")
    def fresh() -> str:
        return str(login_fresh())

    @app.route("/remembered")
    def remembered() -> str:
        return str(login_remembered())

    @app.route("/login/<user_id>")
    def login(user_id: str) -> str:
        remember = "remember" in request.args
        duration = request.args.get("duration", type=float)
        fresh = "stale" not in request.args
        return str(login_user(users[user_id], remember=remember, duration=duration, fresh=fresh))

    @app.route("/logout")
    def logout() -> str:
        return str(logout_user())

    @app.route("/confirm")
    def confirm() -> str:
        return str(confirm_login())

    return client


@pytest.fixture
def cookie_of() -> Callable[..., Morsel[str] | None]:
    """How a response sets the remember-me cookie, or deletes it: ``max-age`` is then ``"0"``."""

    def find(response: TestResponse, name: str = "remember_token") -> Morsel[str] | None:
        headers = response.headers.getlist("Set-Cookie")
        cookies = [SimpleCookie(header)[name] for header in headers if header.startswith(name)]
        assert len(cookies) < 2
        return cookies[0] if cookies else None

    return find


@pytest.fixture
def remembered_browser(browser: FlaskClient) -> FlaskClient:
    """A browser that has the remember-me cookie of user 1, and no session."""
    browser.get("/login/1?remember")
    browser.delete_cookie("session")
    return browser


@pytest.fixture
def session_of() -> Callable[[FlaskClient], dict[str, t.Any]]:
    """What a client's session holds."""

    def read(client: FlaskClient) -> dict[str, t.Any]:
        with client.session_transaction() as session:
            return dict(session)

    return read


@pytest.fixture
def token_of() -> Callable[[FlaskClient], str]:
    """What a client's remember-me cookie says."""

    def read(client: FlaskClient) -> str:
        cookie = client.get_cookie("remember_token")
        assert cookie is not None
        return cookie.decoded_value

    return read


@pytest.fixture
def expiry_of(cookie_of: t.Any) -> Callable[[TestResponse], float]:
    """When the remember-me cookie that a response sets expires."""
    return lambda response: parsedate_to_datetime(cookie_of(response)["expires"]).timestamp()


class Clock:
    """The time by which logins age. It passes by :meth:`tick` only."""

    def __init__(self, now: int) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now

    def tick(self, seconds: int) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of lifetimes, and of the date at which the remember-me cookie expires."""
    clock = Clock(1_750_000_000)

    class Datetime(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> t.Any:
            return datetime.fromtimestamp(clock.now, tz)

    monkeypatch.setattr(_clock, "now", clock)
    monkeypatch.setattr("flask_login.login_manager.datetime", Datetime)
    return clock
