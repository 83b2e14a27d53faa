"""Where users are sent to log in stays open, however it is named."""

from __future__ import annotations

import typing as t

import pytest
from flask import Blueprint
from flask import Flask
from flask import request
from flask import url_for
from flask.testing import FlaskClient
from werkzeug.local import LocalProxy
from werkzeug.routing import Rule
from werkzeug.test import create_environ
from werkzeug.test import run_wsgi_app

from flask_login import fresh_login_required
from flask_login import login_exempt
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


VIEWS = ["form", "/form", "/form?tab=1", ".form"]


@pytest.mark.parametrize("view", VIEWS)
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
    ],
    ids=["endpoint", "relative", "of the app", "path"],
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
    app: Flask, login_manager: LoginManager, client: FlaskClient
) -> None:
    app.config["APPLICATION_ROOT"] = "/app"
    login_manager.login_view = "/app/form"

    assert is_open(client, "/form", base_url="http://localhost/app")
    assert is_open(client, "/form", base_url="http://localhost")


@pytest.mark.parametrize("view", ["/form", "/application/form", "/app"])
def test_path_outside_the_root_of_the_app_opens_nothing(
    app: Flask, login_manager: LoginManager, client: FlaskClient, view: str
) -> None:
    app.config["APPLICATION_ROOT"] = "/app/"
    login_manager.login_view = view

    assert not is_open(client, "/form")


def test_path_that_is_the_root_of_the_app_opens_its_index(
    app: Flask, login_manager: LoginManager, client: FlaskClient
) -> None:
    app.config["APPLICATION_ROOT"] = "/app"
    app.add_url_rule("/", "index", lambda: "form")
    login_manager.login_view = "/app"

    assert is_open(client, "/")


@pytest.mark.parametrize(
    "view",
    ["https://auth.example/form", "http://localhost/form", "//localhost/form", "https://a:b/form"],
    ids=["elsewhere", "this host", "no scheme", "not a port"],
)
def test_view_on_a_host_opens_nothing_here(
    login_manager: LoginManager, client: FlaskClient, view: str
) -> None:
    login_manager.unauthorized_handler(lambda: ("who are you?", 401))
    login_manager.login_view = view

    assert not is_open(client, "/form")


@pytest.mark.parametrize(
    ("view", "opens"),
    [
        ("https://shop.example/form", True),
        ("http://Shop.example/form", True),
        ("https://shop.example:443/form", True),
        ("//shop.example/form", True),
        ("https://shop.example:8443/form", False),
        ("https://www.shop.example/form", False),
    ],
)
@pytest.mark.parametrize("host", ["shop.example", "www.shop.example"])
def test_view_on_the_host_of_the_settings_is_open(
    app: Flask, login_manager: LoginManager, view: str, opens: bool, host: str
) -> None:
    app.config["SERVER_NAME"] = "shop.example"
    login_manager.login_view = view
    status = app.test_client().get("/form", base_url=f"https://{host}").status_code

    # Flask before 3.1 finds nothing on another host.
    assert status == 404 or (status == 200) is opens


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


def test_relative_view_leads_into_a_nested_blueprint(
    login_manager: LoginManager, client: FlaskClient
) -> None:
    login_manager.blueprint_login_views = {"shop": ".cart.form"}

    assert client.get("/shop/page").location == "/shop/cart/form?next=%2Fshop%2Fpage"
    assert is_open(client, "/shop/cart/form")


@pytest.mark.parametrize(
    "view",
    [lambda: "form", lambda: "/form", LocalProxy(lambda: "form")],
    ids=["endpoint", "path", "proxy"],
)
def test_view_that_is_computed_opens_nothing(
    app: Flask, login_manager: LoginManager, client: FlaskClient, view: t.Any
) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    login_manager.login_view = view

    assert not is_open(client, "/form")


@pytest.mark.parametrize(
    "view",
    [lambda: "form", lambda: "/form", LocalProxy(lambda: "form")],
    ids=["endpoint", "path", "proxy"],
)
def test_view_that_is_computed_is_an_error_where_it_is_closed(
    login_manager: LoginManager, client: FlaskClient, view: t.Any
) -> None:
    login_manager.login_view = view

    with pytest.raises(
        RuntimeError, match=r"form', which requires a login itself.* 'login_exempt'"
    ):
        client.get("/page")


