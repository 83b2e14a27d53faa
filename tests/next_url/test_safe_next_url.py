"""``safe_next_url`` answers where to go after login: somewhere safe on this site."""

from __future__ import annotations

import typing as t
from urllib.parse import quote

import pytest
from flask import Flask
from flask import redirect
from flask import request
from flask.testing import FlaskClient
from werkzeug.test import create_environ
from werkzeug.test import run_wsgi_app
from werkzeug.wrappers import Response

from flask_login import login_required
from flask_login import login_user
from flask_login import LoginManager
from flask_login import safe_next_url
from flask_login import UserMixin


@pytest.fixture(autouse=True)
def target_view(app: Flask) -> None:
    """A view that tells where to go, at ``/go``."""

    @app.route("/go", methods=["GET", "POST"])
    def go() -> str:
        return safe_next_url(
            request.headers.get("X-Default"), allowed_hosts=request.headers.getlist("X-Host")
        )


def save_next(client: FlaskClient, target: object) -> None:
    with client.session_transaction() as session:
        session["next"] = target


def test_target_in_the_query_is_taken(client: FlaskClient) -> None:
    assert client.get("/go?next=/page%3Fa=b").text == "/page?a=b"


def test_target_in_the_form_is_taken(client: FlaskClient) -> None:
    assert client.post("/go", data={"next": "/page"}).text == "/page"


def test_target_in_the_session_is_taken(client: FlaskClient) -> None:
    save_next(client, "/page")

    assert client.get("/go").text == "/page"


def test_target_in_the_session_is_taken_once(
    client: FlaskClient, session_of: t.Callable[[FlaskClient], dict[str, t.Any]]
) -> None:
    save_next(client, "/page")
    client.get("/go")

    assert client.get("/go").text == "/"
    assert "next" not in session_of(client)


def test_target_in_the_session_is_dropped_when_another_is_taken(client: FlaskClient) -> None:
    save_next(client, "/old")

    assert client.get("/go?next=/page").text == "/page"
    assert client.get("/go").text == "/"


def test_form_comes_before_the_query_and_the_query_before_the_session(
    client: FlaskClient,
) -> None:
    save_next(client, "/session")
    assert client.post("/go?next=/query", data={"next": "/form"}).text == "/form"

    save_next(client, "/session")
    assert client.post("/go?next=/query").text == "/query"


@pytest.mark.parametrize("unsafe", ["//evil.example", "", "https://evil.example"])
def test_unsafe_target_gives_way_to_the_next_one(client: FlaskClient, unsafe: str) -> None:
    save_next(client, "/session")
    response = client.post(f"/go?next={quote(unsafe)}", data={"next": unsafe})

    assert response.text == "/session"


def test_unsafe_target_in_the_session_is_refused(client: FlaskClient) -> None:
    save_next(client, "//evil.example")

    assert client.get("/go").text == "/"


@pytest.mark.parametrize("junk", [1, ["/page"], {"a": "b"}, True, None], ids=repr)
def test_junk_in_the_session_is_refused(client: FlaskClient, junk: object) -> None:
    save_next(client, junk)

    assert client.get("/go").text == "/"


@pytest.mark.parametrize(
    ("default", "target"),
    [
        (None, "/"),
        ("go", "/go"),
        ("/home", "/home"),
        ("https://shop.example/home", "https://shop.example/home"),
    ],
    ids=["root", "endpoint", "path", "url"],
)
def test_default_is_an_endpoint_a_path_or_a_url(
    client: FlaskClient, default: str | None, target: str
) -> None:
    headers = {} if default is None else {"X-Default": default}

    assert client.get("/go?next=//evil.example", headers=headers).text == target


def test_root_is_that_of_the_application(client: FlaskClient) -> None:
    assert client.get("/go", base_url="http://localhost/app").text == "/app/"


