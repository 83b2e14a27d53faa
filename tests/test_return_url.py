"""Which page a refusal saves to return to after login, where, and by which redirect."""

from __future__ import annotations

import typing as t

import pytest
from flask import Flask
from flask import Request
from flask.testing import FlaskClient
from werkzeug.test import create_environ
from werkzeug.test import run_wsgi_app
from werkzeug.wrappers import Response

from flask_login import login_required
from flask_login import LoginManager


@pytest.fixture(autouse=True)
def views(app: Flask, login_manager: LoginManager) -> None:
    login_manager.login_view = "/login"
    guarded = login_required(lambda **kwargs: "inside")
    every_method = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
    app.add_url_rule("/page", "page", guarded, methods=every_method)
    app.add_url_rule("/act", "act", guarded, methods=every_method[2:])
    app.add_url_rule("/items/<int:item>", "item", guarded, methods=["GET"])
    app.add_url_rule("/items/<int:item>", "change", guarded, methods=["POST"])
    app.add_url_rule("/any/<path:path>", "any", guarded)


@pytest.fixture
def in_session(app: Flask) -> None:
    app.config["USE_SESSION_FOR_NEXT"] = True


def saved_next(client: FlaskClient) -> t.Any:
    with client.session_transaction() as session:
        return session.get("next")


@pytest.mark.parametrize(
    ("method", "code"),
    [("GET", 302), ("HEAD", 302), ("POST", 302), ("PUT", 303), ("PATCH", 303), ("DELETE", 303)],
)
def test_redirect_code_follows_the_method(client: FlaskClient, method: str, code: int) -> None:
    assert client.open("/page", method=method).status_code == code


def test_redirect_code_does_not_depend_on_the_default_of_flask(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def redirect(location: str, code: int = 303) -> Response:
        return Response(status=code, headers={"Location": location})

    monkeypatch.setattr(app, "redirect", redirect)

    assert client.get("/page").status_code == 302


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_page_that_was_read_is_saved(client: FlaskClient, method: str) -> None:
    assert client.open("/page?a=b", method=method).location == "/login?next=%2Fpage%3Fa%3Db"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_page_that_also_answers_get_is_saved(client: FlaskClient, method: str) -> None:
    assert client.open("/page?a=b", method=method).location == "/login?next=%2Fpage%3Fa%3Db"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_page_that_does_not_answer_get_is_not_saved(client: FlaskClient, method: str) -> None:
    assert client.open("/act", method=method).location == "/login"


def test_page_whose_get_is_another_endpoint_is_saved(client: FlaskClient) -> None:
    assert client.post("/items/1").location == "/login?next=%2Fitems%2F1"


def test_unknown_page_that_was_posted_to_is_not_saved(app: Flask, client: FlaskClient) -> None:
    app.before_request(login_required(lambda: None))

    assert client.post("/nowhere").location == "/login"
    assert client.get("/nowhere").location == "/login?next=%2Fnowhere"


def test_page_below_the_root_of_the_app_is_saved_whole(client: FlaskClient) -> None:
    response = client.get("/page", base_url="http://localhost/app")

    assert response.location == "/login?next=%2Fapp%2Fpage"


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/any/a/b", "%2Fany%2Fa%2Fb"),
        ("/any/ü", "%2Fany%2F%C3%BC"),
        ("/any/x?a=%2F&b=c+d", "%2Fany%2Fx%3Fa%3D%2F%26b%3Dc%2Bd"),
        ("/any/x?next=/other", "%2Fany%2Fx%3Fnext%3D%2Fother"),
    ],
    ids=["path", "unicode", "query", "next of its own"],
)
def test_target_is_urlencoded(client: FlaskClient, path: str, target: str) -> None:
    assert client.get(path).location == f"/login?next={target}"


@pytest.mark.parametrize("path", ["/%5Cevil.example", "/\\evil.example", "/%5C%5Cevil.example"])
def test_target_does_not_leave_this_site(app: Flask, client: FlaskClient, path: str) -> None:
    app.before_request(login_required(lambda: None))

    assert client.get(path).location == "/login?next=%2Fevil.example"


def test_target_is_a_path_whatever_host_was_asked_for(client: FlaskClient) -> None:
    response = client.get("/page", base_url="http://evil.example")

    assert response.location == "/login?next=%2Fpage"


@pytest.mark.parametrize(
    "login_view",
    ["http://shop.example/login", "https://shop.example/login"],
    ids=["same scheme", "another scheme"],
)
def test_login_view_on_this_host_is_told_a_path(
    login_manager: LoginManager, client: FlaskClient, login_view: str
) -> None:
    login_manager.login_view = login_view

    response = client.get("/page", base_url="http://shop.example")

    assert response.location == f"{login_view}?next=%2Fpage"


