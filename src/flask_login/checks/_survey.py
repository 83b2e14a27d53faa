"""The views of an application: which are open, which are closed, and why."""

from __future__ import annotations

import typing as t
from collections.abc import Collection
from itertools import groupby

from flask import Flask
from werkzeug.routing import Rule

from .. import _urls
from .._exemptions import parents_of
from .._gate import Gate
from .._refusal import find_for_blueprints
from ..config import EXEMPT_METHODS
from ..config import Settings
from ._causes import Cause
from ._causes import Causes
from ._notes import Note
from ._notes import Notes
from ._parts import parts_of
from ._setup import gate_of

#: Whether visitors can enter the view. ``none`` is a rule without a view.
Access = t.Literal["open", "closed", "unknown", "none"]

#: The methods of a rule that accepts all methods. "*" stands for the others.
_ANY = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT", "*")


class Route(t.NamedTuple):
    """One rule, with those of its methods that have the same guards."""

    endpoint: str
    methods: tuple[str, ...]
    rule: str
    host: str | None
    subdomain: str | None
    websocket: bool
    access: Access
    by: tuple[Cause, ...]
    #: Where visitors are sent: an endpoint, a path, a URL, or the name of what decides it.
    login_view: str | None
    notes: tuple[Note, ...]

    @property
    def is_static(self) -> bool:
        return any(cause.details.get("by") == "static" for cause in self.by)

    @property
    def shown_methods(self) -> list[str]:
        """The methods without a HEAD that belongs to GET."""
        return [name for name in self.methods if name != "HEAD" or "GET" not in self.methods]


def survey(app: Flask) -> list[Route]:
    """Return all routes, sorted by endpoint.

    :raises NoManager: If the application has no manager.
    """
    found = _Survey(app, gate_of(app))
    routes = [route for rule in app.url_map.iter_rules() for route in found.routes_of(rule)]
    return sorted(routes, key=lambda route: (route.endpoint, route.rule, route.methods))


def find_problems(routes: Collection[Route], allowed: Collection[str]) -> list[str]:
    """Return the views that are open or unknown but not allowed to be. Return the allowed entries
    without such a view, too: they would allow any later view of that name.

    :param allowed: Endpoints, or an endpoint with a method: ``comments:GET``.
    """
    routes = [route for route in routes if route.access in {"open", "unknown"}]
    problems = [
        f"{' '.join(route.shown_methods)} {route.rule} ('{route.endpoint}') is {route.access}."
        for route in routes
        if not route.is_static and not _is_allowed(route, allowed)
    ]
    names = {name for route in routes for name in (route.endpoint, *_names_by_method(route))}
    stale = [name for name in allowed if name not in names]
    return problems + [f"'{name}' is allowed, but no such endpoint is open." for name in stale]


def _is_allowed(route: Route, allowed: Collection[str]) -> bool:
    return route.endpoint in allowed or all(name in allowed for name in _names_by_method(route))


def _names_by_method(route: Route) -> list[str]:
    return [f"{route.endpoint}:{method}" for method in route.shown_methods]


class _Survey:
    def __init__(self, app: Flask, gate: Gate) -> None:
        self._app = app
        self._manager: t.Any = gate._manager
        self._causes = Causes(app, gate, Settings(app.config))
        self._notes = Notes(app, self._manager.anonymous_user)

    def routes_of(self, rule: Rule) -> list[Route]:
        why_not = self._why_no_view(rule)

        if why_not is not None:
            cause = Cause("no_view", {"because": why_not})
            return [self._route(rule, tuple(_methods_of(rule)), (cause,))]

        by = {method: tuple(self._causes.of(rule, method)) for method in _methods_of(rule)}
        alike = groupby(sorted(by, key=lambda method: repr(by[method])), by.__getitem__)
        return [self._route(rule, tuple(sorted(methods)), causes) for causes, methods in alike]

    def _why_no_view(self, rule: Rule) -> str | None:
        if rule.build_only:
            return "build_only"

        if rule.redirect_to is not None:
            return "redirect_to"

        return None if rule.endpoint in self._app.view_functions else "not registered"

    def _route(self, rule: Rule, methods: tuple[str, ...], causes: tuple[Cause, ...]) -> Route:
        access = _access_by(causes)
        return Route(
            endpoint=rule.endpoint,
            methods=methods,
            rule=rule.rule,
            host=rule.host or None,
            subdomain=rule.subdomain or None,
            websocket=rule.websocket,
            access=access,
            by=causes,
            login_view=self._login_view(rule.endpoint) if access == "closed" else None,
            notes=() if access == "none" else self._notes_of(rule, methods, access == "closed"),
        )

    def _notes_of(self, rule: Rule, methods: Collection[str], is_closed: bool) -> tuple[Note, ...]:
        endpoint: str = rule.endpoint
        view = self._app.view_functions[endpoint]
        notes = [*self._notes.of_view(endpoint, view, is_closed=is_closed)]

        for method in methods:
            notes += self._notes.of_code(parts_of(view, method), method, is_closed=is_closed)

        # Methods may share their code.
        return tuple(dict.fromkeys(notes))

    def _login_view(self, endpoint: str) -> str | None:
        if getattr(self._manager, "unauthorized_callback", None) is not None:
            return "(unauthorized_handler)"

        manager = self._manager
        blueprints = parents_of(endpoint.rpartition(".")[0])
        view = find_for_blueprints(blueprints, manager.blueprint_login_views, manager.login_view)

        if view is None or not isinstance(view, str):
            return None if view is None else "(callable)"

        return _urls.endpoint_of(view, blueprints[0] if blueprints else None) or view


def _methods_of(rule: Rule) -> list[str]:
    """Return the methods for which a rule calls its view."""
    # A handshake is a GET (RFC 6455, 4.1).
    if rule.websocket:
        return ["GET"]

    # Guards treat exempt methods differently.
    if rule.methods is None:
        return sorted({*_ANY, *EXEMPT_METHODS})

    # Flask handles OPTIONS without the view.
    by_itself = {"OPTIONS"} if getattr(rule, "provide_automatic_options", False) else set[str]()
    return sorted(rule.methods - by_itself)


def _access_by(causes: Collection[Cause]) -> Access:
    kinds = {cause.kind for cause in causes}

    if "no_view" in kinds:
        return "none"

    if any(cause.closes for cause in causes):
        return "closed"

    return "unknown" if "undeclared" in kinds else "open"
