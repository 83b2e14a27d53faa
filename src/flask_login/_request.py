"""What is known of a request: its user, and what its response owes the remember-me cookie.

The user is kept as ``g._login_user``, which applications read, set and delete. But ``g`` belongs to
the application context, and before Flask 3.2 several requests share one that a test holds open. So
what *we* put there is marked with the request it was found for, and is nothing to another request.
"""

from __future__ import annotations

import typing as t
from collections.abc import Callable
from contextvars import ContextVar
from contextvars import Token
from copy import copy

from flask import ctx as contexts
from flask import current_app
from flask import Flask
from flask import g
from flask import globals as flask_globals
from flask import Request
from flask import request
from flask import session
from werkzeug.local import LocalProxy

from .config import Settings

if t.TYPE_CHECKING:
    from ._policy import Reason
    from .remember import Token as RememberToken

#: Stands for the user while nobody has been looked up.
NOT_LOADED: t.Any = object()

# The request whose user is being searched for. Other threads that work for the same request search
# for themselves.
_search: ContextVar[LoginState | None] = ContextVar("flask_login_search", default=None)

_STATE = "_flask_login"

# Flask declares its proxies as what they stand for, which hides that they can be unwrapped.
_app = t.cast("LocalProxy[Flask]", current_app)
_request = t.cast("LocalProxy[Request]", request)
_session = t.cast("LocalProxy[t.Any]", session)
_g = t.cast("LocalProxy[object]", g)

# The context that the session belongs to. Before Flask 3.2, requests have one of their own.
_is_merged = hasattr(contexts.AppContext, "session")
_context: LocalProxy[t.Any] = getattr(flask_globals, "app_ctx" if _is_merged else "request_ctx")

# The attribute of the context that merely holds the session, since Flask 3.1.3 and before.
_HELD = "_session" if _is_merged or hasattr(contexts.RequestContext, "session") else "session"


class LoginState:
    """What this library did in one request. It lives on the request object."""

    #: The user that was put on ``g`` for this request.
    user: t.Any = NOT_LOADED
    #: What found them: ``"session"``, ``"remember"``, ``"request"`` or a loader's name.
    source: str | None = None
    #: Whether that was the request itself, so that the session is none of theirs.
    by_request = False
    #: Whether somebody was logged in at any time during the request.
    identified = False
    #: Whether the caller was refused in a way that depends on who they are.
    refused = False
    #: The headers that were looked at.
    vary: tuple[str, ...] = ()
    #: Whether the caller was refused because their login is not fresh.
    stale = False
    #: Whether ``user_accessed`` is being sent.
    announcing = False
    #: Whether session protection ended the login, once it has been asked.
    protection_failed: bool | None = None
    #: Whether the response deletes the remember-me cookie. Kept here and not in the session alone,
    #: because applications clear the session after a logout.
    forget = False
    #: What the response writes into the remember-me cookie in place of what it says.
    renewal: RememberToken | None = None
    #: Why there is no login, if that is known.
    reason: Reason | None = None

    def __init__(self, app: Flask) -> None:
        # A look through a proxy costs as much as ten at the object.
        self.app = app
        self.settings = Settings(app.config)

    @property
    def is_settled(self) -> bool:
        """Whether the user is known. A loader that is asked may itself log someone in or out."""
        return self.user is not NOT_LOADED


def unwrap(value: t.Any) -> t.Any:
    """The object that a proxy stands for. Anything else stands for itself."""
    while isinstance(value, LocalProxy):
        # To cast it would be one more call.
        value = value._get_current_object()  # pyright: ignore

    return value  # pyright: ignore


def the_app() -> Flask:
    """The application of this context, without a proxy."""
    return _app._get_current_object()


def the_request() -> Request:
    """The request of this context, without a proxy."""
    return _request._get_current_object()


def the_session() -> t.Any:
    """The session of this request, without a proxy. This is to use it."""
    return _session._get_current_object()


def the_context() -> t.Any:
    """The context of this request, which has ``app``, ``request`` and ``session``."""
    return _context._get_current_object()


