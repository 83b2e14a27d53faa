"""Which views stay open where a login is required by default."""

from __future__ import annotations

import typing as t
from collections.abc import Callable
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

        return self.is_open(endpoint, request.method) or leads_to_login(request, manager)

    def is_open(self, endpoint: str, method: str) -> bool:
        """Whether a view is marked as open, or serves static files."""
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


def leads_to_login(request: Request, manager: LoginManager[t.Any]) -> bool:
    """Whether it is a view to log in by that was asked for."""
    views = (
        (None, manager.login_view),
        (None, manager.refresh_view),
        *manager.blueprint_login_views.items(),
    )

    for blueprint, view in views:
        if view is not None and _is_asked_for(view, blueprint, request):
            return True

    return False


def _is_asked_for(
    login_view: str | Callable[[], str | None], blueprint: str | None, request: Request
) -> bool:
    view = login_view() if callable(login_view) else login_view

    if view is None:
        return False

    if _next_url.is_url(view):
        return _is_page(view, request)

    if not view.startswith("."):
        return view == request.endpoint

    # What is relative to a blueprint is none of another one's views.
    if blueprint is not None and not _is_in(blueprint, request):
        return False

    return _next_url.endpoint_of(view, request.blueprint) == request.endpoint


def _is_in(blueprint: str, request: Request) -> bool:
    return any(blueprint in (name, name.rpartition(".")[2]) for name in request.blueprints)


def _is_page(url: str, request: Request) -> bool:
    """Whether a login view that is a path or a URL is the page that was asked for."""
    here = url_of(request)

    if here is None or not _next_url.is_same_site(urlsplit(url), urlsplit(here)):
        return False

    # With or without the slash that a redirect of Flask's adds.
    path = f"{request.root_path}{request.path}"
    return unquote(urlsplit(url).path).rstrip("/") == path.rstrip("/")
