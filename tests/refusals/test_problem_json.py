"""What an answer by a status says: a problem in JSON (RFC 9457), or a page."""

from __future__ import annotations

import typing as t

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from flask_login import fresh_login_required
from flask_login import login_denied_reason
from flask_login import login_required
from flask_login import LoginManager
from flask_login import user_passes_test
from flask_login import UserMixin

PROBLEM = "application/problem+json"


@pytest.fixture(autouse=True)
def views(app: Flask, login_manager: LoginManager) -> None:
    app.config["LOGIN_UNAUTHORIZED"] = "status"
    failing: t.Any = user_passes_test(lambda user: False, reason="admins_only")
    failing_silently: t.Any = user_passes_test(lambda user: False)
    app.add_url_rule("/page", "page", login_required(lambda: "inside"), methods=["GET", "POST"])
    app.add_url_rule("/settings", "settings", fresh_login_required(lambda: "inside"))
    app.add_url_rule("/admin", "admin", failing(lambda: "inside"))
    app.add_url_rule("/silent", "silent", failing_silently(lambda: "inside"))
    app.add_url_rule("/why", "why", lambda: {"reason": login_denied_reason()})


def get(client: FlaskClient, path: str, accept: str | None = None) -> TestResponse:
    return client.get(path, headers={} if accept is None else {"Accept": accept})


def test_problem_of_the_anonymous(client: FlaskClient) -> None:
    response = get(client, "/page")

    assert (response.status_code, response.mimetype) == (401, PROBLEM)
    assert response.json == {
        "type": "about:blank",
        "title": "Unauthorized",
        "status": 401,
        "reason": "no_login",
    }


def test_problem_of_a_stale_login(browser: FlaskClient) -> None:
    browser.get("/login/1?stale")

    response = get(browser, "/settings")

    assert response.status_code == 401
    assert response.json["reason"] == "stale"  # type: ignore[index]


def test_problem_of_a_failed_test(browser: FlaskClient) -> None:
    browser.get("/login/1")

    response = get(browser, "/admin")

    assert (response.status_code, response.mimetype) == (403, PROBLEM)
    assert response.json == {
        "type": "about:blank",
        "title": "Forbidden",
        "status": 403,
        "reason": "admins_only",
    }


def test_problem_of_a_failed_test_without_a_reason(browser: FlaskClient) -> None:
    browser.get("/login/1")

    assert get(browser, "/silent").json.get("reason") is None  # type: ignore[union-attr]


def end_by_strong_protection(app: Flask, client: FlaskClient, users: dict[str, UserMixin]) -> None:
    app.config["SESSION_PROTECTION"] = "strong"

    with client.session_transaction() as session:
        session["_id"] = "of another browser"


def end_by_removing_the_user(app: Flask, client: FlaskClient, users: dict[str, UserMixin]) -> None:
    del users["1"]


def end_by_deactivation(app: Flask, client: FlaskClient, users: dict[str, t.Any]) -> None:
    app.config["LOGIN_CHECK_ACTIVE"] = True
    users["1"].active = False


def end_by_a_new_password(app: Flask, client: FlaskClient, users: dict[str, t.Any]) -> None:
    users["1"].stamp = "new"


def end_by_junk_in_the_cookie(app: Flask, client: FlaskClient, users: dict[str, t.Any]) -> None:
    client.delete_cookie("session")
    client.set_cookie("remember_token", "1|junk")


ENDS: dict[str, t.Any] = {
    "protection": end_by_strong_protection,
    "unknown_user": end_by_removing_the_user,
    "inactive": end_by_deactivation,
    "credentials": end_by_a_new_password,
    "remember_invalid": end_by_junk_in_the_cookie,
}


@pytest.mark.parametrize("reason", ENDS)
def test_reason_is_why_the_login_ended(
    app: Flask, browser: FlaskClient, users: dict[str, t.Any], reason: str
) -> None:
    users["1"].stamp = "old"
    browser.get("/login/1")
    ENDS[reason](app, browser, users)

    assert get(browser, "/page").json["reason"] == reason  # type: ignore[index]


