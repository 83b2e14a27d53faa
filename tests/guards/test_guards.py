"""What both guards do: ``login_required`` and ``fresh_login_required``."""

from __future__ import annotations

import inspect
import typing as t
from collections.abc import Callable

import pytest
from flask import Blueprint
from flask import Flask
from flask.testing import FlaskClient
from flask.views import MethodView

from flask_login import fresh_login_required
from flask_login import login_required
from flask_login import LoginManager
from flask_login import UserMixin
from flask_login.config import EXEMPT_METHODS

Guard = Callable[[Callable[..., t.Any]], Callable[..., t.Any]]


@pytest.fixture(
    params=[login_required, fresh_login_required], ids=["login_required", "fresh_login_required"]
)
def guard(request: pytest.FixtureRequest) -> Guard:
    return t.cast(Guard, request.param)


@pytest.fixture
def calls(app: Flask, guard: Guard) -> list[str]:
    """The calls of the guarded view ``/guarded``."""
    calls: list[str] = []

    @app.route("/guarded", methods=["GET", "POST", "OPTIONS"])
    @guard
    def guarded() -> str:
        calls.append("view")
        return "inside"

    return calls


def test_anonymous_user_is_refused(client: FlaskClient, calls: list[str]) -> None:
    assert client.get("/guarded").status_code == 401
    assert calls == []


def test_logged_in_user_enters(browser: FlaskClient, calls: list[str]) -> None:
    browser.get("/login/1")

    assert browser.get("/guarded").text == "inside"
    assert calls == ["view"]


def test_logged_out_user_is_refused(browser: FlaskClient, calls: list[str]) -> None:
    browser.get("/login/1")
    browser.get("/logout")

    assert browser.get("/guarded").status_code == 401


def test_view_keeps_its_name_and_signature(guard: Guard) -> None:
    def view(page: int, size: int = 10) -> str:
        """A view."""
        return ""

    guarded = guard(view)

    assert (guarded.__name__, guarded.__doc__) == ("view", "A view.")
    assert inspect.signature(guarded) == inspect.signature(view)


def test_arguments_reach_the_view(app: Flask, browser: FlaskClient, guard: Guard) -> None:
    app.add_url_rule("/add/<int:a>/<int:b>", view_func=guard(lambda a, b: str(a + b)))
    browser.get("/login/1")

    assert browser.get("/add/1/2").text == "3"


@pytest.mark.parametrize("error", [AttributeError, RuntimeError, TypeError, KeyError])
def test_view_that_raises_is_called_once(
    app: Flask, browser: FlaskClient, guard: Guard, error: type[Exception]
) -> None:
    calls = []

    @app.route("/broken")
    @guard
    def broken() -> t.NoReturn:
        calls.append("view")
        raise error("broken")

    browser.get("/login/1")

    with pytest.raises(error, match="broken"):
        browser.get("/broken")

    assert calls == ["view"]


def test_options_request_is_answered_with_the_methods(
    app: Flask, client: FlaskClient, guard: Guard
) -> None:
    app.add_url_rule("/automatic", view_func=guard(lambda: ""), methods=["POST"])

    response = client.options("/automatic")

    assert response.status_code == 200
    assert response.allow.as_set() == {"options", "post"}


def test_options_request_reaches_a_view_that_takes_it(
    client: FlaskClient, calls: list[str]
) -> None:
    assert client.options("/guarded").text == "inside"


