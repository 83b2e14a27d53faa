"""Sessions that are kept in Redis, by Flask-Session. The browser has the ID of its own alone."""

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

#: What is served without a session.
_SESSIONLESS = {"favicon", "health", "static"}


class SessionInterface(RedisSessionInterface):  # type: ignore[misc]
    def open_session(self, app: Flask, request: Request) -> t.Any:
        try:
            return super().open_session(app, request)
        except RedisError as error:
            app.logger.error("Redis is away: %s", error)
            # Flask takes a session that is empty, and neither written nor sent.
            return None


def init_app(app: Flask) -> None:
    # Flask-Session would keep sessions when the browser is closed. Flask does not.
    app.session_interface = SessionInterface(
        app, open_redis(app.config["REDIS_URL"]), key_prefix="portal:session:", permanent=False
    )
    app.before_request(demand_session)


def demand_session() -> None:
    """Nobody has to log in again because Redis is away."""
    if isinstance(session, NullSession) and request.endpoint not in _SESSIONLESS:
        raise ServiceUnavailable(retry_after=10)
