""":class:`LoginManager`: what developers set and register, and the steps that find the user of a
request.
"""

from __future__ import annotations

import typing as t
import warnings
from collections.abc import Callable
from datetime import datetime
from datetime import timezone
from inspect import iscoroutinefunction

from flask import abort
from flask import flash
from flask import Flask
from flask import has_app_context
from flask import redirect
from flask import Request
from flask import request
from flask import session
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from . import _challenge
from . import _policy
from . import _session
from . import remember
from ._hooks import Hooks
from ._request import drop_user
from ._request import get_state
from ._request import LoginState
from ._request import store_user
from ._request import stored_user
from ._request import the_app
from ._request import unwrap
from .config import as_duration
from .config import ID_ATTRIBUTE
from .config import LOGIN_MESSAGE
from .config import LOGIN_MESSAGE_CATEGORY
from .config import REFRESH_MESSAGE
from .config import REFRESH_MESSAGE_CATEGORY
from .config import Settings
from .mixins import AnonymousUserMixin
from .mixins import is_nobody
from .signals import _user_loaded_from_header
from .signals import send
from .signals import session_protected
from .signals import user_accessed
from .signals import user_loaded_from_cookie
from .signals import user_loaded_from_request
from .signals import user_needs_refresh
from .signals import user_unauthorized
from .typing import ChallengeCallback
from .typing import HeaderCallback
from .typing import RequestCallback
from .typing import UserCallback
from .utils import _create_identifier
from .utils import _user_context_processor
from .utils import change_session_id
from .utils import encode_cookie
from .utils import expand_login_view
from .utils import forget_cookie
from .utils import is_remembered
from .utils import login_url as make_login_url
from .utils import make_next_param

C = t.TypeVar("C", bound=Callable[..., t.Any])

_NOT_LOADED: t.Any = object()


