"""Logins of users who have no ID yet: models that are saved later in the request."""

from __future__ import annotations

import logging
import typing as t
from collections.abc import Callable

import pytest
from flask import abort
from flask import after_this_request
from flask import Flask
from flask import g
from flask import session
from flask.sessions import SecureCookieSessionInterface
from flask.testing import FlaskClient

from flask_login import AnonymousUserMixin
from flask_login import confirm_login
from flask_login import current_user
from flask_login import fresh_login_required
from flask_login import login_fresh
from flask_login import login_remembered
from flask_login import login_required
from flask_login import login_source
from flask_login import login_user
from flask_login import LoginManager
from flask_login import logout_user
from flask_login import refresh_login
from flask_login import user_logged_in

Users = dict[str, t.Any]


@pytest.fixture
def new(users: Users) -> t.Any:
    """A user without an ID. The loader finds them by the one that they get."""
    users["9"] = type(users["1"])(None, "new")
    return users["9"]


@pytest.fixture
def save(new: t.Any) -> Callable[[], None]:
    """Save the new user."""

    def save() -> None:
        new.id = "9"

    return save


@pytest.fixture
def register(app: Flask, browser: FlaskClient, new: t.Any) -> Callable[..., t.Any]:
    """Log the new user in, and do more before the view returns."""

    def register(*steps: t.Any, answer: t.Any = "done", **options: t.Any) -> t.Any:
        seen: list[t.Any] = []

        def view() -> t.Any:
            seen.append(login_user(new, **options))
            seen.extend(step() for step in steps)
            return answer

        app.view_functions["plain"] = view
        response = browser.get("/plain")
        response.seen = seen
        return response

    return register


class TestInTheRequest:
    def test_user_is_logged_in(self, register: t.Any, new: t.Any) -> None:
        response = register(lambda: current_user._get_current_object(), login_source)
        assert response.seen == [True, new, "session"]

    def test_signal_is_sent(self, app: Flask, register: t.Any, new: t.Any) -> None:
        seen: list[t.Any] = []

        with user_logged_in.connected_to(lambda app, user: seen.append(user), app):
            register()

        assert seen == [new]

    @pytest.mark.parametrize("guard", [login_required, fresh_login_required])
    def test_guards_let_them_in(self, register: t.Any, guard: t.Any) -> None:
        assert register(guard(lambda: "inside")).seen == [True, "inside"]

    def test_nothing_is_written_yet(self, register: t.Any) -> None:
        assert register(lambda: dict(session), remember=True).seen == [True, {}]

    @pytest.mark.parametrize("fresh", [True, False])
    def test_login_is_as_fresh_as_asked(self, register: t.Any, fresh: bool) -> None:
        assert register(login_fresh, fresh=fresh).seen == [True, fresh]

    @pytest.mark.parametrize("remember", [True, False])
    def test_login_is_as_remembered_as_asked(self, register: t.Any, remember: bool) -> None:
        assert register(login_remembered, remember=remember).seen == [True, remember]

    def test_confirmation_makes_it_fresh(self, register: t.Any) -> None:
        response = register(confirm_login, login_fresh, fresh=False)
        assert response.seen == [True, None, True]

    def test_confirmation_of_the_user_makes_it_fresh(self, register: t.Any, new: t.Any) -> None:
        response = register(lambda: confirm_login(new), login_fresh, fresh=False)
        assert response.seen == [True, None, True]

    def test_there_is_nothing_to_refresh(self, register: t.Any) -> None:
        assert register(refresh_login, lambda: dict(session)).seen == [True, None, {}]

    def test_inactive_user_is_refused(self, register: t.Any, new: t.Any) -> None:
        new.active = False
        assert register().seen == [False]

    def test_earlier_login_has_ended(self, browser: FlaskClient, register: t.Any) -> None:
        browser.get("/login/1")
        assert register(lambda: dict(session)).seen == [True, {}]

    def test_data_of_the_application_stays(self, register: t.Any, browser: FlaskClient) -> None:
        with browser.session_transaction() as stored:
            stored["cart"] = [1]

        assert register(lambda: dict(session)).seen == [True, {"cart": [1]}]


