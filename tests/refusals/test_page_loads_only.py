"""Who asks for a page does not matter to whether it is returned to after login, by default."""

from __future__ import annotations

import typing as t

import pytest
from flask import Flask
from flask.testing import FlaskClient

from flask_login import login_required
from flask_login import LoginManager

PAGE_LOADS = {
    "navigation": {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"},
    "mode alone": {"Sec-Fetch-Mode": "navigate"},
    "destination alone": {"Sec-Fetch-Dest": "document"},
    "frame": {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"},
    "from elsewhere": {
        "Sec-Fetch-Mode": "navigate",
        "Sec-Fetch-Dest": "document",
        "Sec-Fetch-Site": "cross-site",
    },
    "boosted by htmx, in full": {"Sec-Fetch-Mode": "navigate", "HX-Request": "true"},
    "silent": {},
    "JSON client": {"Accept": "application/json"},
}

OTHER_LOADS = {
    "fetch()": {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"},
    "same-origin fetch()": {"Sec-Fetch-Mode": "same-origin", "Sec-Fetch-Dest": "empty"},
    "image": {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"},
    "script": {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "script"},
    "style": {"Sec-Fetch-Dest": "style"},
    "WebSocket": {"Sec-Fetch-Mode": "websocket"},
    "service worker": {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "empty"},
    "Turbo": {
        "Sec-Fetch-Mode": "cors",
        "Sec-Fetch-Dest": "empty",
        "Accept": "text/html, application/xhtml+xml",
    },
    "XHR": {"X-Requested-With": "XMLHttpRequest"},
    "htmx": {"HX-Request": "true", "HX-Current-URL": "http://localhost/start"},
    "htmx, boosted": {
        "HX-Request": "true",
        "HX-Boosted": "true",
        "HX-Current-URL": "http://localhost/start",
    },
}

each_page_load = pytest.mark.parametrize("headers", PAGE_LOADS.values(), ids=PAGE_LOADS)
each_other_load = pytest.mark.parametrize("headers", OTHER_LOADS.values(), ids=OTHER_LOADS)


@pytest.fixture(autouse=True)
def views(app: Flask, login_manager: LoginManager) -> None:
    guarded: t.Any = login_required(lambda: "inside")
    app.add_url_rule("/page", "page", guarded, methods=["GET", "POST"])
    app.add_url_rule("/act", "act", guarded, methods=["POST"])
    login_manager.login_view = "/log-in"


@each_page_load
def test_page_load_is_remembered(client: FlaskClient, headers: dict[str, str]) -> None:
    assert client.get("/page?a=b", headers=headers).location == "/log-in?next=%2Fpage%3Fa%3Db"


@each_page_load
def test_page_load_is_remembered_in_the_session(
    app: Flask,
    client: FlaskClient,
    session_of: t.Callable[[FlaskClient], dict[str, t.Any]],
    headers: dict[str, str],
) -> None:
    app.config["USE_SESSION_FOR_NEXT"] = True
    client.get("/page", headers=headers)

    assert session_of(client)["next"] == "/page"


@each_other_load
def test_any_other_load_is_remembered_by_default(
    client: FlaskClient, headers: dict[str, str]
) -> None:
    for method in ("GET", "POST"):
        location = client.open("/page?a=b", method=method, headers=headers).location
        assert location == "/log-in?next=%2Fpage%3Fa%3Db"


@each_other_load
def test_load_that_get_gets_no_answer_to_is_not_remembered(
    client: FlaskClient, headers: dict[str, str]
) -> None:
    assert client.post("/act", headers=headers).location == "/log-in"


def test_form_that_is_sent_is_remembered_where_its_page_answers_get(client: FlaskClient) -> None:
    headers = PAGE_LOADS["navigation"]

    assert client.post("/page", headers=headers).location == "/log-in?next=%2Fpage"
    assert client.post("/act", headers=headers).location == "/log-in"


def current_url(client: FlaskClient, url: str, **headers: str) -> str | None:
    """What is remembered of a request by htmx, where callers are told apart."""
    client.application.config["LOGIN_UNAUTHORIZED"] = "auto"
    known = {"HX-Request": "true", "HX-Current-URL": url, **headers}
    return client.post("/act", headers=known).headers.get("HX-Redirect")


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("http://localhost/list", "%2Flist"),
        ("http://localhost/list?page=2&by=name", "%2Flist%3Fpage%3D2%26by%3Dname"),
        ("http://localhost/list#part", "%2Flist"),
        ("https://localhost/list", "%2Flist"),
        ("http://LOCALHOST/list", "%2Flist"),
        ("http://localhost:80/list", "%2Flist"),
        ("http://localhost//evil.example", "%2Fevil.example"),
        ("http://localhost/\\evil.example", "%2Fevil.example"),
    ],
)
def test_page_that_a_script_of_htmx_is_on_is_remembered(
    client: FlaskClient, url: str, target: str
) -> None:
    assert current_url(client, url) == f"/log-in?next={target}"


@pytest.mark.parametrize(
    "headers", [{}, {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"}], ids=["old", "new"]
)
def test_page_of_htmx_is_remembered_in_every_browser(
    client: FlaskClient, headers: dict[str, str]
) -> None:
    assert current_url(client, "http://localhost/list", **headers) == "/log-in?next=%2Flist"


@pytest.mark.parametrize(
    "url",
    [
        "http://evil.example/list",
        "http://localhost:8000/list",
        "http://localhost.evil.example/",
        "http://localhost@evil.example/",
        "//evil.example/list",
        "/list",
        "list",
        "javascript:alert(1)",
        "javascript://localhost/%0aalert(1)",
        "data:text/html,list",
        "http:list",
        "http:///list",
        "ftp://localhost/list",
        "http://[",
        "http://localhost:port/",
        "",
    ],
    ids=ascii,
)
def test_page_elsewhere_is_not_remembered(client: FlaskClient, url: str) -> None:
    assert current_url(client, url) == "/log-in"


def test_page_of_a_script_is_told_whole_to_a_login_elsewhere(
    login_manager: LoginManager, client: FlaskClient
) -> None:
    login_manager.login_view = "https://auth.example/"
    location = current_url(client, "http://localhost/list")

    assert location == "https://auth.example/?next=http%3A%2F%2Flocalhost%2Flist"
