"""Which views stay open where a login is required by default."""

from __future__ import annotations

import typing as t
from urllib.parse import urlsplit

from flask import Flask
from flask import Request

from . import _views

if t.TYPE_CHECKING:
    from .login_manager import LoginManager


class Exemptions:
    """What an application leaves open: marked views, static files, and where users log in."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        # By view function and method, so that the cost of a request does not grow with the app.
        self._known: dict[tuple[t.Any, str], bool] = {}

    def include(self, request: Request, manager: LoginManager[t.Any]) -> bool:
        """Whether what was asked for is open. 404 and 405 have nothing to close."""
        endpoint = request.endpoint

        if endpoint is None:
            return True

        return self._is_open(endpoint, request.method) or _leads_to_login(request, manager)

    def _is_open(self, endpoint: str, method: str) -> bool:
        view = self._app.view_functions[endpoint]
        key = (view, method)

        if key not in self._known:
            marked = _views.has_mark(view, method, _views.EXEMPT)
            self._known[key] = marked or self._is_static(endpoint)

        return self._known[key]

    def _is_static(self, endpoint: str) -> bool:
        blueprint, _, name = endpoint.rpartition(".")
        owner = self._app.blueprints.get(blueprint) if blueprint else self._app
        return name == "static" and owner is not None and owner.has_static_folder


def login_views(manager: LoginManager[t.Any]) -> list[str]:
    """Every view that users are sent to in order to log in."""
    views = (manager.login_view, manager.refresh_view, *manager.blueprint_login_views.values())
    targets = (view() if callable(view) else view for view in views)
    return [target for target in targets if target is not None]


def _leads_to_login(request: Request, manager: LoginManager[t.Any]) -> bool:
    # An endpoint may be relative to the request's blueprint.
    parent = f"{request.blueprint}." if request.blueprint else ""

    for target in login_views(manager):
        if target.startswith("."):
            target = f"{parent}{target[1:]}"

        if target == request.endpoint or _is_page(target, request):
            return True

    return False


def _is_page(target: str, request: Request) -> bool:
    """Whether a login view that is a path or a URL is the page that was asked for."""
    if not target.startswith(("/", "http://", "https://")):
        return False

    parts = urlsplit(target)
    here = request.root_path + request.path
    return parts.path == here and parts.netloc in {"", request.host}
