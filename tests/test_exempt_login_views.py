"""Where users are sent to log in stays open, however it is named."""

from __future__ import annotations

import pytest
from flask import Blueprint
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import create_environ
from werkzeug.test import run_wsgi_app

from flask_login import LoginManager


@pytest.fixture(autouse=True)
def closed(app: Flask, login_manager: LoginManager) -> Flask:
    """A closed application with forms at ``/form`` and in the blueprints ``shop``, ``admin`` and
    ``shop.cart``.
    """
    app.config["LOGIN_REQUIRED_BY_DEFAULT"] = True
    app.add_url_rule("/form", "form", lambda: "form", methods=["GET", "POST"])
    app.add_url_rule("/page", "page", lambda: "inside")
    shop, cart, admin = map(make_blueprint, ("shop", "cart", "admin"))
    shop.register_blueprint(cart)
    app.register_blueprint(shop)
    app.register_blueprint(admin)
    return app


def make_blueprint(name: str) -> Blueprint:
    """A blueprint with ``/<name>/form`` and ``/<name>/page``."""
    blueprint = Blueprint(name, __name__, url_prefix=f"/{name}")
    blueprint.add_url_rule("/form", "form", lambda: f"form of {name}")
    blueprint.add_url_rule("/page", "page", lambda: "inside")
    return blueprint


def is_open(client: FlaskClient, path: str, **kwargs: str) -> bool:
    return client.get(path, **kwargs).status_code == 200


VIEWS = ["form", "/form", "/form?tab=1", ".form", "http://localhost/form", "https://localhost/form"]


@pytest.mark.parametrize("view", [*VIEWS, lambda: "form", lambda: "/form"], ids=str)
@pytest.mark.parametrize("attribute", ["login_view", "refresh_view"])
def test_view_is_open(
    login_manager: LoginManager, client: FlaskClient, attribute: str, view: object
) -> None:
    setattr(login_manager, attribute, view)

    assert client.get("/form").text == "form"
    assert client.post("/form").text == "form"


@pytest.mark.parametrize("view", VIEWS)
def test_other_views_are_closed(
    login_manager: LoginManager, client: FlaskClient, view: str
) -> None:
    login_manager.login_view = view

    assert not is_open(client, "/page")
    assert not is_open(client, "/admin/page")


@pytest.mark.parametrize("view", [None, "", lambda: None], ids=["none", "empty", "callable"])
def test_no_view_opens_nothing(
    login_manager: LoginManager, client: FlaskClient, view: object
) -> None:
    login_manager.login_view = view  # type: ignore[assignment]

    assert not is_open(client, "/form")


@pytest.mark.parametrize(
    ("view", "path"),
    [
        ("shop.form", "/shop/form"),
        ("shop.cart.form", "/shop/cart/form"),
        ("/admin/form", "/admin/form"),
    ],
)
def test_view_of_a_blueprint_is_open(
    login_manager: LoginManager, client: FlaskClient, view: str, path: str
) -> None:
    login_manager.login_view = view

    assert is_open(client, path)
    assert not is_open(client, "/form")


@pytest.mark.parametrize(
    ("view", "path"),
    [
        ("admin.form", "/admin/form"),
        (".form", "/admin/form"),
        ("form", "/form"),
        ("/form", "/form"),
        (lambda: "admin.form", "/admin/form"),
    ],
    ids=["endpoint", "relative", "of the app", "path", "callable"],
)
def test_login_view_of_a_blueprint_is_open(
    login_manager: LoginManager, client: FlaskClient, view: object, path: str
) -> None:
    login_manager.blueprint_login_views = {"admin": view, "shop": None}  # type: ignore[dict-item]

    assert is_open(client, path)
    assert not is_open(client, "/admin/page")


def test_relative_view_of_a_nested_blueprint_is_open(
    login_manager: LoginManager, client: FlaskClient
) -> None:
    login_manager.blueprint_login_views = {"shop.cart": ".form"}

    assert is_open(client, "/shop/cart/form")


