"""Logins on record, together with everything else that is about logins."""

from __future__ import annotations

import typing as t

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from flask.testing import FlaskClient
from flask.views import MethodView

from flask_login import current_user
from flask_login import fresh_login_required
from flask_login import login_required
from flask_login import login_user
from flask_login import LoginManager
from flask_login import session_ended
from flask_login.records.memory import MemoryRecords


class TestTimeouts:
    def test_idle_session_leaves_its_row_to_the_cookie(
        self, app: Flask, time: t.Any, browser: FlaskClient, ask: t.Any, row_of: t.Any
    ) -> None:
        app.config["LOGIN_IDLE_TIMEOUT"] = 60
        browser.get("/login/1?remember")
        key = row_of(browser).key
        time.tick(61)
        assert ask(browser) == "1"
        assert row_of(browser).key == key

    @pytest.mark.asvs("7.4.1")
    def test_absolute_timeout_ends_the_row(
        self, app: Flask, time: t.Any, browser: FlaskClient, ask: t.Any, ids_of: t.Any
    ) -> None:
        browser.get("/login/1?remember")
        app.config["LOGIN_ABSOLUTE_TIMEOUT"] = 60
        time.tick(61)
        assert ask(browser, "/reason") == "absolute"
        assert ids_of() == []

    def test_absolute_timeout_ends_the_row_of_a_remembered_login(
        self, app: Flask, time: t.Any, browser: FlaskClient, ask: t.Any, ids_of: t.Any
    ) -> None:
        browser.get("/login/1?remember")
        browser.delete_cookie("session")
        app.config["LOGIN_ABSOLUTE_TIMEOUT"] = 60
        time.tick(61)
        assert ask(browser, "/reason") == "absolute"
        assert ids_of() == []

    def test_session_from_before_a_confirmation_does_not_end_the_login(
        self, app: Flask, time: t.Any, browser: FlaskClient, copy_of: t.Any, ask: t.Any
    ) -> None:
        app.config["LOGIN_ABSOLUTE_TIMEOUT"] = 60
        browser.get("/login/1")
        old = copy_of(browser)
        time.tick(30)
        browser.get("/confirm")
        time.tick(31)
        assert ask(old, "/reason") == "absolute"
        assert ask(browser) == "1"

    def test_absolute_timeout_of_an_adopted_login_of_no_known_time_begins_with_its_row(
        self, app: Flask, time: t.Any, browser: FlaskClient, ask: t.Any
    ) -> None:
        app.config["LOGIN_ABSOLUTE_TIMEOUT"] = 3600

        with browser.session_transaction() as session:
            session["_user_id"] = "1"

        assert ask(browser) == "1"
        time.tick(3600)
        assert ask(browser) == "nobody"


class TestUsers:
    @pytest.mark.asvs("7.4.2")
    def test_login_of_an_inactive_user_ends(
        self, app: Flask, browser: FlaskClient, users: t.Any, ask: t.Any, ids_of: t.Any
    ) -> None:
        app.config["LOGIN_CHECK_ACTIVE"] = True
        browser.get("/login/1")
        users["1"].active = False
        assert ask(browser, "/reason") == "inactive"
        assert ids_of() == []

    def test_forced_login_is_forced_when_it_is_restored(
        self, app: Flask, browser: FlaskClient, users: t.Any, row_of: t.Any
    ) -> None:
        app.config["LOGIN_CHECK_ACTIVE"] = True
        app.view_functions["plain"] = lambda: str(login_user(users["3"], remember=True, force=True))
        browser.get("/plain")
        browser.delete_cookie("session")
        browser.get("/me")
        assert row_of(browser).forced is True

    @pytest.mark.asvs("7.4.2")
    @pytest.mark.parametrize("names", [("session",), ("remember_token",)])
    def test_login_of_a_user_who_is_gone_ends(
        self, browser: FlaskClient, users: t.Any, copy_of: t.Any, ask: t.Any, ids_of: t.Any,
        names: t.Any,
    ) -> None:  # fmt: skip
        browser.get("/login/1?remember")
        del users["1"]
        assert ask(copy_of(browser, *names), "/reason") == "unknown_user"
        assert ids_of() == []

    def test_id_can_be_an_int(
        self, browser: FlaskClient, users: t.Any, ask: t.Any, ids_of: t.Any
    ) -> None:
        users["7"] = type(users["1"])(7)
        users["7"].get_id = lambda: 7
        browser.get("/login/7?remember")
        assert ask(browser) == "7"
        browser.delete_cookie("session")
        assert ask(browser) == "7"
        browser.get("/logout")
        assert ids_of("7") == []

    def test_user_without_an_id_yet_is_put_on_record_when_they_have_one(
        self, app: Flask, browser: FlaskClient, users: t.Any, ask: t.Any, ids_of: t.Any
    ) -> None:
        late = type(users["1"])(None)
        users["9"] = late
        app.view_functions["plain"] = lambda: _save_later(late)
        browser.get("/plain")
        assert ask(browser) == "9"
        assert len(ids_of("9")) == 1

    def test_user_without_an_id_yet_takes_the_place_of_who_was_logged_in(
        self, app: Flask, browser: FlaskClient, users: t.Any, ids_of: t.Any
    ) -> None:
        browser.get("/login/1")
        late = type(users["1"])(None)
        app.view_functions["plain"] = lambda: _save_later(late)
        browser.get("/plain")
        assert ids_of("1") == []


