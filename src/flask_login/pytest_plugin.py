"""Fixtures for pytest, and a ready-made test. The package itself does not depend on pytest.

PYTEST_DONT_REWRITE: this module has no 'assert', and it may be imported before pytest loads it.

Put this into ``conftest.py``, beside your fixture ``app``::

    pytest_plugins = ["flask_login.pytest_plugin"]
"""

from __future__ import annotations

import typing as t
from collections.abc import Callable
from collections.abc import Generator
from collections.abc import Mapping

import pytest
from flask import Flask

from . import testing
from .testing import assert_login_required as assert_login_required


@pytest.fixture
def login_client(app: Flask) -> testing.LoginClient:
    """Return a :class:`.LoginClient` for the application that the fixture ``app`` returns."""
    return testing.LoginClient(app, app.response_class, use_cookies=True)


@pytest.fixture
def frozen_clock() -> Generator[testing.FrozenClock, None, None]:
    """Return a clock that stands still. See :func:`.testing.frozen_clock`."""
    with testing.frozen_clock() as clock:
        yield clock


def closed_routes_test(
    create_app: Callable[[], Flask], arguments: Mapping[str, t.Any] | None = None
) -> Callable[..., None]:
    """Return a test that every route that is not exempt refuses anonymous users. It is parametrized
    by route, and fails if there is no such route. Add three lines to your tests::

        from flask_login.pytest_plugin import closed_routes_test
        from portal import create_app

        test_route_is_closed = closed_routes_test(create_app)

    :param create_app: Called once to list the routes, and once for each route.
    :param arguments: Values of URL arguments, by name, for routes that the built-in example values
        do not fit.
    """
    routes = testing.closed_routes(create_app(), arguments)

    # pytest would skip a test without parameters, which looks like success.
    @pytest.mark.parametrize(("method", "url"), routes or [("no", "route")])
    def test_route_is_closed(method: str, url: str) -> None:
        if not routes:
            raise AssertionError(
                "The application has no route to test: each is marked with 'login_exempt', or"
                " 'create_app' does not register its views."
            )

        testing.assert_login_required(create_app().test_client(), url, method)

    return test_route_is_closed
