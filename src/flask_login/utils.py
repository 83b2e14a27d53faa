"""What views and templates call about the current request: ``current_user``, ``login_user``,
``login_required`` and their kin.

Test suites patch names in this module, so everything here looks them up when it is called.
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
    # A class without a docstring would hide the user's.
    __doc__: t.Any = vars(LocalProxy)["__doc__"]
    # Pony ORM knows a proxy to unwrap by the name of its class, and by this in the class itself.
    _get_current_object: t.Any = vars(LocalProxy)["_get_current_object"]

    # What LocalProxy does for an attribute, in one step and not in three: views and templates do
    # hardly anything else with the user.
    def __getattr__(self, name: str) -> t.Any:
        return getattr(_get_user(), name)


_CurrentUser.__name__ = "LocalProxy"


#: The user of this request: the one who is logged in, or an anonymous one. ``None`` outside a
#: request. The user is loaded on first use.
current_user: t.Any = _CurrentUser(lambda: _get_user())

_current_user = current_user


def get_current_user() -> t.Any:
    """The user that :data:`current_user` stands for: the object itself, to keep or to pass on."""
    return unwrap(_get_user())


def login_user(
    user: t.Any,
    remember: bool = False,
    duration: timedelta | float | None = None,
    force: bool = False,
    fresh: bool = True,
) -> bool:
    """Log a user in. Sends :data:`.user_logged_in`.

    The last login of a request decides about the remember-me cookie. A login as another user
    deletes a cookie that the browser has.

    A user who has no ID yet, because the model is not saved, is asked for it again when the
    response is made, unless that is an error. The session is written then.

    :param remember: Whether the user stays logged in after the browser is closed.
    :param duration: How long to remember this login, as a timedelta or in seconds. By default,
        ``REMEMBER_COOKIE_DURATION``. Zero or less means not to remember it.
    :param force: Log in a user whose ``is_active`` is false.
    :param fresh: Whether the user has just proved who they are. See :func:`login_fresh`.
    :return: Whether the user was logged in. They are not if they are inactive, or have as many
        logins on record as ``LOGIN_RECORDS_LIMIT`` admits.
    :raises TypeError: If the duration is none.
    :raises ServiceUnavailable: If the login cannot be put on record.
    """
    user = unwrap(user)

    if not force and not user.is_active:
        return False

    manager = get_manager()
    visit = Visit.current()
    wish = _wish(visit.settings, remember, duration, force, fresh)
    user_id = _id_of(manager, user)

    if user_id is None:
        # Whoever is logged in is not any longer, whatever becomes of the new user.
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
    """Write the login of a user who had no ID yet, if they have one by now.

    :param succeeded: Whether the request did. After a rollback, an object keeps an ID that
        somebody else gets.
    """
    wish = visit.pending
    visit.pending = None

    # Who was set by hand meanwhile did not log in.
    if wish is None or not succeeded or not has_kept_user(visit):
        return

    user = unwrap(kept_user())
    manager = get_manager()

    # Whatever it is that a model without an ID raises.
    try:
        user_id = _id_of(manager, user)
    except Exception:
        user_id = None

    if user_id is None:
        _logger.warning(
            "A user was logged in who has no ID: '%s' returned None. The login was not written."
            " Save the model, so that it has an ID, before the response is made.",
            manager.id_attribute,
        )
    else:
        _begin_late(visit, manager, user, user_id, wish)


def logout_user(scope: t.Literal["this", "others", "all"] = "this") -> bool:
    """Log the user out, and delete their remember-me cookie. Sends :data:`.user_logged_out`.

    :param scope: What ends, where logins are on record: this browser's login, all ``"others"`` of
        the user while this one goes on, or ``"all"``.
    :return: ``True``.
    :raises ValueError: If the scope is another word.
    :raises RuntimeError: If the scope needs logins on record, and they are not.
    :raises ServiceUnavailable: If what is on record cannot be ended. This browser is logged out
        all the same.
    """
    _as_scope("scope", scope)
    visit = Visit.current()

    try:
        user = unwrap(_get_user())
    except ServiceUnavailable:
        # Who cannot be found on record leaves this browser all the same.
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
    """Make the current login fresh, after the user proved again who they are. Sends
    :data:`.user_login_confirmed`.

    Has no effect if nobody is logged in through the session.

    :param user: The user who has just re-authenticated. Pass it whenever the form could have been
        filled in by someone else.
    :raises ValueError: If it is someone else than the current login's user.
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
    """Let the current login go on after its user's credentials were changed, while all their other
    logins end.

    The session gets the new session stamp and a new ID, and the remember-me cookie, if there is
    one, is replaced. Where logins are on record, the user's others are ended.

    :param user: The user, with the new credentials. By default, the current one.
    :raises ValueError: If it is someone else than the current login's user.
    :raises ServiceUnavailable: If what is on record of the others cannot be ended.
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
    """Whether the user proved who they are in this session, rather than being remembered from an
    earlier one, and not too long ago.

    :param max_age: How long ago at most, as a timedelta or in seconds. By default,
        ``LOGIN_FRESH_LIFETIME``.
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
    """Whether a remember-me cookie stands behind the current login: one that is the user's own, or
    that the response to this request sets.
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

    # Where the session cannot carry a restored login, the cookie brings it each time.
    if visit.source == "remember" and not visit.resumed:
        return True

    return visit.find_token(request_behind(request), stored) is not None


def login_source() -> str | None:
    """How the current user was identified: ``"session"``, ``"remember"``, ``"request"`` or the name
    of a :meth:`.LoginManager.loader`. ``None`` for anonymous users, or if the application set the
    user itself.
    """
    return Visit.current().source if has_request_context() and is_logged_in() else None


def login_denied_reason() -> str | None:
    """Why this request has no login, or no fresh one: one of the words of :ref:`reasons`. ``None``
    if it has a fresh login, and outside a request.
    """
    if not has_request_context():
        return None

    if not is_logged_in():
        visit = Visit.current()
        return "limit" if visit.has_too_many else visit.reason or "no_login"

    return None if login_fresh() and not Visit.current().stale else "stale"


def session_expires_at() -> datetime | None:
    """When the current login ends unless there is activity, in UTC. ``None`` if nobody is logged
    in by the session, if their login has no timeouts, and outside a request.
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
    """Let only logged-in users enter a view. Others get :meth:`.LoginManager.unauthorized`. ::

        @app.get("/settings")
        @login_required
        def settings():
            ...

    The guard goes *below* ``@app.route``; above it, the route has already got the unguarded view.
    Methods in :data:`.EXEMPT_METHODS` pass, and everyone passes while ``LOGIN_DISABLED`` is set.

    :param via: Let only those in who came this way, or one of these: what :func:`login_source`
        returns. By default, any.
    """
    ways = None if via is None else _as_ways(via)

    def refusal() -> Callable[[], ResponseReturnValue] | None:
        logged_in = is_logged_in()

        if logged_in and (ways is None or Visit.current().source in ways):
            return None

        manager = get_manager()

        # A misspelt name would refuse everyone, and nobody would know why.
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
    """Let only users enter a view whose login is fresh. Others get
    :meth:`.LoginManager.needs_refresh`, and those who are not logged in
    :meth:`.LoginManager.unauthorized`. ::

        @app.post("/password")
        @fresh_login_required(max_age=timedelta(minutes=5))
        def change_password():
            ...

    :param max_age: How long ago the user may have proved who they are, as a timedelta or in
        seconds. By default, ``LOGIN_FRESH_LIFETIME``.
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
    """The URL of a login view, with the page to return to in its query.

    :param login_view: An endpoint, a path or a URL.
    :param next_url: The page to return to after login.
    :param next_field: What the query calls it.
    """
    return build_login_url(expand_login_view(login_view), next_url, next_field)


def build_login_url(base: str, next_url: str | None = None, next_field: str = "next") -> str:
    """:func:`login_url`, of what a login view was expanded to."""
    host = Settings(app_behind(current_app).config).force_host if has_app_context() else None
    url = base

    if next_url is not None:
        url = _urls.with_next(base, next_field, make_next_param(base, next_url))

    if host:
        url = _urls.with_host(url, host, find_origin())

    return url


def make_next_param(login_url: str, current_url: str) -> str:
    """What to tell a login view about the page to return to: a path if the login view is on this
    site, else the whole URL.

    Sites differ by scheme, host and port.

    :param login_url: The login view's URL.
    :param current_url: The URL to return to. One that cannot be parsed becomes ``/``.
    """
    return _urls.as_next(login_url, current_url)


def expand_login_view(login_view: str) -> str:
    """The URL of a login view: an endpoint is looked up, a path or a URL is one already."""
    login_view = unwrap(login_view)
    return login_view if _urls.is_url(login_view) else url_for(login_view)


def find_origin() -> str | None:
    if not has_request_context():
        return None

    current = unwrap(request)
    return _urls.find_origin(current.scheme, current.host)


def set_login_view(login_view: LoginView, blueprint: t.Any = None) -> None:
    """Set the login view of the current application, or of one blueprint.

    :param login_view: An endpoint, a path or a URL. ``None`` answers with 401.
    :param blueprint: The :class:`flask.Blueprint` to set it for.
    """
    manager = get_manager()

    if blueprint is None:
        manager.login_view = login_view
    else:
        manager.blueprint_login_views[blueprint.name] = login_view


def encode_cookie(payload: str, key: str | bytes | None = None) -> str:
    """Sign a user's ID in the historic format of the remember-me cookie.

    :param key: By default, the ``SECRET_KEY``.
    """
    return f"{payload}|{_cookie_digest(payload, key=key)}"


def decode_cookie(cookie: str | bytes, key: str | bytes | None = None) -> str | None:
    """The user's ID in a remember-me cookie, or ``None`` if it is not genuine.

    :param key: By default, the ``SECRET_KEY`` and the ``SECRET_KEY_FALLBACKS``.
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
    # The one place where everything above, and a test's patch, finds the user.
    try:
        user = kept_user()
    except RuntimeError:  # Outside a request, where hardly anybody asks: so this is asked last.
        return None

    if user is not NOT_LOADED:
        return user

    if not has_request_context():
        return None

    manager = get_manager()
    visit = Visit.current()

    # While a loader runs, nobody is known. Otherwise it would recurse.
    if is_searching(visit):
        return manager.anonymous_user()

    manager._load_user()
    return claim_user(visit)


