"""Functions for views and templates: ``current_user``, ``login_user``, ``login_required`` and
others.

Test suites patch names in this module. So its functions look up these names when they are called.
"""

from __future__ import annotations

import logging
import sys
import typing as t
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from datetime import timedelta
from datetime import timezone
from functools import lru_cache
from functools import wraps
from hashlib import sha512

from flask import current_app
from flask import g as g
from flask import has_app_context
from flask import has_request_context
from flask import request
from flask import session
from flask import url_for
from itsdangerous.encoding import want_bytes
from werkzeug.exceptions import ServiceUnavailable
from werkzeug.local import LocalProxy

from . import _clock
from . import _session
from . import _sources
from . import _urls
from . import _views
from . import remember as _remember
from ._async import in_event_loop
from ._context import app_behind
from ._context import request_behind
from ._context import session_behind
from ._context import unwrap
from ._kept import claim_user
from ._kept import has_kept_user
from ._kept import is_searching
from ._kept import kept_user
from ._kept import NOT_LOADED
from ._loaders import has_left_the_view
from ._login import find_stamp
from ._login import Login
from ._login import new_login
from ._login import Wish
from ._values import as_duration
from ._values import as_names
from ._values import as_seconds
from ._values import one_of
from ._views import V
from ._visit import Visit
from .config import EXEMPT_METHODS
from .config import Settings
from .mixins import is_nobody
from .signals import send
from .signals import user_logged_in
from .signals import user_logged_out
from .signals import user_login_confirmed
from .typing import LoginView

if t.TYPE_CHECKING:
    from flask import Flask
    from flask import Request
    from flask.typing import ResponseReturnValue

    from ._manager import Ledger
    from ._manager import Manager

    Refusal: t.TypeAlias = Callable[[], Callable[[], ResponseReturnValue] | None]

_logger = logging.getLogger("flask_login")

_as_scope = one_of("this", "others", "all")


class _CurrentUser(LocalProxy[t.Any]):
    __slots__ = ()
    # Without this, 'current_user.__doc__' would not be the docstring of the user.
    __doc__: t.Any = vars(LocalProxy)["__doc__"]
    # Pony ORM recognizes a proxy by its class name, and by this attribute on the class itself.
    _get_current_object: t.Any = vars(LocalProxy)["_get_current_object"]

    # A shortcut for LocalProxy's own lookup. Almost every use of the user reads an attribute.
    def __getattr__(self, name: str) -> t.Any:
        return getattr(_get_user(), name)


_CurrentUser.__name__ = "LocalProxy"


#: The user of this request: the logged-in user, or an anonymous user. It stands for ``None``
#: outside a request. The user is loaded on first use, which raises the exceptions of the loader.
current_user: t.Any = _CurrentUser(lambda: _get_user())

_current_user = current_user


def get_current_user() -> t.Any:
    """Return the user object behind the proxy :data:`current_user`. Use it to store the user, or to
    pass it to other code.
    """
    return unwrap(_get_user())


def login_user(
    user: t.Any,
    remember: bool = False,
    duration: timedelta | float | None = None,
    force: bool = False,
    fresh: bool = True,
) -> bool:
    """Log a user in. Sends :data:`.user_logged_in`.

    If a request logs in several times, the last login decides about the remember-me cookie.
    Logging in another user deletes the old user's cookie.

    The user may have no ID yet, because the model is not saved. Then ``get_id`` is called again
    when the response is ready, if its status is below 400, and the session is written then.

    The session gets a new ID (session fixation; OWASP ASVS 7.2.4) if it is stored on a server.

    :param user: The user object.
    :param remember: Whether the user stays logged in after the browser is closed.
    :param duration: How long to remember this login, as a timedelta or in seconds. By default,
        ``REMEMBER_COOKIE_DURATION``. Zero or a negative duration means "do not remember".
    :param force: Log in a user even if ``is_active`` is false.
    :param fresh: Whether the user has just authenticated. See :func:`login_fresh`.
    :return: ``True`` if the user was logged in. ``False`` if the user is inactive, or already has
        ``LOGIN_RECORDS_LIMIT`` logins and ``LOGIN_RECORDS_LIMIT_REACHED`` is ``"refuse"``.
    :raises TypeError: If the duration is neither a timedelta nor a number.
    :raises ValueError: If the duration is longer than a date can express.
    :raises ServiceUnavailable: If the login cannot be recorded, because the record store fails.
    """
    user = unwrap(user)

    if not force and not user.is_active:
        return False

    manager = get_manager()
    visit = Visit.current()
    wish = _wish(visit.settings, remember, duration, force, fresh)
    user_id = _id_of(manager, user)

    if user_id is None:
        # The previous login ends now, even if the new user never gets an ID.
        visit.ended = _session.find_login(session_behind(session))
        visit.remove(session_behind(session))
        visit.pending = wish
    elif not _begin_login(visit, manager, user, user_id, wish):
        return False

    visit.enter()
    manager._update_request_context_with_user(user)
    send(user_logged_in, app_behind(current_app), user=_get_user())
    return True


