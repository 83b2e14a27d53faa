"""Views and messages that are asked for in each request."""

from __future__ import annotations

import typing as t

import pytest
from flask import Blueprint
from flask import Flask
from flask import get_flashed_messages
from flask import request
from flask.testing import FlaskClient
from werkzeug.local import LocalProxy

from flask_login import fresh_login_required
from flask_login import login_required
from flask_login import LoginManager
from flask_login import set_login_view

VIEWS = {
    "endpoint": ("entrance", "/the/entrance"),
    "path": ("/path", "/path"),
    "url": ("https://localhost/in", "https://localhost/in"),
}
each_view = pytest.mark.parametrize(("view", "location"), VIEWS.values(), ids=VIEWS)


@pytest.fixture(autouse=True)
def views(app: Flask) -> None:
    app.add_url_rule("/page", "page", login_required(lambda: "inside"))
    app.add_url_rule("/settings", "settings", fresh_login_required(lambda: "inside"))
    app.add_url_rule("/the/entrance", "entrance", lambda: "")
    app.add_url_rule("/flashed", "flashed", lambda: get_flashed_messages())


def location_of(client: FlaskClient, path: str = "/page") -> str | None:
    response = client.get(path)
    return response.location and response.location.partition("?")[0]


class Language:
    """What a request asks for, and what is told in it."""

    def __str__(self) -> str:
        return str(request.args.get("lang"))


@each_view
def test_login_view_may_be_a_callable(
    login_manager: LoginManager, client: FlaskClient, view: str, location: str
) -> None:
    login_manager.login_view = lambda: view

    assert location_of(client) == location


@each_view
def test_refresh_view_may_be_a_callable(
    login_manager: LoginManager, browser: FlaskClient, view: str, location: str
) -> None:
    login_manager.refresh_view = lambda: view
    browser.get("/login/1?stale")

    assert location_of(browser, "/settings") == location


@each_view
def test_login_view_of_a_blueprint_may_be_a_callable(
    app: Flask, login_manager: LoginManager, client: FlaskClient, view: str, location: str
) -> None:
    shop = Blueprint("shop", __name__, url_prefix="/shop")
    shop.add_url_rule("/", "page", login_required(lambda: "inside"))
    app.register_blueprint(shop)
    login_manager.blueprint_login_views["shop"] = lambda: view

    assert location_of(client, "/shop/") == location


