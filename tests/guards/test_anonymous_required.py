"""``anonymous_required`` lets only guests in, and sends users on."""

from __future__ import annotations

import inspect
import typing as t
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask.views import MethodView

from flask_login import anonymous_required
from flask_login import fresh_login_required
from flask_login import login_required
from flask_login import LoginManager
from flask_login import user_passes_test
from flask_login import UserMixin


def add_form(app: Flask, guard: t.Any = anonymous_required, rule: str = "/form") -> None:
    """Add a login form that is for guests."""
    methods = ["GET", "POST", "PUT"]
    app.add_url_rule(rule, "form", guard(lambda: "form"), methods=methods)


@pytest.fixture
def user(browser: FlaskClient) -> FlaskClient:
    """A client that is logged in, and has made no request."""
    with browser.session_transaction() as session:
        session["_user_id"] = "1"

    return browser


GUARDS = {
    "bare": anonymous_required,
    "called": anonymous_required(),
    "endpoint": anonymous_required("me"),
}


@pytest.mark.parametrize("guard", GUARDS.values(), ids=GUARDS)
def test_guest_enters(app: Flask, browser: FlaskClient, guard: t.Any) -> None:
    add_form(app, guard)

    assert browser.get("/form").text == "form"


def test_user_who_logs_out_enters(app: Flask, user: FlaskClient) -> None:
    add_form(app)
    user.get("/logout")

    assert user.get("/form").text == "form"


@pytest.mark.parametrize(
    ("guard", "location"),
    [
        (anonymous_required, "/"),
        (anonymous_required(), "/"),
        (anonymous_required("me"), "/me"),
        (anonymous_required("/path"), "/path"),
        (anonymous_required("https://shop.example/"), "https://shop.example/"),
        (anonymous_required(redirect_to="me"), "/me"),
    ],
    ids=["bare", "called", "endpoint", "path", "url", "keyword"],
)
def test_user_is_sent_on(app: Flask, user: FlaskClient, guard: t.Any, location: str) -> None:
    add_form(app, guard)

    assert user.get("/form").location == location


def test_root_is_that_of_the_application(app: Flask, login_manager: LoginManager) -> None:
    add_form(app)
    login_manager.request_loader(lambda request: UserMixin())

    response = app.test_client().get("/form", base_url="http://localhost/app")

    assert response.location == "/app/"


@pytest.mark.parametrize(("method", "code"), [("GET", 302), ("POST", 302), ("PUT", 303)])
def test_redirect_code_follows_the_method(
    app: Flask, user: FlaskClient, method: str, code: int
) -> None:
    add_form(app)

    assert user.open("/form", method=method).status_code == code


@pytest.mark.parametrize("target", ["/page", "/page?a=b", "/me"])
def test_user_is_sent_to_a_safe_next(app: Flask, user: FlaskClient, target: str) -> None:
    add_form(app, anonymous_required("plain"))

    assert user.get(f"/form?next={quote(target)}").location == target


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example/", "/%5cevil", ""])
def test_user_is_not_sent_to_an_unsafe_next(app: Flask, user: FlaskClient, target: str) -> None:
    add_form(app, anonymous_required("plain"))

    assert user.get(f"/form?next={quote(target)}").location == "/plain"


def test_user_is_sent_to_the_target_in_the_session(app: Flask, user: FlaskClient) -> None:
    add_form(app)

    with user.session_transaction() as session:
        session["next"] = "/page"

    assert [user.get("/form").location for _ in range(2)] == ["/page", "/"]


@pytest.mark.parametrize(
    "target", ["/form", "/form?next=/form", "/form?next=/form%3Fnext%3D/form"], ids=range(3)
)
def test_next_that_is_the_form_itself_is_refused(
    app: Flask, user: FlaskClient, target: str
) -> None:
    add_form(app, anonymous_required("plain"))

    assert user.get(f"/form?next={quote(target)}").location == "/plain"


def test_redirect_to_the_form_itself_is_refused(app: Flask, user: FlaskClient) -> None:
    add_form(app, anonymous_required("form"))

    assert user.get("/form").location == "/"


def test_redirect_to_a_form_whose_path_is_encoded_is_refused(app: Flask, user: FlaskClient) -> None:
    add_form(app, anonymous_required("form"), rule="/log in")

    assert user.get("/log%20in").location == "/"


def test_redirect_to_a_form_whose_slash_is_added_is_refused(app: Flask, user: FlaskClient) -> None:
    add_form(app, anonymous_required("/form"), rule="/form/")

    assert user.get("/form/").location == "/"


