"""``LoginClient``: a test client that logs in as the application does."""

from __future__ import annotations

import time
import typing as t
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from threading import Event

import pytest
from flask import Flask
from flask import session
from flask.testing import FlaskClient

from flask_login import _clock
from flask_login import current_user
from flask_login import fresh_login_required
from flask_login import login_required
from flask_login import LoginManager
from flask_login import user_logged_in
from flask_login import user_logged_out
from flask_login import UserMixin
from flask_login.testing import frozen_clock
from flask_login.testing import LoginClient

Users = dict[str, t.Any]

each_protection = pytest.mark.parametrize("protection", [None, "basic", "strong"])


@pytest.fixture
def login_client(app: Flask, browser: FlaskClient) -> LoginClient:
    app.add_url_rule("/inside", "inside", login_required(lambda: "inside"))
    app.add_url_rule("/settings", "settings", fresh_login_required(lambda: "settings"))
    app.add_url_rule("/cart", "cart", lambda: str(session.setdefault("cart", 1)))
    app.test_client_class = LoginClient
    login_client = app.test_client()
    assert isinstance(login_client, LoginClient)
    return login_client


@each_protection
def test_user_is_logged_in(
    app: Flask, login_client: LoginClient, users: Users, protection: str | None
) -> None:
    app.config["SESSION_PROTECTION"] = protection
    login_client.login(users["1"])

    assert login_client.get("/me").text == "1"
    assert login_client.get("/inside").text == "inside"


@each_protection
@pytest.mark.parametrize("fresh", [True, False])
def test_login_is_as_fresh_as_asked_for(
    app: Flask, login_client: LoginClient, users: Users, protection: str | None, fresh: bool
) -> None:
    app.config["SESSION_PROTECTION"] = protection
    login_client.login(users["1"], fresh=fresh)

    assert login_client.get("/fresh").text == str(fresh)
    assert login_client.get("/settings").status_code == (200 if fresh else 401)


@each_protection
def test_remembered_user_comes_back(
    app: Flask, login_client: LoginClient, users: Users, protection: str | None
) -> None:
    app.config["SESSION_PROTECTION"] = protection
    login_client.login(users["1"], remember=True)
    assert login_client.get("/remembered").text == "True"

    login_client.delete_cookie("session")
    assert login_client.get("/me").text == "1"
    assert login_client.get("/fresh").text == "False"


def test_user_is_not_remembered_unasked(login_client: LoginClient, users: Users) -> None:
    login_client.login(users["1"])

    assert login_client.get_cookie("remember_token") is None


@pytest.mark.parametrize(
    ("setting", "path", "before", "after"),
    [
        ("LOGIN_FRESH_LIFETIME", "/fresh", "True", "False"),
        ("LOGIN_ABSOLUTE_TIMEOUT", "/me", "1", "nobody"),
        ("LOGIN_IDLE_TIMEOUT", "/me", "1", "nobody"),
    ],
)
def test_login_was_so_long_ago(
    app: Flask,
    login_client: LoginClient,
    users: Users,
    setting: str,
    path: str,
    before: str,
    after: str,
) -> None:
    app.config[setting] = timedelta(hours=1)
    login_client.login(users["1"], ago=timedelta(minutes=59))
    assert login_client.get(path).text == before

    login_client.login(users["1"], ago=timedelta(minutes=61))
    assert login_client.get(path).text == after


@pytest.mark.parametrize(("days", "text"), [(6, "1"), (8, "nobody")])
def test_user_was_remembered_so_long_ago(
    app: Flask, login_client: LoginClient, users: Users, days: int, text: str
) -> None:
    app.config["REMEMBER_COOKIE_DURATION"] = timedelta(days=7)
    login_client.login(users["1"], remember=True, ago=timedelta(days=days))
    login_client.delete_cookie("session")

    assert login_client.get("/me").text == text


@pytest.fixture
def two_clients(app: Flask, login_client: LoginClient, users: Users) -> list[LoginClient]:
    """Of one hour ago and of three, logged in at once. The first one is ready before the other."""
    clients = [login_client, LoginClient(app, app.response_class)]
    both_are_in = Barrier(2, timeout=10)
    first_is_done = Event()

    def wait(*_: t.Any, **__: t.Any) -> None:
        if both_are_in.wait() == 1:
            first_is_done.wait(timeout=10)

    def log_in(client: LoginClient, hours: int) -> None:
        client.login(users["1"], ago=timedelta(hours=hours))
        first_is_done.set()

    with user_logged_in.connected_to(wait), ThreadPoolExecutor(2) as threads:
        list(threads.map(log_in, clients, [1, 3]))

    return clients


