"""How long the remember-me cookie lasts, and when it is renewed."""

from __future__ import annotations

import typing as t
from datetime import datetime
from datetime import timedelta
from datetime import timezone
from email.utils import parsedate_to_datetime
from unittest import mock

import pytest
from flask import Flask
from flask.testing import FlaskClient

from flask_login import login_user
from flask_login import LoginManager

NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)
MESSAGE = "must be a datetime.timedelta, instead got: "


@pytest.fixture
def clock() -> t.Iterator[mock.Mock]:
    """The clock that expiry is computed by. It stands still."""
    with mock.patch("flask_login.login_manager.datetime") as clock:
        clock.now.side_effect = lambda zone: NOW.astimezone(zone)
        yield clock


@pytest.fixture
def lifetime_of(clock: mock.Mock, cookie_of: t.Any) -> t.Callable[..., timedelta]:
    """How long a response sets the cookie for."""
    return lambda response: parsedate_to_datetime(cookie_of(response)["expires"]) - NOW


@pytest.fixture
def log_in(app: Flask, users: dict[str, t.Any], browser: FlaskClient) -> t.Any:
    """Log user 1 in with ``remember`` and a duration of any kind."""

    def log_in(duration: t.Any) -> t.Any:
        @app.get("/log-in")
        def view() -> str:
            return str(login_user(users["1"], remember=True, duration=duration))

        return browser.get("/log-in")

    return log_in


def test_cookie_lasts_a_year(browser: FlaskClient, lifetime_of: t.Any) -> None:
    assert lifetime_of(browser.get("/login/1?remember")) == timedelta(days=365)


def test_expiry_is_computed_by_the_clock_that_suites_patch(
    browser: FlaskClient, clock: mock.Mock
) -> None:
    browser.get("/login/1?remember")
    clock.now.assert_called_once_with(timezone.utc)


valid = pytest.mark.parametrize(
    ("duration", "lifetime"),
    [
        (timedelta(hours=2), timedelta(hours=2)),
        (90, timedelta(seconds=90)),
        (90.0, timedelta(seconds=90)),
        (timedelta(days=3650), timedelta(days=3650)),
    ],
    ids=str,
)
invalid = pytest.mark.parametrize(
    "duration",
    ["soon", "90", b"90", [], float("nan"), float("inf"), 10**12, timedelta.max],
    ids=repr,
)


@valid
def test_configured_duration(
    app: Flask, browser: FlaskClient, lifetime_of: t.Any, duration: t.Any, lifetime: timedelta
) -> None:
    app.config["REMEMBER_COOKIE_DURATION"] = duration
    assert lifetime_of(browser.get("/login/1?remember")) == lifetime


@valid
def test_duration_of_one_login(
    log_in: t.Any, lifetime_of: t.Any, duration: t.Any, lifetime: timedelta
) -> None:
    assert lifetime_of(log_in(duration)) == lifetime


@invalid
def test_invalid_configured_duration_is_named(
    app: Flask, browser: FlaskClient, duration: t.Any
) -> None:
    app.config["REMEMBER_COOKIE_DURATION"] = duration

    with pytest.raises(Exception, match=MESSAGE) as caught:
        browser.get("/login/1?remember")

    assert str(caught.value) == f"REMEMBER_COOKIE_DURATION {MESSAGE}{duration}"


@invalid
def test_invalid_duration_of_one_login_is_named(log_in: t.Any, duration: t.Any) -> None:
    with pytest.raises(Exception, match=MESSAGE) as caught:
        log_in(duration)

    assert str(caught.value) == f"duration {MESSAGE}{duration}"


def test_true_is_no_duration_of_one_login(log_in: t.Any) -> None:
    with pytest.raises(TypeError, match=f"^duration {MESSAGE}True$"):
        log_in(True)


def test_configured_duration_of_true_is_one_second(
    app: Flask, browser: FlaskClient, lifetime_of: t.Any
) -> None:
    app.config["REMEMBER_COOKIE_DURATION"] = True
    assert lifetime_of(browser.get("/login/1?remember")) == timedelta(seconds=1)


@pytest.mark.usefixtures("login_manager")
def test_invalid_duration_logs_nobody_in(app: Flask, users: dict[str, t.Any]) -> None:
    with app.test_request_context() as context:
        with pytest.raises(TypeError):
            login_user(users["1"], remember=True, duration="soon")  # type: ignore[arg-type]

        assert dict(context.session) == {}


def test_invalid_configured_duration_harms_only_logins_that_need_it(
    app: Flask, browser: FlaskClient, lifetime_of: t.Any
) -> None:
    app.config["REMEMBER_COOKIE_DURATION"] = "soon"
    assert browser.get("/login/1").text == "True"
    response = browser.get("/login/1?remember&duration=60")
    assert lifetime_of(response) == timedelta(seconds=60)
    assert browser.get("/logout").text == "True"


def test_duration_belongs_to_one_login_alone(browser: FlaskClient, lifetime_of: t.Any) -> None:
    browser.get("/login/1?remember&duration=60")
    assert lifetime_of(browser.get("/login/1?remember")) == timedelta(days=365)


