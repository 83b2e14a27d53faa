""":class:`LoginManager`: what developers set and register, and the steps that find the user of a
request.
"""

from __future__ import annotations

import logging
import typing as t
import warnings
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Coroutine
from datetime import timedelta
from datetime import timezone

from flask import abort
from flask import Blueprint
from flask import flash
from flask import Flask
from flask import has_app_context
from flask import redirect
from flask import Request
from flask import request
from flask import session
from flask.typing import ResponseReturnValue
from werkzeug.routing import BuildError
from werkzeug.wrappers import Response

from . import _refusal
from . import _session
from . import _sources
from . import _urls
from . import remember
from ._async import to_sync
from ._clock import Datetime as datetime
from ._context import behind
from ._context import current_flask
from ._context import current_request
from ._context import unwrap
from ._exemptions import find_target
from ._gate import Gate
from ._kept import begin_search
from ._kept import end_search
from ._kept import is_searching
from ._kept import keep_user
from ._kept import kept_user
from ._login import judge_browser
from ._login import new_login
from ._login import Verdict
from ._visit import FORGET
from ._visit import SESSION_SOURCES
from ._visit import Visit
from ._visit import warn_once
from .config import as_header_names
from .config import as_remembered_seconds
from .config import as_unauthorized
from .config import ID_ATTRIBUTE
from .config import LOADER_ORDER
from .config import LOGIN_MESSAGE
from .config import LOGIN_MESSAGE_CATEGORY
from .config import REFRESH_MESSAGE
from .config import REFRESH_MESSAGE_CATEGORY
from .config import Settings
from .mixins import AnonymousUserMixin
from .signals import send
from .signals import session_protected
from .signals import user_accessed
from .signals import user_needs_refresh
from .signals import user_unauthorized
from .typing import ChallengeCallback
from .typing import HeaderCallback
from .typing import LoginView
from .typing import RequestCallback
from .typing import U
from .typing import UserCallback
from .utils import _create_identifier
from .utils import _user_context_processor
from .utils import build_login_url
from .utils import current_user
from .utils import expand_login_view
from .utils import is_logged_in
from .utils import make_next_param

_logger = logging.getLogger("flask_login")

C = t.TypeVar("C", bound=Callable[..., t.Any])


class MissingLoader(Exception):
    """No loader is registered, so nobody can be found."""

    # No RuntimeError, which a proxy takes for being unbound: 'if current_user' would be false.


class LoaderDecorator(t.Protocol[U]):
    """What :meth:`LoginManager.loader` returns."""

    @t.overload
    def __call__(
        self, callback: Callable[[t.Any], Coroutine[t.Any, t.Any, U | None]]
    ) -> Callable[[t.Any], Coroutine[t.Any, t.Any, U | None]]: ...

    @t.overload
    def __call__(self, callback: Callable[[t.Any], U | None]) -> Callable[[t.Any], U | None]: ...

    def __call__(self, callback: t.Any) -> t.Any: ...


