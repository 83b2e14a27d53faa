from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.local import LocalProxy

from flask_login import login_required
from flask_login import login_url
from flask_login import LoginManager
from flask_login.utils import expand_login_view


@pytest.fixture(autouse=True)
def views(app: Flask) -> None:
    app.add_url_rule("/the/login", "login", lambda: "")
    app.add_url_rule("/guarded", "guarded", login_required(lambda: "inside"))


@pytest.mark.parametrize("url", ["/login", "https://auth.example/login", "http://localhost/login"])
def test_path_or_url_is_expanded_to_itself(url: str) -> None:
    assert expand_login_view(url) == url


@pytest.mark.parametrize(("view", "url"), [("login", "/the/login"), ("/login", "/login")])
def test_proxy_is_the_string_that_it_stands_for(app: Flask, view: str, url: str) -> None:
    with app.test_request_context():
        assert type(expand_login_view(LocalProxy(lambda: view))) is str  # type: ignore[arg-type]
        assert login_url(LocalProxy(lambda: view)) == url  # type: ignore[arg-type]


def test_endpoint_is_expanded_to_its_path(app: Flask) -> None:
    with app.test_request_context():
        assert expand_login_view("login") == "/the/login"


def test_endpoint_is_expanded_to_a_url_outside_a_request(app: Flask) -> None:
    app.config["SERVER_NAME"] = "shop.example"

    with app.app_context():
        assert expand_login_view("login") == "http://shop.example/the/login"


@pytest.mark.parametrize(
    ("login_view", "next_url", "url"),
    [
        ("/foo", None, "/foo"),
        ("https://auth.example/foo", None, "https://auth.example/foo"),
        ("/foo", "http://localhost/page", "/foo?next=%2Fpage"),
        ("/foo", "/page?a=b", "/foo?next=%2Fpage%3Fa%3Db"),
        ("/foo", "/straße", "/foo?next=%2Fstra%C3%9Fe"),
        ("/foo?a=b", "/page", "/foo?a=b&next=%2Fpage"),
        ("/foo?a=", "/page", "/foo?a=&next=%2Fpage"),
        ("/foo?a=b&a=c", "/page", "/foo?a=b&a=c&next=%2Fpage"),
        ("/foo?next=%2Fold", "/page", "/foo?next=%2Fpage"),
        ("/foo#part", "/page", "/foo?next=%2Fpage#part"),
        ("http://localhost/foo", "http://localhost/page", "http://localhost/foo?next=%2Fpage"),
        (
            "https://auth.example/foo",
            "http://localhost/page",
            "https://auth.example/foo?next=http%3A%2F%2Flocalhost%2Fpage",
        ),
    ],
)
def test_login_url_works_outside_a_request(login_view: str, next_url: str, url: str) -> None:
    assert login_url(login_view, next_url) == url


def test_field_of_the_target_can_be_named() -> None:
    assert login_url("/foo", "/page", next_field="back") == "/foo?back=%2Fpage"
    assert login_url("/foo", next_url="/page", next_field="next") == "/foo?next=%2Fpage"


def test_login_url_works_in_an_app_without_login_manager(app: Flask) -> None:
    with app.test_request_context():
        assert login_url("login", "/page") == "/the/login?next=%2Fpage"


@pytest.fixture
def forced_host(app: Flask) -> str:
    app.config["FORCE_HOST_FOR_REDIRECTS"] = "good.com"
    return "good.com"


@pytest.mark.parametrize(
    ("login_view", "url"),
    [
        ("login", "//good.com/the/login"),
        ("/foo", "//good.com/foo"),
        ("http://localhost/foo", "http://good.com/foo"),
    ],
    ids=["endpoint", "path", "this host"],
)
@pytest.mark.parametrize(
    ("next_url", "query"),
    [(None, ""), ("http://localhost/page", "?next=%2Fpage")],
    ids=["without next", "with next"],
)
def test_host_is_forced_on_a_login_url_of_this_site(
    app: Flask, forced_host: str, login_view: str, next_url: str | None, url: str, query: str
) -> None:
    with app.test_request_context("/page"):
        assert login_url(login_view, next_url) == url + query


@pytest.mark.parametrize(
    "login_view",
    ["https://auth.example/foo", "http://localhost:5000/foo"],
    ids=["another host", "another port"],
)
@pytest.mark.parametrize(
    ("next_url", "query"),
    [(None, ""), ("http://localhost/page", "?next=http%3A%2F%2Flocalhost%2Fpage")],
    ids=["without next", "with next"],
)
def test_host_is_not_forced_on_a_login_url_elsewhere(
    app: Flask, forced_host: str, login_view: str, next_url: str | None, query: str
) -> None:
    with app.test_request_context("/page"):
        assert login_url(login_view, next_url) == login_view + query


def test_host_is_forced_on_a_login_url_of_this_host_under_https(
    app: Flask, forced_host: str
) -> None:
    with app.test_request_context("/page"):
        assert login_url("https://localhost/foo") == "https://good.com/foo"


def test_host_is_not_forced_on_a_url_that_cannot_be_parsed(app: Flask, forced_host: str) -> None:
    with app.test_request_context("/page"):
        assert login_url("http://localhost:port/foo") == "http://localhost:port/foo"


def test_host_is_forced_outside_a_request(app: Flask, forced_host: str) -> None:
    with app.app_context():
        assert login_url("/foo") == "//good.com/foo"
        assert login_url("/foo", "http://localhost/page") == "//good.com/foo?next=%2Fpage"


def test_host_of_a_url_is_not_forced_where_this_site_is_unknown(
    app: Flask, forced_host: str
) -> None:
    with app.app_context():
        assert login_url("https://auth.example/foo") == "https://auth.example/foo"


def test_redirect_goes_to_the_forced_host(
    login_manager: LoginManager, client: FlaskClient, forced_host: str
) -> None:
    login_manager.login_view = "login"

    assert client.get("/guarded").location == "//good.com/the/login?next=%2Fguarded"


def test_redirect_without_next_goes_to_the_forced_host(
    app: Flask, login_manager: LoginManager, client: FlaskClient, forced_host: str
) -> None:
    app.config["USE_SESSION_FOR_NEXT"] = True
    login_manager.login_view = "login"

    assert client.get("/guarded").location == "//good.com/the/login"


def test_redirect_to_another_host_is_not_forced(
    login_manager: LoginManager, client: FlaskClient, forced_host: str
) -> None:
    login_manager.login_view = "https://auth.example/foo"

    location = client.get("/guarded").location

    assert location == "https://auth.example/foo?next=http%3A%2F%2Flocalhost%2Fguarded"