def complete_login(visit: Visit, *, succeeded: bool) -> None:
    """Write the login of a user who had no ID at login, if the user has one now.

    :param succeeded: Whether the request succeeded. After a rollback, the object keeps an ID that
        the database gives to another user.
    """
    wish = visit.pending
    visit.pending = None

    # If the application set 'g._login_user' since then, that user did not log in.
    if wish is None or not succeeded or not has_kept_user(visit):
        return

    user = unwrap(kept_user())
    manager = get_manager()

    # A model without an ID may raise any exception here.
    try:
        user_id = _id_of(manager, user)
    except Exception:
        user_id = None

    if user_id is None:
        _logger.warning(
            "A user without an ID was logged in: '%s' returned None. The login was not written."
            " Save the model before the response is sent, so that it has an ID.",
            manager.id_attribute,
        )
    else:
        _begin_late(visit, manager, user, user_id, wish)


def logout_user(scope: t.Literal["this", "others", "all"] = "this") -> bool:
    """Log the user out and delete the remember-me cookie. Sends :data:`.user_logged_out`, also if
    the user is anonymous, and :data:`.login_ended` for each recorded login that ends.

    :param scope: Which of the user's logins end. ``"this"`` is this browser's login. ``"others"``
        are all logins except this one. ``"all"`` are all logins. ``"others"`` and ``"all"``
        need recorded logins.
    :return: ``True``.
    :raises ValueError: If the scope is another word.
    :raises RuntimeError: If the scope needs recorded logins, and the manager has no record store.
    :raises ServiceUnavailable: If the record store fails. With ``"this"`` and ``"all"``, this
        browser is logged out anyway.
    """
    _as_scope("scope", scope)
    visit = Visit.current()

    try:
        user = unwrap(_get_user())
    except ServiceUnavailable:
        # The user's record cannot be read, but this browser can still be logged out.
        if visit.store_failed and scope != "others":
            _leave(visit, unwrap(_get_user()), None)

        raise

    user_id = None

    if scope != "this" and demand_ledger(visit) and is_logged_in():
        user_id = _id_of(get_manager(), user)

    if scope == "others":
        known = _session.find_login(session_behind(session))
        demand_ledger(visit).leave_others(visit, request_behind(request), user_id, known)
    else:
        _leave(visit, user, user_id)

    return True


def confirm_login(user: t.Any = None) -> None:
    """Make the current login fresh again, after the user re-authenticated. Sends
    :data:`.user_login_confirmed`.

    Changes nothing if no user is logged in through the session. The signal is sent anyway.

    :param user: The user who has just re-authenticated. Pass it whenever the form could have been
        filled in by someone else.
    :raises ValueError: If it is not the user who is logged in.
    """
    known = _current_login(user)
    visit = Visit.current()

    if known is not None:
        stored = session_behind(session)
        now = new_login(known.user_id, visit.settings)
        renewed = known._replace(authenticated_at=now.authenticated_at, seen_at=now.seen_at)
        visit.record(request_behind(request), stored, renewed, known)
        _session.confirm(stored, get_manager()._session_identifier_generator())
        visit.reset(stored)
    elif visit.pending is not None:
        visit.pending.fresh = True

    visit.stale = False
    send(user_login_confirmed, app_behind(current_app))


