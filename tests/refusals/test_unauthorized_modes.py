"""``LOGIN_UNAUTHORIZED`` and ``blueprint_unauthorized``: which of them counts, and who is who."""

from __future__ import annotations

import typing as t

import pytest
from flask import Blueprint
from flask import Flask
from flask.testing import FlaskClient

from flask_login import login_required
from flask_login import LoginManager

HTML = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def make_blueprint(name: str) -> Blueprint:
    blueprint = Blueprint(name, __name__, url_prefix=f"/{name}")
    blueprint.add_url_rule("/", "page", login_required(lambda: "inside"))
    return blueprint


@pytest.fixture(autouse=True)
def modes(app: Flask, login_manager: LoginManager) -> dict[str, str]:
    """How the blueprints ``shop``, ``shop.cart`` and ``admin`` answer."""
    shop = make_blueprint("shop")
    shop.register_blueprint(make_blueprint("cart"))
    app.register_blueprint(shop)
    app.register_blueprint(make_blueprint("admin"))
    app.add_url_rule("/", "index", login_required(lambda: "inside"))
    login_manager.login_view = "/log-in"
    return login_manager.blueprint_unauthorized


def codes(client: FlaskClient) -> list[int]:
    """How the app answers, and ``admin``, ``shop`` and ``shop.cart``."""
    paths = ("/", "/admin/", "/shop/", "/shop/cart/")
    return [client.get(path).status_code for path in paths]


def test_redirect_is_the_default(client: FlaskClient) -> None:
    assert codes(client) == [302, 302, 302, 302]


def test_setting_is_for_the_whole_app(app: Flask, client: FlaskClient) -> None:
    app.config["LOGIN_UNAUTHORIZED"] = "status"

    assert codes(client) == [401, 401, 401, 401]


def test_entry_is_for_a_blueprint_and_those_in_it(
    client: FlaskClient, modes: dict[str, str]
) -> None:
    modes["shop"] = "status"

    assert codes(client) == [302, 302, 401, 401]


@pytest.mark.parametrize("key", ["shop.cart", "cart"], ids=["dotted name", "own name"])
def test_entry_of_a_nested_blueprint_comes_first(
    client: FlaskClient, modes: dict[str, str], key: str
) -> None:
    modes.update({"shop": "status", key: "redirect"})

    assert codes(client) == [302, 302, 401, 302]


def test_entry_wins_over_the_setting(
    app: Flask, client: FlaskClient, modes: dict[str, str]
) -> None:
    app.config["LOGIN_UNAUTHORIZED"] = "status"
    modes["admin"] = "redirect"

    assert codes(client) == [401, 302, 401, 401]


def test_secure_defaults_tell_callers_apart(app: Flask, client: FlaskClient) -> None:
    app.config["LOGIN_DEFAULTS"] = "secure"

    assert client.get("/").status_code == 401
    assert client.get("/", headers={"Accept": HTML}).status_code == 302


def test_handler_answers_in_every_mode(
    app: Flask, login_manager: LoginManager, client: FlaskClient, modes: dict[str, str]
) -> None:
    login_manager.unauthorized_handler(lambda: ("who are you?", 418))
    app.config["LOGIN_UNAUTHORIZED"] = "auto"
    modes["shop"] = "status"

    assert codes(client) == [418, 418, 418, 418]


@pytest.mark.parametrize("mode", ["Auto", "json", "", None, True], ids=repr)
def test_wrong_setting_is_an_error_at_start(app: Flask, mode: object) -> None:
    app.config["LOGIN_UNAUTHORIZED"] = mode

    with pytest.raises(ValueError, match="LOGIN_UNAUTHORIZED must be 'redirect' or 'auto' or"):
        LoginManager(app)


