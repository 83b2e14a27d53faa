"""Requests that no browser would send: nothing in them is an error, and nobody gets in."""

from __future__ import annotations

import typing as t

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from werkzeug.test import create_environ
from werkzeug.test import run_wsgi_app
from werkzeug.test import TestResponse
from werkzeug.wrappers import Request

from flask_login import current_user
from flask_login import login_fresh
from flask_login import login_remembered
from flask_login import login_required
from flask_login import login_user
from flask_login import LoginManager
from flask_login import logout_user
from flask_login import UserMixin

calm = settings(deadline=None, derandomize=True)

#: Header values as a WSGI server hands them over: any bytes, read as latin-1.
header_values = st.binary(max_size=300).map(lambda value: value.decode("latin-1"))

COOKIES = {
    "empty": "",
    "no separator": "1",
    "separator alone": "|",
    "no signature": "1|",
    "no ID": "|" + "0" * 128,
    "wrong signature": "1|" + "0" * 128,
    "latin-1": "1|é",
    "UTF-8": "1|é".encode().decode("latin-1"),
    "UTF-8 ID": "佐藤|é".encode().decode("latin-1"),
    "broken UTF-8": "\xff\xfe|\xff",
    "control characters": "1|\x00\x01\x1f\x7f",
    "line ends": "1|\r\nSet-Cookie: a=b",
    "quoted": '"1|\\377\\000"',
    "unfinished quotes": '"1|\\37',
    "many separators": "|" * 65536,
    "long": "1|" + "f" * 65536,
    "format characters": "%s%n{0}|{}",
    "markup": "<script>|</script>",
}
each_cookie = pytest.mark.parametrize("cookie", COOKIES.values(), ids=COOKIES)


class User(UserMixin):
    def __init__(self, id: str) -> None:
        self.id = id


def make_app() -> Flask:
    """An application that would let in any ID that is genuine."""
    app = Flask("app")
    app.config.update(TESTING=True, SECRET_KEY="deterministic", SESSION_PROTECTION="strong")
    login_manager = LoginManager(app)
    login_manager.login_view = "/login"
    login_manager.user_loader(User)
    login_manager.request_loader(
        lambda request: User("by key") if "X-Key" in request.headers else None
    )

    app.add_url_rule("/login", view_func=lambda: str(login_user(User("1"), remember=True)))
    app.add_url_rule("/logout", "logout", lambda: str(logout_user()))
    app.add_url_rule("/me", "me", lambda: str(current_user.get_id()))
    app.add_url_rule("/ask", "ask", lambda: f"{login_fresh()} {login_remembered()}")
    app.add_url_rule(
        "/guarded", "guarded", login_required(lambda: "inside"), methods=["GET", "PUT"]
    )
    return app


app = make_app()


def send(path: str, *, method: str = "GET", **environ: t.Any) -> TestResponse:
    """The answer to a request that a test client would not let through."""
    environ = {**create_environ(path, method=method), **environ}
    body, status, headers = run_wsgi_app(app, environ, buffered=True)
    return TestResponse(body, status, headers, Request(environ))


def deletes_cookie(response: TestResponse) -> bool:
    cookies = response.headers.getlist("Set-Cookie")
    return any(cookie.startswith("remember_token=; ") for cookie in cookies)


def assert_nobody(cookie: str) -> None:
    raw = f"remember_token={cookie}"
    # Werkzeug passes over what it cannot parse as a cookie.
    arrives = "remember_token" in Request({"HTTP_COOKIE": raw}).cookies
    response = send("/me", HTTP_COOKIE=raw)
    assert (response.status_code, response.text) == (200, "None")
    # It may be another application's.
    assert not deletes_cookie(response)
    assert send("/me", HTTP_COOKIE=raw, HTTP_X_KEY="key").text == "by key"
    assert send("/ask", HTTP_COOKIE=raw).text == "False False"
    assert send("/guarded", HTTP_COOKIE=raw).status_code == 302
    assert deletes_cookie(send("/logout", HTTP_COOKIE=raw)) is arrives
    assert send("/login", HTTP_COOKIE=raw).text == "True"


