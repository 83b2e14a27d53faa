"""Flask's contexts, whatever its version: what stands behind its proxies."""

from __future__ import annotations

import typing as t
from contextvars import Context
from contextvars import ContextVar

from flask import ctx as contexts
from flask import current_app
from flask import Flask
from flask import globals as flask_globals
from flask import Request
from flask import request
from flask import session
from werkzeug.local import LocalProxy

#: Whether a request and its application share one context, as from Flask 3.2 on.
is_merged: bool = hasattr(contexts.AppContext, "session")

#: Flask's proxy for the application's context.
app_ctx: t.Any = flask_globals.app_ctx

#: Flask's proxy for the context of requests and sessions. Before Flask 3.2, it is one of its own.
request_ctx: t.Any = app_ctx if is_merged else flask_globals.request_ctx


def _variable_of(proxy: t.Any) -> ContextVar[t.Any]:
    # Where nothing is bound, a proxy tells what it wraps, and not what that wraps.
    return Context().run(getattr, proxy, "__wrapped__")


#: What the proxies look into. ``app_contexts.get(app_ctx)`` is the context itself, or else the
#: proxy, which raises Flask's own error for what it is asked.
app_contexts: ContextVar[t.Any] = _variable_of(app_ctx)
request_contexts: ContextVar[t.Any] = _variable_of(request_ctx)

# The attribute of the context that merely holds the session, since Flask 3.1.3 and before.
_HELD = "_session" if is_merged or hasattr(contexts.RequestContext, "session") else "session"


def unwrap(value: t.Any) -> t.Any:
    """The object that a proxy stands for. Anything else stands for itself."""
    while isinstance(value, LocalProxy):
        value = value._get_current_object()  # pyright: ignore

    return value  # pyright: ignore


def current_flask() -> Flask:
    """The application of this context."""
    app: Flask = app_contexts.get(app_ctx).app
    return app


def current_request() -> Request:
    """The request of this context.

    :raises RuntimeError: Outside a request.
    """
    request: Request = request_contexts.get(request_ctx).request
    return request


def app_behind(proxy: t.Any) -> t.Any:
    """The application, or what a test put in the place of the proxy."""
    return app_contexts.get(app_ctx).app if proxy is current_app else proxy


def request_behind(proxy: t.Any) -> t.Any:
    """The request, or what a test put in the place of the proxy."""
    return request_contexts.get(request_ctx).request if proxy is request else proxy


def session_behind(proxy: t.Any) -> t.Any:
    """The session, or what a test put in the place of the proxy. Flask counts it as accessed and
    adds ``Vary: Cookie``.
    """
    return request_contexts.get(request_ctx).session if proxy is session else proxy


def used_session() -> t.Any:
    """The session, if it was used in this request, or else ``None``.

    To look at it this way is not to use it: a response does not come to vary by cookie, and Flask
    opens nothing. Where it is held elsewhere, it seems unused.
    """
    stored = getattr(request_contexts.get(), _HELD, None)
    return stored if getattr(stored, "accessed", True) else None
