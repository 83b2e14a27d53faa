"""A request context that sends no response, such as a WebSocket's: its wishes for the remember-me
cookie are handed to the next request.
"""

from __future__ import annotations

import typing as t
from contextlib import contextmanager

import pytest
from flask import Flask
from flask import session
from flask.testing import FlaskClient

from flask_login import current_user
from flask_login import login_user
from flask_login import logout_user


@pytest.fixture
def event(app: Flask, browser: FlaskClient) -> t.Callable[[], t.ContextManager[None]]:
    """The context that a WebSocket's event is handled in. Its session is saved afterwards."""

    @contextmanager
    def event() -> t.Iterator[None]:
        cookie = browser.get_cookie("remember_token")
        headers = {} if cookie is None else {"Cookie": f"remember_token={cookie.value}"}

        with browser.session_transaction() as stored, app.test_request_context(headers=headers):
            session.update(stored)
            yield
            stored.clear()
            stored.update(session)

    return event


def test_login_is_known_to_the_next_request(
    browser: FlaskClient, event: t.Any, users: dict[str, t.Any]
) -> None:
    with event():
        login_user(users["1"])
        assert current_user.get_id() == "1"

    assert browser.get("/me").text == "1"


def test_wish_to_be_remembered_is_written_to_the_session(
    browser: FlaskClient, event: t.Any, users: dict[str, t.Any], session_of: t.Any
) -> None:
    with event():
        login_user(users["1"], remember=True, duration=60)

    expected = {"_user_id": "1", "_remember": "set", "_remember_seconds": 60}
    assert session_of(browser).items() >= expected.items()


def test_next_request_sets_the_cookie(
    browser: FlaskClient, event: t.Any, users: dict[str, t.Any], session_of: t.Any
) -> None:
    with event():
        login_user(users["1"], remember=True)

    browser.get("/me")
    assert "_remember" not in session_of(browser)
    browser.delete_cookie("session")
    assert browser.get("/me").text == "1"


def test_cookie_that_is_still_to_be_set_counts_as_remembered(
    browser: FlaskClient, event: t.Any, users: dict[str, t.Any]
) -> None:
    with event():
        login_user(users["1"], remember=True)

    assert browser.get("/remembered").text == "True"


def test_request_that_never_asks_does_not_set_the_cookie(
    browser: FlaskClient, event: t.Any, users: dict[str, t.Any], cookie_of: t.Any
) -> None:
    with event():
        login_user(users["1"], remember=True)

    assert cookie_of(browser.get("/plain")) is None
    assert cookie_of(browser.get("/me")) is not None


def test_wish_to_be_forgotten_is_written_to_the_session(
    browser: FlaskClient, event: t.Any, session_of: t.Any
) -> None:
    browser.get("/login/1?remember")

    with event():
        logout_user()

    assert session_of(browser) == {"_remember": "clear"}


def test_next_request_deletes_the_cookie_and_logs_nobody_in(
    browser: FlaskClient, event: t.Any, session_of: t.Any
) -> None:
    browser.get("/login/1?remember")

    with event():
        logout_user()

    assert browser.get("/me").text == "nobody"
    assert browser.get_cookie("remember_token") is None
    assert session_of(browser) == {}


def test_cookie_that_is_still_to_be_deleted_does_not_hide_the_request_loader(
    browser: FlaskClient, event: t.Any, users: dict[str, t.Any], login_manager: t.Any
) -> None:
    login_manager.request_loader(lambda request: users["2"])
    browser.get("/login/1?remember")

    with event():
        logout_user()

    assert browser.get("/me").text == "2"
    assert browser.get_cookie("remember_token") is None


@pytest.mark.parametrize("path", ["/fresh", "/remembered", "/confirm", "/logout"])
def test_whatever_the_next_request_asks_the_cookie_is_deleted(
    browser: FlaskClient, event: t.Any, path: str
) -> None:
    browser.get("/login/1?remember")

    with event():
        logout_user()

    browser.get(path)
    assert browser.get_cookie("remember_token") is None


def test_login_after_the_event_has_the_last_word(browser: FlaskClient, event: t.Any) -> None:
    browser.get("/login/1?remember")

    with event():
        logout_user()

    browser.get("/login/2?remember")
    browser.delete_cookie("session")
    assert browser.get("/me").text == "2"


def test_login_without_remember_after_the_event_sets_no_cookie(
    browser: FlaskClient, event: t.Any, users: dict[str, t.Any], cookie_of: t.Any
) -> None:
    with event():
        login_user(users["1"], remember=True)

    assert cookie_of(browser.get("/login/2")) is None
    assert cookie_of(browser.get("/me")) is None


def test_restore_in_an_event_is_a_login_for_the_next_request(
    remembered_browser: FlaskClient, event: t.Any, session_of: t.Any
) -> None:
    with event():
        assert current_user.get_id() == "1"

    assert session_of(remembered_browser).keys() == {"_user_id", "_fresh", "_id", "_login"}


def test_cookie_of_a_user_deleted_before_the_next_request_is_not_set(
    browser: FlaskClient, event: t.Any, users: dict[str, t.Any], cookie_of: t.Any
) -> None:
    with event():
        login_user(users["1"], remember=True)

    del users["1"]
    assert cookie_of(browser.get("/me")) is None