def refresh_login(user: t.Any = None) -> None:
    """Keep the current login after the user's credentials changed, while the user's other logins
    end (OWASP ASVS 7.4.3).

    Other logins end if the user class has ``get_session_stamp``, because their stamp no longer
    matches. Recorded logins are revoked, and :data:`.login_ended` is sent for each. This session
    gets the new stamp and a new ID, and its remember-me cookie is replaced. Has no effect if no
    user is logged in through the session.

    :param user: The user with the new credentials. By default, the current user.
    :raises ValueError: If it is not the user who is logged in.
    :raises ServiceUnavailable: If the other logins cannot be revoked, because the record store
        fails.
    """
    known = _current_login(user)

    if known is None:
        return

    visit = Visit.current()
    stored = session_behind(session)
    current = request_behind(request)
    token = visit.find_token(current, stored)
    owner = unwrap(_get_user() if user is None else user)
    stamp = find_stamp(owner, known.user_id, visit.settings)
    visit.record(current, stored, known.stamped(stamp), known)
    _session.change_id(visit.app, current, stored)

    if visit.ledger is not None:
        visit.ledger.leave_others(visit, current, known.user_id, known)
    elif token is not None:
        owed = visit.owed if isinstance(visit.owed, _remember.Token) else token
        visit.owe(_remember.reissue(owed), stored)


def login_fresh(max_age: timedelta | float | None = None) -> bool:
    """Return whether the login is fresh: the user authenticated in this session, not too long ago.
    A login that was restored from the remember-me cookie is not fresh.

    :param max_age: The maximum age of a fresh login, as a timedelta or in seconds. By default,
        ``LOGIN_FRESH_LIFETIME``.
    :raises TypeError: If ``max_age`` is neither a timedelta nor a number.
    :raises ValueError: If ``max_age`` is not positive.
    """
    if has_request_context() and _has_manager():
        if not _is_settled_by_session():
            return False

        pending = Visit.current().pending

        if pending is not None:
            return pending.fresh

    stored = session_behind(session)

    if not _session.is_fresh(stored):
        return False

    limit = as_seconds("max_age", max_age)

    if max_age is None:
        limit = Settings(app_behind(current_app).config).fresh_lifetime

    return limit is None or not _clock.is_over(
        _ensure_login(stored).authenticated_at, limit, _clock.now()
    )


def login_remembered() -> bool:
    """Return whether the current login is remembered: the request has the user's remember-me
    cookie, or the response will set one.
    """
    if _has_manager():
        _get_user()

    visit = Visit.current()
    stored = session_behind(session)

    if not visit.session_counts:
        return False

    if visit.pending is not None:
        return visit.pending.remember

    intent = _session.remember_intent(stored)

    if intent is not None:
        return intent == "set" and _session.carries_login(stored)

    # If the session cannot hold a restored login, the cookie restores it in every request.
    if visit.source == "remember" and not visit.resumed:
        return True

    return visit.find_token(request_behind(request), stored) is not None


def login_source() -> str | None:
    """Return how the current user was identified: ``"session"``, ``"remember"``, ``"request"``, or
    the name of a :meth:`.LoginManager.loader`. ``None`` for anonymous users, or if the application
    set the user itself, and outside a request.
    """
    return Visit.current().source if has_request_context() and is_logged_in() else None


def login_denied_reason() -> str | None:
    """Return why this request has no login, or no fresh login: one of :ref:`reasons`, such as
    ``"idle"``. ``None`` if the login is fresh, and outside a request.
    """
    if not has_request_context():
        return None

    if not is_logged_in():
        visit = Visit.current()
        return "limit" if visit.has_too_many else visit.reason or "no_login"

    return None if login_fresh() and not Visit.current().stale else "stale"