def test_login_view_that_is_set_may_be_a_callable(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        set_login_view(lambda: "/path")

    assert location_of(client) == "/path"


def test_callable_is_asked_in_each_request(
    login_manager: LoginManager, client: FlaskClient
) -> None:
    login_manager.login_view = lambda: f"/{request.args['lang']}/log-in"

    assert location_of(client, "/page?lang=de") == "/de/log-in"
    assert location_of(client, "/page?lang=fr") == "/fr/log-in"


@each_view
@pytest.mark.parametrize(
    "computed", [LocalProxy, lambda ask: lambda: LocalProxy(ask)], ids=range(2)
)
def test_login_view_may_be_a_proxy(
    login_manager: LoginManager, client: FlaskClient, computed: t.Any, view: str, location: str
) -> None:
    login_manager.login_view = computed(lambda: view)

    assert location_of(client) == location


UNUSABLE = [
    *("//evil.example/in", "/\\evil.example/in", "/\r\n/in", "/\t/evil.example", "http://[/in"),
    "https://localhost:port/in",
]


@pytest.mark.parametrize("view", UNUSABLE, ids=ascii)
@pytest.mark.parametrize("mode", ["redirect", "auto"])
@pytest.mark.parametrize("header", ["Sec-Fetch-Mode", "HX-Request"])
def test_answer_that_leads_elsewhere_or_nowhere_is_no_login_view(
    app: Flask,
    login_manager: LoginManager,
    client: FlaskClient,
    caplog: pytest.LogCaptureFixture,
    view: str,
    mode: str,
    header: str,
) -> None:
    app.config["LOGIN_UNAUTHORIZED"] = mode
    login_manager.login_view = lambda: view
    headers = {header: "navigate" if header == "Sec-Fetch-Mode" else "true"}

    response = client.get("/page", headers=headers)

    assert response.status_code == 401
    assert {"Location", "HX-Redirect"} & set(response.headers.keys()) == set()
    assert [record.getMessage() for record in caplog.records] == [
        f"The login view callable returned {view!r}, which is not an endpoint, a path or a URL."
        " The response is 401 instead."
    ]


@pytest.mark.parametrize("nothing", [None, ""], ids=repr)
def test_callable_that_answers_nothing_is_no_view(
    login_manager: LoginManager, client: FlaskClient, nothing: str | None
) -> None:
    login_manager.login_view = lambda: nothing

    assert client.get("/page").status_code == 401


def test_bound_method_is_a_callable(login_manager: LoginManager, client: FlaskClient) -> None:
    class Tenants:
        def login_view(self) -> str:
            return "/path"

    login_manager.login_view = Tenants().login_view

    assert location_of(client) == "/path"


def test_callable_is_not_asked_for_who_enters(
    login_manager: LoginManager, browser: FlaskClient
) -> None:
    asked: list[str] = []
    login_manager.login_view = lambda: asked.append("view")  # type: ignore[assignment, func-returns-value]
    login_manager.login_message = lambda: asked.append("message")  # type: ignore[func-returns-value]
    browser.get("/login/1")

    assert browser.get("/page").text == "inside"
    assert asked == []


@pytest.fixture
def anonymous(login_manager: LoginManager, client: FlaskClient) -> FlaskClient:
    """A client that is sent to the login view from ``/page``."""
    login_manager.login_view = "/log-in"
    return client


@pytest.mark.parametrize(
    ("message", "flashed"),
    [
        (lambda: "Halt!", ["Halt!"]),
        (lambda: Language(), ["fr"]),
        (Language(), ["fr"]),
        (LocalProxy(lambda: "Halt!"), ["Halt!"]),
        (LocalProxy(lambda: Language()), ["fr"]),
        (lambda: None, []),
        (lambda: "", []),
    ],
    ids=[
        "string",
        "lazy string of a callable",
        "lazy string",
        "proxy",
        "proxy of a lazy string",
        "none",
        "empty",
    ],
)
def test_login_message_may_be_a_callable_or_lazy(
    login_manager: LoginManager, anonymous: FlaskClient, message: t.Any, flashed: list[str]
) -> None:
    login_manager.login_message = message

    anonymous.get("/page?lang=fr")

    assert anonymous.get("/flashed?lang=de").json == flashed


@pytest.mark.parametrize("message", [lambda: "Again!", lambda: Language()], ids=["string", "lazy"])
def test_refresh_message_may_be_a_callable(
    login_manager: LoginManager, browser: FlaskClient, message: t.Any
) -> None:
    login_manager.refresh_view = "/confirm"
    login_manager.needs_refresh_message = message
    browser.get("/login/1?stale")

    browser.get("/settings?lang=Again!")

    assert browser.get("/flashed").json == ["Again!"]


def test_message_is_asked_for_in_each_request(
    login_manager: LoginManager, anonymous: FlaskClient
) -> None:
    login_manager.login_message = lambda: f"In {request.args['lang']}."

    for language in ("de", "fr"):
        anonymous.get(f"/page?lang={language}")

    assert anonymous.get("/flashed").json == ["In de.", "In fr."]


def test_message_of_a_callable_is_localized(
    login_manager: LoginManager, anonymous: FlaskClient
) -> None:
    login_manager.login_message = lambda: "Halt!"
    login_manager.localize_callback = str.upper

    anonymous.get("/page")

    assert anonymous.get("/flashed").json == ["HALT!"]


def test_message_is_not_asked_for_where_none_is_shown(
    app: Flask, login_manager: LoginManager, anonymous: FlaskClient
) -> None:
    asked: list[str] = []
    login_manager.login_message = lambda: asked.append("message")  # type: ignore[func-returns-value]
    app.config["LOGIN_UNAUTHORIZED"] = "status"

    assert anonymous.get("/page").status_code == 401
    assert asked == []
