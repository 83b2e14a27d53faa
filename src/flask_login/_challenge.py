"""What a caller without a (fresh) login is answered: a redirect to log in, or a status that says
why.
"""

from __future__ import annotations

import enum
import re
import typing as t
from collections.abc import Iterable
from collections.abc import Mapping
from urllib.parse import urlsplit

from flask import Flask
from flask import Request
from werkzeug.exceptions import default_exceptions
from werkzeug.wrappers import Response

from ._next_url import endpoint_of
from ._next_url import is_same_site
from ._request import url_of

T = t.TypeVar("T")

#: What :func:`tell_caller` looks at, for ``Vary``.
CONSULTED = ("Sec-Fetch-Mode", "Sec-Fetch-Dest", "HX-Request", "Accept")

# Where a browser shows a document, and can be sent elsewhere (Fetch Metadata, 2.1).
_PAGES = {"document", "iframe", "frame", "embed", "object"}

# What is spelled in a URL as it is: a path without empty segments, and a query.
_PLAIN_PATH = re.compile(r"(?:/[\w.~-]+)*/?", re.ASCII)
_PLAIN_QUERY = re.compile(r"[\w.~=&-]*", re.ASCII)

# RFC 9110, 15.5.2 wants a challenge with each 401. This one tells of a login form; browsers open
# no dialog for it.
_COOKIE_CHALLENGE = 'Cookie realm="login"'


class Caller(enum.Enum):
    """Who has to be told that they may not go on."""

    #: A browser that loads a page. It can be sent to log in.
    PAGE = enum.auto()
    #: A script of htmx on a page. It can have the page sent to log in.
    HTMX = enum.auto()
    #: Anything else, such as an API client or ``fetch``. A status tells it most.
    CLIENT = enum.auto()


def tell_caller(request: Request) -> Caller:
    """Who is calling, as far as the request says."""
    navigates = _navigates(request)

    if navigates:
        return Caller.PAGE

    if _is_htmx(request):
        return Caller.HTMX

    if navigates is None and _prefers_html(request):
        return Caller.PAGE

    return Caller.CLIENT


def find_for_blueprints(request: Request, table: Mapping[str, T], default: T) -> T:
    """What is set for the innermost blueprint that something is set for, ``None`` included.

    :param table: By dotted name or by a blueprint's own name.
    :param default: For requests to blueprints without an entry, and to none.
    """
    if not table:
        return default

    # Innermost first, by their dotted names.
    for name in request.blueprints:
        for key in (name, name.rpartition(".")[2]):
            if key in table:
                return table[key]

    return default


def is_missing(app: Flask, blueprint: str | None, view: str) -> bool:
    """Whether a login view is an endpoint that nothing answers for.

    :param blueprint: The request's, for an endpoint relative to it.
    """
    endpoint = endpoint_of(view, blueprint)

    if endpoint is None or app.url_build_error_handlers:
        return False

    return endpoint not in app.view_functions


def return_url(app: Flask, request: Request, login_url: str) -> str | None:
    """The URL of the page to come back to after login, if coming back by GET gets an answer.

    :param login_url: Where to log in. To come back from a path, a path is enough.
    """
    navigates = _navigates(request)

    if navigates is False or (navigates is None and _is_htmx(request)):
        return _page_behind(request)

    if request.method not in {"GET", "HEAD"}:
        adapter = app.create_url_adapter(request)

        if adapter is None or not adapter.test(method="GET"):
            return None

    # "//sso.example" is another host.
    is_path = login_url.startswith("/") and not login_url.startswith("//")
    return (_plain_path(request) if is_path else None) or url_of(request)


def redirect_code(method: str) -> int:
    """302, which every browser follows by GET after a GET, HEAD or POST (RFC 9110, 15.4.3). 303
    says so for the other methods.
    """
    return 302 if method in {"GET", "HEAD", "POST"} else 303


def status_answer(
    app: Flask, request: Request, status: int, reason: str | None, challenges: Iterable[str] = ()
) -> Response:
    """An answer that says why: as a problem (RFC 9457) to who accepts JSON, else as a page.

    :param challenges: What to send in ``WWW-Authenticate`` with a 401.
    """
    error = default_exceptions[status](reason if status == 403 else None)
    accept = request.accept_mimetypes
    json = accept.quality("application/problem+json") or accept.quality("application/json")

    # Who does not say what they accept, accepts anything (RFC 9110, 12.5.1).
    if "Accept" not in request.headers or json:
        problem = {"type": "about:blank", "title": error.name, "status": status, "reason": reason}
        response = app.response_class(
            app.json.dumps(problem) + "\n", status, mimetype="application/problem+json"
        )
    else:
        response = app.response_class(error.get_body(), status, mimetype="text/html")

    if status == 401:
        for challenge in list(challenges) or [_COOKIE_CHALLENGE]:
            response.headers.add("WWW-Authenticate", challenge)

    return response


def _navigates(request: Request) -> bool | None:
    """Whether a browser loads a page, or ``None`` if the request does not say."""
    # Here and below from the WSGI environment. To ask the headers, which spell each name anew,
    # would be 7 % of what a refusal adds.
    mode = request.environ.get("HTTP_SEC_FETCH_MODE")
    destination = request.environ.get("HTTP_SEC_FETCH_DEST")

    if mode is None and destination is None:
        return None

    return mode in {"navigate", None} and (destination is None or destination in _PAGES)


def _is_htmx(request: Request) -> bool:
    return request.environ.get("HTTP_HX_REQUEST") == "true"


def _prefers_html(request: Request) -> bool:
    accept = request.accept_mimetypes
    # "*/*" alone, which most API clients send, accepts HTML and asks for nothing.
    asks = any(value.lower() == "text/html" and quality for value, quality in accept)
    return asks and accept["text/html"] >= accept["application/json"]


def _plain_path(request: Request) -> str | None:
    """The path and query of a request, if nothing in them would be spelled differently in a URL.

    As a rule, nothing would, and to quote and unquote it all takes a sixth of a whole refusal.
    """
    path = f"{request.root_path}{request.path}"
    query: str = request.environ.get("QUERY_STRING", "")

    if not _PLAIN_PATH.fullmatch(path) or not _PLAIN_QUERY.fullmatch(query):
        return None

    return f"{path}?{query}" if query else path


def _page_behind(request: Request) -> str | None:
    """The page whose script made this request, as htmx tells, if it is on this site."""
    page: str | None = request.environ.get("HTTP_HX_CURRENT_URL")
    url = url_of(request)

    if page is None or url is None:
        return None

    try:
        parts = urlsplit(page)
        known = bool(parts.netloc) and is_same_site(parts, urlsplit(url))
    except ValueError:
        return None

    return page if known and parts.scheme in {"http", "https"} else None
