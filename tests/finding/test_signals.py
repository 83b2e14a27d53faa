"""When each signal is sent, with what, and how often."""

from __future__ import annotations

import typing as t
from contextlib import ExitStack

import pytest
from flask import Flask
from flask import g
from flask.testing import FlaskClient

import flask_login
from flask_login import current_user
from flask_login import fresh_login_required
from flask_login import login_required
from flask_login import LoginManager
from flask_login import user_loaded_from_cookie
from flask_login import user_logged_in
from flask_login import user_logged_out
from flask_login import UserMixin

NAMES = [
    "session_protected",
    "user_accessed",
    "user_loaded_from_cookie",
    "user_loaded_from_request",
    "user_logged_in",
    "user_logged_out",
    "user_login_confirmed",
    "user_needs_refresh",
    "user_unauthorized",
]
ANOTHER = {"User-Agent": "another browser"}


@pytest.fixture
def sent(app: Flask) -> t.Iterator[list[str]]:
    """The signals, in order, with the ID of the user they were sent with."""
    log: list[str] = []

    def receiver(name: str) -> t.Any:
        def receive(sender: Flask, **kwargs: t.Any) -> None:
            assert sender is app
            assert kwargs.keys() <= {"user"}
            user = [str(user.get_id()) for user in kwargs.values()]
            log.append(" ".join([name, *user]))

        return receive

    with ExitStack() as stack:
        for name in NAMES:
            signal = getattr(flask_login, name)
            stack.enter_context(signal.connected_to(receiver(name)))

        yield log


@pytest.fixture(autouse=True)
def guarded(app: Flask) -> None:
    app.add_url_rule("/inside", "inside", login_required(lambda: "inside"))
    app.add_url_rule("/fresh-inside", "fresh-inside", fresh_login_required(lambda: "inside"))


@pytest.mark.parametrize(
    ("path", "signals"),
    [
        ("/plain", []),
        ("/me", ["user_accessed"]),
        ("/login/1", ["user_logged_in 1"]),
        ("/login/1?remember", ["user_logged_in 1"]),
        ("/login/3", []),
        ("/logout", ["user_accessed", "user_logged_out None"]),
        ("/confirm", ["user_accessed", "user_login_confirmed"]),
        ("/fresh", ["user_accessed"]),
        ("/remembered", ["user_accessed"]),
        ("/inside", ["user_accessed", "user_unauthorized"]),
        ("/fresh-inside", ["user_accessed", "user_unauthorized"]),
        ("/no-such-page", []),
    ],
)
def test_stranger(browser: FlaskClient, sent: list[str], path: str, signals: list[str]) -> None:
    browser.get(path)
    assert sent == signals


@pytest.mark.parametrize(
    ("path", "signals"),
    [
        ("/plain", []),
        ("/me", ["user_accessed"]),
        ("/login/2", ["user_logged_in 2"]),
        ("/logout", ["user_accessed", "user_logged_out 1"]),
        ("/confirm", ["user_accessed", "user_login_confirmed"]),
        ("/inside", ["user_accessed"]),
        ("/fresh-inside", ["user_accessed"]),
    ],
)
def test_user(browser: FlaskClient, sent: list[str], path: str, signals: list[str]) -> None:
    browser.get("/login/1")
    sent.clear()
    browser.get(path)
    assert sent == signals


@pytest.mark.parametrize(
    ("path", "signals"),
    [
        ("/plain", []),
        ("/me", ["user_accessed", "user_loaded_from_cookie 1"]),
        ("/login/2", ["user_logged_in 2"]),
        ("/logout", ["user_accessed", "user_loaded_from_cookie 1", "user_logged_out 1"]),
        ("/inside", ["user_accessed", "user_loaded_from_cookie 1"]),
        ("/fresh-inside", ["user_accessed", "user_loaded_from_cookie 1", "user_needs_refresh"]),
    ],
)
def test_remembered_user(
    remembered_browser: FlaskClient, sent: list[str], path: str, signals: list[str]
) -> None:
    sent.clear()
    remembered_browser.get(path)
    assert sent == signals


def test_restored_user_is_announced_once(remembered_browser: FlaskClient, sent: list[str]) -> None:
    remembered_browser.get("/me")
    sent.clear()
    remembered_browser.get("/me")
    assert sent == ["user_accessed"]


@pytest.mark.parametrize("cookie", ["1|junk", "junk", ""])
def test_cookie_that_is_not_genuine_announces_nobody(
    browser: FlaskClient, sent: list[str], cookie: str
) -> None:
    browser.set_cookie("remember_token", cookie)
    browser.get("/me")
    assert sent == ["user_accessed"]