def session_expires_at() -> datetime | None:
    """Return when the current login expires without more activity, as an aware datetime in UTC.
    ``None`` if no user is logged in through the session, if no timeout is set, and outside a
    request.
    """
    if not has_request_context():
        return None

    settings = Settings(app_behind(current_app).config)

    if settings.idle_timeout is None and settings.absolute_timeout is None:
        return None

    known = _current_login(None)
    seconds = None if known is None else known.ends_at(settings)
    return None if seconds is None else datetime.fromtimestamp(seconds, timezone.utc)


@t.overload
def login_required(func: V) -> V: ...


@t.overload
def login_required(*, via: str | Collection[str] | None = None) -> Callable[[V], V]: ...


def login_required(func: t.Any = None, *, via: str | Collection[str] | None = None) -> t.Any:
    """Let only logged-in users enter a view. Anonymous users get
    :meth:`.LoginManager.unauthorized`. ::

        @app.get("/settings")
        @login_required
        def settings():
            ...

    Put the guard *below* ``@app.route``. Above it, Flask registers the view without the guard.
    Methods in :data:`.EXEMPT_METHODS` pass, and every request passes if ``LOGIN_DISABLED`` is set.

    :param via: Let only users enter who were identified this way: a value of
        :func:`login_source`, or several. By default, every way is allowed.
    :raises TypeError: If ``via`` is not a name or a list of names.
    """
    ways = None if via is None else _as_ways(via)

    def refusal() -> Callable[[], ResponseReturnValue] | None:
        logged_in = is_logged_in()

        if logged_in and (ways is None or Visit.current().source in ways):
            return None

        manager = get_manager()

        # A misspelled name would refuse every user. Raise an error instead.
        if logged_in and ways is not None:
            _sources.check_names("login_required(via=...)", ways, manager._named_loaders)

        return manager.unauthorized

    guard = guard_by(refusal, {"guard": "login_required", "via": ways})
    return guard if func is None else guard(func)


@t.overload
def fresh_login_required(func: V) -> V: ...


@t.overload
def fresh_login_required(*, max_age: timedelta | float | None = None) -> Callable[[V], V]: ...


def fresh_login_required(func: t.Any = None, *, max_age: timedelta | float | None = None) -> t.Any:
    """Let only users with a fresh login enter a view. Other logged-in users get
    :meth:`.LoginManager.needs_refresh`, and anonymous users get
    :meth:`.LoginManager.unauthorized`. Require this before sensitive changes (OWASP ASVS 7.5.1). ::

        @app.post("/password")
        @fresh_login_required(max_age=timedelta(minutes=5))
        def change_password():
            ...

    :param max_age: The maximum age of a fresh login, as a timedelta or in seconds. By default,
        ``LOGIN_FRESH_LIFETIME``.
    :raises TypeError: If ``max_age`` is neither a timedelta nor a number.
    :raises ValueError: If ``max_age`` is not positive.
    """
    as_seconds("max_age", max_age)

    def refusal() -> Callable[[], ResponseReturnValue] | None:
        if not is_logged_in():
            return get_manager().unauthorized

        fresh = login_fresh() if max_age is None else login_fresh(max_age)
        return None if fresh else get_manager().needs_refresh

    guard = guard_by(refusal, {"guard": "fresh_login_required", "max_age": max_age})
    return guard if func is None else guard(func)


def login_url(login_view: str, next_url: str | None = None, next_field: str = "next") -> str:
    """Return the URL of a login view, with the page to return to in its query string.

    :param login_view: An endpoint, a path or a URL.
    :param next_url: The URL of the page to return to after login.
    :param next_field: The name of the query parameter for ``next_url``.
    """
    return build_login_url(expand_login_view(login_view), next_url, next_field)


def build_login_url(base: str, next_url: str | None = None, next_field: str = "next") -> str:
    """Do what :func:`login_url` does, for a login view that is already a URL."""
    host = Settings(app_behind(current_app).config).force_host if has_app_context() else None
    url = base

    if next_url is not None:
        url = _urls.with_next(base, next_field, make_next_param(base, next_url))

    if host:
        url = _urls.with_host(url, host, find_origin())

    return url


