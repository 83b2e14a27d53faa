"""A loader that fails: the error is seen, and nothing is half done."""

from __future__ import annotations

import typing as t

import pytest
from flask import abort
from flask import Flask
from flask import render_template_string
from flask.testing import FlaskClient

from flask_login import current_user
from flask_login import LoginManager


class DatabaseDown(Exception):
    pass


@pytest.fixture
def broken(login_manager: LoginManager) -> None:
    @login_manager.user_loader
    def load_user(user_id: str) -> t.Any:
        raise DatabaseDown

    @login_manager.request_loader
    def load_user_from_request(request: t.Any) -> t.Any:
        raise DatabaseDown


@pytest.fixture
def error_page(app: Flask) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.register_error_handler(500, lambda error: (render_template_string("Sorry."), 500))


@pytest.mark.usefixtures("broken")
def test_error_for_a_session_propagates_with_a_note(browser: FlaskClient) -> None:
    browser.get("/login/1")

    with pytest.raises(DatabaseDown) as caught:
        browser.get("/me")

    (note,) = caught.value.__notes__
    assert "user_loader" in note
    assert "load_user" in note
    assert note.endswith("session.")


@pytest.mark.usefixtures("broken")
def test_error_for_a_remember_cookie_propagates_with_a_note(
    remembered_browser: FlaskClient,
) -> None:
    with pytest.raises(DatabaseDown) as caught:
        remembered_browser.get("/me")

    (note,) = caught.value.__notes__
    assert "user_loader" in note
    assert note.endswith("remember-me cookie.")


@pytest.mark.usefixtures("broken")
def test_error_of_a_request_loader_propagates_with_a_note(browser: FlaskClient) -> None:
    with pytest.raises(DatabaseDown) as caught:
        browser.get("/me")

    (note,) = caught.value.__notes__
    assert "request_loader" in note
    assert "load_user_from_request" in note
    assert note.endswith("request.")


def test_error_of_a_header_loader_propagates_with_a_note(
    browser: FlaskClient, login_manager: LoginManager
) -> None:
    def fail(header: str) -> t.Any:
        raise DatabaseDown

    login_manager._header_callback = fail

    with pytest.raises(DatabaseDown) as caught:
        browser.get("/me", headers={"Authorization": "secret"})

    (note,) = caught.value.__notes__
    assert note.endswith("header.")
    assert "secret" not in note


def test_note_names_a_loader_that_is_no_function(
    browser: FlaskClient, login_manager: LoginManager
) -> None:
    class Loader:
        def __call__(self, request: t.Any) -> t.Any:
            raise DatabaseDown

        def __repr__(self) -> str:
            return "<the loader>"

    login_manager.request_loader(Loader())

    with pytest.raises(DatabaseDown) as caught:
        browser.get("/me")

    assert "<the loader>" in caught.value.__notes__[0]


def test_notes_of_the_loader_itself_are_kept(
    browser: FlaskClient, login_manager: LoginManager
) -> None:
    @login_manager.request_loader
    def fail(request: t.Any) -> t.Any:
        error = DatabaseDown()
        error.__notes__ = ["Is the server on?"]  # type: ignore[attr-defined]
        raise error

    with pytest.raises(DatabaseDown) as caught:
        browser.get("/me")

    assert caught.value.__notes__[0] == "Is the server on?"
    assert len(caught.value.__notes__) == 2


def test_http_error_of_a_loader_is_the_answer(
    browser: FlaskClient, login_manager: LoginManager
) -> None:
    login_manager.request_loader(lambda request: abort(503))
    assert browser.get("/me").status_code == 503


@pytest.mark.usefixtures("broken", "error_page")
def test_error_page_renders_a_template(browser: FlaskClient) -> None:
    browser.get("/login/1")
    response = browser.get("/me")
    assert (response.status_code, response.text) == (500, "Sorry.")


@pytest.mark.usefixtures("broken")
def test_error_propagates_out_of_a_template_that_names_nobody(
    app: Flask, browser: FlaskClient
) -> None:
    app.add_url_rule("/page", view_func=lambda: render_template_string("Hello."))
    browser.get("/login/1")

    with pytest.raises(DatabaseDown):
        browser.get("/page")


def test_template_knows_the_current_user(app: Flask, browser: FlaskClient) -> None:
    template = "Hello {{ current_user.name }}."
    app.add_url_rule("/page", view_func=lambda: render_template_string(template))
    browser.get("/login/1")
    assert browser.get("/page").text == "Hello ada."


@pytest.mark.usefixtures("broken", "error_page")
def test_session_survives_the_error(browser: FlaskClient, session_of: t.Any) -> None:
    browser.get("/login/1")
    before = session_of(browser)
    browser.get("/me")
    assert session_of(browser) == before


@pytest.mark.usefixtures("broken", "error_page")
@pytest.mark.parametrize("before", [{}, {"cart": [1]}, {"next": "/checkout"}], ids=str)
def test_restore_is_rolled_back_by_the_error(
    remembered_browser: FlaskClient, before: dict[str, t.Any], session_of: t.Any
) -> None:
    with remembered_browser.session_transaction() as stored:
        stored.update(before)

    remembered_browser.get("/me")
    assert session_of(remembered_browser) == before


@pytest.mark.usefixtures("broken", "error_page")
def test_remember_cookie_is_kept_after_the_error(
    remembered_browser: FlaskClient, cookie_of: t.Any
) -> None:
    assert cookie_of(remembered_browser.get("/me")) is None


@pytest.mark.usefixtures("broken", "error_page")
def test_login_is_restored_when_the_database_is_back(
    remembered_browser: FlaskClient, login_manager: LoginManager, users: dict[str, t.Any]
) -> None:
    remembered_browser.get("/me")
    login_manager.user_loader(users.get)
    assert remembered_browser.get("/me").text == "1"


def test_second_use_in_a_request_asks_again(
    app: Flask, browser: FlaskClient, login_manager: LoginManager, users: dict[str, t.Any]
) -> None:
    answers = [DatabaseDown(), users["1"]]

    @login_manager.user_loader
    def load_user(user_id: str) -> t.Any:
        answer = answers.pop(0)

        if isinstance(answer, Exception):
            raise answer

        return answer

    @app.get("/retry")
    def retry() -> str:
        with pytest.raises(DatabaseDown):
            current_user.is_authenticated  # noqa: B018

        return str(current_user.get_id())

    browser.get("/login/1")
    assert browser.get("/retry").text == "1"


def test_error_that_refuses_notes_still_propagates(
    browser: FlaskClient, login_manager: LoginManager
) -> None:
    class Frozen(Exception):
        def __setattr__(self, name: str, value: t.Any) -> None:
            raise TypeError(name)

    @login_manager.request_loader
    def fail(request: t.Any) -> t.Any:
        raise Frozen

    with pytest.raises(Frozen):
        browser.get("/me")
