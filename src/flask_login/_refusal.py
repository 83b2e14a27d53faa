"""The response to a refused request: a redirect to log in, or a status code with the reason. This
module decides it and returns it as a value. The manager carries it out.
"""

from __future__ import annotations

import logging
import typing as t
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from html import escape
from urllib.parse import urlsplit

from flask import abort
from flask import Flask
from flask import Request
from werkzeug.exceptions import default_exceptions
from werkzeug.exceptions import ServiceUnavailable
from werkzeug.routing import BuildError
from werkzeug.wrappers import Response

from . import _urls
from . import utils
from ._context import unwrap
from ._exemptions import find_target
from ._gate import GATE
from ._gate import Gate
from ._urls import find_origin
from ._urls import find_path
from ._urls import has_same_host
from ._values import as_unauthorized
from ._visit import Visit
from .typing import LoginView

if t.TYPE_CHECKING:
    from ._manager import Manager

T = t.TypeVar("T")

_logger = logging.getLogger("flask_login")

#: RFC 9110, 15.5.2 requires a challenge with each 401. This one stands for a login form. Browsers
#: open no dialog for it.
COOKIE_CHALLENGE = 'Cookie realm="login"'

# Headers of libraries that load pages by a script. They follow redirects and show the page.
_PAGE_LOADERS = ("HX-Boosted", "X-PJAX", "X-Up-Version")


#: The kind of client that sent the request. ``"page"``: a browser that loads a page, and follows a
#: redirect to log in. ``"part"``: htmx, which loads a part of a page, and can redirect the whole
#: page. ``"client"``: anything else, such as an API client or ``fetch``, which needs a status code.
Caller = t.Literal["page", "part", "client"]


class Refusal:
    """The response to a caller who must log in."""

    #: The URL to redirect to, or ``None``.
    login_url: str | None = None
    #: The page to return to, to store in the session under ``USE_SESSION_FOR_NEXT``.
    next: str | None = None
    #: The response, unless it is a redirect or the application's error page.
    response: Response | None = None
    #: The values of ``WWW-Authenticate`` for an error page.
    challenges: Sequence[str] = ()


def decide(
    visit: Visit, current: Request, manager: Manager, login_view: LoginView, reason: str
) -> Refusal:
    """Decide the response to a caller who must log in."""
    mode, caller = find_caller(visit, current, manager)
    challenges = [loader.challenge for loader in manager._named_loaders.values()]
    challenges = [challenge for challenge in challenges if challenge] or [COOKIE_CHALLENGE]
    view = None if caller == "client" else _find_view(visit, current, login_view)
    refusal = Refusal() if not view else _lead_to_login(visit, current, view, caller)

    if caller == "page":
        # By default there is no challenge, as in Flask-Login 0.6.3.
        refusal.challenges = () if mode == "redirect" else challenges
        return refusal

    refusal.response = status_answer(visit.app, current, 401, reason, challenges)

    if refusal.login_url is not None:
        refusal.response.headers["HX-Redirect"] = _urls.normalize(refusal.login_url)

    return refusal


def forbid(visit: Visit, current: Request, manager: Manager, reason: str | None) -> Response:
    """Return the 403 for a user who is logged in, but may not enter the view."""
    _, caller = find_caller(visit, current, manager)

    if caller == "page":
        abort(403, reason)

    return status_answer(visit.app, current, 403, reason)


def unavailable(
    manager: Manager, visit: Visit, current: Request, retry_after: int
) -> ServiceUnavailable:
    """Return the exception to raise if the record store fails. Pages get the application's error
    page, and other clients get a response with the reason.

    :param retry_after: The value of ``Retry-After``, in seconds.
    """
    error = ServiceUnavailable(retry_after=retry_after)
    _, caller = find_caller(visit, current, manager)

    if caller != "page":
        error.response = status_answer(visit.app, current, 503, "records_unavailable")
        error.response.headers["Retry-After"] = str(retry_after)

    return error


def find_caller(visit: Visit, current: Request, manager: Manager) -> tuple[str, Caller]:
    """Return the mode (``LOGIN_UNAUTHORIZED``) and the caller of a request. The response gets a
    ``Vary`` with the headers that decided it.
    """
    mode = default = visit.settings.unauthorized

    if manager.blueprint_unauthorized:
        found = find_for_blueprints(current.blueprints, manager.blueprint_unauthorized, default)
        mode = as_unauthorized("blueprint_unauthorized", found)

    caller = tell_caller(current, mode)

    if mode != "redirect":
        visit.refused = True
        looked_at = [name for loader in manager._named_loaders.values() for name in loader.vary]
        visit.vary += (*consulted(caller, mode), *looked_at)

    return mode, caller


def _find_view(visit: Visit, current: Request, login_view: LoginView) -> str | None:
    """Return the login view. Evaluate it if it is a callable or a proxy."""
    view: str | None = evaluate(login_view)

    if not view or view is login_view:
        return view

    # The callable may have used untrusted parts of the request.
    if not _urls.is_usable(view):
        _logger.warning(
            "The login view callable returned %r, which is not an endpoint, a path or a URL. The"
            " response is 401 instead.",
            view,
        )
        return None

    rule = find_target(visit.app, current, view, _expand(visit.app, view))
    gate: Gate | None = visit.app.extensions.get(GATE)

    if rule and gate and gate.closes(rule, "GET") and not utils.is_logged_in():
        raise RuntimeError(
            f"The login view callable returned '{view}', which requires a login itself, so nobody"
            " could log in. Mark its view with 'login_exempt'."
        )

    return view


