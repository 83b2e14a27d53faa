"""What a caller without a (fresh) login is answered: a redirect to log in, or a status that says
why.
"""

from __future__ import annotations

import enum
import typing as t
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from urllib.parse import urlsplit

from flask import Flask
from flask import Request
from werkzeug.exceptions import default_exceptions
from werkzeug.wrappers import Response

from ._urls import find_origin
from ._urls import find_path
from ._urls import has_same_host

T = t.TypeVar("T")

#: RFC 9110, 15.5.2 wants a challenge with each 401. This one tells of a login form; browsers open
#: no dialog for it.
COOKIE_CHALLENGE = 'Cookie realm="login"'

# Libraries that load pages by a script say so. They show what a redirect leads to.
_PAGE_LOADERS = ("HX-Boosted", "X-PJAX", "X-Up-Version")


class Caller(enum.Enum):
    """Who has to be told that they may not go on."""

    #: Whoever loads a page. They can be sent to log in.
    PAGE = enum.auto()
    #: htmx, which loads a part of a page. It can have the whole page sent to log in.
    PART = enum.auto()
    #: Anything else, such as an API client or ``fetch``. A status tells it most.
    CLIENT = enum.auto()


def tell_caller(request: Request, mode: str) -> Caller:
    """Whom to answer.

    :param mode: ``"redirect"``, ``"status"``, or ``"auto"``, where it is as the request says.
    """
    if mode != "auto":
        return Caller.PAGE if mode == "redirect" else Caller.CLIENT

    headers = request.headers

    # Whatever its destination: a service worker repeats a navigation as one to "empty".
    if headers.get("Sec-Fetch-Mode") == "navigate":
        return Caller.PAGE

    if any(headers.get(name, "false") != "false" for name in _PAGE_LOADERS):
        return Caller.PAGE

    if headers.get("HX-Request") == "true":
        return Caller.PART

    return Caller.PAGE if _asks_for_html(request) else Caller.CLIENT


def consulted(caller: Caller, mode: str) -> tuple[str, ...]:
    """The headers that an answer depends on, for ``Vary``."""
    if mode != "auto":
        return ("Accept",)

    page = ("HX-Current-URL",) if caller is Caller.PART else ()
    return ("Sec-Fetch-Mode", *_PAGE_LOADERS, "HX-Request", "Accept", *page)


def find_for_blueprints(blueprints: Sequence[str], table: Mapping[str, T], default: T) -> T:
    """What is set for the innermost blueprint that something is set for, ``None`` included.

    :param blueprints: The request's, innermost first, by their dotted names.
    :param table: By dotted name or by a blueprint's own name.
    :param default: For requests to blueprints without an entry, and to none.
    """
    if not table:
        return default

    for name in blueprints:
        for key in (name, name.rpartition(".")[2]):
            if key in table:
                return table[key]

    return default


def next_target(app: Flask, request: Request, login_url: str, caller: Caller) -> str | None:
    """The URL of the page to come back to after login, if coming back by GET gets an answer.

    :param login_url: Where to log in. To come back from a path, a path is enough.
    """
    if caller is Caller.PART:
        return _page_behind(request)

    if request.method not in {"GET", "HEAD"}:
        adapter = app.create_url_adapter(request)

        if adapter is None or not adapter.test(method="GET"):
            return None

    environ = request.environ
    path = find_path(
        environ.get("SCRIPT_NAME", ""), environ.get("PATH_INFO", ""), request.query_string
    )

    # "//sso.example" is another host.
    if login_url.startswith("/") and not login_url.startswith("//"):
        return path

    origin = find_origin(request.scheme, request.host)
    return None if origin is None else f"{origin}{path}"


def redirect_code(method: str) -> int:
    """302, which every browser follows by GET after a GET, HEAD or POST (RFC 9110, 15.4.3). 303
    says so for the other methods.
    """
    return 302 if method in {"GET", "HEAD", "POST"} else 303


def status_answer(
    app: Flask, request: Request, status: int, reason: str | None, challenges: Iterable[str] = ()
) -> Response:
    """An answer that says why: as a problem (RFC 9457), or as a page to who prefers HTML.

    :param challenges: What to send in ``WWW-Authenticate`` with a 401.
    """
    error = default_exceptions[status](reason if status == 403 else None)
    accept = request.accept_mimetypes
    json = max(map(accept.quality, ("application/problem+json", "application/json")))

    # Who does not say what they accept, accepts anything (RFC 9110, 12.5.1).
    if "Accept" not in request.headers or (json and json >= accept.quality("text/html")):
        problem = {"type": "about:blank", "title": error.name, "status": status, "reason": reason}
        response = app.response_class(
            app.json.dumps(problem) + "\n", status, mimetype="application/problem+json"
        )
    else:
        response = app.response_class(error.get_body(), status, mimetype="text/html")

    if status == 401:
        for challenge in challenges:
            response.headers.add("WWW-Authenticate", challenge)

    return response


def _asks_for_html(request: Request) -> bool:
    accept = request.accept_mimetypes
    # "*/*" alone, which most API clients send, accepts HTML and asks for nothing.
    asks = any(value.lower() == "text/html" and quality for value, quality in accept)
    return asks and accept["text/html"] >= accept["application/json"]


def _page_behind(request: Request) -> str | None:
    """The page whose script made this request, as htmx tells, if it is on this site."""
    page = request.headers.get("HX-Current-URL", "")
    origin = find_origin(request.scheme, request.host)

    try:
        parts = urlsplit(page)
        is_here = bool(parts.netloc) and has_same_host(parts, urlsplit(origin or ""))
    except ValueError:
        return None

    return page if is_here and parts.scheme in {"http", "https"} else None
