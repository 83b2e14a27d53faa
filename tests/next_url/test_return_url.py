"""Which page a refusal saves to return to after login, where, and by which redirect."""

from __future__ import annotations

import typing as t
from urllib.parse import parse_qs
from urllib.parse import unquote
from urllib.parse import unquote_to_bytes
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask import Request
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import HealthCheck
from hypothesis import settings
from hypothesis import strategies as st
from werkzeug.test import create_environ
from werkzeug.test import run_wsgi_app
from werkzeug.wrappers import Response

from flask_login import is_safe_url
from flask_login import login_required
from flask_login import LoginManager
from flask_login import safe_next_url


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
        ("/any/ü", "%2Fany%2F%25C3%25BC"),
        ("/any/x?a=%2F&b=c+d", "%2Fany%2Fx%3Fa%3D%252F%26b%3Dc%2Bd"),
        ("/any/x?next=/other", "%2Fany%2Fx%3Fnext%3D%2Fother"),
    ],
    ids=["path", "unicode", "query", "next of its own"],
)
def test_target_is_urlencoded(client: FlaskClient, path: str, target: str) -> None:
    assert client.get(path).location == f"/login?next={target}"


@pytest.mark.parametrize(
    "target",
    [
        "/page?next=20",
        "/page?next=",
        "/page?q=%5C",
        "/page?q=%D9%85%DB%8C%E2%80%8C%D8%AE",
        "/page?q=%F0%9F%91%A9%E2%80%8D%F0%9F%92%BB",
        "/any/%D9%85%DB%8C%E2%80%8C%D8%AE",
        "/any/a%5Cb",
        "/any/a%25b",
        "/any/a%23b%3Fc",
        "/any/a%20b",
        "/page?a=%7B%7D",
        "/page?q=%FF%00",
    ],
)
def test_target_keeps_its_encoding_and_is_safe_on_return(
    app: Flask, client: FlaskClient, target: str
) -> None:
    app.add_url_rule("/login", "login", lambda: safe_next_url())

    assert client.get(client.get(target).location).text == target


def find_location(app: Flask, path: str, query: str = "") -> str:
    """Where a request is sent that a test client would not let through."""
    environ = {**create_environ(), "PATH_INFO": path, "QUERY_STRING": query}
    return run_wsgi_app(app, environ)[2]["Location"]


bytes_of_urls = st.binary(max_size=20) | st.text(max_size=20).map(
    lambda text: text.encode("utf-8", "surrogatepass")
)


@settings(
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(path=bytes_of_urls, query=bytes_of_urls)
def test_any_target_is_safe_on_return(
    app: Flask, client: FlaskClient, path: bytes, query: bytes
) -> None:
    asked = f"/any/x{path.decode('latin-1')}"
    location = find_location(app, asked, query.decode("latin-1"))
    target = parse_qs(urlsplit(location).query)["next"][0]
    returned = urlsplit(target)

    with app.app_context():
        assert is_safe_url(target) or b"next=" in query
    assert unquote(returned.path, "latin-1") == asked
    assert unquote_to_bytes(returned.query) == unquote_to_bytes(query)


@pytest.mark.parametrize("headers", [{}, {"Host": "shop.example:8000"}], ids=str)
def test_whole_url_keeps_its_encoding(
    login_manager: LoginManager, client: FlaskClient, headers: dict[str, str]
) -> None:
    login_manager.login_view = "https://sso.example/login"
    location = str(client.get("/any/%C3%BC?q=%5C", headers=headers).location)
    host = headers.get("Host", "localhost")

    assert parse_qs(urlsplit(location).query)["next"] == [f"http://{host}/any/%C3%BC?q=%5C"]


def test_host_beyond_ascii_is_saved_as_browsers_send_it(
    login_manager: LoginManager, client: FlaskClient
) -> None:
    login_manager.login_view = "https://sso.example/login"
    response = client.get("/page", base_url="http://xn--mnchen-3ya.example")

    assert str(response.location).endswith("next=http%3A%2F%2Fxn--mnchen-3ya.example%2Fpage")


@pytest.mark.parametrize("path", ["/%5Cevil.example", "/\\evil.example", "/%5C%5Cevil.example"])
def test_target_does_not_leave_this_site(app: Flask, client: FlaskClient, path: str) -> None:
    app.before_request(login_required(lambda: None))

    assert client.get(path).location == "/login?next=%2Fevil.example"


def test_target_is_a_path_whatever_host_was_asked_for(client: FlaskClient) -> None:
    response = client.get("/page", base_url="http://evil.example")

    assert response.location == "/login?next=%2Fpage"


@pytest.mark.parametrize(
    "login_view",
    ["http://shop.example/login", "http://shop.example:80/login"],
    ids=["as it is", "in another spelling"],
)
def test_login_view_on_this_host_is_told_a_path(
    login_manager: LoginManager, client: FlaskClient, login_view: str
) -> None:
    login_manager.login_view = login_view

    response = client.get("/page", base_url="http://shop.example")

    assert response.location == f"{login_view}?next=%2Fpage"


@pytest.mark.parametrize(
    "login_view",
    ["https://auth.example/login", "http://shop.example:8000/login", "https://shop.example/login"],
    ids=["another host", "another port", "another scheme"],
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


@pytest.mark.parametrize("host", ["", "[::1", "a:port", "a/b", "a#b"])
def test_url_of_a_junk_host_is_not_saved(
    app: Flask, login_manager: LoginManager, host: str
) -> None:
    # Werkzeug before 3.1 lets such hosts through. Flask since then sets it by itself.
    junk = property(lambda self: host, lambda self, value: None)
    app.request_class = type("JunkRequest", (Request,), {"host": junk})
    login_manager.login_view = "https://sso.example/login"

    assert find_location(app, "/page") == "https://sso.example/login"


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
