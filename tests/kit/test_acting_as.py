"""``acting_as``: a user in a unit test that needs no client."""

from __future__ import annotations

import typing as t

import pytest
from flask import Flask
from flask import g
from flask import has_request_context
from flask import request
from flask import session
from flask.testing import FlaskClient
from flask_versions import in_another_context

from flask_login import current_user
from flask_login import fresh_login_required
from flask_login import login_fresh
from flask_login import login_required
from flask_login import login_source
from flask_login import login_user
from flask_login import LoginManager
from flask_login import logout_user
from flask_login import user_logged_in
from flask_login.testing import acting_as

Users = dict[str, t.Any]

pytestmark = pytest.mark.usefixtures("login_manager")


@pytest.fixture
def app_context(app: Flask) -> t.Iterator[None]:
    with app.app_context():
        yield


@pytest.fixture
def request_context(app: Flask) -> t.Iterator[None]:
    with app.test_request_context("/here"):
        yield


@pytest.mark.usefixtures("app_context")
class TestInAppContext:
    def test_user_acts(self, users: Users) -> None:
        with acting_as(users["1"]):
            assert current_user == users["1"]

    def test_guarded_view_can_be_called(self, users: Users) -> None:
        with acting_as(users["1"]):
            assert login_required(lambda: "inside")() == "inside"
            assert fresh_login_required(lambda: "inside")() == "inside"

    def test_request_is_there_for_the_block(self, users: Users) -> None:
        with acting_as(users["1"]):
            assert has_request_context()

        assert not has_request_context()

    def test_nobody_is_there_afterwards(self, users: Users) -> None:
        with acting_as(users["1"]):
            pass

        assert not current_user
        assert "_login_user" not in g

    def test_user_put_on_g_by_hand_is_there_again(self, users: Users) -> None:
        g._login_user = users["2"]

        with acting_as(users["1"]):
            assert current_user == users["1"]

        assert g._login_user is users["2"]

    def test_blocks_may_be_nested(self, users: Users) -> None:
        with acting_as(users["1"]):
            with acting_as(users["2"]):
                assert current_user == users["2"]

            assert current_user == users["1"]

    def test_client_is_not_logged_in_by_it(
        self, users: Users, browser: FlaskClient, app: Flask
    ) -> None:
        with acting_as(users["1"]):
            assert browser.get("/me").text == "nobody"
            assert current_user == users["1"]


@pytest.mark.usefixtures("request_context")
class TestInRequestContext:
    def test_user_acts(self, users: Users) -> None:
        with acting_as(users["1"]):
            assert current_user == users["1"]
            assert login_fresh()
            assert login_source() == "session"

    def test_request_stays_the_same(self, users: Users) -> None:
        with acting_as(users["1"]):
            assert request.path == "/here"

    def test_nobody_is_there_afterwards(self, users: Users) -> None:
        with acting_as(users["1"]):
            pass

        assert not current_user.is_authenticated
        assert dict(session) == {}

    def test_user_who_was_looked_up_is_there_again(self, users: Users) -> None:
        guest = current_user._get_current_object()

        with acting_as(users["1"]):
            pass

        assert current_user._get_current_object() is guest

    def test_login_from_before_is_there_again(self, users: Users) -> None:
        login_user(users["2"], fresh=False)

        with acting_as(users["1"]):
            assert login_fresh()

        assert current_user == users["2"]
        assert not login_fresh()

    def test_login_comes_back_after_an_exception(self, users: Users) -> None:
        login_user(users["2"])

        with pytest.raises(LookupError), acting_as(users["1"]):
            raise LookupError

        assert current_user == users["2"]

    @pytest.mark.parametrize("act", [logout_user, lambda: session.clear()], ids=["logout", "clear"])
    def test_login_comes_back_whatever_happens(self, users: Users, act: t.Any) -> None:
        login_user(users["2"])
        session["cart"] = 1
        before = dict(session)

        with acting_as(users["1"]):
            session["wishes"] = 2
            act()

        assert dict(session) == before
        assert current_user == users["2"]

    def test_what_is_changed_inside_the_session_is_changed_back(self, users: Users) -> None:
        session["cart"] = ["tea"]

        with acting_as(users["1"]):
            session["cart"].append("coffee")

        assert session["cart"] == ["tea"]

    def test_csrf_token_is_there_again(self, app: Flask, users: Users) -> None:
        app.config["LOGIN_RESET_KEYS"] = ["csrf_token"]
        g.csrf_token = session["csrf_token"] = "token"

        with acting_as(users["1"]):
            assert "csrf_token" not in session

        assert session["csrf_token"] == "token"
        assert g.get("csrf_token") == "token"

    def test_user_put_on_g_by_hand_is_there_again(self, users: Users) -> None:
        g._login_user = users["2"]

        with acting_as(users["1"]):
            assert current_user == users["1"]

        assert current_user == users["2"]

    def test_blocks_may_be_nested(self, users: Users) -> None:
        with acting_as(users["1"]):
            with acting_as(users["2"]):
                assert session["_user_id"] == "2"

            assert session["_user_id"] == "1"
            assert current_user == users["1"]

    def test_inactive_user_acts(self, users: Users) -> None:
        with acting_as(users["3"]):
            assert current_user == users["3"]

    def test_login_is_announced(self, app: Flask, users: Users) -> None:
        sent: list[t.Any] = []

        def receive(sender: Flask, user: t.Any) -> None:
            sent.append(user)

        with user_logged_in.connected_to(receive, app), acting_as(users["1"]):
            pass

        assert sent == [users["1"]]

    def test_receiver_that_fails_leaves_nobody_behind(self, app: Flask, users: Users) -> None:
        def receive(sender: Flask, user: t.Any) -> None:
            raise LookupError

        with user_logged_in.connected_to(receive, app):
            with pytest.raises(LookupError), acting_as(users["1"]):
                pytest.fail("A failed login was entered.")

        assert not current_user.is_authenticated
        assert dict(session) == {}

    def test_proxy_acts_as_whom_it_stands_for(self, users: Users) -> None:
        login_user(users["2"])

        with acting_as(current_user):
            assert current_user._get_current_object() is users["2"]


