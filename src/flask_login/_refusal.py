"""What a caller who may not go on gets: a redirect to log in, or a status that says why. It is
decided here, as a value, and carried out by the manager.
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

#: RFC 9110, 15.5.2 wants a challenge with each 401. This one tells of a login form; browsers open
#: no dialog for it.
COOKIE_CHALLENGE = 'Cookie realm="login"'

# Libraries that load pages by a script say so. They show what a redirect leads to.
_PAGE_LOADERS = ("HX-Boosted", "X-PJAX", "X-Up-Version")


#: Who has to be told that they may not go on: whoever loads a page, who can be sent to log in;
#: htmx, which loads a part of a page, and can have the whole page sent to log in; or anything else,
#: such as an API client or ``fetch``, which a status tells most.
Caller = t.Literal["page", "part", "client"]


class Refusal:
    """What a caller gets who is to log in."""

    #: Where to log in, after which the user comes back, or ``None`` if nowhere.
    login_url: str | None = None
    #: What to save in the session of the page to come back to, where that is set.
    next: str | None = None
    #: The answer, if it is neither a redirect nor an error page of the application's.
    response: Response | None = None
    #: What an error page says in ``WWW-Authenticate``.
    challenges: Sequence[str] = ()


def decide(
    visit: Visit, current: Request, manager: Manager, login_view: LoginView, reason: str
) -> Refusal:
    """Decide what a caller gets who is to log in."""
    mode, caller = find_caller(visit, current, manager)
    challenges = [loader.challenge for loader in manager._named_loaders.values()]
    challenges = [challenge for challenge in challenges if challenge] or [COOKIE_CHALLENGE]
    view = None if caller == "client" else _find_view(visit, current, login_view)
    refusal = Refusal() if not view else _lead_to_login(visit, current, view, caller)

    if caller == "page":
        # Without a challenge by default, as ever.
        refusal.challenges = () if mode == "redirect" else challenges
        return refusal

    refusal.response = status_answer(visit.app, current, 401, reason, challenges)

    if refusal.login_url is not None:
        refusal.response.headers["HX-Redirect"] = _urls.normalize(refusal.login_url)

    return refusal


def forbid(visit: Visit, current: Request, manager: Manager, reason: str | None) -> Response:
    """Answer a user who is logged in, and may not go on all the same."""
    _, caller = find_caller(visit, current, manager)

    if caller == "page":
        abort(403, reason)

    return status_answer(visit.app, current, 403, reason)


def unavailable(
    manager: Manager, visit: Visit, current: Request, retry_after: int
) -> ServiceUnavailable:
    """What is raised where the store of the logins on record fails: an error page of the
    application's, or a status that says why.

    :param retry_after: After how many seconds to try again.
    """
    error = ServiceUnavailable(retry_after=retry_after)
    _, caller = find_caller(visit, current, manager)

    if caller != "page":
        error.response = status_answer(visit.app, current, 503, "records_unavailable")
        error.response.headers["Retry-After"] = str(retry_after)

    return error


def find_caller(visit: Visit, current: Request, manager: Manager) -> tuple[str, Caller]:
    """How callers are answered here, and who is calling. The response, which may be an error page
    of the application's, says what that depends on.
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
    """The login view, which is computed now if it is a callable or a proxy."""
    view: str | None = evaluate(login_view)

    if not view or view is login_view:
        return view

    # What a callable makes of a request is not to be trusted.
    if not _urls.is_usable(view):
        _logger.warning(
            "The callable that is the login view returned %r, which is no endpoint, path or URL."
            " The answer is 401 instead.",
            view,
        )
        return None

    rule = find_target(visit.app, current, view, _expand(visit.app, view))
    gate: Gate | None = visit.app.extensions.get(GATE)

    if rule and gate and gate.closes(rule, "GET") and not utils.is_logged_in():
        raise RuntimeError(
            f"The callable that is the login view returned '{view}', which is closed itself, so"
            " that nobody could log in: mark its view with 'login_exempt'."
        )

    return view


def _lead_to_login(visit: Visit, current: Request, view: str, caller: Caller) -> Refusal:
    settings = visit.settings
    login_url = _expand(visit.app, view)
    target = next_target(visit.app, current, login_url, caller)
    refusal = Refusal()

    # API users have no session to save it in.
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
        # An endpoint that needs arguments is there.
        if error.endpoint in app.view_functions:
            raise

        raise LookupError(
            f"There is no endpoint '{login_view}' to send users to. Correct 'login_view',"
            " 'refresh_view' or 'blueprint_login_views'."
        ) from error


def as_text(message: t.Any, localize: Callable[[t.Any], t.Any] | None) -> t.Any:
    """A message as it can be flashed, or ``None`` if there is none."""
    text = evaluate(message)

    if text and localize is not None:
        text = localize(text)

    return as_string(text) if text else None


def as_string(text: t.Any) -> t.Any:
    """A session cannot hold lazy strings. Other strings keep their type, such as Markup."""
    if isinstance(text, str):
        return text

    # As text, a lazy string that is HTML would be shown with its tags. Flask's session can hold
    # it: it saves as Markup whatever has '__html__'.
    string = str(text)
    has_markup = hasattr(text, "__html__") and escape(string, quote=False) != string
    return text if has_markup else string


def evaluate(value: t.Any) -> t.Any:
    """The value of a setting that may be a callable, to be asked in each request, or a proxy."""
    value = unwrap(value)
    return unwrap(value()) if callable(value) else value


def tell_caller(request: Request, mode: str) -> Caller:
    """Whom to answer.

    :param mode: ``"redirect"``, ``"status"``, or ``"auto"``, where it is as the request says.
    """
    if mode != "auto":
        return "page" if mode == "redirect" else "client"

    headers = request.headers

    # Whatever its destination: a service worker repeats a navigation as one to "empty".
    if headers.get("Sec-Fetch-Mode") == "navigate":
        return "page"

    if any(headers.get(name, "false") != "false" for name in _PAGE_LOADERS):
        return "page"

    if headers.get("HX-Request") == "true":
        return "part"

    return "page" if _asks_for_html(request) else "client"


def consulted(caller: Caller, mode: str) -> tuple[str, ...]:
    """The headers that an answer depends on, for ``Vary``."""
    if mode != "auto":
        return ("Accept",)

    page = ("HX-Current-URL",) if caller == "part" else ()
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
