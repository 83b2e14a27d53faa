"""One request as this library sees it: how its user was found, and what its response owes.

The user is kept as ``g._login_user``, which applications read, set and delete, and nowhere else. So
each application context of a request has a user of its own, with its own database session. But
before Flask 3.2, several requests may share the ``g`` of a context that somebody holds open.
Therefore what *we* put there is claimed for a visit, and goes with that request's context.
"""

from __future__ import annotations

import logging
import typing as t
from collections.abc import Callable
from contextvars import ContextVar
from contextvars import Token
from functools import partial
from threading import RLock
from weakref import finalize
from weakref import ref

from flask import ctx as contexts
from flask import current_app
from flask import Flask
from flask import g
from flask import globals as flask_globals
from flask import Request
from flask import request
from flask import session
from werkzeug.local import LocalProxy

from . import _clock
from . import _session
from . import remember
from ._login import Login
from ._login import Reason
from .config import as_remembered_seconds
from .config import LOADER_ORDER
from .config import Settings
from .signals import send
from .signals import session_ended

_logger = logging.getLogger("flask_login")

#: Stands for the user while nobody has been looked up.
NOT_LOADED: t.Any = object()

#: The response deletes the remember-me cookie.
FORGET: t.Final = "forget"

#: The sources that read the session, and are protected by it.
SESSION_SOURCES = ("session", "remember")

_USER = "_login_user"
_CLAIM = "_login_claim"
_ASIDE = "_login_set_aside"
_VISIT = "_flask_login"

# What Flask's own proxies are. Type checkers would only narrow to proxies of unknown things.
_PROXY: t.Any = LocalProxy

# Flask declares its proxies as what they stand for, which hides that they can be unwrapped.
_app = t.cast("LocalProxy[Flask]", current_app)
_request = t.cast("LocalProxy[Request]", request)
_flask_session = t.cast("LocalProxy[t.Any]", session)
_g = t.cast("LocalProxy[object]", g)

# The context that the session belongs to. Before Flask 3.2, requests have one of their own.
_is_merged = hasattr(contexts.AppContext, "session")
_context: LocalProxy[t.Any] = getattr(flask_globals, "app_ctx" if _is_merged else "request_ctx")

# The attribute of the context that merely holds the session, since Flask 3.1.3 and before.
_HELD = "_session" if _is_merged or hasattr(contexts.RequestContext, "session") else "session"

# The visit whose user is being searched for, and how often it had kept one before. Other threads
# that work for the same request search for themselves.
_search: ContextVar[tuple[Visit, int] | None] = ContextVar("flask_login_search", default=None)

# Threads that share a ``g`` must not see a user of one request and the claim of another. It is
# reentrant, because dropping an object may call back.
_claiming = RLock()


class Wish(t.NamedTuple):
    """What :func:`.login_user` was asked for, besides the user."""

    remember: bool
    #: How long to remember this login, or ``None`` for the configured duration.
    seconds: float | None
    forced: bool
    fresh: bool


