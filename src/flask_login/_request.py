"""What is known of a request: its user, and what its response owes the remember-me cookie.

The user is kept as ``g._login_user``, which applications read, set and delete. But ``g`` belongs to
the application context, and before Flask 3.2 several requests share one that a test holds open. So
what *we* put there is marked with the request it was found for, and is nothing to another request.
"""

from __future__ import annotations

import typing as t
from collections.abc import Callable
from copy import copy

from flask import current_app
from flask import Flask
from flask import g
from flask import globals as flask_globals
from flask import Request
from flask import request
from flask.globals import app_ctx
from werkzeug.local import LocalProxy

if t.TYPE_CHECKING:
    from ._policy import Reason
    from .remember import Token

_MISSING: t.Any = object()
_STATE = "_flask_login"
_SEARCH = "_login_search"

# Flask declares its proxies as what they stand for, which hides that they can be unwrapped.
_request = t.cast("LocalProxy[Request]", request)
_g = t.cast("LocalProxy[object]", g)


class LoginState:
    """What this library did in one request. It lives on the request object."""

    __slots__ = (
        "announcing",
        "by_request",
        "ended_user_id",
        "forget",
        "protection_failed",
        "reason",
        "renewal",
        "source",
        "user",
        "vary",
    )

    def __init__(self) -> None:
        #: The user that was put on ``g`` for this request.
        self.user: t.Any = None
        #: What found them: ``"session"``, ``"remember"``, ``"request"`` or a loader's name.
        self.source: str | None = None
        #: Whether that was the request itself, so that the session is none of theirs.
        self.by_request = False
        #: The headers that loaders looked at.
        self.vary: list[str] = []
        #: Whether ``user_accessed`` is being sent.
        self.announcing = False
        #: Whether session protection ended the login, once it has been asked.
        self.protection_failed: bool | None = None
        #: Whether the response deletes the remember-me cookie. Kept here and not in the session
        #: alone, because applications clear the session after a logout.
        self.forget = False
        #: What the response writes into the remember-me cookie in place of what it says.
        self.renewal: Token | None = None
        #: Why there is no login, if that is known.
        self.reason: Reason | None = None
        #: Whose login ended in this request.
        self.ended_user_id: t.Any = None


def unwrap(value: t.Any) -> t.Any:
    """The object that a proxy stands for. Anything else stands for itself."""
    while isinstance(value, LocalProxy):
        value = value._get_current_object()  # pyright: ignore[reportUnknownVariableType]

    return t.cast(t.Any, value)


def the_app() -> Flask:
    """The application of this context, without a proxy."""
    return t.cast(Flask, unwrap(current_app))


def find_state() -> LoginState | None:
    """The state of this request, or ``None`` if it had nothing to do with a login.

    :raises RuntimeError: Outside a request.
    """
    return t.cast("LoginState | None", _request._get_current_object().__dict__.get(_STATE))


def get_state() -> LoginState:
    """The state of this request, which hereby has to do with a login."""
    namespace = _request._get_current_object().__dict__

    if _STATE not in namespace:
        namespace[_STATE] = LoginState()

    return t.cast(LoginState, namespace[_STATE])


def opened_session() -> t.Any:
    """The session, if this request has opened it already. To look at it this way is not to use it:
    a response does not come to vary by cookie, and Flask opens nothing.
    """
    context = unwrap(app_ctx)

    # Before Flask 3.2, requests have a context of their own.
    if not hasattr(type(context), "session"):
        context = unwrap(t.cast(t.Any, flask_globals).request_ctx)

    # An attribute that merely holds it, before and since Flask 3.1.3. Where there is neither, what
    # looks for the session here waits for a request that uses it.
    namespace: dict[str, t.Any] = vars(context)
    return namespace.get("_session", namespace.get("session"))


def stored_user(default: t.Any = None) -> t.Any:
    """The user on ``g``, or ``default`` if this request has none yet.

    :raises RuntimeError: Outside a request.
    """
    namespace = _g._get_current_object().__dict__
    state = find_state()
    user = namespace.get("_login_user", _MISSING)

    if user is _MISSING:
        return default

    owner = namespace.get("_login_owner")

    # Put there by this request, or by hand.
    if owner is state or owner is None or owner.user is not user:
        return user

    return default


def store_user(user: t.Any) -> None:
    """Make someone the user of this request and of no other."""
    state = get_state()
    state.user = user
    namespace = _g._get_current_object().__dict__
    namespace["_login_user"] = user
    namespace["_login_owner"] = state
    namespace.pop(_SEARCH, None)


def begin_search() -> None:
    """Note that loaders are being asked, in this context: other threads that work for the same
    request have contexts of their own. :func:`store_user` ends the search.
    """
    _g._get_current_object().__dict__[_SEARCH] = get_state()


def is_searching() -> bool:
    """Whether it is a loader that calls, or what a loader calls."""
    search = _g._get_current_object().__dict__.get(_SEARCH)
    return search is not None and search is find_state()


def end_search() -> None:
    """End the search, found or not."""
    _g._get_current_object().__dict__.pop(_SEARCH, None)


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
