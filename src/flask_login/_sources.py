"""The ways in: the session, the remember-me cookie, and the request itself."""

from __future__ import annotations

import typing as t
from collections.abc import Callable
from collections.abc import Collection

from blinker import NamedSignal
from flask import Request
from flask import request

from . import _clock
from . import _session
from . import _views
from . import remember
from ._context import current_request
from ._kept import is_searching
from ._kept import kept_user
from ._kept import NOT_LOADED
from ._loaders import call_loader
from ._login import find_stamp
from ._login import Login
from ._login import Reason
from ._login import Stamp
from ._visit import FORGET
from ._visit import SESSION_SOURCES
from ._visit import Visit
from .config import LOADER_ORDER
from .mixins import is_nobody
from .signals import _user_loaded_from_header
from .signals import send
from .signals import user_accessed
from .signals import user_loaded_from_cookie
from .signals import user_loaded_from_request

if t.TYPE_CHECKING:
    from ._manager import Manager


def search(visit: Visit, manager: Manager) -> None:
    """Ask the sources for the user, in order, and keep whom the first one finds."""
    named: dict[str, NamedLoader] = manager._named_loaders
    order: t.Iterable[str] = visit.settings.loader_order

    if named or order is not LOADER_ORDER:
        order = with_named_loaders(visit.settings.loader_order, named)

    times_kept = visit.times_kept

    for name in order:
        reads_session = name in SESSION_SOURCES

        if reads_session and visit.protection_failed is None:
            visit.protection_failed = manager._session_protection_failed()

        # A stolen session ends the search. Nobody else is who they seem to be, either.
        if visit.protection_failed:
            break

        user = (_SOURCES[name] if name in _SOURCES else named[name]).find(visit, manager)

        # A source may have settled who it is, or a loader may have logged someone in or out.
        if visit.times_kept != times_kept and kept_user() is not NOT_LOADED:
            return

        if user is not None:
            visit.settle(name, from_request=not reads_session)
            return manager._update_request_context_with_user(user)

    manager._update_request_context_with_user()


def announce(visit: Visit) -> bool:
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


class FromSession:
    """The user whose ID a login left in the session."""

    def find(self, visit: Visit, manager: Manager) -> t.Any:
        stored = visit.session
        user_id = _session.user_id(stored)

        if manager._user_callback is None or user_id is None:
            return None

        settings = visit.settings
        is_limited = settings.limits_logins or visit.ledger is not None
        known = _session.find_login(stored) if is_limited else None
        reason = None if known is None else known.why_over(settings, _clock.now())

        if reason is not None:
            return visit.end(stored, reason)

        user = call_loader(visit.app, manager._user_callback, user_id, "user_loader", "session")

        stamp = find_stamp(user, user_id, settings)

        # Nothing is to be judged, or to be recorded.
        if not (user is None or stamp or is_limited or _session.records_activity(stored)):
            return user

        # The loader logged someone in or out.
        if not is_searching(visit):
            return None

        known = known or _session.find_login(stored)
        return self._judge(visit, manager, user, stamp, known)

    def _judge(
        self, visit: Visit, manager: Manager, user: t.Any, stamp: Stamp | None, known: Login | None
    ) -> t.Any:
        """The user, if their login may go on. What it is judged by later is recorded."""
        stored = visit.session
        settings = visit.settings
        login = known or Login(_session.user_id(stored), _clock.now())
        reason = login.why_refused(user, stamp, settings)

        if reason is not None:
            return visit.end(stored, reason)

        if visit.ledger is not None:
            login, reason = visit.ledger.admit(visit, manager, current_request(), login, known)

            if reason is not None:
                return visit.end(stored, reason, current_request() if reason == "stolen" else None)

        login = login.stamped(stamp)
        seen = login.seen(settings, _clock.now())

        # The first time counts in any case, so that a session that only pollers use has an end.
        if seen is not login and (login.seen_at is None or is_activity(visit, manager)):
            login = seen

        if login is not known and (known or stamp or login.secret or settings.has_lifetimes):
            visit.record(current_request(), stored, login, known)

        return user