def _user_context_processor() -> dict[str, t.Any]:
    error = sys.exc_info()[1]

    # The page about a loader's failure must render, so it does not call the loader again.
    if error is not None and has_left_the_view(error) and _is_unknown():
        return {"current_user": get_manager().anonymous_user()}

    return {"current_user": _get_user()}


def _is_unknown() -> bool:
    return has_request_context() and kept_user() is NOT_LOADED


def _create_identifier() -> str:
    """What session protection knows a browser by: a hash of its address and its User-Agent.

    ``X-Forwarded-For`` is not read, because anyone can send it. Behind a proxy, use
    :class:`~werkzeug.middleware.proxy_fix.ProxyFix`.
    """
    current = request_behind(request)
    return _identify(current.remote_addr, current.headers.get("User-Agent"))


# A browser makes many requests. With the User-Agents of browsers, 1,024 of them take 300 KiB.
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
    # Tests patch either name. Where they have not, there is no need to go through the proxy.
    user = _get_user() if current_user is _current_user else unwrap(current_user)
    return not is_nobody(user) and bool(user.is_authenticated)


def guard_by(
    refusal: Refusal, kind: Mapping[str, t.Any], *, sends_users_on: bool = True
) -> Callable[[V], V]:
    """A decorator that asks ``refusal`` before each call of a view. It returns ``None``, or what
    answers instead of the view.

    :param kind: The guard's name and arguments, for whoever lists the guards of views.
    :param sends_users_on: Whether it may redirect users who are logged in. Then it is also asked
        before they are redirected to the view, so that it must not depend on the request.
    """

    def decorate(view: V) -> V:
        if not callable(view):
            raise TypeError(f"A guard goes on a view, not on {view!r}: name its arguments.")

        is_async = _views.is_awaitable(view)

        @wraps(view)
        def guarded(*args: t.Any, **kwargs: t.Any) -> t.Any:
            refuse = None if is_guard_off() else refusal()

            # Below a decorator that is async itself, which awaits what it is given.
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
    """Whether guards let everyone pass.

    :param app: The current application, from who has it at hand. By default, it is looked up.
    :param current: The current request, likewise.
    """
    try:
        config: t.Any = (app or app_behind(current_app)).config

        if config.get("LOGIN_DISABLED"):
            return True

        return (current or request_behind(request)).method in EXEMPT_METHODS
    except RuntimeError:  # There is neither where a unit test calls a view by itself.
        return False


