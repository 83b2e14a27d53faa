"""Where to send users after login: only to targets that nobody else has chosen."""

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
    """Whether it is safe to redirect to a target that somebody else may have chosen: a path on
    this site, a URL with the scheme and host of this request, or a URL on an allowed host.

    :param allowed_hosts: Hosts, with a port if it is not the scheme's own.
    :param require_https: Whether other hosts must be reached by HTTPS. By default, if this
        request was.
    """
    if require_https is None:
        require_https = has_request_context() and current_request().is_secure

    field = Settings(current_flask().config).next_param if has_app_context() else "next"
    hosts = as_names("allowed_hosts", allowed_hosts)
    site = _urls.Site(hosts, require_https, field, utils.find_origin())
    return _urls.is_safe(target, site)


def safe_next_url(default: str | None = None, *, allowed_hosts: Collection[str] = ()) -> str:
    """Where to send a user after login: the page that they came from, if :func:`is_safe_url`.

    That is what the form, the query or the session names, in this order. The session's is removed.
    A URL on this site is returned as a path.

    :param default: An endpoint, a path or a URL. By default, the application's root.
    :param allowed_hosts: Hosts besides this one.
    """
    current = current_request()
    field = Settings(current_flask().config).next_param
    named = [current.form.get(field), _find_in_query(current, field)] if field is not None else []

    for target in (*named, _session.take_next(session_behind(session))):
        if isinstance(target, str) and is_safe_url(target, allowed_hosts=allowed_hosts):
            return _urls.normalize(_urls.localize(target, utils.find_origin()))

    return default_target(default)


def default_target(default: str | None = None) -> str:
    """Where users go who came from nowhere: an endpoint, a path or a URL, or the application's
    root.
    """
    if default is None:
        return f"{current_request().root_path}/"

    return utils.expand_login_view(default)


def _find_in_query(current: Request, field: str) -> str | None:
    try:
        return current.args.get(field)
    except UnicodeDecodeError:  # The query is not UTF-8.
        return None
