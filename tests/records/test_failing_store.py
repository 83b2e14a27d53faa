"""A store that is down: requests are answered with 503, nobody is logged in or out by it, and
afterwards everything is as before.
"""

from __future__ import annotations

import typing as t

import pytest
from flask import Flask
from flask import render_template_string
from flask.testing import FlaskClient
from werkzeug.exceptions import ServiceUnavailable

from flask_login import current_user
from flask_login import list_logins
from flask_login import login_denied_reason
from flask_login import login_user
from flask_login import LoginManager
from flask_login import logout_user
from flask_login.exceptions import StoreFailure

MODES = ["deny", "allow"]


@pytest.fixture
def mode(app: Flask, request: pytest.FixtureRequest) -> str:
    app.config["LOGIN_RECORDS_ON_ERROR"] = request.param
    return str(request.param)


in_both_modes = pytest.mark.parametrize("mode", MODES, indirect=True)


class TestDeny:
    @pytest.fixture
    def own_page(self, app: Flask) -> None:
        app.jinja_env.globals["reason"] = login_denied_reason
        page = "{{ current_user.is_authenticated }} {{ current_user.get_id() }} {{ reason() }}"

        @app.errorhandler(503)
        def unavailable(error: ServiceUnavailable) -> t.Any:
            return render_template_string(page), 503

    @pytest.fixture
    def logged_in(self, browser: FlaskClient, records: t.Any) -> FlaskClient:
        browser.get("/login/1?remember")
        records.fail()
        return browser

    def test_answer_is_503(self, logged_in: FlaskClient, dies_of: t.Any) -> None:
        assert dies_of(logged_in.get("/me"))

    def test_answer_changes_no_cookie(self, logged_in: FlaskClient) -> None:
        assert "Set-Cookie" not in logged_in.get("/me").headers

    def test_afterwards_everything_is_as_before(
        self, logged_in: FlaskClient, records: t.Any, ask: t.Any
    ) -> None:
        logged_in.get("/me")
        records.recover()
        assert ask(logged_in) == "1"
        logged_in.delete_cookie("session")
        assert ask(logged_in) == "1"

    def test_request_that_does_not_ask_is_answered(
        self, logged_in: FlaskClient, ask: t.Any
    ) -> None:
        assert ask(logged_in, "/plain") == "plain"

    def test_stranger_is_answered(
        self, logged_in: FlaskClient, new_browser: t.Any, ask: t.Any
    ) -> None:
        assert ask(new_browser()) == "nobody"

    def test_signal_and_log_tell_once(
        self, logged_in: FlaskClient, heard: t.Any, caplog: pytest.LogCaptureFixture
    ) -> None:
        logged_in.get("/me")
        assert heard == [("failed", ConnectionError)]
        assert caplog.text.count("The record store failed.") == 1

    def test_store_is_asked_once(self, logged_in: FlaskClient, records: t.Any) -> None:
        with records.watch() as calls:
            logged_in.get("/twice")

        assert calls == ["find"]

    def test_own_error_page_sees_nobody(
        self, own_page: None, logged_in: FlaskClient, records: t.Any
    ) -> None:
        with records.watch() as calls:
            response = logged_in.get("/me")

        assert response.status_code == 503
        assert response.text == "False None records_unavailable"
        assert calls == ["find"]

    def test_view_that_goes_on_sees_nobody(
        self, logged_in: FlaskClient, app: Flask, ask: t.Any
    ) -> None:
        def view() -> str:
            with pytest.raises(ServiceUnavailable):
                current_user.get_id()

            return str(current_user.get_id())

        app.view_functions["plain"] = view
        assert ask(logged_in, "/plain") == "None"

    def test_another_context_of_the_request_fails_without_asking(
        self, logged_in: FlaskClient, app: Flask, records: t.Any
    ) -> None:
        def view() -> str:
            for _ in range(2):
                with app.app_context(), pytest.raises(ServiceUnavailable):
                    current_user.get_id()

            return "done"

        app.view_functions["plain"] = view

        with records.watch() as calls:
            logged_in.get("/plain")

        assert calls == ["find"]

    def test_template_fails(self, logged_in: FlaskClient, app: Flask, dies_of: t.Any) -> None:
        app.view_functions["plain"] = lambda: render_template_string("{{ current_user.id }}")
        assert dies_of(logged_in.get("/plain"))

    def test_closed_application_fails(
        self, logged_in: FlaskClient, app: Flask, dies_of: t.Any
    ) -> None:
        app.config["LOGIN_REQUIRED_BY_DEFAULT"] = True
        assert dies_of(logged_in.get("/plain"))

    def test_api_client_gets_a_problem(
        self, logged_in: FlaskClient, app: Flask, dies_of: t.Any
    ) -> None:
        app.config["LOGIN_UNAUTHORIZED"] = "auto"
        response = logged_in.get("/me", headers={"Accept": "application/json"})
        assert dies_of(response)
        assert response.mimetype == "application/problem+json"
        assert response.json == {
            "type": "about:blank",
            "title": "Service Unavailable",
            "status": 503,
            "reason": "records_unavailable",
        }

    def test_page_gets_a_page(self, logged_in: FlaskClient, app: Flask, dies_of: t.Any) -> None:
        app.config["LOGIN_UNAUTHORIZED"] = "auto"
        response = logged_in.get("/me", headers={"Accept": "text/html"})
        assert dies_of(response)
        assert response.mimetype == "text/html"

    def test_refreshed_cookie_waits(
        self, logged_in: FlaskClient, app: Flask, dies_of: t.Any
    ) -> None:
        app.config["REMEMBER_COOKIE_REFRESH_EACH_REQUEST"] = True
        response = logged_in.get("/me")
        assert dies_of(response)
        assert "Set-Cookie" not in response.headers

    def test_write_that_fails_after_the_read_changes_nothing(
        self, logged_in: FlaskClient, records: t.Any, dies_of: t.Any, ask: t.Any
    ) -> None:
        records.fail("change")
        response = logged_in.get("/me")
        assert dies_of(response)
        assert "Set-Cookie" not in response.headers
        records.recover()
        assert ask(logged_in) == "1"

    def test_second_read_that_fails_changes_nothing(
        self, time: t.Any, logged_in: FlaskClient, records: t.Any, dies_of: t.Any, copy_of: t.Any,
        ask: t.Any,
    ) -> None:  # fmt: skip
        records.recover()
        twin = copy_of(logged_in)

        def lose() -> None:
            twin.get("/me")
            records.fail("find")

        records.before["change"] = lose
        assert dies_of(logged_in.get("/me"))
        records.recover()
        assert ask(logged_in) == "1"

    def test_alarm_that_cannot_be_written_changes_nothing(
        self, time: t.Any, logged_in: FlaskClient, records: t.Any, dies_of: t.Any, copy_of: t.Any
    ) -> None:
        records.recover()
        thief = copy_of(logged_in, "remember_token")
        logged_in.get("/me")
        logged_in.delete_cookie("session")
        time.tick(3600)
        logged_in.get("/me")
        logged_in.get("/me")
        time.tick(301)
        records.fail("end")
        assert dies_of(thief.get("/me"))