def test_method_added_to_the_exempt_ones_passes(
    client: FlaskClient, calls: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.post("/guarded").status_code == 401
    EXEMPT_METHODS.add("POST")

    try:
        assert client.post("/guarded").text == "inside"
    finally:
        EXEMPT_METHODS.remove("POST")


def test_method_removed_from_the_exempt_ones_is_refused(
    client: FlaskClient, calls: list[str]
) -> None:
    EXEMPT_METHODS.remove("OPTIONS")

    try:
        assert client.options("/guarded").status_code == 401
    finally:
        EXEMPT_METHODS.add("OPTIONS")


def test_everyone_passes_while_login_is_disabled(
    app: Flask, client: FlaskClient, calls: list[str]
) -> None:
    app.config["LOGIN_DISABLED"] = True
    assert client.get("/guarded").text == "inside"

    app.config["LOGIN_DISABLED"] = False
    assert client.get("/guarded").status_code == 401


def test_disabled_login_loads_nobody(
    app: Flask, login_manager: LoginManager, client: FlaskClient, calls: list[str]
) -> None:
    asked = []
    login_manager.request_loader(asked.append)
    app.config["LOGIN_DISABLED"] = True

    client.get("/guarded")

    assert asked == []


def test_disabled_login_needs_no_login_manager(app: Flask, calls: list[str]) -> None:
    app.config["LOGIN_DISABLED"] = True

    assert app.test_client().get("/guarded").text == "inside"


def test_guard_in_an_app_without_login_manager_says_what_to_do(
    app: Flask, calls: list[str]
) -> None:
    with pytest.raises(AttributeError, match=r"LoginManager\.init_app"):
        app.test_client().get("/guarded")


@pytest.mark.parametrize("nobody", [None, False, 0, "", ()], ids=repr)
def test_falsy_answer_of_a_loader_is_refused(
    login_manager: LoginManager, client: FlaskClient, calls: list[str], nobody: object
) -> None:
    login_manager.request_loader(lambda request: nobody)

    assert client.get("/guarded").status_code == 401


@pytest.mark.parametrize("nobody", [None, False], ids=repr)
def test_falsy_anonymous_user_is_refused(
    login_manager: LoginManager, client: FlaskClient, calls: list[str], nobody: object
) -> None:
    login_manager.anonymous_user = lambda: nobody

    assert client.get("/guarded").status_code == 401


def test_user_with_a_length_of_zero_enters(
    browser: FlaskClient, users: dict[str, t.Any], calls: list[str]
) -> None:
    class EmptyTeam(UserMixin):
        id = "4"

        def __len__(self) -> int:
            return 0

    users["4"] = EmptyTeam()
    browser.get("/login/4")

    assert browser.get("/guarded").text == "inside"


def test_user_who_is_not_authenticated_is_refused(
    browser: FlaskClient, users: dict[str, t.Any], calls: list[str]
) -> None:
    browser.get("/login/1")
    users["1"].active = False

    assert browser.get("/guarded").status_code == 401


def test_anonymous_user_who_is_authenticated_enters_the_login_guard(
    app: Flask, login_manager: LoginManager, client: FlaskClient
) -> None:
    class Guest(UserMixin):
        id = "guest"

    login_manager.anonymous_user = Guest
    app.add_url_rule("/lounge", view_func=login_required(lambda: "inside"))

    assert client.get("/lounge").text == "inside"


def test_before_request_function_can_be_guarded(
    app: Flask, browser: FlaskClient, guard: Guard
) -> None:
    area = Blueprint("area", __name__, url_prefix="/area")
    area.before_request(guard(lambda: None))
    area.add_url_rule("/page", view_func=lambda: "inside", endpoint="page")
    app.register_blueprint(area)

    assert browser.get("/area/page").status_code == 401
    browser.get("/login/1")
    assert browser.get("/area/page").text == "inside"


def test_class_based_view_can_be_guarded(app: Flask, browser: FlaskClient, guard: Guard) -> None:
    class Page(MethodView):
        decorators = [guard]

        def get(self) -> str:
            return "inside"

    app.add_url_rule("/page", view_func=Page.as_view("page"))

    assert browser.get("/page").status_code == 401
    browser.get("/login/1")
    assert browser.get("/page").text == "inside"


def test_method_of_a_class_based_view_can_be_guarded(
    app: Flask, browser: FlaskClient, guard: Guard
) -> None:
    class Page(MethodView):
        def get(self) -> str:
            return "outside"

        @guard
        def post(self) -> str:
            return "inside"

    app.add_url_rule("/page", view_func=Page.as_view("page"))

    assert browser.get("/page").text == "outside"
    assert browser.post("/page").status_code == 401
    browser.get("/login/1")
    assert browser.post("/page").text == "inside"


def test_callable_object_can_be_guarded(app: Flask, browser: FlaskClient, guard: Guard) -> None:
    class Page:
        __slots__ = ("__name__",)

        def __init__(self) -> None:
            self.__name__ = "page"

        def __call__(self) -> str:
            return "inside"

    app.add_url_rule("/page", view_func=guard(Page()), endpoint="page")

    assert browser.get("/page").status_code == 401
    browser.get("/login/1")
    assert browser.get("/page").text == "inside"
