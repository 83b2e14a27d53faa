"""Which requests keep a login from idling out, and how often that is written down."""

from __future__ import annotations

import typing as t

import pytest
from flask import Blueprint
from flask import Flask
from flask import Request
from flask.testing import FlaskClient
from flask.views import MethodView
from flask.views import View

from flask_login import current_user
from flask_login import fresh_login_required
from flask_login import login_required
from flask_login import LoginManager
from flask_login import no_activity

IDLE = "LOGIN_IDLE_TIMEOUT"


def writes(response: t.Any) -> bool:
    """Whether a response carries the session."""
    return any(header.startswith("session=") for header in response.headers.getlist("Set-Cookie"))


def poll() -> str:
    return str(current_user.get_id() or "nobody")


def test_thousand_requests_in_ten_minutes_write_at_most_once_a_minute(
    app: Flask, browser: FlaskClient, clock: t.Any
) -> None:
    app.config[IDLE] = 1800
    browser.get("/login/1")
    start = clock.now
    written = []

    for count in range(1000):
        clock.now = start + count * 600 // 1000

        if writes(browser.get("/me")):
            written.append(clock.now - start)

    assert written == [60, 120, 180, 240, 300, 360, 420, 480, 540]


@pytest.mark.parametrize(
    ("timeout", "interval"), [(100, 10), (599, 59.9), (600, 60), (86400, 60)], ids=str
)
def test_activity_is_written_by_the_minute_or_the_tenth_of_the_timeout(
    app: Flask, browser: FlaskClient, clock: t.Any, timeout: int, interval: float
) -> None:
    app.config[IDLE] = timeout
    browser.get("/login/1")
    start = clock.now
    written = []

    for seconds in range(1, 61):
        clock.now = start + seconds
        written += [seconds] if writes(browser.get("/me")) else []

    assert written[0] == -(-interval // 1)


@pytest.mark.parametrize(
    "config",
    [{}, {"LOGIN_ABSOLUTE_TIMEOUT": 10**6}, {"LOGIN_FRESH_LIFETIME": 60}],
    ids=str,
)
def test_nothing_is_written_without_an_idle_timeout(
    app: Flask, browser: FlaskClient, clock: t.Any, config: dict[str, int]
) -> None:
    app.config.update(config)
    browser.get("/login/1")

    for _ in range(100):
        clock.tick(60)
        assert not writes(browser.get("/me"))


def test_request_that_asks_for_nobody_is_no_activity(
    app: Flask, browser: FlaskClient, clock: t.Any
) -> None:
    app.config[IDLE] = 600
    browser.get("/login/1")
    clock.tick(300)
    assert not writes(browser.get("/plain"))
    clock.tick(300)
    assert browser.get("/me").text == "nobody"


class TestNoActivity:
    """A view that scripts poll does not count, however it is written."""

    @pytest.fixture
    def idle(self, app: Flask, browser: FlaskClient, clock: t.Any) -> t.Callable[..., bool]:
        """Whether a login in which only a view was asked for has idled out."""
        app.config[IDLE] = 600

        def idle(view: t.Any, method: str = "GET", methods: t.Any = None) -> bool:
            app.add_url_rule("/poll", "poll", view, methods=methods)
            browser.get("/login/1")
            clock.tick(300)
            browser.open("/poll", method=method)
            clock.tick(300)
            return browser.get("/me").text == "nobody"

        return idle

    def test_view_without_the_mark_counts(self, idle: t.Any) -> None:
        assert not idle(poll)

    @pytest.mark.asvs("7.3.1")
    def test_view_with_the_mark_does_not(self, idle: t.Any) -> None:
        assert idle(no_activity(poll))

    @pytest.mark.parametrize("guard", [login_required, fresh_login_required])
    def test_mark_above_a_guard(self, idle: t.Any, guard: t.Any) -> None:
        assert idle(no_activity(guard(lambda: poll())))

    @pytest.mark.parametrize("guard", [login_required, fresh_login_required])
    def test_mark_below_a_guard(self, idle: t.Any, guard: t.Any) -> None:
        assert idle(guard(no_activity(lambda: poll())))

    def test_mark_above_the_route(self, app: Flask, browser: FlaskClient, clock: t.Any) -> None:
        app.config[IDLE] = 600

        @no_activity
        @app.get("/poll")
        @login_required
        def poll_view() -> str:
            return "polled"

        browser.get("/login/1")
        clock.tick(300)
        assert not writes(browser.get("/poll"))

    def test_mark_keeps_the_view(self) -> None:
        def view() -> str:
            return "polled"

        assert no_activity(view) is view

    def test_polled_view_still_finds_the_user(
        self, app: Flask, browser: FlaskClient, clock: t.Any
    ) -> None:
        app.config[IDLE] = 600
        app.add_url_rule("/poll", "poll", no_activity(lambda: poll()))
        browser.get("/login/1")
        clock.tick(599)
        assert browser.get("/poll").text == "1"

    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    def test_mark_on_a_method(self, idle: t.Any, method: str) -> None:
        class Poll(MethodView):
            @no_activity
            def get(self) -> str:
                return poll()

        assert idle(Poll.as_view("poll"), method)

    @pytest.mark.parametrize("guard_first", [True, False])
    def test_mark_on_a_guarded_method(self, idle: t.Any, guard_first: bool) -> None:
        decorators = [login_required, no_activity]
        inner, outer = decorators if guard_first else decorators[::-1]

        class Poll(MethodView):
            @outer
            @inner
            def get(self) -> str:
                return poll()

        assert idle(Poll.as_view("poll"))

    def test_other_methods_of_the_view_count(self, idle: t.Any) -> None:
        class Poll(MethodView):
            @no_activity
            def get(self) -> str:
                return poll()

            def post(self) -> str:
                return poll()

        assert not idle(Poll.as_view("poll"), "POST")

    def test_mark_on_a_class(self, idle: t.Any) -> None:
        @no_activity
        class Poll(MethodView):
            def post(self) -> str:
                return poll()

        assert idle(Poll.as_view("poll"), "POST")

    def test_mark_among_the_decorators_of_a_class(self, idle: t.Any) -> None:
        class Poll(View):
            decorators = [no_activity, login_required]

            def dispatch_request(self) -> str:
                return poll()

        assert idle(Poll.as_view("poll"))

    def test_mark_on_the_dispatcher_of_a_class(self, idle: t.Any) -> None:
        class Poll(View):
            @no_activity
            def dispatch_request(self) -> str:
                return poll()

        assert idle(Poll.as_view("poll"))

    def test_mark_on_a_view_of_a_blueprint(
        self, app: Flask, browser: FlaskClient, clock: t.Any
    ) -> None:
        app.config[IDLE] = 600
        blueprint = Blueprint("api", __name__)
        blueprint.get("/poll")(no_activity(lambda: poll()))
        app.register_blueprint(blueprint)
        browser.get("/login/1")
        clock.tick(300)
        assert not writes(browser.get("/poll"))


class TestRememberCookie:
    """Requests that are no activity do not renew the remember-me cookie, either."""

    @pytest.fixture
    def remembered(self, app: Flask, browser: FlaskClient, login_manager: LoginManager) -> t.Any:
        app.config["REMEMBER_COOKIE_REFRESH_EACH_REQUEST"] = True
        app.add_url_rule("/poll", "poll", no_activity(lambda: poll()))
        login_manager.counts_as_activity = lambda request: "X-Poll" not in request.headers  # type: ignore[method-assign]
        browser.get("/login/1?remember")
        return browser

    def test_activity_renews_it(self, remembered: FlaskClient, cookie_of: t.Any) -> None:
        assert cookie_of(remembered.get("/me")) is not None

    def test_view_with_the_mark_does_not(self, remembered: FlaskClient, cookie_of: t.Any) -> None:
        assert cookie_of(remembered.get("/poll")) is None

    def test_request_that_the_manager_does_not_count_does_not(
        self, remembered: FlaskClient, cookie_of: t.Any
    ) -> None:
        assert cookie_of(remembered.get("/me", headers={"X-Poll": "1"})) is None

    def test_view_with_the_mark_restores_a_login_without_renewal(
        self, remembered: FlaskClient, cookie_of: t.Any
    ) -> None:
        remembered.delete_cookie("session")
        response = remembered.get("/poll")
        assert response.text == "1"
        assert cookie_of(response) is None


class TestCountsAsActivity:
    """The manager's own say, for what a mark cannot express."""

    @pytest.fixture(autouse=True)
    def idle_timeout(self, app: Flask) -> None:
        app.config[IDLE] = 600

    @pytest.mark.asvs("7.3.1")
    @pytest.mark.parametrize(
        ("headers", "written"), [({}, True), ({"X-Poll": "1"}, False)], ids=["click", "poll"]
    )
    def test_hook_decides(
        self,
        login_manager: LoginManager,
        browser: FlaskClient,
        clock: t.Any,
        headers: dict[str, str],
        written: bool,
    ) -> None:
        login_manager.counts_as_activity = lambda request: "X-Poll" not in request.headers  # type: ignore[method-assign]
        browser.get("/login/1")
        clock.tick(300)
        assert writes(browser.get("/me", headers=headers)) is written

    def test_subclass_decides(
        self, app: Flask, users: dict[str, t.Any], browser: FlaskClient, clock: t.Any
    ) -> None:
        class Manager(LoginManager):
            def counts_as_activity(self, request: Request) -> bool:
                return request.path != "/me"

        Manager(app).user_loader(users.get)
        browser.get("/login/1")
        clock.tick(300)
        assert not writes(browser.get("/me"))
        assert writes(browser.get("/remembered"))

    def test_hook_is_not_needed_for_the_mark(
        self, app: Flask, login_manager: LoginManager, browser: FlaskClient, clock: t.Any
    ) -> None:
        login_manager.counts_as_activity = lambda request: True  # type: ignore[method-assign]
        app.add_url_rule("/poll", "poll", no_activity(lambda: poll()))
        browser.get("/login/1")
        clock.tick(300)
        assert not writes(browser.get("/poll"))

    def test_default_counts_everything(self, app: Flask, login_manager: LoginManager) -> None:
        assert login_manager.counts_as_activity(app.request_class({}))
