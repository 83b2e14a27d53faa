"""What templates are given: the user as an object, found before anything is rendered."""

from __future__ import annotations

import dataclasses
import json
import pickle
import typing as t

import pytest
from flask import Flask
from flask import render_template_string
from flask import stream_template_string
from flask import template_rendered
from flask.testing import FlaskClient
from flask_versions import given_context
from werkzeug.local import LocalProxy

from flask_login import current_user
from flask_login import LoginManager
from flask_login import logout_user
from flask_login import UserMixin

Users = dict[str, t.Any]

WHO = "for {{ current_user.get_id() }}"
ANOTHER_BROWSER = {"User-Agent": "another"}


@dataclasses.dataclass
class Member(UserMixin):
    id: str
    name: str = "ada"


@pytest.fixture
def captured(app: Flask) -> t.Iterator[list[t.Any]]:
    """What the templates that are rendered know as ``current_user``."""
    captured: list[t.Any] = []

    def receive(sender: Flask, template: t.Any, context: t.Any, **kwargs: t.Any) -> None:
        captured.append(context["current_user"])

    with template_rendered.connected_to(receive, app):
        yield captured


@pytest.fixture
def page(app: Flask, browser: FlaskClient) -> t.Callable[..., t.Any]:
    """The response to a page that is rendered from a template."""

    def get(template: str, **options: t.Any) -> t.Any:
        app.view_functions["plain"] = lambda: render_template_string(template)
        return browser.get("/plain", **options)

    return get


class TestObject:
    """Not the proxy, which means another user in another request, and nobody after it."""

    def test_captured_user_is_the_user(
        self, browser: FlaskClient, page: t.Any, users: Users, captured: list[t.Any]
    ) -> None:
        browser.get("/login/1")
        page(WHO)
        assert captured == [users["1"]]
        assert not isinstance(captured[0], LocalProxy)

    def test_captured_users_are_those_of_their_requests(
        self, browser: FlaskClient, page: t.Any, captured: list[t.Any]
    ) -> None:
        for user_id in "12":
            browser.get(f"/login/{user_id}")
            page(WHO)

        assert [user.get_id() for user in captured] == ["1", "2"]

    def test_captured_stranger_is_a_stranger_in_a_later_request(
        self, browser: FlaskClient, page: t.Any, captured: list[t.Any]
    ) -> None:
        page(WHO)

        with browser:
            browser.get("/login/1")
            assert captured[0].is_authenticated is False

    def test_template_that_names_nobody_captures_the_user_as_well(
        self, browser: FlaskClient, page: t.Any, users: Users, captured: list[t.Any]
    ) -> None:
        browser.get("/login/1")
        page("Hello.")
        assert captured == [users["1"]]

    def test_captured_dataclass_is_one(
        self, browser: FlaskClient, page: t.Any, users: Users, captured: list[t.Any]
    ) -> None:
        users["1"] = Member("1")
        browser.get("/login/1")
        page(WHO)
        assert dataclasses.asdict(captured[0]) == {"id": "1", "name": "ada"}

    def test_captured_user_can_be_pickled(
        self, browser: FlaskClient, page: t.Any, users: Users, captured: list[t.Any]
    ) -> None:
        users["1"] = Member("1")
        browser.get("/login/1")
        page(WHO)
        assert pickle.loads(pickle.dumps(captured[0])) == Member("1")

    def test_dataclass_is_made_json(self, browser: FlaskClient, page: t.Any, users: Users) -> None:
        users["1"] = Member("1")
        browser.get("/login/1")
        assert json.loads(page("{{ current_user|tojson }}").text) == {"id": "1", "name": "ada"}

    def test_nobody_is_none(self, page: t.Any, login_manager: LoginManager) -> None:
        login_manager.anonymous_user = lambda: None
        assert page("{{ current_user is none }}").text == "True"

    def test_user_is_the_same_object(self, app: Flask, browser: FlaskClient, users: Users) -> None:
        template = "{{ current_user is sameas user }}"
        app.view_functions["plain"] = lambda: render_template_string(template, user=users["1"])
        browser.get("/login/1")
        assert browser.get("/plain").text == "True"

    def test_context_that_the_application_makes_has_the_user(
        self, app: Flask, browser: FlaskClient, users: Users
    ) -> None:
        contexts: list[dict[str, t.Any]] = []

        def stream() -> t.Any:
            contexts.append({})
            given_context(app.update_template_context)(contexts[0])
            return app.jinja_env.from_string(WHO).stream(contexts[0])

        app.view_functions["plain"] = lambda: app.response_class(stream())
        browser.get("/login/1")
        assert browser.get("/plain").text == "for 1"
        assert contexts[0]["current_user"] is users["1"]

    def test_imported_macro_has_the_user(
        self, app: Flask, browser: FlaskClient, page: t.Any
    ) -> None:
        macro = app.jinja_env.from_string("{% macro who() %}" + WHO + "{% endmacro %}")
        app.jinja_env.globals["macros"] = macro
        browser.get("/login/1")
        assert page("{% from macros import who with context %}{{ who() }}").text == "for 1"

    def test_user_is_the_one_who_is_there_when_it_is_rendered(
        self, app: Flask, browser: FlaskClient
    ) -> None:
        def view() -> str:
            before = render_template_string(WHO)
            logout_user()
            return f"{before}, {render_template_string(WHO)}"

        app.view_functions["plain"] = view
        browser.get("/login/1")
        assert browser.get("/plain").text == "for 1, for None"

    def test_variable_that_the_view_passes_comes_first(
        self, app: Flask, browser: FlaskClient
    ) -> None:
        template = "{{ current_user }}"
        app.view_functions["plain"] = lambda: render_template_string(template, current_user="mine")
        assert browser.get("/plain").text == "mine"


