"""The hooks of one application that run before and after each view."""

from __future__ import annotations

import logging
import typing as t
from collections.abc import Callable
from functools import wraps
from inspect import iscoroutinefunction

from flask import Blueprint
from flask import Flask
from flask.typing import ResponseReturnValue
from werkzeug.routing import Rule
from werkzeug.wrappers import Response

from . import _session
from . import _views
from . import utils
from ._context import current_request
from ._context import used_session
from ._exemptions import Exemptions
from ._exemptions import parents_of
from ._kept import dispatch
from ._visit import Visit
from ._warnings import warn_once
from .config import Settings

if t.TYPE_CHECKING:
    from ._manager import Manager

#: The key in ``app.extensions`` of the gate.
GATE = "flask_login_gate"

_logger = logging.getLogger("flask_login")


class Gate:
    """The hooks of an application. They are registered once, and use the manager that the
    application has at the time of a request.
    """

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._settings = Settings(app.config)
        self._checks_views = True
        self._demands_login = False
        self._exemptions = Exemptions(app)
        # The sets of closed blueprints of all managers that the application had. The sets may grow.
        self._closed: list[set[Blueprint]] = []
        self._closed_for: t.Any = None

    @classmethod
    def of(cls, app: Flask) -> Gate:
        """Return the gate of an application. Register it on first use."""
        if GATE not in app.extensions:
            app.extensions[GATE] = cls(app)
            app.extensions[GATE].register()

        gate: Gate = app.extensions[GATE]
        return gate

    def register(self) -> None:
        # Run before the application's functions, even if those were registered first: the user that
        # they put on 'g' belongs to this request.
        self._app.before_request_funcs.setdefault(None, []).insert(0, self._before_view())
        self._app.after_request(self._after_view())

    # Functions and not methods: Flask checks in each request whether a hook is async, and the check
    # takes longer for a method.

    def _before_view(self) -> Callable[[], ResponseReturnValue | None]:
        def before_view() -> ResponseReturnValue | None:
            dispatch()

            if self._checks_views:
                self._check_views()

            if self._demands_login or not self._closes_anything():
                return None

            functions = self._app.before_request_funcs[None]

            # If no other function runs after this one, another hook is not needed.
            if functions[-1] is before_view:
                return self._demand_login()

            # The application's functions may prepare what a loader needs, so this must run after
            # them. Flask calls it in this request already. Set the flag last, because other threads
            # read it.
            functions.append(lambda: self._demand_login())
            self._demands_login = True
            return None

        return before_view

    def _after_view(self) -> Callable[[Response], Response]:
        def after_view(response: Response) -> Response:
            visit = Visit.begun()

            # The application may have written '_remember' to the session itself.
            if visit is None:
                stored = used_session()

                if stored is None or _session.remember_intent(stored) is None:
                    return response

                visit = Visit.current()

            if visit.pending is not None:
                utils.complete_login(visit, succeeded=response.status_code < 400)

            response = self._manager._update_remember_cookie(response)

            if visit.vary or (visit.was_logged_in and self._settings.cache_control is not None):
                _add_headers(response, visit)

            return response

        return after_view

    def close(self, blueprints: set[Blueprint]) -> None:
        """Keep a manager's blueprints closed, also if another manager replaces it."""
        if all(known is not blueprints for known in self._closed):
            self._closed.append(blueprints)

    @property
    def _manager(self) -> Manager:
        app: t.Any = self._app

        # Tests replace the manager, also by objects that only have '_load_user'.
        try:
            manager: Manager = app.login_manager
            manager._update_remember_cookie  # noqa: B018
        except AttributeError:
            manager = app.extensions["login_manager"]

        return manager

    def _check_views(self) -> None:
        """Check the views in the first request, when all of them are registered."""
        self._checks_views = False

        if self._closes_anything():
            # It warns about login views that exempt no view.
            self._exemptions.find_login_views(self._manager)

        self._warn_of_unguarded_views()
        self._load_users_for_async_views()
        self._warn_of_keys()

    def _warn_of_keys(self) -> None:
        config: t.Any = self._app.config

        if isinstance(config.get("SECRET_KEY_FALLBACKS"), (str, bytes)):
            warn_once(
                self._app,
                "SECRET_KEY_FALLBACKS is a string, not a list of keys. Make it a list: Flask's own"
                " session accepts each single character of a string as a key.",
            )

    def _closes_anything(self) -> bool:
        if self._settings.login_required:
            return True

        for blueprints in self._find_closed():
            if blueprints:
                return True

        return False

    def _find_closed(self) -> list[set[Blueprint]]:
        """Return the closed blueprints, also those of a manager that replaced another one without
        'init_app'.
        """
        manager: t.Any = getattr(self._app, "login_manager", None)

        if manager is not self._closed_for:
            # In this order, because another thread reads the attribute as "done".
            self.close(getattr(manager, "_closed_blueprints", set()))
            self._closed_for = manager

        return self._closed

    def closes(self, rule: Rule, method: str) -> bool:
        """Return whether a view requires a login by default. Guards on the view do not count."""
        if not self._settings.login_required and not self._is_in_closed_blueprint(rule):
            return False

        return not self._exemptions.is_open(rule, method, self._manager)

    def _demand_login(self) -> ResponseReturnValue | None:
        current = current_request()
        rule = current.url_rule

        # Without a rule, the response is 404 or 405.
        if rule is None or utils.is_guard_off(self._app, current):
            return None

        if not self.closes(rule, current.method) or utils.is_logged_in():
            return None

        answer = utils.get_manager().unauthorized()

        # Flask treats None from here as "continue", so the view would run unprotected.
        if answer is None:
            raise TypeError(
                "The 'unauthorized_handler' returned None; it must return a response or call"
                " abort()."
            )

        return answer

    def _is_in_closed_blueprint(self, rule: Rule) -> bool:
        names = parents_of(rule.endpoint.rpartition(".")[0])
        blueprints = [self._app.blueprints.get(name) for name in names]
        return any(
            blueprint in closed for closed in self._find_closed() for blueprint in blueprints
        )

    def _warn_of_unguarded_views(self) -> None:
        for endpoint in _views.find_unguarded(self._app.view_functions):
            _logger.warning(
                "The view of endpoint '%s' is not guarded: put its guard below '@app.route'.",
                endpoint,
            )

    def _load_users_for_async_views(self) -> None:
        """If a loader is async, load the user before an async view starts. Inside the view's event
        loop, waiting for the loader would block the loop.
        """
        if not any(map(iscoroutinefunction, self._manager._loaders())):
            return

        for endpoint, view in self._app.view_functions.items():
            if _views.is_async(view):
                self._app.view_functions[endpoint] = self._with_user(view)

    def _with_user(self, view: t.Any) -> t.Any:
        @wraps(view)
        def enter(*args: t.Any, **kwargs: t.Any) -> t.Any:
            utils.get_current_user()
            return self._app.ensure_sync(view)(*args, **kwargs)

        return enter


def _add_headers(response: Response, visit: Visit) -> None:
    if visit.vary:
        response.vary.update(visit.vary)

    if visit.refused:
        response.headers.setdefault("Cache-Control", "no-store")

    cache_control = visit.settings.cache_control

    if cache_control is not None and visit.was_logged_in:
        response.headers.setdefault("Cache-Control", cache_control)
