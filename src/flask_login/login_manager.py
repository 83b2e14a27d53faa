""":class:`LoginManager`: what developers set and register, and the steps that find the user of a
request.
"""

from __future__ import annotations

import logging
import typing as t
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Coroutine
from datetime import timedelta
from datetime import timezone

from flask import abort
from flask import Blueprint
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
from ._clock import Datetime as datetime
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


class LoginManager(RecordedLogins, DeprecatedNames[U], t.Generic[U]):
    """Settings and callbacks of an application's logins.

    One can serve several applications: it keeps nothing of any of them.

    :param app: Call :meth:`init_app` on this application.
    :param add_context_processor: Whether templates know ``current_user``.
    :param records: A store, in which each login is on record. See :mod:`flask_login.records`.
    """

    #: Where anonymous users are sent: an endpoint, a path, a URL, or a callable. ``None``: 401.
    login_view: LoginView

    #: Login views of blueprints, by name. Nested blueprints inherit from their parents, and others
    #: use :attr:`login_view`.
    blueprint_login_views: dict[str, LoginView]

    #: Flashed when an anonymous user is sent to the login view: a string, perhaps a lazy one, or a
    #: callable. ``None`` flashes nothing.
    login_message: t.Any

    #: The category of :attr:`login_message`.
    login_message_category: str

    #: Where users are sent whose login is not fresh. ``None``: 401.
    refresh_view: LoginView

    #: Flashed when a user is sent to the refresh view. ``None`` flashes nothing.
    needs_refresh_message: t.Any

    #: The category of :attr:`needs_refresh_message`.
    needs_refresh_message_category: str

    #: ``"basic"``, ``"strong"`` or ``None``. ``SESSION_PROTECTION`` in the config wins.
    session_protection: str | t.Literal[False] | None

    #: The method of a user that answers their ID.
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
        #: Called for the user of a request that has none. It may return ``None``.
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
        #: Answers anonymous users. Set by :meth:`unauthorized_handler`.
        self.unauthorized_callback: ChallengeCallback | None = None
        #: Answers users whose login is not fresh. Set by :meth:`needs_refresh_handler`.
        self.needs_refresh_callback: ChallengeCallback | None = None
        self.id_attribute = ID_ATTRIBUTE
        self.blueprint_unauthorized = {}
        self._user_callback: UserCallback[U] | None = None
        self._request_callback: RequestCallback[U] | None = None
        self._header_callback: HeaderCallback[U] | None = None
        self._session_identifier_generator: Callable[[], str] = _create_identifier
        self._named_loaders: dict[str, _sources.NamedLoader] = {}
        self._closed_blueprints: set[Blueprint] = set()

    def init_app(self, app: Flask, add_context_processor: bool = True) -> None:
        """Register the hooks that an application needs. Doing so again registers nothing twice.

        :param app: The application.
        :param add_context_processor: Whether templates know ``current_user``.
        :raises ValueError: If a setting, or two together, cannot work. A setting of a wrong type
            raises :exc:`TypeError`.
        """
        Settings(app.config).check()
        remember.check(Settings(app.config))
        find_mode(app, self.session_protection)
        self._register_records(app)
        app.login_manager = self  # type: ignore[attr-defined]
        app.extensions["login_manager"] = self

        # What is closed stays closed when another manager takes the application over.
        Gate.of(app).close(self._closed_blueprints)

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
            loader = _sources.NamedLoader(name, callback, challenge, headers)
            _sources.add_loader(self._named_loaders, loader)
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
            request_behind(request).blueprints, self.blueprint_login_views, self.login_view
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
        if user_accessed.receivers and _sources.announce(visit):
            return

        token = begin_search(visit)

        try:
            _sources.search(visit, self)
        finally:
            end_search(token)

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
        return protect_session(Visit.current(), self)

    def _update_remember_cookie(self, response: Response) -> Response:
        """Set, renew or delete the remember-me cookie. Called with the response to each request
        that had to do with a login.
        """
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