class Visit:
    """One request. It is kept on the request object, and holds neither the request nor the user:
    contexts and threads that work for one request share it.
    """

    #: What found the user: ``"session"``, ``"remember"``, ``"request"`` or a loader's name.
    source: str | None = None
    #: Whether that was a request loader, so that the session is not this user's.
    from_request = False
    #: Whether the session's login was restored from the remember-me cookie in this request.
    resumed = False
    #: Whether somebody was logged in at any time during the request.
    was_logged_in = False
    #: Whether the caller was refused in a way that depends on who they are.
    refused = False
    #: Whether the caller was refused because their login is not fresh.
    stale = False
    #: The headers that were looked at.
    vary: tuple[str, ...] = ()
    #: Whether ``user_accessed`` is being sent.
    announcing = False
    #: Whether session protection ended the login, once it has been asked.
    protection_failed: bool | None = None
    #: Why there is no login, if that is known.
    reason: Reason | None = None
    #: What was recorded of the login that ended in this request.
    ended: Login | None = None
    #: What the response does to the remember-me cookie: nothing, delete it, or write this token. It
    #: is kept here and not in the session, because applications clear the session after a logout.
    owed: remember.Token | t.Literal["forget"] | None = None
    #: The login of a user who had no ID yet. The session is written when they have one.
    pending: Wish | None = None
    #: How often a user was kept for this visit.
    times_kept = 0
    _session: t.Any = None

    def __init__(self, app: Flask, *, dispatched: bool) -> None:
        self.app = app
        self.settings = Settings(app.config)
        #: Whether our before-request function ran. Tests make contexts in which it does not.
        self.dispatched = dispatched

    @classmethod
    def current(cls) -> Visit:
        """This request's visit, which begins by this if it has not. Outside a request, nothing is
        kept.
        """
        try:
            namespace = _request._get_current_object().__dict__
        except RuntimeError:
            return cls(current_flask(), dispatched=False)

        visit: Visit | None = namespace[_VISIT] if _VISIT in namespace else None

        if visit is None:
            app = _app._get_current_object()
            visit = namespace[_VISIT] = cls(app, dispatched=_VISIT in namespace)

        return visit

    @staticmethod
    def begun() -> tuple[Visit | None, t.Any]:
        """This request's visit, if it has begun, or else the session, if it was used.

        To look at the session this way is not to use it: a response does not come to vary by
        cookie, and Flask opens nothing. Where it is held elsewhere, it seems unused.
        """
        namespace = _request._get_current_object().__dict__

        if _VISIT in namespace and namespace[_VISIT] is not None:
            return namespace[_VISIT], None

        stored = getattr(_context._get_current_object(), _HELD, None)
        return None, stored if getattr(stored, "accessed", True) else None

    @staticmethod
    def dispatch() -> None:
        """Note that this request is dispatched, so that it shares its user with no other."""
        if _is_merged:
            return

        on_request = _request._get_current_object().__dict__
        on_g = _g._get_current_object().__dict__

        if _VISIT not in on_request:
            on_request[_VISIT] = None
        elif on_request[_VISIT] is not None:
            on_request[_VISIT].dispatched = True

        if _CLAIM in on_g:
            _set_others_aside(on_g, on_request[_VISIT])

    @property
    def session(self) -> t.Any:
        """The session. Flask counts it as accessed and adds ``Vary: Cookie``."""
        if self._session is None:
            self._session = _flask_session._get_current_object()

        return self._session

    @property
    def session_counts(self) -> bool:
        """Whether the session has a say about who the user is."""
        if self.from_request:
            return False

        order = self.settings.loader_order
        return order is LOADER_ORDER or "session" in order or self.source in SESSION_SOURCES

    def settle(self, source: str, *, from_request: bool) -> None:
        """Note what found the user."""
        # Another context of the request finds in the session what the cookie has brought there.
        self.source = "remember" if source == "session" and self.resumed else source
        self.from_request = from_request
        self.was_logged_in = True

    def begin(
        self,
        current: Request,
        stored: _session.Session,
        login: Login,
        wish: Wish,
        identifier: str,
    ) -> None:
        """Log a user in: clear another user's data, write the keys, change the session's ID, and
        drop what must not outlive the change.
        """
        is_forgotten = self.owed is FORGET or _session.remember_intent(stored) == "clear"
        self._clear_for(stored, login.user_id, _session.find_owner(stored))
        _session.begin(stored, login, fresh=wish.fresh, identifier=identifier)
        self.change_session_id(current, stored)
        self.reset(stored)
        self.owed = None

        if wish.remember:
            _session.ask_to_remember(stored, wish.seconds)
        elif is_forgotten or self._is_to_be_forgotten(current, login.user_id):
            self._owe_deletion(stored)

    def enter(self) -> None:
        """Note that :func:`.login_user` logged somebody in."""
        self.settle("session", from_request=False)
        self.source = "session"
        self.resumed = False
        self.protection_failed = self.stale = False
        self.reason = None

    def resume(
        self,
        current: Request,
        stored: _session.Session,
        token: remember.Token,
        login: Login,
        identifier: str,
        owner: t.Any,
    ) -> bool:
        """Restore a login from the remember-me cookie, which has named the user to the session.

        :return: Whether the session keeps it. A session whose ID somebody else may know, and that
            cannot be given another, must not carry it: the login is for this request alone.
        """
        if not self._can_change_session_id(current, stored):
            return False

        self._clear_for(stored, login.user_id, owner)
        _session.bind(stored, login, identifier)
        self.change_session_id(current, stored)
        self.resumed = True

        # The historic format has no place for a stamp.
        is_restamped = login.stamp != token.login.stamp and self.settings.cookie_format != "legacy"

        if token.needs_rewrite or is_restamped:
            self.owe(token._replace(login=token.login._replace(stamp=login.stamp)), stored)

        return True

    def end(self, stored: _session.Session, reason: Reason, current: Request | None = None) -> None:
        """End the login that the session carries. Sends :data:`.session_ended`.

        :param current: The request whose remember-me cookie goes, too.
        """
        self.reason = reason
        self.ended = _session.find_login(stored)
        user_id = _session.user_id(stored)

        # The login is gone. A deletion of the cookie that is still owed is not.
        if _session.remember_intent(stored) == "clear":
            self.owed = FORGET

        self.remove(stored)

        if current is not None:
            self.forget(current, stored)

        _logger.info("A login has ended: %s", reason)
        send(session_ended, self.app, user_id=user_id, reason=reason)

    def remove(self, stored: _session.Session) -> None:
        """Remove our keys from the session. Whose data stays behind is recorded where it
        matters.
        """
        user_id = _session.user_id(stored)
        _session.discard(stored, self.settings.session_keys)

        if user_id is not None and self.settings.clear_on_user_change:
            _session.leave_owner(stored, user_id)

    def leave(self, current: Request, stored: _session.Session) -> None:
        """Log out: the reverse of :meth:`begin`."""
        if _session.carries_login(stored):
            self.change_session_id(current, stored)

        self.remove(stored)
        self.reset(stored)
        self.forget(current, stored)
        _have_unread_session_deleted(self.app, current, stored)
        self.source = self.reason = self.pending = self.ended = None
        self.from_request = self.resumed = False

    def forget(self, current: Request, stored: _session.Session) -> None:
        """Have the response delete the remember-me cookie, where the browser may have one."""
        self.owed = None
        path = f"{current.root_path}{current.path}"

        if self.settings.cookie_name in current.cookies or remember.may_be_hidden(
            self.settings, path
        ):
            self._owe_deletion(stored)

    def refuse_cookie(self, reason: Reason) -> None:
        """Note why a remember-me cookie was not accepted."""
        # Why the session ended says more than why it was not revived.
        self.reason = self.reason or reason
        _logger.info("A remember-me cookie was refused: %s", reason)

    def record(
        self, current: Request, stored: _session.Session, login: Login, known: Login | None
    ) -> None:
        """Write down a changed login, in the session and in the remember-me cookie that stands
        behind it. A cookie that lags behind would later be taken for one of an earlier login.
        """
        before = known or Login(login.user_id, login.authenticated_at)
        is_older = login.authenticated_at == before.authenticated_at
        token = None

        if not is_older or login.stamp != before.stamp:
            token = self.find_token(current, stored)

        _session.keep_login(stored, login)

        if token is None or token.login.stamp != before.stamp:
            return

        if self.settings.cookie_format == "timed":
            proved_at = token.login.authenticated_at if is_older else login.authenticated_at
            noted = token.login._replace(authenticated_at=proved_at, stamp=login.stamp)
            self.owe(token._replace(login=noted), stored)

    def find_token(self, current: Request, stored: _session.Session) -> remember.Token | None:
        """The remember-me token that stands behind the session's login: the one that the response
        is going to write, or else the one that the request carries.
        """
        if self.owed is not None:
            return self.owed if isinstance(self.owed, remember.Token) else None

        if not self.session_counts or not _session.carries_login(stored):
            return None

        known = _session.find_login(stored)

        for found in remember.read_all(current, self.settings):
            if isinstance(found, remember.Refused) or not found.is_of(_session.user_id(stored)):
                continue

            token = found.completed(known)
            is_over = token.login.why_over(self.settings, _clock.now()) is not None

            # One of before a change of credentials is void.
            if not is_over and (known is None or token.login.stamp == known.stamp):
                return token

        return None

    def owe(self, token: remember.Token, stored: _session.Session) -> None:
        """Have the response write a token. One from a historic cookie gets the configured duration,
        and stays as it is where that means not to remember.
        """
        if token.duration is None:
            duration = _configured_duration(self.settings, stored)

            if duration is None:
                return

            token = token._replace(duration=duration)

        self.owed = token

    def change_session_id(self, current: Request, stored: t.Any) -> None:
        """Give a server-side session another ID. One that was known before the login would be known
        after it, too (session fixation; OWASP ASVS 7.2.4).
        """
        if _has_session_id(self.app, stored) and _takes_cookies(current):
            t.cast(t.Any, self.app.session_interface).regenerate(stored)

    def _can_change_session_id(self, current: Request, stored: t.Any) -> bool:
        """Whether the session can be given another ID, or needs none."""
        return not _has_session_id(self.app, stored) or _takes_cookies(current)

    def reset(self, stored: _session.Session) -> None:
        """Drop what must not outlive a change of the login, such as CSRF tokens."""
        keys = self.settings.reset_keys

        if not keys:
            return

        _session.reset(stored, keys)

        for key in keys:
            g.pop(key, None)

    def _clear_for(self, stored: _session.Session, user_id: t.Any, owner: t.Any) -> None:
        settings = self.settings

        # An ID may have come back from a cookie as a string, and was an int.
        if settings.clear_on_user_change and owner is not None and str(owner) != str(user_id):
            _session.discard_others(stored, settings.session_keys, settings.preserve_keys)

    def _is_to_be_forgotten(self, current: Request, user_id: t.Any) -> bool:
        """Whether a login without ``remember`` deletes the cookie: one of another user."""
        for token in remember.read_all(current, self.settings):
            if isinstance(token, remember.Refused):
                if token.is_ours:
                    return True
            elif self.settings.defaults == "secure" or not token.is_of(user_id):
                return True

        return False

    def _owe_deletion(self, stored: _session.Session) -> None:
        self.owed = FORGET

        # Without a secret key there is no session to write to.
        if not self.app.session_interface.is_null_session(stored):
            _session.ask_to_forget(stored)


