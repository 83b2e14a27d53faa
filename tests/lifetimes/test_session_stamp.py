"""``get_session_stamp``: credentials that change end the logins that came from them."""

from __future__ import annotations

import typing as t
from unittest import mock

import pytest
from flask import Flask
from flask.testing import FlaskClient

from flask_login import encode_cookie
from flask_login import LoginManager
from flask_login import user_logged_out

# The session and the cookie each carry a login of their own.
each_part = pytest.mark.parametrize(
    "lost", ["remember_token", "session"], ids=["session", "cookie"]
)


@pytest.fixture(autouse=True)
def stamp(users: dict[str, t.Any]) -> None:
    users["1"].stamp = "hash"


@pytest.fixture
def recorded(browser: FlaskClient, session_of: t.Any) -> t.Callable[[], str | None]:
    """The digest that a browser's session holds."""
    return lambda: session_of(browser)["_login"].split(".")[2]


def give_historic_cookie(app: Flask, browser: FlaskClient) -> None:
    with app.app_context():
        browser.set_cookie("remember_token", encode_cookie("1"))


def test_same_credentials_keep_the_session(browser: FlaskClient) -> None:
    browser.get("/login/1")
    assert browser.get("/me").text == "1"


@pytest.mark.asvs("7.4.5")
def test_other_credentials_end_the_session(browser: FlaskClient, users: dict[str, t.Any]) -> None:
    browser.get("/login/1")
    users["1"].stamp = "another"
    assert browser.get("/me").text == "nobody"


def test_other_credentials_remove_our_keys(
    browser: FlaskClient, users: dict[str, t.Any], session_of: t.Any
) -> None:
    browser.get("/login/1")
    users["1"].stamp = "another"
    browser.get("/me")
    assert session_of(browser) == {}


def test_same_credentials_keep_the_remember_cookie(remembered_browser: FlaskClient) -> None:
    assert remembered_browser.get("/me").text == "1"


@pytest.mark.asvs("7.4.5")
def test_other_credentials_refuse_the_remember_cookie(
    remembered_browser: FlaskClient, users: dict[str, t.Any]
) -> None:
    users["1"].stamp = "another"
    assert remembered_browser.get("/me").text == "nobody"
    assert remembered_browser.get_cookie("remember_token") is None


def test_other_credentials_end_a_session_beside_its_remember_cookie(
    browser: FlaskClient, users: dict[str, t.Any]
) -> None:
    browser.get("/login/1?remember")
    users["1"].stamp = "another"
    assert browser.get("/me").text == "nobody"
    assert browser.get_cookie("remember_token") is None


def test_credentials_that_are_the_old_ones_again_accept_a_copy(
    app: Flask, browser: FlaskClient, users: dict[str, t.Any], token_of: t.Any
) -> None:
    browser.get("/login/1?remember")
    token = token_of(browser)
    users["1"].stamp = "another"
    browser.get("/me")
    users["1"].stamp = "hash"
    browser.set_cookie("remember_token", token)
    assert browser.get("/me").text == "1"


@pytest.mark.asvs("7.4.1")
@each_part
def test_stamp_that_counts_logouts_refuses_what_was_copied_before(
    app: Flask, browser: FlaskClient, users: dict[str, t.Any], lost: str
) -> None:
    def count(app: Flask, user: t.Any) -> None:
        user.stamp += "|"

    browser.get("/login/1?remember")
    browser.delete_cookie(lost)
    [copied] = (browser.get_cookie(name) for name in ("session", "remember_token") if name != lost)

    with user_logged_out.connected_to(count, app):
        browser.get("/logout")

    browser.set_cookie(copied.key, copied.decoded_value)
    assert browser.get("/me").text == "nobody"


def test_new_login_has_the_new_credentials(browser: FlaskClient, users: dict[str, t.Any]) -> None:
    browser.get("/login/1")
    users["1"].stamp = "another"
    browser.get("/login/1")
    assert browser.get("/me").text == "1"


def test_login_that_was_restored_ends_with_the_credentials(
    remembered_browser: FlaskClient, users: dict[str, t.Any]
) -> None:
    remembered_browser.get("/me")
    remembered_browser.delete_cookie("remember_token")
    users["1"].stamp = "another"
    assert remembered_browser.get("/me").text == "nobody"


def test_stamp_itself_is_kept_nowhere(browser: FlaskClient, session_of: t.Any) -> None:
    browser.get("/login/1?remember")
    assert "hash" not in str(session_of(browser)["_login"])