def make_next_param(login_url: str, current_url: str) -> str:
    """Return the value of the ``next`` parameter: a path if the login view is on the same site,
    else the whole URL.

    Two URLs are on the same site if scheme, host and port are equal.

    :param login_url: The login view's URL.
    :param current_url: The URL to return to. If it cannot be parsed, the result is ``/``.
    """
    return _urls.as_next(login_url, current_url)


def expand_login_view(login_view: str) -> str:
    """Return the URL of a login view: build it for an endpoint, and keep a path or a URL as it is.

    :param login_view: An endpoint, a path or a URL.
    """
    login_view = unwrap(login_view)
    return login_view if _urls.is_url(login_view) else url_for(login_view)


def find_origin() -> str | None:
    if not has_request_context():
        return None

    current = unwrap(request)
    return _urls.find_origin(current.scheme, current.host)


def set_login_view(login_view: LoginView, blueprint: t.Any = None) -> None:
    """Set the login view of the current application, or of one blueprint.

    :param login_view: An endpoint, a path or a URL. ``None`` means to respond with 401.
    :param blueprint: The :class:`flask.Blueprint` to set it for. By default, it is set for the
        application.
    """
    manager = get_manager()

    if blueprint is None:
        manager.login_view = login_view
    else:
        manager.blueprint_login_views[blueprint.name] = login_view


def encode_cookie(payload: str, key: str | bytes | None = None) -> str:
    """Sign a user's ID, and return it in the legacy format of the remember-me cookie:
    ``payload|hex(HMAC-SHA512(key, payload))``.

    :param payload: The user's ID.
    :param key: The key to sign with. By default, ``SECRET_KEY``.
    :raises RuntimeError: If there is no key.
    """
    return f"{payload}|{_cookie_digest(payload, key=key)}"


def decode_cookie(cookie: str | bytes, key: str | bytes | None = None) -> str | None:
    """Return the user's ID in a remember-me cookie, or ``None`` if the cookie is invalid or has
    expired. It never raises, whatever the cookie contains.

    Reads our own format and the legacy format. Without a ``key``, the legacy format is refused if
    ``REMEMBER_COOKIE_ACCEPT_LEGACY`` refuses it.

    :param cookie: The value of the cookie.
    :param key: The key to verify with. By default, ``SECRET_KEY`` and ``SECRET_KEY_FALLBACKS``.
    """
    settings = Settings(app_behind(current_app).config) if key is None else None
    keys: t.Any = [key] if settings is None else settings.secret_keys
    token = _remember.decode_timed(cookie, [*map(want_bytes, keys)])

    if isinstance(token, _remember.Token):
        return str(token.login.user_id)

    if settings is not None and not _remember.accepts_legacy(settings):
        return None

    return _remember.decode_legacy(cookie, map(_remember.as_key, keys))


def _get_user() -> t.Any:
    # Everything above finds the user here. Test suites patch this function.
    try:
        user = kept_user()
    except RuntimeError:  # Outside a request.
        return None

    if user is not NOT_LOADED:
        return user

    if not has_request_context():
        return None

    manager = get_manager()
    visit = Visit.current()

    # While a loader runs, 'current_user' is anonymous. Otherwise it would recurse.
    if is_searching(visit):
        return manager.anonymous_user()

    manager._load_user()
    return claim_user(visit)


def _user_context_processor() -> dict[str, t.Any]:
    error = sys.exc_info()[1]

    # The error page of a failed loader must render, so it does not call the loader again.
    if error is not None and has_left_the_view(error) and _is_unknown():
        return {"current_user": get_manager().anonymous_user()}

    return {"current_user": _get_user()}


def _is_unknown() -> bool:
    return has_request_context() and kept_user() is NOT_LOADED


def _create_identifier() -> str:
    """Return the identifier of the browser for session protection: the SHA-512 of its address and
    its User-Agent, in hex.

    ``X-Forwarded-For`` is not read, because any client can send it. Behind a proxy, use
    :class:`~werkzeug.middleware.proxy_fix.ProxyFix`.
    """
    current = request_behind(request)
    return _identify(current.remote_addr, current.headers.get("User-Agent"))


@lru_cache(maxsize=1024)
def _identify(address: str | None, agent: str | None) -> str:
    return sha512(f"{_as_bytes(address)!r}|{_as_bytes(agent)!r}".encode()).hexdigest()


