"""The steps that find the user of a request: session protection, the session, the remember-me
cookie, the request itself.
"""

from __future__ import annotations

import logging
import typing as t
from collections.abc import Callable
from collections.abc import Collection
from contextlib import suppress
from types import CoroutineType

from blinker import NamedSignal
from flask import Flask
from flask import Request

from . import _clock
from . import _policy
from . import _session
from . import _views
from . import remember
from ._async import wait_for
from ._login import change_session_id
from ._login import forget_cookie
from ._login import is_other
from ._request import begin_search
from ._request import end_search
from ._request import get_state
from ._request import is_searching
from ._request import LoginState
from ._request import store_user
from ._request import stored_user
from ._request import the_app
from ._request import the_context
from ._request import the_request
from ._request import the_session
from ._stamp import digest_of
from ._stamp import find_stamp
from ._stamp import Stamp
from .config import LOADER_ORDER
from .config import Settings
from .mixins import is_nobody
from .signals import _user_loaded_from_header
from .signals import send
from .signals import session_ended
from .signals import session_protected
from .signals import user_accessed
from .signals import user_loaded_from_cookie
from .signals import user_loaded_from_request
from .typing import HeaderCallback
from .typing import RequestCallback
from .typing import U
from .typing import UserCallback

_logger = logging.getLogger("flask_login")


# What finds a user through the session, and is protected by it.
_SESSION_SOURCES = ("session", "remember")


class NamedLoader(t.NamedTuple):
    """A loader that :meth:`.LoginManager.loader` registered."""

    callback: Callable[[t.Any], t.Any]
    challenge: str | None
    vary: str | None


class MissingLoader(Exception):
    """Nobody can be found, because no loader is registered."""

    # No RuntimeError, which a proxy takes for being unbound: 'if current_user' would be false.