class TestSaved:
    """The user has an ID when the response is made."""

    def test_login_is_written(
        self, register: t.Any, save: t.Any, browser: FlaskClient, session_of: t.Any
    ) -> None:
        register(save)
        assert session_of(browser).keys() == {"_user_id", "_fresh", "_id", "_login"}
        assert browser.get("/me").text == "9"

    def test_function_after_the_request_may_save(
        self, app: Flask, register: t.Any, save: t.Any, browser: FlaskClient
    ) -> None:
        app.after_request_funcs[None].append(lambda response: save() or response)
        register()
        assert browser.get("/me").text == "9"

    def test_function_after_this_request_may_save(
        self, register: t.Any, save: t.Any, browser: FlaskClient
    ) -> None:
        register(lambda: after_this_request(lambda response: save() or response))
        assert browser.get("/me").text == "9"

    @pytest.mark.parametrize("fresh", [True, False])
    def test_session_is_as_fresh_as_asked(
        self, register: t.Any, save: t.Any, browser: FlaskClient, fresh: bool
    ) -> None:
        register(save, fresh=fresh)
        assert browser.get("/fresh").text == str(fresh)

    def test_confirmed_session_is_fresh(
        self, register: t.Any, save: t.Any, browser: FlaskClient
    ) -> None:
        register(confirm_login, save, fresh=False)
        assert browser.get("/fresh").text == "True"

    def test_confirmation_after_it_is_saved_counts(
        self, register: t.Any, save: t.Any, new: t.Any, browser: FlaskClient
    ) -> None:
        register(save, lambda: confirm_login(new), fresh=False)
        assert browser.get("/fresh").text == "True"

    def test_login_is_remembered(self, register: t.Any, save: t.Any, browser: FlaskClient) -> None:
        register(save, remember=True)
        browser.delete_cookie("session")
        assert browser.get("/me").text == "9"

    def test_login_is_remembered_for_its_duration(
        self, register: t.Any, save: t.Any, cookie_of: t.Any
    ) -> None:
        response = register(save, remember=True, duration=60)
        assert cookie_of(response)["max-age"] == "60" or cookie_of(response)["expires"]

    def test_login_without_remember_sets_no_cookie(
        self, register: t.Any, save: t.Any, cookie_of: t.Any
    ) -> None:
        assert cookie_of(register(save)) is None

    def test_cookie_of_another_user_is_deleted(
        self, register: t.Any, save: t.Any, browser: FlaskClient, cookie_of: t.Any
    ) -> None:
        browser.get("/login/1?remember")
        assert cookie_of(register(save))["max-age"] == "0"

    def test_stamp_is_recorded(
        self, register: t.Any, save: t.Any, new: t.Any, browser: FlaskClient
    ) -> None:
        new.stamp = "hash"
        register(save)
        assert browser.get("/me").text == "9"
        new.stamp = "another"
        assert browser.get("/me").text == "nobody"

    def test_server_side_session_gets_another_id(
        self, app: Flask, register: t.Any, save: t.Any, browser: FlaskClient, session_of: t.Any
    ) -> None:
        class Regenerating(SecureCookieSessionInterface):
            def regenerate(self, session: t.Any) -> None:
                session["regenerated"] = session.get("regenerated", 0) + 1

        app.session_interface = Regenerating()
        register(save)
        assert session_of(browser)["regenerated"] == 1

    def test_strong_protection_accepts_the_next_request(
        self, app: Flask, register: t.Any, save: t.Any, browser: FlaskClient
    ) -> None:
        app.config["SESSION_PROTECTION"] = "strong"
        register(save)
        assert browser.get("/me").text == "9"

    def test_forced_login_of_an_inactive_user_stays(
        self, app: Flask, register: t.Any, save: t.Any, new: t.Any, browser: FlaskClient
    ) -> None:
        app.config["LOGIN_CHECK_ACTIVE"] = True
        new.active = False
        register(save, force=True)
        assert browser.get("/me").text == "9"

    @pytest.mark.parametrize("answer", ["done", ("", 204), ("", 302)], ids=str)
    def test_success_is_any_status_below_400(
        self, register: t.Any, save: t.Any, browser: FlaskClient, answer: t.Any
    ) -> None:
        register(save, answer=answer)
        assert browser.get("/me").text == "9"

    def test_id_is_stored_as_it_is(
        self, register: t.Any, new: t.Any, browser: FlaskClient, session_of: t.Any
    ) -> None:
        register(lambda: setattr(new, "get_id", lambda: 9))
        assert session_of(browser)["_user_id"] == 9

    def test_id_attribute_is_asked(
        self,
        login_manager: LoginManager,
        register: t.Any,
        new: t.Any,
        session_of: t.Any,
        browser: FlaskClient,
    ) -> None:
        login_manager.id_attribute = "get_token"
        new.get_token = lambda: None
        register(lambda: setattr(new, "get_token", lambda: "token"))
        assert session_of(browser)["_user_id"] == "token"