def get_state() -> LoginState:
    """The state of this request, which hereby has to do with a login."""
    try:
        context = _context._get_current_object()
        namespace: dict[str, t.Any] = context.request.__dict__
    except RuntimeError:  # Outside a request, nothing is kept.
        return LoginState(the_app())

    state: LoginState | None = namespace.get(_STATE)

    if state is None:
        state = namespace[_STATE] = LoginState(context.app)

    return state


def look_back() -> tuple[LoginState | None, t.Any]:
    """The state of this request, if it had to do with a login, or else the session, if it was used.

    To look at the session this way is not to use it: a response does not come to vary by cookie,
    and Flask opens nothing. Where it is held elsewhere, it seems unused.
    """
    context = _context._get_current_object()
    state: LoginState | None = context.request.__dict__.get(_STATE)

    if state is not None:
        return state, None

    stored = getattr(context, _HELD, None)
    return None, stored if getattr(stored, "accessed", True) else None


def stored_user() -> t.Any:
    """The user of this request, or :data:`NOT_LOADED`.

    :raises RuntimeError: Outside a request.
    """
    state = _request._get_current_object().__dict__.get(_STATE)
    namespace = _g._get_current_object().__dict__
    user = namespace.get("_login_user", NOT_LOADED)
    owner = namespace.get("_login_owner")

    # Put there by this request, or by hand. Or gone: deleted by hand, to be looked up again.
    if owner is state or (user is not NOT_LOADED and (owner is None or owner.user is not user)):
        return user

    # Another request under the same context has begun since.
    return NOT_LOADED if state is None else state.user


def adopt_user() -> t.Any:
    """Make whom a manager put on ``g`` the user of this request, and return them, or ``None`` if it
    put nobody there. Ours does so itself; others may not know how.
    """
    state = get_state()
    namespace = _g._get_current_object().__dict__

    if namespace.get("_login_owner") is not state:
        user = stored_user()
        store_user(None if user is NOT_LOADED else user)

    return namespace.get("_login_user")


def store_user(user: t.Any) -> None:
    """Make someone the user of this request and of no other."""
    state = get_state()
    state.user = user
    namespace = _g._get_current_object().__dict__
    namespace["_login_user"] = user
    namespace["_login_owner"] = state


def drop_others() -> None:
    """Forget whom another request under the same context looked up. What is put there by hand
    afterwards is this request's.
    """
    namespace = _g._get_current_object().__dict__
    owner = namespace.get("_login_owner")

    if owner is None or owner is _request._get_current_object().__dict__.get(_STATE):
        return

    del namespace["_login_owner"]

    if namespace.get("_login_user") is owner.user:
        del namespace["_login_user"]


def begin_search(state: LoginState) -> Token[LoginState | None]:
    """Forget who the user of this request is, and note that loaders are being asked. Give what is
    returned to :func:`end_search`.
    """
    state.user = NOT_LOADED
    _g._get_current_object().__dict__.pop("_login_user", None)
    return _search.set(state)


#: What to call when the search is over, whatever came of it.
end_search = _search.reset


def is_searching() -> bool:
    """Whether loaders are being asked for the user of this request, who is not known yet."""
    state = _search.get()
    return state is not None and state is get_state() and not state.is_settled


def keep_state() -> Callable[[], None]:
    """Note who the user of this request is and how that came, and return what brings it back."""
    namespaces = (_g._get_current_object().__dict__, _request._get_current_object().__dict__)
    ours = {"_login_user", "_login_owner", _STATE}
    kept = [
        {key: value for key, value in namespace.items() if key in ours} for namespace in namespaces
    ]

    # The state goes on changing; what it says now is kept by letting a copy of it change.
    if _STATE in namespaces[1]:
        namespaces[1][_STATE] = copy(namespaces[1][_STATE])
        namespaces[0]["_login_owner"] = namespaces[1][_STATE]

    def bring_back() -> None:
        for namespace, before in zip(namespaces, kept, strict=True):
            for key in ours:
                namespace.pop(key, None)

            namespace.update(before)

    return bring_back