@pytest.mark.parametrize("mode", ["Auto", "json", "", None], ids=repr)
def test_wrong_entry_is_an_error_that_names_the_attribute(
    client: FlaskClient, modes: dict[str, t.Any], mode: object
) -> None:
    modes["shop"] = mode

    with pytest.raises(ValueError, match="blueprint_unauthorized must be"):
        client.get("/shop/")


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"Sec-Fetch-Mode": "navigate"}, 302),
        ({"Sec-Fetch-Dest": "document"}, 401),
        ({"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "fencedframe"}, 302),
        ({"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "embed"}, 302),
        ({"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "object"}, 302),
        ({"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "frame"}, 302),
        ({"Sec-Fetch-Mode": "navigate", "Accept": "application/json"}, 302),
        ({"Sec-Fetch-Mode": "navigate", "HX-Request": "true"}, 302),
        ({"Sec-Fetch-Mode": "cors", "Accept": HTML}, 302),
        ({"Sec-Fetch-Mode": "same-origin", "Sec-Fetch-Dest": "empty", "Accept": HTML}, 302),
        ({"X-Requested-With": "XMLHttpRequest", "Accept": "text/html, */*; q=0.01"}, 302),
        ({"X-Requested-With": "XMLHttpRequest", "Accept": "application/json, */*; q=0.01"}, 401),
        ({"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "script"}, 401),
        ({"Sec-Fetch-Mode": "websocket", "Sec-Fetch-Dest": "websocket"}, 401),
        ({"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "image"}, 302),
        ({"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "empty"}, 302),
        ({"Sec-Fetch-Dest": "image", "Accept": HTML}, 302),
        ({"HX-Request": "true", "Accept": HTML}, 401),
        ({"HX-Request": "true", "HX-Boosted": "true"}, 302),
        ({"HX-Request": "false", "Accept": HTML}, 302),
        ({"Accept": HTML}, 302),
        ({"Accept": "TEXT/HTML"}, 302),
        ({"Accept": "text/html, application/json"}, 302),
        ({"Accept": "text/html;q=0.5, application/json"}, 401),
        ({"Accept": "application/json, text/html;q=0.9, */*;q=0.1"}, 401),
        ({"Accept": "text/html;q=0, */*"}, 401),
        ({"Accept": "text/html;q=0"}, 401),
        ({"Accept": "text/*"}, 401),
        ({"Accept": "*/*"}, 401),
        ({"Accept": "application/xml"}, 401),
        ({"Accept": ""}, 401),
        ({"Accept": "nonsense"}, 401),
        ({}, 401),
    ],
    ids=repr,
)
def test_caller_is_known_by_the_headers(
    app: Flask, client: FlaskClient, headers: dict[str, str], code: int
) -> None:
    app.config["LOGIN_UNAUTHORIZED"] = "auto"

    assert client.get("/", headers=headers).status_code == code


@pytest.mark.parametrize("login_view", [None, ""], ids=repr)
def test_htmx_without_a_login_view_is_told_401_alone(
    app: Flask, login_manager: LoginManager, client: FlaskClient, login_view: str | None
) -> None:
    app.config["LOGIN_UNAUTHORIZED"] = "auto"
    login_manager.login_view = login_view

    response = client.get("/", headers={"HX-Request": "true"})

    assert (response.status_code, response.headers.get("HX-Redirect")) == (401, None)


def test_htmx_keeps_the_page_in_the_session(
    app: Flask, client: FlaskClient, session_of: t.Callable[[FlaskClient], dict[str, t.Any]]
) -> None:
    app.config.update(LOGIN_UNAUTHORIZED="auto", USE_SESSION_FOR_NEXT=True)
    headers = {"HX-Request": "true", "HX-Current-URL": "http://localhost/list"}

    assert client.get("/", headers=headers).headers["HX-Redirect"] == "/log-in"
    assert session_of(client)["next"] == "/list"


def test_answer_by_a_status_leaves_the_saved_page_alone(
    app: Flask, client: FlaskClient, session_of: t.Callable[[FlaskClient], dict[str, t.Any]]
) -> None:
    app.config.update(LOGIN_UNAUTHORIZED="auto", USE_SESSION_FOR_NEXT=True)
    client.get("/", headers={"Accept": HTML})
    client.get("/", headers={"Accept": "*/*"})

    assert session_of(client)["next"] == "/"


def test_message_is_shown_on_the_login_page_of_htmx(
    app: Flask, client: FlaskClient, session_of: t.Callable[[FlaskClient], dict[str, t.Any]]
) -> None:
    app.config["LOGIN_UNAUTHORIZED"] = "auto"
    client.get("/", headers={"HX-Request": "true"})

    assert session_of(client)["_flashes"] == [("message", "Please log in to access this page.")]