def _lead_to_login(visit: Visit, current: Request, view: str, caller: Caller) -> Refusal:
    settings = visit.settings
    login_url = _expand(visit.app, view)
    target = next_target(visit.app, current, login_url, caller)
    refusal = Refusal()

    # API users have no session to store it in.
    if settings.use_session_for_next and not visit.from_request:
        refusal.next = target and utils.make_next_param(login_url, target)
        target = None

    field = settings.next_param
    target = None if field is None else target
    refusal.login_url = utils.build_login_url(login_url, target, field or "next")
    return refusal


def _expand(app: Flask, login_view: str) -> str:
    try:
        return utils.expand_login_view(login_view)
    except BuildError as error:
        # The endpoint exists, but needs arguments.
        if error.endpoint in app.view_functions:
            raise

        raise LookupError(
            f"There is no endpoint '{login_view}' to redirect users to. Correct 'login_view',"
            " 'refresh_view' or 'blueprint_login_views'."
        ) from error


def as_text(message: t.Any, localize: Callable[[t.Any], t.Any] | None) -> t.Any:
    """Return a message that can be flashed, or ``None`` if there is none."""
    text = evaluate(message)

    if text and localize is not None:
        text = localize(text)

    return as_string(text) if text else None


def as_string(text: t.Any) -> t.Any:
    """Convert a lazy string, which a session cannot store. Other strings keep their type, such as
    Markup.
    """
    if isinstance(text, str):
        return text

    # A lazy string that is HTML would show its tags as text. Keep it, because Flask's session can
    # store anything that has '__html__', as Markup.
    string = str(text)
    has_markup = hasattr(text, "__html__") and escape(string, quote=False) != string
    return text if has_markup else string


def evaluate(value: t.Any) -> t.Any:
    """Return the value of a setting that may be a callable or a proxy."""
    value = unwrap(value)
    return unwrap(value()) if callable(value) else value


def tell_caller(request: Request, mode: str) -> Caller:
    """Return which kind of client sent a request.

    :param mode: ``"redirect"`` for a page, ``"status"`` for a client, or ``"auto"`` to read it from
        the request's headers.
    """
    if mode != "auto":
        return "page" if mode == "redirect" else "client"

    headers = request.headers

    # Ignore 'Sec-Fetch-Dest': a service worker repeats a navigation with the value "empty".
    if headers.get("Sec-Fetch-Mode") == "navigate":
        return "page"

    if any(headers.get(name, "false") != "false" for name in _PAGE_LOADERS):
        return "page"

    if headers.get("HX-Request") == "true":
        return "part"

    return "page" if _asks_for_html(request) else "client"


def consulted(caller: Caller, mode: str) -> tuple[str, ...]:
    """Return the request headers that decided the response, for ``Vary``."""
    if mode != "auto":
        return ("Accept",)

    page = ("HX-Current-URL",) if caller == "part" else ()
    return ("Sec-Fetch-Mode", *_PAGE_LOADERS, "HX-Request", "Accept", *page)


def find_for_blueprints(blueprints: Sequence[str], table: Mapping[str, T], default: T) -> T:
    """Return the entry of the innermost blueprint that has one. The entry may be ``None``.

    :param blueprints: The dotted names of the request's blueprints, innermost first.
    :param table: The entries, by dotted name or by a blueprint's own name.
    :param default: The result for blueprints without an entry, and outside a blueprint.
    """
    if not table:
        return default

    for name in blueprints:
        for key in (name, name.rpartition(".")[2]):
            if key in table:
                return table[key]

    return default


def next_target(app: Flask, request: Request, login_url: str, caller: Caller) -> str | None:
    """Return the URL of the page to return to after login, or ``None`` if it does not accept GET.

    :param login_url: The login URL. If it is a path, the result is a path, too.
    """
    if caller == "part":
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
    """Return 302 for GET, HEAD and POST: every browser follows it with a GET (RFC 9110, 15.4.3).
    Return 303 for other methods, which always means GET.
    """
    return 302 if method in {"GET", "HEAD", "POST"} else 303


def status_answer(
    app: Flask, request: Request, status: int, reason: str | None, challenges: Iterable[str] = ()
) -> Response:
    """Return a response with a reason: problem details in JSON (RFC 9457), or a page for clients
    that prefer HTML.

    :param challenges: The values of ``WWW-Authenticate`` with a 401.
    """
    error = default_exceptions[status](reason if status == 403 else None)
    accept = request.accept_mimetypes
    json = max(map(accept.quality, ("application/problem+json", "application/json")))

    # A request without 'Accept' accepts anything (RFC 9110, 12.5.1).
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
    # Most API clients send "*/*". It accepts HTML, but does not ask for it.
    asks = any(value.lower() == "text/html" and quality for value, quality in accept)
    return asks and accept["text/html"] >= accept["application/json"]


def _page_behind(request: Request) -> str | None:
    """Return the page that htmx names as the origin of this request, if it is on this site."""
    page = request.headers.get("HX-Current-URL", "")
    origin = find_origin(request.scheme, request.host)

    try:
        parts = urlsplit(page)
        is_here = bool(parts.netloc) and has_same_host(parts, urlsplit(origin or ""))
    except ValueError:
        return None

    return page if is_here and parts.scheme in {"http", "https"} else None
