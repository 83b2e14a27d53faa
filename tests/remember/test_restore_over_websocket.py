"""A login restored where the session cannot be given another ID is for that request alone."""

from __future__ import annotations

import typing as t

import pytest
from flask import Flask
from flask import session
from flask.sessions import SecureCookieSessionInterface
from flask.testing import FlaskClient

from flask_login import current_user

# With 'Connection: Upgrade' as well, Werkzeug would look for rules of WebSockets alone.
UPGRADE = {"Upgrade": "websocket"}
HANDSHAKE = {**UPGRADE, "Connection": "Upgrade"}


class Regenerating(SecureCookieSessionInterface):
    """Cookie sessions that count how often they were given another ID."""

    def regenerate(self, session: t.Any) -> None:
        session["regenerated"] = session.get("regenerated", 0) + 1


class TestSessionThatCanChangeItsId:
    @pytest.fixture(autouse=True)
    def regenerating(self, app: Flask) -> None:
        app.session_interface = Regenerating()

    @pytest.mark.parametrize("upgrade", ["websocket", "WebSocket"])
    def test_restored_user_is_there(self, remembered_browser: FlaskClient, upgrade: str) -> None:
        assert remembered_browser.get("/me", headers={"Upgrade": upgrade}).text == "1"

    def test_restored_login_is_not_written(
        self, remembered_browser: FlaskClient, session_of: t.Any
    ) -> None:
        remembered_browser.get("/me", headers=UPGRADE)
        assert session_of(remembered_browser) == {}

    def test_application_s_keys_stay(
        self, remembered_browser: FlaskClient, session_of: t.Any
    ) -> None:
        with remembered_browser.session_transaction() as stored:
            stored["cart"] = [1]

        remembered_browser.get("/me", headers=UPGRADE)
        assert session_of(remembered_browser) == {"cart": [1]}

    def test_historic_cookie_is_not_replaced(
        self, app: Flask, remembered_browser: FlaskClient, cookie_of: t.Any
    ) -> None:
        app.config["REMEMBER_COOKIE_FORMAT"] = "legacy"
        assert cookie_of(remembered_browser.get("/me", headers=UPGRADE)) is None

    @pytest.mark.parametrize(("path", "answer"), [("/remembered", "True"), ("/fresh", "False")])
    def test_restored_login_is_remembered_and_not_fresh(
        self, remembered_browser: FlaskClient, path: str, answer: str
    ) -> None:
        assert remembered_browser.get(path, headers=UPGRADE).text == answer

    def test_confirmation_writes_nothing(
        self, remembered_browser: FlaskClient, session_of: t.Any
    ) -> None:
        remembered_browser.get("/confirm", headers=UPGRADE)
        assert session_of(remembered_browser) == {}

    def test_next_page_restores_it_under_another_id(
        self, remembered_browser: FlaskClient, session_of: t.Any
    ) -> None:
        remembered_browser.get("/me", headers=UPGRADE)
        remembered_browser.get("/me")
        assert session_of(remembered_browser).items() >= {"_user_id": "1", "regenerated": 1}.items()

    def test_explicit_login_is_written(self, browser: FlaskClient, session_of: t.Any) -> None:
        browser.get("/login/1", headers=UPGRADE)
        assert session_of(browser)["_user_id"] == "1"

    def test_logout_is_written(self, browser: FlaskClient) -> None:
        browser.get("/login/1")
        browser.get("/logout", headers=UPGRADE)
        assert browser.get("/me").text == "nobody"

    def test_session_s_own_login_is_found(self, browser: FlaskClient) -> None:
        browser.get("/login/1")
        assert browser.get("/me", headers=UPGRADE).text == "1"


def test_cookie_session_carries_a_login_that_is_restored(
    remembered_browser: FlaskClient, session_of: t.Any
) -> None:
    remembered_browser.get("/me", headers=UPGRADE)
    assert session_of(remembered_browser)["_user_id"] == "1"


def test_session_id_that_somebody_else_knows_gets_no_login(
    app: Flask, browser: FlaskClient
) -> None:
    flask_session = pytest.importorskip("flask_session")
    cachelib = pytest.importorskip("cachelib")
    app.config.update(SESSION_TYPE="cachelib", SESSION_CACHELIB=cachelib.SimpleCache())
    flask_session.Session(app)
    found: list[t.Any] = []
    app.before_request(lambda: found.append(current_user.get_id()))
    app.add_url_rule("/shop", view_func=lambda: str(session.setdefault("cart", 1)))
    attacker = app.test_client()
    attacker.get("/shop")
    browser.get("/login/1?remember")
    browser.set_cookie("session", attacker.get_cookie("session").value)  # type: ignore[union-attr]

    browser.get("/chat", headers=HANDSHAKE)
    assert found[-1] == "1"
    assert attacker.get("/me").text == "nobody"
