"""Logins that are ended: one, the others, all, by their user and by an administrator."""

from __future__ import annotations

import typing as t

import pytest
from flask import Flask
from flask.testing import FlaskClient

from flask_login import login_user
from flask_login import LoginManager
from flask_login import logout_user


@pytest.fixture
def both(browser: FlaskClient, other: FlaskClient) -> tuple[FlaskClient, FlaskClient]:
    """Two browsers of user 1, remembered."""
    browser.get("/login/1?remember")
    other.get("/login/1?remember")
    return browser, other


class TestEndLogin:
    @pytest.mark.asvs("7.5.2")
    def test_other_browser_is_logged_out(self, both: t.Any, row_of: t.Any, ask: t.Any) -> None:
        browser, other = both
        assert ask(browser, f"/end/{row_of(other).key}") == "True"
        assert ask(other) == "nobody"

    def test_its_reason_is_that_it_ended(self, both: t.Any, row_of: t.Any, ask: t.Any) -> None:
        browser, other = both
        browser.get(f"/end/{row_of(other).key}")
        assert ask(other, "/reason") == "ended"

    def test_its_remember_me_cookie_restores_nothing(
        self, both: t.Any, row_of: t.Any, ask: t.Any
    ) -> None:
        browser, other = both
        browser.get(f"/end/{row_of(other).key}")
        other.delete_cookie("session")
        assert ask(other, "/reason") == "ended"
        assert other.get_cookie("remember_token") is None

    def test_own_goes_on(self, both: t.Any, row_of: t.Any, ask: t.Any) -> None:
        browser, other = both
        browser.get(f"/end/{row_of(other).key}")
        assert ask(browser) == "1"

    def test_own_is_a_logout(self, both: t.Any, row_of: t.Any, ask: t.Any) -> None:
        browser, other = both
        assert ask(browser, f"/end/{row_of(browser).key}") == "True"
        assert browser.get_cookie("remember_token") is None
        assert (ask(browser), ask(other)) == ("nobody", "1")

    @pytest.mark.asvs("7.5.2")
    def test_that_of_someone_else_goes_on(
        self, browser: FlaskClient, other: FlaskClient, row_of: t.Any, ask: t.Any
    ) -> None:
        browser.get("/login/1")
        other.get("/login/2")
        assert ask(browser, f"/end/{row_of(other).key}") == "False"
        assert ask(other) == "2"

    @pytest.mark.parametrize("id", ["unknown", "%00", "é" * 50, "x" * 5000])
    def test_any_text_ends_nothing(self, both: t.Any, ask: t.Any, id: str) -> None:
        browser, other = both
        assert ask(browser, f"/end/{id}") == "False"
        assert (ask(browser), ask(other)) == ("1", "1")

    def test_stranger_ends_nothing(
        self, browser: FlaskClient, other: FlaskClient, row_of: t.Any, ask: t.Any
    ) -> None:
        browser.get("/login/1")
        assert ask(other, f"/end/{row_of(browser).key}") == "False"
        assert ask(browser) == "1"

    def test_twice_ends_once(self, both: t.Any, row_of: t.Any, ask: t.Any) -> None:
        browser, other = both
        id = row_of(other).key
        browser.get(f"/end/{id}")
        assert ask(browser, f"/end/{id}") == "False"

    def test_signal_tells(self, both: t.Any, row_of: t.Any, heard: t.Any) -> None:
        browser, other = both
        id = row_of(other).key
        browser.get(f"/end/{id}")
        assert heard == [("ended", "1", id, "ended")]