def test_logins_at_once_are_each_as_long_ago_as_asked(
    app: Flask, two_clients: list[LoginClient]
) -> None:
    app.config["LOGIN_ABSOLUTE_TIMEOUT"] = timedelta(hours=2)

    assert [client.get("/me").text for client in two_clients] == ["1", "nobody"]


@pytest.mark.usefixtures("two_clients")
def test_logins_at_once_leave_the_clock_alone() -> None:
    assert abs(_clock.now() - time.time()) < 60


def test_login_long_ago_leaves_the_clock_alone(login_client: LoginClient, users: Users) -> None:
    with frozen_clock() as clock:
        login_client.login(users["1"], ago=timedelta(hours=1))

        assert _clock.now() == clock()


def test_id_is_what_the_id_attribute_answers(
    login_client: LoginClient, login_manager: LoginManager, users: Users, session_of: t.Any
) -> None:
    class Account(UserMixin):
        def get_key(self) -> str:
            return "key of 4"

    login_manager.id_attribute = "get_key"
    users["key of 4"] = Account()
    login_client.login(users["key of 4"])

    assert session_of(login_client)["_user_id"] == "key of 4"


class Customer(UserMixin):
    id = 1

    def get_id(self) -> str:
        return f"customer {self.id}"


class Clerk(UserMixin):
    id = 1

    def get_id(self) -> str:
        return f"clerk {self.id}"


@pytest.mark.parametrize("user_class", [Customer, Clerk])
def test_application_may_have_several_user_classes(
    app: Flask, login_client: LoginClient, users: Users, user_class: type[UserMixin]
) -> None:
    app.add_url_rule("/class", view_func=lambda: type(current_user._get_current_object()).__name__)
    users.update({"customer 1": Customer(), "clerk 1": Clerk()})
    login_client.login(user_class())

    assert login_client.get("/class").text == user_class.__name__


def test_inactive_user_is_refused(login_client: LoginClient, users: Users) -> None:
    with pytest.raises(ValueError, match="not active"):
        login_client.login(users["3"])

    assert login_client.get("/me").text == "nobody"


def test_user_without_an_id_is_refused(login_client: LoginClient, users: Users) -> None:
    users["1"].id = None

    with pytest.raises(ValueError, match="Save the model first"):
        login_client.login(users["1"])

    assert login_client.get("/me").text == "nobody"


def test_next_login_replaces_the_last_one(login_client: LoginClient, users: Users) -> None:
    login_client.login(users["1"], remember=True)
    login_client.login(users["2"])

    assert login_client.get("/me").text == "2"
    assert login_client.get("/remembered").text == "False"


def test_application_keeps_what_is_its_own(
    login_client: LoginClient, users: Users, session_of: t.Any
) -> None:
    login_client.get("/cart")
    login_client.login(users["1"])
    login_client.logout()

    assert session_of(login_client) == {"cart": 1}


def test_logout_logs_out(login_client: LoginClient, users: Users, session_of: t.Any) -> None:
    login_client.login(users["1"], remember=True)
    login_client.logout()

    assert login_client.get("/me").text == "nobody"
    assert login_client.get_cookie("remember_token") is None
    assert session_of(login_client) == {}


def test_nobody_may_log_out(login_client: LoginClient) -> None:
    login_client.logout()

    assert login_client.get("/me").text == "nobody"


def test_signals_are_sent(app: Flask, login_client: LoginClient, users: Users) -> None:
    sent: list[t.Any] = []

    def receive(sender: Flask, user: t.Any) -> None:
        sent.append(user)

    with user_logged_in.connected_to(receive, app), user_logged_out.connected_to(receive, app):
        login_client.login(users["1"])
        login_client.logout()

    assert sent == [users["1"], users["1"]]


def test_client_without_cookies_cannot_log_in(app: Flask, users: Users) -> None:
    client = LoginClient(app, app.response_class, use_cookies=False)

    with pytest.raises(TypeError, match="Cookies are disabled"):
        client.login(users["1"])


def test_two_clients_are_two_users(app: Flask, login_client: LoginClient, users: Users) -> None:
    other = LoginClient(app, app.response_class)
    login_client.login(users["1"])
    other.login(users["2"])

    assert (login_client.get("/me").text, other.get("/me").text) == ("1", "2")
