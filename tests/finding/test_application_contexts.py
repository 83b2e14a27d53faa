"""The user belongs to the application context that they were found in."""

from __future__ import annotations

import typing as t
from collections.abc import Callable

import pytest
from flask import Flask
from flask import g
from flask import render_template_string
from flask.testing import FlaskClient
from flask_versions import in_another_context

from flask_login import current_user
from flask_login import get_current_user
from flask_login import login_fresh
from flask_login import login_remembered
from flask_login import login_source
from flask_login import login_user
from flask_login import LoginManager
from flask_login import logout_user
from flask_login import user_accessed

Users = dict[str, t.Any]


@pytest.fixture
def found(login_manager: LoginManager, users: Users) -> list[t.Any]:
    """Each user that the loader made: a new object each time, as a database makes them."""
    found: list[t.Any] = []

    @login_manager.user_loader
    def load_user(user_id: str) -> t.Any:
        if user_id not in users:
            return None

        found.append(type(users[user_id])(user_id, users[user_id].name))
        return found[-1]

    return found


@pytest.fixture
def nested(app: Flask, browser: FlaskClient) -> Callable[[t.Any, t.Any], t.Any]:
    """What is answered to a request that asks before, and in, an application context of its own,
    and after it.
    """

    def visit(ask: t.Any, first: t.Any = lambda: None, **options: t.Any) -> list[t.Any]:
        answers: list[t.Any] = []

        def view() -> str:
            answers.append(first())
            answers.append(in_another_context(app, ask))
            answers.append(ask())
            return "done"

        app.view_functions["plain"] = view
        assert browser.get("/plain", **options).text == "done"
        return answers

    return visit


def ask_for_source() -> tuple[t.Any, ...]:
    return current_user.get_id(), login_source(), login_fresh(), login_remembered()


def test_each_context_finds_a_user_of_its_own(
    browser: FlaskClient, nested: t.Any, found: list[t.Any]
) -> None:
    browser.get("/login/1")
    before, inside, after = nested(get_current_user, get_current_user)

    assert [before, inside] == found
    assert before is after
    assert before is not inside


def test_context_that_asks_first_keeps_its_user(
    browser: FlaskClient, nested: t.Any, found: list[t.Any]
) -> None:
    browser.get("/login/1")
    _, inside, after = nested(get_current_user)

    assert [inside, after] == found
    assert inside is not after


def test_user_who_logged_in_is_found_anew_by_a_nested_context(
    nested: t.Any, found: list[t.Any], users: Users
) -> None:
    _, inside, after = nested(get_current_user, lambda: login_user(users["1"]))

    assert found == [inside]
    assert after is users["1"]


def test_user_who_logged_out_is_nobody_in_a_nested_context(
    browser: FlaskClient, nested: t.Any
) -> None:
    browser.get("/login/1?remember")

    assert nested(lambda: current_user.get_id(), logout_user) == [True, None, None]


def test_signal_is_sent_in_each_context(app: Flask, browser: FlaskClient, nested: t.Any) -> None:
    accessed: list[Flask] = []
    browser.get("/login/1")

    with user_accessed.connected_to(accessed.append, app):
        nested(get_current_user, get_current_user)

    assert accessed == [app, app]


@pytest.mark.parametrize("first", [lambda: None, get_current_user], ids=["second", "first"])
def test_restored_login_is_one_everywhere(
    remembered_browser: FlaskClient, nested: t.Any, first: t.Any
) -> None:
    _, inside, after = nested(ask_for_source, first)

    assert inside == after == ("1", "remember", False, True)


@pytest.mark.parametrize("first", [lambda: None, get_current_user], ids=["second", "first"])
def test_user_of_the_request_is_one_everywhere(
    login_manager: LoginManager, nested: t.Any, users: Users, first: t.Any
) -> None:
    login_manager.request_loader(lambda request: users["2"])
    _, inside, after = nested(ask_for_source, first)

    assert inside == after == ("2", "request", False, False)


@pytest.mark.parametrize("first", [lambda: None, get_current_user], ids=["second", "first"])
def test_stranger_is_one_everywhere(nested: t.Any, first: t.Any) -> None:
    _, inside, after = nested(ask_for_source, first)

    assert inside == after == (None, None, False, False)


@pytest.mark.parametrize("first", [lambda: None, get_current_user], ids=["second", "first"])
def test_login_that_protection_ended_has_ended_everywhere(
    app: Flask, browser: FlaskClient, nested: t.Any, first: t.Any
) -> None:
    app.config["SESSION_PROTECTION"] = "strong"
    browser.get("/login/1?remember")
    headers = {"User-Agent": "another"}
    _, inside, after = nested(lambda: current_user.get_id(), first, headers=headers)

    assert (inside, after) == (None, None)


def test_user_set_by_hand_belongs_to_one_context(
    browser: FlaskClient, nested: t.Any, users: Users
) -> None:
    browser.get("/login/1")
    _, inside, after = nested(get_current_user, lambda: setattr(g, "_login_user", users["2"]))

    assert inside is users["1"]
    assert after is users["2"]


class TestByHand:
    """``g._login_user`` in a context within a request."""

    @pytest.fixture
    def inside(self, app: Flask, browser: FlaskClient) -> t.Any:
        def run(work: t.Any) -> str:
            def view() -> str:
                before = get_current_user()
                result = in_another_context(app, work)
                assert g._login_user is before
                return str(result)

            app.view_functions["plain"] = view
            browser.get("/login/1")
            return browser.get("/plain").text

        return run

    def test_it_is_not_there_before_someone_asks(self, inside: t.Any) -> None:
        assert inside(lambda: "_login_user" in g) == "False"

    def test_it_is_what_was_found(self, inside: t.Any) -> None:
        assert inside(lambda: current_user._get_current_object() is g._login_user) == "True"

    def test_it_can_be_set(self, inside: t.Any, users: Users) -> None:
        def work() -> str:
            g._login_user = users["2"]
            return str(current_user.get_id())

        assert inside(work) == "2"

    def test_it_can_be_set_to_none(self, inside: t.Any) -> None:
        def work() -> bool:
            g._login_user = None
            return current_user == None  # noqa: E711

        assert inside(work) == "True"

    def test_it_can_be_deleted(self, inside: t.Any, users: Users) -> None:
        def work() -> str:
            g._login_user = users["2"]
            del g._login_user
            return str(current_user.get_id())

        assert inside(work) == "1"


class TestOutsideARequest:
    """An application context alone has no user, whatever is on its ``g``."""

    @pytest.fixture(autouse=True)
    def context(self, app: Flask, login_manager: LoginManager) -> t.Iterator[None]:
        with app.app_context():
            yield

    def test_there_is_nobody(self) -> None:
        assert get_current_user() is None

    def test_user_set_by_hand_is_not_the_current_user(self, users: Users) -> None:
        g._login_user = users["1"]
        assert get_current_user() is None

    def test_template_has_none(self) -> None:
        assert render_template_string("{{ current_user is none }}") == "True"
