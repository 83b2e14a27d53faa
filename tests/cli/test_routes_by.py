"""Why a view is open or closed, as ``flask login routes`` shows it."""

from __future__ import annotations

import functools
import typing as t
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Blueprint
from flask import Flask
from flask.views import MethodView
from flask.views import View
from routes_kit import access_of
from routes_kit import route_of
from werkzeug.routing import Rule

from flask_login import anonymous_required
from flask_login import fresh_login_required
from flask_login import login_exempt
from flask_login import login_required
from flask_login import LoginManager
from flask_login import user_passes_test
from flask_login.config import EXEMPT_METHODS

Decorator = Callable[[t.Any], t.Any]


def is_admin(user: t.Any) -> bool:
    return True


def plain(view: t.Any) -> t.Any:
    """A decorator between the others."""

    @functools.wraps(view)
    def decorated(*args: t.Any, **kwargs: t.Any) -> t.Any:
        return view(*args, **kwargs)

    return decorated


class Guarded(MethodView):
    """A view with a guard on one of two methods."""

    def get(self) -> str:
        return "for everyone"

    @login_required
    def post(self) -> str:
        return "for users"


class GuardedReading(MethodView):
    @login_required
    def get(self) -> str:
        return "for users"


class Dispatched(View):
    methods: t.ClassVar = ["GET", "POST"]

    @login_required
    def dispatch_request(self) -> str:
        return "for users"


class Decorated(View):
    decorators: t.ClassVar = [login_required]
    init_every_request = False

    def dispatch_request(self) -> str:
        return "for users"


class Reports:
    """An object whose methods are views."""

    @login_required
    def page(self) -> str:
        return "for users"


class Callee:
    @login_required
    def __call__(self) -> str:
        return "for users"


@pytest.fixture
def closed(app: Flask, login_manager: LoginManager) -> Flask:
    app.config["LOGIN_REQUIRED_BY_DEFAULT"] = True
    return app


def by_of(app: Flask, endpoint: str = "page", method: str = "GET") -> list[dict[str, t.Any]]:
    by: list[dict[str, t.Any]] = route_of(app, endpoint, method)["by"]
    return by


@pytest.mark.parametrize(
    ("guard", "cause"),
    [
        (login_required, {"kind": "login_required", "via": None}),
        (login_required(via="bearer"), {"kind": "login_required", "via": ["bearer"]}),
        (
            fresh_login_required(max_age=timedelta(minutes=5)),
            {"kind": "fresh_login_required", "max_age": 300.0},
        ),
        (fresh_login_required, {"kind": "fresh_login_required", "max_age": None}),
        (
            user_passes_test(is_admin, reason="admins_only"),
            {"kind": "user_passes_test", "test": f"{__name__}.is_admin", "reason": "admins_only"},
        ),
        (
            user_passes_test(functools.partial(is_admin)),
            {"kind": "user_passes_test", "test": "functools.partial", "reason": None},
        ),
    ],
    ids=["login", "via", "fresh", "fresh without an age", "test", "test without a name"],
)
def test_guard_closes(
    app: Flask, login_manager: LoginManager, guard: Decorator, cause: dict[str, t.Any]
) -> None:
    app.add_url_rule("/", "page", guard(lambda: "page"))

    assert access_of(app) == "closed"
    assert by_of(app) == [cause]


def test_age_of_fresh_logins_is_that_of_the_settings(
    app: Flask, login_manager: LoginManager
) -> None:
    app.config["LOGIN_FRESH_LIFETIME"] = 600
    app.add_url_rule("/", "page", fresh_login_required(lambda: "page"))

    assert by_of(app) == [{"kind": "fresh_login_required", "max_age": 600.0}]


@pytest.mark.parametrize(
    ("guard", "target"), [(anonymous_required, None), (anonymous_required("home"), "home")]
)
def test_guard_against_users_leaves_open(
    app: Flask, login_manager: LoginManager, guard: Decorator, target: str | None
) -> None:
    app.add_url_rule("/", "page", guard(lambda: "page"))

    assert access_of(app) == "open"
    assert by_of(app) == [{"kind": "anonymous_required", "redirect_to": target}]


def test_all_guards_are_listed_from_the_top(app: Flask, login_manager: LoginManager) -> None:
    view = login_required(plain(user_passes_test(is_admin)(fresh_login_required(lambda: ""))))
    app.add_url_rule("/", "page", view)

    kinds = [cause["kind"] for cause in by_of(app)]
    assert kinds == ["login_required", "user_passes_test", "fresh_login_required"]


