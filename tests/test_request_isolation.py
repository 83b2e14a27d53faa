"""The user of one request is nothing to another, whatever the two share."""

from __future__ import annotations

import typing as t
from threading import Barrier
from threading import Thread

import pytest
from flask import copy_current_request_context
from flask import Flask
from flask import g
from flask import request
from flask import session
from flask.testing import FlaskClient

from flask_login import current_user
from flask_login import login_user
from flask_login import logout_user


@pytest.fixture
def shared(app: Flask) -> t.Iterator[None]:
    """One app context around all requests, as test suites push it."""
    with app.app_context():
        yield


@pytest.mark.usefixtures("shared")
def test_clients_under_one_app_context_are_different_users(
    app: Flask, browser: FlaskClient
) -> None:
    other = app.test_client()
    browser.get("/login/1")
    other.get("/login/2")
    assert [browser.get("/me").text, other.get("/me").text] == ["1", "2"]


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize("path", ["/me", "/login/1"])
def test_stranger_under_the_same_app_context_is_nobody(
    app: Flask, browser: FlaskClient, path: str
) -> None:
    browser.get("/login/1")
    browser.get(path)
    assert app.test_client().get("/me").text == "nobody"


@pytest.mark.usefixtures("shared")
def test_anonymous_request_leaves_nobody_behind(browser: FlaskClient) -> None:
    browser.get("/me")
    browser.get("/login/1")
    assert browser.get("/me").text == "1"


@pytest.mark.usefixtures("shared")
def test_user_is_looked_up_in_each_request(
    browser: FlaskClient, users: dict[str, t.Any], login_manager: t.Any
) -> None:
    browser.get("/login/1")
    browser.get("/me")
    del users["1"]
    assert browser.get("/me").text == "nobody"


@pytest.mark.usefixtures("shared")
def test_request_loader_user_does_not_stay(
    browser: FlaskClient, login_manager: t.Any, users: dict[str, t.Any]
) -> None:
    login_manager.request_loader(lambda request: users.get(request.headers.get("X-User")))
    assert browser.get("/me", headers={"X-User": "1"}).text == "1"
    assert browser.get("/me").text == "nobody"


@pytest.mark.usefixtures("shared")
def test_refused_session_does_not_borrow_the_user_of_the_last_request(
    app: Flask, browser: FlaskClient
) -> None:
    app.config["SESSION_PROTECTION"] = "strong"
    browser.get("/login/1")
    assert browser.get("/me").text == "1"
    assert browser.get("/me", headers={"User-Agent": "stranger"}).text == "nobody"


@pytest.mark.usefixtures("shared", "login_manager")
def test_user_put_on_g_by_the_test_is_the_user_of_requests(
    browser: FlaskClient, users: dict[str, t.Any]
) -> None:
    g._login_user = users["2"]
    assert [browser.get("/me").text, browser.get("/me").text] == ["2", "2"]


@pytest.mark.usefixtures("shared")
def test_user_put_on_g_after_a_request_counts(
    browser: FlaskClient, users: dict[str, t.Any]
) -> None:
    browser.get("/login/1")
    browser.get("/me")
    g._login_user = users["2"]
    assert browser.get("/me").text == "2"


def test_request_made_inside_a_view_is_another_request(app: Flask, browser: FlaskClient) -> None:
    @app.get("/outer")
    def outer() -> str:
        before = current_user.get_id()
        inner = app.test_client().get("/me").text
        return f"{before} {inner} {current_user.get_id()}"

    browser.get("/login/1")
    assert browser.get("/outer").text == "1 nobody 1"


def test_login_inside_a_view_survives_a_request_made_by_the_view(
    app: Flask, browser: FlaskClient, users: dict[str, t.Any]
) -> None:
    @app.get("/outer")
    def outer() -> str:
        login_user(users["2"])
        inner = app.test_client().get("/login/1").text
        return f"{inner} {current_user.get_id()}"

    assert browser.get("/outer").text == "True 2"
    assert browser.get("/me").text == "2"