class TestProtection:
    def test_strong_ends_the_row(
        self, app: Flask, browser: FlaskClient, ask: t.Any, ids_of: t.Any
    ) -> None:
        app.config["SESSION_PROTECTION"] = "strong"
        browser.get("/login/1?remember")
        browser.environ_base["HTTP_USER_AGENT"] = "Another/1.0"
        assert ask(browser, "/reason") == "protection"
        assert ids_of() == []

    def test_basic_makes_it_stale(self, browser: FlaskClient, ask: t.Any, ids_of: t.Any) -> None:
        browser.get("/login/1")
        browser.environ_base["HTTP_USER_AGENT"] = "Another/1.0"
        assert ask(browser, "/reason") == "stale"
        assert len(ids_of()) == 1

    def test_identifier_of_the_application_tells_adopted_logins_apart(
        self, login_manager: LoginManager, browser: FlaskClient, copy_of: t.Any, row_of: t.Any
    ) -> None:
        from flask_login import encode_cookie

        with browser.application.app_context():
            browser.set_cookie("remember_token", encode_cookie("1"))

        twin = copy_of(browser)
        login_manager._session_identifier_generator = lambda: "one"
        browser.get("/me")
        login_manager._session_identifier_generator = lambda: "two"
        twin.get("/me")
        assert row_of(browser).key != row_of(twin).key


class TestServerSideSessions:
    @pytest.fixture(autouse=True)
    def sessions(self, app: Flask) -> None:
        class Regenerating(SecureCookieSessionInterface):
            def regenerate(self, session: t.Any) -> None:
                session["regenerated"] = session.get("regenerated", 0) + 1

        app.session_interface = Regenerating()

    def test_login_goes_on_and_ends(
        self, browser: FlaskClient, login_manager: LoginManager, ask: t.Any
    ) -> None:
        browser.get("/login/1")
        assert ask(browser) == "1"
        login_manager.end_logins_of("1")
        assert ask(browser, "/reason") == "ended"

    def test_websocket_that_cannot_carry_it_has_the_login_for_itself(
        self, browser: FlaskClient, ask: t.Any, session_of: t.Any
    ) -> None:
        browser.get("/login/1?remember")
        browser.delete_cookie("session")
        assert ask(browser, "/me", Upgrade="websocket") == "1"
        assert "_login" not in session_of(browser)