@pytest.mark.parametrize("cookie", ["kept", "lost"])
def test_duration_does_not_survive_a_logout(
    browser: FlaskClient, lifetime_of: t.Any, cookie: str
) -> None:
    browser.get("/login/1?remember&duration=60")

    if cookie == "lost":
        browser.delete_cookie("remember_token")

    browser.get("/logout")
    assert lifetime_of(browser.get("/login/1?remember")) == timedelta(days=365)


def test_duration_without_remember_means_nothing(
    browser: FlaskClient, cookie_of: t.Any, session_of: t.Any
) -> None:
    assert cookie_of(browser.get("/login/1?duration=60")) is None
    assert "_remember_seconds" not in session_of(browser)


class TestRefresh:
    @pytest.fixture(autouse=True)
    def refresh(self, app: Flask, clock: mock.Mock) -> None:
        app.config["REMEMBER_COOKIE_REFRESH_EACH_REQUEST"] = True

    def test_own_cookie_is_renewed(self, browser: FlaskClient, lifetime_of: t.Any) -> None:
        browser.get("/login/1?remember")
        assert lifetime_of(browser.get("/me")) == timedelta(days=365)

    def test_cookie_is_not_renewed_unless_asked_for(
        self, app: Flask, browser: FlaskClient, cookie_of: t.Any
    ) -> None:
        app.config["REMEMBER_COOKIE_REFRESH_EACH_REQUEST"] = False
        browser.get("/login/1?remember")
        assert cookie_of(browser.get("/me")) is None

    def test_cookie_that_restores_a_login_is_renewed(
        self, remembered_browser: FlaskClient, lifetime_of: t.Any
    ) -> None:
        assert lifetime_of(remembered_browser.get("/me")) == timedelta(days=365)

    def test_duration_of_the_login_is_kept(self, browser: FlaskClient, lifetime_of: t.Any) -> None:
        browser.get("/login/1?remember&duration=60")
        assert lifetime_of(browser.get("/me")) == timedelta(seconds=60)
        assert lifetime_of(browser.get("/me")) == timedelta(seconds=60)

    @pytest.mark.parametrize("path", ["/plain", "/no-such-page"])
    def test_request_that_never_asks_renews_nothing(self, browser: FlaskClient, path: str) -> None:
        browser.get("/login/1?remember")
        response = browser.get(path)
        assert "Set-Cookie" not in response.headers
        assert "Vary" not in response.headers

    def test_session_without_the_cookie_gets_none(
        self, browser: FlaskClient, cookie_of: t.Any
    ) -> None:
        browser.get("/login/1")
        assert cookie_of(browser.get("/me")) is None

    @pytest.mark.parametrize("junk", ["", "junk", "1|junk"])
    def test_junk_is_not_turned_into_a_cookie(
        self, browser: FlaskClient, cookie_of: t.Any, junk: str
    ) -> None:
        browser.get("/login/1")
        browser.set_cookie("remember_token", junk)
        assert cookie_of(browser.get("/me")) is None

    def test_cookie_of_another_user_is_not_renewed(
        self, app: Flask, remembered_browser: FlaskClient, cookie_of: t.Any
    ) -> None:
        with remembered_browser.session_transaction() as stored:
            stored["_user_id"] = "2"

        assert cookie_of(remembered_browser.get("/me")) is None

    def test_stranger_gets_no_cookie(self, browser: FlaskClient, cookie_of: t.Any) -> None:
        assert cookie_of(browser.get("/me")) is None

    def test_logout_deletes_the_cookie(self, browser: FlaskClient, cookie_of: t.Any) -> None:
        browser.get("/login/1?remember")
        assert cookie_of(browser.get("/logout"))["max-age"] == "0"

    def test_login_as_another_user_deletes_the_cookie(
        self, browser: FlaskClient, cookie_of: t.Any
    ) -> None:
        browser.get("/login/1?remember")
        assert cookie_of(browser.get("/login/2"))["max-age"] == "0"

    def test_login_as_the_same_user_renews_it(
        self, browser: FlaskClient, lifetime_of: t.Any
    ) -> None:
        browser.get("/login/1?remember")
        assert lifetime_of(browser.get("/login/1")) == timedelta(days=365)

    def test_request_loader_user_does_not_renew_the_cookie_of_the_session(
        self, app: Flask, remembered_browser: FlaskClient, cookie_of: t.Any, users: t.Any
    ) -> None:
        LoginManager(app).request_loader(lambda request: users["2"])

        with remembered_browser.session_transaction() as stored:
            stored["_user_id"] = "1"

        response = remembered_browser.get("/me")
        assert response.text == "2"
        assert cookie_of(response) is None


def test_cookie_that_a_caller_wants_set_is_not_where_nobody_is_remembered(
    app: Flask, login_manager: LoginManager, users: dict[str, t.Any]
) -> None:
    app.config["REMEMBER_COOKIE_DURATION"] = 0
    response = app.response_class()

    with app.test_request_context():
        login_user(users["1"])
        login_manager._set_cookie(response)

    assert "Set-Cookie" not in response.headers


def test_duration_is_in_the_session_as_ever(
    browser: FlaskClient, session_of: t.Callable[[FlaskClient], dict[str, t.Any]]
) -> None:
    browser.get("/login/1?remember&duration=300")
    assert repr(session_of(browser)["_remember_seconds"]) == "300.0"