class TestAllow:
    @pytest.fixture
    def logged_in(self, app: Flask, browser: FlaskClient, records: t.Any) -> FlaskClient:
        app.config["LOGIN_RECORDS_ON_ERROR"] = "allow"
        browser.get("/login/1?remember")
        browser.get("/me")
        records.fail()
        return browser

    def test_session_goes_on(self, logged_in: FlaskClient, ask: t.Any) -> None:
        assert ask(logged_in) == "1"

    def test_signal_tells(self, logged_in: FlaskClient, heard: t.Any) -> None:
        logged_in.get("/me")
        assert heard == [("failed", ConnectionError)]

    @pytest.mark.parametrize("path", ["/me", "/twice", "/remembered", "/confirm"])
    def test_store_is_asked_once(
        self, logged_in: FlaskClient, app: Flask, records: t.Any, path: str
    ) -> None:
        app.config["REMEMBER_COOKIE_REFRESH_EACH_REQUEST"] = True

        with records.watch() as calls:
            logged_in.get(path)

        assert calls == ["find"]

    def test_failing_writes_are_tried_once(
        self, time: t.Any, app: Flask, browser: FlaskClient, records: t.Any
    ) -> None:
        app.config.update(
            LOGIN_RECORDS_ON_ERROR="allow",
            REMEMBER_COOKIE_REFRESH_EACH_REQUEST=True,
            REMEMBER_COOKIE_ROTATE=None,
        )
        browser.get("/login/1?remember")
        browser.get("/me")
        time.tick(61)
        records.fail("change")

        with records.watch() as calls:
            browser.get("/confirm")

        assert calls == ["find", "change"]

    def test_session_from_before_goes_on(
        self, logged_in: FlaskClient, new_browser: t.Any, ask: t.Any
    ) -> None:
        old = new_browser()

        with old.session_transaction() as session:
            session["_user_id"] = "1"

        assert ask(old) == "1"

    def test_cookie_is_not_touched(self, logged_in: FlaskClient) -> None:
        assert "Set-Cookie" not in logged_in.get("/me").headers

    def test_ended_session_ends_when_the_store_is_back(
        self, logged_in: FlaskClient, login_manager: LoginManager, records: t.Any, ask: t.Any
    ) -> None:
        records.recover()
        login_manager.end_logins_of("1")
        records.fail()
        assert ask(logged_in) == "1"
        records.recover()
        assert ask(logged_in) == "nobody"

    def test_reuse_that_cannot_be_written_is_allowed_until_then(
        self, time: t.Any, logged_in: FlaskClient, records: t.Any, copy_of: t.Any, ask: t.Any
    ) -> None:
        records.recover()
        thief = copy_of(logged_in)
        logged_in.delete_cookie("session")
        time.tick(3600)
        logged_in.get("/me")
        logged_in.get("/me")
        time.tick(301)
        records.fail("end")
        assert ask(thief) == "1"
        records.recover()
        assert ask(thief, "/reason") == "stolen"


