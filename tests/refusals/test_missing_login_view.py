"""A ``login_view`` that names an endpoint that does not exist is an error that names it."""

from __future__ import annotations

import typing as t

import pytest
from flask import Blueprint
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import BuildError

from flask_login import fresh_login_required
from flask_login import login_required
from flask_login import LoginManager

missing = pytest.raises(LookupError, match=r"'auth\.entrance'")


@pytest.fixture(autouse=True)
def views(app: Flask) -> None:
    app.add_url_rule("/page", "page", login_required(lambda: "inside"))
    app.add_url_rule("/settings", "settings", fresh_login_required(lambda: "inside"))


@pytest.mark.parametrize(
    "view", ["auth.entrance", lambda: "auth.entrance"], ids=["name", "callable"]
)
def test_missing_login_view_is_named(
    login_manager: LoginManager, client: FlaskClient, view: t.Any
) -> None:
    login_manager.login_view = view

    with missing:
        client.get("/page")


def test_missing_refresh_view_is_named(login_manager: LoginManager, browser: FlaskClient) -> None:
    login_manager.refresh_view = "auth.entrance"
    browser.get("/login/1?stale")

    with missing:
        browser.get("/settings")


def test_missing_login_view_of_a_blueprint_is_named(
    app: Flask, login_manager: LoginManager, client: FlaskClient
) -> None:
    shop = Blueprint("shop", __name__, url_prefix="/shop")
    shop.add_url_rule("/", "page", login_required(lambda: "inside"))
    app.register_blueprint(shop)
    login_manager.blueprint_login_views["shop"] = "auth.entrance"

    with missing:
        client.get("/shop/")


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Mode": "navigate"}, {"HX-Request": "true"}])
def test_missing_login_view_is_named_to_pages_and_htmx(
    app: Flask, login_manager: LoginManager, client: FlaskClient, headers: dict[str, str]
) -> None:
    app.config["LOGIN_UNAUTHORIZED"] = "auto"
    login_manager.login_view = "auth.entrance"

    with missing:
        client.get("/page", headers=headers)


def test_missing_login_view_of_a_closed_app_is_named(
    app: Flask, login_manager: LoginManager, client: FlaskClient
) -> None:
    app.config["LOGIN_REQUIRED_BY_DEFAULT"] = True
    login_manager.login_view = "auth.entrance"

    with missing:
        client.get("/page")


def test_error_says_what_to_correct(login_manager: LoginManager, client: FlaskClient) -> None:
    login_manager.login_view = "auth.entrance"

    with pytest.raises(LookupError, match="Correct 'login_view', 'refresh_view' or"):
        client.get("/page")


def test_error_keeps_its_cause(login_manager: LoginManager, client: FlaskClient) -> None:
    login_manager.login_view = "auth.entrance"

    with pytest.raises(LookupError) as caught:
        client.get("/page")

    assert isinstance(caught.value.__cause__, BuildError)


@pytest.mark.parametrize("options", [{"build_only": True}, {"redirect_to": "/sso"}], ids=str)
@pytest.mark.parametrize("closed", [False, True], ids=["open", "closed"])
def test_endpoint_without_a_view_is_not_missing(
    app: Flask,
    login_manager: LoginManager,
    client: FlaskClient,
    options: dict[str, t.Any],
    closed: bool,
) -> None:
    app.config["LOGIN_REQUIRED_BY_DEFAULT"] = closed
    app.add_url_rule("/entrance", "auth.entrance", **options)
    login_manager.login_view = "auth.entrance"

    assert client.get("/page").location == "/entrance?next=%2Fpage"


def test_endpoint_that_the_application_resolves_itself_is_not_missing(
    login_manager: LoginManager, users: t.Any
) -> None:
    class App(Flask):
        def url_for(self, endpoint: str, **values: t.Any) -> str:  # type: ignore[override]
            return f"/of/{endpoint}"

    app = App("app")
    app.secret_key = "deterministic"
    login_manager.init_app(app)
    app.add_url_rule("/page", "page", login_required(lambda: "inside"))
    login_manager.login_view = "auth.entrance"

    assert app.test_client().get("/page").location == "/of/auth.entrance?next=%2Fpage"


def test_error_is_no_build_error(login_manager: LoginManager, client: FlaskClient) -> None:
    login_manager.login_view = "auth.entrance"

    with pytest.raises(LookupError) as caught:
        client.get("/page")

    assert not isinstance(caught.value, BuildError)


def test_missing_relative_endpoint_is_named(
    login_manager: LoginManager, client: FlaskClient
) -> None:
    login_manager.login_view = ".entrance"

    with pytest.raises(LookupError, match=r"'\.entrance'"):
        client.get("/page")


def test_nothing_is_flashed_before_the_error(
    app: Flask,
    login_manager: LoginManager,
    client: FlaskClient,
    session_of: t.Callable[[FlaskClient], dict[str, t.Any]],
) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    login_manager.login_view = "auth.entrance"

    assert client.get("/page").status_code == 500
    assert session_of(client) == {}


def test_endpoint_that_needs_arguments_exists(
    app: Flask, login_manager: LoginManager, client: FlaskClient
) -> None:
    app.add_url_rule("/<tenant>/login", "auth.entrance", lambda tenant: "")
    login_manager.login_view = "auth.entrance"

    with pytest.raises(BuildError, match="tenant"):
        client.get("/page")


def test_endpoint_that_a_url_build_error_handler_answers_for_is_not_missing(
    app: Flask, login_manager: LoginManager, client: FlaskClient
) -> None:
    app.url_build_error_handlers.append(lambda error, endpoint, values: "/elsewhere")
    login_manager.login_view = "auth.entrance"

    assert client.get("/page").location == "/elsewhere?next=%2Fpage"


def test_endpoint_may_be_added_after_the_manager_was_set_up(
    app: Flask, login_manager: LoginManager, client: FlaskClient
) -> None:
    login_manager.login_view = "auth.entrance"
    app.add_url_rule("/entrance", "auth.entrance", lambda: "")

    assert client.get("/page").location == "/entrance?next=%2Fpage"


def test_users_who_are_let_in_see_no_error(
    login_manager: LoginManager, browser: FlaskClient
) -> None:
    login_manager.login_view = "auth.entrance"
    browser.get("/login/1")

    assert browser.get("/page").text == "inside"


def test_answer_by_a_status_needs_no_login_view(
    app: Flask, login_manager: LoginManager, client: FlaskClient
) -> None:
    app.config["LOGIN_UNAUTHORIZED"] = "status"
    login_manager.login_view = "auth.entrance"

    assert client.get("/page").status_code == 401