class LoginManager(t.Generic[U]):
    """Settings and callbacks of an application's logins.

    One manager can serve several applications: it keeps nothing of any of them.

    :param app: Call :meth:`init_app` on this application.
    :param add_context_processor: Whether templates know ``current_user``.
    """

    def __init__(self, app: Flask | None = None, add_context_processor: bool = True) -> None:
        #: Called for the user of a request that has none. It may return ``None``.
        self.anonymous_user: Callable[[], t.Any] = AnonymousUserMixin

        #: Where anonymous users are sent: an endpoint, a path or a URL, or what returns one when it
        #: is called. ``None`` answers with 401.
        self.login_view: LoginView = None

        #: Login views of blueprints, by name. Nested blueprints inherit from their parents, and
        #: blueprints without an entry use :attr:`login_view`.
        self.blueprint_login_views: dict[str, LoginView] = {}

        #: Flashed when an anonymous user is sent to the login view: a string, perhaps a lazy one,
        #: or what returns one when it is called. ``None`` flashes nothing.
        self.login_message: t.Any = LOGIN_MESSAGE

        #: The category of :attr:`login_message`.
        self.login_message_category: str = LOGIN_MESSAGE_CATEGORY

        #: Where users are sent whose login is not fresh. ``None`` answers with 401.
        self.refresh_view: LoginView = None

        #: Flashed when a user is sent to the refresh view. ``None`` flashes nothing.
        self.needs_refresh_message: t.Any = REFRESH_MESSAGE

        #: The category of :attr:`needs_refresh_message`.
        self.needs_refresh_message_category: str = REFRESH_MESSAGE_CATEGORY

        #: ``"basic"``, ``"strong"`` or ``None``. ``SESSION_PROTECTION`` in the config wins.
        self.session_protection: str | t.Literal[False] | None = "basic"

        #: Translates messages before they are flashed.
        self.localize_callback: Callable[[t.Any], t.Any] | None = None

        #: Answers anonymous users. Set by :meth:`unauthorized_handler`.
        self.unauthorized_callback: ChallengeCallback | None = None

        #: Answers users whose login is not fresh. Set by :meth:`needs_refresh_handler`.
        self.needs_refresh_callback: ChallengeCallback | None = None

        #: The method of a user that answers their ID.
        self.id_attribute: str = ID_ATTRIBUTE

        #: How blueprints answer callers who may not go on, by name, where it is not as
        #: ``LOGIN_UNAUTHORIZED`` says: ``"redirect"``, ``"auto"`` or ``"status"``.
        self.blueprint_unauthorized: dict[str, str] = {}

        self._user_callback: UserCallback[U] | None = None
        self._request_callback: RequestCallback[U] | None = None
        self._header_callback: HeaderCallback[U] | None = None
        self._session_identifier_generator: Callable[[], str] = _create_identifier
        self._named_loaders: dict[str, _sources.NamedLoader] = {}
        self._closed_blueprints: set[Blueprint] = set()

        if app is not None:
            self.init_app(app, add_context_processor)

    def init_app(self, app: Flask, add_context_processor: bool = True) -> None:
        """Register the hooks that an application needs. Doing so again registers nothing twice.

        :param app: The application.
        :param add_context_processor: Whether templates know ``current_user``.
        :raises ValueError: If a setting, or two together, cannot work. A setting of a wrong type
            raises :exc:`TypeError`.
        """
        Settings(app.config).check()
        remember.check(Settings(app.config))
        self._protection_mode(app)
        app.login_manager = self  # type: ignore[attr-defined]
        app.extensions["login_manager"] = self

        if "flask_login_gate" not in app.extensions:
            app.extensions["flask_login_gate"] = Gate(app)
            app.extensions["flask_login_gate"].register()

        # What is closed stays closed when another manager takes the application over.
        app.extensions["flask_login_gate"].close(self._closed_blueprints)

        if (
            add_context_processor
            and _user_context_processor not in app.template_context_processors[None]
        ):
            app.context_processor(_user_context_processor)

    @property
    def current_user(self) -> U:
        """:data:`.current_user`, as the type of user that this manager was annotated with, say
        ``LoginManager[User]``.
        """
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
        """Register what finds a user by ID::

            @login_manager.user_loader
            def load_user(user_id):
                return db.session.get(User, int(user_id))

        It returns ``None`` for an ID without a user, and may be ``async def``. What it raises is
        raised where the user was asked for.
        """
        self._user_callback = callback
        return callback

    @property
    def user_callback(self) -> UserCallback[U] | None:
        """What :meth:`user_loader` registered."""
        return self._user_callback

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
        """Register what finds a user by the request itself, say by an API key. It is asked if
        neither the session nor a remember-me cookie knows the user.
        """
        self._request_callback = callback
        return callback

    @property
    def request_callback(self) -> RequestCallback[U] | None:
        """What :meth:`request_loader` registered."""
        return self._request_callback

    def unauthorized_handler(self, callback: C) -> C:
        """Register what answers anonymous users in place of :meth:`unauthorized`'s redirect."""
        self.unauthorized_callback = callback
        return callback

    def needs_refresh_handler(self, callback: C) -> C:
        """Register what answers users whose login is not fresh in place of
        :meth:`needs_refresh`'s redirect.
        """
        self.needs_refresh_callback = callback
        return callback

    def loader(
        self,
        name: str,
        *,
        challenge: str | None = None,
        vary: str | Collection[str] | None = None,
    ) -> LoaderDecorator[U]:
        """Register one more request loader, under a name. It is asked after :meth:`request_loader`,
        unless ``LOGIN_LOADER_ORDER`` says otherwise. ::

            @login_manager.loader("bearer", challenge='Bearer realm="api"', vary="Authorization")
            def load_by_token(request):
                ...

        :param name: What :func:`.login_source` and ``LOGIN_LOADER_ORDER`` call it.
        :param challenge: What a 401 says in ``WWW-Authenticate`` (RFC 9110, 11.6.1).
        :param vary: The names of the headers that it reads, for ``Vary``.
        :raises ValueError: If the name is in use, or a header cannot have such a name.
        """
        if name in {*SESSION_SOURCES, "request"}:
            raise ValueError(f"A loader cannot be called '{name}', which is another way in.")

        headers = as_header_names("vary", vary)

        def register(callback: t.Any) -> t.Any:
            known = self._named_loaders.get(name)

            # An application factory registers the same function anew in each application.
            if known is not None and not _is_same_code(known.callback, callback):
                raise ValueError(f"There is a loader called '{name}' already.")

            loader = _sources.NamedLoader(name, callback, challenge, headers)
            self._named_loaders[name] = loader
            return callback

        return register

    def require_login(self, blueprint: Blueprint) -> None:
        """Let only logged-in users enter the views of a blueprint, and of those nested in it.

        Views marked by :func:`.login_exempt` stay open. For the whole application, set
        ``LOGIN_REQUIRED_BY_DEFAULT``.

        :raises TypeError: If it is a name, which would close nothing.
        """
        if not isinstance(blueprint, Blueprint):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"'require_login' takes a Blueprint, not {blueprint!r}.")

        self._closed_blueprints.add(blueprint)

    def unauthorized(self) -> ResponseReturnValue:
        """Answer an anonymous user: by the :meth:`unauthorized_handler`, else as
        ``LOGIN_UNAUTHORIZED`` says: by a redirect to the login view, or with 401. Sends
        :data:`.user_unauthorized`.
        """
        visit = Visit.current()
        send(user_unauthorized, visit.app)

        if self.unauthorized_callback is not None:
            return t.cast(ResponseReturnValue, to_sync(visit.app, self.unauthorized_callback)())

        view = _refusal.find_for_blueprints(
            behind(request).blueprints, self.blueprint_login_views, self.login_view
        )
        reason = visit.reason or "no_login"
        return self._refuse(visit, view, self.login_message, self.login_message_category, reason)

    def needs_refresh(self) -> ResponseReturnValue:
        """Answer a user whose login is not fresh: by the :meth:`needs_refresh_handler`, else as
        ``LOGIN_UNAUTHORIZED`` says: by a redirect to the refresh view, or with 401. Sends
        :data:`.user_needs_refresh`.
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
        current = behind(request)
        mode, caller = self._find_caller(visit, current)
        view = None

        if caller is not _refusal.Caller.CLIENT:
            view = self._find_view(visit, current, login_view)

        if caller is _refusal.Caller.PAGE and view:
            url = self._find_login_url(visit, current, view, message, category, caller)
            return redirect(url, code=_refusal.redirect_code(current.method))

        if caller is _refusal.Caller.PAGE:
            # Without a challenge by default, as ever. Werkzeug writes each of them as a string.
            abort(401, **({} if mode == "redirect" else {"www_authenticate": self._challenges()}))

        response = _refusal.status_answer(visit.app, current, 401, reason, self._challenges())

        if view:
            url = self._find_login_url(visit, current, view, message, category, caller)
            response.headers["HX-Redirect"] = _urls.normalize(url)

        return response

    def _answer_forbidden(self, reason: str | None) -> ResponseReturnValue:
        """Answer a user who is logged in, and may not go on all the same."""
        visit = Visit.current()
        current = behind(request)
        _, caller = self._find_caller(visit, current)

        if caller is _refusal.Caller.PAGE:
            abort(403, reason)

        return _refusal.status_answer(visit.app, current, 403, reason)

    def _find_caller(self, visit: Visit, current: Request) -> tuple[str, _refusal.Caller]:
        """How blueprints answer, and whom. The response, which may be an error page of the
        application's, says what that depends on.
        """
        mode = default = visit.settings.unauthorized

        if self.blueprint_unauthorized:
            found = _refusal.find_for_blueprints(
                current.blueprints, self.blueprint_unauthorized, default
            )
            mode = as_unauthorized("blueprint_unauthorized", found)

        caller = _refusal.tell_caller(current, mode)

        if mode != "redirect":
            visit.refused = True
            looked_at = [name for loader in self._named_loaders.values() for name in loader.vary]
            visit.vary += (*_refusal.consulted(caller, mode), *looked_at)

        return mode, caller

    def _challenges(self) -> list[str]:
        challenges = [loader.challenge for loader in self._named_loaders.values()]
        return [challenge for challenge in challenges if challenge] or [_refusal.COOKIE_CHALLENGE]

    def _find_view(self, visit: Visit, current: Request, login_view: LoginView) -> str | None:
        """The login view, which is computed now if it is a callable or a proxy."""
        view: str | None = _evaluate(login_view)

        if not view or view is login_view:
            return view

        # What a callable makes of a request is not to be trusted.
        if not _urls.is_usable(view):
            _logger.warning(
                "The callable that is the login view returned %r, which is no endpoint, path or"
                " URL. The answer is 401 instead.",
                view,
            )
            return None

        rule = find_target(visit.app, current, view, _expand(view))
        gate: Gate | None = visit.app.extensions.get("flask_login_gate")

        if rule and gate and gate.closes(rule, "GET") and not is_logged_in():
            raise RuntimeError(
                f"The callable that is the login view returned '{view}', which is closed itself,"
                " so that nobody could log in: mark its view with 'login_exempt'."
            )

        return view

    def _find_login_url(
        self,
        visit: Visit,
        current: Request,
        view: str,
        message: t.Any,
        category: str,
        caller: _refusal.Caller,
    ) -> str:
        """Where to log in, after which the user comes back. There, they see the message."""
        settings = visit.settings
        login_url = _expand(view)
        target = _refusal.next_target(visit.app, current, login_url, caller)

        # API users have no session to flash or to save 'next' in.
        if not visit.from_request:
            self._flash(_evaluate(message), category)

            if settings.use_session_for_next:
                _session.save_next(session, target and make_next_param(login_url, target))
                target = None

        field = settings.next_param
        return build_login_url(login_url, None if field is None else target, field or "next")

    def _flash(self, message: t.Any, category: str) -> None:
        if message and self.localize_callback is not None:
            message = self.localize_callback(message)

        if message:
            # A session cannot hold lazy strings. Other strings keep their type, such as Markup.
            flash(message if isinstance(message, str) else str(message), category=category)

    def counts_as_activity(self, request: Request) -> bool:
        """Whether a request keeps a session from idling out. Override it, or mark single views
        with :func:`.no_activity`.
        """
        return True

    def _load_user(self) -> None:
        """Find the user of this request, and make them ``g._login_user``."""
        if self._user_callback is None and not any(self._loaders()):
            raise MissingLoader(
                "Missing user_loader or request_loader. Register a callback with"
                " 'LoginManager.user_loader' or 'LoginManager.request_loader' to load users."
            )

        visit = Visit.current()

        # A receiver that asks for the user has them loaded.
        if user_accessed.receivers and _announce(visit):
            return

        token = begin_search(visit)

        try:
            self._search(visit)
        finally:
            end_search(token)

    def _search(self, visit: Visit) -> None:
        order = visit.settings.loader_order

        if self._named_loaders or order is not LOADER_ORDER:
            order = _sources.with_named_loaders(order, self._named_loaders)

        times_kept = visit.times_kept

        for name in order:
            reads_session = name in SESSION_SOURCES

            if reads_session and visit.protection_failed is None:
                visit.protection_failed = self._session_protection_failed()

            # A stolen session ends the search. Nobody else is who they seem to be, either.
            if visit.protection_failed:
                break

            source = _SOURCES[name] if name in _SOURCES else self._named_loaders[name]
            user = source.find(visit, self)

            # A source may have settled who it is, or a loader may have logged someone in or out.
            if visit.times_kept != times_kept and not is_searching(visit):
                return

            if user is not None:
                visit.settle(name, from_request=not reads_session)
                return self._update_request_context_with_user(user)

        self._update_request_context_with_user()

    def _update_request_context_with_user(self, user: t.Any = None) -> None:
        """Make someone, by default an anonymous user, the user of this request."""
        keep_user(Visit.current(), self.anonymous_user() if user is None else user)

    def _load_user_from_remember_cookie(self, cookie: str) -> t.Any:
        """Find the user that a remember-me cookie speaks of, and restore their login, not fresh.
        Sends :data:`.user_loaded_from_cookie`.
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
        """Whether session protection has ended the login. Sends :data:`.session_protected` if it
        did, or made it non-fresh.
        """
        visit = Visit.current()
        stored = visit.session
        mode = self._protection_mode(visit.app)

        # Without a user loader, the session is the application's alone.
        if mode is None or self._user_callback is None or not _session.carries_login(stored):
            return False

        recorded = _session.identifier(stored)
        current = self._session_identifier_generator()

        # As a rule, it is the same browser.
        if recorded == current:
            return False

        verdict = judge_browser(
            mode,
            recorded=recorded,
            current=current,
            permanent=getattr(stored, "permanent", False),
            fresh=_session.is_fresh(stored),
        )

        if verdict is Verdict.ACCEPT:
            return False

        if verdict is Verdict.DEMOTE:
            _session.demote(stored)
        else:
            visit.end(stored, "protection", current_request())

        send(session_protected, visit.app)
        return verdict is Verdict.END

    def _protection_mode(self, app: Flask) -> str | None:
        config: t.Any = app.config
        mode: t.Any = self.session_protection

        if "SESSION_PROTECTION" in config:
            mode = config["SESSION_PROTECTION"]

        if not mode or mode == "none":
            return None

        if mode in ("basic", "strong"):
            return str(mode)

        warn_once(
            app,
            f"Session protection {mode!r} is not a mode, and protects as 'basic'. Set"
            " 'SESSION_PROTECTION' to 'basic', 'strong' or None.",
        )
        return "basic"

    def _update_remember_cookie(self, response: Response) -> Response:
        """Set, renew or delete the remember-me cookie. Called with the response to each request
        that had to do with a login.
        """
        visit = Visit.current()

        # An API user's response leaves the session user's cookie alone.
        if visit.from_request and visit.owed is not FORGET:
            return response

        stored = behind(session)
        intent = _session.take_remember_intent(stored)

        if intent == "set" and _session.carries_login(stored):
            visit.owed = None
            self._set_cookie(response)
            return response

        if intent == "clear" or visit.owed is FORGET:
            self._clear_cookie(response)
            return response

        if visit.settings.cookie_refresh_each_request and _sources.is_activity(visit, self):
            token = visit.find_token(current_request(), stored)

            if token is not None:
                visit.owe(remember.prolong(token), stored)

        if visit.owed is not None:
            self._set_cookie(response)

        return response

    def _set_cookie(self, response: Response) -> None:
        """Set the remember-me cookie for the user of the session."""
        visit = Visit.current()
        settings = visit.settings
        token = visit.owed if isinstance(visit.owed, remember.Token) else self._new_token(settings)

        if token is None:
            return

        expires = datetime.now(timezone.utc) + timedelta(seconds=token.seconds_left)

        for problem in remember.write(response, settings, token, expires):
            warn_once(visit.app, f"Browsers drop the remember-me cookie: {problem}.")

    def _new_token(self, settings: Settings) -> remember.Token | None:
        stored = behind(session)
        seconds = _session.remember_seconds(stored)

        if seconds is None:
            duration = settings.cookie_duration
        else:
            duration = as_remembered_seconds("duration", seconds)

        if not _session.carries_login(stored):
            raise LookupError("Nobody is logged in whom a remember-me cookie could remember.")

        login = _session.find_login(stored) or new_login(_session.user_id(stored), settings)
        return None if duration is None else remember.new_token(login, duration)

    def _clear_cookie(self, response: Response) -> None:
        """Delete the remember-me cookie."""
        remember.delete(response, Visit.current().settings)

    # What follows is deprecated, and kept for those who still call it.

    def header_loader(self, callback: C) -> C:
        """Register what finds a user by the ``Authorization`` header.

        .. deprecated:: 0.4
            Use :meth:`request_loader`.
        """
        _warn("LoginManager.header_loader", "LoginManager.request_loader")
        self._header_callback = callback
        return callback

    def setup_app(self, app: Flask, add_context_processor: bool = True) -> None:
        """Call :meth:`init_app`.

        .. deprecated:: 0.2
            Use :meth:`init_app`.
        """
        _warn("LoginManager.setup_app", "LoginManager.init_app")
        self.init_app(app, add_context_processor)

    @property
    def _login_disabled(self) -> bool:
        _warn("LoginManager._login_disabled", "app.config['LOGIN_DISABLED']")
        return has_app_context() and Settings(current_flask().config).login_disabled

    @_login_disabled.setter
    def _login_disabled(self, value: bool) -> None:
        _warn("LoginManager._login_disabled", "app.config['LOGIN_DISABLED']")
        current_flask().config["LOGIN_DISABLED"] = value


