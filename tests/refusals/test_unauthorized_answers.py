"""Every answer to a caller who may not go on: by who calls, how, and what is set."""

from __future__ import annotations

import typing as t
from urllib.parse import quote

import pytest
from flask import Blueprint
from flask import Flask
from flask.testing import FlaskClient

from flask_login import fresh_login_required
from flask_login import login_required
from flask_login import LoginManager
from flask_login import user_passes_test

CALLERS = {
    "navigation": {
        "Sec-Fetch-Mode": "navigate",
        "Sec-Fetch-Dest": "document",
        "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    },
    "frame": {
        "Sec-Fetch-Mode": "navigate",
        "Sec-Fetch-Dest": "iframe",
        "Accept": "text/html,*/*;q=0.8",
    },
    "old browser": {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"},
    "service worker": {
        "Sec-Fetch-Mode": "navigate",
        "Sec-Fetch-Dest": "empty",
        "Accept": "text/html,*/*;q=0.8",
    },
    "Turbo": {
        "Sec-Fetch-Mode": "cors",
        "Sec-Fetch-Dest": "empty",
        "Turbo-Frame": "main",
        "Accept": "text/html, application/xhtml+xml",
    },
    "htmx, boosted": {
        "Sec-Fetch-Mode": "cors",
        "HX-Request": "true",
        "HX-Boosted": "true",
        "HX-Current-URL": "http://localhost/list?tab=1",
        "Accept": "*/*",
    },
    "Unpoly": {"Sec-Fetch-Mode": "cors", "X-Up-Version": "3.8.0", "Accept": "*/*"},
    "pjax": {"Sec-Fetch-Mode": "cors", "X-PJAX": "true", "Accept": "*/*"},
    "fetch()": {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty", "Accept": "*/*"},
    "htmx": {
        "Sec-Fetch-Mode": "cors",
        "Sec-Fetch-Dest": "empty",
        "HX-Request": "true",
        "HX-Current-URL": "http://localhost/list?tab=1",
        "Accept": "*/*",
    },
    "htmx in an old browser": {
        "HX-Request": "true",
        "HX-Current-URL": "http://localhost/list?tab=1",
        "Accept": "text/html, */*",
    },
    "curl": {"Accept": "*/*"},
    "JSON client": {"Accept": "application/json"},
    "image": {
        "Sec-Fetch-Mode": "no-cors",
        "Sec-Fetch-Dest": "image",
        "Accept": "image/avif,image/webp,image/*",
    },
    "no Accept": {},
}

PAGE = "/api/page"
LIST = "/list?tab=1"


class Row(t.NamedTuple):
    """What a caller gets."""

    answer: t.Literal["redirect", "status", "htmx"]
    #: The page to return to after login.
    next: str | None = None
    type: str | None = "application/problem+json"


TABLE: dict[str, dict[str, Row]] = {
    "redirect": {
        "navigation": Row("redirect", PAGE),
        "frame": Row("redirect", PAGE),
        "old browser": Row("redirect", PAGE),
        "service worker": Row("redirect", PAGE),
        "Turbo": Row("redirect", PAGE),
        "htmx, boosted": Row("redirect", PAGE),
        "Unpoly": Row("redirect", PAGE),
        "pjax": Row("redirect", PAGE),
        "fetch()": Row("redirect", PAGE),
        "htmx": Row("redirect", PAGE),
        "htmx in an old browser": Row("redirect", PAGE),
        "curl": Row("redirect", PAGE),
        "JSON client": Row("redirect", PAGE),
        "image": Row("redirect", PAGE),
        "no Accept": Row("redirect", PAGE),
    },
    "auto": {
        "navigation": Row("redirect", PAGE),
        "frame": Row("redirect", PAGE),
        "old browser": Row("redirect", PAGE),
        "service worker": Row("redirect", PAGE),
        "Turbo": Row("redirect", PAGE),
        "htmx, boosted": Row("redirect", PAGE),
        "Unpoly": Row("redirect", PAGE),
        "pjax": Row("redirect", PAGE),
        "fetch()": Row("status"),
        "htmx": Row("htmx", LIST),
        "htmx in an old browser": Row("htmx", LIST),
        "curl": Row("status"),
        "JSON client": Row("status"),
        "image": Row("status", type="text/html"),
        "no Accept": Row("status"),
    },
    "status": {
        "navigation": Row("status", type="text/html"),
        "frame": Row("status", type="text/html"),
        "old browser": Row("status", type="text/html"),
        "service worker": Row("status", type="text/html"),
        "Turbo": Row("status", type="text/html"),
        "htmx, boosted": Row("status"),
        "Unpoly": Row("status"),
        "pjax": Row("status"),
        "fetch()": Row("status"),
        "htmx": Row("status"),
        "htmx in an old browser": Row("status"),
        "curl": Row("status"),
        "JSON client": Row("status"),
        "image": Row("status", type="text/html"),
        "no Accept": Row("status"),
    },
}

REDIRECT_CODES = {"GET": 302, "HEAD": 302, "POST": 302, "PUT": 303, "DELETE": 303}
CONSULTED = {
    *("cookie", "sec-fetch-mode", "hx-request", "hx-boosted", "x-pjax", "x-up-version", "accept")
}

each_caller = pytest.mark.parametrize("caller", CALLERS)
each_mode = pytest.mark.parametrize("mode", TABLE)


@pytest.fixture
def api(app: Flask, login_manager: LoginManager) -> FlaskClient:
    """A client of a blueprint ``api`` with guarded views."""
    api = Blueprint("api", __name__, url_prefix="/api")
    methods = list(REDIRECT_CODES)
    api.add_url_rule("/page", "page", login_required(lambda: "inside"), methods=methods)
    api.add_url_rule("/fresh", "fresh", fresh_login_required(lambda: "inside"), methods=methods)
    admins: t.Any = user_passes_test(lambda user: False, reason="admins_only")
    api.add_url_rule("/admin", "admin", admins(lambda: "inside"), methods=methods)
    app.register_blueprint(api)
    login_manager.login_view = "/log-in"
    login_manager.refresh_view = "/confirm"
    return app.test_client()


def set_mode(app: Flask, setting: str | None, blueprint: str | None) -> str:
    """Set how to answer, and return which of it counts."""
    if setting is not None:
        app.config["LOGIN_UNAUTHORIZED"] = setting

    if blueprint is not None:
        app.login_manager.blueprint_unauthorized = {"api": blueprint}  # type: ignore[attr-defined]

    return blueprint or setting or "redirect"


def log_in_stale(client: FlaskClient) -> None:
    with client.session_transaction() as session:
        session.update(_user_id="1", _fresh=False)


def url_to(view: str, target: str | None) -> str:
    return view if target is None else f"{view}?next={quote(target, safe='')}"


def is_message_kept(client: FlaskClient) -> bool:
    with client.session_transaction() as session:
        return "_flashes" in session


@each_caller
@pytest.mark.parametrize("method", REDIRECT_CODES)
@pytest.mark.parametrize("blueprint", [None, "redirect", "auto", "status"])
@pytest.mark.parametrize("setting", [None, "redirect", "auto", "status"])
def test_anonymous_caller_is_answered(
    app: Flask,
    api: FlaskClient,
    setting: str | None,
    blueprint: str | None,
    method: str,
    caller: str,
) -> None:
    row = TABLE[set_mode(app, setting, blueprint)][caller]

    response = api.open("/api/page", method=method, headers=CALLERS[caller])

    redirects = row.answer == "redirect"
    url = url_to("/log-in", row.next)
    assert response.status_code == (REDIRECT_CODES[method] if redirects else 401)
    assert response.location == (url if redirects else None)
    assert response.headers.get("HX-Redirect") == (url if row.answer == "htmx" else None)
    challenge = response.headers.get("WWW-Authenticate")
    assert challenge == (None if redirects else 'Cookie realm="login"')
    assert redirects or response.mimetype == row.type
    assert is_message_kept(api) is (row.answer != "status")


@each_caller
@each_mode
def test_stale_user_is_answered(app: Flask, api: FlaskClient, mode: str, caller: str) -> None:
    set_mode(app, mode, None)
    log_in_stale(api)
    row = TABLE[mode][caller]
    target = row.next and row.next.replace("/page", "/fresh")

    response = api.get("/api/fresh", headers=CALLERS[caller])

    redirects = row.answer == "redirect"
    url = url_to("/confirm", target)
    assert response.status_code == (302 if redirects else 401)
    assert response.location == (url if redirects else None)
    assert response.headers.get("HX-Redirect") == (url if row.answer == "htmx" else None)
    assert ("WWW-Authenticate" in response.headers) is not redirects
    assert is_message_kept(api) is (row.answer != "status")


@each_caller
@each_mode
@pytest.mark.parametrize("method", REDIRECT_CODES)
def test_user_who_fails_a_test_is_forbidden(
    app: Flask, api: FlaskClient, method: str, mode: str, caller: str
) -> None:
    set_mode(app, mode, None)
    log_in_stale(api)

    response = api.open("/api/admin", method=method, headers=CALLERS[caller])

    row = TABLE[mode][caller]
    assert response.status_code == 403
    assert response.mimetype == ("text/html" if row.answer == "redirect" else row.type)
    assert {"Location", "HX-Redirect", "WWW-Authenticate"} & set(response.headers.keys()) == set()
    assert not is_message_kept(api)


@each_caller
@pytest.mark.parametrize(
    ("path", "reason"),
    [("/api/page", "no_login"), ("/api/fresh", "stale"), ("/api/admin", "admins_only")],
)
def test_reason_is_told_in_json(
    app: Flask, api: FlaskClient, path: str, reason: str, caller: str
) -> None:
    set_mode(app, "status", None)

    if path != "/api/page":
        log_in_stale(api)

    response = api.get(path, headers=CALLERS[caller])

    told = response.json["reason"] if TABLE["status"][caller].type != "text/html" else reason  # type: ignore[index]
    assert told == reason


@each_caller
@pytest.mark.parametrize("path", ["/api/page", "/api/fresh", "/api/admin"])
@pytest.mark.parametrize("mode", ["auto", "status"])
def test_answer_is_not_stored_and_names_what_was_consulted(
    app: Flask, api: FlaskClient, mode: str, path: str, caller: str
) -> None:
    set_mode(app, mode, None)

    if path != "/api/page":
        log_in_stale(api)

    response = api.get(path, headers=CALLERS[caller])

    assert response.headers.get("Cache-Control") == "no-store"
    page = {"hx-current-url"} if TABLE[mode][caller].answer == "htmx" else set()
    assert response.vary.as_set() == (CONSULTED if mode == "auto" else {"cookie", "accept"}) | page


@each_caller
def test_redirect_by_default_has_no_header_of_ours(api: FlaskClient, caller: str) -> None:
    response = api.get("/api/page", headers=CALLERS[caller])

    assert response.headers.get("Cache-Control") is None
    assert response.vary.as_set() == {"cookie"}


@pytest.mark.parametrize("mode", ["auto", "status"])
@pytest.mark.parametrize("path", ["/api/page", "/api/fresh"])
def test_answer_by_401_without_a_login_view_has_a_challenge(
    app: Flask, api: FlaskClient, login_manager: LoginManager, mode: str, path: str
) -> None:
    set_mode(app, mode, None)
    login_manager.login_view = login_manager.refresh_view = None

    if path == "/api/fresh":
        log_in_stale(api)

    for headers in CALLERS.values():
        response = api.get(path, headers=headers)
        assert response.status_code == 401
        assert response.headers.getlist("WWW-Authenticate") == ['Cookie realm="login"']
        assert "HX-Redirect" not in response.headers


def test_person_sees_the_page_of_the_application_where_there_is_no_login_view(
    app: Flask, api: FlaskClient, login_manager: LoginManager
) -> None:
    app.register_error_handler(401, lambda error: ("our page", 401))
    app.config["LOGIN_UNAUTHORIZED"] = "auto"
    login_manager.login_view = None

    response = api.get("/api/page", headers=CALLERS["navigation"])

    assert (response.text, response.headers["Cache-Control"]) == ("our page", "no-store")


@pytest.mark.parametrize("header", ["HX-Redirect", "Location"])
def test_login_view_beyond_ascii_can_be_sent(
    app: Flask, api: FlaskClient, login_manager: LoginManager, header: str
) -> None:
    app.config["LOGIN_UNAUTHORIZED"] = "auto"
    login_manager.login_view = "/ログイン"
    headers = CALLERS["htmx" if header == "HX-Redirect" else "navigation"]

    url = api.get("/api/page", headers=headers).headers[header]

    assert url.startswith("/%E3%83%AD%E3%82%B0%E3%82%A4%E3%83%B3?next=")


@pytest.mark.parametrize("header", ["HX-Boosted", "X-PJAX"])
def test_page_loader_that_says_no_loads_no_page(app: Flask, api: FlaskClient, header: str) -> None:
    app.config["LOGIN_UNAUTHORIZED"] = "auto"

    assert api.get("/api/page", headers={header: "false"}).status_code == 401
