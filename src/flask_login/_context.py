"""Flask's contexts in all supported versions: the objects behind Flask's proxies."""

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

#: Whether a request and its application share one context, as in Flask 3.2 and later.
is_merged: bool = hasattr(contexts.AppContext, "session")

#: Flask's proxy for the application's context.
app_ctx: t.Any = flask_globals.app_ctx

#: Flask's proxy for the context of the request and the session. Before Flask 3.2, it differs from
#: :data:`app_ctx`.
request_ctx: t.Any = app_ctx if is_merged else flask_globals.request_ctx


def _variable_of(proxy: t.Any) -> ContextVar[t.Any]:
    # In an empty context, a proxy is unbound, so '__wrapped__' is its variable.
    return Context().run(getattr, proxy, "__wrapped__")


#: The context variables of the proxies. ``app_contexts.get(app_ctx)`` returns the context itself.
#: Without one, it returns the proxy, whose attributes raise Flask's own error.
app_contexts: ContextVar[t.Any] = _variable_of(app_ctx)
request_contexts: ContextVar[t.Any] = _variable_of(request_ctx)

# The attribute of the context that holds the session. Reading it does not count as access. The
# first name is for Flask 3.1.3 and later.
_HELD = "_session" if is_merged or hasattr(contexts.RequestContext, "session") else "session"


def unwrap(value: t.Any) -> t.Any:
    """Return the object behind a proxy. Return any other object as it is."""
    while isinstance(value, LocalProxy):
        value = value._get_current_object()  # pyright: ignore

    return value  # pyright: ignore


def current_flask() -> Flask:
    """Return the application of this context."""
    app: Flask = app_contexts.get(app_ctx).app
    return app


def current_request() -> Request:
    """Return the request of this context.

    :raises RuntimeError: Outside a request.
    """
    request: Request = request_contexts.get(request_ctx).request
    return request


def app_behind(proxy: t.Any) -> t.Any:
    """Return the application, or the object with which a test replaced the proxy."""
    return app_contexts.get(app_ctx).app if proxy is current_app else proxy


def request_behind(proxy: t.Any) -> t.Any:
    """Return the request, or the object with which a test replaced the proxy."""
    return request_contexts.get(request_ctx).request if proxy is request else proxy


def session_behind(proxy: t.Any) -> t.Any:
    """Return the session, or the object with which a test replaced the proxy. Flask counts it as
    accessed and adds ``Vary: Cookie``.
    """
    return request_contexts.get(request_ctx).session if proxy is session else proxy


def used_session() -> t.Any:
    """Return the session if this request used it, or ``None``.

    This does not count as access: Flask neither opens the session nor adds ``Vary: Cookie``. If a
    Flask version holds the session elsewhere, the result is ``None``.
    """
    stored = getattr(request_contexts.get(), _HELD, None)
    return stored if getattr(stored, "accessed", True) else None