def _as_bytes(value: str | None) -> bytes | None:
    return None if value is None else value.encode("utf-8", "surrogatepass")


def _cookie_digest(payload: str, key: str | bytes | None = None) -> str:
    return _remember.sign(payload, _secret_key(key))


def _secret_key(key: str | bytes | None = None) -> bytes:
    if key is None:
        key = Settings(app_behind(current_app).config).demand_secret_key()

    return _remember.as_key(key)


def get_manager() -> Manager:
    try:
        manager: Manager = app_behind(current_app).login_manager
        return manager
    except AttributeError:
        raise AttributeError(
            "The application has no 'login_manager'. Call 'LoginManager.init_app' with it."
        ) from None


def is_logged_in() -> bool:
    # Test suites patch either name, so both must be looked up here.
    user = _get_user() if current_user is _current_user else unwrap(current_user)
    return not is_nobody(user) and bool(user.is_authenticated)


def guard_by(
    refusal: Refusal, kind: Mapping[str, t.Any], *, sends_users_on: bool = True
) -> Callable[[V], V]:
    """Return a decorator that calls ``refusal`` before each call of a view.

    :param refusal: Returns ``None`` to let the request pass, or the function to call instead of
        the view.
    :param kind: The guard's name and arguments, for ``flask login routes``.
    :param sends_users_on: Whether the guard may redirect logged-in users. Then ``refusal`` is also
        called before a redirect to the view, so it must not depend on the request.
    """

    def decorate(view: V) -> V:
        if not callable(view):
            raise TypeError(f"A guard decorates a view, not {view!r}. Use keyword arguments.")

        is_async = _views.is_awaitable(view)

        @wraps(view)
        def guarded(*args: t.Any, **kwargs: t.Any) -> t.Any:
            refuse = None if is_guard_off() else refusal()

            # An async decorator above this guard awaits what the guard returns.
            if is_async and in_event_loop():
                return _enter_later(view, refuse, args, kwargs)

            if refuse is not None:
                return refuse()

            call = current_app.ensure_sync(view) if is_async else view
            return call(*args, **kwargs)

        _views.mark_guarded(view, guarded, kind, refusal if sends_users_on else None)
        return t.cast(V, guarded)

    return decorate


async def _enter_later(
    view: Callable[..., t.Any],
    refuse: Callable[[], ResponseReturnValue] | None,
    args: tuple[t.Any, ...],
    kwargs: dict[str, t.Any],
) -> t.Any:
    return await view(*args, **kwargs) if refuse is None else refuse()


def is_guard_off(app: Flask | None = None, current: Request | None = None) -> bool:
    """Return whether guards let every request pass.

    :param app: The current application. By default, it is looked up.
    :param current: The current request. By default, it is looked up.
    """
    try:
        config: t.Any = (app or app_behind(current_app)).config

        if config.get("LOGIN_DISABLED"):
            return True

        return (current or request_behind(request)).method in EXEMPT_METHODS
    except RuntimeError:  # A unit test calls a view without an application or a request.
        return False


def demand_ledger(visit: Visit) -> Ledger:
    """Return the ledger of the recorded logins.

    :raises RuntimeError: If the application does not record logins.
    """
    if visit.ledger is None:
        raise RuntimeError("Logins are not recorded. Pass a store: 'LoginManager(records=...)'.")

    return visit.ledger


def _has_manager() -> bool:
    return hasattr(app_behind(current_app), "login_manager")


def _is_settled_by_session() -> bool:
    """Return whether the session may identify the user of this request. Runs session protection
    first.
    """
    _get_user()
    visit = Visit.current()

    if not visit.session_counts:
        return False

    # A patched '_get_user' skips '_load_user', so protection has not run yet.
    if visit.protection_failed is None:
        manager = getattr(app_behind(current_app), "login_manager", None)
        failed = getattr(manager, "_session_protection_failed", None)
        visit.protection_failed = failed is not None and failed()

    return True


