"""``confirm_login`` for a given user, and ``refresh_login`` after a change of credentials."""

from __future__ import annotations

import typing as t

import pytest
from flask import Flask
from flask import request
from flask.sessions import SecureCookieSessionInterface
from flask.testing import FlaskClient

from flask_login import confirm_login
from flask_login import current_user
from flask_login import login_user
from flask_login import LoginManager
from flask_login import refresh_login
from flask_login import user_login_confirmed
from flask_login import UserMixin


class Regenerating(SecureCookieSessionInterface):
    """Cookie sessions that count how often they were given another ID."""

    def regenerate(self, session: t.Any) -> None:
        session["regenerated"] = session.get("regenerated", 0) + 1


@pytest.fixture(autouse=True)
def views(app: Flask, browser: FlaskClient, users: dict[str, t.Any]) -> None:
    """Confirm or refresh the login, or change the password and refresh it."""
    users["1"].stamp = users["2"].stamp = "hash"

    @app.get("/confirm/<user_id>")
    def confirm_as(user_id: str) -> str:
        return str(confirm_login(users[user_id]))

    @app.get("/refresh")
    @app.get("/refresh/<user_id>")
    def refresh(user_id: str | None = None) -> str:
        return str(refresh_login(users[user_id] if user_id else None))

    @app.get("/password")
    def password() -> str:
        current_user.stamp = request.args["new"]
        return str(refresh_login())


@pytest.fixture
def other_browser(app: Flask, browser: FlaskClient) -> FlaskClient:
    """Another browser of user 1, who is remembered."""
    other = app.test_client()
    other.get("/login/1?remember")
    return other


class TestConfirmLogin:
    @pytest.mark.asvs("7.5.1")
    def test_own_user_makes_the_login_fresh(self, browser: FlaskClient) -> None:
        browser.get("/login/1?stale")
        browser.get("/confirm/1")
        assert browser.get("/fresh").text == "True"

    @pytest.mark.asvs("7.5.1")
    def test_another_user_is_an_error(self, browser: FlaskClient) -> None:
        browser.get("/login/1?stale")

        with pytest.raises(ValueError, match="not the one who is logged in"):
            browser.get("/confirm/2")

    def test_another_user_leaves_the_login_stale(
        self, app: Flask, browser: FlaskClient, session_of: t.Any
    ) -> None:
        app.config["PROPAGATE_EXCEPTIONS"] = False
        browser.get("/login/1?stale")
        before = session_of(browser)
        assert browser.get("/confirm/2").status_code == 500
        assert session_of(browser) == before

    def test_another_user_confirms_nothing(self, app: Flask, browser: FlaskClient) -> None:
        app.config["PROPAGATE_EXCEPTIONS"] = False
        browser.get("/login/1?stale")

        with user_login_confirmed.connected_to(lambda app: pytest.fail("confirmed")):
            browser.get("/confirm/2")

    def test_nobody_is_logged_in_for_a_stranger(self, browser: FlaskClient) -> None:
        with pytest.raises(ValueError, match="not the one who is logged in"):
            browser.get("/confirm/1")

    def test_user_of_a_request_loader_is_not_the_user_of_the_session(
        self, login_manager: LoginManager, browser: FlaskClient, users: dict[str, t.Any]
    ) -> None:
        login_manager.request_loader(lambda request: users["1"])

        with pytest.raises(ValueError, match="not the one who is logged in"):
            browser.get("/confirm/1")

    def test_user_without_an_id_is_an_error(
        self, browser: FlaskClient, users: dict[str, t.Any]
    ) -> None:
        browser.get("/login/1")
        users["2"].id = None

        with pytest.raises(ValueError, match="not the one who is logged in"):
            browser.get("/confirm/2")

    @pytest.mark.parametrize("user_id", [7, "7"], ids=repr)
    def test_user_is_known_by_the_id_of_any_type(
        self, browser: FlaskClient, users: dict[str, t.Any], user_id: int | str
    ) -> None:
        users["1"].get_id = lambda: user_id
        users["7"] = users["1"]

        with browser.session_transaction() as stored:
            stored.update(_user_id=7, _fresh=False)

        browser.get("/confirm/1")
        assert browser.get("/fresh").text == "True"

    def test_proxy_is_the_user_that_it_stands_for(self, app: Flask, browser: FlaskClient) -> None:
        app.view_functions["plain"] = lambda: str(confirm_login(current_user))
        browser.get("/login/1?stale")
        browser.get("/plain")
        assert browser.get("/fresh").text == "True"