# Whose the user on ``g`` is: the visit, the user, and the request's context, with which they go.
_Claim: t.TypeAlias = "tuple[Visit, t.Any, ref[t.Any] | None]"


def unwrap(value: t.Any) -> t.Any:
    """The object that a proxy stands for. Anything else stands for itself."""
    while isinstance(value, LocalProxy):
        # To cast it would be one more call.
        value = value._get_current_object()  # pyright: ignore

    return value  # pyright: ignore


def behind(proxy: t.Any) -> t.Any:
    """The object behind one of Flask's proxies, or what a test put in its place."""
    return proxy._get_current_object() if type(proxy) is _PROXY else proxy


def current_flask() -> Flask:
    """The application of this context, without a proxy."""
    return _app._get_current_object()


def current_request() -> Request:
    """The request of this context, without a proxy."""
    return _request._get_current_object()


def kept_user() -> t.Any:
    """The user of this request in this application context, or :data:`NOT_LOADED`.

    :raises RuntimeError: Outside a request.
    """
    on_request = _request._get_current_object().__dict__
    on_g = _g._get_current_object().__dict__

    if _USER not in on_g and _ASIDE not in on_g:
        return NOT_LOADED

    visit = on_request[_VISIT] if _VISIT in on_request else None

    # Another thread may replace or remove both at any time.
    try:
        owner, user, _ = on_g[_CLAIM]

        if owner is visit and on_g[_USER] is user:
            return user
    except KeyError:
        pass

    return _judge_claim(on_g, visit)


