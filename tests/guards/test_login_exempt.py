"""``login_exempt`` leaves a view open where a login is required by default."""

from __future__ import annotations

import functools
import inspect
import typing as t
from collections.abc import Callable

import pytest
from flask import Blueprint
from flask import Flask
from flask.testing import FlaskClient
from flask.views import MethodView
from flask.views import View

from flask_login import login_exempt
from flask_login import login_required
from flask_login import LoginManager

Decorator = Callable[[t.Any], t.Any]


@pytest.fixture
def closed(app: Flask, login_manager: LoginManager) -> Flask:
    app.config["LOGIN_REQUIRED_BY_DEFAULT"] = True
    return app


def plain(view: Callable[..., t.Any]) -> Callable[..., t.Any]:
    """A decorator between the others."""

    @functools.wraps(view)
    def decorated(*args: t.Any, **kwargs: t.Any) -> t.Any:
        return view(*args, **kwargs)

    return decorated


def test_mark_below_the_route_opens_the_view(closed: Flask, client: FlaskClient) -> None:
    @closed.get("/page")
    @login_exempt
    def page() -> str:
        return "open"

    assert client.get("/page").text == "open"


def test_mark_above_the_route_opens_the_view(closed: Flask, client: FlaskClient) -> None:
    @login_exempt
    @closed.get("/page")
    def page() -> str:
        return "open"

    assert client.get("/page").text == "open"


@pytest.mark.parametrize(
    "decorators",
    [(plain, login_exempt), (login_exempt, plain), (plain, login_exempt, plain)],
    ids=["inner", "outer", "between"],
)
def test_other_decorators_keep_the_mark(
    closed: Flask, client: FlaskClient, decorators: tuple[Decorator, ...]
) -> None:
    view = functools.reduce(lambda inner, outer: outer(inner), reversed(decorators), lambda: "open")
    closed.add_url_rule("/page", "page", view)

    assert client.get("/page").text == "open"


@pytest.mark.parametrize(
    "decorators",
    [(login_exempt, login_required), (login_required, login_exempt)],
    ids=["inner guard", "outer guard"],
)
def test_guard_still_guards_a_marked_view(
    closed: Flask, client: FlaskClient, decorators: tuple[Decorator, ...]
) -> None:
    view = functools.reduce(lambda inner, outer: outer(inner), decorators, lambda: "inside")
    closed.add_url_rule("/page", "page", view)

    assert client.get("/page").status_code == 401


def test_marked_view_of_a_blueprint_is_open(
    app: Flask, login_manager: LoginManager, client: FlaskClient
) -> None:
    shop = Blueprint("shop", __name__, url_prefix="/shop")
    login_manager.require_login(shop)

    @login_exempt
    @shop.get("/")
    def front() -> str:
        return "open"

    shop.add_url_rule("/back", "back", lambda: "inside")
    app.register_blueprint(shop)

    assert client.get("/shop/").text == "open"
    assert client.get("/shop/back").status_code == 401


def test_marked_async_view_is_open(closed: Flask, client: FlaskClient) -> None:
    pytest.importorskip("asgiref")

    @closed.get("/page")
    @login_exempt
    async def page() -> str:
        return "open"

    assert client.get("/page").text == "open"


def test_marked_callable_object_is_open(closed: Flask, client: FlaskClient) -> None:
    class Page:
        def __call__(self) -> str:
            return "open"

    closed.add_url_rule("/page", "page", login_exempt(Page()))
    closed.add_url_rule("/other", "other", Page())

    assert client.get("/page").text == "open"
    assert client.get("/other").status_code == 401


def test_function_is_returned_as_it_is() -> None:
    def view(page: int) -> str:
        return ""

    assert login_exempt(view) is view
    assert list(inspect.signature(view).parameters) == ["page"]


def test_open_view_loads_nobody(closed: Flask, client: FlaskClient) -> None:
    closed.add_url_rule("/page", "page", login_exempt(lambda: "open"))

    assert "Vary" not in client.get("/page").headers


class Page(MethodView):
    def get(self) -> str:
        return "get"

    def post(self) -> str:
        return "post"


class Dispatching(View):
    methods: t.ClassVar = ["GET", "POST"]

    def dispatch_request(self) -> str:
        return "dispatched"


def codes(client: FlaskClient, *methods: str) -> list[int]:
    return [client.open("/page", method=method).status_code for method in methods]