@each_cookie
def test_odd_cookie_is_nobody_s(cookie: str) -> None:
    assert_nobody(cookie)


@calm
@given(cookie=header_values.filter(lambda value: ";" not in value))
def test_any_cookie_is_nobody_s(cookie: str) -> None:
    assert_nobody(cookie)


@calm
@given(signature=header_values.filter(lambda value: ";" not in value))
def test_any_signature_is_wrong(signature: str) -> None:
    assert_nobody(f"1|{signature}")


@calm
@given(header=header_values)
def test_any_cookie_header_is_harmless(header: str) -> None:
    response = send("/me", HTTP_COOKIE=header)
    assert (response.status_code, response.text) == (200, "None")


@calm
@given(cookie=header_values)
def test_any_session_cookie_is_harmless(cookie: str) -> None:
    response = send("/me", HTTP_COOKIE=f"session={cookie}")
    assert (response.status_code, response.text) == (200, "None")


def log_in(**environ: t.Any) -> dict[str, t.Any]:
    """The environment of a request from the browser that logged in, with these headers."""
    response = send("/login", **environ)
    assert response.text == "True"
    cookies = [cookie.partition(";")[0] for cookie in response.headers.getlist("Set-Cookie")]
    return {**environ, "HTTP_COOKIE": "; ".join(cookies)}


@calm
@given(agent=header_values | st.none(), address=st.text(max_size=50) | st.none())
def test_any_browser_keeps_its_login(agent: str | None, address: str | None) -> None:
    facts = {"HTTP_USER_AGENT": agent, "REMOTE_ADDR": address}
    environ = log_in(**{name: value for name, value in facts.items() if value is not None})
    assert send("/me", **environ).text == "1"
    assert send("/ask", **environ).text == "True True"


@calm
@given(agent=header_values, forwarded=header_values)
def test_any_other_browser_has_no_part_in_a_login(agent: str, forwarded: str) -> None:
    environ = {**log_in(HTTP_USER_AGENT="\x00the one"), "HTTP_USER_AGENT": agent}
    assert send("/me", HTTP_X_FORWARDED_FOR=forwarded, **environ).text == "None"


@calm
@given(forwarded=header_values, key=st.sampled_from(["FORWARDED", "X_FORWARDED_FOR", "X_REAL_IP"]))
def test_what_a_client_says_of_its_address_is_not_heard(forwarded: str, key: str) -> None:
    environ = log_in()
    assert send("/me", **environ, **{f"HTTP_{key}": forwarded}).text == "1"


def answers(**environ: t.Any) -> bool:
    """Whether Flask itself gets along with a request."""
    return send("/static/none", **environ).status_code == 404


@pytest.mark.parametrize(
    "host",
    ["", " ", "é", "\x00", "[", "a:b", "a:99999", "a:-1", "//evil.example", "a/b", "a@b", "a b"],
    ids=ascii,
)
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_odd_host_is_refused_at_worst(host: str, method: str) -> None:
    if answers(HTTP_HOST=host):
        assert send("/guarded", method=method, HTTP_HOST=host).status_code < 500


@calm
@given(host=header_values)
def test_any_host_is_refused_at_worst(host: str) -> None:
    if answers(HTTP_HOST=host):
        assert send("/guarded", HTTP_HOST=host).status_code < 500
        assert send("/me", HTTP_HOST=host).text == "None"


@calm
@given(query=header_values, key=header_values)
def test_any_query_is_saved_or_dropped(query: str, key: str) -> None:
    response = send("/guarded", QUERY_STRING=query, HTTP_REFERER=key)
    assert response.status_code == 302
    assert response.location.startswith("/login?next=%2Fguarded")