class TestFailed:
    """The request fails. After a rollback, an object keeps an ID that somebody else gets."""

    @pytest.mark.parametrize("status", [400, 404, 409, 500, 503])
    def test_login_is_not_written(
        self, register: t.Any, save: t.Any, browser: FlaskClient, status: int
    ) -> None:
        register(save, answer=("", status), remember=True)
        assert browser.get("/me").text == "nobody"

    def test_login_is_not_written_after_an_abort(
        self, register: t.Any, save: t.Any, browser: FlaskClient, session_of: t.Any
    ) -> None:
        register(save, lambda: abort(409))
        assert session_of(browser) == {}

    def test_login_is_not_written_after_an_error(
        self, app: Flask, register: t.Any, save: t.Any, browser: FlaskClient
    ) -> None:
        app.config["PROPAGATE_EXCEPTIONS"] = False
        assert register(save, lambda: 1 / 0).status_code == 500
        assert browser.get("/me").text == "nobody"

    def test_no_cookie_is_set(self, register: t.Any, save: t.Any, cookie_of: t.Any) -> None:
        assert cookie_of(register(save, answer=("", 409), remember=True)) is None

    def test_no_warning_is_given(self, register: t.Any, caplog: pytest.LogCaptureFixture) -> None:
        register(answer=("", 409))
        assert caplog.messages == []


class TestDropped:
    """What follows drops a login that is pending."""

    def test_another_login_does(
        self, register: t.Any, save: t.Any, users: Users, browser: FlaskClient
    ) -> None:
        register(lambda: login_user(users["1"]), save)
        assert browser.get("/me").text == "1"

    def test_another_pending_login_does(
        self, register: t.Any, save: t.Any, users: Users, browser: FlaskClient
    ) -> None:
        users["8"] = other = type(users["1"])(None)
        register(lambda: login_user(other), save, lambda: setattr(other, "id", "8"))
        assert browser.get("/me").text == "8"

    def test_logout_does(self, register: t.Any, save: t.Any, browser: FlaskClient) -> None:
        register(logout_user, save)
        assert browser.get("/me").text == "nobody"

    def test_login_that_is_refused_does_not(
        self, register: t.Any, save: t.Any, users: Users, browser: FlaskClient
    ) -> None:
        register(lambda: login_user(users["3"]), save)
        assert browser.get("/me").text == "9"

    def test_login_again_with_an_id_writes_it_at_once(
        self, register: t.Any, save: t.Any, new: t.Any
    ) -> None:
        response = register(save, lambda: login_user(new), lambda: session["_user_id"])
        assert response.seen[-1] == "9"

    def test_user_set_by_hand_is_not_logged_in(
        self, register: t.Any, save: t.Any, users: Users, browser: FlaskClient
    ) -> None:
        register(save, lambda: setattr(g, "_login_user", users["2"]))
        assert browser.get("/me").text == "nobody"

    @pytest.mark.usefixtures("save")
    def test_login_without_an_id_later_ends_the_one_that_was_written(
        self, register: t.Any, new: t.Any, users: Users, browser: FlaskClient
    ) -> None:
        browser.get("/login/1?remember")
        register()
        browser.delete_cookie("remember_token")
        assert browser.get("/me").text == "nobody"


