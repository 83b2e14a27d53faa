"""Checks of the login views."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator
from collections.abc import Mapping
from urllib.parse import unquote
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.routing import Rule

from .. import _urls
from .._exemptions import find_rule
from .._exemptions import is_fixed
from ._catalog import Problem
from ._catalog import problem
from ._causes import Causes
from ._setup import Setup

#: Words in the names of extensions and functions that check CSRF tokens.
_CSRF = ("csrf", "seasurf")

# A guard that the application has declared may let its login view pass, so it is not listed.
_REFUSING_STRANGERS = {"default", "fresh_login_required", "login_required", "user_passes_test"}
_REFUSING_USERS = {"anonymous_required", "fresh_login_required"}


class LoginView(t.NamedTuple):
    """A login view of the manager that is an endpoint, a path or a URL."""

    #: The attribute of the manager that has it.
    setting: str
    view: str
    #: The blueprint of an endpoint that begins with a dot. ``None`` is any blueprint.
    blueprint: str | None

    @property
    def name(self) -> str:
        of_blueprint = "" if self.blueprint is None else f" of the blueprint '{self.blueprint}'"
        return f"'{self.setting}'{of_blueprint}"

    @property
    def is_refresh(self) -> bool:
        """Whether the users who are sent here are logged in."""
        return self.setting == "refresh_view"

    def problem(self, id: str, **facts: t.Any) -> Problem:
        return problem(id, self.setting, name=self.name, view=self.view, **facts)


def find(setup: Setup) -> Iterator[Problem]:
    forms: list[LoginView] = []

    for login_view in login_views(setup.manager):
        rules = _rules_of(setup, login_view)

        if rules is None:
            continue

        if not rules:
            is_path = _urls.is_url(login_view.view)
            yield login_view.problem("login.W051" if is_path else "login.E050")
            continue

        methods = _methods_at(setup.app, rules)

        if closed := sorted(_closed_methods(setup, login_view, methods)):
            yield login_view.problem("login.E052", methods=", ".join(closed))

        if "POST" in methods:
            forms.append(login_view)
        else:
            yield login_view.problem("login.W053")

    if forms and not _checks_csrf(setup.app):
        yield problem("login.W054", view=forms[0].view)


def login_views(manager: t.Any) -> Iterator[LoginView]:
    """Yield the login views, except callables: what these return depends on the request."""
    views = [
        LoginView("login_view", manager.login_view, None),
        LoginView("refresh_view", manager.refresh_view, None),
        *(
            LoginView("blueprint_login_views", view, name)
            for name, view in manager.blueprint_login_views.items()
        ),
    ]

    for login_view in views:
        if login_view.view and is_fixed(login_view.view):
            yield login_view


def _rules_of(setup: Setup, login_view: LoginView) -> list[Rule] | None:
    """Return the rules of a login view, or ``None`` if they cannot be known."""
    app, config, view = setup.app, setup.config, login_view.view

    if not _urls.is_url(view):
        return _rules_of_endpoint(app, login_view)

    # With host matching, a path may lead to several views. A URL may be of another site.
    if app.url_map.host_matching or not view.startswith("/"):
        return None

    root = config["APPLICATION_ROOT"].strip("/")
    path = unquote(urlsplit(view).path)
    path = path.removeprefix(f"/{root}") if root else path
    rule = find_rule(app.url_map.bind(config["SERVER_NAME"] or "localhost"), path or "/")
    return [] if rule is None else [rule]


def _rules_of_endpoint(app: Flask, login_view: LoginView) -> list[Rule] | None:
    if login_view.view.startswith(".") and login_view.blueprint is None:
        blueprints = [None, *app.blueprints]
    else:
        blueprints = [login_view.blueprint]

    endpoints = {_urls.endpoint_of(login_view.view, blueprint) for blueprint in blueprints}
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint in endpoints]

    # A rule that only builds URLs, or that redirects, has no view here.
    if any(rule.build_only or rule.redirect_to is not None for rule in rules):
        return None

    # The application may build the URL itself.
    builds_urls = type(app).url_for is not Flask.url_for or app.url_build_error_handlers
    return None if builds_urls and not rules else rules


def _methods_at(app: Flask, rules: list[Rule]) -> dict[str, Rule]:
    """Return the rule for each method of the same paths: one view may show the form, and another
    one may accept it.
    """
    paths = {rule.rule for rule in rules}
    others = (rule for rule in app.url_map.iter_rules() if rule.rule in paths)
    return {
        method: rule
        for rule in (*others, *rules)
        for method in ("GET", "POST")
        if rule.methods is None or method in rule.methods
    }


def _closed_methods(
    setup: Setup, login_view: LoginView, methods: Mapping[str, Rule]
) -> Iterator[str]:
    """Yield the methods that refuse the users who are sent here."""
    causes = Causes(setup.app, setup.gate, setup.settings)
    refusing = _REFUSING_USERS if login_view.is_refresh else _REFUSING_STRANGERS

    for method, rule in methods.items():
        if rule.endpoint in setup.app.view_functions:
            if any(cause.kind in refusing for cause in causes.of(rule, method)):
                yield method


def _checks_csrf(app: Flask) -> bool:
    hooks = [hook for hooks in app.before_request_funcs.values() for hook in hooks]
    names = [
        *app.extensions,
        *(
            f"{getattr(hook, '__module__', '')}.{getattr(hook, '__qualname__', '')}"
            for hook in hooks
        ),
    ]
    return any(word in name.lower() for word in _CSRF for name in names)