def _judge_claim(on_g: dict[str, t.Any], visit: Visit | None) -> t.Any:
    with _claiming:
        _take_back(on_g, visit)
        user = on_g.get(_USER, NOT_LOADED)
        claim: _Claim | None = on_g.get(_CLAIM)

    # Set by hand, or by this request.
    if claim is None or claim[1] is not user or claim[0] is visit:
        return user

    # A test made that context to share its user with the requests inside it.
    return NOT_LOADED if claim[0].dispatched else user


def keep_user(visit: Visit, user: t.Any) -> None:
    """Make someone the user of a visit, and of no other."""
    on_g = _g._get_current_object().__dict__
    context = None
    visit.times_kept += 1

    if not _is_merged:
        try:
            context = ref(_context._get_current_object(), partial(_drop_claim, on_g, visit))
        except RuntimeError:  # Tests patch what is needed of a request, and there is none.
            pass

    with _claiming:
        _set_aside(on_g, besides=visit)
        _drop_aside(on_g, visit)
        on_g[_CLAIM] = (visit, user, context)
        on_g[_USER] = user


def _drop_claim(on_g: dict[str, t.Any], visit: Visit, _context: object) -> None:
    """Remove what a visit left on a ``g`` that outlives its request: a left-over and a value set by
    hand could not be told apart afterwards.
    """
    with _claiming:
        _drop_aside(on_g, visit)

        if _CLAIM in on_g and on_g[_CLAIM][0] is visit:
            _remove_claim(on_g)