@in_both_modes
class TestBoth:
    def test_login_fails(
        self, mode: str, browser: FlaskClient, records: t.Any, dies_of: t.Any, ask: t.Any
    ) -> None:
        records.fail()
        assert dies_of(browser.get("/login/1?remember"))
        records.recover()
        assert ask(browser) == "nobody"

    def test_failed_login_leaves_who_was_logged_in(
        self, mode: str, browser: FlaskClient, records: t.Any, ask: t.Any
    ) -> None:
        browser.get("/login/1?remember")
        records.fail("create")
        browser.get("/login/2")
        records.recover()
        assert ask(browser) == "1"

    def test_restore_fails(
        self, mode: str, remembered_browser: FlaskClient, records: t.Any, dies_of: t.Any,
        ask: t.Any,
    ) -> None:  # fmt: skip
        records.fail()
        response = remembered_browser.get("/me")
        assert dies_of(response)
        assert "Set-Cookie" not in response.headers
        records.recover()
        assert ask(remembered_browser) == "1"

    def test_logout_clears_this_browser_and_fails(
        self, mode: str, browser: FlaskClient, records: t.Any, dies_of: t.Any, ask: t.Any
    ) -> None:
        browser.get("/login/1?remember")
        records.fail()
        assert dies_of(browser.get("/logout"))
        records.recover()
        assert ask(browser) == "nobody"
        assert browser.get_cookie("remember_token") is None

    def test_copies_live_until_the_row_ends(
        self, mode: str, browser: FlaskClient, records: t.Any, copy_of: t.Any, ask: t.Any
    ) -> None:
        browser.get("/login/1")
        copy = copy_of(browser)
        records.fail()
        browser.get("/logout")
        records.recover()
        assert ask(copy) == "1"

    def test_logout_ends_the_row_if_the_store_is_back_in_time(
        self, mode: str, browser: FlaskClient, records: t.Any, copy_of: t.Any, ask: t.Any
    ) -> None:
        browser.get("/login/1")
        copy = copy_of(browser)
        records.fail("find")
        browser.get("/logout")
        records.recover()
        assert ask(copy) == "nobody"

    def test_row_that_ends_later_than_the_session_fails_alone(
        self, mode: str, browser: FlaskClient, records: t.Any, dies_of: t.Any, heard: t.Any
    ) -> None:
        browser.get("/login/1")
        records.fail("end")
        assert dies_of(browser.get("/logout"))
        assert heard == [("failed", ConnectionError)]

    @pytest.mark.parametrize("path", ["/leave/others", "/leave/all", "/refresh"])
    def test_ending_others_fails(
        self, mode: str, browser: FlaskClient, records: t.Any, dies_of: t.Any, path: str
    ) -> None:
        browser.get("/login/1")
        records.fail("end")
        assert dies_of(browser.get(path))

    def test_listing_fails(
        self, mode: str, app: Flask, browser: FlaskClient, records: t.Any, dies_of: t.Any
    ) -> None:
        app.config["LOGIN_UNAUTHORIZED"] = "auto"
        browser.get("/login/1")
        records.fail("list")
        response = browser.get("/logins", headers={"Accept": "application/json"})
        assert dies_of(response)
        assert response.mimetype == "application/problem+json"

    def test_listing_outside_a_request_fails(
        self, mode: str, app: Flask, browser: FlaskClient, records: t.Any, users: t.Any
    ) -> None:
        records.fail()

        with app.app_context(), pytest.raises(ServiceUnavailable):
            list_logins(users["1"])

    def test_administrator_fails(
        self, mode: str, login_manager: LoginManager, records: t.Any
    ) -> None:
        records.fail()

        with pytest.raises(StoreFailure, match="503") as caught:
            login_manager.end_logins_of("1")

        assert isinstance(caught.value.__cause__, ConnectionError)