class TestStream:
    """The head of a response is sent before its template is rendered."""

    @pytest.fixture(autouse=True)
    def stream(self, app: Flask, browser: FlaskClient) -> None:
        app.view_functions["plain"] = lambda: stream_template_string(WHO)

    def test_response_varies_by_cookie(self, browser: FlaskClient) -> None:
        browser.get("/login/1")
        response = browser.get("/plain")
        assert response.text == "for 1"
        assert response.headers["Vary"] == "Cookie"

    def test_stranger_s_response_varies_by_cookie(self, browser: FlaskClient) -> None:
        response = browser.get("/plain")
        assert response.text == "for None"
        assert response.headers["Vary"] == "Cookie"

    def test_restored_login_is_saved(
        self, remembered_browser: FlaskClient, session_of: t.Any
    ) -> None:
        response = remembered_browser.get("/plain")
        assert response.text == "for 1"
        assert response.headers["Vary"] == "Cookie"
        assert session_of(remembered_browser)["_user_id"] == "1"

    def test_demotion_is_saved(self, browser: FlaskClient, session_of: t.Any) -> None:
        browser.get("/login/1")
        assert browser.get("/plain", headers=ANOTHER_BROWSER).text == "for 1"
        assert session_of(browser)["_fresh"] is False

    def test_end_by_protection_is_saved(
        self, app: Flask, browser: FlaskClient, session_of: t.Any, cookie_of: t.Any
    ) -> None:
        app.config["SESSION_PROTECTION"] = "strong"
        browser.get("/login/1?remember")
        response = browser.get("/plain", headers=ANOTHER_BROWSER)
        assert response.text == "for None"
        assert session_of(browser) == {}
        assert cookie_of(response)["max-age"] == "0"

    def test_bad_remember_cookie_is_deleted(
        self, remembered_browser: FlaskClient, users: Users, cookie_of: t.Any
    ) -> None:
        del users["1"]
        assert cookie_of(remembered_browser.get("/plain"))["max-age"] == "0"

    def test_error_of_the_loader_is_the_answer(
        self, app: Flask, browser: FlaskClient, login_manager: LoginManager
    ) -> None:
        browser.get("/login/1")
        login_manager.user_loader(lambda user_id: 1 / 0)
        app.config["PROPAGATE_EXCEPTIONS"] = False
        assert browser.get("/plain").status_code == 500

    def test_code_that_is_called_while_it_is_rendered_sees_the_same_user(
        self, app: Flask, browser: FlaskClient
    ) -> None:
        template = "{{ ask() == current_user.get_id() }}"
        app.view_functions["plain"] = lambda: stream_template_string(
            template, ask=lambda: current_user.get_id()
        )
        browser.get("/login/1")
        assert browser.get("/plain").text == "True"


def test_view_without_a_template_loads_nobody(browser: FlaskClient) -> None:
    browser.get("/login/1")
    assert "Vary" not in browser.get("/plain").headers


def test_application_may_do_without_the_variable(app: Flask, users: Users) -> None:
    LoginManager(app, add_context_processor=False).user_loader(users.get)
    app.add_url_rule("/page", view_func=lambda: render_template_string("{{ current_user }}."))
    response = app.test_client().get("/page")
    assert response.text == "."
    assert "Vary" not in response.headers
