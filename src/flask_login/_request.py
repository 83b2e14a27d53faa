"""What is known of a request: its user, and what its response owes the remember-me cookie.

The user is kept as ``g._login_user``, which applications read, set and delete. But ``g`` belongs to
the application context, and before Flask 3.2 several requests share one that a test holds open. So
what *we* put there is marked with the request it was found for, and is nothing to another request.
"""

from __future__ import annotations

import typing as t
from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar
from copy import copy

from flask import current_app
from flask import Flask
from flask import g
from flask import globals as flask_globals
from flask import Request
from flask import request
from flask.ctx import AppContext
from werkzeug.local import LocalProxy

from .config import Settings

if t.TYPE_CHECKING:
    from ._policy import Reason
    from .remember import Token as RememberToken

#: Stands for the user while nobody has been looked up.
NOT_LOADED: t.Any = object()

_search: ContextVar[Search | None] = ContextVar("flask_login_search", default=None)
_STATE = "_flask_login"

# Flask declares its proxies as what they stand for, which hides that they can be unwrapped.
_request = t.cast("LocalProxy[Request]", request)
_g = t.cast("LocalProxy[object]", g)

# The context that the session belongs to. Before Flask 3.2, requests have one of their own.
_context: LocalProxy[t.Any] = getattr(
    flask_globals, "app_ctx" if hasattr(AppContext, "session") else "request_ctx"
)


class LoginState:
    """What this library did in one request. It lives on the request object."""

    __slots__ = (
        "announcing",
        "app",
        "by_request",
        "forget",
        "identified",
        "protection_failed",
        "reason",
        "refused",
        "renewal",
        "settings",
        "source",
        "user",
        "vary",
    )

    def __init__(self, app: Flask) -> None:
        # Each look through a proxy costs as much as ten at the object, so they are looked through
        # once in a request.
        self.app = app
        self.settings = Settings(app.config)
        #: The user that was put on ``g`` for this request.
        self.user: t.Any = NOT_LOADED
        #: What found them: ``"session"``, ``"remember"``, ``"request"`` or a loader's name.
        self.source: str | None = None
        #: Whether that was the request itself, so that the session is none of theirs.
        self.by_request = False
        #: Whether somebody was logged in at any time during the request.
        self.identified = False
        #: Whether the caller was refused in a way that depends on who they are.
        self.refused = False
        #: The headers that were looked at.
        self.vary: list[str] = []
        #: Whether ``user_accessed`` is being sent.
        self.announcing = False
        #: Whether session protection ended the login, once it has been asked.
        self.protection_failed: bool | None = None
        #: Whether the response deletes the remember-me cookie. Kept here and not in the session
        #: alone, because applications clear the session after a logout.
        self.forget = False
        #: What the response writes into the remember-me cookie in place of what it says.
        self.renewal: RememberToken | None = None
        #: Why there is no login, if that is known.
        self.reason: Reason | None = None


def unwrap(value: t.Any) -> t.Any:
    """The object that a proxy stands for. Anything else stands for itself."""
    if not isinstance(value, LocalProxy):
        return value

    return unwrap(t.cast(t.Any, value)._get_current_object())


def the_app() -> Flask:
    """The application of this context, without a proxy."""
    return t.cast(Flask, unwrap(current_app))


def find_state() -> LoginState | None:
    """The state of this request, or ``None`` if it had nothing to do with a login."""
    try:
        return t.cast("LoginState | None", _request._get_current_object().__dict__.get(_STATE))
    except RuntimeError:  # Outside a request, nothing is kept.
        return None


def get_state() -> LoginState:
    """The state of this request, which hereby has to do with a login."""
    state = find_state()

    if state is None:
        state = LoginState(the_app())

        with suppress(RuntimeError):
            _request._get_current_object().__dict__[_STATE] = state

    return state


def opened_session() -> t.Any:
    """The session, if this request has opened it already. To look at it this way is not to use it:
    a response does not come to vary by cookie, and Flask opens nothing.
    """
    # An attribute that merely holds it, before and since Flask 3.1.3. Where there is neither, what
    # looks for the session here waits for a request that uses it.
    namespace: dict[str, t.Any] = _context._get_current_object().__dict__
    return namespace.get("_session", namespace.get("session"))


def url_of(request: Request) -> str | None:
    """The URL that was asked for, or ``None`` if nothing can be made of the ``Host`` header.
    Werkzeug before 3.1 lets every header through, and trips over some.
    """
    try:
        return request.url
    except ValueError:
        return None


def stored_user() -> t.Any:
    """The user of this request, or :data:`NOT_LOADED`.

    :raises RuntimeError: Outside a request.
    """
    state = _request._get_current_object().__dict__.get(_STATE)
    return _user_in(_g._get_current_object().__dict__, state)


def store_user(user: t.Any) -> None:
    """Make someone the user of this request and of no other."""
    state = get_state()
    state.user = user
    namespace = _g._get_current_object().__dict__
    namespace["_login_user"] = user
    namespace["_login_owner"] = state


def drop_user() -> None:
    """Forget who was looked up, so that the next use looks again."""
    g.pop("_login_user", None)


def drop_others() -> None:
    """Forget whom another request under the same context looked up. What is put there by hand
    afterwards is this request's.
    """
    namespace = _g._get_current_object().__dict__
    owner = namespace.get("_login_owner")

    if owner is None or owner is find_state():
        return

    del namespace["_login_owner"]

    if namespace.get("_login_user") is owner.user:
        del namespace["_login_user"]


class Search:
    """A search for the user of a request, while loaders are being asked."""

    __slots__ = ("_namespace", "_token", "state")

    def __init__(self, state: LoginState) -> None:
        self.state = state
        self._namespace = _g._get_current_object().__dict__
        # Other threads that work for the same request search for themselves.
        self._token = _search.set(self)

    @property
    def is_open(self) -> bool:
        """Whether the user is not known yet: a loader may itself log someone in or out."""
        return _user_in(self._namespace, self.state) is NOT_LOADED

    def end(self) -> None:
        _search.reset(self._token)


def find_search() -> Search | None:
    """The search that is being made for this request, and is still open."""
    search = _search.get()

    if search is None or search.state is not find_state() or not search.is_open:
        return None

    return search


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


def _user_in(namespace: dict[str, t.Any], state: LoginState | None) -> t.Any:
    user = namespace.get("_login_user", NOT_LOADED)
    owner = namespace.get("_login_owner")

    # Put there by this request, or by hand. Or gone: deleted by hand, to be looked up again.
    if owner is state or (user is not NOT_LOADED and (owner is None or owner.user is not user)):
        return user

    # Another request under the same context has begun since.
    return NOT_LOADED if state is None else state.user
