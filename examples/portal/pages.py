"""Headers and template filters of all pages, and a few URLs of no blueprint."""

from __future__ import annotations

from datetime import datetime

from flask import current_app
from flask import Flask
from flask import request
from flask import Response
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import format_time
from flask_babel import format_timedelta

from flask_login import current_user
from flask_login import login_exempt
from flask_login import no_activity
from flask_login import session_expires_at

from . import devices
from .logins import may_act
from .models import now

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def init_app(app: Flask) -> None:
    app.after_request(add_headers)
    app.context_processor(lambda: {"session_ends": session_expires_at})
    app.jinja_env.globals.update(here=here, may_act=may_act, now=now)
    app.jinja_env.filters.update(
        ago=ago, moment=moment, device=devices.describe, place=devices.locate
    )
    app.add_url_rule("/favicon.ico", "favicon", favicon)
    app.add_url_rule("/health", "health", health)
    app.add_url_rule("/session", "session", session)


@login_exempt
def favicon() -> ResponseReturnValue:
    """Send the icon to browsers that ask for it without reading a page."""
    return current_app.send_static_file("favicon.svg")


@login_exempt
@no_activity
def health() -> ResponseReturnValue:
    """Respond to health checks."""
    return "ok\n", {"Content-Type": "text/plain"}


@no_activity
def session() -> ResponseReturnValue:
    """Return when the session ends. Scripts call this, and it does not count as activity."""
    ends = session_expires_at()
    return {"name": current_user.name, "ends": None if ends is None else ends.isoformat()}


def add_headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    # Under HTTPS, Flask-WTF checks the Referer of a form. Other sites get none.
    headers.setdefault("Referrer-Policy", "same-origin")

    if request.is_secure:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")

    if response.mimetype == "text/html":
        response.vary.add("Accept-Language")

    return response


def here() -> str:
    """Return the URL of this page, for a form that returns to it."""
    return request.full_path.removesuffix("?")


def ago(at: datetime) -> str:
    """Return how long ago a time was, in words."""
    return str(format_timedelta(at - now(), add_direction=True))


def moment(at: datetime) -> str:
    """Return a time in words. It is in UTC, because the reader's time zone is unknown."""
    return f"{format_date(at)}, {format_time(at, 'HH:mm')} UTC"
