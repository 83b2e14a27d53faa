"""Loaders that fail for a template: the error is seen, and its page can be rendered."""

from __future__ import annotations

import typing as t

import pytest
from flask import abort
from flask import Flask
from flask import render_template_string
from flask import stream_template_string
from flask.testing import FlaskClient

from flask_login import current_user
from flask_login import LoginManager

Users = dict[str, t.Any]

PAGE = "{% if current_user.is_authenticated %}in{% else %}out{% endif %}"
WHO = "for {{ current_user.get_id() }}"


class DatabaseDown(Exception):
    pass


class Interrupted(BaseException):
    pass


ERRORS = [
    AttributeError,
    RuntimeError,
    LookupError,
    KeyError,
    TypeError,
    ValueError,
    NameError,
    NotImplementedError,
    StopIteration,
    DatabaseDown,
    Interrupted,
]


@pytest.fixture
def failures() -> list[t.Any]:
    """What the loader raises, each once, before it finds the user."""
    return []


@pytest.fixture(autouse=True)
def login(
    browser: FlaskClient, login_manager: LoginManager, failures: list[t.Any], users: Users
) -> None:
    """A login, whose user the loader may not find."""
    with browser.session_transaction() as session:
        session["_user_id"] = "1"

    @login_manager.user_loader
    def load_user(user_id: str) -> t.Any:
        if failures:
            raise failures.pop(0)

        return users[user_id]


@pytest.fixture
def down(login_manager: LoginManager) -> None:
    """The loader fails each time."""

    @login_manager.user_loader
    def load_user(user_id: str) -> t.Any:
        raise DatabaseDown


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize(
    "template",
    [
        PAGE,
        "{% if current_user %}in{% endif %}",
        "{{ current_user.name|default('nobody') }}",
        "{{ current_user is defined }}",
        "{{ current_user.is_admin }}",
    ],
)
@pytest.mark.parametrize("render", [render_template_string, stream_template_string])
def test_error_propagates_with_its_note(
    app: Flask,
    browser: FlaskClient,
    failures: list[t.Any],
    template: str,
    render: t.Any,
    error: t.Any,
) -> None:
    app.view_functions["plain"] = lambda: render(template)
    failures.append(error("load"))

    with pytest.raises(error, match="load") as caught:
        browser.get("/plain")

    assert "load_user" in caught.value.__notes__[0]


def test_loader_that_trips_over_none_is_an_error(
    app: Flask, browser: FlaskClient, login_manager: LoginManager
) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.view_functions["plain"] = lambda: render_template_string(PAGE)
    login_manager.user_loader(lambda user_id: None.is_active)  # type: ignore[attr-defined]

    assert browser.get("/plain").status_code == 500


