"""``@login_required`` above ``@app.route`` guards nothing, and that is told."""

from __future__ import annotations

import functools
import typing as t
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Blueprint
from flask import Flask
from flask.testing import FlaskClient
from flask.views import MethodView

from flask_login import fresh_login_required
from flask_login import login_required
from flask_login import LoginManager

Decorator = Callable[[t.Any], t.Any]


def plain(view: Callable[..., t.Any]) -> Callable[..., t.Any]:
    """A decorator between the others."""

    @functools.wraps(view)
    def decorated(*args: t.Any, **kwargs: t.Any) -> t.Any:
        return view(*args, **kwargs)

    return decorated


def opaque(view: Callable[..., t.Any]) -> Callable[..., t.Any]:
    """A decorator that does not tell what it wraps."""
    return lambda *args, **kwargs: view(*args, **kwargs)


def decorate(view: Callable[..., t.Any], *decorators: Decorator) -> None:
    """Apply decorators, written from top to bottom."""
    for decorator in reversed(decorators):
        view = decorator(view)


def warnings_of(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "flask_login"]


@pytest.fixture
def route(app: Flask) -> Decorator:
    return app.route("/page", endpoint="the_page")


@pytest.mark.parametrize(
    "guard", [login_required, fresh_login_required], ids=lambda guard: guard.__name__
)
def test_guard_above_the_route_is_told(
    route: Decorator, client: FlaskClient, caplog: pytest.LogCaptureFixture, guard: Decorator
) -> None:
    decorate(lambda: "public", guard, route)

    assert client.get("/page").text == "public"
    assert ["'the_page'" in message for message in warnings_of(caplog)] == [True]


def test_warning_is_one_of_the_logging_module(
    route: Decorator, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    decorate(lambda: "public", login_required, route)
    client.get("/page")

    assert caplog.records[0].levelname == "WARNING"


def test_warning_is_logged_once(
    route: Decorator, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    decorate(lambda: "public", login_required, route)

    for path in ("/elsewhere", "/page", "/page"):
        client.get(path)

    assert len(warnings_of(caplog)) == 1


def test_warning_is_logged_once_when_two_requests_come_first(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    answers: list[str] = []

    @app.before_request
    def answer_another() -> None:
        if not answers:
            answers.append("")
            answers.append(app.test_client().get("/page").text)

    LoginManager(app)
    decorate(lambda: "public", login_required, app.route("/page", endpoint="the_page"))
    app.test_client().get("/page")

    assert answers == ["", "public"]
    assert len(warnings_of(caplog)) == 1


def test_each_endpoint_is_named(
    app: Flask, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    area = Blueprint("area", __name__)
    decorate(lambda: "a", login_required, app.route("/a", endpoint="a"))
    decorate(lambda: "b", login_required, area.route("/b", endpoint="b"))
    app.register_blueprint(area)

    client.get("/")

    messages = warnings_of(caplog)
    assert ["'a'" in messages[0], "'area.b'" in messages[1]] == [True, True]


@pytest.mark.parametrize(
    "decorators",
    [(login_required, plain), (plain, login_required), (plain, login_required, plain)],
    ids=["outer", "inner", "between"],
)
def test_guard_below_the_route_is_right(
    route: Decorator,
    client: FlaskClient,
    caplog: pytest.LogCaptureFixture,
    decorators: tuple[Decorator, ...],
) -> None:
    decorate(lambda: "private", route, *decorators)

    assert client.get("/page").status_code == 401
    assert warnings_of(caplog) == []


@pytest.mark.parametrize(
    "decorators",
    [
        lambda route: (login_required, plain, route),
        lambda route: (login_required, route, plain),
        lambda route: (plain, login_required, plain, route, plain),
    ],
    ids=["between guard and route", "below the route", "everywhere"],
)
def test_other_decorators_do_not_hide_the_mistake(
    route: Decorator,
    client: FlaskClient,
    caplog: pytest.LogCaptureFixture,
    decorators: Callable[[Decorator], tuple[Decorator, ...]],
) -> None:
    decorate(lambda: "public", *decorators(route))

    client.get("/page")

    assert len(warnings_of(caplog)) == 1


def test_guard_above_the_route_is_told_of_although_there_is_one_below(
    route: Decorator, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    decorate(lambda: "private", fresh_login_required, route, login_required)

    assert client.get("/page").status_code == 401
    assert len(warnings_of(caplog)) == 1


def test_guard_below_an_opaque_decorator_is_right(
    route: Decorator, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    decorate(lambda: "private", route, opaque, login_required)

    assert client.get("/page").status_code == 401
    assert warnings_of(caplog) == []


def test_view_without_a_guard_is_public_on_purpose(
    route: Decorator, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    decorate(lambda: "public", route, plain)

    assert client.get("/page").text == "public"
    assert warnings_of(caplog) == []


def test_view_that_is_guarded_at_another_endpoint_is_public_on_purpose(
    app: Flask, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    def view() -> str:
        return "page"

    app.add_url_rule("/public", "public", view)
    app.add_url_rule("/private", "private", login_required(view))

    assert client.get("/public").text == "page"
    assert warnings_of(caplog) == []


def test_view_functions_that_are_guarded_afterwards_are_right(
    app: Flask, route: Decorator, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    decorate(lambda: "private", route)
    app.view_functions["the_page"] = login_required(app.view_functions["the_page"])

    assert client.get("/page").status_code == 401
    assert warnings_of(caplog) == []


def test_class_based_views_are_right(
    app: Flask, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    class Page(MethodView):
        decorators = [login_required]

        def get(self) -> str:
            return "page"

    app.add_url_rule("/inside", view_func=Page.as_view("inside"))
    app.add_url_rule("/around", view_func=login_required(Page.as_view("around")))

    assert client.get("/inside").status_code == 401
    assert client.get("/around").status_code == 401
    assert warnings_of(caplog) == []


def test_callable_objects_are_let_be(
    app: Flask, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    page = functools.partial(str, "page")
    app.add_url_rule("/page", "page", page)
    app.add_url_rule("/guarded", "guarded", login_required(functools.partial(str, "guarded")))

    assert client.get("/page").text == "page"
    assert client.get("/guarded").status_code == 401
    assert warnings_of(caplog) == []


@pytest.mark.parametrize("decorator", [login_required, plain], ids=["guarded", "decorated"])
def test_callable_objects_without_a_hash_are_let_be(
    app: Flask, browser: FlaskClient, caplog: pytest.LogCaptureFixture, decorator: Decorator
) -> None:
    @dataclass
    class Page:
        text: str

        def __call__(self) -> str:
            return self.text

    app.add_url_rule("/page", "page", decorator(Page("page")))
    browser.get("/login/1")

    assert browser.get("/page").text == "page"
    assert warnings_of(caplog) == []


def test_guarded_function_that_is_no_view_is_let_be(
    app: Flask, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    app.before_request(login_required(lambda: None))

    assert client.get("/").status_code == 401
    assert warnings_of(caplog) == []