class UserFinder(t.Generic[U]):
    """How a :class:`.LoginManager` finds the user of a request. Subclasses override the steps."""

    anonymous_user: Callable[[], t.Any]
    session_protection: str | t.Literal[False] | None
    _user_callback: UserCallback[U] | None
    _request_callback: RequestCallback[U] | None
    _header_callback: HeaderCallback[U] | None
    _named_loaders: dict[str, NamedLoader]
    _session_identifier_generator: Callable[[], str]

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

        state = get_state()

        # A receiver that asks for the user has them loaded.
        if user_accessed.receivers and _announce(state):
            return

        token = begin_search(state)

        try:
            self._search_for_user(state)
        finally:
            end_search(token)

    def _search_for_user(self, state: LoginState) -> None:
        state.protection_failed = None

        order = state.settings.loader_order

        if self._named_loaders or order is not LOADER_ORDER:
            order = self._complete(order)

        for source in order:
            by_request = source not in _SESSION_SOURCES

            if not by_request and state.protection_failed is None:
                state.protection_failed = self._session_protection_failed()

            # A stolen session ends the search. Nobody else is who they seem to be, either.
            if state.protection_failed:
                break

            if source == "session":
                user = self._load_user_from_session(state)
            elif source == "remember":
                user = self._load_remembered_user(state)
            elif source == "request":
                user = self._load_requesting_user(state)
            else:
                user = self._load_user_by_name(source, state)

            # A step may have settled who it is, or a loader may have logged someone in or out.
            if state.is_settled:
                return

            if user is not None:
                return self._settle(state, user, source, by_request=by_request)

        self._update_request_context_with_user()

    def _complete(self, order: Collection[str]) -> Collection[str]:
        """All who are asked for the user, in order. ``"request"`` stands for the request loader and
        all named loaders that have no place of their own.
        """
        unplaced = [name for name in self._named_loaders if name not in order]
        known = {*_SESSION_SOURCES, "request", *self._named_loaders}
        result: list[str] = []

        for name in order:
            if name not in known:
                raise ValueError(f"LOGIN_LOADER_ORDER names '{name}', which is no loader.")

            result += ["request", *unplaced] if name == "request" else [name]

        return result

    def _settle(
        self, state: LoginState, user: t.Any, source: str, *, by_request: bool = False
    ) -> None:
        """End the search. Steps do so before they send a signal: receivers may ask for the user."""
        state.source = source
        state.by_request = by_request
        state.identified = True
        self._update_request_context_with_user(user)

    def _update_request_context_with_user(self, user: t.Any = None) -> None:
        """Make someone, by default an anonymous user, the user of this request."""
        store_user(self.anonymous_user() if is_nobody(user) else user)

    def _session_protection_failed(self) -> bool:
        """Whether session protection has ended the login. Sends :data:`.session_protected` if it
        did, or made it non-fresh.
        """
        context = the_context()
        stored = context.session

        mode = self._protection_mode(context.app)

        # Without a user loader, the session is the application's alone.
        if mode is None or self._user_callback is None or not _session.carries_login(stored):
            return False

        recorded = _session.identifier(stored)
        current = self._session_identifier_generator()

        # As a rule, it is the same browser. What else decides costs as much again to find out.
        if recorded == current:
            return False

        verdict = _policy.judge(
            mode,
            recorded=recorded,
            current=current,
            permanent=getattr(stored, "permanent", False),
            fresh=_session.is_fresh(stored),
        )

        if verdict is _policy.Verdict.ACCEPT:
            return False

        if verdict is _policy.Verdict.DEMOTE:
            _session.demote(stored)
        else:
            self._end_login("protection", forget=True)

        send(session_protected, context.app)
        return verdict is _policy.Verdict.END

    def _protection_mode(self, app: Flask) -> str | None:
        if "SESSION_PROTECTION" in app.config:
            return _policy.protection_mode("SESSION_PROTECTION", app.config["SESSION_PROTECTION"])

        return _policy.protection_mode("session_protection", self.session_protection)

    def _load_user_from_session(self, state: LoginState) -> t.Any:
        stored = the_session()
        user_id = _session.user_id(stored)

        if self._user_callback is None or user_id is None:
            return None

        settings = state.settings
        is_limited = settings.limits_logins
        reason = _end_by_time(_session.find_login(stored), settings) if is_limited else None

        if reason is not None:
            return self._end_login(reason)

        user = self._ask_loader(self._user_callback, user_id, "user_loader", "session")

        stamp = find_stamp(user, user_id, settings)

        if user is None or stamp is not None or is_limited:
            return self._judge(user, stamp, state, stored)

        return user

    def _judge(
        self, user: t.Any, stamp: Stamp | None, state: LoginState, stored: _session.Session
    ) -> t.Any:
        """The user, if their login may go on by all that is known of it."""
        if state.is_settled:
            return None

        if user is None:
            return self._end_login("unknown_user")

        known = _session.find_login(stored)

        if known is not None and stamp is not None and not stamp.accepts(known.stamp):
            return self._end_login("credentials")

        if _is_deactivated(user, state.settings) and not (known is not None and known.forced):
            return self._end_login("inactive")

        self._keep_up(stored, known, stamp, state.settings)
        return user

    def _keep_up(
        self,
        stored: _session.Session,
        known: _session.Login | None,
        stamp: Stamp | None,
        settings: Settings,
    ) -> None:
        """Write down what a session's login is to be judged by later, where that has changed."""
        digest = digest_of(stamp)

        if known is None:
            if settings.has_lifetimes or digest is not None:
                now = _clock.now()
                user_id = _session.user_id(stored)
                _session.keep_login(stored, _session.Login(user_id, now, now, digest))

            return

        kept = known

        if digest is not None and digest != known.stamp:
            kept = kept._replace(stamp=digest)

        idle = settings.idle_timeout

        if (
            idle is not None
            and _policy.activity_is_due(known.seen_at, _clock.now(), idle)
            and self._is_activity()
        ):
            kept = kept._replace(seen_at=_clock.now())

        if kept is not known:
            _session.keep_login(stored, kept)

    def _is_activity(self) -> bool:
        current = the_request()
        view = the_app().view_functions.get(current.endpoint or "")
        marked = view is not None and _views.has_mark(view, current.method, _views.NO_ACTIVITY)
        return not marked and self.counts_as_activity(current)

    def _end_login(self, reason: _policy.Reason, *, forget: bool = False) -> None:
        """End the login that the session carries. Sends :data:`.session_ended`.

        :param forget: Whether the remember-me cookie goes, too.
        """
        app = the_app()
        stored = the_session()
        state = get_state()
        state.reason = reason
        user_id = _session.user_id(stored)
        # The login is gone. A deletion of the cookie that is still owed is not.
        state.forget |= _session.remember_intent(stored) == "clear"
        _session.discard(stored)

        if state.settings.clear_on_user_change:
            _session.leave_owner(stored, user_id)

        if forget:
            forget_cookie(app, the_request(), stored)

        _logger.info("A login has ended: %s", reason)
        send(session_ended, app, user_id=user_id, reason=reason)

    def _load_remembered_user(self, state: LoginState) -> t.Any:
        cookies = the_request().cookies
        name = state.settings.cookie_name

        # To get what is not there would be to catch an exception.
        if name not in cookies or state.forget:
            return None

        if _session.remember_intent(the_session()) == "clear":
            state.forget = True
            return None

        user = self._load_user_from_remember_cookie(cookies[name])

        if not is_nobody(user):
            return user

        # Without a user loader, nobody can tell whose cookie it is.
        if self._user_callback is not None and not state.is_settled:
            state.forget = True

        return None

    def _load_user_from_remember_cookie(self, cookie: str) -> t.Any:
        """Find the user that a remember-me cookie speaks of, and resume their login, not fresh.
        Sends :data:`.user_loaded_from_cookie`.
        """
        state = get_state()
        settings = state.settings
        token = remember.read(cookie, settings)

        if self._user_callback is None:
            return None

        if isinstance(token, remember.Refused):
            return _refuse_cookie(token.reason)

        ended = state.reason
        reason = _end_by_time(_as_login(token), settings) if settings.limits_logins else None

        # What ended a session is not undone by a cookie that does not know of it.
        if (ended == "absolute" and token.undated) or (ended == "credentials" and not token.stamp):
            reason = ended

        if reason is not None:
            return _refuse_cookie(reason)

        return self._resume(token, self._user_callback, state)

    def _resume(self, token: remember.Token, loader: UserCallback[U], state: LoginState) -> t.Any:
        settings = state.settings
        stored = the_session()
        owner = _session.find_owner(stored)
        searching = is_searching()
        take_back = _session.resume(stored, token.user_id)
        reason: _policy.Reason | None = "unknown_user"
        user = stamp = None

        try:
            user = self._ask_loader(loader, token.user_id, "user_loader", "remember-me cookie")
            stamp = find_stamp(user, token.user_id, settings)
            reason = _reason_to_refuse(user, token, stamp, settings)
        finally:
            settled = searching and state.is_settled

            if reason is not None and not settled:
                take_back()

        if settled:
            return None

        if reason is not None:
            return _refuse_cookie(reason)

        if settings.clear_on_user_change and is_other(owner, token.user_id):
            _session.discard_others(stored, settings.preserve_keys)

        digest = token.stamp if stamp is None else stamp.digest
        login = _as_login(token)._replace(stamp=digest)
        _session.bind(stored, login, self._session_identifier_generator())
        change_session_id(state.app, stored)

        # The historic format has no place for a stamp.
        is_restamped = digest != token.stamp and settings.cookie_format != "legacy"

        if token.outdated or is_restamped:
            state.renewal = token._replace(stamp=digest)

        if searching:
            self._settle(state, user, "remember")

        send(user_loaded_from_cookie, state.app, user=user)
        return user

    def _load_requesting_user(self, state: LoginState) -> t.Any:
        user = None

        if self._request_callback is not None:
            user = self._load_user_from_request(the_request())

        if self._header_callback is not None and is_nobody(user):
            header = the_request().headers.get(state.settings.auth_header_name)
            user = None if header is None else self._load_user_from_header(header)

        return None if is_nobody(user) else user

    def _load_user_from_request(self, request: Request) -> t.Any:
        """Find a user by the request itself. Sends :data:`.user_loaded_from_request`."""
        if self._request_callback is None:
            return None

        user = self._ask_loader(self._request_callback, request, "request_loader", "request")
        return self._let_in(user, user_loaded_from_request)

    def _load_user_from_header(self, header: str) -> t.Any:
        if self._header_callback is None:
            return None

        user = self._ask_loader(self._header_callback, header, "header_loader", "header")
        return self._let_in(user, _user_loaded_from_header)

    def _load_user_by_name(self, name: str, state: LoginState) -> t.Any:
        loader = self._named_loaders[name]

        if loader.vary is not None:
            state.vary += (loader.vary,)

        user = self._ask_loader(loader.callback, the_request(), "loader", "request")
        return self._let_in(user, user_loaded_from_request, name)

    def _let_in(self, user: t.Any, signal: NamedSignal, source: str = "request") -> t.Any:
        """End the search, if one is being made, with whom the request itself told of."""
        if user is None:
            return None

        state = get_state()

        if is_searching():
            self._settle(state, user, source, by_request=True)

        send(signal, state.app, user=user)
        return user

    def _loaders(self) -> tuple[Callable[..., t.Any] | None, ...]:
        return (
            self._user_callback,
            self._request_callback,
            self._header_callback,
            *(loader.callback for loader in self._named_loaders.values()),
        )

    def _ask_loader(self, callback: t.Any, argument: t.Any, kind: str, where: str) -> t.Any:
        """The user that a loader answers, or ``None``. It is told of in what it raises."""
        try:
            user = callback(argument)

            # What comes back tells whether it was async. To ask before, as Flask does for views,
            # costs as much as all of this.
            if isinstance(user, CoroutineType):
                user = wait_for(the_app(), t.cast(t.Any, user))
        except Exception as error:
            name = getattr(callback, "__qualname__", repr(callback))
            note = f"Raised by the {kind} {name!r}, asked for the user of the {where}."

            # 'add_note' is there from Python 3.11 on, and does just this. Some errors refuse it.
            with suppress(Exception):
                notes: list[str] = [*getattr(error, "__notes__", ())]

                # One error may be raised many times.
                if note not in notes:
                    error.__notes__ = [*notes, note]  # type: ignore[attr-defined]

            raise

        return None if is_nobody(user) else user


