"""The notes and hints of ``flask login routes``."""

from __future__ import annotations

import functools
import typing as t

import pytest
from flask import abort
from flask import Flask
from flask import render_template_string
from flask import request
from flask.views import MethodView
from routes_kit import notes_of
from routes_kit import route_of

import flask_login
from flask_login import AnonymousUserMixin
from flask_login import current_user
from flask_login import current_user as me
from flask_login import login_required
from flask_login import LoginManager
from flask_login import logout_user
from flask_login import logout_user as leave


class OtherPackage:
    """Another package's ``current_user``."""

    name = "ada"


def with_wrapper(view: t.Any) -> t.Any:
    """A guard of the application's own."""

    @functools.wraps(view)
    def guarded() -> t.Any:
        return view() if current_user.is_authenticated else abort(401)

    return guarded


def local_import() -> str:
    from flask_login import current_user

    return str(current_user.name)


class Names:
    def page(self) -> str:
        return str(current_user.name)


class Methods(MethodView):
    def get(self) -> str:
        return "for everyone"

    def post(self) -> str:
        return str(current_user.name)


# Above the route, then beside it.


def test_guard_above_the_route_is_noted(app: Flask, login_manager: LoginManager) -> None:
    login_required(app.route("/", endpoint="page")(lambda: ""))

    assert notes_of(app) == ["guard_above_route"]
    assert [note["hint"] for note in route_of(app)["notes"]] == [False]


def test_guard_after_a_partial_is_noted(app: Flask, login_manager: LoginManager) -> None:
    def view(kind: str) -> str:
        return kind

    app.add_url_rule("/", "page", functools.partial(view, "all"))
    login_required(view)

    assert notes_of(app) == ["guard_above_route"]


def test_guard_above_the_route_is_noted_for_closed_views(
    app: Flask, login_manager: LoginManager
) -> None:
    app.config["LOGIN_REQUIRED_BY_DEFAULT"] = True
    login_required(app.route("/", endpoint="page")(lambda: ""))

    assert notes_of(app) == ["guard_above_route"]


@pytest.mark.parametrize("closed_kind", [None, "users"], ids=["function", "partial"])
@pytest.mark.parametrize("open_kind", [None, "guests"], ids=["function", "partial"])
def test_function_that_is_guarded_elsewhere_is_noted(
    app: Flask, login_manager: LoginManager, open_kind: str | None, closed_kind: str | None
) -> None:
    def report(kind: str = "all") -> str:
        return kind

    view = functools.partial(report, open_kind) if open_kind else report
    behind = functools.partial(report, closed_kind) if closed_kind else report
    app.add_url_rule("/", "page", view)
    app.add_url_rule("/users", "users", login_required(behind))

    assert notes_of(app) == ["guarded_elsewhere"]
    assert "'users'" in route_of(app)["notes"][0]["text"]
    assert notes_of(app, "users") == []


def test_function_that_is_closed_by_default_needs_no_guard_elsewhere(
    app: Flask, login_manager: LoginManager
) -> None:
    def view() -> str:
        return ""

    app.config["LOGIN_REQUIRED_BY_DEFAULT"] = True
    app.add_url_rule("/", "page", view)
    app.add_url_rule("/users", "users", login_required(view))

    assert notes_of(app) == []


def test_method_that_is_guarded_elsewhere_is_noted(app: Flask, login_manager: LoginManager) -> None:
    class Reports:
        def page(self) -> str:
            return ""

    one, two = Reports(), Reports()
    app.add_url_rule("/", "page", one.page)
    app.add_url_rule("/two", "two", two.page)
    app.add_url_rule("/users", "users", login_required(one.page))

    assert notes_of(app) == ["guarded_elsewhere"]
    assert notes_of(app, "two") == []


def test_guarded_views_of_one_function_are_right(app: Flask, login_manager: LoginManager) -> None:
    view = login_required(lambda: "")
    app.add_url_rule("/", "page", view)
    app.add_url_rule("/users", "users", view)

    assert notes_of(app) == []


# Logging out by GET.


@pytest.mark.parametrize(
    "view",
    [
        lambda: str(logout_user()),
        lambda: str(leave()),
        lambda: str(flask_login.logout_user()),
        lambda: (lambda: str(logout_user()))(),
        login_required(lambda: str(logout_user())),
        functools.partial(lambda: str(logout_user())),
    ],
    ids=["name", "other name", "attribute", "nested", "guarded", "partial"],
)
def test_logging_out_by_get_is_noted(app: Flask, login_manager: LoginManager, view: t.Any) -> None:
    app.add_url_rule("/", "page", view)

    assert notes_of(app) == ["logout_by_get"]
    assert [note["hint"] for note in route_of(app)["notes"]] == [True]