def demand_ledger(visit: Visit) -> Ledger:
    """Who keeps the logins on record.

    :raises RuntimeError: If they are not.
    """
    if visit.ledger is None:
        raise RuntimeError(
            "Logins are not on record, so they cannot be told apart. Pass a store as"
            " 'LoginManager(records=...)'."
        )

    return visit.ledger


def _has_manager() -> bool:
    return hasattr(app_behind(current_app), "login_manager")


def _is_settled_by_session() -> bool:
    """Whether the session has a say about the user of this request, after protection."""
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
    """What ``login_required(via=...)`` was given, as names.

    :raises TypeError: If it is something else.
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
    """What a login asks for. With a duration of zero or less, it does not ask to be remembered."""
    wish = Wish()
    wish.remember, wish.forced, wish.fresh = remember, force, fresh

    if remember and duration is not None:
        wish.seconds = as_duration("duration", duration).total_seconds()
        wish.remember = wish.seconds > 0
    elif remember:
        wish.remember = settings.cookie_duration is not None

    return wish


def _begin_login(visit: Visit, manager: Manager, user: t.Any, user_id: t.Any, wish: Wish) -> bool:
    """Log a user in who has an ID.

    :return: Whether they may have one login more.
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

    :param user_id: Whose other logins end, too, if anybody's.
    """
    stored = session_behind(session)
    current = request_behind(request)
    known = None if visit.ledger is None else _session.find_login(stored) or visit.ended
    visit.leave(current, stored)

    try:
        # Receivers find the user in 'current_user', too.
        send(user_logged_out, app_behind(current_app), user=user)
    finally:
        # A receiver may have logged somebody in.
        if not _session.carries_login(stored) and visit.pending is None:
            get_manager()._update_request_context_with_user()

        if visit.ledger is not None:
            visit.ledger.leave(visit, current, known, user_id)


def _begin_late(visit: Visit, manager: Manager, user: t.Any, user_id: t.Any, wish: Wish) -> None:
    # The response is made. All that can still be done is not to log the user in.
    with suppress(ServiceUnavailable):
        if _begin_login(visit, manager, user, user_id, wish):
            return

    _logger.warning("A login could not be put on record, and was not written.")


def _id_of(manager: Manager, user: t.Any) -> t.Any:
    """The user's ID, or ``None`` if there is none yet."""
    user_id = getattr(user, manager.id_attribute)()

    # What 'str(self.id)' makes of a model that is not saved.
    if user_id == "None" and getattr(user, "id", user) is None:
        return None

    return user_id


def _current_login(user: t.Any) -> Login | None:
    """What is recorded of the login that this request goes on with, or ``None`` if the session
    carries none.

    :raises ValueError: If it is not the given user's.
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
    """The login's record. One that an older version began is recorded from now on."""
    known = _session.find_login(stored)

    if known is None:
        settings = Settings(app_behind(current_app).config)
        known = new_login(_session.user_id(stored), settings)
        _session.keep_login(stored, known)

    return known