def _announce(state: LoginState) -> bool:
    """Send :data:`.user_accessed`, and tell whether a receiver changed who the user is."""
    if state.announcing:
        return False

    before = stored_user()
    state.announcing = True

    try:
        send(user_accessed, state.app)
    finally:
        state.announcing = False

    return stored_user() is not before


def _end_by_time(login: _session.Login | None, settings: Settings) -> _policy.Reason | None:
    if login is None:
        return None

    return _policy.end_by_time(
        authenticated_at=login.authenticated_at,
        seen_at=login.seen_at,
        now=_clock.now(),
        idle_timeout=settings.idle_timeout,
        absolute_timeout=settings.absolute_timeout,
    )


def _as_login(token: remember.Token) -> _session.Login:
    """The login that a token resumes, from which time on its user is active again."""
    return _session.Login(
        token.user_id, token.authenticated_at, _clock.now(), token.stamp, token.forced
    )


def _reason_to_refuse(
    user: t.Any, token: remember.Token, stamp: Stamp | None, settings: Settings
) -> _policy.Reason | None:
    if user is None:
        return "unknown_user"

    if stamp is not None and not stamp.accepts(token.stamp):
        return "credentials"

    return "inactive" if _is_deactivated(user, settings) and not token.forced else None


def _is_deactivated(user: t.Any, settings: Settings) -> bool:
    return settings.check_active and not user.is_active


def _refuse_cookie(reason: _policy.Reason) -> None:
    state = get_state()
    # Why the session ended says more than why it was not revived.
    state.reason = state.reason or reason
    _logger.info("A remember-me cookie was refused: %s", reason)