def test_logout_inside_a_view_survives_a_request_made_by_the_view(
    app: Flask, browser: FlaskClient
) -> None:
    @app.get("/outer")
    def outer() -> str:
        logout_user()
        inner = app.test_client().get("/login/1").text
        return f"{inner} {current_user.is_authenticated}"

    browser.get("/login/1")
    assert browser.get("/outer").text == "True False"


def test_copied_request_context_finds_the_user_again(app: Flask, browser: FlaskClient) -> None:
    found: list[str] = []

    @app.get("/thread")
    def thread() -> str:
        @copy_current_request_context
        def work() -> None:
            found.append(current_user.get_id())

        found.append(current_user.get_id())
        worker = Thread(target=work)
        worker.start()
        worker.join()
        return "done"

    browser.get("/login/1")
    browser.get("/thread")
    assert found == ["1", "1"]


def test_copied_request_context_knows_the_login_of_its_request(
    app: Flask, browser: FlaskClient, users: dict[str, t.Any]
) -> None:
    found: list[str] = []

    @app.get("/thread")
    def thread() -> str:
        login_user(users["1"])
        copied = copy_current_request_context(lambda: found.append(current_user.get_id()))
        worker = Thread(target=copied)
        worker.start()
        worker.join()
        return "done"

    browser.get("/thread")
    assert found == ["1"]


def test_threads_of_one_request_find_the_user_at_the_same_time(
    app: Flask, browser: FlaskClient, login_manager: t.Any, users: dict[str, t.Any]
) -> None:
    found: list[str] = []
    both_are_loading = Barrier(2, timeout=10)

    @login_manager.user_loader
    def load_user(user_id: str) -> t.Any:
        both_are_loading.wait()
        return users[user_id]

    @app.get("/threads")
    def threads() -> str:
        def work() -> None:
            found.append(str(current_user.get_id()))

        workers = [Thread(target=copy_current_request_context(work)) for _ in range(2)]
        [worker.start() for worker in workers]
        [worker.join() for worker in workers]
        return "done"

    browser.get("/login/1")
    browser.get("/threads")
    assert found == ["1", "1"]


def test_client_that_preserves_the_context_shows_the_user(browser: FlaskClient) -> None:
    with browser:
        browser.get("/login/1")
        assert current_user.get_id() == "1"
        browser.get("/logout")
        assert not current_user.is_authenticated


def test_preserved_context_shows_the_user_of_the_last_request(
    app: Flask, browser: FlaskClient
) -> None:
    other = app.test_client()

    with browser, other:
        browser.get("/login/1")
        other.get("/login/2")
        assert current_user.get_id() == "2"


@pytest.mark.usefixtures("login_manager")
def test_nested_request_contexts_have_their_own_users(app: Flask, users: dict[str, t.Any]) -> None:
    with app.test_request_context("/outer"):
        login_user(users["1"])

        with app.test_request_context("/inner"):
            assert request.path == "/inner"
            assert "_user_id" not in session
            assert not current_user.is_authenticated

        assert current_user.get_id() == "1"


@pytest.mark.usefixtures("shared")
def test_request_that_failed_leaves_nobody_on_g(app: Flask, browser: FlaskClient) -> None:
    @app.get("/fail")
    def fail() -> t.NoReturn:
        raise LookupError(current_user.get_id())

    @app.get("/on-g")
    def on_g() -> str:
        return str("_login_user" in g)

    browser.get("/login/1")

    with pytest.raises(LookupError, match="1"):
        browser.get("/fail")

    assert app.test_client().get("/on-g").text == "False"


def test_user_is_on_g_after_the_response(browser: FlaskClient, users: dict[str, t.Any]) -> None:
    browser.get("/login/1")

    with browser:
        browser.get("/me")
        assert g._login_user is users["1"]


def test_user_deleted_from_g_after_the_response_is_looked_up_again(
    browser: FlaskClient, users: dict[str, t.Any]
) -> None:
    browser.get("/login/1")

    with browser:
        browser.get("/me")
        users["1"] = users["2"]
        del g._login_user
        assert current_user == users["2"]