@pytest.mark.parametrize("view", [lambda: ".form", lambda: "/shop/form"], ids=["relative", "path"])
def test_computed_view_of_a_closed_blueprint_is_an_error(
    app: Flask, login_manager: LoginManager, client: FlaskClient, view: t.Any
) -> None:
    app.config["LOGIN_REQUIRED_BY_DEFAULT"] = False
    login_manager.require_login(app.blueprints["shop"])
    login_manager.login_view = view

    with pytest.raises(RuntimeError, match="requires a login itself"):
        client.get("/shop/page")


@pytest.mark.parametrize("view", ["enter", "/de/enter"])
def test_view_that_is_computed_is_open_where_it_is_marked(
    app: Flask, login_manager: LoginManager, client: FlaskClient, view: str
) -> None:
    app.add_url_rule("/<lang>/enter", "page_to_enter", login_exempt(lambda lang: "form"))
    app.add_url_rule("/enter", "enter", login_exempt(lambda: "form"))
    login_manager.login_view = lambda: view

    assert client.get(client.get("/page").location).text == "form"


@pytest.mark.parametrize("view", ["/nowhere", "https://sso.example/form", "/app/form"])
def test_view_that_is_computed_may_be_elsewhere(
    login_manager: LoginManager, client: FlaskClient, view: str
) -> None:
    login_manager.login_view = lambda: view

    assert str(client.get("/page").location).startswith(f"{view}?next=")


def test_computed_view_below_the_prefix_of_the_request_is_an_error(
    login_manager: LoginManager, client: FlaskClient
) -> None:
    login_manager.login_view = lambda: url_for("form")

    with pytest.raises(RuntimeError, match="'/app/form', which requires a login itself"):
        client.get("/page", base_url="http://localhost/app")


def test_computed_refresh_view_may_be_closed(
    app: Flask, login_manager: LoginManager, client: FlaskClient
) -> None:
    app.add_url_rule("/fresh", "fresh", fresh_login_required(lambda: "inside"))
    login_manager.refresh_view = lambda: "form"

    with client.session_transaction() as session:
        session["_user_id"] = "1"

    assert client.get(client.get("/fresh").location).text == "form"


def test_endpoint_without_a_rule_opens_nothing(
    app: Flask, login_manager: LoginManager, client: FlaskClient
) -> None:
    app.view_functions["enter"] = lambda: "form"
    app.url_build_error_handlers.append(lambda error, endpoint, values: "/elsewhere")
    login_manager.login_view = lambda: "enter"

    assert client.get("/page").location == "/elsewhere?next=%2Fpage"


ATTACKS = {
    "query": "/page?lang=page%23",
    "question mark": "/page?lang=page%3F",
    "host": "/page?lang=/evil.example",
    "backslash": "/page?lang=%5Cevil.example",
    "line ends": "/page?lang=%0d%0a",
    "bracket": "/page?lang=/[",
}


@pytest.mark.parametrize("url", ATTACKS.values(), ids=ATTACKS)
def test_view_that_is_computed_from_the_request_opens_nothing(
    app: Flask, login_manager: LoginManager, client: FlaskClient, url: str
) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    login_manager.login_view = lambda: f"/{request.args['lang']}/login"
    response = client.get(url)

    assert response.text != "inside"
    assert response.location is None


@pytest.mark.parametrize("host", ["sso.example", "localhost"])
@pytest.mark.parametrize("attribute", ["login_view", "refresh_view"])
def test_host_header_opens_nothing(
    app: Flask, login_manager: LoginManager, client: FlaskClient, attribute: str, host: str
) -> None:
    app.add_url_rule("/", "index", lambda: "inside")
    setattr(login_manager, attribute, "https://sso.example/")

    assert not is_open(client, "/", base_url=f"https://{host}")


def test_prefix_of_the_request_opens_nothing(
    app: Flask, login_manager: LoginManager, client: FlaskClient
) -> None:
    app.add_url_rule("/", "index", lambda: "inside")
    login_manager.login_view = "/form"

    assert not is_open(client, "/", base_url="http://localhost/form")
    assert is_open(client, "/form", base_url="http://localhost/form")


@pytest.mark.parametrize("path", ["/enter", "/enter/", "/other"])
def test_path_opens_no_rule_with_variable_parts(
    app: Flask, login_manager: LoginManager, client: FlaskClient, path: str
) -> None:
    app.add_url_rule("/<path:page>", "catch_all", lambda page: "inside")
    login_manager.login_view = "/enter"

    assert not is_open(client, path)


def test_path_opens_no_catch_all_beside_its_rule(
    app: Flask, login_manager: LoginManager, client: FlaskClient
) -> None:
    app.add_url_rule("/<path:page>", "catch_all", lambda page: "inside")
    login_manager.login_view = "/form"

    assert is_open(client, "/form")
    assert not is_open(client, "/form/")