class TestBothInOneRequest:
    """Confirmation and refresh each start from what the other is about to write."""

    @pytest.fixture(params=["confirm first", "refresh first"])
    def prove_and_change(
        self, app: Flask, browser: FlaskClient, users: dict[str, t.Any], request: t.Any
    ) -> FlaskClient:
        """A browser whose user re-authenticated and changed the password 500 seconds after login,
        within an hour of which it ends.
        """
        acts = [lambda: confirm_login(users["1"]), lambda: refresh_login(users["1"])]

        def prove_and_change() -> str:
            current_user.stamp = "another"
            first, second = acts if request.param == "confirm first" else acts[::-1]
            return f"{first()} {second()}"

        app.config["LOGIN_ABSOLUTE_TIMEOUT"] = 3600
        app.view_functions["plain"] = prove_and_change
        return browser

    @pytest.mark.parametrize("lost", ["session", "remember_token"])
    @pytest.mark.parametrize(("more", "user"), [(-1, "1"), (0, "nobody")], ids=["before", "after"])
    def test_login_lasts_from_the_confirmation(
        self, prove_and_change: FlaskClient, clock: t.Any, lost: str, more: int, user: str
    ) -> None:
        prove_and_change.get("/login/1?remember")
        clock.tick(500)
        prove_and_change.get("/plain")
        prove_and_change.delete_cookie(lost)
        clock.tick(3600 + more)
        assert prove_and_change.get("/me").text == user

    def test_login_is_fresh(self, prove_and_change: FlaskClient) -> None:
        prove_and_change.get("/login/1?remember&stale")
        prove_and_change.get("/plain")
        assert prove_and_change.get("/fresh").text == "True"

    def test_copy_of_the_cookie_is_void(
        self, app: Flask, prove_and_change: FlaskClient, token_of: t.Any
    ) -> None:
        prove_and_change.get("/login/1?remember")
        thief = app.test_client()
        thief.set_cookie("remember_token", token_of(prove_and_change))
        prove_and_change.get("/plain")
        assert thief.get("/me").text == "nobody"

    def test_login_with_remember_and_refresh_are_remembered(
        self, app: Flask, browser: FlaskClient, users: dict[str, t.Any]
    ) -> None:
        def log_in_and_change() -> str:
            login_user(users["1"], remember=True)
            users["1"].stamp = "another"
            return str(refresh_login())

        app.view_functions["plain"] = log_in_and_change
        browser.get("/login/1?remember")
        browser.get("/plain")
        browser.delete_cookie("session")
        assert browser.get("/me").text == "1"

    def test_refresh_twice_leaves_a_good_cookie(self, app: Flask, browser: FlaskClient) -> None:
        def change_twice() -> str:
            for stamp in ("another", "a third"):
                current_user.stamp = stamp
                refresh_login()

            return "changed"

        app.view_functions["plain"] = change_twice
        browser.get("/login/1?remember")
        browser.get("/plain")
        browser.delete_cookie("session")
        assert browser.get("/me").text == "1"