@pytest.mark.parametrize(
    "view",
    [
        plain(login_required(lambda: "")),
        functools.partial(login_required(lambda text: text), "page"),
        login_required(functools.partial(str, "page")),
        Reports().page,
        Callee(),
        Dispatched.as_view("page"),
        Decorated.as_view("page"),
        GuardedReading.as_view("page"),
        login_required(Guarded.as_view("page")),
        plain(Dispatched.as_view("page")),
        functools.partial(Dispatched.as_view("page")),
    ],
    ids=[
        "below a decorator",
        "in a partial",
        "around a partial",
        "method of an object",
        "callable object",
        "dispatch_request",
        "decorators of a class",
        "method of a class",
        "around a class",
        "class below a decorator",
        "class in a partial",
    ],
)
def test_guard_is_found(app: Flask, login_manager: LoginManager, view: t.Any) -> None:
    app.add_url_rule("/", "page", view)

    assert [cause["kind"] for cause in by_of(app)] == ["login_required"]


@pytest.mark.parametrize(
    "view", [str, functools.partial(str, "page"), object], ids=["C", "partial of C", "class"]
)
def test_view_without_python_code_is_open(
    app: Flask, login_manager: LoginManager, view: t.Any
) -> None:
    app.add_url_rule("/", "page", view)

    assert access_of(app) == "open"
    assert by_of(app) == []


def test_methods_are_listed_apart_that_differ(app: Flask, login_manager: LoginManager) -> None:
    app.add_url_rule("/", view_func=Guarded.as_view("page"))

    assert access_of(app, method="GET") == "open"
    assert access_of(app, method="POST") == "closed"


def test_head_is_guarded_with_get(app: Flask, login_manager: LoginManager) -> None:
    app.add_url_rule("/", view_func=GuardedReading.as_view("page"))

    assert route_of(app)["methods"] == ["GET", "HEAD"]


def test_head_may_be_answered_by_itself(app: Flask, login_manager: LoginManager) -> None:
    view = type("Head", (GuardedReading,), {"head": lambda self: ""}).as_view("page")
    app.add_url_rule("/", view_func=view)

    assert access_of(app, method="HEAD") == "open"


def test_method_of_a_class_is_no_view_that_dispatches_by_itself(
    app: Flask, login_manager: LoginManager
) -> None:
    view = type("Page", (View,), {"get": login_required(str), "dispatch_request": str})
    app.add_url_rule("/", view_func=view.as_view("page"))

    assert access_of(app) == "open"


def test_view_that_answers_options_is_open(app: Flask, login_manager: LoginManager) -> None:
    view = login_required(lambda: "")
    app.add_url_rule("/", "page", view, methods=["GET", "OPTIONS"])

    assert by_of(app, method="OPTIONS") == [{"kind": "EXEMPT_METHODS"}]
    assert access_of(app, method="OPTIONS") == "open"


def test_method_that_is_exempt_is_open(app: Flask, login_manager: LoginManager) -> None:
    app.add_url_rule("/", "page", login_required(lambda: ""))
    EXEMPT_METHODS.add("HEAD")

    try:
        assert access_of(app, method="HEAD") == "open"
    finally:
        EXEMPT_METHODS.remove("HEAD")


def test_disabled_guards_are_open(app: Flask, login_manager: LoginManager) -> None:
    app.config["LOGIN_DISABLED"] = "False"
    app.add_url_rule("/", "page", login_required(lambda: ""))

    assert access_of(app) == "open"
    assert by_of(app) == [{"kind": "LOGIN_DISABLED"}]


def test_rule_without_methods_takes_any(app: Flask, login_manager: LoginManager) -> None:
    app.url_map.add(Rule("/", endpoint="page"))
    app.view_functions["page"] = Guarded.as_view("page")

    assert route_of(app, method="POST")["methods"] == ["POST"]
    assert "*" in route_of(app, method="GET")["methods"]


def test_websocket_is_asked_by_get(app: Flask, login_manager: LoginManager) -> None:
    app.url_map.add(Rule("/", endpoint="page", websocket=True))
    app.view_functions["page"] = lambda: ""

    assert route_of(app)["methods"] == ["GET"]
    assert route_of(app)["websocket"] is True


