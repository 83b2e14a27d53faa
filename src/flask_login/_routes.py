"""Which routes refuse strangers: those that should, and whether they do."""

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

# Between them, they fit every converter of Werkzeug's but 'any'. One is often a rule's default.
_EXAMPLES = (1, 2, "x", 1.5, UUID(int=1))

# Where a request has the list that refusals of it are noted in.
_REFUSED = "flask_login.refused"


def assert_login_required(client: FlaskClient, url: str, method: str = "GET") -> None:
    """Assert that a URL refuses anonymous callers, and that it is a guard of this library that
    does: what sends :data:`.user_unauthorized`. An error or a redirect is no proof by itself.

    :param client: A client that nobody is logged in with.
    :param url: A path or a URL. If it begins with ``ws``, a WebSocket is asked for.
    """
    refused: list[bool] = []

    # Views may make requests of their own, and tests may run at once.
    def note(*_: t.Any, **__: t.Any) -> None:
        request.environ.get(_REFUSED, []).append(True)

    with user_unauthorized.connected_to(note):
        response = client.open(url, method=method, environ_overrides={_REFUSED: refused})

    # Not by 'assert', which may be turned off.
    if not refused:
        raise AssertionError(
            f"{method} {url} is open to anonymous callers: {response.status}."
            " No guard refused them."
        )


def closed_routes(
    app: Flask, arguments: Mapping[str, t.Any] | None = None
) -> list[tuple[str, str]]:
    """The method and URL of each route that an application closed by default has to refuse to
    anonymous callers: all but those that are exempt.

    Rules without methods take any; they are asked by GET and POST. URLs of WebSockets begin with
    ``ws``.

    :param arguments: Values of arguments in URLs, by name, where the ones made up do not do.
    :raises ValueError: If no value fits an argument.
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
        # A converter may make nothing of a value, or raise what it likes.
        with suppress(Exception):
            url = _build_url(app, rule, {**known, **dict(zip(names, values, strict=True))})

            with app.test_request_context(url, method=method):
                if request.url_rule is rule:
                    return url

    raise ValueError(f"No value made up fits '{rule.rule}': name some in 'arguments'.")


def _build_url(app: Flask, rule: Rule, values: Mapping[str, t.Any]) -> str:
    domain, path = t.cast("tuple[str, str]", rule.build(values, append_unknown=False))

    if not domain and not rule.websocket:
        return path

    scheme = "ws" if rule.websocket else "http"
    site = t.cast("str | None", app.config["SERVER_NAME"]) or "localhost"
    return f"{scheme}://{app.url_map.bind(site).get_host(domain)}{path}"
