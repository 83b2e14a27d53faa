"""What both refusals do: that of an anonymous user, and that of a login that is not fresh."""

from __future__ import annotations

import typing as t

import pytest
from flask import flash
from flask import Flask
from flask import get_flashed_messages
from flask import render_template_string
from flask.testing import FlaskClient

from flask_login import fresh_login_required
from flask_login import login_required
from flask_login import LoginManager
from flask_login import user_needs_refresh
from flask_login import user_unauthorized


class Challenge(t.NamedTuple):
    """A refusal, by what configures it."""

    guard: t.Any
    view: str
    message: str
    category: str
    register: str
    callback: str
    signal: t.Any
    default_message: str


CHALLENGES = {
    "unauthorized": Challenge(
        guard=login_required,
        view="login_view",
        message="login_message",
        category="login_message_category",
        register="unauthorized_handler",
        callback="unauthorized_callback",
        signal=user_unauthorized,
        default_message="Please log in to access this page.",
    ),
    "needs_refresh": Challenge(
        guard=fresh_login_required,
        view="refresh_view",
        message="needs_refresh_message",
        category="needs_refresh_message_category",
        register="needs_refresh_handler",
        callback="needs_refresh_callback",
        signal=user_needs_refresh,
        default_message="Please reauthenticate to access this page.",
    ),
}


@pytest.fixture(params=list(CHALLENGES))
def challenge(
    request: pytest.FixtureRequest, app: Flask, login_manager: LoginManager, browser: FlaskClient
) -> Challenge:
    """The refusal that a request to ``/guarded`` gets."""
    challenge = CHALLENGES[request.param]
    refuse = getattr(login_manager, request.param)
    app.add_url_rule("/guarded", view_func=challenge.guard(lambda: "inside"))
    app.add_url_rule("/by-hand", "by_hand", lambda: refuse())
    app.add_url_rule("/the/entrance", "entrance", lambda: "")
    app.add_url_rule("/flashed", "flashed", lambda: get_flashed_messages(with_categories=True))
    shown = "{{ get_flashed_messages()[0] }}"
    app.add_url_rule("/shown", "shown", lambda: render_template_string(shown))

    if request.param == "needs_refresh":
        browser.get("/login/1?stale")

    return challenge


@pytest.fixture
def view(challenge: Challenge, login_manager: LoginManager) -> str:
    """Where refused users are sent."""
    setattr(login_manager, challenge.view, "/entrance")
    return "/entrance"


def test_without_a_view_the_answer_is_401(browser: FlaskClient, challenge: Challenge) -> None:
    assert browser.get("/guarded").status_code == 401
    assert browser.get("/flashed").json == []


def test_empty_view_is_no_view(
    login_manager: LoginManager, browser: FlaskClient, challenge: Challenge
) -> None:
    setattr(login_manager, challenge.view, "")

    assert browser.get("/guarded").status_code == 401


@pytest.mark.parametrize(
    ("name", "location"),
    [
        ("entrance", "/the/entrance?next=%2Fguarded"),
        ("/path", "/path?next=%2Fguarded"),
        ("/path?a=b", "/path?a=b&next=%2Fguarded"),
        (
            "https://auth.example/in",
            "https://auth.example/in?next=http%3A%2F%2Flocalhost%2Fguarded",
        ),
    ],
    ids=["endpoint", "path", "query", "url"],
)
def test_view_is_an_endpoint_a_path_or_a_url(
    login_manager: LoginManager,
    browser: FlaskClient,
    challenge: Challenge,
    name: str,
    location: str,
) -> None:
    setattr(login_manager, challenge.view, name)

    assert browser.get("/guarded").location == location


def test_target_can_be_kept_in_the_session(
    app: Flask, browser: FlaskClient, challenge: Challenge, view: str
) -> None:
    app.config["USE_SESSION_FOR_NEXT"] = True

    assert browser.get("/guarded").location == "/entrance"
    with browser.session_transaction() as session:
        assert session["next"] == "/guarded"


def test_default_message_is_flashed(browser: FlaskClient, challenge: Challenge, view: str) -> None:
    browser.get("/guarded")

    assert browser.get("/flashed").json == [["message", challenge.default_message]]


def test_message_is_flashed_in_its_category(
    login_manager: LoginManager, browser: FlaskClient, challenge: Challenge, view: str
) -> None:
    setattr(login_manager, challenge.message, "Halt!")
    setattr(login_manager, challenge.category, "danger")

    browser.get("/guarded")

    assert browser.get("/flashed").json == [["danger", "Halt!"]]


@pytest.mark.parametrize("message", [None, ""], ids=repr)
def test_no_message_flashes_nothing(
    login_manager: LoginManager,
    browser: FlaskClient,
    challenge: Challenge,
    view: str,
    message: str | None,
) -> None:
    setattr(login_manager, challenge.message, message)

    assert browser.get("/guarded").status_code == 302
    assert browser.get("/flashed").json == []


