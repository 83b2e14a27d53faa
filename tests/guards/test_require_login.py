"""``LoginManager.require_login`` closes one blueprint, and those nested in it."""

from __future__ import annotations

import pytest
from flask import Blueprint
from flask import Flask
from flask.testing import FlaskClient

from flask_login import LoginManager


def make_blueprint(name: str) -> Blueprint:
    """A blueprint with one view, ``/<name>/``."""
    blueprint = Blueprint(name, __name__, url_prefix=f"/{name}")
    blueprint.add_url_rule("/", "page", lambda: "inside")
    return blueprint


@pytest.fixture
def shop(app: Flask, login_manager: LoginManager) -> Blueprint:
    """``shop``, in which ``shop.cart`` and ``shop.cart.items`` are, beside ``admin``."""
    shop, cart = make_blueprint("shop"), make_blueprint("cart")
    cart.register_blueprint(make_blueprint("items"))
    shop.register_blueprint(cart)
    app.register_blueprint(shop)
    app.register_blueprint(make_blueprint("admin"))
    return shop


@pytest.fixture
def closed_shop(login_manager: LoginManager, shop: Blueprint) -> Blueprint:
    login_manager.require_login(shop)
    return shop


@pytest.mark.parametrize("path", ["/shop/", "/shop/cart/", "/shop/cart/items/"])
def test_views_of_the_blueprint_and_of_nested_ones_are_closed(
    browser: FlaskClient, closed_shop: Blueprint, path: str
) -> None:
    assert browser.get(path).status_code == 401
    browser.get("/login/1")
    assert browser.get(path).text == "inside"


@pytest.mark.parametrize("path", ["/plain", "/admin/"])
def test_other_views_stay_open(browser: FlaskClient, closed_shop: Blueprint, path: str) -> None:
    assert browser.get(path).status_code == 200


def test_view_whose_endpoint_only_looks_like_that_of_a_blueprint_stays_open(
    app: Flask, browser: FlaskClient, closed_shop: Blueprint
) -> None:
    app.add_url_rule("/dotted", "no.blueprint", lambda: "open")

    assert browser.get("/dotted").text == "open"


def test_nested_blueprint_is_closed_and_its_parent_open(
    app: Flask, login_manager: LoginManager, browser: FlaskClient
) -> None:
    parent, child = make_blueprint("parent"), make_blueprint("child")
    login_manager.require_login(child)
    parent.register_blueprint(child)
    app.register_blueprint(parent)

    assert browser.get("/parent/").status_code == 200
    assert browser.get("/parent/child/").status_code == 401


def test_blueprint_is_closed_under_each_of_its_names(
    app: Flask, browser: FlaskClient, closed_shop: Blueprint
) -> None:
    app.register_blueprint(closed_shop, name="market", url_prefix="/market")

    assert browser.get("/market/").status_code == 401


def test_blueprint_is_closed_in_each_app_of_the_manager(
    login_manager: LoginManager, closed_shop: Blueprint
) -> None:
    other = Flask("other")
    other.secret_key = "deterministic"
    login_manager.init_app(other)
    other.register_blueprint(closed_shop)

    assert other.test_client().get("/shop/").status_code == 401


def test_blueprint_of_a_manager_that_took_the_application_over_by_assignment_is_closed(
    app: Flask, browser: FlaskClient, shop: Blueprint
) -> None:
    successor = LoginManager()
    successor.user_loader(lambda _: None)
    successor.require_login(shop)
    app.login_manager = successor  # type: ignore[attr-defined]

    assert browser.get("/shop/").status_code == 401


def test_refusal_is_that_of_the_blueprint(
    login_manager: LoginManager, browser: FlaskClient, closed_shop: Blueprint
) -> None:
    login_manager.blueprint_login_views["shop"] = "/shop-login"

    assert browser.get("/shop/cart/").location == "/shop-login?next=%2Fshop%2Fcart%2F"


def test_unknown_page_of_the_blueprint_is_not_found(
    browser: FlaskClient, closed_shop: Blueprint
) -> None:
    assert browser.get("/shop/nowhere").status_code == 404
    assert browser.post("/shop/").status_code == 405


def test_login_disabled_opens_the_blueprint(
    app: Flask, browser: FlaskClient, closed_shop: Blueprint
) -> None:
    app.config["LOGIN_DISABLED"] = True

    assert browser.get("/shop/").status_code == 200


def test_blueprint_stays_closed_under_another_manager(
    app: Flask, browser: FlaskClient, closed_shop: Blueprint
) -> None:
    LoginManager(app).user_loader(lambda user_id: None)

    assert browser.get("/shop/").status_code == 401


def test_blueprint_that_is_closed_later_is_closed_under_another_manager(
    app: Flask, login_manager: LoginManager, browser: FlaskClient, shop: Blueprint
) -> None:
    LoginManager(app).user_loader(lambda user_id: None)
    login_manager.require_login(shop)

    assert browser.get("/shop/").status_code == 401


def test_manager_that_takes_over_closes_its_own_blueprints_too(
    app: Flask, browser: FlaskClient, closed_shop: Blueprint
) -> None:
    other = LoginManager(app)
    other.user_loader(lambda user_id: None)
    other.require_login(app.blueprints["admin"])

    assert [browser.get(path).status_code for path in ("/shop/", "/admin/")] == [401, 401]


def test_name_of_a_blueprint_closes_nothing_and_is_an_error(login_manager: LoginManager) -> None:
    with pytest.raises(TypeError, match="takes a Blueprint, not 'admin'"):
        login_manager.require_login("admin")  # type: ignore[arg-type]