def test_relative_view_of_a_blueprint_opens_no_other_blueprint(
    login_manager: LoginManager, client: FlaskClient
) -> None:
    login_manager.blueprint_login_views = {"admin": ".form"}

    assert not is_open(client, "/shop/form")


def test_redirect_leads_to_the_open_view(login_manager: LoginManager, client: FlaskClient) -> None:
    login_manager.login_view = "shop.form"

    assert client.get(client.get("/page").location).text == "form of shop"


def test_path_below_the_root_of_the_app_is_open(
    login_manager: LoginManager, client: FlaskClient
) -> None:
    login_manager.login_view = "/app/form"

    assert is_open(client, "/form", base_url="http://localhost/app")
    assert not is_open(client, "/form")


@pytest.mark.parametrize(
    "view", ["https://auth.example/form", "http://localhost:8000/form"], ids=["host", "port"]
)
def test_view_elsewhere_opens_nothing_here(
    login_manager: LoginManager, client: FlaskClient, view: str
) -> None:
    login_manager.login_view = view

    assert not is_open(client, "/form")


@pytest.mark.parametrize(
    ("view", "base_url"),
    [
        ("https://Shop.example/form", "https://shop.example"),
        ("https://shop.example:443/form", "https://shop.example"),
    ],
    ids=["letter case", "default port"],
)
def test_url_of_this_site_in_another_spelling_is_open(
    login_manager: LoginManager, client: FlaskClient, view: str, base_url: str
) -> None:
    login_manager.login_view = view

    assert is_open(client, "/form", base_url=base_url)


def test_path_whose_slash_is_added_ends_at_the_open_view(
    app: Flask, login_manager: LoginManager, client: FlaskClient
) -> None:
    app.add_url_rule("/enter/", "enter", lambda: "form")
    login_manager.login_view = "/enter"

    assert client.get(client.get("/page").location).location.startswith("http://localhost/enter/")
    assert is_open(client, "/enter/")


@pytest.mark.parametrize("view", ["/log%20in", "/log in"], ids=["encoded", "decoded"])
def test_path_with_characters_that_urls_encode_is_open(
    app: Flask, login_manager: LoginManager, client: FlaskClient, view: str
) -> None:
    app.add_url_rule("/log in", "log_in", lambda: "form")
    login_manager.login_view = view

    assert is_open(client, client.get("/page").location)


def test_view_is_looked_up_in_each_request(
    login_manager: LoginManager, client: FlaskClient
) -> None:
    login_manager.login_view = "form"
    assert is_open(client, "/form")

    login_manager.login_view = "shop.form"
    assert not is_open(client, "/form")
    assert is_open(client, "/shop/form")


def test_relative_view_of_the_app_and_of_a_blueprint_is_open_in_both(
    login_manager: LoginManager, client: FlaskClient
) -> None:
    login_manager.login_view = ".form"
    login_manager.blueprint_login_views = {"admin": ".form"}

    assert is_open(client, "/admin/form")
    assert is_open(client, "/shop/form")


def test_relative_view_that_a_callable_answers_opens_no_other_blueprint(
    login_manager: LoginManager, client: FlaskClient
) -> None:
    login_manager.blueprint_login_views = {"admin": lambda: ".form"}

    assert is_open(client, "/admin/form")
    assert not is_open(client, "/shop/form")


@pytest.mark.parametrize("host", ["shop.example:port", "[::1", "a b"])
def test_junk_host_header_breaks_nothing(
    app: Flask, login_manager: LoginManager, host: str
) -> None:
    login_manager.login_view = "https://auth.example/form"
    environ = create_environ("/page")
    environ["HTTP_HOST"] = host

    _, status, _ = run_wsgi_app(app, environ)

    assert status in {"302 FOUND", "400 BAD REQUEST"}