class LoginManager:
    """Settings and callbacks of an application's logins.

    One manager can serve several applications: it keeps nothing of any of them.

    :param app: Call :meth:`init_app` on this application.
    :param add_context_processor: Whether templates know ``current_user``.
    """

    def __init__(self, app: Flask | None = None, add_context_processor: bool = True) -> None:
        #: Called for the user of a request that has none. It may return ``None``.
        self.anonymous_user: Callable[[], t.Any] = AnonymousUserMixin

        #: Where anonymous users are sent: an endpoint, a path or a URL. ``None`` answers with 401.
        self.login_view: str | None = None

        #: Login views of blueprints, by name. Nested blueprints inherit from their parents, and
        #: blueprints without an entry use :attr:`login_view`.
        self.blueprint_login_views: dict[str, str | None] = {}

        #: Flashed when an anonymous user is sent to the login view. ``None`` flashes nothing.
        self.login_message: t.Any = LOGIN_MESSAGE

        #: The category of :attr:`login_message`.
        self.login_message_category: str = LOGIN_MESSAGE_CATEGORY

        #: Where users are sent whose login is not fresh. ``None`` answers with 401.
        self.refresh_view: str | None = None

        #: Flashed when a user is sent to the refresh view. ``None`` flashes nothing.
        self.needs_refresh_message: t.Any = REFRESH_MESSAGE

        #: The category of :attr:`needs_refresh_message`.
        self.needs_refresh_message_category: str = REFRESH_MESSAGE_CATEGORY

        #: ``"basic"``, ``"strong"`` or ``None``. ``SESSION_PROTECTION`` in the config wins.
        self.session_protection: str | None = "basic"

        #: Translates messages before they are flashed.
        self.localize_callback: Callable[[t.Any], t.Any] | None = None

        #: Answers anonymous users. Set by :meth:`unauthorized_handler`.
        self.unauthorized_callback: ChallengeCallback | None = None

        #: Answers users whose login is not fresh. Set by :meth:`needs_refresh_handler`.
        self.needs_refresh_callback: ChallengeCallback | None = None

        #: The method of a user that answers their ID.
        self.id_attribute: str = ID_ATTRIBUTE

        self._user_callback: UserCallback | None = None
        self._request_callback: RequestCallback | None = None
        self._header_callback: HeaderCallback | None = None
        self._session_identifier_generator: Callable[[], str] = _create_identifier
        self._known_loaders: tuple[t.Any, ...] = ()
        self._known_async = False

        if app is not None:
            self.init_app(app, add_context_processor)

    def init_app(self, app: Flask, add_context_processor: bool = True) -> None:
        """Register the hooks that an application needs. Doing so again registers nothing twice.

        :param app: The application.
        :param add_context_processor: Whether templates know ``current_user``.
        :raises ValueError: If ``SESSION_PROTECTION`` is set to something else than it can be.
        """
        self._protection_mode(app)
        app.login_manager = self  # type: ignore[attr-defined]

        if "login_manager" not in app.extensions:
            Hooks(app).register()

        app.extensions["login_manager"] = self

        if (
            add_context_processor
            and _user_context_processor not in app.template_context_processors[None]
        ):
            app.context_processor(_user_context_processor)

    def user_loader(self, callback: C) -> C:
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
    def user_callback(self) -> UserCallback | None:
        """What :meth:`user_loader` registered."""
        return self._user_callback

    def request_loader(self, callback: C) -> C:
        """Register what finds a user by the request itself, say by an API key. It is asked if
        neither the session nor a remember-me cookie knows the user.
        """
        self._request_callback = callback
        return callback

    @property
    def request_callback(self) -> RequestCallback | None:
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

    def unauthorized(self) -> ResponseReturnValue:
        """Answer an anonymous user: by the :meth:`unauthorized_handler`, else by a redirect to the
        login view, else with 401. Sends :data:`.user_unauthorized`.
        """
        app = the_app()
        send(user_unauthorized, app)

        if self.unauthorized_callback is not None:
            return t.cast(ResponseReturnValue, app.ensure_sync(self.unauthorized_callback)())

        view = _challenge.find_login_view(
            request.blueprints, self.blueprint_login_views, self.login_view
        )
        return self._redirect_to(view, self.login_message, self.login_message_category)

    def needs_refresh(self) -> ResponseReturnValue:
        """Answer a user whose login is not fresh: by the :meth:`needs_refresh_handler`, else by a
        redirect to the refresh view, else with 401. Sends :data:`.user_needs_refresh`.
        """
        app = the_app()
        send(user_needs_refresh, app)

        if self.needs_refresh_callback is not None:
            return t.cast(ResponseReturnValue, app.ensure_sync(self.needs_refresh_callback)())

        return self._redirect_to(
            self.refresh_view, self.needs_refresh_message, self.needs_refresh_message_category
        )

    def _redirect_to(self, view: str | None, message: t.Any, category: str) -> ResponseReturnValue:
        if not view:
            abort(401)

        if message:
            # Messages may be lazy strings, which a session cannot hold.
            localize = self.localize_callback or str
            flash(str(localize(message)), category=category)

        app = the_app()
        target = _challenge.return_url(app, unwrap(request))

        if Settings(app.config).use_session_for_next:
            saved = target and make_next_param(expand_login_view(view), target)
            _session.save_next(session, saved)
            target = None

        return redirect(
            make_login_url(view, next_url=target), code=_challenge.redirect_code(request.method)
        )

    def _load_user(self) -> None:
        """Find the user of this request, and make them ``g._login_user``."""
        callbacks = (self._user_callback, self._request_callback, self._header_callback)

        if callbacks == (None, None, None):
            raise RuntimeError(
                "Missing user_loader or request_loader. Register a callback with"
                " 'LoginManager.user_loader' or 'LoginManager.request_loader' to load users."
            )

        state = get_state()

        if not state.announcing:
            state.announcing = True

            try:
                send(user_accessed, the_app())
            finally:
                state.announcing = False

            # A receiver that asked for the user has had them loaded.
            if stored_user(_NOT_LOADED) is not _NOT_LOADED:
                return

        # A loader that asks for the user is told what is known so far: nobody.
        store_user(self.anonymous_user())
        state.searching = True

        try:
            self._find_user(state)
        finally:
            # A search that failed is made again on the next use.
            if state.searching:
                state.searching = False
                drop_user()

    def _find_user(self, state: LoginState) -> None:
        state.protection_failed = self._session_protection_failed()

        if not state.protection_failed:
            for source, step in (
                ("session", self._load_user_from_session),
                ("remember", self._load_remembered_user),
                ("request", self._load_requesting_user),
            ):
                self._settle(step(), source)

                if not state.searching:
                    return

        self._update_request_context_with_user()

    def _settle(self, user: t.Any, source: str) -> None:
        """End the search for the user of this request, if ``user`` is somebody and nothing else
        has ended it: a loader may itself have logged someone in or out, and that stands.
        """
        state = get_state()

        if state.searching and not is_nobody(user):
            state.source = source
            self._update_request_context_with_user(user)

    def _load_user_from_session(self) -> t.Any:
        login = unwrap(session)

        if self._user_callback is None or not _session.carries_login(login):
            return None

        user = self._ask(self._user_callback, _session.user_id(login), "user_loader", "session")

        if is_nobody(user):
            # The user is gone. A deletion of their cookie that is still owed is not.
            get_state().forget |= _session.remember_intent(login) == "clear"
            _session.discard(login)

        return user

    def _load_remembered_user(self) -> t.Any:
        app = the_app()
        cookie = unwrap(request).cookies.get(Settings(app.config).cookie_name)
        state = get_state()

        if self._user_callback is None or cookie is None or state.forget:
            return None

        if _session.remember_intent(unwrap(session)) == "clear":
            return None

        user = self._load_user_from_remember_cookie(cookie)
        state.forget |= is_nobody(user) and state.searching
        return user

    def _load_user_from_remember_cookie(self, cookie: str) -> t.Any:
        """Find the user that a remember-me cookie speaks of, and resume their login, not fresh.
        Sends :data:`.user_loaded_from_cookie`.
        """
        app = the_app()
        user_id = remember.decode(cookie, remember.secret_keys(Settings(app.config)))

        if self._user_callback is None or user_id is None:
            return None

        login = unwrap(session)
        state = get_state()
        searching = state.searching
        take_back = _session.resume(login, user_id)
        user = None

        try:
            user = self._ask(self._user_callback, user_id, "user_loader", "remember-me cookie")
        finally:
            if is_nobody(user) and state.searching is searching:
                take_back()

        if is_nobody(user) or state.searching is not searching:
            return None

        _session.bind(login, self._session_identifier_generator())
        change_session_id(app, login)
        self._settle(user, "remember")
        send(user_loaded_from_cookie, app, user=user)
        return user

    def _load_requesting_user(self) -> t.Any:
        user = self._load_user_from_request(unwrap(request))
        app = the_app()
        header = request.headers.get(Settings(app.config).auth_header_name)

        if is_nobody(user) and self._header_callback is not None and header is not None:
            user = self._load_user_from_header(header)

        return user

    def _load_user_from_request(self, request: Request) -> t.Any:
        """Find a user by the request itself. Sends :data:`.user_loaded_from_request`."""
        if self._request_callback is None:
            return None

        user = self._ask(self._request_callback, request, "request_loader", "request")

        if is_nobody(user):
            return None

        self._settle(user, "request")
        send(user_loaded_from_request, the_app(), user=user)
        return user

    def _load_user_from_header(self, header: str) -> t.Any:
        if self._header_callback is None:
            return None

        user = self._ask(self._header_callback, header, "header_loader", "header")

        if is_nobody(user):
            return None

        self._settle(user, "request")
        send(_user_loaded_from_header, the_app(), user=user)
        return user

    def _ask(self, callback: Callable[..., t.Any], argument: t.Any, kind: str, where: str) -> t.Any:
        """Call a loader, and tell of it in what it raises."""
        try:
            return the_app().ensure_sync(callback)(argument)
        except Exception as error:
            name = getattr(callback, "__qualname__", repr(callback))
            note = f"Raised by the {kind} {name!r}, asked for the user of the {where}."
            # 'add_note' is there from Python 3.11 on, and does just this.
            error.__notes__ = [*getattr(error, "__notes__", ()), note]  # type: ignore[attr-defined]
            raise

    def _update_request_context_with_user(self, user: t.Any = None) -> None:
        """Make someone, by default an anonymous user, the user of this request."""
        store_user(self.anonymous_user() if is_nobody(user) else user)

    def _has_async_loader(self) -> bool:
        """Whether finding the user may need an event loop. Loaders are told apart once."""
        loaders = (self._user_callback, self._request_callback, self._header_callback)

        if loaders != self._known_loaders:
            self._known_loaders = loaders
            self._known_async = any(map(iscoroutinefunction, loaders))

        return self._known_async

    def _session_protection_failed(self) -> bool:
        """Whether session protection has ended the login. Sends :data:`.session_protected` if it
        did, or made it non-fresh.
        """
        app = the_app()
        login = unwrap(session)
        mode = self._protection_mode(app)

        if mode is None or not _session.carries_login(login):
            return False

        verdict = _policy.judge(
            mode,
            recorded=_session.identifier(login),
            current=self._session_identifier_generator(),
            permanent=login.permanent,
            fresh=_session.is_fresh(login),
        )

        if verdict is _policy.Verdict.ACCEPT:
            return False

        if verdict is _policy.Verdict.DEMOTE:
            _session.demote(login)
        else:
            _session.discard(login)
            forget_cookie(app, login)

        send(session_protected, app)
        return verdict is _policy.Verdict.END

    def _protection_mode(self, app: Flask) -> str | None:
        if "SESSION_PROTECTION" in app.config:
            return _policy.protection_mode("SESSION_PROTECTION", app.config["SESSION_PROTECTION"])

        return _policy.protection_mode("session_protection", self.session_protection)

    def _update_remember_cookie(self, response: Response) -> Response:
        """Set, renew or delete the remember-me cookie. Called with the response to each request
        that had to do with a login.
        """
        app = the_app()
        login = unwrap(session)
        state = get_state()
        intent = _session.take_remember_intent(login)

        if intent == "set" and _session.carries_login(login):
            self._set_cookie(response)
        elif intent == "clear" or state.forget:
            self._clear_cookie(response)
        elif (
            Settings(app.config).cookie_refresh_each_request
            and state.source != "request"
            and is_remembered(app, login)
        ):
            self._set_cookie(response)

        return response

    def _set_cookie(self, response: Response) -> None:
        """Set the remember-me cookie for the user of the session."""
        app = the_app()
        settings = Settings(app.config)
        login = unwrap(session)
        seconds = _session.remember_seconds(login)

        if seconds is None:
            duration = settings.cookie_duration
        else:
            duration = as_duration("duration", seconds)

        expires = datetime.now(timezone.utc) + duration
        remember.write(response, settings, encode_cookie(str(_session.user_id(login))), expires)

    def _clear_cookie(self, response: Response) -> None:
        """Delete the remember-me cookie."""
        remember.delete(response, Settings(the_app().config))

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
        return has_app_context() and Settings(the_app().config).login_disabled

    @_login_disabled.setter
    def _login_disabled(self, value: bool) -> None:
        _warn("LoginManager._login_disabled", "app.config['LOGIN_DISABLED']")
        the_app().config["LOGIN_DISABLED"] = value


def _warn(old: str, new: str) -> None:
    warnings.warn(f"'{old}' is deprecated. Use '{new}' instead.", DeprecationWarning, stacklevel=3)
