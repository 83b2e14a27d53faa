"""Assertions about routes: which ones must refuse anonymous users, and whether they do."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from contextlib import suppress
from itertools import product
from uuid import UUID

from flask import Flask
from flask import request
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from . import utils
from ._exemptions import Exemptions
from .config import EXEMPT_METHODS
from .signals import user_unauthorized

# Together they fit every converter of Werkzeug except 'any'. Two numbers, because a URL with a
# rule's default value (often 1) redirects.
_EXAMPLES = (1, 2, "x", 1.5, UUID(int=1))

# The environ key of the list that collects a request's refusals.
_REFUSED = "flask_login.refused"


def assert_login_required(client: FlaskClient, url: str, method: str = "GET") -> None:
    """Assert that a guard of this library refuses anonymous users at a URL. The proof is the signal
    :data:`.user_unauthorized`. An error or a redirect alone is no proof.

    :param client: A client without a login.
    :param url: A path or a URL. If it begins with ``ws``, the request opens a WebSocket.
    :param method: The request method.
    :raises AssertionError: If no guard refuses the request.
    """
    refused: list[bool] = []

    # Views may send other requests, and tests may run in parallel.
    def note(*_: t.Any, **__: t.Any) -> None:
        request.environ.get(_REFUSED, []).append(True)

    with user_unauthorized.connected_to(note):
        response = client.open(url, method=method, environ_overrides={_REFUSED: refused})

    # Not an 'assert' statement, because 'python -O' removes those.
    if not refused:
        raise AssertionError(
            f"{method} {url} is open to anonymous users: {response.status}."
            " No guard refused the request."
        )


def closed_routes(
    app: Flask, arguments: Mapping[str, t.Any] | None = None
) -> list[tuple[str, str]]:
    """Return the method and URL of each route that must refuse anonymous users if the application
    requires a login by default. These are all routes that are not exempt.

    A rule without methods accepts any method, and is listed with GET and POST. URLs of WebSockets
    begin with ``ws``.

    :param app: The application.
    :param arguments: Values of URL arguments, by name, for routes that the built-in example values
        do not fit.
    :raises ValueError: If no example value fits an argument.
    """
    exemptions = Exemptions(app)

    with app.app_context():
        manager = utils.get_manager()

        return [
            (method, _example_url(app, rule, method, arguments or {}))
            for rule in app.url_map.iter_rules()
            if _leads_to_view(app, rule)
            for method in sorted(_methods_of(rule) - EXEMPT_METHODS)
            if not exemptions.is_open(rule, method, manager)
        ]


def _leads_to_view(app: Flask, rule: Rule) -> bool:
    is_detour = rule.build_only or rule.alias or rule.redirect_to is not None
    return rule.endpoint in app.view_functions and not is_detour


def _methods_of(rule: Rule) -> set[str]:
    # A handshake is a GET (RFC 6455, 4.1).
    if rule.websocket:
        return {"GET"}

    return {"GET", "POST"} if rule.methods is None else rule.methods


def _example_url(app: Flask, rule: Rule, method: str, arguments: Mapping[str, t.Any]) -> str:
    known = {**arguments, **(rule.defaults or {})}
    names = sorted(t.cast(t.Any, rule).arguments - known.keys())

    for values in product(_EXAMPLES, repeat=len(names)):
        # A converter may refuse a value with any exception.
        with suppress(Exception):
            url = _build_url(app, rule, {**known, **dict(zip(names, values, strict=True))})

            with app.test_request_context(url, method=method):
                if request.url_rule is rule:
                    return url

    raise ValueError(f"No example value fits '{rule.rule}': pass values in 'arguments'.")


def _build_url(app: Flask, rule: Rule, values: Mapping[str, t.Any]) -> str:
    domain, path = t.cast("tuple[str, str]", rule.build(values, append_unknown=False))

    if not domain and not rule.websocket:
        return path

    scheme = "ws" if rule.websocket else "http"
    site = t.cast("str | None", app.config["SERVER_NAME"]) or "localhost"
    return f"{scheme}://{app.url_map.bind(site).get_host(domain)}{path}"
