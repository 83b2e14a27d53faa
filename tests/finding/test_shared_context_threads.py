"""Threads whose requests share one pushed application context: nobody sees another's user."""

from __future__ import annotations

import sys
import typing as t
from collections.abc import Callable
from collections.abc import Iterator
from contextvars import copy_context
from threading import Barrier
from threading import Thread

import pytest
from flask import Flask
from flask import g
from flask.testing import FlaskClient

from flask_login import current_user
from flask_login import login_user
from flask_login import LoginManager
from flask_login import logout_user

THREADS = 4
ROUNDS = 300

Users = dict[str, t.Any]


@pytest.fixture(autouse=True)
def shared(app: Flask) -> Iterator[None]:
    """A context that was pushed before the threads began, which each of them inherits."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)

    with app.app_context():
        yield

    sys.setswitchinterval(interval)


@pytest.fixture
def together() -> Callable[[], None]:
    """Wait until each thread has come as far as this."""
    barrier = Barrier(THREADS, timeout=60)
    return lambda: barrier.wait() and None


@pytest.fixture
def in_threads(app: Flask, users: Users) -> Callable[[t.Any], list[t.Any]]:
    """Have each thread call a function with its own client and the ID of its own user, and return
    what all of them saw.
    """
    for number in range(THREADS):
        users[f"u{number}"] = type(users["1"])(f"u{number}")

    def run(work: t.Any) -> list[t.Any]:
        seen: list[t.Any] = []

        def visit(user_id: str) -> None:
            client = app.test_client()

            with client.session_transaction() as session:
                session["_user_id"] = user_id

            seen.extend(work(client, user_id) for _ in range(ROUNDS))

        threads = [
            Thread(target=copy_context().run, args=(visit, f"u{number}"))
            for number in range(THREADS)
        ]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        return seen

    return run


def test_each_request_finds_its_own_user(
    app: Flask,
    browser: FlaskClient,
    login_manager: LoginManager,
    users: Users,
    together: t.Any,
    in_threads: t.Any,
) -> None:
    @login_manager.user_loader
    def load_user(user_id: str) -> t.Any:
        together()
        return users[user_id]

    seen = in_threads(lambda client, user_id: client.get("/me").text == user_id)

    assert seen == [True] * (THREADS * ROUNDS)


def test_each_request_keeps_its_own_user(
    app: Flask, browser: FlaskClient, together: t.Any, in_threads: t.Any
) -> None:
    def view() -> str:
        before = current_user.get_id()
        together()
        between = current_user.get_id()
        together()
        return f"{before} {between} {current_user.get_id()}"

    app.view_functions["plain"] = view
    seen = in_threads(lambda client, user_id: set(client.get("/plain").text.split()) == {user_id})

    assert seen == [True] * (THREADS * ROUNDS)


def test_each_login_is_of_its_own_request(
    app: Flask, browser: FlaskClient, users: Users, together: t.Any, in_threads: t.Any
) -> None:
    def view(user_id: str) -> str:
        together()
        login_user(users[user_id])
        together()
        return str(current_user._get_current_object() is users[user_id])

    app.view_functions["login"] = view
    seen = in_threads(lambda client, user_id: client.get(f"/login/{user_id}").text)

    assert seen == ["True"] * (THREADS * ROUNDS)


def test_logout_of_one_request_is_no_other_s(
    app: Flask, browser: FlaskClient, together: t.Any, in_threads: t.Any
) -> None:
    def view() -> str:
        leaves = current_user.get_id() in ("u0", "u1")
        together()

        if leaves:
            logout_user()

        together()
        return str(current_user.is_authenticated is not leaves)

    app.view_functions["plain"] = view

    def visit(client: FlaskClient, user_id: str) -> str:
        with client.session_transaction() as session:
            session["_user_id"] = user_id

        return client.get("/plain").text

    assert in_threads(visit) == ["True"] * (THREADS * ROUNDS)


def test_stranger_among_users_stays_a_stranger(
    app: Flask, browser: FlaskClient, users: Users, together: t.Any, in_threads: t.Any
) -> None:
    def view() -> str:
        before = current_user.get_id()
        together()
        return f"{before} {current_user.get_id()}"

    app.view_functions["plain"] = view
    del users["u0"]
    seen = in_threads(
        lambda client, user_id: (
            user_id if user_id != "u0" else "None",
            *client.get("/plain").text.split(),
        )
    )

    assert {len({*each}) for each in seen} == {1}


def test_nobody_stays(browser: FlaskClient, app: Flask, in_threads: t.Any) -> None:
    in_threads(lambda client, user_id: client.get("/me"))

    assert vars(g._get_current_object()) == {}  # type: ignore[attr-defined]
    assert app.test_client().get("/me").text == "nobody"
