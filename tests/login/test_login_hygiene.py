"""What goes from the session when a login changes: keys to reset, and what another user left."""

from __future__ import annotations

import typing as t

import pytest
from flask import Flask
from flask import g
from flask import session
from flask.testing import FlaskClient

from flask_login import login_user
from flask_login import LoginManager
from flask_login import logout_user

OURS = {"_user_id", "_fresh", "_id", "_login"}


@pytest.fixture
def fill(browser: FlaskClient) -> t.Callable[..., None]:
    """Put something of the application's into a browser's session."""

    def fill(**values: t.Any) -> None:
        with browser.session_transaction() as stored:
            stored.update(values)

    return fill


@pytest.fixture
def left(browser: FlaskClient, session_of: t.Any) -> t.Callable[[], set[str]]:
    """The keys of the application's in a browser's session."""
    return lambda: session_of(browser).keys() - OURS


class TestResetKeys:
    """``LOGIN_RESET_KEYS`` names what must not outlive a change of the login."""

    @pytest.fixture(autouse=True)
    def reset_keys(self, app: Flask) -> None:
        app.config["LOGIN_RESET_KEYS"] = ("csrf_token", "nonce")

    @pytest.mark.asvs("7.2.4")
    @pytest.mark.parametrize(
        "url", ["/login/1", "/login/2", "/login/1?stale", "/confirm", "/logout"]
    )
    def test_change_of_the_login_drops_them(
        self, browser: FlaskClient, fill: t.Any, left: t.Any, url: str
    ) -> None:
        browser.get("/login/1")
        fill(csrf_token="token", nonce="nonce", cart=[1])
        browser.get(url)
        assert left() == {"cart"}

    def test_login_of_a_stranger_drops_them(
        self, browser: FlaskClient, fill: t.Any, left: t.Any
    ) -> None:
        fill(csrf_token="token", cart=[1])
        browser.get("/login/1")
        assert left() == {"cart"}

    def test_logout_of_a_stranger_drops_them(
        self, browser: FlaskClient, fill: t.Any, left: t.Any
    ) -> None:
        fill(csrf_token="token", cart=[1])
        browser.get("/logout")
        assert left() == {"cart"}

    @pytest.mark.parametrize("url", ["/me", "/fresh", "/plain"])
    def test_other_requests_keep_them(
        self, browser: FlaskClient, fill: t.Any, left: t.Any, url: str
    ) -> None:
        browser.get("/login/1")
        fill(csrf_token="token")
        browser.get(url)
        assert left() == {"csrf_token"}

    def test_login_that_is_refused_keeps_them(
        self, browser: FlaskClient, fill: t.Any, left: t.Any
    ) -> None:
        fill(csrf_token="token")
        browser.get("/login/3")
        assert left() == {"csrf_token"}

    @pytest.mark.parametrize("url", ["/login/1", "/logout", "/confirm"])
    def test_names_on_g_are_dropped(self, app: Flask, browser: FlaskClient, url: str) -> None:
        names: list[set[str]] = []

        @app.before_request
        def prepare() -> None:
            g.csrf_token = g.nonce = g.locale = "set"

        @app.teardown_request
        def look(error: t.Any) -> None:
            names.append({"csrf_token", "nonce", "locale"}.intersection(g))

        browser.get("/login/1")
        browser.get(url)
        assert names[-1] == {"locale"}


@pytest.mark.parametrize("url", ["/login/2", "/confirm", "/logout"])
def test_nothing_is_reset_by_default(
    browser: FlaskClient, fill: t.Any, left: t.Any, url: str
) -> None:
    browser.get("/login/1")
    fill(csrf_token="token")
    browser.get(url)
    assert left() == {"csrf_token"}


@pytest.mark.parametrize("setting", ["LOGIN_RESET_KEYS", "LOGIN_PRESERVE_KEYS"])
@pytest.mark.parametrize("value", ["csrf_token", None, 1], ids=repr)
def test_names_that_are_no_collection_are_an_error(app: Flask, setting: str, value: t.Any) -> None:
    app.config[setting] = value

    with pytest.raises(TypeError, match=f"{setting} must be a list or tuple of names"):
        LoginManager(app)


@pytest.mark.parametrize("names", [["csrf_token"], ("csrf_token",), {"csrf_token"}], ids=repr)
def test_names_may_be_in_any_collection(
    app: Flask, browser: FlaskClient, fill: t.Any, left: t.Any, names: t.Any
) -> None:
    app.config["LOGIN_RESET_KEYS"] = names
    fill(csrf_token="token")
    browser.get("/login/1")
    assert left() == set()