def _remove_claim(on_g: dict[str, t.Any]) -> None:
    user = on_g.pop(_CLAIM)[1]

    if _USER in on_g and on_g[_USER] is user:
        del on_g[_USER]


def _set_others_aside(on_g: dict[str, t.Any], visit: Visit | None) -> None:
    """Hide the user of another request under the same context from this one, and give it back
    afterwards. That request may be the one whose view makes this one.
    """
    with _claiming:
        claim: _Claim | None = on_g.get(_CLAIM)

        if claim is None or not claim[0].dispatched or claim[0] is visit:
            return

        _set_aside(on_g)

    finalize(_context._get_current_object(), _give_back, on_g, claim[0]).atexit = False


def _give_back(on_g: dict[str, t.Any], visit: Visit) -> None:
    with _claiming:
        if _CLAIM not in on_g:
            _take_back(on_g, visit)


def _set_aside(on_g: dict[str, t.Any], besides: Visit | None = None) -> None:
    """Keep the user of another request apart from ``g._login_user``, until it asks again."""
    claim: _Claim | None = on_g.get(_CLAIM)

    if claim is None or claim[0] is besides:
        return

    if _USER in on_g and on_g[_USER] is claim[1]:
        # While memory is freed, a claim may be dropped between any two steps.
        aside: dict[Visit, _Claim] = on_g.get(_ASIDE, {})
        aside[claim[0]] = claim
        on_g[_ASIDE] = aside

    _remove_claim(on_g)


def _take_back(on_g: dict[str, t.Any], visit: Visit | None) -> None:
    """Make whom a request had set aside its user again, unless somebody was set by hand. That other
    request may go on in a thread, or an error's traceback still hold it.
    """
    claim = on_g[_ASIDE].get(visit) if _ASIDE in on_g else None

    if claim is None:
        return

    if _USER not in on_g or (_CLAIM in on_g and on_g[_CLAIM][1] is on_g[_USER]):
        _set_aside(on_g)
        on_g[_CLAIM] = claim
        on_g[_USER] = claim[1]

    _drop_aside(on_g, claim[0])


def _drop_aside(on_g: dict[str, t.Any], visit: Visit) -> None:
    aside: dict[Visit, _Claim] | None = on_g.get(_ASIDE)

    if aside is not None:
        aside.pop(visit, None)

        if not aside:
            on_g.pop(_ASIDE, None)


