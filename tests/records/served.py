"""An application with logins on record, as Gunicorn serves it to :mod:`browsers`."""

from __future__ import annotations

import os
import typing as t
from collections.abc import Callable
from datetime import timedelta

from flask import Flask
from flask import jsonify
from flask import session
from flask.typing import ResponseReturnValue

from flask_login import _clock
from flask_login import _session
from flask_login import current_user
from flask_login import end_login
from flask_login import list_logins
from flask_login import login_denied_reason
from flask_login import login_user
from flask_login import LoginManager
from flask_login import logout_user
from flask_login import UserMixin
from flask_login.records import Records
from flask_login.records._rows import key_of
from flask_login.signals import remember_token_reused

#: In seconds.
ROTATE = 600
GRACE = 300


class User(UserMixin):
    def __init__(self, id: str) -> None:
        self.id = id


def create_app() -> Flask:
    app = Flask(__name__)
    app.config["SECRET_KEY"] = "shared by all workers"
    app.config["REMEMBER_COOKIE_ROTATE"] = timedelta(seconds=ROTATE)
    app.config["REMEMBER_COOKIE_ROTATE_GRACE"] = timedelta(seconds=GRACE)
    records = open_records(os.environ["SERVED_STORE"], os.environ["SERVED_PREFIX"])
    LoginManager(app, records=records).user_loader(User)
    remember_token_reused.connect(write_alarm, app)
    app.wsgi_app = at_the_time_of_the_browser(app.wsgi_app)  # type: ignore[method-assign]

    @app.get("/me")
    def me() -> ResponseReturnValue:
        return report()

    @app.get("/write")
    def write() -> ResponseReturnValue:
        session["visits"] = session.get("visits", 0) + 1
        return report()

    @app.post("/login/<user_id>/<how>")
    def login(user_id: str, how: str) -> ResponseReturnValue:
        login_user(User(user_id), remember=how == "remember")
        return report()

    @app.post("/logout/<scope>")
    def logout(scope: t.Any) -> ResponseReturnValue:
        response = report()

        if scope == "this" or current_user.is_authenticated:
            logout_user(scope)

        return response

    @app.get("/logins")
    def logins() -> ResponseReturnValue:
        return report(logins=[login.id for login in list_logins()])

    @app.post("/end/<id>")
    def end(id: str) -> ResponseReturnValue:
        return report(ended=current_user.is_authenticated and end_login(id))

    return app


def open_records(url: str, prefix: str) -> Records:
    if url.startswith("redis"):
        from redis import Redis

        from flask_login.records.redis import RedisRecords

        return RedisRecords(Redis.from_url(url, socket_timeout=10), prefix=prefix)

    from racing import Database
    from racing import prepare_sqlite
    from sqlalchemy import create_engine
    from sqlalchemy import event

    from flask_login.records.sqlalchemy import SQLAlchemyRecords

    engine = create_engine(url, connect_args={"timeout": 30} if url.startswith("sqlite") else {})

    if engine.dialect.name == "sqlite":
        database = Database(url, wal=True)
        event.listen(engine, "connect", lambda connection, _: prepare_sqlite(connection, database))

    return SQLAlchemyRecords(engine, prefix=prefix)


def report(**more: t.Any) -> ResponseReturnValue:
    """Who is there, by which login, and which process found out."""
    user_id = current_user.get_id()
    login = None if user_id is None else _session.find_login(session)
    key = None if login is None or login.secret is None else key_of(login.secret)
    reason = login_denied_reason()
    return jsonify(user=user_id, login=key, reason=reason, process=os.getpid(), **more)


def write_alarm(app: Flask, **facts: t.Any) -> None:
    with open(os.environ["SERVED_ALARMS"], "a") as alarms:
        alarms.write(f"{facts}\n")


def at_the_time_of_the_browser(wsgi_app: t.Any) -> Callable[..., t.Any]:
    """Let each request say how many seconds its browser is ahead of time, so that nobody waits."""

    def run(environ: t.Any, start_response: t.Any) -> t.Any:
        with _clock.set_back(-timedelta(seconds=int(environ["HTTP_X_AHEAD"]))):
            return wsgi_app(environ, start_response)

    return run
