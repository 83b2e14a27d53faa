"""The keys in :data:`flask.session`. Only this module spells them.

Each function takes the session as an argument, so this module depends on no context.
"""

from __future__ import annotations

import typing as t
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import MutableMapping

from flask import Flask
from flask import Request

from ._login import Login
from ._login import parse_login
from .config import SESSION_KEYS

Session = MutableMapping[str, t.Any]

_USER_ID = "_user_id"
_FRESH = "_fresh"
_IDENTIFIER = "_id"
_REMEMBER = "_remember"
_REMEMBER_SECONDS = "_remember_seconds"
_LOGIN = "_login"
_NEXT = "next"


def find_login(session: Session) -> Login | None:
    """Return the record of the session's login, or ``None`` if there is none."""
    return parse_login(session.get(_LOGIN), session.get(_USER_ID))


def records_activity(session: Session) -> bool:
    """Return whether the record of a login without a stamp contains the last activity."""
    record: t.Any = session.get(_LOGIN)
    # The application may have its own key with this name.
    return isinstance(record, str) and "..." not in record


def keep_login(session: Session, login: Login) -> None:
    session[_LOGIN] = str(login)


def leave_owner(session: Session, user_id: t.Any) -> None:
    """Record the user whose data stays behind, if there is any, so that another user's login can
    clear it.
    """
    if session:
        session[_LOGIN] = f"|{user_id}"


def find_owner(session: Session) -> t.Any:
    """Return the ID of the user who is logged in, or whose data stayed behind, or ``None``."""
    user_id = session.get(_USER_ID)
    record = session.get(_LOGIN)

    if user_id is not None or not isinstance(record, str):
        return user_id

    return record.partition("|")[2] or None


def carries_login(session: Session) -> bool:
    return session.get(_USER_ID) is not None


def user_id(session: Session) -> t.Any:
    """Return the user's ID as ``get_id`` returned it at login, or ``None``."""
    return session.get(_USER_ID)


def is_fresh(session: Session) -> bool:
    return bool(session.get(_FRESH, False))


def identifier(session: Session) -> t.Any:
    """Return the browser's identifier that :func:`begin` recorded, or ``None``."""
    return session.get(_IDENTIFIER)


def begin(session: Session, login: Login, *, fresh: bool, identifier: str) -> None:
    """Log a user in. Drop what an earlier login asked for about the remember-me cookie."""
    _remove(session, {_REMEMBER, _REMEMBER_SECONDS})
    name_user(session, login.user_id, fresh=fresh)
    bind(session, login, identifier)


def name_user(session: Session, user_id: t.Any, *, fresh: bool) -> None:
    """Log a user in without the browser's identifier, as test clients do."""
    session[_USER_ID] = user_id
    session[_FRESH] = fresh


def resume(session: Session, user_id: t.Any) -> Callable[[], None]:
    """Log a remembered user in, not fresh, and return a function that undoes it.

    It runs before the ``user_loader``, because loaders read the session. The user may not exist any
    more.
    """
    ours = SESSION_KEYS - {_NEXT}
    before = {key: session[key] for key in ours if key in session}
    name_user(session, user_id, fresh=False)

    def take_back() -> None:
        discard(session, ours)
        session.update(before)

    return take_back


def confirm(session: Session, identifier: str) -> None:
    session[_FRESH] = True
    session[_IDENTIFIER] = identifier


def bind(session: Session, login: Login, identifier: str) -> None:
    """Record a login and the browser's identifier."""
    session[_IDENTIFIER] = identifier
    session[_LOGIN] = str(login)


def demote(session: Session) -> None:
    session[_FRESH] = False


def discard(session: Session, keys: Collection[str]) -> None:
    """Remove our keys, which are ``Settings.session_keys``. The application's keys stay."""
    _remove(session, keys)


def discard_others(session: Session, ours: Collection[str], preserve: Collection[str]) -> None:
    """Remove the application's keys except those to preserve. Our keys stay."""
    _remove(session, session.keys() - {*ours, *preserve})


def reset(session: Session, keys: Collection[str]) -> None:
    """Remove keys that must not outlive a change of the login."""
    _remove(session, set(keys))


def ask_to_remember(session: Session, seconds: float | None) -> None:
    """Ask the response to set the remember-me cookie. If this context sends no response (a
    WebSocket's), the next response does it.

    :param seconds: How long to remember this login, or ``None`` for the configured duration.
    """
    session[_REMEMBER] = "set"

    if seconds is not None:
        session[_REMEMBER_SECONDS] = seconds


def ask_to_forget(session: Session) -> None:
    """Ask the response to delete the remember-me cookie, like :func:`ask_to_remember`."""
    session[_REMEMBER] = "clear"


def remember_intent(session: Session) -> t.Any:
    """Return ``"set"``, ``"clear"``, or ``None`` if the cookie stays as it is."""
    return session.get(_REMEMBER)


def take_remember_intent(session: Session) -> t.Any:
    """Return :func:`remember_intent`, and remove it from the session."""
    return session.pop(_REMEMBER) if _REMEMBER in session else None


def remember_seconds(session: Session) -> t.Any:
    """Return the duration that :func:`.login_user` set for this login, in seconds, or ``None``."""
    return session.get(_REMEMBER_SECONDS)


def save_next(session: Session, target: str | None) -> None:
    """Store the page to return to after login. ``None`` removes an older one."""
    if target is not None:
        session[_NEXT] = target
    else:
        _remove(session, {_NEXT})


def take_next(session: Session) -> t.Any:
    """Return the page to return to after login, or ``None``, and remove it from the session."""
    return session.pop(_NEXT) if _NEXT in session else None


def change_id(app: Flask, request: Request, session: Session) -> None:
    """Give a server-side session a new ID. Otherwise an attacker who knew the ID before the login
    would know it after the login, too (session fixation; OWASP ASVS 7.2.4).
    """
    if _has_id(app, session) and _takes_cookies(request):
        t.cast(t.Any, app.session_interface).regenerate(session)


def can_change_id(app: Flask, request: Request, session: Session) -> bool:
    """Return whether the session's ID can change, or the session has no ID."""
    return not _has_id(app, session) or _takes_cookies(request)


def have_unread_deleted(app: Flask, request: Request, session: t.Any) -> None:
    """Make Flask delete a session cookie that it could not read, for example because this machine's
    clock is behind. Otherwise, the cookie could be read later, and the user be logged in again.
    """
    interface = app.session_interface

    if session or interface.get_cookie_name(app) not in request.cookies:
        return

    if not interface.is_null_session(session):
        session.modified = True


def _has_id(app: Flask, session: Session) -> bool:
    interface = app.session_interface

    # Flask-SocketIO has its own sessions, which the session interface does not save.
    return hasattr(interface, "regenerate") and isinstance(
        session, getattr(interface, "session_class", object)
    )


def _takes_cookies(request: Request) -> bool:
    """Return whether a response to this request can set a cookie. Events of a WebSocket run in the
    context of its handshake, whose response was sent before. Flask-SocketIO sets ``namespace``.
    """
    upgrade = str(request.headers.get("Upgrade", "")).lower()
    return upgrade != "websocket" and not hasattr(request, "namespace")


def _remove(session: Session, keys: Collection[str]) -> None:
    # Remove only keys that exist: even 'pop' with a default marks a session as modified, and the
    # session of an application without 'SECRET_KEY' refuses every write.
    for key in keys:
        if key in session:
            del session[key]
