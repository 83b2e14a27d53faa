"""What goes with a login besides its user: the session's ID, the remember-me cookie, and what must
not outlive it.
"""

from __future__ import annotations

import typing as t

from flask import Flask
from flask import g
from flask import Request

from . import _clock
from . import _session
from . import remember
from ._request import get_state
from ._request import the_request
from .config import Settings


def remembered_token(app: Flask, request: Request, stored: t.Any) -> remember.Token | None:
    """What the request's remember-me cookie says of the very user who is logged in, if it is
    accepted and does.
    """
    settings = Settings(app.config)
    cookie = request.cookies.get(settings.cookie_name)

    if cookie is None or not _session.carries_login(stored):
        return None

    token = remember.read(cookie, settings)

    if isinstance(token, remember.Refused):
        return None

    if str(token.user_id) != str(_session.user_id(stored)):
        return None

    return _completed(token, stored) if token.undated else token


def _completed(token: remember.Token, stored: t.Any) -> remember.Token:
    """A token of a historic cookie, with what the session knows and the cookie does not."""
    seconds = _session.remember_seconds(stored)
    known = _session.find_login(stored)

    if seconds is not None:
        token = token._replace(duration=seconds)

    if known is not None:
        token = token._replace(authenticated_at=known.authenticated_at, stamp=known.stamp)

    return token


def ensure_login(stored: t.Any) -> _session.Login:
    """What is kept of the session's login. One that an older version began starts to be known."""
    known = _session.find_login(stored)

    if known is None:
        now = _clock.now()
        known = _session.Login(_session.user_id(stored), now, now)
        _session.keep_login(stored, known)

    return known


def is_other(user_id: t.Any, other: t.Any) -> bool:
    """Whether two IDs, the first of which may be missing, are of different users. One may have come
    back from a cookie as a string, and was an int.
    """
    return user_id is not None and str(user_id) != str(other)


def reset(settings: Settings, stored: t.Any) -> None:
    """Drop what must not outlive a change of the login, such as CSRF tokens."""
    keys = settings.reset_keys

    if not keys:
        return

    _session.reset(stored, keys)

    for key in keys:
        g.pop(key, None)


def change_session_id(app: Flask, stored: t.Any) -> None:
    # A server-side session whose ID was known before the login would be known after it, too
    # (session fixation; OWASP ASVS 7.2.4).
    interface = app.session_interface
    regenerate = getattr(interface, "regenerate", None)

    if regenerate is None or not _takes_cookies(the_request()):
        return

    # Flask-SocketIO has sessions of its own, which no interface keeps.
    if isinstance(stored, getattr(interface, "session_class", object)):
        regenerate(stored)


def _takes_cookies(request: Request) -> bool:
    """Whether a response to this request can carry a cookie. Events of a WebSocket come in the
    context of its handshake, which has long been answered; Flask-SocketIO tells their namespace.
    """
    upgrade = str(request.headers.get("Upgrade", "")).lower()
    return upgrade != "websocket" and not hasattr(request, "namespace")


def forget_cookie(app: Flask, request: Request, stored: t.Any) -> None:
    """Have the response delete the remember-me cookie, where the browser may have one."""
    state = get_state()
    name = state.settings.cookie_name
    path = f"{request.root_path}{request.path}"

    if name in request.cookies or remember.may_be_hidden(state.settings, path):
        state.forget = True

        # Without a secret key there is no session to write to.
        if not app.session_interface.is_null_session(stored):
            _session.ask_to_forget(stored)