@pytest.mark.parametrize(
    ("rule", "because"),
    [
        (Rule("/", endpoint="page", build_only=True), "build_only"),
        (Rule("/", endpoint="page", redirect_to="/there"), "redirect_to"),
        (Rule("/", endpoint="page"), "not registered"),
    ],
    ids=["built only", "redirect", "no view"],
)
def test_rule_without_a_view_is_neither_open_nor_closed(
    app: Flask, login_manager: LoginManager, rule: Rule, because: str
) -> None:
    app.url_map.add(rule.empty())

    assert access_of(app) == "none"
    assert by_of(app) == [{"kind": "no_view", "because": because}]


def test_setting_closes(closed: Flask) -> None:
    closed.add_url_rule("/", "page", lambda: "")

    assert access_of(closed) == "closed"
    assert by_of(closed) == [{"kind": "default", "blueprint": None}]


def test_guard_is_listed_besides_the_setting(closed: Flask) -> None:
    closed.add_url_rule("/", "page", login_required(lambda: ""))

    assert [cause["kind"] for cause in by_of(closed)] == ["login_required", "default"]


def test_blueprint_closes_those_in_it(app: Flask, login_manager: LoginManager) -> None:
    shop, cart = Blueprint("shop", __name__), Blueprint("cart", __name__)
    cart.add_url_rule("/", "page", lambda: "")
    shop.register_blueprint(cart)
    app.register_blueprint(shop)
    login_manager.require_login(shop)

    assert by_of(app, "shop.cart.page") == [{"kind": "default", "blueprint": "shop"}]


def test_other_blueprints_are_open(app: Flask, login_manager: LoginManager) -> None:
    app.add_url_rule("/", "no.blueprint", lambda: "")
    login_manager.require_login(Blueprint("shop", __name__))

    assert access_of(app, "no.blueprint") == "open"


def test_mark_leaves_open(closed: Flask) -> None:
    closed.add_url_rule("/", "page", login_exempt(lambda: ""))

    assert access_of(closed) == "open"
    assert by_of(closed) == [{"kind": "exempt", "by": "login_exempt"}]


def test_mark_of_a_method_leaves_that_method_open(closed: Flask) -> None:
    view = type("Page", (Guarded,), {"get": login_exempt(lambda self: "")})
    closed.add_url_rule("/", view_func=view.as_view("page"))

    assert access_of(closed, method="HEAD") == "open"
    assert access_of(closed, method="POST") == "closed"


def test_guard_closes_an_exempt_view(closed: Flask) -> None:
    closed.add_url_rule("/", "page", login_exempt(login_required(lambda: "")))

    assert access_of(closed) == "closed"


def test_static_files_are_open(closed: Flask) -> None:
    assert by_of(closed, "static") == [{"kind": "exempt", "by": "static"}]


@pytest.mark.parametrize("view", ["page", "/in"], ids=["endpoint", "path"])
def test_login_view_is_open(closed: Flask, login_manager: LoginManager, view: str) -> None:
    login_manager.login_view = view
    closed.add_url_rule("/in", "page", lambda: "")

    assert by_of(closed) == [{"kind": "exempt", "by": "login_view"}]


def test_login_view_is_that_of_the_blueprint(closed: Flask, login_manager: LoginManager) -> None:
    shop = Blueprint("shop", __name__)
    shop.add_url_rule("/", "page", lambda: "")
    closed.register_blueprint(shop)
    login_manager.blueprint_login_views = {"shop": ".enter"}

    assert route_of(closed, "shop.page")["login_view"] == "shop.enter"


@pytest.mark.parametrize(
    ("view", "shown"),
    [("enter", "enter"), (".enter", "enter"), ("/in", "/in"), (None, None), (str, "(callable)")],
    ids=["endpoint", "relative", "path", "none", "callable"],
)
def test_closed_views_have_their_login_view(
    closed: Flask, login_manager: LoginManager, view: t.Any, shown: str | None
) -> None:
    login_manager.login_view = view
    closed.add_url_rule("/", "page", lambda: "")

    assert route_of(closed)["login_view"] == shown


def test_handler_is_shown_in_place_of_the_login_view(
    closed: Flask, login_manager: LoginManager
) -> None:
    login_manager.unauthorized_handler(lambda: "no")
    closed.add_url_rule("/", "page", lambda: "")

    assert route_of(closed)["login_view"] == "(unauthorized_handler)"


def test_open_views_have_no_login_view(app: Flask, login_manager: LoginManager) -> None:
    login_manager.login_view = "enter"
    app.add_url_rule("/", "page", lambda: "")

    assert route_of(app)["login_view"] is None
