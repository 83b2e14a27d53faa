"""The hooks of one application: what is looked at before each view and after it."""

from __future__ import annotations

import logging
import typing as t

from flask import Flask
from flask import Request
from flask import request
from flask import request_finished
from flask import session
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from . import _session
from . import _views
from . import utils
from ._exemptions import Exemptions
from ._request import find_state
from ._request import LoginState
from ._request import stored_user
from ._request import unwrap
from .config import Settings

if t.TYPE_CHECKING:
    from .login_manager import LoginManager

_NOT_LOADED: t.Any = object()
_logger = logging.getLogger("flask_login")


class Hooks:
    """Registered once with an app, for whichever manager the app has at the time."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._views_checked = False
        self._exemptions = Exemptions(app)

    def register(self) -> None:
        self._app.before_request(self._before_request)
        self._app.after_request(self._after_request)

    @property
    def _manager(self) -> LoginManager[t.Any]:
        return t.cast("LoginManager[t.Any]", self._app.extensions["login_manager"])

    def _before_request(self) -> ResponseReturnValue | None:
        if not self._views_checked:
            self._views_checked = True
            self._warn_of_unguarded_views()

        manager = self._manager

        if manager._has_async_loader():
            self._load_user_for_async_view()

        if manager._closed_blueprints or Settings(self._app.config).login_required:
            return self._demand_login(unwrap(request))

        return None

    def _after_request(self, response: Response) -> Response:
        state = find_state()

        if state is not None:
            response = self._manager._update_remember_cookie(response)
            self._add_headers(response, state)
        elif Settings(self._app.config).cookie_name in unwrap(request).cookies:
            self._look_for_intent(response)

        return response

    def _demand_login(self, current: Request) -> ResponseReturnValue | None:
        if utils.is_guard_off() or not self._is_closed(current):
            return None

        if self._exemptions.include(current, self._manager) or utils.is_logged_in():
            return None

        return utils.get_manager().unauthorized()

    def _is_closed(self, current: Request) -> bool:
        if Settings(self._app.config).login_required:
            return True

        closed = self._manager._closed_blueprints
        return any(self._app.blueprints[name] in closed for name in current.blueprints)

    def _add_headers(self, response: Response, state: LoginState) -> None:
        response.vary.update(state.vary)
        cache_control = Settings(self._app.config).cache_control

        if (
            cache_control is not None
            and "Cache-Control" not in response.headers
            and getattr(state.user, "is_authenticated", False)
        ):
            response.headers["Cache-Control"] = cache_control

    def _warn_of_unguarded_views(self) -> None:
        for endpoint in _views.find_unguarded(self._app.view_functions):
            _logger.warning(
                "The view of endpoint '%s' is not guarded: put the guard below '@app.route', so"
                " that the guarded view is the one that is registered.",
                endpoint,
            )

    def _load_user_for_async_view(self) -> None:
        # Inside the event loop of an async view, an async loader can no longer be waited for.
        view = self._app.view_functions.get(request.endpoint or "")

        if view is not None and _views.is_async(view) and stored_user(_NOT_LOADED) is _NOT_LOADED:
            self._app.login_manager._load_user()  # type: ignore[attr-defined]

    def _look_for_intent(self, response: Response) -> None:
        """Delete the cookie if the application wrote to the session that it wants that.

        To look into the session is to use it, and a response that varies by cookie cannot be
        cached. Flask knows whether the application used it, and tells when it saves the session.
        """

        def session_saved(sender: Flask, response: Response, **kwargs: t.Any) -> None:
            if response is not this_response:
                return

            request_finished.disconnect(session_saved, sender)

            if "Cookie" in response.vary and _session.remember_intent(session) == "clear":
                self._manager._clear_cookie(response)

        this_response = response
        request_finished.connect(session_saved, self._app, weak=False)
