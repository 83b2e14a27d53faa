""":class:`LoginManager`: the settings, callbacks and steps that find the user of a request."""

from __future__ import annotations

import logging
import typing as t
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Coroutine
from datetime import timedelta
from datetime import timezone

from flask import abort
from flask import flash
from flask import Flask
from flask import redirect
from flask import Request
from flask import request
from flask import session
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from . import _refusal
from . import _session
from . import _sources
from . import remember
from ._async import to_sync
from ._checked import CheckedSetup
from ._clock import Datetime as datetime
from ._closed import ClosedViews
from ._commands import register_commands
from ._context import current_request
from ._context import request_behind
from ._context import session_behind
from ._deprecated import DeprecatedNames
from ._gate import Gate
from ._kept import begin_search
from ._kept import end_search
from ._kept import keep_user
from ._protection import find_mode
from ._protection import protect_session
from ._recorded import RecordedLogins
from ._values import as_header_names
from ._visit import FORGET
from ._visit import SESSION_SOURCES
from ._visit import Visit
from ._warnings import warn_once
from .config import ID_ATTRIBUTE
from .config import LOGIN_MESSAGE
from .config import LOGIN_MESSAGE_CATEGORY
from .config import REFRESH_MESSAGE
from .config import REFRESH_MESSAGE_CATEGORY
from .config import Settings
from .exceptions import MissingLoader
from .mixins import AnonymousUserMixin
from .signals import send
from .signals import user_accessed
from .signals import user_needs_refresh
from .signals import user_unauthorized
from .typing import ChallengeCallback
from .typing import HeaderCallback
from .typing import LoaderDecorator
from .typing import LoginView
from .typing import RequestCallback
from .typing import U
from .typing import UserCallback
from .utils import _create_identifier
from .utils import _user_context_processor
from .utils import current_user

if t.TYPE_CHECKING:
    from .records import Records

_logger = logging.getLogger("flask_login")

C = t.TypeVar("C", bound=Callable[..., t.Any])