class TestWithoutSecretKey:
    @pytest.fixture(autouse=True)
    def keyless(self, app: Flask) -> None:
        app.secret_key = None

    def test_user_acts_in_an_app_context(self, app: Flask, users: Users) -> None:
        with app.app_context(), acting_as(users["1"]):
            assert login_required(lambda: current_user.name)() == "ada"

    def test_user_acts_in_a_request(self, app: Flask, users: Users) -> None:
        with app.test_request_context():
            with acting_as(users["1"]):
                assert current_user == users["1"]

            assert not current_user.is_authenticated

    def test_proxy_acts_as_whom_it_stands_for(self, app: Flask, users: Users) -> None:
        with app.app_context(), acting_as(users["1"]), acting_as(current_user):
            assert current_user._get_current_object() is users["1"]


def test_request_loader_user_is_there_again(
    app: Flask, login_manager: LoginManager, users: Users
) -> None:
    login_manager.request_loader(lambda request: users["2"])

    with app.test_request_context():
        assert current_user == users["2"]

        with acting_as(users["1"]):
            assert (current_user.name, login_source()) == ("ada", "session")

        assert (current_user.name, login_source()) == ("brian", "request")


@pytest.mark.parametrize("defaults", ["compatible", "secure"])
def test_remember_cookie_is_left_alone(
    app: Flask, browser: FlaskClient, users: Users, defaults: str
) -> None:
    app.config["LOGIN_DEFAULTS"] = defaults

    @app.get("/act")
    def act() -> str:
        with acting_as(users["2"]):
            return str(current_user.get_id())

    browser.get("/login/1?remember")

    assert browser.get("/act").text == "2"
    assert browser.get("/me").text == "1"
    assert browser.get("/remembered").text == "True"


class TestInNestedContexts:
    def test_user_acts_in_an_app_context_within_a_request(self, app: Flask, users: Users) -> None:
        with app.test_request_context():
            login_user(users["2"])

            with app.app_context():
                with acting_as(users["1"]):
                    assert current_user == users["1"]

            assert current_user == users["2"]
            assert session["_user_id"] == "2"

    def test_user_acts_in_what_is_called_in_a_context_of_its_own(
        self, app: Flask, users: Users
    ) -> None:
        with app.app_context(), acting_as(users["1"]):
            assert in_another_context(app, lambda: current_user.get_id()) == "1"

    def test_user_acts_in_another_application(self, app: Flask, users: Users) -> None:
        other = Flask("other")
        other.secret_key = "another"
        LoginManager(other).user_loader(users.get)

        with app.app_context(), acting_as(users["2"]):
            with other.app_context(), acting_as(users["1"]):
                assert current_user == users["1"]

            assert current_user == users["2"]

    def test_user_acts_in_a_request_within_another(self, app: Flask, users: Users) -> None:
        with app.test_request_context(), acting_as(users["1"]):
            with app.test_request_context(), acting_as(users["2"]):
                assert current_user == users["2"]

            assert current_user == users["1"]


def test_somebody_has_to_act_in_an_application(users: Users) -> None:
    with pytest.raises(RuntimeError, match="application context"), acting_as(users["1"]):
        pytest.fail("Somebody acts nowhere.")
