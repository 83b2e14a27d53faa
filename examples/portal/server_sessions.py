"""Sessions in Redis, with Flask-Session. The browser has only the ID of its session."""

from __future__ import annotations

import typing as t

from flask import Flask
from flask import Request
from flask import request
from flask import session
from flask.sessions import NullSession
from flask_session.redis import RedisSessionInterface
from redis import RedisError
from werkzeug.exceptions import ServiceUnavailable

from .models import open_redis

#: Endpoints that need no session.
_SESSIONLESS = {"favicon", "health", "static"}


class SessionInterface(RedisSessionInterface):  # type: ignore[misc]
    def open_session(self, app: Flask, request: Request) -> t.Any:
        try:
            return super().open_session(app, request)
        except RedisError as error:
            app.logger.error("Redis is down: %s", error)
            # Flask then uses an empty session, which it neither saves nor sends.
            return None


def init_app(app: Flask) -> None:
    # By default, Flask-Session keeps sessions after the browser is closed. Flask does not.
    app.session_interface = SessionInterface(
        app, open_redis(app.config["REDIS_URL"]), key_prefix="portal:session:", permanent=False
    )
    app.before_request(demand_session)


def demand_session() -> None:
    """Respond with 503 while Redis is down, so that nobody has to log in again."""
    if isinstance(session, NullSession) and request.endpoint not in _SESSIONLESS:
        raise ServiceUnavailable(retry_after=10)