def test_message_is_localized(
    login_manager: LoginManager, browser: FlaskClient, challenge: Challenge, view: str
) -> None:
    login_manager.localize_callback = str.upper

    browser.get("/guarded")

    assert browser.get("/flashed").json == [["message", challenge.default_message.upper()]]


class LazyString:
    """A translation that is looked up when it is shown."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __str__(self) -> str:
        return self.text


def test_lazy_message_is_flashed_as_a_string(
    login_manager: LoginManager, browser: FlaskClient, challenge: Challenge, view: str
) -> None:
    setattr(login_manager, challenge.message, LazyString("Halt!"))

    browser.get("/guarded")

    assert browser.get("/flashed").json == [["message", "Halt!"]]


class LazyHTML(LazyString):
    """A translation that may contain markup, like Flask-Babel's."""

    def __html__(self) -> str:
        return self.text


def test_lazy_message_that_is_html_is_shown_as_html(
    login_manager: LoginManager, browser: FlaskClient, challenge: Challenge, view: str
) -> None:
    setattr(login_manager, challenge.message, LazyHTML("<b>Halt!</b>"))

    browser.get("/guarded")

    assert browser.get("/shown").text == "<b>Halt!</b>"


def test_lazy_message_that_is_no_html_is_shown_as_text(
    login_manager: LoginManager, browser: FlaskClient, challenge: Challenge, view: str
) -> None:
    setattr(login_manager, challenge.message, LazyString("<b>Halt!</b>"))

    browser.get("/guarded")

    assert browser.get("/shown").text == "&lt;b&gt;Halt!&lt;/b&gt;"


def test_lazy_message_without_markup_is_flashed_as_a_plain_string(
    login_manager: LoginManager, browser: FlaskClient, challenge: Challenge, view: str
) -> None:
    setattr(login_manager, challenge.message, LazyHTML("Halt!"))

    browser.get("/guarded")

    with browser.session_transaction() as session:
        assert [type(message) for _, message in session["_flashes"]] == [str]


def test_message_localized_to_a_lazy_one_is_flashed_as_a_string(
    login_manager: LoginManager, browser: FlaskClient, challenge: Challenge, view: str
) -> None:
    login_manager.localize_callback = LazyString

    browser.get("/guarded")

    assert browser.get("/flashed").json == [["message", challenge.default_message]]


def test_localize_callback_is_given_the_message_as_it_was_set(
    login_manager: LoginManager, browser: FlaskClient, challenge: Challenge, view: str
) -> None:
    given: list[t.Any] = []
    message = LazyString("Halt!")
    setattr(login_manager, challenge.message, message)
    login_manager.localize_callback = given.append

    browser.get("/guarded")

    assert given == [message]


def test_handler_answers_in_place_of_the_redirect(
    login_manager: LoginManager, browser: FlaskClient, challenge: Challenge, view: str
) -> None:
    getattr(login_manager, challenge.register)(lambda: ("handled", 418))

    response = browser.get("/guarded")

    assert (response.status_code, response.text) == (418, "handled")
    assert browser.get("/flashed").json == []


def test_handler_can_be_assigned(
    login_manager: LoginManager, browser: FlaskClient, challenge: Challenge
) -> None:
    setattr(login_manager, challenge.callback, lambda: "assigned")

    assert browser.get("/guarded").text == "assigned"


def test_handler_can_flash(
    login_manager: LoginManager, browser: FlaskClient, challenge: Challenge
) -> None:
    setattr(login_manager, challenge.callback, lambda: flash("by hand") or "handled")

    browser.get("/guarded")

    assert browser.get("/flashed").json == [["message", "by hand"]]


def test_exception_of_a_handler_propagates(
    login_manager: LoginManager, browser: FlaskClient, challenge: Challenge
) -> None:
    def handle() -> t.NoReturn:
        raise LookupError("no such page")

    getattr(login_manager, challenge.register)(handle)

    with pytest.raises(LookupError, match="no such page"):
        browser.get("/guarded")


def test_signal_is_sent_by_the_app(app: Flask, browser: FlaskClient, challenge: Challenge) -> None:
    senders: list[Flask] = []

    with challenge.signal.connected_to(senders.append):
        browser.get("/guarded")

    assert senders == [app]


def test_signal_is_sent_before_the_handler_is_asked(
    login_manager: LoginManager, browser: FlaskClient, challenge: Challenge
) -> None:
    order: list[str] = []
    getattr(login_manager, challenge.register)(lambda: order.append("handler") or "")

    with challenge.signal.connected_to(lambda sender: order.append("signal")):
        browser.get("/guarded")

    assert order == ["signal", "handler"]


def test_any_view_can_answer_with_the_refusal(
    browser: FlaskClient, challenge: Challenge, view: str
) -> None:
    assert browser.get("/by-hand").location == "/entrance?next=%2Fby-hand"