class TestErrorPage:
    """The page about a loader's failure does not fail because of it."""

    @pytest.fixture(autouse=True)
    def handled(self, app: Flask) -> None:
        app.config["PROPAGATE_EXCEPTIONS"] = False

    @pytest.fixture(params=["status", "class", "base class"])
    def error_page(self, request: pytest.FixtureRequest, app: Flask) -> None:
        handled: t.Any = {"status": 500, "class": DatabaseDown, "base class": Exception}
        page = lambda error: (render_template_string(f"Sorry. {WHO}"), 500)  # noqa: E731
        app.register_error_handler(handled[request.param], page)

    @pytest.mark.usefixtures("down", "error_page")
    @pytest.mark.parametrize(
        "view",
        [
            lambda: str(current_user.get_id()),
            lambda: render_template_string(WHO),
            lambda: stream_template_string(WHO),
        ],
        ids=["code", "template", "stream"],
    )
    def test_page_is_a_stranger_s(self, app: Flask, browser: FlaskClient, view: t.Any) -> None:
        app.view_functions["plain"] = view
        response = browser.get("/plain")
        assert (response.status_code, response.text) == (500, "Sorry. for None")

    @pytest.mark.usefixtures("down", "error_page")
    def test_error_before_the_view_has_a_page(self, app: Flask, browser: FlaskClient) -> None:
        app.before_request_funcs[None].append(lambda: current_user.get_id() and None)
        assert browser.get("/plain").text == "Sorry. for None"

    @pytest.mark.usefixtures("error_page")
    def test_page_is_that_of_the_manager_s_anonymous_user(
        self, browser: FlaskClient, login_manager: LoginManager, users: Users, down: None
    ) -> None:
        login_manager.anonymous_user = lambda: users["2"]
        assert browser.get("/me").text == "Sorry. for 2"

    @pytest.mark.usefixtures("error_page")
    def test_page_does_not_ask_the_loader_again(
        self, browser: FlaskClient, failures: list[t.Any]
    ) -> None:
        failures += [DatabaseDown("first"), DatabaseDown("second")]
        browser.get("/me")
        assert len(failures) == 1

    def test_search_that_succeeds_ends_it(
        self, app: Flask, browser: FlaskClient, failures: list[t.Any]
    ) -> None:
        def page(error: Exception) -> str:
            before = render_template_string(WHO)
            found = current_user.get_id()
            return f"{before}, {found}, {render_template_string(WHO)}"

        app.register_error_handler(DatabaseDown, page)
        failures.append(DatabaseDown())
        assert browser.get("/me").text == "for None, 1, for 1"

    def test_wrapped_error_has_a_page(
        self, app: Flask, browser: FlaskClient, failures: list[t.Any]
    ) -> None:
        def view() -> t.NoReturn:
            try:
                current_user.get_id()
            except DatabaseDown as error:
                raise ValueError("wrapped") from error

            raise AssertionError

        app.view_functions["plain"] = view
        app.register_error_handler(ValueError, lambda error: render_template_string(WHO))
        failures += [DatabaseDown(), DatabaseDown()]
        assert browser.get("/plain").text == "for None"

    @pytest.mark.usefixtures("down")
    def test_error_page_of_another_failure_asks_for_the_user(
        self, app: Flask, browser: FlaskClient
    ) -> None:
        app.view_functions["plain"] = lambda: abort(404)
        app.register_error_handler(404, lambda error: render_template_string(WHO))
        app.register_error_handler(DatabaseDown, lambda error: "down")
        assert browser.get("/plain").status_code == 500

    def test_page_of_another_failure_is_the_user_s(self, app: Flask, browser: FlaskClient) -> None:
        app.view_functions["plain"] = lambda: abort(404)
        app.register_error_handler(404, lambda error: render_template_string(WHO))
        assert browser.get("/plain").text == "for 1"

    def test_page_after_a_failure_that_the_view_caught_asks_again(
        self, app: Flask, browser: FlaskClient, failures: list[t.Any]
    ) -> None:
        def view() -> t.NoReturn:
            with pytest.raises(DatabaseDown):
                current_user.get_id()

            abort(404)

        app.view_functions["plain"] = view
        app.register_error_handler(404, lambda error: render_template_string(WHO))
        failures.append(DatabaseDown())
        assert browser.get("/plain").text == "for 1"

    def test_page_may_be_rendered_in_parts(
        self, app: Flask, browser: FlaskClient, failures: list[t.Any]
    ) -> None:
        app.register_error_handler(
            DatabaseDown,
            lambda error: f"{render_template_string(WHO)} {render_template_string(WHO)}",
        )
        failures.append(DatabaseDown())
        assert browser.get("/me").text == "for None for None"

    def test_next_request_is_the_user_s(
        self, app: Flask, browser: FlaskClient, failures: list[t.Any]
    ) -> None:
        failures.append(DatabaseDown())
        app.view_functions["plain"] = lambda: render_template_string(WHO)
        assert browser.get("/plain").status_code == 500
        assert browser.get("/plain").text == "for 1"


