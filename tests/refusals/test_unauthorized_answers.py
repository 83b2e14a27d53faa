"""What a caller who may not go on gets: by who calls, how, and what is set.

Who calls, and what that depends on, are tables of two functions. Each kind of answer is then made
by an application, for each kind of guard.
"""

from __future__ import annotations

import typing as t
from collections.abc import Callable

import pytest
from flask import Blueprint
from flask import Flask
from flask import Request
from flask.testing import FlaskClient
from werkzeug.test import EnvironBuilder

from flask_login import fresh_login_required
from flask_login import login_required
from flask_login import LoginManager
from flask_login import user_passes_test
from flask_login._refusal import Caller
from flask_login._refusal import consulted
from flask_login._refusal import redirect_code
from flask_login._refusal import tell_caller

METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE"]

HTML = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
BY_SCRIPT = {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"}
BEHIND = {"HX-Current-URL": "http://localhost/list?tab=1"}

NAVIGATION = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document", "Accept": HTML}
HTMX = {**BY_SCRIPT, **BEHIND, "HX-Request": "true", "Accept": "*/*"}
FETCH = {**BY_SCRIPT, "Accept": "*/*"}
IMAGE = {
    "Sec-Fetch-Mode": "no-cors",
    "Sec-Fetch-Dest": "image",
    "Accept": "image/avif,image/webp,image/*",
}

CALLERS = {
    "navigation": (NAVIGATION, "page"),
    "frame": ({**NAVIGATION, "Sec-Fetch-Dest": "iframe"}, "page"),
    "service worker": ({**FETCH, "Sec-Fetch-Mode": "navigate"}, "page"),
    "navigation to anything": ({"Sec-Fetch-Mode": "navigate"}, "page"),
    "old browser": ({"Accept": HTML}, "page"),
    "Turbo": ({**BY_SCRIPT, "Turbo-Frame": "main", "Accept": "text/html"}, "page"),
    "htmx, boosted": ({**HTMX, "HX-Boosted": "true"}, "page"),
    "Unpoly": ({**FETCH, "X-Up-Version": "3.8.0"}, "page"),
    "pjax": ({**FETCH, "X-PJAX": "true"}, "page"),
    "htmx": (HTMX, "part"),
    "htmx, not boosted": ({**HTMX, "HX-Boosted": "false"}, "part"),
    "htmx in an old browser": ({"HX-Request": "true", "Accept": "text/html, */*"}, "part"),
    "not htmx": ({**FETCH, "HX-Request": "false"}, "client"),
    "not pjax": ({"X-PJAX": "false"}, "client"),
    "fetch()": (FETCH, "client"),
    "curl": ({"Accept": "*/*"}, "client"),
    "JSON client": ({"Accept": "application/json"}, "client"),
    "image": (IMAGE, "client"),
    "no Accept": ({}, "client"),
}

each_caller = pytest.mark.parametrize(("headers", "caller"), CALLERS.values(), ids=CALLERS)


def request_with(headers: dict[str, str]) -> Request:
    return Request(EnvironBuilder(headers=headers).get_environ())


@each_caller
def test_caller_is_told_by_the_headers(headers: dict[str, str], caller: Caller) -> None:
    assert tell_caller(request_with(headers), "auto") is caller


@each_caller
@pytest.mark.parametrize(("mode", "told"), [("redirect", "page"), ("status", "client")], ids=str)
def test_everybody_is_the_same_caller(
    headers: dict[str, str], caller: Caller, mode: str, told: Caller
) -> None:
    assert tell_caller(request_with(headers), mode) is told


LOOKED_AT = ("Sec-Fetch-Mode", "HX-Boosted", "X-PJAX", "X-Up-Version", "HX-Request", "Accept")


@pytest.mark.parametrize(
    ("mode", "caller", "headers"),
    [
        ("auto", "page", LOOKED_AT),
        ("auto", "part", (*LOOKED_AT, "HX-Current-URL")),
        ("auto", "client", LOOKED_AT),
        ("status", "client", ("Accept",)),
    ],
    ids=str,
)
def test_what_was_consulted(mode: str, caller: Caller, headers: tuple[str, ...]) -> None:
    assert consulted(caller, mode) == headers


@pytest.mark.parametrize(
    ("method", "code"),
    [("GET", 302), ("HEAD", 302), ("POST", 302), ("PUT", 303), ("DELETE", 303)],
)
def test_redirect_is_followed_by_get(method: str, code: int) -> None:
    assert redirect_code(method) == code


class Answer(t.NamedTuple):
    """What a response says to who may not go on."""

    status: int
    mimetype: str
    #: The headers that only some answers have.
    headers: dict[str, str]
    #: Whether a message waits for the next page.
    flashes: bool


JSON, PAGE = "application/problem+json", "text/html"
CHALLENGE = {"WWW-Authenticate": 'Cookie realm="login"'}

AUTO = {"Cache-Control": "no-store", "Vary": ", ".join((*LOOKED_AT, "Cookie"))}
AUTO_PART = {**AUTO, "Vary": ", ".join((*LOOKED_AT, "HX-Current-URL", "Cookie"))}
STATUS = {"Cache-Control": "no-store", "Vary": "Accept, Cookie"}
DEFAULT = {"Vary": "Cookie"}


def to(url: str) -> dict[str, str]:
    return {"Location": url}


#: How a mode answers a caller: a stranger at ``/api/page``, whose login is stale at ``/api/fresh``,
#: and who is none of the admins at ``/api/admin``.
ANSWERS: dict[tuple[str, str], tuple[dict[str, str], Answer, Answer, Answer]] = {
    ("default", "navigation"): (
        NAVIGATION,
        Answer(302, PAGE, {**DEFAULT, **to("/log-in?next=%2Fapi%2Fpage")}, True),
        Answer(302, PAGE, {**DEFAULT, **to("/confirm?next=%2Fapi%2Ffresh")}, True),
        Answer(403, PAGE, DEFAULT, False),
    ),
    ("redirect", "fetch()"): (
        FETCH,
        Answer(302, PAGE, {**DEFAULT, **to("/log-in?next=%2Fapi%2Fpage")}, True),
        Answer(302, PAGE, {**DEFAULT, **to("/confirm?next=%2Fapi%2Ffresh")}, True),
        Answer(403, PAGE, DEFAULT, False),
    ),
    ("auto", "navigation"): (
        NAVIGATION,
        Answer(302, PAGE, {**AUTO, **to("/log-in?next=%2Fapi%2Fpage")}, True),
        Answer(302, PAGE, {**AUTO, **to("/confirm?next=%2Fapi%2Ffresh")}, True),
        Answer(403, PAGE, AUTO, False),
    ),
    ("auto", "htmx"): (
        HTMX,
        Answer(
            401,
            JSON,
            {**AUTO_PART, **CHALLENGE, "HX-Redirect": "/log-in?next=%2Flist%3Ftab%3D1"},
            True,
        ),
        Answer(
            401,
            JSON,
            {**AUTO_PART, **CHALLENGE, "HX-Redirect": "/confirm?next=%2Flist%3Ftab%3D1"},
            True,
        ),
        Answer(403, JSON, AUTO_PART, False),
    ),
    ("auto", "fetch()"): (
        FETCH,
        Answer(401, JSON, {**AUTO, **CHALLENGE}, False),
        Answer(401, JSON, {**AUTO, **CHALLENGE}, False),
        Answer(403, JSON, AUTO, False),
    ),
    ("auto", "image"): (
        IMAGE,
        Answer(401, PAGE, {**AUTO, **CHALLENGE}, False),
        Answer(401, PAGE, {**AUTO, **CHALLENGE}, False),
        Answer(403, PAGE, AUTO, False),
    ),
    ("status", "navigation"): (
        NAVIGATION,
        Answer(401, PAGE, {**STATUS, **CHALLENGE}, False),
        Answer(401, PAGE, {**STATUS, **CHALLENGE}, False),
        Answer(403, PAGE, STATUS, False),
    ),
    ("status", "htmx"): (
        HTMX,
        Answer(401, JSON, {**STATUS, **CHALLENGE}, False),
        Answer(401, JSON, {**STATUS, **CHALLENGE}, False),
        Answer(403, JSON, STATUS, False),
    ),
    ("status", "no Accept"): (
        {},
        Answer(401, JSON, {**STATUS, **CHALLENGE}, False),
        Answer(401, JSON, {**STATUS, **CHALLENGE}, False),
        Answer(403, JSON, STATUS, False),
    ),
}

each_answer = pytest.mark.parametrize(
    ("mode", "headers", "path", "answer"),
    [
        pytest.param(mode, headers, path, answer, id=f"{mode}, {caller}, {path}")
        for (mode, caller), (headers, *answers) in ANSWERS.items()
        for path, answer in zip(("page", "fresh", "admin"), answers, strict=True)
    ],
)


@pytest.fixture
def api(app: Flask, login_manager: LoginManager) -> FlaskClient:
    """A client of a blueprint ``api`` with guarded views."""
    api = Blueprint("api", __name__, url_prefix="/api")
    admins: Callable[..., t.Any] = user_passes_test(lambda user: False, reason="admins_only")
    api.add_url_rule("/page", "page", login_required(lambda: "inside"), methods=METHODS)
    api.add_url_rule("/fresh", "fresh", fresh_login_required(lambda: "inside"), methods=METHODS)
    api.add_url_rule("/admin", "admin", admins(lambda: "inside"), methods=METHODS)
    app.register_blueprint(api)
    login_manager.login_view = "/log-in"
    login_manager.refresh_view = "/confirm"
    return app.test_client()


def log_in_stale(client: FlaskClient) -> None:
    with client.session_transaction() as session:
        session.update(_user_id="1", _fresh=False)


def answer_to(client: FlaskClient, path: str, headers: dict[str, str]) -> Answer:
    """The answer to a stranger, or to user 1, whose login is stale, where that is needed."""
    if path != "page":
        log_in_stale(client)

    response = client.get(f"/api/{path}", headers=headers)

    names = ("Location", "HX-Redirect", "WWW-Authenticate", "Cache-Control", "Vary")
    sent = {name: response.headers[name] for name in names if name in response.headers}

    with client.session_transaction() as session:
        return Answer(response.status_code, response.mimetype, sent, "_flashes" in session)


@each_answer
def test_answer(
    app: Flask, api: FlaskClient, mode: str, headers: dict[str, str], path: str, answer: Answer
) -> None:
    if mode != "default":
        app.config["LOGIN_UNAUTHORIZED"] = mode

    assert answer_to(api, path, headers) == answer


@pytest.mark.parametrize("method", METHODS)
def test_redirect_of_any_method_leads_back_to_the_page(api: FlaskClient, method: str) -> None:
    response = api.open("/api/page", method=method, headers=NAVIGATION)

    assert response.status_code == redirect_code(method)
    assert response.location == "/log-in?next=%2Fapi%2Fpage"


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_htmx_of_any_method_is_led_back_to_the_page_behind(
    app: Flask, api: FlaskClient, method: str
) -> None:
    app.config["LOGIN_UNAUTHORIZED"] = "auto"

    response = api.open("/api/page", method=method, headers=HTMX)

    assert response.status_code == 401
    assert response.headers["HX-Redirect"] == "/log-in?next=%2Flist%3Ftab%3D1"


@pytest.mark.parametrize("method", ["HEAD", "POST", "DELETE"])
def test_status_is_that_of_any_method(app: Flask, api: FlaskClient, method: str) -> None:
    app.config["LOGIN_UNAUTHORIZED"] = "status"

    response = api.open("/api/page", method=method, headers=FETCH)

    assert (response.status_code, response.location) == (401, None)


@pytest.mark.parametrize(
    ("setting", "mode"),
    [("status", "redirect"), ("redirect", "auto"), ("auto", "redirect")],
)
def test_mode_of_the_blueprint_is_what_counts(
    app: Flask, api: FlaskClient, login_manager: LoginManager, setting: str, mode: str
) -> None:
    app.config["LOGIN_UNAUTHORIZED"] = setting
    login_manager.blueprint_unauthorized = {"api": mode}

    _, answer, *_ = ANSWERS[mode, "fetch()"]
    assert answer_to(api, "page", FETCH) == answer


@pytest.mark.parametrize(
    ("path", "reason"), [("page", "no_login"), ("fresh", "stale"), ("admin", "admins_only")]
)
def test_reason_is_told_in_json(app: Flask, api: FlaskClient, path: str, reason: str) -> None:
    app.config["LOGIN_UNAUTHORIZED"] = "status"

    if path != "page":
        log_in_stale(api)

    assert api.get(f"/api/{path}", headers=FETCH).json["reason"] == reason  # type: ignore[index]


@pytest.mark.parametrize("headers", [NAVIGATION, HTMX, FETCH], ids=["page", "part", "client"])
@pytest.mark.parametrize("path", ["page", "fresh"])
@pytest.mark.parametrize("mode", ["auto", "status"])
def test_401_without_a_login_view_has_a_challenge(
    app: Flask,
    api: FlaskClient,
    login_manager: LoginManager,
    mode: str,
    path: str,
    headers: dict[str, str],
) -> None:
    app.config["LOGIN_UNAUTHORIZED"] = mode
    login_manager.login_view = login_manager.refresh_view = None

    status, _, sent, _ = answer_to(api, path, headers)

    assert status == 401
    assert sent["WWW-Authenticate"] == 'Cookie realm="login"'
    assert "HX-Redirect" not in sent


def test_person_sees_the_page_of_the_application_where_there_is_no_login_view(
    app: Flask, api: FlaskClient, login_manager: LoginManager
) -> None:
    app.register_error_handler(401, lambda error: ("our page", 401))
    app.config["LOGIN_UNAUTHORIZED"] = "auto"
    login_manager.login_view = None

    response = api.get("/api/page", headers=NAVIGATION)

    assert (response.text, response.headers["Cache-Control"]) == ("our page", "no-store")


@pytest.mark.parametrize(
    ("header", "headers"), [("HX-Redirect", HTMX), ("Location", NAVIGATION)], ids=["htmx", "page"]
)
def test_login_view_beyond_ascii_can_be_sent(
    app: Flask, api: FlaskClient, login_manager: LoginManager, header: str, headers: dict[str, str]
) -> None:
    app.config["LOGIN_UNAUTHORIZED"] = "auto"
    login_manager.login_view = "/ログイン"

    url = api.get("/api/page", headers=headers).headers[header]

    assert url.startswith("/%E3%83%AD%E3%82%B0%E3%82%A4%E3%83%B3?next=")