class TestClearOnUserChange:
    """``LOGIN_CLEAR_ON_USER_CHANGE`` keeps one user's data from the next."""

    @pytest.fixture(autouse=True)
    def clear(self, app: Flask) -> None:
        app.config.update(LOGIN_CLEAR_ON_USER_CHANGE=True, LOGIN_PRESERVE_KEYS=["locale"])

    def test_login_of_another_user_clears_the_session(
        self, browser: FlaskClient, fill: t.Any, left: t.Any
    ) -> None:
        browser.get("/login/1")
        fill(cart=[1], locale="de")
        browser.get("/login/2")
        assert left() == {"locale"}

    def test_login_of_the_same_user_keeps_it(
        self, browser: FlaskClient, fill: t.Any, left: t.Any
    ) -> None:
        browser.get("/login/1")
        fill(cart=[1], locale="de")
        browser.get("/login/1")
        assert left() == {"cart", "locale"}

    def test_login_of_a_stranger_keeps_it(
        self, browser: FlaskClient, fill: t.Any, left: t.Any
    ) -> None:
        fill(cart=[1], locale="de")
        browser.get("/login/1")
        assert left() == {"cart", "locale"}

    def test_same_user_by_an_id_of_another_type_keeps_it(
        self, browser: FlaskClient, fill: t.Any, left: t.Any
    ) -> None:
        fill(_user_id=1, cart=[1])
        browser.get("/login/1")
        assert left() == {"cart"}

    def test_logout_and_login_of_another_user_in_one_request_clear_it(
        self, app: Flask, login_manager: LoginManager, users: dict[str, t.Any]
    ) -> None:
        with app.test_request_context():
            login_user(users["1"])
            session["cart"] = [1]
            logout_user()
            login_user(users["2"])
            assert "cart" not in session

    def test_login_after_one_that_has_idled_out_clears_it(
        self, app: Flask, browser: FlaskClient, clock: t.Any, fill: t.Any, left: t.Any
    ) -> None:
        app.config["LOGIN_IDLE_TIMEOUT"] = 600
        browser.get("/login/1")
        fill(cart=[1])
        clock.tick(600)
        browser.get("/me")
        browser.get("/login/2")
        assert left() == set()

    def test_login_over_one_that_has_idled_out_clears_it(
        self, app: Flask, browser: FlaskClient, clock: t.Any, fill: t.Any, left: t.Any
    ) -> None:
        app.config["LOGIN_IDLE_TIMEOUT"] = 600
        browser.get("/login/1")
        fill(cart=[1])
        clock.tick(600)
        browser.get("/login/2")
        assert left() == set()

    def test_login_that_is_refused_keeps_it(
        self, browser: FlaskClient, fill: t.Any, left: t.Any
    ) -> None:
        browser.get("/login/1")
        fill(cart=[1])
        browser.get("/login/3")
        assert left() == {"cart"}

    @pytest.mark.parametrize(
        ("owner", "keys"), [("1", {"cart", "locale"}), ("2", {"locale"})], ids=["same", "other"]
    )
    def test_restored_login_clears_what_another_user_left(
        self,
        app: Flask,
        browser: FlaskClient,
        clock: t.Any,
        fill: t.Any,
        left: t.Any,
        owner: str,
        keys: set[str],
    ) -> None:
        app.config["LOGIN_IDLE_TIMEOUT"] = 600
        browser.get("/login/1?remember")
        browser.delete_cookie("session")
        fill(
            _user_id=owner,
            _login=f"{clock.now - 600}.{clock.now - 600}..|{owner}",
            cart=[1],
            locale="de",
        )
        assert browser.get("/me").text == "1"
        assert left() == keys

    def test_restored_login_that_nobody_comes_of_keeps_it(
        self, browser: FlaskClient, users: dict[str, t.Any], fill: t.Any, left: t.Any
    ) -> None:
        browser.get("/login/1?remember")
        fill(_user_id="gone", cart=[1])
        users.clear()
        browser.get("/me")
        assert left() == {"cart"}


@pytest.mark.parametrize("value", [False, None], ids=repr)
def test_nothing_is_cleared_by_default(
    app: Flask, browser: FlaskClient, fill: t.Any, left: t.Any, value: t.Any
) -> None:
    app.config["LOGIN_CLEAR_ON_USER_CHANGE"] = value
    browser.get("/login/1")
    fill(cart=[1])
    browser.get("/login/2")
    assert left() == {"cart"}
