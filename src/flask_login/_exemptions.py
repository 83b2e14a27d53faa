"""Which views stay open where a login is required by default."""

from __future__ import annotations

import typing as t
from urllib.parse import unquote
from urllib.parse import urlsplit

from flask import Flask
from flask import Request

from . import _next_url
from . import _views
from ._request import url_of

if t.TYPE_CHECKING:
    from .login_manager import LoginManager


class Exemptions:
    """What an application leaves open: marked views, static files, and where users log in."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        # By endpoint and method, with the view that it was found of, so that each request costs the
        # same in an application of any size.
        self._known: dict[tuple[str, str], tuple[t.Any, bool]] = {}

    def include(self, request: Request, manager: LoginManager[t.Any]) -> bool:
        """Whether what was asked for is open. 404 and 405 have nothing to close."""
        endpoint = request.endpoint

        if endpoint is None:
            return True

        return self._is_open(endpoint, request.method) or leads_to_login(request, manager)

    def _is_open(self, endpoint: str, method: str) -> bool:
        view = self._app.view_functions[endpoint]
        known_view, is_open = self._known.get((endpoint, method), (None, False))

        if known_view is not view:
            is_open = _views.has_mark(view, method, _views.EXEMPT) or self._is_static(endpoint)
            self._known[endpoint, method] = (view, is_open)

        return is_open

    def _is_static(self, endpoint: str) -> bool:
        blueprint, _, name = endpoint.rpartition(".")
        owner = self._app.blueprints.get(blueprint) if blueprint else self._app
        return name == "static" and owner is not None and owner.has_static_folder


def login_views(manager: LoginManager[t.Any]) -> list[str]:
    """Every view that users are sent to in order to log in."""
    views = (manager.login_view, manager.refresh_view, *manager.blueprint_login_views.values())
    targets = (view() if callable(view) else view for view in views)
    return [target for target in targets if target is not None]


def leads_to_login(request: Request, manager: LoginManager[t.Any]) -> bool:
    """Whether it is a view to log in by that was asked for."""
    blueprints = {part for name in request.blueprints for part in (name, name.rpartition(".")[2])}
    foreign = {
        view for name, view in manager.blueprint_login_views.items() if name not in blueprints
    }

    for view in login_views(manager):
        # What is relative to another blueprint is none of this one's views.
        if view.startswith(".") and view in foreign:
            continue

        endpoint = _next_url.endpoint_of(view, request.blueprint)

        if _is_page(view, request) if endpoint is None else endpoint == request.endpoint:
            return True

    return False


def _is_page(url: str, request: Request) -> bool:
    """Whether a login view that is a path or a URL is the page that was asked for."""
    here = url_of(request)

    if here is None or not _next_url.is_same_site(urlsplit(url), urlsplit(here)):
        return False

    # With or without the slash that a redirect of Flask's adds.
    path = f"{request.root_path}{request.path}"
    return unquote(urlsplit(url).path).rstrip("/") == path.rstrip("/")