@pytest.mark.parametrize("base", [Page, Dispatching])
def test_marked_class_is_open(closed: Flask, client: FlaskClient, base: type[View]) -> None:
    marked = login_exempt(type("Marked", (base,), {}))
    closed.add_url_rule("/page", view_func=marked.as_view("page"))

    assert codes(client, "GET", "HEAD", "POST") == [200, 200, 200]


@pytest.mark.parametrize("base", [Page, Dispatching])
def test_class_that_is_not_marked_is_closed(
    closed: Flask, client: FlaskClient, base: type[View]
) -> None:
    closed.add_url_rule("/page", view_func=base.as_view("page"))

    assert codes(client, "GET", "HEAD", "POST") == [401, 401, 401]


@pytest.mark.parametrize("base", [Page, Dispatching])
def test_class_does_not_inherit_the_mark(
    closed: Flask, client: FlaskClient, base: type[View]
) -> None:
    marked = login_exempt(type("Marked", (base,), {}))
    derived = type("Derived", (marked,), {})
    closed.add_url_rule("/page", view_func=derived.as_view("page"))

    assert codes(client, "GET", "POST") == [401, 401]


def test_class_does_not_pass_the_mark_to_its_base(closed: Flask, client: FlaskClient) -> None:
    login_exempt(type("Derived", (Page,), {}))
    closed.add_url_rule("/page", view_func=Page.as_view("page"))

    assert codes(client, "GET", "POST") == [401, 401]


def test_view_function_of_a_class_can_be_marked(closed: Flask, client: FlaskClient) -> None:
    closed.add_url_rule("/page", view_func=login_exempt(Page.as_view("page")))
    closed.add_url_rule("/other", view_func=Page.as_view("other"))

    assert codes(client, "GET", "POST") == [200, 200]
    assert client.get("/other").status_code == 401


@pytest.mark.parametrize("decorators", [[login_exempt], [plain, login_exempt, plain]], ids=len)
def test_class_can_be_marked_by_its_list_of_decorators(
    closed: Flask, client: FlaskClient, decorators: list[Decorator]
) -> None:
    marked = type("Marked", (Page,), {"decorators": decorators})
    closed.add_url_rule("/page", view_func=marked.as_view("page"))

    assert codes(client, "GET", "POST") == [200, 200]


def test_decorator_around_a_view_of_a_marked_class_keeps_it_open(
    closed: Flask, client: FlaskClient
) -> None:
    marked = login_exempt(type("Marked", (Page,), {}))
    closed.add_url_rule("/page", view_func=plain(marked.as_view("page")))

    assert codes(client, "GET") == [200]


@pytest.mark.parametrize(
    "decorate",
    [login_exempt, lambda method: plain(login_exempt(method))],
    ids=["outer", "inner"],
)
def test_marked_method_is_open_and_others_are_closed(
    closed: Flask, client: FlaskClient, decorate: Decorator
) -> None:
    marked = type("Marked", (Page,), {"get": decorate(lambda self: "open")})
    closed.add_url_rule("/page", view_func=marked.as_view("page"))

    assert codes(client, "GET", "HEAD", "POST") == [200, 200, 401]


def test_marked_dispatch_method_opens_every_method(closed: Flask, client: FlaskClient) -> None:
    marked = type("Marked", (Page,), {"dispatch_request": login_exempt(lambda self: "open")})
    closed.add_url_rule("/page", view_func=marked.as_view("page"))

    assert codes(client, "GET", "POST") == [200, 200]


def test_head_method_of_its_own_needs_a_mark_of_its_own(closed: Flask, client: FlaskClient) -> None:
    members = {"get": login_exempt(lambda self: "open"), "head": lambda self: "inside"}
    closed.add_url_rule("/page", view_func=type("Marked", (Page,), members).as_view("page"))

    assert codes(client, "GET", "HEAD") == [200, 401]


def test_method_that_a_class_overrides_needs_the_mark_again(
    closed: Flask, client: FlaskClient
) -> None:
    marked = type("Marked", (Page,), {"get": login_exempt(lambda self: "open")})
    derived = type("Derived", (marked,), {"get": lambda self: "inside"})
    closed.add_url_rule("/page", view_func=derived.as_view("page"))

    assert codes(client, "GET") == [401]


def test_view_that_takes_the_place_of_a_marked_one_is_closed(
    closed: Flask, client: FlaskClient
) -> None:
    closed.add_url_rule("/page", "page", login_exempt(lambda: "open"))
    assert codes(client, "GET") == [200]

    closed.view_functions["page"] = lambda: "inside"
    assert codes(client, "GET") == [401]