class TestLogout:
    def test_this_leaves_the_other(self, both: t.Any, ask: t.Any) -> None:
        browser, other = both
        browser.get("/logout")
        assert (ask(browser), ask(other)) == ("nobody", "1")

    @pytest.mark.asvs("7.4.3", "7.5.2")
    def test_others_leaves_this(self, both: t.Any, ask: t.Any) -> None:
        browser, other = both
        assert ask(browser, "/leave/others") == "True"
        assert (ask(browser), ask(other, "/reason")) == ("1", "ended")

    def test_others_leaves_the_remember_me_cookie(self, both: t.Any, ask: t.Any) -> None:
        browser, _ = both
        browser.get("/leave/others")
        browser.delete_cookie("session")
        assert ask(browser) == "1"

    @pytest.mark.asvs("7.5.2")
    def test_all_leaves_nobody(self, both: t.Any, ask: t.Any) -> None:
        browser, other = both
        assert ask(browser, "/leave/all") == "True"
        assert (ask(browser), ask(other)) == ("nobody", "nobody")
        assert browser.get_cookie("remember_token") is None

    @pytest.mark.parametrize("scope", ["others", "all"])
    def test_other_users_go_on(
        self, both: t.Any, new_browser: t.Any, ask: t.Any, scope: str
    ) -> None:
        third = new_browser()
        third.get("/login/2")
        both[0].get(f"/leave/{scope}")
        assert ask(third) == "2"

    @pytest.mark.parametrize("scope", ["this", "others", "all"])
    def test_stranger_ends_nothing(
        self, both: t.Any, new_browser: t.Any, ask: t.Any, scope: str
    ) -> None:
        assert ask(new_browser(), f"/leave/{scope}") == "True"
        assert (ask(both[0]), ask(both[1])) == ("1", "1")

    def test_other_word_is_an_error(self, both: t.Any, ask: t.Any) -> None:
        with pytest.raises(ValueError, match="scope must be 'this' or 'others' or 'all'"):
            both[0].get("/leave/other")

    def test_api_user_ends_all_logins_of_theirs(
        self, both: t.Any, new_browser: t.Any, ask: t.Any, login_manager: LoginManager, users: t.Any
    ) -> None:
        login_manager.request_loader(lambda request: users.get(request.headers.get("X-User")))
        new_browser().get("/leave/others", headers={"X-User": "1"})
        assert (ask(both[0]), ask(both[1])) == ("nobody", "nobody")

    @pytest.mark.asvs("7.4.1")
    def test_copied_session_is_void(self, browser: FlaskClient, copy_of: t.Any, ask: t.Any) -> None:
        browser.get("/login/1?remember")
        copy = copy_of(browser, "session")
        browser.get("/logout")
        assert ask(copy, "/reason") == "ended"

    @pytest.mark.asvs("7.4.1")
    def test_copied_remember_me_cookie_is_void(
        self, browser: FlaskClient, copy_of: t.Any, ask: t.Any
    ) -> None:
        browser.get("/login/1?remember")
        copy = copy_of(browser, "remember_token")
        browser.get("/logout")
        assert ask(copy, "/reason") == "ended"

    @pytest.mark.asvs("7.4.1")
    def test_session_that_a_slow_request_saves_late_is_void(
        self, browser: FlaskClient, app: Flask, copy_of: t.Any, ask: t.Any
    ) -> None:
        browser.get("/login/1")
        slow = copy_of(browser)
        browser.get("/logout")
        browser.set_cookie("session", slow.get_cookie("session").value)
        assert ask(browser) == "nobody"
        assert browser.get_cookie("session") is None

    def test_remember_me_cookie_of_another_login_ends_too(
        self, browser: FlaskClient, copy_of: t.Any, ask: t.Any
    ) -> None:
        browser.get("/login/1?remember")
        copy = copy_of(browser, "remember_token")
        browser.get("/login/1")
        assert ask(copy_of(copy)) == "1"
        browser.get("/logout")
        assert ask(copy) == "nobody"

    def test_login_of_the_same_request_ends_with_it(
        self, browser: FlaskClient, app: Flask, users: t.Any, ids_of: t.Any
    ) -> None:
        with app.test_request_context():
            login_user(users["1"], remember=True)
            logout_user()

        assert ids_of() == []

    def test_idle_session_leaves_nothing_behind(
        self, browser: FlaskClient, app: Flask, time: t.Any, ids_of: t.Any
    ) -> None:
        app.config["LOGIN_IDLE_TIMEOUT"] = 60
        browser.get("/login/1")
        time.tick(61)
        browser.get("/logout")
        assert ids_of() == []


class TestReplacedLogin:
    @pytest.mark.asvs("7.2.4")
    @pytest.mark.parametrize("path", ["/login/1", "/login/2"])
    def test_login_takes_the_place_of_the_browsers_own(
        self, browser: FlaskClient, copy_of: t.Any, ids_of: t.Any, ask: t.Any, path: str
    ) -> None:
        browser.get("/login/1")
        copy = copy_of(browser)
        browser.get(path)
        assert ask(copy, "/reason") == "ended"
        assert len(ids_of("1") + ids_of("2")) == 1

    def test_remembered_login_goes_on_beside_one_that_is_not(
        self, browser: FlaskClient, ids_of: t.Any, ask: t.Any
    ) -> None:
        browser.get("/login/1?remember")
        browser.get("/login/1")
        assert len(ids_of()) == 2
        browser.delete_cookie("session")
        assert ask(browser) == "1"

    @pytest.mark.asvs("7.2.4")
    def test_remembered_login_ends_under_secure_defaults(
        self, browser: FlaskClient, app: Flask, ids_of: t.Any
    ) -> None:
        app.config.update(LOGIN_DEFAULTS="secure", REMEMBER_COOKIE_SECURE=False)
        browser.get("/login/1?remember")
        browser.get("/login/1")
        assert len(ids_of()) == 1

    def test_remembered_login_ends_by_that_of_someone_else(
        self, browser: FlaskClient, ids_of: t.Any
    ) -> None:
        browser.get("/login/1?remember")
        browser.get("/login/2")
        assert ids_of("1") == []

    def test_remembered_login_is_replaced_by_a_remembered_one(
        self, browser: FlaskClient, ids_of: t.Any
    ) -> None:
        browser.get("/login/1?remember")
        browser.get("/login/1?remember")
        assert len(ids_of()) == 1