@pytest.mark.parametrize("path", ["/page", "/settings"])
def test_reason_is_the_one_that_views_are_told(browser: FlaskClient, path: str) -> None:
    assert get(browser, "/why").json == {"reason": get(browser, path).json["reason"]}  # type: ignore[index]


@pytest.mark.parametrize(
    ("accept", "mimetype"),
    [
        (None, PROBLEM),
        ("*/*", PROBLEM),
        ("application/*", PROBLEM),
        ("application/json", PROBLEM),
        ("application/problem+json", PROBLEM),
        ("application/problem+json, text/html;q=0.5", PROBLEM),
        ("text/html, application/json", PROBLEM),
        ("text/html, application/json;q=0.1", "text/html"),
        ("text/html, */*;q=0.8", "text/html"),
        ("text/html, application/problem+json;q=0.1, application/json", PROBLEM),
        ("text/html", "text/html"),
        ("text/html, application/json;q=0", "text/html"),
        ("image/*", "text/html"),
        ("nonsense", "text/html"),
    ],
    ids=ascii,
)
def test_json_is_for_who_accepts_it(client: FlaskClient, accept: str | None, mimetype: str) -> None:
    assert get(client, "/page", accept).mimetype == mimetype


def test_page_says_what_the_status_means(client: FlaskClient) -> None:
    response = get(client, "/page", "text/html")

    assert "<h1>Unauthorized</h1>" in response.text
    assert response.content_type == "text/html; charset=utf-8"


def test_page_of_a_failed_test_gives_the_reason(browser: FlaskClient) -> None:
    browser.get("/login/1")

    assert "admins_only" in get(browser, "/admin", "text/html").text


def test_answer_to_head_has_no_body(client: FlaskClient) -> None:
    response = client.head("/page")

    assert (response.status_code, response.mimetype, response.data) == (401, PROBLEM, b"")


def test_response_is_of_the_class_of_the_app(app: Flask, client: FlaskClient) -> None:
    class Response(app.response_class):  # type: ignore[name-defined, misc]
        default_mimetype = "text/plain"

        @property
        def own(self) -> bool:
            return True

    seen = []
    app.response_class = Response
    app.after_request(lambda response: seen.append(type(response)) or response)

    get(client, "/page")

    assert seen == [Response]


def test_json_is_made_by_the_provider_of_the_app(app: Flask, client: FlaskClient) -> None:
    app.json.sort_keys = False  # type: ignore[attr-defined]

    assert list(get(client, "/page").json) == ["type", "title", "status", "reason"]  # type: ignore[arg-type]


class TestChallenge:
    """``WWW-Authenticate``, which every 401 has (RFC 9110, 15.5.2)."""

    def test_challenge_of_a_login_form_opens_no_dialog(self, client: FlaskClient) -> None:
        assert get(client, "/page").headers["WWW-Authenticate"] == 'Cookie realm="login"'

    def test_challenges_are_those_of_the_loaders(
        self, login_manager: LoginManager, client: FlaskClient
    ) -> None:
        login_manager.loader("bearer", challenge='Bearer realm="api"')(lambda request: None)
        login_manager.loader("key", challenge="ApiKey")(lambda request: None)
        login_manager.loader("silent")(lambda request: None)

        challenges = get(client, "/page").headers.getlist("WWW-Authenticate")

        assert challenges == ['Bearer realm="api"', "ApiKey"]

    def test_basic_is_for_who_declares_it(
        self, login_manager: LoginManager, client: FlaskClient
    ) -> None:
        assert "Basic" not in get(client, "/page").headers["WWW-Authenticate"]
        login_manager.loader("basic", challenge='Basic realm="site"')(lambda request: None)
        assert get(client, "/page").headers["WWW-Authenticate"] == 'Basic realm="site"'

    def test_stale_login_is_challenged(self, browser: FlaskClient) -> None:
        browser.get("/login/1?stale")

        assert "WWW-Authenticate" in get(browser, "/settings").headers

    def test_failed_test_is_not_challenged(self, browser: FlaskClient) -> None:
        browser.get("/login/1")

        assert "WWW-Authenticate" not in get(browser, "/admin").headers