class TestCaught:
    """A view that catches the error goes on, and its templates ask again."""

    def test_render_inside_the_handler_asks_again(
        self, app: Flask, browser: FlaskClient, failures: list[t.Any]
    ) -> None:
        def view() -> str:
            try:
                return str(current_user.get_id())
            except DatabaseDown:
                return render_template_string(WHO)

        app.view_functions["plain"] = view
        failures.append(DatabaseDown())
        assert browser.get("/plain").text == "for 1"

    def test_render_after_the_handler_asks_again(
        self, app: Flask, browser: FlaskClient, failures: list[t.Any]
    ) -> None:
        def view() -> str:
            with pytest.raises(DatabaseDown):
                render_template_string(WHO)

            return render_template_string(WHO)

        app.view_functions["plain"] = view
        failures.append(DatabaseDown())
        assert browser.get("/plain").text == "for 1"

    def test_render_that_fails_again_is_an_error(
        self, app: Flask, browser: FlaskClient, failures: list[t.Any]
    ) -> None:
        def view() -> str:
            try:
                return render_template_string(WHO)
            except DatabaseDown:
                return render_template_string(WHO)

        app.view_functions["plain"] = view
        failures += [DatabaseDown("first"), DatabaseDown("second")]

        with pytest.raises(DatabaseDown, match="second"):
            browser.get("/plain")

    def test_render_inside_another_handler_asks(
        self, app: Flask, browser: FlaskClient, failures: list[t.Any]
    ) -> None:
        def view() -> str:
            try:
                raise ValueError
            except ValueError:
                return render_template_string(WHO)

        app.view_functions["plain"] = view
        assert browser.get("/plain").text == "for 1"


class TestAsync:
    @pytest.fixture(autouse=True)
    def handled(self, app: Flask) -> None:
        pytest.importorskip("asgiref")
        app.config["PROPAGATE_EXCEPTIONS"] = False

    async def answer(self, *errors: Exception) -> str:
        return render_template_string(WHO)

    @pytest.mark.usefixtures("down")
    def test_async_view_and_async_page(self, app: Flask, browser: FlaskClient) -> None:
        app.view_functions["plain"] = self.answer
        app.register_error_handler(DatabaseDown, self.answer)
        assert browser.get("/plain").text == "for None"

    @pytest.mark.usefixtures("down")
    def test_sync_view_and_async_page(self, app: Flask, browser: FlaskClient) -> None:
        app.register_error_handler(DatabaseDown, self.answer)
        assert browser.get("/me").text == "for None"

    @pytest.mark.usefixtures("down")
    def test_async_view_and_sync_page(self, app: Flask, browser: FlaskClient) -> None:
        app.view_functions["plain"] = self.answer
        app.register_error_handler(500, lambda error: render_template_string(WHO))
        assert browser.get("/plain").text == "for None"

    def test_async_loader(
        self, app: Flask, browser: FlaskClient, login_manager: LoginManager
    ) -> None:
        @login_manager.user_loader
        async def load_user(user_id: str) -> t.Any:
            raise DatabaseDown

        app.view_functions["plain"] = self.answer
        app.register_error_handler(DatabaseDown, self.answer)
        assert browser.get("/plain").text == "for None"

    def test_async_view_that_catches_asks_again(
        self, app: Flask, browser: FlaskClient, failures: list[t.Any]
    ) -> None:
        async def view() -> str:
            try:
                return str(current_user.get_id())
            except DatabaseDown:
                return render_template_string(WHO)

        app.view_functions["plain"] = view
        failures.append(DatabaseDown())
        assert browser.get("/plain").text == "for 1"


def test_error_inside_a_request_of_a_view_is_that_request_s(
    app: Flask, browser: FlaskClient, login_manager: LoginManager, users: Users
) -> None:
    login_manager.request_loader(lambda request: users.get(request.headers["X-User"]))
    app.register_error_handler(KeyError, lambda error: render_template_string(WHO))
    app.view_functions["plain"] = lambda: (
        f"{app.test_client().get('/me').text}, {render_template_string(WHO)}"
    )
    assert browser.get("/plain").text == "for None, for 1"