def test_two_users_with_one_stamp_have_two_digests(
    browser: FlaskClient, users: dict[str, t.Any], recorded: t.Any
) -> None:
    users["2"].stamp = users["1"].stamp
    browser.get("/login/1")
    first = recorded()
    browser.get("/login/2")
    assert recorded() != first


def test_digest_of_one_app_is_not_that_of_another(
    app: Flask, browser: FlaskClient, recorded: t.Any
) -> None:
    browser.get("/login/1")
    first = recorded()
    app.config["SECRET_KEY"] = "another"
    browser.get("/login/1")
    assert recorded() != first


class TestFirstSight:
    """A login that began before users had a stamp gets its digest when it is first seen."""

    @pytest.fixture
    def introduce(self, users: dict[str, t.Any], unstamped: t.Any) -> t.Callable[[], None]:
        """Let users have a stamp from now on, which they had not."""
        with_stamp = users["1"]
        users["1"] = unstamped
        return lambda: users.update({"1": with_stamp})

    def test_session_is_given_one(
        self, browser: FlaskClient, introduce: t.Any, recorded: t.Any
    ) -> None:
        browser.get("/login/1")
        introduce()
        browser.get("/me")
        assert len(recorded()) == 43

    def test_session_of_an_older_version_is_given_one(
        self, browser: FlaskClient, recorded: t.Any
    ) -> None:
        with browser.session_transaction() as stored:
            stored["_user_id"] = "1"

        browser.get("/me")
        assert len(recorded()) == 43

    def test_session_that_was_given_one_ends_with_the_credentials(
        self, browser: FlaskClient, users: dict[str, t.Any]
    ) -> None:
        with browser.session_transaction() as stored:
            stored["_user_id"] = "1"

        browser.get("/me")
        users["1"].stamp = "another"
        assert browser.get("/me").text == "nobody"

    def test_void_cookie_beside_a_session_of_an_older_version_stays_void(
        self, browser: FlaskClient, users: dict[str, t.Any]
    ) -> None:
        browser.get("/login/1?remember")
        users["1"].stamp = "another"

        with browser.session_transaction() as stored:
            del stored["_login"]

        assert browser.get("/me").text == "1"
        browser.delete_cookie("session")
        assert browser.get("/me").text == "nobody"

    def test_session_is_written_once(self, browser: FlaskClient) -> None:
        with browser.session_transaction() as stored:
            stored["_user_id"] = "1"

        browser.get("/me")
        assert "Set-Cookie" not in browser.get("/me").headers

    @pytest.mark.parametrize("lost", ["session", None], ids=["alone", "beside its session"])
    def test_remember_cookie_is_given_one(
        self, browser: FlaskClient, users: dict[str, t.Any], introduce: t.Any, lost: str | None
    ) -> None:
        browser.get("/login/1?remember")
        introduce()

        if lost is not None:
            browser.delete_cookie(lost)

        assert browser.get("/me").text == "1"
        browser.delete_cookie("session")
        assert browser.get("/me").text == "1"
        browser.delete_cookie("session")
        users["1"].stamp = "another"
        assert browser.get("/me").text == "nobody"

    def test_historic_cookie_is_replaced_by_one_with_a_digest(
        self, app: Flask, browser: FlaskClient, users: dict[str, t.Any]
    ) -> None:
        give_historic_cookie(app, browser)
        browser.get("/me")
        browser.delete_cookie("session")
        users["1"].stamp = "another"
        assert browser.get("/me").text == "nobody"

    def test_historic_cookie_that_is_refreshed_gets_a_digest(
        self, app: Flask, browser: FlaskClient, users: dict[str, t.Any]
    ) -> None:
        app.config["REMEMBER_COOKIE_REFRESH_EACH_REQUEST"] = True
        browser.get("/login/1")
        give_historic_cookie(app, browser)
        browser.get("/me")
        browser.delete_cookie("session")
        users["1"].stamp = "another"
        assert browser.get("/me").text == "nobody"

    def test_cookie_without_a_digest_revives_no_session_that_the_credentials_ended(
        self, app: Flask, browser: FlaskClient, users: dict[str, t.Any]
    ) -> None:
        browser.get("/login/1")
        give_historic_cookie(app, browser)
        users["1"].stamp = "another"
        assert browser.get("/me").text == "nobody"