def test_form_at_the_root_is_forbidden_to_users(app: Flask, user: FlaskClient) -> None:
    add_form(app, rule="/")

    assert user.get("/").status_code == 403


@pytest.mark.parametrize("guarded", ["get", "dispatch_request"])
def test_class_based_form_at_the_root_is_forbidden_to_users(
    app: Flask, user: FlaskClient, guarded: str
) -> None:
    form = type("Form", (MethodView,), {"get": lambda self: "form"})
    setattr(form, guarded, anonymous_required(getattr(form, guarded)))
    app.add_url_rule("/", view_func=form.as_view("form"))  # type: ignore[attr-defined]

    assert user.get("/").status_code == 403


def test_form_that_only_another_method_guards_is_no_loop(app: Flask, user: FlaskClient) -> None:
    members = {"get": lambda self: "form", "post": anonymous_required(lambda self: "posted")}
    form: t.Any = type("Form", (MethodView,), members)
    app.add_url_rule("/", view_func=form.as_view("form"))

    assert user.post("/").location == "/"


def test_test_of_another_view_is_not_run(app: Flask, user: FlaskClient) -> None:
    def is_member(user: t.Any) -> t.NoReturn:
        raise AssertionError("It reads 'request.view_args' of its own requests.")

    add_form(app)
    app.add_url_rule("/team/<id>", "team", user_passes_test(is_member)(lambda id: "inside"))

    assert user.get("/form?next=/team/1").location == "/team/1"


def test_target_outside_the_root_of_the_app_is_no_loop(app: Flask, user: FlaskClient) -> None:
    add_form(app, anonymous_required("/application/form"), rule="/lication/form")
    base_url = "http://localhost/app"

    with user.session_transaction(base_url=base_url) as session:
        session["_user_id"] = "1"

    assert user.get("/lication/form", base_url=base_url).location == "/application/form"


def test_same_path_on_another_host_is_no_loop(app: Flask, user: FlaskClient) -> None:
    add_form(app, anonymous_required("https://shop.example/form"))

    assert user.get("/form").location == "https://shop.example/form"


@pytest.mark.parametrize(
    "guard",
    [fresh_login_required, login_required(via="request")],
    ids=["fresh login", "other way in"],
)
def test_user_whom_another_guard_sent_here_is_not_sent_back(
    app: Flask, login_manager: LoginManager, browser: FlaskClient, guard: t.Any
) -> None:
    add_form(app)
    app.add_url_rule("/page", "page", guard(lambda: "inside"))
    login_manager.login_view = login_manager.refresh_view = "form"
    browser.get("/login/1?stale")

    refusal = browser.get("/page")
    locations = [browser.get(refusal.location).location] if refusal.location else []

    assert "/page" not in locations


def test_exempt_method_passes(app: Flask, user: FlaskClient) -> None:
    add_form(app)

    assert user.options("/form").status_code == 200


def test_everyone_passes_while_login_is_disabled(app: Flask, user: FlaskClient) -> None:
    add_form(app)
    app.config["LOGIN_DISABLED"] = True

    assert user.get("/form").text == "form"


def test_async_view_is_for_guests(app: Flask, browser: FlaskClient) -> None:
    pytest.importorskip("asgiref")

    @app.get("/form")
    @anonymous_required("plain")
    async def form() -> str:
        return "form"

    assert browser.get("/form").text == "form"
    browser.get("/login/1")
    assert browser.get("/form").location == "/plain"


def test_method_of_a_class_based_view_is_for_guests(app: Flask, browser: FlaskClient) -> None:
    class Form(MethodView):
        @anonymous_required
        def get(self) -> str:
            return "form"

        @anonymous_required("plain")
        def post(self) -> str:
            return "posted"

    app.add_url_rule("/form", view_func=Form.as_view("form"))

    assert [browser.get("/form").text, browser.post("/form").text] == ["form", "posted"]
    browser.get("/login/1")
    assert [browser.get("/form").location, browser.post("/form").location] == ["/", "/plain"]


@pytest.mark.parametrize("guard", GUARDS.values(), ids=GUARDS)
def test_view_keeps_its_name_and_signature(guard: t.Any) -> None:
    def view(page: int, size: int = 10) -> str:
        """A view."""
        return ""

    guarded = guard(view)

    assert (guarded.__name__, guarded.__doc__) == ("view", "A view.")
    assert inspect.signature(guarded) == inspect.signature(view)


def test_form_is_open_where_a_login_is_required_by_default(
    app: Flask, login_manager: LoginManager, client: FlaskClient
) -> None:
    add_form(app)
    login_manager.login_view = "form"
    app.config["LOGIN_REQUIRED_BY_DEFAULT"] = True

    assert client.get("/form").text == "form"
