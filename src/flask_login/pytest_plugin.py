"""Fixtures and a ready-made test, for who imports them. pytest is no dependency of the package.

PYTEST_DONT_REWRITE: there is nothing to rewrite here, and a module may be imported before.

In ``conftest.py``, beside a fixture ``app``::

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
    """A :class:`.LoginClient` of the application that the fixture ``app`` returns."""
    return testing.LoginClient(app, app.response_class, use_cookies=True)


@pytest.fixture
def frozen_clock() -> Generator[testing.FrozenClock, None, None]:
    """A clock that stands still. See :func:`.testing.frozen_clock`."""
    with testing.frozen_clock() as clock:
        yield clock


def closed_routes_test(
    create_app: Callable[[], Flask], arguments: Mapping[str, t.Any] | None = None
) -> Callable[..., None]:
    """A test, parametrised with every route that is not exempt, that it refuses anonymous callers.
    It fails if there is no such route. Three lines are all that an application adds::

        from flask_login.pytest_plugin import closed_routes_test
        from portal import create_app

        test_route_is_closed = closed_routes_test(create_app)

    :param create_app: Called once to list the routes, and once for each of them.
    :param arguments: Values of arguments in URLs, by name, where the ones made up do not do.
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