@pytest.mark.parametrize(
    "login_view",
    ["https://auth.example/login", "http://shop.example:8000/login"],
    ids=["another host", "another port"],
)
def test_login_view_on_another_host_is_told_the_whole_url(
    login_manager: LoginManager, client: FlaskClient, login_view: str
) -> None:
    login_manager.login_view = login_view

    response = client.get("/page", base_url="http://shop.example")

    assert response.location == f"{login_view}?next=http%3A%2F%2Fshop.example%2Fpage"


def test_default_port_is_no_other_host(login_manager: LoginManager, client: FlaskClient) -> None:
    login_manager.login_view = "https://shop.example:443/login"

    response = client.get("/page", base_url="https://shop.example")

    assert response.location == "https://shop.example:443/login?next=%2Fpage"


@pytest.mark.parametrize("host", ["shop.example:port", "[::1", "a b"])
def test_junk_host_header_does_not_break_the_refusal(
    app: Flask, login_manager: LoginManager, host: str
) -> None:
    login_manager.login_view = "https://auth.example/login"
    environ = create_environ("/page")
    environ["HTTP_HOST"] = host

    _, status, _ = run_wsgi_app(app, environ)

    assert status == "302 FOUND"


def test_url_that_cannot_be_built_is_not_saved(
    app: Flask, login_manager: LoginManager[t.Any], client: FlaskClient
) -> None:
    # Werkzeug before 3.1 does this for some Host headers.
    class BrokenRequest(Request):
        @property
        def url(self) -> t.NoReturn:  # type: ignore[override]
            raise ValueError("Invalid IPv6 URL")

    app.request_class = BrokenRequest
    login_manager.login_view = "https://sso.example/login"

    assert client.get("/page").location == "https://sso.example/login"


@pytest.mark.usefixtures("in_session")
class TestInSession:
    def test_target_is_kept_out_of_the_login_url(self, client: FlaskClient) -> None:
        assert client.get("/page").location == "/login"

    @pytest.mark.parametrize(
        ("method", "path", "target"),
        [
            ("GET", "/page?a=b", "/page?a=b"),
            ("HEAD", "/page", "/page"),
            ("POST", "/page", "/page"),
            ("POST", "/act", None),
            ("DELETE", "/act", None),
        ],
    )
    def test_session_keeps_the_same_target(
        self, client: FlaskClient, method: str, path: str, target: str | None
    ) -> None:
        client.open(path, method=method)

        assert saved_next(client) == target

    def test_refusal_without_a_target_removes_an_older_one(self, client: FlaskClient) -> None:
        client.get("/page")
        client.post("/act")

        assert saved_next(client) is None

    def test_later_target_replaces_an_older_one(self, client: FlaskClient) -> None:
        client.get("/page")
        client.get("/items/1")

        assert saved_next(client) == "/items/1"

    def test_target_for_another_host_is_the_whole_url(
        self, login_manager: LoginManager, client: FlaskClient
    ) -> None:
        login_manager.login_view = "https://auth.example/login"

        assert client.get("/page").location == "https://auth.example/login"
        assert saved_next(client) == "http://localhost/page"

    def test_refusal_by_401_saves_no_target(
        self, login_manager: LoginManager, client: FlaskClient
    ) -> None:
        login_manager.login_view = None
        client.get("/page")

        assert saved_next(client) is None

    def test_refusal_writes_no_other_key(
        self, login_manager: LoginManager, client: FlaskClient
    ) -> None:
        login_manager.login_message = None
        client.get("/page")

        with client.session_transaction() as session:
            assert dict(session) == {"next": "/page"}

    def test_logout_removes_the_target(self, browser: FlaskClient) -> None:
        browser.get("/page")
        browser.get("/logout")

        assert saved_next(browser) is None


def test_session_is_left_alone_where_the_query_carries_the_target(client: FlaskClient) -> None:
    with client.session_transaction() as session:
        session["next"] = "/old"

    assert client.get("/page").location == "/login?next=%2Fpage"
    assert saved_next(client) == "/old"


def test_path_with_an_encoded_question_mark_stays_a_path(client: FlaskClient) -> None:
    location = client.get("/any/a%3Fb=1").location
    assert location == "/login?next=%2Fany%2Fa%253Fb%3D1"


def test_login_view_on_a_host_without_a_scheme_gets_the_whole_url(
    login_manager: LoginManager, client: FlaskClient
) -> None:
    login_manager.login_view = "//sso.example/login"
    location = client.get("/page").location
    assert location == "//sso.example/login?next=http%3A%2F%2Flocalhost%2Fpage"