def test_path_opens_no_other_function_of_the_same_path(
    app: Flask, login_manager: LoginManager, client: FlaskClient
) -> None:
    app.add_url_rule("/enter", "enter", lambda: "form", methods=["GET"])
    app.add_url_rule("/enter", "do_enter", lambda: "done", methods=["POST"])
    login_manager.login_view = "/enter"

    assert client.get("/enter").text == "form"
    assert client.post("/enter").status_code == 302


def test_path_opens_no_other_rule_of_the_same_view(
    app: Flask, login_manager: LoginManager, client: FlaskClient
) -> None:
    app.add_url_rule("/other", "form", defaults={}, methods=["POST"])
    login_manager.login_view = "/form"

    assert client.post("/form").text == "form"
    assert client.post("/other").status_code == 302


@pytest.mark.parametrize("options", [{"redirect_to": "/page"}, {"methods": ["POST"]}], ids=str)
def test_path_that_no_view_answers_opens_nothing(
    app: Flask, login_manager: LoginManager, client: FlaskClient, options: dict[str, t.Any]
) -> None:
    app.add_url_rule("/enter", "enter", lambda: "inside", **options)
    app.add_url_rule("/enter/", "enter_folder", lambda: "inside")
    login_manager.login_view = "/enter"

    assert client.post("/enter").text != "inside"
    assert not is_open(client, "/page")


def test_path_under_host_matching_opens_nothing(login_manager: LoginManager) -> None:
    app = Flask("app", host_matching=True, static_host="localhost")
    app.config.update(SECRET_KEY="deterministic", LOGIN_REQUIRED_BY_DEFAULT=True)
    login_manager.init_app(app)
    app.add_url_rule("/form", "form", lambda: "form", host="localhost")
    login_manager.login_view = "/form"

    assert not is_open(app.test_client(), "/form")
    login_manager.login_view = "form"
    assert is_open(app.test_client(), "/form")


def test_path_beside_rules_of_subdomains_opens_nothing(
    app: Flask, login_manager: LoginManager, client: FlaskClient
) -> None:
    app.add_url_rule("/form", "other_form", lambda: "form", subdomain="shop")
    login_manager.login_view = "/form"

    assert not is_open(client, "/form")


@pytest.mark.parametrize(
    ("view", "warnings"),
    [
        ("/nowhere", 1),
        ("/items/1", 1),
        ("/form", 0),
        ("form", 0),
        ("nowhere", 0),
        ("https://sso.example/form", 0),
        (lambda: "/nowhere", 0),
    ],
    ids=["no rule", "variable", "rule", "endpoint", "no endpoint", "elsewhere", "callable"],
)
def test_path_that_opens_nothing_is_warned_of_once(
    app: Flask,
    login_manager: LoginManager,
    client: FlaskClient,
    caplog: pytest.LogCaptureFixture,
    view: t.Any,
    warnings: int,
) -> None:
    app.add_url_rule("/items/<item>", "item", lambda item: "inside")
    login_manager.login_view = login_manager.refresh_view = view

    for path in ("/none", "/none", "/static/none"):
        client.get(path)
        login_manager.blueprint_login_views[path] = None

    assert [record.name for record in caplog.records] == ["flask_login"] * warnings
    assert all("Name its endpoint" in record.getMessage() for record in caplog.records)


def test_open_application_is_not_warned(
    app: Flask, login_manager: LoginManager, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    app.config["LOGIN_REQUIRED_BY_DEFAULT"] = False
    login_manager.login_view = "/nowhere"
    client.get("/form")

    assert caplog.records == []


def test_rule_for_any_method_is_closed(
    app: Flask, login_manager: LoginManager, client: FlaskClient
) -> None:
    app.url_map.add(Rule("/hole", endpoint="hole"))
    app.view_functions["hole"] = lambda: "inside"

    assert {client.open("/hole", method=m).status_code for m in ("GET", "POST", "FOO")} == {401}


def test_rule_without_a_view_is_closed(
    app: Flask, login_manager: LoginManager, client: FlaskClient
) -> None:
    app.add_url_rule("/hole", "hole")

    assert client.get("/hole").status_code == 401


@pytest.mark.parametrize("host", ["shop.example:port", "[::1", "a b"])
def test_junk_host_header_breaks_nothing(
    app: Flask, login_manager: LoginManager, host: str
) -> None:
    login_manager.login_view = "https://auth.example/form"
    environ = create_environ("/page")
    environ["HTTP_HOST"] = host

    _, status, _ = run_wsgi_app(app, environ)

    assert status in {"302 FOUND", "400 BAD REQUEST"}
