"""Error pages. They do not use the current user, so they render while the database is down."""

from __future__ import annotations

import typing as t

from flask import current_app
from flask import Flask
from flask import request
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import InterfaceError
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException
from werkzeug.exceptions import SecurityError
from werkzeug.exceptions import ServiceUnavailable
from werkzeug.wrappers import Response

#: The title and the text of each page.
PAGES = {
    400: (
        _("That did not work"),
        _("The portal could not understand what your browser sent. Go back and try again."),
    ),
    401: (_("Please log in"), _("This is for operators who are logged in.")),
    403: (_("Not for you"), _("You are logged in, but your role does not allow this.")),
    404: (_("Nothing here"), _("There is no such page. It may have moved.")),
    405: (_("That did not work"), _("This address does not support what you asked for.")),
    413: (_("Too large"), _("This is more than the portal accepts.")),
    429: (
        _("Too many attempts"),
        _("There were too many wrong passwords. Wait a little, and try again."),
    ),
    500: (
        _("Something broke"),
        _("This is our mistake, not yours, and it has been logged. Try again later."),
    ),
    503: (
        _("Back in a moment"),
        _("The portal cannot reach its database. You are still logged in: try again soon."),
    ),
}

#: The text of a 403, by the reason of the guard.
REFUSALS = {
    "admins_only": _("Only administrators manage operators. Ask one of them."),
    "operators_only": _("You may look, but not act. Ask an administrator for the role “operator”."),
}


def init_app(app: Flask) -> None:
    app.register_error_handler(HTTPException, show)

    for error in (OperationalError, InterfaceError, PoolTimeout):
        app.register_error_handler(error, show_outage)


def show_outage(error: Exception) -> t.Any:
    current_app.logger.error("The database is down: %s", error)
    return show(ServiceUnavailable(retry_after=10))


def show(error: HTTPException) -> t.Any:
    """Return a page, or a problem (RFC 9457) if the client prefers that."""
    # Flask-Login has made a response already. And without a trusted host, no URL can be built.
    if error.response is not None or isinstance(error, SecurityError):
        return error

    status = error.code or 500
    title, text = PAGES.get(status, (error.name, error.description))

    if isinstance(error, CSRFError):
        text = gettext("The page was open for too long. Go back, reload it, and try again.")
    elif status == 403:
        text = REFUSALS.get(error.description or "", text)

    response = error.get_response()
    fill = _fill_page if _prefers_page() else _fill_problem
    fill(response, status, str(title), str(text))
    response.headers["Cache-Control"] = "no-store"
    return response


def _prefers_page() -> bool:
    kinds = ["text/html", "application/problem+json", "application/json"]

    if request.path.startswith("/api/"):
        kinds = [*kinds[1:], kinds[0]]

    return request.accept_mimetypes.best_match(kinds, kinds[0]) == "text/html"


def _fill_page(response: Response, status: int, title: str, text: str) -> None:
    # 'render_template' would load the user, which needs the database.
    template = current_app.jinja_env.get_template("error.html")
    response.data = template.render(status=status, title=title, text=text)
    response.mimetype = "text/html"


def _fill_problem(response: Response, status: int, title: str, text: str) -> None:
    problem = {"type": "about:blank", "title": title, "status": status, "detail": text}
    response.data = current_app.json.dumps(problem) + "\n"
    response.mimetype = "application/problem+json"