class FromRememberCookie:
    """The user whom a remember-me cookie speaks of."""

    def find(self, visit: Visit, manager: Manager) -> t.Any:
        cookies = remember.find_cookies(current_request(), visit.settings)

        if not cookies or visit.owed is FORGET:
            return None

        if _session.remember_intent(visit.session) == "clear":
            visit.owed = FORGET
            return None

        for cookie in cookies:
            user = manager._load_user_from_remember_cookie(cookie)

            if not is_nobody(user):
                return user

            if not is_searching(visit):
                return None

        # Without a user loader, nobody can tell whose cookie it is.
        if manager._user_callback is not None and any(
            not isinstance(token, remember.Refused) or token.is_ours
            for token in visit.read_cookies(current_request())
        ):
            visit.owed = FORGET

        return None


def restore_login(visit: Visit, manager: Manager, cookie: str) -> t.Any:
    """Find the user that a remember-me cookie speaks of, and restore their login, not fresh. Sends
    :data:`.user_loaded_from_cookie`.
    """
    settings = visit.settings
    token = remember.read(cookie, settings, on_record=visit.ledger is not None)

    if manager._user_callback is None:
        return None

    if isinstance(token, remember.Refused):
        return visit.refuse_cookie(token.reason)

    if visit.ledger is not None:
        completed = visit.ledger.restore(visit, manager, current_request(), token)

        if not isinstance(completed, remember.Token):
            return visit.refuse_cookie(completed)

        token = completed

    # What ended a session is not undone by a cookie that does not know of it.
    token = token.completed(visit.ended)
    reason = token.login.why_over(settings, _clock.now())
    return (
        _resume(visit, manager, token)
        if reason is None
        else visit.refuse_cookie(reason, token.login)
    )


def _resume(visit: Visit, manager: Manager, token: remember.Token) -> t.Any:
    stored = visit.session
    owner = visit.find_owner(stored)
    searching = is_searching(visit)
    take_back = _session.resume(stored, token.login.user_id)
    user, stamp, reason = _judge(visit, manager, token, take_back)

    # The loader logged someone in or out.
    if searching and not is_searching(visit):
        return None

    if reason is not None:
        take_back()
        return visit.refuse_cookie(reason, token.login)

    login = token.login.stamped(stamp).seen(visit.settings, _clock.now())
    identifier = manager._session_identifier_generator()

    # Where the session cannot carry it, the login is for this request alone.
    if not visit.resume(current_request(), stored, token, login, identifier, owner):
        take_back()

    if searching:
        visit.settle("remember", from_request=False)
        manager._update_request_context_with_user(user)

    send(user_loaded_from_cookie, visit.app, user=user)
    return user


def _judge(
    visit: Visit, manager: Manager, token: remember.Token, take_back: Callable[[], None]
) -> tuple[t.Any, Stamp | None, Reason | None]:
    """The user of a token, their stamp, and why their login may not go on, if so.

    :param take_back: Called if a loader raises, unless it logged someone in or out before.
    """
    user_id = token.login.user_id
    callback = manager._user_callback
    searching = is_searching(visit)

    try:
        user = call_loader(visit.app, callback, user_id, "user_loader", "remember-me cookie")
        stamp = find_stamp(user, user_id, visit.settings)
        return user, stamp, token.login.why_refused(user, stamp, visit.settings)
    except BaseException:
        if not searching or is_searching(visit):
            take_back()

        raise