class TestNoStamp:
    """``None`` is a stamp like any other, and users need not have the method."""

    @pytest.mark.parametrize("remember", ["", "?remember"], ids=["session", "cookie"])
    def test_user_without_one_stays(
        self, browser: FlaskClient, users: dict[str, t.Any], remember: str
    ) -> None:
        users["1"].stamp = None
        browser.get(f"/login/1{remember}")
        assert browser.get("/me").text == "1"

    def test_login_without_one_records_that(
        self, browser: FlaskClient, users: dict[str, t.Any], recorded: t.Any
    ) -> None:
        users["1"].stamp = None
        browser.get("/login/1")
        assert recorded() == "-"

    def test_user_without_the_method_has_nothing_recorded(
        self, browser: FlaskClient, users: dict[str, t.Any], unstamped: t.Any, recorded: t.Any
    ) -> None:
        users["1"] = unstamped
        browser.get("/login/1")
        assert recorded() == ""

    def test_empty_one_is_one(
        self, browser: FlaskClient, users: dict[str, t.Any], recorded: t.Any
    ) -> None:
        users["1"].stamp = ""
        browser.get("/login/1")
        assert len(recorded()) == 43

    @each_part
    @pytest.mark.parametrize("stamp", ["", "hash"], ids=repr)
    def test_stamp_after_none_ends_the_login(
        self, browser: FlaskClient, users: dict[str, t.Any], lost: str, stamp: str
    ) -> None:
        users["1"].stamp = None
        browser.get("/login/1?remember")
        browser.delete_cookie(lost)
        users["1"].stamp = stamp
        assert browser.get("/me").text == "nobody"

    @each_part
    @pytest.mark.parametrize("stamp", ["", "hash", "-"], ids=repr)
    def test_none_after_a_stamp_ends_the_login(
        self, browser: FlaskClient, users: dict[str, t.Any], lost: str, stamp: str
    ) -> None:
        users["1"].stamp = stamp
        browser.get("/login/1?remember")
        browser.delete_cookie(lost)
        users["1"].stamp = None
        assert browser.get("/me").text == "nobody"

    @each_part
    def test_login_goes_on_where_users_have_the_method_no_longer(
        self, browser: FlaskClient, users: dict[str, t.Any], unstamped: t.Any, lost: str
    ) -> None:
        browser.get("/login/1?remember")
        browser.delete_cookie(lost)
        users["1"] = unstamped
        assert browser.get("/me").text == "1"

    @each_part
    def test_digest_outlives_a_while_without_the_method(
        self, browser: FlaskClient, users: dict[str, t.Any], unstamped: t.Any, lost: str
    ) -> None:
        user = users["1"]
        browser.get("/login/1?remember")
        browser.delete_cookie(lost)
        users["1"] = unstamped
        browser.get("/me")
        browser.delete_cookie(lost)
        users["1"] = user
        user.stamp = "another"
        assert browser.get("/me").text == "nobody"

    def test_user_in_a_wrapper_has_one(
        self, login_manager: LoginManager, browser: FlaskClient, users: dict[str, t.Any]
    ) -> None:
        class Wrapper:
            def __init__(self, user: t.Any) -> None:
                self.user = user

            def __getattr__(self, name: str) -> t.Any:
                return getattr(self.user, name)

        login_manager.user_loader(lambda user_id: Wrapper(users[user_id]))
        browser.get("/login/1")
        users["1"].stamp = "another"
        assert browser.get("/me").text == "nobody"

    @pytest.mark.parametrize(
        "value", [1.5, object(), ["hash"]], ids=lambda value: type(value).__name__
    )
    def test_what_cannot_be_digested_is_an_error(
        self, browser: FlaskClient, users: dict[str, t.Any], value: t.Any
    ) -> None:
        users["1"].stamp = value

        with pytest.raises(TypeError, match="'get_session_stamp' must return a str or None"):
            browser.get("/login/1")

    @pytest.mark.parametrize("value", ["hash", b"hash", 7, True], ids=repr)
    def test_what_can_be_digested_is_one(
        self, browser: FlaskClient, users: dict[str, t.Any], value: t.Any
    ) -> None:
        users["1"].stamp = value
        browser.get("/login/1")
        assert browser.get("/me").text == "1"
        users["1"].stamp = "another"
        assert browser.get("/me").text == "nobody"

    def test_user_that_is_a_mock_has_none(
        self, login_manager: LoginManager, browser: FlaskClient, users: dict[str, t.Any]
    ) -> None:
        def make() -> t.Any:
            user = mock.MagicMock(is_active=True, is_authenticated=True)
            user.get_id.return_value = "1"
            return user

        users["1"] = make()
        login_manager.user_loader(lambda user_id: make())
        browser.get("/login/1")
        assert browser.get("/me").text == "1"
