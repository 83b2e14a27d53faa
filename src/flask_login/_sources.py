"""The sources of a request's user: the session, the remember-me cookie, and the request itself."""

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
    """Ask the sources in order, and keep the user that the first one finds."""
    named: dict[str, NamedLoader] = manager._named_loaders
    order: t.Iterable[str] = visit.settings.loader_order

    if named or order is not LOADER_ORDER:
        order = with_named_loaders(visit.settings.loader_order, named)

    times_kept = visit.times_kept

    for name in order:
        reads_session = name in SESSION_SOURCES

        if reads_session and visit.protection_failed is None:
            visit.protection_failed = manager._session_protection_failed()

        # The session may be stolen, and so may the other credentials. End the search.
        if visit.protection_failed:
            break

        user = (_SOURCES[name] if name in _SOURCES else named[name]).find(visit, manager)

        # The source has kept the user itself, or a loader has logged a user in or out.
        if visit.times_kept != times_kept and kept_user() is not NOT_LOADED:
            return

        if user is not None:
            visit.settle(name, from_request=not reads_session)
            return manager._update_request_context_with_user(user)

    manager._update_request_context_with_user()


def announce(visit: Visit) -> bool:
    """Send :data:`.user_accessed`, and return whether a receiver changed the user."""
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
    """Finds the user by the ID in the session."""

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

        # There is nothing to judge and nothing to record.
        if not (user is None or stamp or is_limited or _session.records_activity(stored)):
            return user

        # The loader has logged a user in or out.
        if not is_searching(visit):
            return None

        known = known or _session.find_login(stored)
        return self._judge(visit, manager, user, stamp, known)

    def _judge(
        self, visit: Visit, manager: Manager, user: t.Any, stamp: Stamp | None, known: Login | None
    ) -> t.Any:
        """Return the user if the login may go on. Update the login's record."""
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

        # Always record the first time, so that a session with only polling requests expires, too.
        if seen is not login and (login.seen_at is None or is_activity(visit, manager)):
            login = seen

        if login is not known and (known or stamp or login.secret or settings.has_lifetimes):
            visit.record(current_request(), stored, login, known)

        return user


class FromRememberCookie:
    """Finds the user by the remember-me cookie."""

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

        # Without a user loader, no cookie can be judged, so none is deleted.
        if manager._user_callback is not None and any(
            not isinstance(token, remember.Refused) or token.is_ours
            for token in visit.read_cookies(current_request())
        ):
            visit.owed = FORGET

        return None


def restore_login(visit: Visit, manager: Manager, cookie: str) -> t.Any:
    """Find the user of a remember-me cookie, and restore the login, not fresh. Sends
    :data:`.user_loaded_from_cookie`.
    """
    settings = visit.settings
    token = remember.read(cookie, settings, recorded=visit.ledger is not None)

    if manager._user_callback is None:
        return None

    if isinstance(token, remember.Refused):
        return visit.refuse_cookie(token.reason)

    if visit.ledger is not None:
        completed = visit.ledger.restore(visit, manager, current_request(), token)

        if not isinstance(completed, remember.Token):
            return visit.refuse_cookie(completed)

        token = completed

    # A cookie must not undo the end of its session. The session's record completes the cookie.
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

    # The loader has logged a user in or out.
    if searching and not is_searching(visit):
        return None

    if reason is not None:
        take_back()
        return visit.refuse_cookie(reason, token.login)

    login = token.login.stamped(stamp).seen(visit.settings, _clock.now())
    identifier = manager._session_identifier_generator()

    # If the session cannot hold the login, it is valid for this request only.
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
    """Return the token's user, the user's stamp, and the reason if the login may not go on.

    :param take_back: Called if the loader raises, unless it has logged a user in or out before.
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
    """Finds the user by the ``request_loader`` or the deprecated ``header_loader``."""

    def find(self, visit: Visit, manager: Manager) -> t.Any:
        user = None

        if manager._request_callback is not None:
            # Pass the proxy, like Flask-Login 0.6.3, because loaders may unwrap it.
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
    """Finds the user by a loader that :meth:`.LoginManager.loader` registered."""

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
    """Add a loader to a manager's named loaders.

    :raises ValueError: If another loader has this name.
    """
    known = named.get(loader.name)

    # An application factory registers the same function again for each application.
    if known is not None and _code_of(known.callback) is not _code_of(loader.callback):
        raise ValueError(f"A loader named '{loader.name}' is already registered.")

    named[loader.name] = loader


def with_named_loaders(order: Collection[str], named: Collection[str]) -> t.Iterator[str]:
    """Yield the names of all sources, in order. ``"request"`` stands for the request loader and all
    named loaders that the order does not contain.

    :raises ValueError: If ``LOGIN_LOADER_ORDER`` contains an unknown name.
    """
    check_names("LOGIN_LOADER_ORDER", order, named)

    for name in order:
        yield name

        if name == "request":
            yield from (unplaced for unplaced in named if unplaced not in order)


def check_names(setting: str, names: Collection[str], named: Collection[str]) -> None:
    """Refuse names that no loader has.

    :param setting: The setting or argument to name in the message.
    :raises ValueError: For the first unknown name.
    """
    for name in names:
        if name not in {*SESSION_SOURCES, "request", *named}:
            raise ValueError(f"{setting} names '{name}', but there is no such loader.")


def is_activity(visit: Visit, manager: Manager) -> bool:
    """Return whether this request counts as activity for ``LOGIN_IDLE_TIMEOUT``."""
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

    # Before the signal, because its receivers may read 'current_user'.
    if is_searching(visit):
        visit.settle(name, from_request=True)
        manager._update_request_context_with_user(user)

    send(signal, visit.app, user=user)
    return user


def _code_of(callback: t.Any) -> t.Any:
    return getattr(callback, "__code__", callback)