class FromRequest:
    """The user whom the ``request_loader``, or a deprecated ``header_loader``, finds."""

    def find(self, visit: Visit, manager: Manager) -> t.Any:
        user = None

        if manager._request_callback is not None:
            # A proxy, as ever: loaders may want to unwrap it.
            user = manager._load_user_from_request(request)

        if manager._header_callback is not None and is_nobody(user):
            header = current_request().headers.get(visit.settings.auth_header_name)
            user = None if header is None else manager._load_user_from_header(header)

        return None if is_nobody(user) else user


def find_by_request(visit: Visit, manager: Manager, request: Request) -> t.Any:
    """Call the ``request_loader``. Sends :data:`.user_loaded_from_request`."""
    if manager._request_callback is None:
        return None

    user = call_loader(visit.app, manager._request_callback, request, "request_loader", "request")
    return _accept(visit, manager, user, user_loaded_from_request, "request")


def find_by_header(visit: Visit, manager: Manager, header: str) -> t.Any:
    """Call the ``header_loader``."""
    if manager._header_callback is None:
        return None

    user = call_loader(visit.app, manager._header_callback, header, "header_loader", "header")
    return _accept(visit, manager, user, _user_loaded_from_header, "request")


class NamedLoader:
    """A loader that :meth:`.LoginManager.loader` registered."""

    def __init__(
        self,
        name: str,
        callback: Callable[[t.Any], t.Any],
        challenge: str | None,
        vary: tuple[str, ...],
    ) -> None:
        self.name = name
        self.callback = callback
        self.challenge = challenge
        self.vary = vary

    def find(self, visit: Visit, manager: Manager) -> t.Any:
        visit.vary += self.vary
        user = call_loader(visit.app, self.callback, current_request(), "loader", "request")
        return _accept(visit, manager, user, user_loaded_from_request, self.name)


def add_loader(named: dict[str, NamedLoader], loader: NamedLoader) -> None:
    """Add a loader to those of a manager.

    :raises ValueError: If another one has its name.
    """
    known = named.get(loader.name)

    # An application factory registers the same function anew in each application.
    if known is not None and _code_of(known.callback) is not _code_of(loader.callback):
        raise ValueError(f"There is a loader called '{loader.name}' already.")

    named[loader.name] = loader


def with_named_loaders(order: Collection[str], named: Collection[str]) -> t.Iterator[str]:
    """All who are asked for the user, in order. ``"request"`` stands for the request loader and all
    named loaders that have no place of their own.

    :raises ValueError: If ``LOGIN_LOADER_ORDER`` names something else.
    """
    check_names("LOGIN_LOADER_ORDER", order, named)

    for name in order:
        yield name

        if name == "request":
            yield from (unplaced for unplaced in named if unplaced not in order)


def check_names(setting: str, names: Collection[str], named: Collection[str]) -> None:
    """Refuse names that nothing finds users by.

    :param setting: What to blame.
    :raises ValueError: For the first of them.
    """
    for name in names:
        if name not in {*SESSION_SOURCES, "request", *named}:
            raise ValueError(f"{setting} names '{name}', which is no loader.")


def is_activity(visit: Visit, manager: Manager) -> bool:
    """Whether this request keeps a session from idling out."""
    current = current_request()
    view = visit.app.view_functions.get(current.endpoint or "")
    marked = view is not None and _views.has_mark(view, current.method, _views.NO_ACTIVITY)
    return not marked and manager.counts_as_activity(current)


_SOURCES: dict[str, FromSession | FromRememberCookie | FromRequest] = {
    "session": FromSession(),
    "remember": FromRememberCookie(),
    "request": FromRequest(),
}


def _accept(visit: Visit, manager: Manager, user: t.Any, signal: NamedSignal, name: str) -> t.Any:
    """Accept an API user and send the signal."""
    if user is None:
        return None

    # Before the signal: its receivers may ask for the user.
    if is_searching(visit):
        visit.settle(name, from_request=True)
        manager._update_request_context_with_user(user)

    send(signal, visit.app, user=user)
    return user


def _code_of(callback: t.Any) -> t.Any:
    return getattr(callback, "__code__", callback)