def claim_user(visit: Visit) -> t.Any:
    """Claim whom a manager put on ``g`` for this visit, and return them, or ``None`` if it put
    nobody there. Ours has claimed them already; others may not know how.
    """
    on_g = _g._get_current_object().__dict__

    try:
        owner, user, _ = on_g[_CLAIM]

        if owner is visit and on_g[_USER] is user:
            return user
    except KeyError:
        pass

    with _claiming:
        user = kept_user()
        user = None if user is NOT_LOADED else user
        keep_user(visit, user)

    return user


def has_kept_user(visit: Visit) -> bool:
    """Whether the user of this request is whom this library put there, and was not set by hand."""
    claim: _Claim | None = _g._get_current_object().__dict__.get(_CLAIM)
    return claim is not None and claim[0] is visit and claim[1] is kept_user()


def begin_search(visit: Visit) -> Token[tuple[Visit, int] | None]:
    """Forget who the user of this request is, and note that loaders are being asked. Give what it
    returns to :func:`end_search`.
    """
    on_g = _g._get_current_object().__dict__

    with _claiming:
        if _USER in on_g and kept_user() is not NOT_LOADED:
            del on_g[_USER]

    # Another context of the request does not find the browser innocent again.
    if not visit.protection_failed:
        visit.protection_failed = None

    return _search.set((visit, visit.times_kept))


#: What to call when the search is over, whatever came of it.
end_search = _search.reset


def is_searching(visit: Visit) -> bool:
    """Whether loaders are being asked for the user of this request, who is not known yet. A loader
    that is asked may itself log someone in or out.
    """
    searched, times_kept = _search.get() or (None, 0)

    # A user who was kept meanwhile may be another context's.
    return searched is visit and (visit.times_kept == times_kept or kept_user() is NOT_LOADED)


def snapshot() -> Callable[[], None]:
    """Note who the user of this request is and how that came, and return what brings it back."""
    on_g = _g._get_current_object().__dict__
    kept = {key: on_g[key] for key in (_USER, _CLAIM) if key in on_g}
    on_request = _request._get_current_object().__dict__
    is_begun = on_request.get(_VISIT) is not None
    visit = Visit.current()
    before = dict(vars(visit))

    def bring_back() -> None:
        for key in (_USER, _CLAIM):
            on_g.pop(key, None)

        on_g.update(kept)
        vars(visit).clear()
        vars(visit).update(before)

        if not is_begun:
            on_request.pop(_VISIT, None)

    return bring_back


def warn_once(app: Flask, message: str) -> None:
    """Log a warning, once for each application."""
    given: set[str] = app.extensions.setdefault("flask_login_warnings", set())

    if message not in given:
        given.add(message)
        _logger.warning(message)


def _has_session_id(app: Flask, stored: t.Any) -> bool:
    interface = app.session_interface

    # Flask-SocketIO has sessions of its own, which no interface keeps.
    return hasattr(interface, "regenerate") and isinstance(
        stored, getattr(interface, "session_class", object)
    )


def _takes_cookies(current: Request) -> bool:
    """Whether a response to this request can carry a cookie. Events of a WebSocket come in the
    context of its handshake, which has long been answered; Flask-SocketIO tells their namespace.
    """
    upgrade = str(current.headers.get("Upgrade", "")).lower()
    return upgrade != "websocket" and not hasattr(current, "namespace")


def _have_unread_session_deleted(app: Flask, current: Request, stored: t.Any) -> None:
    """Have Flask delete a session cookie that did not open, say because this machine's clock is
    behind. Later, or elsewhere, it would open, and the user be logged in again.
    """
    interface = app.session_interface

    if stored or interface.get_cookie_name(app) not in current.cookies:
        return

    if not interface.is_null_session(stored):
        stored.modified = True


def _configured_duration(settings: Settings, stored: _session.Session) -> int | None:
    seconds = _session.remember_seconds(stored)

    # A setting that cannot work is an error at the login that uses it, not at each visit.
    try:
        return settings.cookie_duration if seconds is None else as_remembered_seconds("", seconds)
    except (TypeError, ValueError):
        return None