class TestLogoutWhereTheUserIsNotFound:
    """By default, who is logged out cannot be found while the store is down."""

    def test_others_goes_on_and_fails(
        self, browser: FlaskClient, records: t.Any, dies_of: t.Any, ask: t.Any
    ) -> None:
        browser.get("/login/1")
        records.fail("find")
        assert dies_of(browser.get("/leave/others"))
        records.recover()
        assert ask(browser) == "1"

    def test_login_that_is_on_no_record_yet_is_cleared_and_fails(
        self, browser: FlaskClient, records: t.Any, dies_of: t.Any, ask: t.Any
    ) -> None:
        with browser.session_transaction() as session:
            session["_user_id"] = "1"

        records.fail()
        assert dies_of(browser.get("/logout"))
        records.recover()
        assert ask(browser) == "nobody"

    def test_all_clears_this_browser_and_fails(
        self, browser: FlaskClient, records: t.Any, dies_of: t.Any, ask: t.Any
    ) -> None:
        browser.get("/login/1")
        records.fail("find")
        assert dies_of(browser.get("/leave/all"))
        records.recover()
        assert ask(browser) == "nobody"

    def test_loader_that_is_not_available_is_another_matter(
        self, browser: FlaskClient, login_manager: LoginManager, ask: t.Any
    ) -> None:
        def fail(user_id: str) -> None:
            raise ServiceUnavailable("the database")

        browser.get("/login/1")
        load = login_manager.user_callback
        login_manager.user_loader(fail)
        assert "the database" in ask(browser, "/logout")
        login_manager.user_loader(t.cast(t.Any, load))
        assert ask(browser) == "1"

    def test_in_a_view_the_session_is_clear(
        self, app: Flask, login_manager: LoginManager, users: t.Any, records: t.Any
    ) -> None:
        with app.test_request_context():
            login_user(users["1"])
            records.fail()

            with pytest.raises(ServiceUnavailable):
                logout_user()

            assert current_user.is_anonymous


def test_user_without_an_id_yet_is_not_logged_in(
    app: Flask, browser: FlaskClient, users: t.Any, records: t.Any, ask: t.Any
) -> None:
    late = type(users["1"])(None)
    app.view_functions["plain"] = lambda: (login_user(late), setattr(late, "id", "1"))[1] or "ok"
    records.fail()
    assert ask(browser, "/plain") == "ok"
    records.recover()
    assert ask(browser) == "nobody"
