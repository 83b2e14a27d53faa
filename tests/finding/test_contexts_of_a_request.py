"""Contexts that an application makes of a request, or within one."""

from __future__ import annotations

import typing as t
from contextvars import copy_context

import pytest
from flask import Flask
from flask import has_request_context
from flask import session
from flask.testing import FlaskClient

from flask_login import _kept
from flask_login import current_user
from flask_login import get_current_user


@pytest.mark.usefixtures("login_manager")
def test_copy_of_a_context_may_have_a_session_of_its_own(app: Flask) -> None:
    context = app.test_request_context()

    # The session is not open yet.
    with context.copy():
        assert not current_user.is_authenticated

    with context:
        session["_user_id"] = "1"
        assert current_user.get_id() == "1"


def test_application_context_has_a_user_where_it_has_a_request(
    app: Flask, browser: FlaskClient
) -> None:
    def view() -> str:
        with app.app_context():
            return f"{has_request_context()} {get_current_user() is not None}"

    app.view_functions["plain"] = view
    browser.get("/login/1")

    # Since Flask 3.2, it has no request, even within one.
    assert browser.get("/plain").text in {"True True", "False False"}


def test_request_asks_while_another_one_under_the_same_context_has_a_user(
    app: Flask, browser: FlaskClient
) -> None:
    other = app.test_client()
    other.get("/login/2")
    browser.get("/login/1")

    def view() -> str:
        ours = copy_context()
        app.view_functions["me"] = lambda: (
            f"{current_user.get_id()} {ours.run(lambda: current_user.get_id())}"
        )
        return f"{other.get('/me').text} {current_user.get_id()}"

    app.view_functions["plain"] = view

    with app.app_context():
        assert browser.get("/plain").text == "2 1 1"


def test_user_of_a_request_that_goes_on_is_not_replaced_when_another_one_ends() -> None:
    ended, going_on = t.cast(t.Any, object()), t.cast(t.Any, object())
    on_g: dict[str, t.Any] = {
        "_login_user": "brian",
        "_login_claim": (going_on, "brian", None),
        "_login_set_aside": {ended: (ended, "ada", None)},
    }

    _kept._give_back(on_g, ended)

    assert on_g["_login_user"] == "brian"