class TestGuards:
    @pytest.fixture
    def guarded(self, app: Flask, browser: FlaskClient) -> FlaskClient:
        class Page(MethodView):
            decorators = [login_required]

            def get(self) -> str:
                return "page"

        async def later() -> str:
            return str(current_user.get_id())

        app.add_url_rule("/page", view_func=Page.as_view("page"))
        app.add_url_rule(
            "/fresh-page", view_func=fresh_login_required(lambda: "fresh"), endpoint="f"
        )
        app.add_url_rule("/async", view_func=login_required(later))
        return browser

    @pytest.mark.parametrize("path", ["/page", "/fresh-page", "/async"])
    def test_ended_login_is_refused(
        self, guarded: FlaskClient, login_manager: LoginManager, path: str
    ) -> None:
        guarded.get("/login/1")
        assert guarded.get(path).status_code == 200
        login_manager.end_logins_of("1")
        assert guarded.get(path).status_code == 401

    @pytest.mark.parametrize("path", ["/page", "/fresh-page", "/async"])
    def test_store_that_is_down_lets_nobody_in(
        self, guarded: FlaskClient, records: t.Any, path: str
    ) -> None:
        guarded.get("/login/1")
        records.fail()
        assert guarded.get(path).status_code == 503

    def test_closed_application_refuses_an_ended_login(
        self, app: Flask, guarded: FlaskClient, login_manager: LoginManager
    ) -> None:
        guarded.get("/login/1")
        app.config["LOGIN_REQUIRED_BY_DEFAULT"] = True
        assert guarded.get("/plain").status_code == 200
        login_manager.end_logins_of("1")
        assert guarded.get("/plain").status_code == 401

    def test_problem_says_that_the_login_has_ended(
        self, app: Flask, guarded: FlaskClient, login_manager: LoginManager
    ) -> None:
        app.config["LOGIN_UNAUTHORIZED"] = "auto"
        guarded.get("/login/1")
        login_manager.end_logins_of("1")
        response = guarded.get("/page", headers={"Accept": "application/json"})
        assert t.cast(t.Any, response.json)["reason"] == "ended"

    def test_async_loader_is_asked(
        self, guarded: FlaskClient, login_manager: LoginManager, users: t.Any, ask: t.Any
    ) -> None:
        async def load(user_id: str) -> t.Any:
            return users.get(user_id)

        login_manager.user_loader(load)
        guarded.get("/login/1")
        assert ask(guarded, "/async") == "1"

    def test_session_ended_tells(self, guarded: FlaskClient, login_manager: LoginManager) -> None:
        reasons: list[str] = []

        def note(app: Flask, user_id: str, reason: str) -> None:
            reasons.append(reason)

        guarded.get("/login/1")
        login_manager.end_logins_of("1")

        with session_ended.connected_to(note):
            guarded.get("/me")

        assert reasons == ["ended"]


class TestContexts:
    def test_request_within_a_request_has_its_own_login(
        self, app: Flask, browser: FlaskClient, other: FlaskClient, ask: t.Any
    ) -> None:
        app.view_functions["plain"] = lambda: f"{current_user.id} {ask(other)} {current_user.id}"
        browser.get("/login/1")
        other.get("/login/2")
        assert ask(browser, "/plain") == "1 2 1"

    def test_requests_under_a_shared_context_do_not_share_what_was_read(
        self, app: Flask, browser: FlaskClient, login_manager: LoginManager, ask: t.Any
    ) -> None:
        browser.get("/login/1")

        with app.app_context():
            assert ask(browser) == "1"
            login_manager.end_logins_of("1")
            assert ask(browser) == "nobody"


class TestManagers:
    def test_one_manager_serves_two_applications(
        self, app: Flask, browser: FlaskClient, login_manager: LoginManager, ask: t.Any
    ) -> None:
        second = Flask("second")
        second.config.update(TESTING=True, SECRET_KEY="deterministic")
        login_manager.init_app(second)
        second.add_url_rule("/me", view_func=lambda: str(current_user.get_id() or "nobody"))
        browser.get("/login/1")
        elsewhere = second.test_client()
        elsewhere.set_cookie("session", browser.get_cookie("session").value)  # type: ignore[union-attr]
        assert ask(elsewhere) == "1"
        browser.get("/logout")
        assert ask(elsewhere) == "nobody"

    def test_two_managers_have_a_store_each(
        self, app: Flask, browser: FlaskClient, login_manager: LoginManager, users: t.Any
    ) -> None:
        second = Flask("second")
        second.secret_key = "deterministic"
        store = MemoryRecords()
        LoginManager(second, records=store)

        with second.test_request_context():
            login_user(users["1"])

        browser.get("/login/1")
        assert len(store.list("1", 0)) == len(login_manager.login_records.list("1", 0)) == 1  # type: ignore[union-attr]

    def test_manager_that_takes_over_brings_its_store(
        self, app: Flask, browser: FlaskClient, users: t.Any, ask: t.Any
    ) -> None:
        browser.get("/login/1")
        LoginManager(app, records=MemoryRecords()).user_loader(users.get)
        assert ask(browser, "/reason") == "ended"

    def test_manager_in_its_place_is_asked_for_the_user_alone(
        self, app: Flask, browser: FlaskClient, records: t.Any, users: t.Any, ask: t.Any
    ) -> None:
        class Replacement:
            def _load_user(self) -> None:
                from flask import g

                g._login_user = users["2"]

        browser.get("/login/1")
        app.login_manager = Replacement()  # type: ignore[attr-defined]

        with records.watch() as calls:
            assert ask(browser) == "2"

        assert calls == []


def _save_later(user: t.Any) -> str:
    login_user(user)
    user.id = "9"
    return "saved"