class TestRefreshLogin:
    @pytest.mark.asvs("7.4.3")
    def test_others_end(self, both: t.Any, ask: t.Any) -> None:
        browser, other = both
        browser.get("/refresh")
        assert (ask(browser), ask(other, "/reason")) == ("1", "ended")

    def test_own_cookie_goes_on(self, both: t.Any, ask: t.Any) -> None:
        browser, _ = both
        browser.get("/refresh")
        browser.delete_cookie("session")
        assert ask(browser) == "1"

    def test_stranger_ends_nothing(self, both: t.Any, new_browser: t.Any, ask: t.Any) -> None:
        new_browser().get("/refresh")
        assert (ask(both[0]), ask(both[1])) == ("1", "1")

    def test_session_from_before_does_not_end_the_login(
        self, browser: FlaskClient, copy_of: t.Any, users: t.Any, ask: t.Any
    ) -> None:
        users["1"].stamp = "old"
        browser.get("/login/1")
        slow = copy_of(browser)
        browser.get("/restamp/new")
        assert ask(slow, "/reason") == "credentials"
        assert ask(browser) == "1"

    def test_change_of_credentials_elsewhere_ends_the_login(
        self, browser: FlaskClient, users: t.Any, ask: t.Any, ids_of: t.Any
    ) -> None:
        browser.get("/login/1")
        users["1"].stamp = "new"
        assert ask(browser, "/reason") == "credentials"
        assert ids_of() == []


class TestAdministrator:
    @pytest.mark.asvs("7.4.2", "7.4.5")
    def test_ends_logins_of_a_user(
        self, both: t.Any, new_browser: t.Any, login_manager: LoginManager, ask: t.Any
    ) -> None:
        third = new_browser()
        third.get("/login/2")
        assert login_manager.end_logins_of("1") == 2
        assert (ask(both[0]), ask(both[1]), ask(third)) == ("nobody", "nobody", "2")

    @pytest.mark.asvs("7.4.5")
    def test_ends_all_logins(
        self, both: t.Any, new_browser: t.Any, login_manager: LoginManager, ask: t.Any
    ) -> None:
        third = new_browser()
        third.get("/login/2")
        login_manager.end_all_logins()
        assert (ask(both[0]), ask(both[1]), ask(third)) == ("nobody", "nobody", "nobody")

    def test_all_can_log_in_again(
        self, browser: FlaskClient, login_manager: LoginManager, ask: t.Any
    ) -> None:
        login_manager.end_all_logins()
        browser.get("/login/1")
        assert ask(browser) == "1"

    def test_purges_what_is_over(
        self, browser: FlaskClient, login_manager: LoginManager, time: t.Any
    ) -> None:
        browser.get("/login/1")
        time.tick(40 * 24 * 3600)
        assert login_manager.purge_logins() == 1

    def test_int_is_an_id_too(self, both: t.Any, login_manager: LoginManager, ask: t.Any) -> None:
        assert login_manager.end_logins_of(1) == 2

    def test_signals_tell_in_an_application_context(
        self, both: t.Any, app: Flask, login_manager: LoginManager, heard: t.Any, row_of: t.Any
    ) -> None:
        ids = {row_of(client).key for client in both}

        with app.app_context():
            login_manager.end_logins_of("1")
            login_manager.end_all_logins()

        assert {*heard[:2]} == {("ended", "1", id, "ended") for id in ids}
        assert heard[2:] == [("ended", None, None, "ended")]

    def test_signals_are_silent_without_an_application(
        self, both: t.Any, login_manager: LoginManager, heard: t.Any
    ) -> None:
        login_manager.end_logins_of("1")
        login_manager.end_all_logins()
        assert heard == []

    @pytest.mark.parametrize(
        "call",
        [
            lambda manager: manager.end_logins_of("1"),
            lambda manager: manager.end_all_logins(),
            lambda manager: manager.purge_logins(),
        ],
        ids=["user", "all", "purge"],
    )
    def test_needs_records(self, call: t.Any) -> None:
        with pytest.raises(RuntimeError, match="records="):
            call(LoginManager())

    def test_store_is_an_attribute(self, login_manager: LoginManager, records: t.Any) -> None:
        assert login_manager.login_records is records
        assert LoginManager().login_records is None