class TestRefreshLogin:
    @pytest.mark.asvs("7.4.3")
    def test_this_browser_stays(self, browser: FlaskClient) -> None:
        browser.get("/login/1")
        browser.get("/password?new=another")
        assert browser.get("/me").text == "1"

    @pytest.mark.asvs("7.4.3")
    def test_other_sessions_end(self, browser: FlaskClient, other_browser: FlaskClient) -> None:
        browser.get("/login/1")
        browser.get("/password?new=another")
        assert other_browser.get("/me").text == "nobody"

    @pytest.mark.asvs("7.4.3")
    def test_other_remember_cookies_are_refused(
        self, browser: FlaskClient, other_browser: FlaskClient
    ) -> None:
        browser.get("/login/1")
        browser.get("/password?new=another")
        other_browser.delete_cookie("session")
        assert other_browser.get("/me").text == "nobody"
        assert other_browser.get_cookie("remember_token") is None

    @pytest.mark.asvs("7.4.1")
    def test_copy_of_this_session_ends(self, app: Flask, browser: FlaskClient) -> None:
        browser.get("/login/1")
        thief = app.test_client()
        thief.set_cookie("session", browser.get_cookie("session").decoded_value)  # type: ignore[union-attr]
        browser.get("/password?new=another")
        assert thief.get("/me").text == "nobody"

    def test_copy_of_this_remember_cookie_is_refused(
        self, app: Flask, browser: FlaskClient, token_of: t.Any
    ) -> None:
        browser.get("/login/1?remember")
        thief = app.test_client()
        thief.set_cookie("remember_token", token_of(browser))
        browser.get("/password?new=another")
        assert thief.get("/me").text == "nobody"

    def test_remember_cookie_of_this_browser_is_replaced(self, browser: FlaskClient) -> None:
        browser.get("/login/1?remember")
        browser.get("/password?new=another")
        browser.delete_cookie("session")
        assert browser.get("/me").text == "1"

    def test_remember_cookie_that_replaces_it_expires_when_it_did(
        self, browser: FlaskClient, clock: t.Any, expiry_of: t.Any
    ) -> None:
        browser.get("/login/1?remember&duration=60")
        clock.tick(20)
        assert expiry_of(browser.get("/password?new=another")) == clock.now + 40

    def test_browser_without_a_remember_cookie_gets_none(
        self, browser: FlaskClient, cookie_of: t.Any
    ) -> None:
        browser.get("/login/1")
        assert cookie_of(browser.get("/password?new=another")) is None

    def test_void_remember_cookie_is_not_revived(
        self, app: Flask, browser: FlaskClient, users: dict[str, t.Any], token_of: t.Any
    ) -> None:
        browser.get("/login/1?remember")
        void = token_of(browser)
        users["1"].stamp = "another"
        browser.get("/login/1")
        browser.set_cookie("remember_token", void)
        browser.get("/refresh")
        browser.delete_cookie("session")
        assert browser.get("/me").text == "nobody"

    @pytest.mark.asvs("7.2.4")
    def test_session_id_changes(self, app: Flask, browser: FlaskClient, session_of: t.Any) -> None:
        app.session_interface = Regenerating()
        browser.get("/login/1")
        browser.get("/refresh")
        assert session_of(browser)["regenerated"] == 2

    def test_refresh_proves_nothing(self, browser: FlaskClient) -> None:
        browser.get("/login/1?stale")
        browser.get("/refresh")
        assert browser.get("/fresh").text == "False"

    def test_given_user_has_the_new_credentials(
        self, app: Flask, browser: FlaskClient, users: dict[str, t.Any]
    ) -> None:
        browser.get("/login/1")
        changed = type(users["1"])("1")
        changed.stamp = "another"

        def change() -> str:
            assert current_user == changed
            users["1"] = changed
            return str(refresh_login(changed))

        app.view_functions["plain"] = change
        browser.get("/plain")
        assert browser.get("/me").text == "1"

    def test_another_user_is_an_error(self, browser: FlaskClient) -> None:
        browser.get("/login/1")

        with pytest.raises(ValueError, match="not the one who is logged in"):
            browser.get("/refresh/2")

    def test_nothing_is_refreshed_for_a_stranger(
        self, browser: FlaskClient, session_of: t.Any
    ) -> None:
        assert browser.get("/refresh").text == "None"
        assert session_of(browser) == {}


def test_login_of_an_older_version_is_recorded_when_it_is_confirmed(
    browser: FlaskClient, users: dict[str, t.Any], session_of: t.Any
) -> None:
    class Account(UserMixin):
        id = "7"

    users["7"] = Account()

    with browser.session_transaction() as stored:
        stored.update(_user_id="7", _fresh=False)

    browser.get("/confirm/7")
    assert session_of(browser)["_login"].endswith("|7")
