"""Two applications on one host: browsers send them each other's cookies."""

from __future__ import annotations

import typing as t

import pytest
from flask import Flask
from flask.testing import FlaskClient

from flask_login import encode_cookie
from flask_login import LoginManager

ANOTHER = {"User-Agent": "another browser"}

# By what a remember-me cookie of another application may have been made.
foreign = {
    "no cookie of a login": "42",
    "empty": "",
    "historic": encode_cookie("1", key="another"),
    "of the same user": encode_cookie("2", key="another"),
    "own format": "1|1750000000.60.1750000000.random...signature",
}
each_cookie = pytest.mark.parametrize("cookie", foreign.values(), ids=foreign)

paths = pytest.mark.parametrize(
    "path", ["/me", "/fresh", "/remembered", "/confirm", "/login/1", "/login/2", "/login/3"]
)


@pytest.fixture
def keeps(browser: FlaskClient, cookie_of: t.Any) -> t.Callable[..., bool]:
    """Whether a response leaves a foreign cookie where it is."""

    def keeps(cookie: str, path: str, **request: t.Any) -> bool:
        browser.set_cookie("remember_token", cookie)
        return cookie_of(browser.get(path, **request)) is None

    return keeps


@each_cookie
@paths
def test_foreign_cookie_is_left_alone(keeps: t.Any, cookie: str, path: str) -> None:
    assert keeps(cookie, path)


@each_cookie
@paths
def test_foreign_cookie_is_left_alone_beside_a_login(
    browser: FlaskClient, keeps: t.Any, cookie: str, path: str
) -> None:
    browser.get("/login/1")
    assert keeps(cookie, path)


@each_cookie
@paths
@pytest.mark.parametrize(
    "config",
    [
        {"REMEMBER_COOKIE_REFRESH_EACH_REQUEST": True},
        {"LOGIN_DEFAULTS": "secure"},
        {"REMEMBER_COOKIE_FORMAT": "legacy"},
    ],
    ids=str,
)
def test_foreign_cookie_is_left_alone_whatever_is_set(
    app: Flask, keeps: t.Any, cookie: str, path: str, config: dict[str, t.Any]
) -> None:
    app.config.update(config)
    assert keeps(cookie, path)


@each_cookie
def test_foreign_cookie_is_left_alone_when_a_deleted_user_is_found(
    browser: FlaskClient, users: dict[str, t.Any], keeps: t.Any, cookie: str
) -> None:
    browser.get("/login/1")
    del users["1"]
    assert keeps(cookie, "/me")


@each_cookie
def test_foreign_cookie_is_replaced_by_a_login_with_remember(
    browser: FlaskClient, keeps: t.Any, cookie: str
) -> None:
    assert not keeps(cookie, "/login/1?remember")
    assert browser.get("/remembered").text == "True"


@each_cookie
def test_foreign_cookie_is_deleted_by_a_logout(
    browser: FlaskClient, keeps: t.Any, cookie: str
) -> None:
    assert not keeps(cookie, "/logout")
    assert browser.get_cookie("remember_token") is None


@each_cookie
def test_foreign_cookie_is_deleted_where_strong_protection_ends_a_login(
    app: Flask, browser: FlaskClient, keeps: t.Any, cookie: str
) -> None:
    app.config["SESSION_PROTECTION"] = "strong"
    browser.get("/login/1")
    assert not keeps(cookie, "/me", headers=ANOTHER)
    assert browser.get_cookie("remember_token") is None


def test_visit_to_one_application_keeps_the_login_of_the_other(
    app: Flask, remembered_browser: FlaskClient, users: dict[str, t.Any]
) -> None:
    other = Flask("other")
    other.config.update(SECRET_KEY="another", SESSION_COOKIE_NAME="other_session")
    LoginManager(other).user_loader(users.get)
    other.view_functions.update(app.view_functions)
    other.add_url_rule("/me", "me")
    other.add_url_rule("/login/<user_id>", "login")
    remembered_browser.application = other
    assert remembered_browser.get("/me").text == "nobody"
    assert remembered_browser.get("/login/2").text == "True"
    remembered_browser.application = app
    assert remembered_browser.get("/me").text == "1"


class TestOwnCookie:
    """What one of our keys signed is ours, and goes if nobody comes of it."""

    @pytest.mark.parametrize("path", ["/me", "/fresh", "/remembered", "/confirm", "/login/2"])
    @pytest.mark.parametrize("format", ["timed", "legacy"])
    def test_cookie_of_a_deleted_user_is_deleted(
        self,
        app: Flask,
        browser: FlaskClient,
        users: dict[str, t.Any],
        path: str,
        format: str,
    ) -> None:
        app.config["REMEMBER_COOKIE_FORMAT"] = format
        browser.get("/login/1?remember")
        browser.delete_cookie("session")
        del users["1"]
        browser.get(path)
        assert browser.get_cookie("remember_token") is None

    @pytest.mark.parametrize("path", ["/me", "/login/1", "/login/2"])
    def test_refused_historic_cookie_is_deleted(
        self, app: Flask, browser: FlaskClient, path: str
    ) -> None:
        app.config["REMEMBER_COOKIE_ACCEPT_LEGACY"] = False
        browser.set_cookie("remember_token", encode_cookie("1", key="deterministic"))
        browser.get(path)
        assert browser.get_cookie("remember_token") is None

    @pytest.mark.parametrize("path", ["/me", "/login/2"])
    def test_cookie_that_a_fallback_key_signed_is_ours(
        self, app: Flask, remembered_browser: FlaskClient, users: dict[str, t.Any], path: str
    ) -> None:
        app.config.update(SECRET_KEY="new", SECRET_KEY_FALLBACKS=["deterministic"])
        del users["1"]
        remembered_browser.get(path)
        assert remembered_browser.get_cookie("remember_token") is None

    @pytest.mark.parametrize("seconds", [60, -61], ids=["expired", "from the future"])
    def test_cookie_of_another_time_is_deleted(
        self, browser: FlaskClient, clock: t.Any, seconds: int
    ) -> None:
        browser.get("/login/1?remember&duration=60")
        browser.delete_cookie("session")
        clock.tick(seconds)
        browser.get("/me")
        assert browser.get_cookie("remember_token") is None

    def test_cookie_is_kept_where_the_loader_raises(
        self, app: Flask, login_manager: LoginManager, remembered_browser: FlaskClient
    ) -> None:
        @login_manager.user_loader
        def load_user(user_id: str) -> None:
            raise ConnectionError

        app.config["PROPAGATE_EXCEPTIONS"] = False
        assert remembered_browser.get("/me").status_code == 500
        assert remembered_browser.get_cookie("remember_token") is not None

    def test_cookie_is_kept_where_there_is_no_user_loader(
        self, login_manager: LoginManager, remembered_browser: FlaskClient
    ) -> None:
        login_manager.request_loader(lambda request: None)
        login_manager._user_callback = None
        assert remembered_browser.get("/me").text == "nobody"
        assert remembered_browser.get_cookie("remember_token") is not None

    def test_cookie_is_deleted_also_where_the_request_names_a_user(
        self,
        login_manager: LoginManager,
        remembered_browser: FlaskClient,
        users: dict[str, t.Any],
    ) -> None:
        login_manager.request_loader(lambda request: users["2"])
        del users["1"]
        assert remembered_browser.get("/me").text == "2"
        assert remembered_browser.get_cookie("remember_token") is None
