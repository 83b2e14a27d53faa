from __future__ import annotations

import pytest
from flask import Blueprint
from flask import Flask
from flask.testing import FlaskClient

from flask_login import login_required
from flask_login import LoginManager
from flask_login import set_login_view


def make_blueprint(name: str) -> Blueprint:
    """A blueprint with one guarded view, ``/<name>/``."""
    blueprint = Blueprint(name, __name__, url_prefix=f"/{name}")
    blueprint.add_url_rule("/", "page", login_required(lambda: "inside"))
    return blueprint


@pytest.fixture
def shop() -> Blueprint:
    return make_blueprint("shop")


@pytest.fixture
def admin() -> Blueprint:
    return make_blueprint("admin")


@pytest.fixture
def views(
    app: Flask, login_manager: LoginManager, shop: Blueprint, admin: Blueprint
) -> dict[str, str | None]:
    """The login views of ``shop`` and ``admin``, and of ``shop.cart`` and ``shop.cart.items``."""
    cart = make_blueprint("cart")
    cart.register_blueprint(make_blueprint("items"))
    shop.register_blueprint(cart)
    app.register_blueprint(shop)
    app.register_blueprint(admin)
    app.add_url_rule("/", "index", login_required(lambda: "inside"))
    login_manager.login_view = "/app-login"
    return login_manager.blueprint_login_views


def login_view_of(client: FlaskClient, path: str) -> str | None:
    """Where an anonymous user is sent who asks for a guarded view."""
    response = client.get(path)
    return response.location and response.location.partition("?")[0]


def test_blueprint_has_its_own_login_view(
    client: FlaskClient, views: dict[str, str | None]
) -> None:
    views["shop"] = "/shop-login"

    assert login_view_of(client, "/shop/") == "/shop-login"


@pytest.mark.parametrize("path", ["/", "/admin/"], ids=["app", "other blueprint"])
def test_views_elsewhere_use_the_login_view_of_the_app(
    client: FlaskClient, views: dict[str, str | None], path: str
) -> None:
    views["shop"] = "/shop-login"

    assert login_view_of(client, path) == "/app-login"


def test_login_view_of_a_blueprint_needs_none_of_the_app(
    login_manager: LoginManager, client: FlaskClient, views: dict[str, str | None]
) -> None:
    login_manager.login_view = None
    views["shop"] = "/shop-login"

    assert login_view_of(client, "/shop/") == "/shop-login"
    assert client.get("/admin/").status_code == 401


def test_blueprint_whose_login_view_is_none_answers_401(
    client: FlaskClient, views: dict[str, str | None]
) -> None:
    views["shop"] = None

    assert client.get("/shop/").status_code == 401
    assert login_view_of(client, "/admin/") == "/app-login"


@pytest.mark.parametrize("path", ["/shop/cart/", "/shop/cart/items/"], ids=["child", "grandchild"])
def test_nested_blueprint_inherits_the_login_view(
    client: FlaskClient, views: dict[str, str | None], path: str
) -> None:
    views["shop"] = "/shop-login"

    assert login_view_of(client, path) == "/shop-login"


@pytest.mark.parametrize("path", ["/shop/cart/", "/shop/cart/items/"], ids=["child", "grandchild"])
def test_nested_blueprint_inherits_none(
    client: FlaskClient, views: dict[str, str | None], path: str
) -> None:
    views["shop"] = None

    assert client.get(path).status_code == 401


@pytest.mark.parametrize("key", ["shop.cart", "cart"], ids=["dotted name", "own name"])
def test_nested_blueprint_has_its_own_login_view(
    client: FlaskClient, views: dict[str, str | None], key: str
) -> None:
    views.update({"shop": "/shop-login", key: "/cart-login"})

    assert login_view_of(client, "/shop/cart/") == "/cart-login"
    assert login_view_of(client, "/shop/cart/items/") == "/cart-login"
    assert login_view_of(client, "/shop/") == "/shop-login"


def test_dotted_name_wins_over_the_own_name(
    client: FlaskClient, views: dict[str, str | None]
) -> None:
    views.update({"cart": "/any-cart-login", "shop.cart": "/shop-cart-login"})

    assert login_view_of(client, "/shop/cart/") == "/shop-cart-login"


def test_own_name_wins_over_the_parent(client: FlaskClient, views: dict[str, str | None]) -> None:
    views.update({"shop.cart": "/cart-login", "items": None})

    assert client.get("/shop/cart/items/").status_code == 401


def test_request_without_an_endpoint_uses_the_login_view_of_the_app(
    app: Flask, client: FlaskClient, views: dict[str, str | None]
) -> None:
    app.before_request(login_required(lambda: None))
    views["shop"] = "/shop-login"

    assert login_view_of(client, "/shop/nowhere") == "/app-login"


def test_set_login_view_sets_that_of_the_app(
    app: Flask, login_manager: LoginManager, client: FlaskClient, views: dict[str, str | None]
) -> None:
    with app.app_context():
        set_login_view("/new-login")

    assert login_manager.login_view == "/new-login"
    assert login_view_of(client, "/admin/") == "/new-login"


def test_set_login_view_sets_that_of_a_blueprint(
    app: Flask, client: FlaskClient, views: dict[str, str | None], shop: Blueprint
) -> None:
    with app.app_context():
        set_login_view("/shop-login", blueprint=shop)

    assert views == {"shop": "/shop-login"}
    assert login_view_of(client, "/shop/") == "/shop-login"
    assert login_view_of(client, "/") == "/app-login"


def test_set_login_view_keeps_what_was_set_before(
    app: Flask,
    client: FlaskClient,
    views: dict[str, str | None],
    shop: Blueprint,
    admin: Blueprint,
) -> None:
    with app.app_context():
        set_login_view("/shop-login", blueprint=shop)
        set_login_view("/new-login")
        set_login_view("/admin-login", blueprint=admin)

    found = [login_view_of(client, path) for path in ("/", "/shop/", "/admin/")]
    assert found == ["/new-login", "/shop-login", "/admin-login"]


def test_set_login_view_to_none_answers_401(
    app: Flask, client: FlaskClient, views: dict[str, str | None], shop: Blueprint
) -> None:
    with app.app_context():
        set_login_view(None, blueprint=shop)

    assert client.get("/shop/").status_code == 401
    assert login_view_of(client, "/") == "/app-login"


def test_set_login_view_stores_under_the_own_name_of_a_nested_blueprint(
    app: Flask, login_manager: LoginManager
) -> None:
    parent, child = make_blueprint("parent"), make_blueprint("child")
    parent.register_blueprint(child)
    app.register_blueprint(parent)

    with app.app_context():
        set_login_view("/child-login", blueprint=child)

    assert login_manager.blueprint_login_views == {"child": "/child-login"}
    assert login_view_of(app.test_client(), "/parent/child/") == "/child-login"
