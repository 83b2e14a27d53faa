"""``flask_login.pytest_plugin``, used by the suites of small applications."""

from __future__ import annotations

import pytest

# Before the suites below are run in this process, so that coverage sees it once.
from flask_login import pytest_plugin as pytest_plugin

pytest_plugins = ["pytester"]

APPLICATION = """
from flask import Blueprint
from flask import Flask
from flask_login import current_user
from flask_login import login_exempt
from flask_login import login_required
from flask_login import login_user
from flask_login import LoginManager
from flask_login import UserMixin


class User(UserMixin):
    def __init__(self, id):
        self.id = id


def create_app(**config):
    app = Flask(__name__)
    app.config.update(TESTING=True, SECRET_KEY="deterministic", **config)
    app.config.setdefault("LOGIN_REQUIRED_BY_DEFAULT", True)
    login_manager = LoginManager(app)
    login_manager.login_view = "login"
    login_manager.user_loader(User)
    app.add_url_rule("/", "index", lambda: str(current_user.get_id()))
    app.add_url_rule("/login", "login", lambda: "log in")
    app.add_url_rule("/about", "about", login_exempt(lambda: "about us"))
    app.add_url_rule("/notes/<int:note_id>", "notes", lambda note_id: "", methods=["POST"])
    return app
"""

# One route more, whose argument nobody can make up.
DRINKS = """
make_app = create_app


def create_app():
    app = make_app()
    app.add_url_rule("/drinks/<any(tea, coffee):drink>", "drinks", lambda drink: drink)
    return app
"""

CONFTEST = """
import pytest
from intranet import create_app

pytest_plugins = ["flask_login.pytest_plugin"]


@pytest.fixture
def app():
    return create_app(LOGIN_ABSOLUTE_TIMEOUT=3600)
"""


@pytest.fixture(autouse=True)
def intranet(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """The application, and its ``conftest.py``."""
    monkeypatch.syspath_prepend(pytester.path)
    pytester.makepyfile(intranet=APPLICATION)
    pytester.makeconftest(CONFTEST)


def test_login_client_is_one_of_the_application(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        from flask_login.testing import LoginClient
        from intranet import User

        def test_it(app, login_client):
            assert isinstance(login_client, LoginClient)
            assert login_client.application is app
            login_client.login(User("ada"))
            assert login_client.get("/").text == "ada"

        def test_it_again(login_client):
            assert login_client.get("/").status_code == 302
        """
    )

    pytester.runpytest_inprocess().assert_outcomes(passed=2)


def test_frozen_clock_stands_still_for_one_test(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import time
        from flask_login import _clock
        from intranet import User

        def test_it(login_client, frozen_clock):
            login_client.login(User("ada"))
            frozen_clock.tick(3600)
            assert login_client.get("/").status_code == 302
            assert _clock.now() == frozen_clock()

        def test_time_goes_on():
            assert abs(_clock.now() - time.time()) < 60
        """
    )

    pytester.runpytest_inprocess().assert_outcomes(passed=2)


def test_fixtures_are_listed_with_what_they_are(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest_inprocess("--fixtures", "-p", "flask_login.pytest_plugin")

    result.stdout.re_match_lines([r"login_client -- .*", r"frozen_clock -- .*"])


CLOSED_ROUTES = """
from flask_login.pytest_plugin import closed_routes_test
from intranet import create_app

test_route_is_closed = closed_routes_test(create_app)
"""


class TestClosedRoutes:
    """The ready-made test, of every route that is not exempt."""

    def test_three_lines_are_enough(self, pytester: pytest.Pytester) -> None:
        pytester.makepyfile(CLOSED_ROUTES)

        pytester.runpytest_inprocess().assert_outcomes(passed=3)

    def test_test_is_named_after_the_route(self, pytester: pytest.Pytester) -> None:
        pytester.makepyfile(CLOSED_ROUTES)
        result = pytester.runpytest_inprocess("--verbose")

        for route in ("GET-/", "HEAD-/", "POST-/notes/1"):
            result.stdout.fnmatch_lines(f"*::test_route_is_closed[[]{route}[]] PASSED*")

    def test_no_conftest_is_needed(self, pytester: pytest.Pytester) -> None:
        pytester.makeconftest("")
        pytester.makepyfile(CLOSED_ROUTES)

        pytester.runpytest_inprocess().assert_outcomes(passed=3)

    def test_forgotten_open_route_fails(self, pytester: pytest.Pytester) -> None:
        pytester.makepyfile(
            """
            import intranet
            from flask_login import login_required
            from flask_login.pytest_plugin import closed_routes_test

            def create_app():
                app = intranet.create_app()
                app.config["LOGIN_REQUIRED_BY_DEFAULT"] = False
                app.view_functions["notes"] = login_required(app.view_functions["notes"])
                return app

            test_route_is_closed = closed_routes_test(create_app)
            """
        )
        result = pytester.runpytest_inprocess()

        result.assert_outcomes(passed=1, failed=2)
        result.stdout.fnmatch_lines("*GET / is open to anonymous users: 200 OK*")

    def test_arguments_may_be_named(self, pytester: pytest.Pytester) -> None:
        pytester.makepyfile(intranet=f"{APPLICATION}{DRINKS}")
        named = "(create_app, {'drink': 'tea'})"
        pytester.makepyfile(CLOSED_ROUTES.replace("(create_app)", named))

        pytester.runpytest_inprocess().assert_outcomes(passed=5)

    def test_argument_that_cannot_be_made_up_is_an_error(self, pytester: pytest.Pytester) -> None:
        pytester.makepyfile(intranet=f"{APPLICATION}{DRINKS}")
        pytester.makepyfile(CLOSED_ROUTES)
        result = pytester.runpytest_inprocess()

        result.assert_outcomes(errors=1)
        result.stdout.fnmatch_lines("*ValueError: No example value fits '/drinks/*pass values in*")

    def test_each_test_has_an_application_of_its_own(self, pytester: pytest.Pytester) -> None:
        pytester.makepyfile(
            """
            from flask_login.pytest_plugin import closed_routes_test
            from intranet import create_app

            apps = []
            test_route_is_closed = closed_routes_test(lambda: apps.append(create_app()) or apps[-1])

            def test_apps():
                assert len(set(map(id, apps))) == 1 + 3
            """
        )

        pytester.runpytest_inprocess().assert_outcomes(passed=4)

    def test_application_without_a_closed_route_fails(self, pytester: pytest.Pytester) -> None:
        pytester.makepyfile(
            """
            from flask import Flask
            from flask_login import LoginManager
            from flask_login.pytest_plugin import closed_routes_test

            def create_app():
                app = Flask(__name__)
                LoginManager(app)
                return app

            test_route_is_closed = closed_routes_test(create_app)
            """
        )

        result = pytester.runpytest_inprocess()

        result.assert_outcomes(failed=1)
        result.stdout.fnmatch_lines("*AssertionError: The application has no route to test: *")