@pytest.mark.parametrize(
    ("target", "normalized"),
    [
        ("/a b", "/a%20b"),
        ("/straße", "/stra%C3%9Fe"),
        ("/日本?ä=ö", "/%E6%97%A5%E6%9C%AC?%C3%A4=%C3%B6"),
        ("/a%2Fb", "/a%2Fb"),
        ("/page#part", "/page#part"),
    ],
)
def test_target_is_normalized(client: FlaskClient, target: str, normalized: str) -> None:
    assert client.get("/go", query_string={"next": target}).text == normalized


def test_target_on_an_allowed_host_is_taken(client: FlaskClient) -> None:
    target = "https://shop.example/page"
    response = client.get(f"/go?next={target}", headers={"X-Host": "shop.example"})

    assert response.text == target
    assert client.get(f"/go?next={target}").text == "/"


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("http://shop.example/page?a=b", "/page?a=b"),
        ("http://SHOP.example:80/page", "/page"),
        ("http://shop.example", "/"),
        ("http://shop.example?a=b", "/?a=b"),
        ("http://shop.example/page#part", "/page#part"),
        ("http://shop.example/stra%C3%9Fe", "/stra%C3%9Fe"),
    ],
)
def test_url_on_this_site_becomes_a_path(client: FlaskClient, target: str, path: str) -> None:
    response = client.get("/go", query_string={"next": target}, base_url="http://shop.example")

    assert response.text == path


@pytest.mark.parametrize(
    "target",
    [
        "https://shop.example/page",
        "http://shop.example:8000/page",
        "http://www.shop.example/page",
        "http://ada@shop.example/page",
        "http://shop.example//evil.example",
        "http://shop.example/%5cevil.example",
        "http://shop.example/\\evil.example",
        "http://shop.example\\@evil.example",
        "http://shop.example:port/page",
        "http:shop.example/page",
        "//shop.example/page",
        "http://shop.example/login?next=//evil.example",
        "http://shop.example\t/page",
    ],
    ids=ascii,
)
def test_url_near_this_site_is_refused(client: FlaskClient, target: str) -> None:
    response = client.get("/go", query_string={"next": target}, base_url="http://shop.example")

    assert response.text == "/"


def test_query_that_is_no_text_names_no_target(app: Flask, client: FlaskClient) -> None:
    environ = {**create_environ("/go"), "QUERY_STRING": "next=\xff"}

    assert b"".join(run_wsgi_app(app, environ)[0]) == b"/"


def test_http_is_no_way_on_from_https(client: FlaskClient) -> None:
    url = "/go?next=http://shop.example/page"
    headers = {"X-Host": "shop.example"}

    assert client.get(url, headers=headers).text == "http://shop.example/page"
    assert client.get(url, headers=headers, base_url="https://localhost").text == "/"


def test_first_of_several_targets_is_taken(client: FlaskClient) -> None:
    assert client.get("/go?next=/first&next=/second").text == "/first"


def test_app_without_a_secret_key_has_targets() -> None:
    app = Flask("app")
    app.add_url_rule("/go", "go", lambda: safe_next_url())

    assert app.test_client().get("/go?next=/page").text == "/page"


@pytest.mark.parametrize("in_session", [False, True], ids=["query", "session"])
def test_user_comes_back_after_login(
    app: Flask,
    login_manager: LoginManager,
    client: FlaskClient,
    users: dict[str, UserMixin],
    in_session: bool,
) -> None:
    app.config["USE_SESSION_FOR_NEXT"] = in_session
    login_manager.login_view = "login"
    app.add_url_rule("/page", "page", login_required(lambda: "inside"))

    @app.route("/login", methods=["GET", "POST"])
    def login() -> Response:
        login_user(users["1"])
        return redirect(safe_next_url())

    response = client.post(client.get("/page?a=b c").location)

    assert response.location == "/page?a=b%20c"
    assert client.get(response.location).text == "inside"


def test_target_that_would_split_the_response_never_reaches_it(client: FlaskClient) -> None:
    response = client.get("/go?next=/page%0d%0aSet-Cookie:%20a=b")

    assert response.text == "/"