def _as_ways(via: t.Any) -> tuple[str, ...]:
    """Return the argument of ``login_required(via=...)`` as names.

    :raises TypeError: If it is not a name or names.
    """
    ways = (via,) if isinstance(via, str) else tuple(as_names("via", via))

    if not all(isinstance(way, str) for way in t.cast("tuple[t.Any, ...]", ways)):
        raise TypeError(f"via must be a name or names of loaders, instead got: {via!r}")

    return ways


def _wish(
    settings: Settings,
    remember: bool,
    duration: timedelta | float | None,
    force: bool,
    fresh: bool,
) -> Wish:
    """Collect the options of a login. A duration of zero or less means "do not remember"."""
    wish = Wish()
    wish.remember, wish.forced, wish.fresh = remember, force, fresh

    if remember and duration is not None:
        wish.seconds = as_duration("duration", duration).total_seconds()
        wish.remember = wish.seconds > 0
    elif remember:
        wish.remember = settings.cookie_duration is not None

    return wish


def _begin_login(visit: Visit, manager: Manager, user: t.Any, user_id: t.Any, wish: Wish) -> bool:
    """Log in a user who has an ID.

    :return: ``False`` if ``LOGIN_RECORDS_LIMIT`` refuses the login.
    """
    settings = visit.settings
    stamp = find_stamp(user, user_id, settings)
    current = request_behind(request)
    login = new_login(user_id, settings, forced=wish.forced).stamped(stamp)

    if visit.ledger is not None:
        recorded = visit.ledger.begin(visit, current, user, login, wish)

        if recorded is None:
            return False

        login = recorded

    identifier = manager._session_identifier_generator()
    visit.begin(current, session_behind(session), login, wish, identifier)
    visit.pending = None
    return True


def _leave(visit: Visit, user: t.Any, user_id: t.Any) -> None:
    """Log a user out of this browser.

    :param user_id: The ID of the user whose other logins end, too. ``None`` to end no others.
    """
    stored = session_behind(session)
    current = request_behind(request)
    known = None if visit.ledger is None else _session.find_login(stored) or visit.ended
    visit.leave(current, stored)

    try:
        # While receivers run, 'current_user' is still the user.
        send(user_logged_out, app_behind(current_app), user=user)
    finally:
        # A receiver may have logged in another user.
        if not _session.carries_login(stored) and visit.pending is None:
            get_manager()._update_request_context_with_user()

        if visit.ledger is not None:
            visit.ledger.leave(visit, current, known, user_id)


def _begin_late(visit: Visit, manager: Manager, user: t.Any, user_id: t.Any, wish: Wish) -> None:
    # The response exists already, so an error cannot become a 503. Skip the login instead.
    with suppress(ServiceUnavailable):
        if _begin_login(visit, manager, user, user_id, wish):
            return

    _logger.warning("A login could not be recorded, so it was not written.")


def _id_of(manager: Manager, user: t.Any) -> t.Any:
    """Return the user's ID, or ``None`` if the user has none yet."""
    user_id = getattr(user, manager.id_attribute)()

    # 'str(self.id)' returns "None" for a model that is not saved.
    if user_id == "None" and getattr(user, "id", user) is None:
        return None

    return user_id


def _current_login(user: t.Any) -> Login | None:
    """Return the login's record, or ``None`` if the session has no login.

    :raises ValueError: If ``user`` is not the user who is logged in.
    """
    current = _get_user()
    stored = session_behind(session)
    visit = Visit.current()
    carried = _session.carries_login(stored) and visit.session_counts

    if user is None or (visit.pending is not None and unwrap(user) is unwrap(current)):
        return _ensure_login(stored) if carried else None

    user_id = _id_of(get_manager(), unwrap(user))

    if not carried or str(user_id) != str(_session.user_id(stored)):
        raise ValueError("The given user is not the one who is logged in.")

    return _ensure_login(stored)


def _ensure_login(stored: t.Any) -> Login:
    """Return the login's record. Create one for a session that an older version wrote."""
    known = _session.find_login(stored)

    if known is None:
        settings = Settings(app_behind(current_app).config)
        known = new_login(_session.user_id(stored), settings)
        _session.keep_login(stored, known)

    return known
