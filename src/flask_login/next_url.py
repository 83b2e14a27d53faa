"""Redirect targets after login, without open redirects."""

from __future__ import annotations

from collections.abc import Collection

from flask import has_app_context
from flask import has_request_context
from flask import Request
from flask import session

from . import _session
from . import _urls
from . import utils
from ._context import current_flask
from ._context import current_request
from ._context import session_behind
from ._values import as_names
from .config import Settings


def is_safe_url(
    target: str, *, allowed_hosts: Collection[str] = (), require_https: bool | None = None
) -> bool:
    """Return whether a redirect to an untrusted target is safe (open redirect; CWE-601). Safe are a
    path on this site, a URL with the scheme and host of this request, and a URL on an allowed host.

    :param target: The path or URL, for example a ``next`` parameter.
    :param allowed_hosts: Other hosts that are safe. Add the port unless it is the scheme's default,
        for example ``"example.com:8443"``.
    :param require_https: Whether other hosts need HTTPS. By default, they do if this request uses
        HTTPS.
    :raises TypeError: If ``allowed_hosts`` is a string.
    """
    if require_https is None:
        require_https = has_request_context() and current_request().is_secure

    field = Settings(current_flask().config).next_param if has_app_context() else "next"
    hosts = as_names("allowed_hosts", allowed_hosts)
    site = _urls.Site(hosts, require_https, field, utils.find_origin())
    return _urls.is_safe(target, site)


def safe_next_url(default: str | None = None, *, allowed_hosts: Collection[str] = ()) -> str:
    """Return the URL to redirect to after login: the ``next`` that the request names, if
    :func:`is_safe_url`, else the default.

    ``next`` is read from the form, the query string and the session, in this order. The session's
    value is removed. A URL on this site is returned as a path. ``LOGIN_NEXT_PARAM`` sets the name.

    :param default: An endpoint, a path or a URL. By default, the application's root.
    :param allowed_hosts: Other hosts that are safe.
    """
    current = current_request()
    field = Settings(current_flask().config).next_param
    named = [current.form.get(field), _find_in_query(current, field)] if field is not None else []

    for target in (*named, _session.take_next(session_behind(session))):
        if isinstance(target, str) and is_safe_url(target, allowed_hosts=allowed_hosts):
            return _urls.normalize(_urls.localize(target, utils.find_origin()))

    return default_target(default)


def default_target(default: str | None = None) -> str:
    """Return the URL of the default target.

    :param default: An endpoint, a path or a URL. By default, the application's root.
    """
    if default is None:
        return f"{current_request().root_path}/"

    return utils.expand_login_view(default)


def _find_in_query(current: Request, field: str) -> str | None:
    try:
        return current.args.get(field)
    except UnicodeDecodeError:  # The query is not UTF-8.
        return None
