"""The names that test suites patch, each in the module where they patch it."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from datetime import timezone
from unittest import mock

import pytest
from flask import Flask
from flask import render_template_string
from flask.testing import FlaskClient
from werkzeug.exceptions import ImATeapot

from flask_login import current_user
from flask_login import fresh_login_required
from flask_login import login_fresh
from flask_login import login_required
from flask_login import login_user
from flask_login import LoginManager
from flask_login import logout_user
from flask_login import set_login_view
from flask_login import user_logged_in
from flask_login import user_logged_out
from flask_login import UserMixin
from flask_login.utils import _create_identifier
from flask_login.utils import _secret_key
from flask_login.utils import expand_login_view

Users = dict[str, UserMixin]


@pytest.fixture
def patched_user(users: Users) -> Iterator[UserMixin]:
    with mock.patch("flask_login.utils._get_user", return_value=users["2"]):
        yield users["2"]


@pytest.fixture(params=["in a request", "in an app context", "outside"])
def bare_context(request: pytest.FixtureRequest) -> Iterator[None]:
    """A context of an application without a LoginManager, and no context at all."""
    app = Flask("bare")
    app.secret_key = "deterministic"
    contexts = {"in a request": app.test_request_context, "in an app context": app.app_context}

    with ExitStack() as stack:
        if request.param in contexts:
            stack.enter_context(contexts[request.param]())

        yield


class TestGetUser:
    def test_current_user_is_the_patched_one(
        self, app: Flask, login_manager: LoginManager, patched_user: UserMixin
    ) -> None:
        with app.test_request_context():
            assert current_user._get_current_object() is patched_user

    @pytest.mark.parametrize("guard", [login_required, fresh_login_required])
    def test_guards_let_the_patched_user_in(
        self, app: Flask, client: FlaskClient, patched_user: UserMixin, guard: t.Any
    ) -> None:
        app.config["SESSION_PROTECTION"] = None
        app.add_url_rule("/guarded", "guarded", guard(lambda: current_user.get_id()))

        with client.session_transaction() as session:
            session["_fresh"] = True

        assert client.get("/guarded").text == "2"

    @pytest.mark.parametrize("guard", [login_required, fresh_login_required])
    @pytest.mark.parametrize(
        "nobody", [None, mock.Mock(is_authenticated=False)], ids=["None", "no"]
    )
    def test_guards_refuse_a_patched_nobody(
        self, app: Flask, browser: FlaskClient, guard: t.Any, nobody: object
    ) -> None:
        app.add_url_rule("/guarded", "guarded", guard(lambda: "inside"))
        browser.get("/login/1")

        with mock.patch("flask_login.utils._get_user", return_value=nobody):
            assert browser.get("/guarded").status_code == 401

    def test_template_shows_the_patched_user(
        self, app: Flask, login_manager: LoginManager, patched_user: UserMixin
    ) -> None:
        with app.app_context():
            assert render_template_string("{{ current_user.get_id() }}") == "2"

    @pytest.mark.parametrize(
        ("signal", "path"), [(user_logged_in, "/login/1"), (user_logged_out, "/logout")]
    )
    def test_signals_carry_the_patched_user(
        self, browser: FlaskClient, patched_user: UserMixin, signal: t.Any, path: str
    ) -> None:
        received = []

        with signal.connected_to(lambda sender, user: received.append(user)):
            browser.get(path)

        assert received == [patched_user]

    @pytest.mark.usefixtures("bare_context")
    def test_current_user_needs_no_login_manager(self, patched_user: UserMixin) -> None:
        assert current_user._get_current_object() is patched_user
        assert current_user.is_authenticated

    @pytest.mark.usefixtures("bare_context", "patched_user")
    def test_guard_needs_no_login_manager(self) -> None:
        assert login_required(lambda: current_user.get_id())() == "2"

    def test_fresh_guard_needs_no_login_manager(self, patched_user: UserMixin) -> None:
        app = Flask("bare")
        app.secret_key = "deterministic"

        with app.test_request_context() as context:
            context.session["_fresh"] = True
            assert fresh_login_required(lambda: "inside")() == "inside"

    def test_patch_ends(self, browser: FlaskClient, users: Users) -> None:
        with mock.patch("flask_login.utils._get_user", return_value=users["2"]):
            assert browser.get("/me").text == "2"

        assert browser.get("/me").text == "nobody"


@pytest.mark.parametrize(("authenticated", "status"), [(True, 200), (False, 401)])
def test_guard_asks_the_patched_current_user(
    app: Flask, client: FlaskClient, authenticated: bool, status: int
) -> None:
    app.add_url_rule("/guarded", "guarded", login_required(lambda: "inside"))

    with mock.patch("flask_login.utils.current_user", mock.Mock(is_authenticated=authenticated)):
        assert client.get("/guarded").status_code == status


def test_fresh_guard_asks_the_patched_current_user(app: Flask, client: FlaskClient) -> None:
    app.add_url_rule("/guarded", "guarded", fresh_login_required(lambda: "inside"))

    with (
        mock.patch("flask_login.utils.current_user", mock.Mock(is_authenticated=True)),
        mock.patch("flask_login.utils.login_fresh", return_value=True),
    ):
        assert client.get("/guarded").text == "inside"


def test_guard_asks_the_patched_request_for_its_method(app: Flask, client: FlaskClient) -> None:
    app.add_url_rule("/guarded", "guarded", login_required(lambda: "inside"))

    with mock.patch("flask_login.utils.request", mock.Mock(method="OPTIONS")):
        assert client.get("/guarded").text == "inside"


def test_identifier_is_that_of_the_patched_request(app: Flask) -> None:
    with app.test_request_context(
        headers={"User-Agent": "agent"}, environ_base={"REMOTE_ADDR": "10.0.0.1"}
    ):
        real = _create_identifier()

    fake = mock.Mock(remote_addr="10.0.0.1", headers={"User-Agent": "agent"})
    with mock.patch("flask_login.utils.request", fake):
        assert _create_identifier() == real


def test_login_is_written_to_the_patched_session(
    app: Flask, login_manager: LoginManager, users: Users
) -> None:
    with app.test_request_context(), mock.patch("flask_login.utils.session", {}) as session:
        login_user(users["1"])
        assert session["_user_id"] == "1"

        logout_user()
        assert session == {}


def test_freshness_is_that_of_the_patched_session(app: Flask) -> None:
    with app.app_context(), mock.patch("flask_login.utils.session", {}) as session:
        assert not login_fresh()
        session.update(_user_id="1", _fresh=True)
        assert login_fresh()


def test_patched_current_app_has_the_secret_key() -> None:
    with mock.patch("flask_login.utils.current_app", mock.Mock(config={"SECRET_KEY": "patched"})):
        assert _secret_key() == b"patched"


def test_patched_current_app_has_the_login_manager() -> None:
    with mock.patch("flask_login.utils.current_app", mock.Mock()) as current_app:
        set_login_view("/log-in")

    assert current_app.login_manager.login_view == "/log-in"


def test_patched_current_app_disables_login(app: Flask) -> None:
    current_app = mock.Mock(config={"LOGIN_DISABLED": True}, ensure_sync=app.ensure_sync)

    with app.test_request_context(), mock.patch("flask_login.utils.current_app", current_app):
        assert login_required(lambda: "inside")() == "inside"


def test_login_view_is_built_by_the_patched_url_for() -> None:
    with mock.patch("flask_login.utils.url_for", return_value="/built") as url_for:
        assert expand_login_view("endpoint") == "/built"

    url_for.assert_called_once_with("endpoint")


def test_without_a_request_by_patch_there_is_no_user(
    app: Flask, login_manager: LoginManager
) -> None:
    with (
        app.test_request_context(),
        mock.patch("flask_login.utils.has_request_context", return_value=False),
    ):
        assert not current_user


class TestLoginManager:
    @pytest.fixture(autouse=True)
    def guarded_view(self, app: Flask, login_manager: LoginManager) -> None:
        app.add_url_rule("/guarded", "guarded", login_required(lambda: "inside"))
        login_manager.login_view = "/log-in"

    def test_redirect_is_the_patched_one(self, client: FlaskClient) -> None:
        with mock.patch("flask_login.login_manager.redirect", return_value="sent away") as redirect:
            assert client.get("/guarded").text == "sent away"

        assert redirect.call_args.args == ("/log-in?next=%2Fguarded",)

    def test_flash_is_the_patched_one(self, client: FlaskClient) -> None:
        with mock.patch("flask_login.login_manager.flash") as flash:
            client.get("/guarded")

        flash.assert_called_once_with("Please log in to access this page.", category="message")

    def test_session_is_the_patched_one(self, app: Flask, client: FlaskClient) -> None:
        app.config["USE_SESSION_FOR_NEXT"] = True

        with (
            app.test_request_context("/guarded"),
            mock.patch("flask_login.login_manager.session", {}) as session,
        ):
            app.login_manager.unauthorized()  # type: ignore[attr-defined]

        assert session["next"] == "/guarded"

    def test_abort_is_the_patched_one(
        self, login_manager: LoginManager, client: FlaskClient
    ) -> None:
        login_manager.login_view = None

        with mock.patch("flask_login.login_manager.abort", side_effect=ImATeapot) as abort:
            assert client.get("/guarded").status_code == 418

        abort.assert_called_once_with(401)

    def test_remember_cookie_expires_by_the_patched_clock(
        self, browser: FlaskClient, cookie_of: t.Any
    ) -> None:
        with mock.patch("flask_login.login_manager.datetime") as clock:
            clock.now.return_value = datetime(2030, 1, 1, tzinfo=timezone.utc)
            response = browser.get("/login/1?remember&duration=3600")

        assert clock.now.call_args_list == [mock.call(timezone.utc)]
        assert cookie_of(response)["expires"] == "Tue, 01 Jan 2030 01:00:00 GMT"