def test_logging_out_by_post_is_right(app: Flask, login_manager: LoginManager) -> None:
    app.add_url_rule("/", "page", lambda: str(logout_user()), methods=["POST"])

    assert notes_of(app, method="POST") == []


def test_method_of_a_class_is_read_that_answers(app: Flask, login_manager: LoginManager) -> None:
    view = type("Page", (Methods,), {"post": lambda self: str(logout_user())})
    app.add_url_rule("/", view_func=view.as_view("page"))

    assert notes_of(app) == []


# Reading the user without asking whether there is one.


@pytest.mark.parametrize(
    "view",
    [
        lambda: str(current_user.name),
        lambda: str(me.name),
        lambda: str(flask_login.current_user.name),
        lambda: current_user.make_coffee(),
        lambda: (lambda: current_user.name)(),
        local_import,
        Names().page,
        functools.partial(lambda: str(current_user.name)),
    ],
    ids=[
        "attribute",
        "other name",
        "of the package",
        "method",
        "nested",
        "imported in the view",
        "method of an object",
        "partial",
    ],
)
def test_reading_the_user_without_a_guard_is_noted(
    app: Flask, login_manager: LoginManager, view: t.Any
) -> None:
    app.add_url_rule("/", "page", view)

    assert notes_of(app) == ["reads_current_user"]
    assert [note["hint"] for note in route_of(app)["notes"]] == [True]


def test_attribute_is_named(app: Flask, login_manager: LoginManager) -> None:
    app.add_url_rule("/", "page", lambda: str(current_user.name))

    assert "'current_user.name'" in route_of(app)["notes"][0]["text"]


@pytest.mark.parametrize(
    "view",
    [
        login_required(lambda: str(current_user.name)),
        lambda: current_user.name if current_user.is_authenticated else "guest",
        lambda: "guest" if current_user.is_anonymous else current_user.name,
        lambda: str(current_user.get_id()),
        lambda: str(current_user._get_current_object()),
        lambda: getattr(current_user, "name", "guest"),
        lambda: render_template_string("{{ current_user.name }}"),
        lambda: "current_user".upper(),
        lambda: request.name,
        str,
        functools.partial(str, "page"),
    ],
    ids=[
        "guarded",
        "asks for users",
        "asks for guests",
        "what guests have",
        "the object",
        "with a default",
        "template",
        "word",
        "something else",
        "C",
        "partial of C",
    ],
)
def test_reading_the_user_is_right(app: Flask, login_manager: LoginManager, view: t.Any) -> None:
    app.add_url_rule("/", "page", view)

    assert notes_of(app) == []


def test_user_of_another_package_is_another(
    app: Flask, login_manager: LoginManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(globals(), "current_user", OtherPackage())
    app.add_url_rule("/", "page", lambda: str(current_user.name))

    assert notes_of(app) == []


def test_guests_have_what_the_application_gives_them(
    app: Flask, login_manager: LoginManager
) -> None:
    class Guest(AnonymousUserMixin):
        def __init__(self) -> None:
            self.name = "guest"

    login_manager.anonymous_user = Guest
    app.add_url_rule("/", "page", lambda: str(current_user.name))

    assert notes_of(app) == []


def test_guests_that_need_a_request_are_unknown(app: Flask, login_manager: LoginManager) -> None:
    login_manager.anonymous_user = lambda: request.path
    app.add_url_rule("/", "page", lambda: str(current_user.name))

    assert notes_of(app) == ["reads_current_user"]


def test_attribute_of_guests_may_need_a_request(app: Flask, login_manager: LoginManager) -> None:
    login_manager.anonymous_user = type("Guest", (), {"name": property(lambda _: request.path)})
    app.add_url_rule("/", "page", lambda: str(current_user.name))

    assert notes_of(app) == []


def test_methods_are_read_one_by_one(app: Flask, login_manager: LoginManager) -> None:
    app.add_url_rule("/", view_func=Methods.as_view("page"))

    assert notes_of(app, method="POST") == ["reads_current_user"]


def test_decorator_that_asks_who_the_user_is_may_be_a_guard(
    app: Flask, login_manager: LoginManager
) -> None:
    app.add_url_rule("/", "page", with_wrapper(lambda: str(current_user.name)))

    assert notes_of(app) == ["undeclared_decorator"]
    assert "test_routes_notes.py:" in route_of(app)["notes"][0]["text"]


def test_decorator_that_is_declared_is_right(app: Flask, login_manager: LoginManager) -> None:
    app.add_url_rule("/", "page", with_wrapper(lambda: str(current_user.name)))
    login_manager.declare_guard(with_wrapper)

    assert notes_of(app) == []


def test_rule_without_a_view_has_no_notes(app: Flask, login_manager: LoginManager) -> None:
    app.add_url_rule("/", "page")

    assert notes_of(app) == []