class LoginManager(ClosedViews, RecordedLogins, CheckedSetup, DeprecatedNames[U], t.Generic[U]):
    """Settings and callbacks of an application's logins.

    One manager can serve several applications. It stores no state of an application.

    :param app: Call :meth:`init_app` on this application.
    :param add_context_processor: Whether templates get ``current_user``.
    :param records: A store that records each login. See :mod:`flask_login.records`.
    """

    #: Anonymous users are redirected here: an endpoint, a path, a URL, or a callable that returns
    #: one. ``None`` means to respond with 401.
    login_view: LoginView

    #: Login views of blueprints, by name. Nested blueprints inherit from their parents. Blueprints
    #: without an entry use :attr:`login_view`.
    blueprint_login_views: dict[str, LoginView]

    #: Flashed when an anonymous user is redirected to the login view: a string, a lazy string, or a
    #: callable. ``None`` flashes nothing.
    login_message: t.Any

    #: The category of :attr:`login_message`.
    login_message_category: str

    #: Users whose login is not fresh are redirected here. ``None`` means to respond with 401.
    refresh_view: LoginView

    #: Flashed when a user is redirected to the refresh view. ``None`` flashes nothing.
    needs_refresh_message: t.Any

    #: The category of :attr:`needs_refresh_message`.
    needs_refresh_message_category: str

    #: ``"basic"``, ``"strong"`` or ``None``. The setting ``SESSION_PROTECTION`` overrides it.
    session_protection: str | t.Literal[False] | None

    #: The name of the user's method that returns the user's ID.
    id_attribute: str

    #: ``LOGIN_UNAUTHORIZED`` of blueprints, by name: ``"redirect"``, ``"auto"`` or ``"status"``.
    blueprint_unauthorized: dict[str, str]

    def __init__(
        self,
        app: Flask | None = None,
        add_context_processor: bool = True,
        *,
        records: Records | None = None,
    ) -> None:
        self._set_defaults()
        self._keep_records(records, _refusal.unavailable)

        if app is not None:
            self.init_app(app, add_context_processor)

    def _set_defaults(self) -> None:
        #: Called to make the anonymous user of a request. It may return ``None``.
        self.anonymous_user: Callable[[], t.Any] = AnonymousUserMixin
        self.login_view = None
        self.blueprint_login_views = {}
        self.login_message = LOGIN_MESSAGE
        self.login_message_category = LOGIN_MESSAGE_CATEGORY
        self.refresh_view = None
        self.needs_refresh_message = REFRESH_MESSAGE
        self.needs_refresh_message_category = REFRESH_MESSAGE_CATEGORY
        self.session_protection = "basic"
        #: Translates messages before they are flashed.
        self.localize_callback: Callable[[t.Any], t.Any] | None = None
        #: Returns the response for anonymous users. Set by :meth:`unauthorized_handler`.
        self.unauthorized_callback: ChallengeCallback | None = None
        #: Returns the response for stale logins. Set by :meth:`needs_refresh_handler`.
        self.needs_refresh_callback: ChallengeCallback | None = None
        self.id_attribute = ID_ATTRIBUTE
        self.blueprint_unauthorized = {}
        self._user_callback: UserCallback[U] | None = None
        self._request_callback: RequestCallback[U] | None = None
        self._header_callback: HeaderCallback[U] | None = None
        self._session_identifier_generator: Callable[[], str] = _create_identifier
        self._named_loaders: dict[str, _sources.NamedLoader] = {}
        self._closed_blueprints = set()
        self._declared_guards = []

    def init_app(self, app: Flask, add_context_processor: bool = True) -> None:
        """Register the hooks that an application needs. You can call it more than once.

        :param app: The application.
        :param add_context_processor: Whether templates get ``current_user``.
        :raises ValueError: If the value of a new setting is invalid, or contradicts another one.
        :raises TypeError: If the value of a new setting has the wrong type.
        """
        Settings(app.config).check()
        remember.check(Settings(app.config))
        find_mode(app, self.session_protection)
        self._register_records(app)
        app.login_manager = self  # type: ignore[attr-defined]
        app.extensions["login_manager"] = self

        register_commands(app)

        # Closed blueprints stay closed if another manager replaces this one.
        Gate.of(app).close(self._closed_blueprints)

        if (
            add_context_processor
            and _user_context_processor not in app.template_context_processors[None]
        ):
            app.context_processor(_user_context_processor)

    @property
    def current_user(self) -> U:
        """:data:`.current_user`, typed: with ``LoginManager[User]``, it is a ``User``."""
        return t.cast(U, current_user)

    @t.overload
    def user_loader(
        self, callback: Callable[[str], Coroutine[t.Any, t.Any, U | None]]
    ) -> Callable[[str], Coroutine[t.Any, t.Any, U | None]]: ...

    @t.overload
    def user_loader(self, callback: Callable[[str], U | None]) -> Callable[[str], U | None]: ...

    @t.overload
    def user_loader(self, callback: UserCallback[U]) -> UserCallback[U]: ...

    def user_loader(self, callback: t.Any) -> t.Any:
        """Register the function that finds a user by ID::

            @login_manager.user_loader
            def load_user(user_id):
                return db.session.get(User, int(user_id))

        It returns ``None`` if there is no such user, and may be ``async def``. An exception that it
        raises propagates: a broken database must not look like a logout.
        """
        self._user_callback = callback
        return callback

    @t.overload
    def request_loader(
        self, callback: Callable[[t.Any], Coroutine[t.Any, t.Any, U | None]]
    ) -> Callable[[t.Any], Coroutine[t.Any, t.Any, U | None]]: ...

    @t.overload
    def request_loader(
        self, callback: Callable[[t.Any], U | None]
    ) -> Callable[[t.Any], U | None]: ...

    @t.overload
    def request_loader(self, callback: RequestCallback[U]) -> RequestCallback[U]: ...

    def request_loader(self, callback: t.Any) -> t.Any:
        """Register the function that finds a user by the request, for example by an API key. It
        runs if neither the session nor a remember-me cookie identifies a user. The session is not
        changed. Sends :data:`.user_loaded_from_request`.
        """
        self._request_callback = callback
        return callback

    def unauthorized_handler(self, callback: C) -> C:
        """Register the function that makes the response of :meth:`unauthorized`."""
        self.unauthorized_callback = callback
        return callback

    def needs_refresh_handler(self, callback: C) -> C:
        """Register the function that makes the response of :meth:`needs_refresh`."""
        self.needs_refresh_callback = callback
        return callback

    def loader(
        self,
        name: str,
        *,
        challenge: str | None = None,
        vary: str | Collection[str] | None = None,
    ) -> LoaderDecorator[U]:
        """Register another request loader, under a name. It runs after :meth:`request_loader`,
        unless ``LOGIN_LOADER_ORDER`` says otherwise. ::

            @login_manager.loader("bearer", challenge='Bearer realm="api"', vary="Authorization")
            def load_by_token(request):
                ...

        :param name: The loader's name for :func:`.login_source` and ``LOGIN_LOADER_ORDER``.
        :param challenge: Sent with a 401 in ``WWW-Authenticate`` (RFC 9110, 11.6.1).
        :param vary: The request headers that it reads. Responses name them in ``Vary``.
        :raises ValueError: If the name is in use, or a header name is invalid.
        """
        if name in {*SESSION_SOURCES, "request"}:
            raise ValueError(f"A loader cannot be named '{name}': that name is reserved.")

        headers = as_header_names("vary", vary)

        def register(callback: t.Any) -> t.Any:
            loader = _sources.NamedLoader(name, callback, challenge, headers)
            _sources.add_loader(self._named_loaders, loader)
            return callback

        return register

    def unauthorized(self) -> ResponseReturnValue:
        """Return the response for an anonymous user. Call the :meth:`unauthorized_handler` if there
        is one. Otherwise redirect to the login view or respond with 401, as ``LOGIN_UNAUTHORIZED``
        says. Sends :data:`.user_unauthorized`.
        """
        visit = Visit.current()
        send(user_unauthorized, visit.app)

        if self.unauthorized_callback is not None:
            return t.cast(ResponseReturnValue, to_sync(visit.app, self.unauthorized_callback)())

        view = _refusal.find_for_blueprints(
            request_behind(request).blueprints, self.blueprint_login_views, self.login_view
        )
        reason = visit.reason or "no_login"
        return self._refuse(visit, view, self.login_message, self.login_message_category, reason)

    def needs_refresh(self) -> ResponseReturnValue:
        """Return the response for a user whose login is not fresh. Call the
        :meth:`needs_refresh_handler` if there is one. Otherwise redirect to the refresh view or
        respond with 401, as ``LOGIN_UNAUTHORIZED`` says. Sends :data:`.user_needs_refresh`.
        """
        visit = Visit.current()
        visit.stale = True
        send(user_needs_refresh, visit.app)

        if self.needs_refresh_callback is not None:
            return t.cast(ResponseReturnValue, to_sync(visit.app, self.needs_refresh_callback)())

        message, category = self.needs_refresh_message, self.needs_refresh_message_category
        return self._refuse(visit, self.refresh_view, message, category, "stale")

    def _refuse(
        self, visit: Visit, login_view: LoginView, message: t.Any, category: str, reason: str
    ) -> ResponseReturnValue:
        current = request_behind(request)
        refusal = _refusal.decide(visit, current, self, login_view, reason)

        # API users have no session to flash or to save 'next' in.
        if refusal.login_url is not None and not visit.from_request:
            text = _refusal.as_text(message, self.localize_callback)

            if text:
                flash(text, category=category)

            if visit.settings.use_session_for_next:
                _session.save_next(session, refusal.next)

        if refusal.response is not None:
            return refusal.response

        if refusal.login_url is None:
            # Werkzeug writes each challenge as a string.
            challenges: t.Any = refusal.challenges
            return abort(401, **({"www_authenticate": challenges} if challenges else {}))

        return redirect(refusal.login_url, code=_refusal.redirect_code(current.method))

    def counts_as_activity(self, request: Request) -> bool:
        """Return whether a request counts as activity for ``LOGIN_IDLE_TIMEOUT``. Override it, or
        mark single views with :func:`.no_activity`.
        """
        return True

    def _load_user(self) -> None:
        """Find the user of this request, and store it as ``g._login_user``."""
        if self._user_callback is None and not any(self._loaders()):
            raise MissingLoader(
                "Missing user_loader or request_loader. Register a callback with"
                " 'LoginManager.user_loader' or 'LoginManager.request_loader' to load users."
            )

        visit = Visit.current()

        # A receiver of 'user_accessed' may have loaded the user already.
        if user_accessed.receivers and _sources.announce(visit):
            return

        token = begin_search(visit)

        try:
            _sources.search(visit, self)
        finally:
            end_search(token)

    def _update_request_context_with_user(self, user: t.Any = None) -> None:
        """Set the user of this request. By default, it is an anonymous user."""
        keep_user(Visit.current(), self.anonymous_user() if user is None else user)

    def _load_user_from_remember_cookie(self, cookie: str) -> t.Any:
        """Find the user of a remember-me cookie, and restore the login. It is not fresh. Sends
        :data:`.user_loaded_from_cookie`.
        """
        return _sources.restore_login(Visit.current(), self, cookie)

    def _load_user_from_request(self, request: Request) -> t.Any:
        """Find a user by the ``request_loader``. Sends :data:`.user_loaded_from_request`."""
        return _sources.find_by_request(Visit.current(), self, request)

    def _load_user_from_header(self, header: str) -> t.Any:
        """Find a user by the deprecated ``header_loader``."""
        return _sources.find_by_header(Visit.current(), self, header)

    def _loaders(self) -> tuple[t.Any, ...]:
        return (
            self._user_callback,
            self._request_callback,
            self._header_callback,
            *(loader.callback for loader in self._named_loaders.values()),
        )

    def _session_protection_failed(self) -> bool:
        """Run session protection, and return whether it ended the login. Sends
        :data:`.session_protected` if it ended the login, or made it non-fresh.
        """
        return protect_session(Visit.current(), self)

    def _update_remember_cookie(self, response: Response) -> Response:
        """Set, renew or delete the remember-me cookie, if the request used the login."""
        visit = Visit.current()

        # An API user's response leaves the session, and the session user's cookie, alone.
        if not visit.from_request:
            settings = visit.settings
            renews = settings.cookie_refresh_each_request and _sources.is_activity(visit, self)
            visit.settle_cookie(current_request(), session_behind(session), renews=renews)

        if visit.owed is FORGET:
            self._clear_cookie(response)
        elif visit.owed is not None:
            self._set_cookie(response)

        return response

    def _set_cookie(self, response: Response) -> None:
        """Set the remember-me cookie for the user of the session."""
        visit = Visit.current()
        token = visit.owed

        if not isinstance(token, remember.Token):
            token = visit.new_token(session_behind(session))

        if token is None:
            return

        expires = datetime.now(timezone.utc) + timedelta(seconds=token.seconds_left)

        for problem in remember.write(response, visit.settings, token, expires):
            warn_once(visit.app, f"Browsers drop the remember-me cookie: {problem}.")

    def _clear_cookie(self, response: Response) -> None:
        """Delete the remember-me cookie."""
        remember.delete(response, Visit.current().settings)
