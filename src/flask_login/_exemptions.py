"""The views that are exempt from a login that is required by default.

Whether a view is exempt never depends on values in a request, because a client can choose those.
"""

from __future__ import annotations

import logging
import typing as t
from collections.abc import Collection
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from itertools import product
from urllib.parse import unquote
from urllib.parse import urlsplit

from flask import Flask
from flask import Request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter
from werkzeug.routing import RequestRedirect
from werkzeug.routing import Rule

from . import _urls
from . import _views

if t.TYPE_CHECKING:
    from ._manager import Manager

_logger = logging.getLogger("flask_login")


class Exemptions:
    """The exempt views of an application: marked views, static files, and login views."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        # (endpoint, method) → (view, is open). The view is kept to notice that it was replaced.
        self._known: dict[tuple[str, str], tuple[t.Any, bool]] = {}
        self._login_views = _LoginViews((), (), {})
        self._warned_of: set[str] = set()

    def is_open(self, rule: Rule, method: str, manager: Manager) -> bool:
        """Return whether the view of a rule is exempt.

        :param rule: The rule that the request matched.
        """
        if self._is_marked(rule, method):
            return True

        views = self.find_login_views(manager)
        return rule.endpoint in views.endpoints or id(rule) in views.rules

    def find_login_views(self, manager: Manager) -> _LoginViews:
        """Return the login views that the settings name. The settings may change at any time."""
        known = self._login_views
        settings = (manager.login_view, manager.refresh_view, manager.blueprint_login_views)

        if known.settings != settings:
            known = self._login_views = self._read_login_views(manager)

        return known

    def _is_marked(self, rule: Rule, method: str) -> bool:
        key = (rule.endpoint, method)
        view: t.Any = self._app.view_functions.get(rule.endpoint)
        known_view, is_marked = self._known.get(key, (None, False))

        if known_view is None or known_view is not view:
            is_marked = _views.has_mark(view, method, _views.EXEMPT) or self._is_static(key[0])

            # For a rule without methods, clients could fill the memory with invented methods.
            if rule.methods is not None:
                self._known[key] = (view, is_marked)

        return is_marked

    def _is_static(self, endpoint: str) -> bool:
        blueprint, _, name = endpoint.rpartition(".")
        owner = self._app.blueprints.get(blueprint) if blueprint else self._app
        return name == "static" and owner is not None and owner.has_static_folder

    def _read_login_views(self, manager: Manager) -> _LoginViews:
        by_blueprint = dict(manager.blueprint_login_views)
        settings = (manager.login_view, manager.refresh_view, by_blueprint)
        endpoints = set(self._find_relative_endpoints(manager))
        rules: dict[int, Rule] = {}

        for view in (*settings[:2], *by_blueprint.values()):
            if not is_fixed(view):
                continue

            if not _urls.is_url(view):
                endpoints.add(view)
            elif self._is_here(view):
                rule = self._find_rule(view)

                if rule is None:
                    self._warn_of(view)
                else:
                    rules[id(rule)] = rule

        return _LoginViews(settings, endpoints, rules)

    def _find_relative_endpoints(self, manager: Manager) -> Iterator[str]:
        """Yield the endpoints of relative login views. ``.login``, set for blueprint A, is no view
        of blueprint B.
        """
        views = (
            (None, manager.login_view),
            (None, manager.refresh_view),
            *manager.blueprint_login_views.items(),
        )

        for (key, view), blueprint in product(views, (None, *self._app.blueprints)):
            if is_fixed(view) and view.startswith(".") and (key is None or _is_in(key, blueprint)):
                yield f"{blueprint}{view}" if blueprint else view[1:]

    def _is_here(self, url: str) -> bool:
        """Return whether a login view is on this site. The ``Host`` header does not count, because
        clients can choose it.
        """
        config: t.Any = self._app.config

        try:
            parts = urlsplit(url)
            here = urlsplit(f"{parts.scheme or 'http'}://{config.get('SERVER_NAME') or ''}")
            return _urls.has_same_host(parts, here)
        except ValueError:
            return False

    def _find_rule(self, url: str) -> Rule | None:
        """Return the rule that a path leads to in every request, or ``None`` if it depends."""
        url_map = self._app.url_map
        path = unquote(urlsplit(url).path)
        config: t.Any = self._app.config
        root = "/" + config["APPLICATION_ROOT"].strip("/")

        if root != "/":
            if not f"{path}/".startswith(f"{root}/"):
                return None

            path = path.removeprefix(root) or "/"

        # With host matching or subdomains, one path may lead to several views.
        if url_map.host_matching or any(
            rule.subdomain != url_map.default_subdomain for rule in url_map.iter_rules()
        ):
            return None

        rule = find_rule(url_map.bind("localhost"), path)
        return None if rule is None or "<" in rule.rule else rule

    def _warn_of(self, view: str) -> None:
        if view in self._warned_of:
            return

        self._warned_of.add(view)
        _logger.warning(
            "The login view '%s' exempts no view: it does not lead to a single route without"
            " variable parts. Name its endpoint instead, or mark its view with 'login_exempt'.",
            view,
        )


def find_target(app: Flask, request: Request, view: str, url: str) -> Rule | None:
    """Return the rule of this application that a redirect leads to, or ``None``.

    :param view: The target of the redirect: an endpoint, a path or a URL.
    :param url: The URL of the target.
    """
    endpoint = _urls.endpoint_of(view, request.blueprint)

    if endpoint in app.view_functions:
        rules = app.url_map.iter_rules()
        return next((rule for rule in rules if rule.endpoint == endpoint), None)

    parts = urlsplit(url)
    adapter = app.create_url_adapter(request)
    path = unquote(parts.path)

    if (
        adapter is None
        or parts.netloc not in {"", request.host}
        or not path.startswith(f"{request.root_path}/")
    ):
        return None

    return find_rule(adapter, path.removeprefix(request.root_path))


def find_rule(adapter: MapAdapter, path: str) -> Rule | None:
    """Return the rule for a GET of a path, also if Flask adds a slash to the path."""
    try:
        return adapter.match(path, "GET", return_rule=True)[0]
    except RequestRedirect as redirect:
        with_slash = f"{adapter.script_name.rstrip('/')}{path}/"

        if unquote(urlsplit(redirect.new_url).path) != with_slash:
            return None

        return find_rule(adapter, f"{path}/")
    except HTTPException:
        return None


def _is_in(key: str, blueprint: str | None) -> bool:
    """Return whether a blueprint, or one of its parents, has this name or dotted name."""
    return any(key in (name, name.rpartition(".")[2]) for name in parents_of(blueprint))


def parents_of(blueprint: str | None) -> Sequence[str]:
    """Return the dotted names of a blueprint and its parents, innermost first."""
    names = blueprint.split(".") if blueprint else []
    return [".".join(names[:length]) for length in range(len(names), 0, -1)]


class _LoginViews:
    """The login views of an application.

    :param settings: The settings that name them.
    :param endpoints: Their endpoints.
    :param rules: Their rules, by identity. Rules with the same path are equal, also if they have
        different views.
    """

    def __init__(
        self, settings: tuple[t.Any, ...], endpoints: Collection[str], rules: Mapping[int, Rule]
    ) -> None:
        self.settings = settings
        self.endpoints = endpoints
        self.rules = rules


def is_fixed(view: t.Any) -> t.TypeGuard[str]:
    """Return whether a login view is a plain string, and not a callable. A proxy is a callable."""
    return not callable(view) and isinstance(view, str)
