"""Flask's contexts, whatever its version: what stands behind its proxies."""

from __future__ import annotations

import typing as t

from flask import ctx as contexts
from flask import current_app
from flask import Flask
from flask import g
from flask import globals as flask_globals
from flask import Request
from flask import request
from flask import session
from werkzeug.local import LocalProxy

# Flask declares its proxies as what they stand for, which hides that they can be unwrapped.
app_proxy = t.cast("LocalProxy[Flask]", current_app)
request_proxy = t.cast("LocalProxy[Request]", request)
session_proxy = t.cast("LocalProxy[t.Any]", session)
g_proxy = t.cast("LocalProxy[object]", g)

#: Whether a request and its application share one context, as from Flask 3.2 on.
is_merged: bool = hasattr(contexts.AppContext, "session")

#: The context that the session belongs to. Before Flask 3.2, requests have one of their own.
request_context: LocalProxy[t.Any] = getattr(
    flask_globals, "app_ctx" if is_merged else "request_ctx"
)

# The attribute of the context that merely holds the session, since Flask 3.1.3 and before.
_HELD = "_session" if is_merged or hasattr(contexts.RequestContext, "session") else "session"

# What Flask's own proxies are. Type checkers would only narrow to proxies of unknown things.
_PROXY: t.Any = LocalProxy


def unwrap(value: t.Any) -> t.Any:
    """The object that a proxy stands for. Anything else stands for itself."""
    while isinstance(value, LocalProxy):
        # To cast it would be one more call.
        value = value._get_current_object()  # pyright: ignore

    return value  # pyright: ignore


def behind(proxy: t.Any) -> t.Any:
    """The object behind one of Flask's proxies, or what a test put in its place."""
    return proxy._get_current_object() if type(proxy) is _PROXY else proxy


def current_flask() -> Flask:
    """The application of this context."""
    return app_proxy._get_current_object()


def current_request() -> Request:
    """The request of this context.

    :raises RuntimeError: Outside a request.
    """
    return request_proxy._get_current_object()


def used_session() -> t.Any:
    """The session, if it was used in this request, or else ``None``.

    To look at it this way is not to use it: a response does not come to vary by cookie, and Flask
    opens nothing. Where it is held elsewhere, it seems unused.
    """
    stored = getattr(request_context._get_current_object(), _HELD, None)
    return stored if getattr(stored, "accessed", True) else None
