"""The keys kept in :data:`flask.session`, and the only code that spells them.

Each function is given the session, so that this module depends on no context.
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
    """What is recorded of the login that this session carries, or ``None`` if nothing is."""
    return parse_login(session.get(_LOGIN), session.get(_USER_ID))


def records_activity(session: Session) -> bool:
    """Whether the record of a login without a stamp says when the user was last active."""
    record: t.Any = session.get(_LOGIN)
    # An application may have a key of its own by this name.
    return isinstance(record, str) and "..." not in record


def keep_login(session: Session, login: Login) -> None:
    session[_LOGIN] = str(login)


def leave_owner(session: Session, user_id: t.Any) -> None:
    """Record the user whose data stays behind, if any does, so that another user's login can clear
    it.
    """
    if session:
        session[_LOGIN] = f"|{user_id}"


def find_owner(session: Session) -> t.Any:
    """The user whose login the session carries, or whose data an ended one left, or ``None``."""
    user_id = session.get(_USER_ID)
    record = session.get(_LOGIN)

    if user_id is not None or not isinstance(record, str):
        return user_id

    return record.partition("|")[2] or None


def carries_login(session: Session) -> bool:
    return session.get(_USER_ID) is not None


def user_id(session: Session) -> t.Any:
    """The ID that a login left, as the user's ``get_id`` returned it, or ``None``."""
    return session.get(_USER_ID)


def is_fresh(session: Session) -> bool:
    return bool(session.get(_FRESH, False))


def identifier(session: Session) -> t.Any:
    """What :func:`begin` recorded of the browser, or ``None``."""
    return session.get(_IDENTIFIER)


def begin(session: Session, login: Login, *, fresh: bool, identifier: str) -> None:
    """Log a user in. What an earlier login asked of the remember-me cookie is dropped."""
    _remove(session, {_REMEMBER, _REMEMBER_SECONDS})
    name_user(session, login.user_id, fresh=fresh)
    bind(session, login, identifier)


def name_user(session: Session, user_id: t.Any, *, fresh: bool) -> None:
    """Log a user in without a word about the browser, as test clients do."""
    session[_USER_ID] = user_id
    session[_FRESH] = fresh


def resume(session: Session, user_id: t.Any) -> Callable[[], None]:
    """Let a remembered user in, not fresh, and return what takes it back.

    A ``user_loader`` may read the session, so this happens before anyone knows whether the user
    still exists.
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
    """Record a login, and the browser that it belongs to."""
    session[_IDENTIFIER] = identifier
    session[_LOGIN] = str(login)


def demote(session: Session) -> None:
    session[_FRESH] = False


def discard(session: Session, keys: Collection[str]) -> None:
    """Remove every key of ours, which are ``Settings.session_keys``, and none of the
    application's.
    """
    _remove(session, keys)


def discard_others(session: Session, ours: Collection[str], preserve: Collection[str]) -> None:
    """Remove every key of the application's but those to preserve, and none of ours."""
    _remove(session, session.keys() - {*ours, *preserve})


def reset(session: Session, keys: Collection[str]) -> None:
    """Remove keys that must not outlive a change of the login."""
    _remove(session, set(keys))


def ask_to_remember(session: Session, seconds: float | None) -> None:
    """Have a response set the remember-me cookie: this one, or, where a context sends none (a
    WebSocket's), the next.

    :param seconds: How long to remember this login, or ``None`` for the configured duration.
    """
    session[_REMEMBER] = "set"

    if seconds is not None:
        session[_REMEMBER_SECONDS] = seconds


def ask_to_forget(session: Session) -> None:
    """Have a response delete the remember-me cookie, like :func:`ask_to_remember`."""
    session[_REMEMBER] = "clear"


def remember_intent(session: Session) -> t.Any:
    """``"set"``, ``"clear"``, or ``None`` if the cookie is to stay as it is."""
    return session.get(_REMEMBER)


def take_remember_intent(session: Session) -> t.Any:
    """:func:`remember_intent`, which is thereby met."""
    return session.pop(_REMEMBER) if _REMEMBER in session else None


def remember_seconds(session: Session) -> t.Any:
    """The duration that this login was given, in seconds, or ``None``."""
    return session.get(_REMEMBER_SECONDS)


def save_next(session: Session, target: str | None) -> None:
    """Keep the page to return to after login. ``None`` removes an older one."""
    if target is not None:
        session[_NEXT] = target
    else:
        _remove(session, {_NEXT})


def take_next(session: Session) -> t.Any:
    """The page to return to after login, which is thereby done, or ``None``."""
    return session.pop(_NEXT) if _NEXT in session else None


def change_id(app: Flask, request: Request, session: Session) -> None:
    """Give a server-side session another ID. One that was known before the login would be known
    after it, too (session fixation; OWASP ASVS 7.2.4).
    """
    if _has_id(app, session) and _takes_cookies(request):
        t.cast(t.Any, app.session_interface).regenerate(session)


def can_change_id(app: Flask, request: Request, session: Session) -> bool:
    """Whether a session can be given another ID, or needs none."""
    return not _has_id(app, session) or _takes_cookies(request)


def have_unread_deleted(app: Flask, request: Request, session: t.Any) -> None:
    """Have Flask delete a session cookie that did not open, say because this machine's clock is
    behind. Later, or elsewhere, it would open, and the user be logged in again.
    """
    interface = app.session_interface

    if session or interface.get_cookie_name(app) not in request.cookies:
        return

    if not interface.is_null_session(session):
        session.modified = True


def _has_id(app: Flask, session: Session) -> bool:
    interface = app.session_interface

    # Flask-SocketIO has sessions of its own, which no interface keeps.
    return hasattr(interface, "regenerate") and isinstance(
        session, getattr(interface, "session_class", object)
    )


def _takes_cookies(request: Request) -> bool:
    """Whether a response to this request can carry a cookie. Events of a WebSocket come in the
    context of its handshake, which has long been answered; Flask-SocketIO tells their namespace.
    """
    upgrade = str(request.headers.get("Upgrade", "")).lower()
    return upgrade != "websocket" and not hasattr(request, "namespace")


def _remove(session: Session, keys: Collection[str]) -> None:
    # Only what is there: even ``pop`` with a default marks a session as modified, and the session
    # of an app without a secret key refuses every write.
    for key in keys:
        if key in session:
            del session[key]