def _evaluate(value: t.Any) -> t.Any:
    """The value of a setting that may be a callable, to be asked in each request, or a proxy."""
    value = unwrap(value)
    return unwrap(value()) if callable(value) else value


def _expand(login_view: str) -> str:
    try:
        return expand_login_view(login_view)
    except BuildError as error:
        # An endpoint that needs arguments is there.
        if error.endpoint in current_flask().view_functions:
            raise

        raise LookupError(
            f"There is no endpoint '{login_view}' to send users to. Correct 'login_view',"
            " 'refresh_view' or 'blueprint_login_views'."
        ) from error


def _warn(old: str, new: str) -> None:
    warnings.warn(f"'{old}' is deprecated. Use '{new}' instead.", DeprecationWarning, stacklevel=3)


def _announce(visit: Visit) -> bool:
    """Send :data:`.user_accessed`, and tell whether a receiver changed who the user is."""
    if visit.announcing:
        return False

    before = kept_user()
    visit.announcing = True

    try:
        send(user_accessed, visit.app)
    finally:
        visit.announcing = False

    return kept_user() is not before


def _is_same_code(some: t.Any, other: t.Any) -> bool:
    return getattr(some, "__code__", some) is getattr(other, "__code__", other)


_SOURCES: dict[str, _sources.Source] = {
    "session": _sources.FromSession(),
    "remember": _sources.FromRememberCookie(),
    "request": _sources.FromRequest(),
}