class TestWithoutAnId:
    """There is no ID even then."""

    @pytest.fixture(autouse=True)
    def warnings(self, caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
        caplog.set_level(logging.WARNING, logger="flask_login")
        return caplog

    def test_nothing_is_written(
        self, register: t.Any, browser: FlaskClient, session_of: t.Any, cookie_of: t.Any
    ) -> None:
        response = register(remember=True)
        assert (response.status_code, session_of(browser)) == (200, {})
        assert cookie_of(response) is None

    def test_warning_says_why(self, register: t.Any, warnings: pytest.LogCaptureFixture) -> None:
        register()
        (message,) = warnings.messages
        assert "'get_id' returned None" in message
        assert "Save the model" in message

    def test_warning_names_the_id_attribute(
        self,
        login_manager: LoginManager,
        register: t.Any,
        new: t.Any,
        warnings: pytest.LogCaptureFixture,
    ) -> None:
        login_manager.id_attribute = "get_token"
        new.get_token = lambda: None
        register()
        assert "'get_token'" in warnings.messages[0]

    def test_error_of_get_id_counts_as_none(
        self, register: t.Any, new: t.Any, warnings: pytest.LogCaptureFixture
    ) -> None:
        def fail() -> t.NoReturn:
            raise LookupError("detached")

        assert register(lambda: setattr(new, "get_id", fail)).status_code == 200
        assert len(warnings.messages) == 1

    def test_error_of_get_id_is_one_at_the_login(self, browser: FlaskClient, new: t.Any) -> None:
        del new.id

        with pytest.raises(NotImplementedError, match="override `get_id`"):
            browser.get("/login/9")


class TestTheStringNone:
    """What ``str(self.id)`` makes of a model that is not saved."""

    def test_it_is_no_id_of_a_user_whose_id_is_none(
        self, register: t.Any, new: t.Any, browser: FlaskClient, save: t.Any, session_of: t.Any
    ) -> None:
        new.get_id = lambda: str(new.id)
        assert register(lambda: dict(session), save).seen[:2] == [True, {}]
        assert session_of(browser)["_user_id"] == "9"

    def test_it_is_not_written(
        self, register: t.Any, new: t.Any, browser: FlaskClient, session_of: t.Any
    ) -> None:
        new.get_id = lambda: str(new.id)
        register()
        assert session_of(browser) == {}

    def test_it_is_the_id_of_a_user_who_is_called_so(
        self, browser: FlaskClient, users: Users, session_of: t.Any
    ) -> None:
        users["None"] = type(users["1"])("None")
        browser.get("/login/None")
        assert session_of(browser)["_user_id"] == "None"
        assert browser.get("/me").text == "None"

    def test_it_is_the_id_of_a_user_who_has_another_attribute_for_it(
        self, browser: FlaskClient, users: Users, session_of: t.Any
    ) -> None:
        class Named(AnonymousUserMixin):
            is_active = True

            def get_id(self) -> str:
                return "None"

        users["named"] = Named()
        browser.get("/login/named")
        assert session_of(browser)["_user_id"] == "None"

    @pytest.mark.parametrize("user_id", ["", "none", "False", "0", 0], ids=repr)
    def test_any_other_value_is_an_id(
        self, browser: FlaskClient, new: t.Any, session_of: t.Any, user_id: t.Any
    ) -> None:
        new.get_id = lambda: user_id
        browser.get("/login/9")
        assert session_of(browser)["_user_id"] == user_id


def test_confirmation_for_another_user_is_an_error(
    app: Flask, browser: FlaskClient, new: t.Any, users: Users
) -> None:
    def view() -> str:
        login_user(new)

        with pytest.raises(ValueError, match="not the one who is logged in"):
            confirm_login(users["1"])

        return "done"

    app.view_functions["plain"] = view
    assert browser.get("/plain").text == "done"


def test_login_in_a_context_without_a_response_writes_nothing(
    app: Flask, login_manager: LoginManager, new: t.Any
) -> None:
    with app.test_request_context():
        assert login_user(new)
        assert current_user._get_current_object() is new
        assert dict(session) == {}
