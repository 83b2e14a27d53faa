"""Sessions that are kept on the server: their IDs change when the login does."""

from __future__ import annotations

import typing as t

import pytest
from flask import Flask
from flask import session
from flask.sessions import SecureCookieSessionInterface
from flask.testing import FlaskClient


class Regenerating(SecureCookieSessionInterface):
    """Cookie sessions that count how often they were given another ID."""

    def regenerate(self, session: t.Any) -> None:
        session["regenerated"] = session.get("regenerated", 0) + 1


class TestRegenerate:
    """Any session interface that can change IDs is asked to."""

    @pytest.fixture
    def changes(self, app: Flask, session_of: t.Any) -> t.Callable[[FlaskClient], int]:
        """How often a client's session got another ID."""
        app.session_interface = Regenerating()
        return lambda client: session_of(client).get("regenerated", 0)

    @pytest.mark.asvs("7.2.4")
    def test_login_changes_the_id(self, changes: t.Any, browser: FlaskClient) -> None:
        browser.get("/login/1")
        assert changes(browser) == 1

    def test_login_as_another_user_changes_the_id(
        self, changes: t.Any, browser: FlaskClient
    ) -> None:
        browser.get("/login/1")
        browser.get("/login/2")
        assert changes(browser) == 2

    @pytest.mark.asvs("7.2.4")
    def test_logout_changes_the_id(self, changes: t.Any, browser: FlaskClient) -> None:
        browser.get("/login/1")
        browser.get("/logout")
        assert changes(browser) == 2

    @pytest.mark.asvs("7.2.4")
    def test_restore_changes_the_id(self, changes: t.Any, remembered_browser: FlaskClient) -> None:
        remembered_browser.get("/me")
        remembered_browser.get("/me")
        assert changes(remembered_browser) == 1

    def test_refused_login_changes_no_id(self, changes: t.Any, browser: FlaskClient) -> None:
        browser.get("/login/3")
        assert changes(browser) == 0

    @pytest.mark.parametrize("path", ["/me", "/fresh", "/remembered", "/plain"])
    def test_looking_changes_no_id(self, changes: t.Any, browser: FlaskClient, path: str) -> None:
        browser.get("/login/1")
        browser.get(path)
        assert changes(browser) == 1

    def test_cookie_of_nobody_changes_no_id(
        self, changes: t.Any, remembered_browser: FlaskClient, users: dict[str, t.Any]
    ) -> None:
        del users["1"]
        remembered_browser.get("/me")
        assert changes(remembered_browser) == 0


class TestFlaskSession:
    @pytest.fixture(autouse=True)
    def server_side(self, app: Flask) -> None:
        flask_session = pytest.importorskip("flask_session")
        cachelib = pytest.importorskip("cachelib")
        app.config.update(SESSION_TYPE="cachelib", SESSION_CACHELIB=cachelib.SimpleCache())
        flask_session.Session(app)

        @app.get("/shop")
        def shop() -> str:
            session["cart"] = [1]
            return "shop"

        app.add_url_rule("/cart", view_func=lambda: str(session.get("cart")))

    @pytest.fixture
    def sid(self) -> t.Callable[[FlaskClient], str]:
        def read(client: FlaskClient) -> str:
            cookie = client.get_cookie("session")
            assert cookie is not None
            return cookie.value

        return read

    @pytest.mark.parametrize("path", ["/login/1", "/login/1?remember"])
    def test_login_changes_the_id(self, browser: FlaskClient, sid: t.Any, path: str) -> None:
        browser.get("/shop")
        before = sid(browser)
        browser.get(path)
        assert sid(browser) != before
        assert browser.get("/me").text == "1"

    def test_logout_changes_the_id(self, browser: FlaskClient, sid: t.Any) -> None:
        browser.get("/shop")
        browser.get("/login/1")
        before = sid(browser)
        browser.get("/logout")
        assert sid(browser) != before
        assert browser.get("/me").text == "nobody"

    def test_restore_changes_the_id(self, remembered_browser: FlaskClient, sid: t.Any) -> None:
        remembered_browser.get("/shop")
        before = sid(remembered_browser)
        assert remembered_browser.get("/me").text == "1"
        assert sid(remembered_browser) != before
        assert remembered_browser.get("/me").text == "1"

    @pytest.mark.asvs("7.2.4")
    @pytest.mark.parametrize("path", ["/login/1", "/me"], ids=["login", "restore"])
    def test_id_that_was_known_before_is_worth_nothing_after(
        self, app: Flask, remembered_browser: FlaskClient, sid: t.Any, path: str
    ) -> None:
        attacker = app.test_client()
        attacker.get("/shop")
        remembered_browser.set_cookie("session", sid(attacker))
        remembered_browser.get(path)
        assert remembered_browser.get("/me").text == "1"
        assert attacker.get("/me").text == "nobody"

    @pytest.mark.asvs("7.4.1")
    def test_id_of_a_login_is_worth_nothing_after_the_logout(
        self, app: Flask, browser: FlaskClient, sid: t.Any
    ) -> None:
        browser.get("/login/1")
        thief = app.test_client()
        thief.set_cookie("session", sid(browser))
        browser.get("/logout")
        assert thief.get("/me").text == "nobody"

    def test_content_of_the_application_moves_along(self, browser: FlaskClient) -> None:
        browser.get("/shop")
        browser.get("/login/1")
        assert browser.get("/cart").text == "[1]"
        browser.get("/logout")
        assert browser.get("/cart").text == "[1]"

    def test_id_stays_between_logins(self, browser: FlaskClient, sid: t.Any) -> None:
        browser.get("/login/1")
        before = sid(browser)

        for path in ("/me", "/fresh", "/shop", "/confirm"):
            browser.get(path)

        assert sid(browser) == before

    def test_remember_cookie_is_deleted_at_logout(self, browser: FlaskClient) -> None:
        browser.get("/login/1?remember")
        browser.get("/logout")
        assert browser.get_cookie("remember_token") is None
        assert browser.get("/me").text == "nobody"