def test_cookie_of_a_deleted_user_announces_nobody(
    remembered_browser: FlaskClient, sent: list[str], users: dict[str, t.Any]
) -> None:
    del users["1"]
    sent.clear()
    remembered_browser.get("/me")
    assert sent == ["user_accessed"]


def test_request_loader_user_is_announced_in_each_request(
    browser: FlaskClient, sent: list[str], login_manager: LoginManager, users: dict[str, t.Any]
) -> None:
    login_manager.request_loader(lambda request: users["2"])
    browser.get("/me")
    browser.get("/me")
    assert sent == ["user_accessed", "user_loaded_from_request 2"] * 2


@pytest.mark.parametrize(
    ("mode", "path", "signals"),
    [
        ("basic", "/me", ["user_accessed", "session_protected"]),
        ("strong", "/me", ["user_accessed", "session_protected"]),
        ("basic", "/fresh-inside", ["user_accessed", "session_protected", "user_needs_refresh"]),
        ("strong", "/fresh-inside", ["user_accessed", "session_protected", "user_unauthorized"]),
        ("strong", "/logout", ["user_accessed", "session_protected", "user_logged_out None"]),
        ("basic", "/plain", []),
    ],
)
def test_user_in_another_browser(
    app: Flask, browser: FlaskClient, sent: list[str], mode: str, path: str, signals: list[str]
) -> None:
    app.config["SESSION_PROTECTION"] = mode
    browser.get("/login/1")
    sent.clear()
    browser.get(path, headers=ANOTHER)
    assert sent == signals


def test_user_is_accessed_once_however_often_they_are_asked_for(
    app: Flask, browser: FlaskClient, sent: list[str]
) -> None:
    app.add_url_rule("/often", view_func=lambda: "".join(str(current_user) for _ in range(3)))
    browser.get("/often")
    assert sent == ["user_accessed"]


def test_user_put_on_g_by_hand_is_not_accessed(
    app: Flask, browser: FlaskClient, sent: list[str], users: dict[str, t.Any]
) -> None:
    app.before_request(lambda: setattr(g, "_login_user", users["1"]))
    browser.get("/me")
    assert sent == []


def test_signal_carries_the_user_and_not_a_proxy(
    app: Flask, browser: FlaskClient, users: dict[str, t.Any]
) -> None:
    seen: list[t.Any] = []

    def receive(sender: Flask, user: t.Any) -> None:
        seen.append(user)

    with user_logged_in.connected_to(receive), user_logged_out.connected_to(receive):
        browser.get("/login/1")
        browser.get("/logout")

    assert [type(user) for user in seen] == [type(users["1"])] * 2


def test_restored_user_in_the_signal_is_the_current_one(
    remembered_browser: FlaskClient,
) -> None:
    seen: list[bool] = []

    def receive(sender: Flask, user: UserMixin) -> None:
        seen.append(current_user._get_current_object() is user)

    with user_loaded_from_cookie.connected_to(receive):
        remembered_browser.get("/me")

    assert seen == [True]


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("user_accessed", "/me"),
        ("user_logged_in", "/login/1"),
        ("user_logged_out", "/logout"),
        ("user_login_confirmed", "/confirm"),
        ("user_unauthorized", "/inside"),
    ],
)
def test_receiver_may_be_async(app: Flask, browser: FlaskClient, name: str, path: str) -> None:
    pytest.importorskip("asgiref")
    seen: list[Flask] = []

    async def receive(sender: Flask, **kwargs: t.Any) -> None:
        seen.append(sender)

    with getattr(flask_login, name).connected_to(receive):
        browser.get(path)

    assert seen == [app]


def test_other_applications_hear_nothing(browser: FlaskClient) -> None:
    def receive(sender: Flask, user: t.Any) -> None:
        pytest.fail("Sent for another application.")

    with user_logged_in.connected_to(receive, sender=Flask("other")):
        browser.get("/login/1")


@pytest.mark.parametrize("path", ["/login/2", "/logout"])
def test_receiver_that_fails_leaves_nothing_half_done(
    app: Flask, browser: FlaskClient, path: str, session_of: t.Any
) -> None:
    def receive(sender: Flask, user: t.Any) -> None:
        raise LookupError

    app.config["PROPAGATE_EXCEPTIONS"] = False
    browser.get("/login/1")

    with user_logged_in.connected_to(receive), user_logged_out.connected_to(receive):
        assert browser.get(path).status_code == 500

    assert browser.get("/me").text == {"/login/2": "2", "/logout": "nobody"}[path]
    assert browser.get("/fresh").text == str(path == "/login/2")
