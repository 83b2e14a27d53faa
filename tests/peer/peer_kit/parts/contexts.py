"""Views that open another context."""

from __future__ import annotations

import typing as t
from threading import Thread

from flask import copy_current_request_context
from flask import current_app
from flask import Flask
from flask import g
from flask import request
from flask import session

import flask_login
from flask_login import current_user

Answer = dict[str, t.Any]


def add_to(app: Flask, users: dict[str, t.Any]) -> None:
    def who_asks_first() -> t.Any:
        return current_user.get_id() if "ask" in request.args else "not asked"

    @app.get("/nested/who")
    def nested_who() -> Answer:
        before = who_asks_first()

        with current_app.app_context():
            inside = current_user.get_id()

        return {"before": before, "inside": inside, "after": current_user.get_id()}

    @app.get("/nested/login/<user_id>")
    def nested_login(user_id: str) -> Answer:
        before = who_asks_first()

        with current_app.app_context():
            flask_login.login_user(users[user_id], remember="remember" in request.args)
            inside = current_user.get_id()

        return {"before": before, "inside": inside, "after": current_user.get_id()}

    @app.get("/nested/logout")
    def nested_logout() -> Answer:
        before = who_asks_first()

        with current_app.app_context():
            flask_login.logout_user()
            inside = current_user.get_id()

        return {"before": before, "inside": inside, "after": current_user.get_id()}

    @app.get("/thread/who")
    def thread_who() -> Answer:
        before = who_asks_first()
        found: list[t.Any] = []

        @copy_current_request_context
        def ask() -> None:
            found.append(current_user.get_id())

        thread = Thread(target=ask)
        thread.start()
        thread.join()
        return {"before": before, "inside": found, "after": current_user.get_id()}

    @app.get("/through/<path:path>")
    def through(path: str) -> Answer:
        before = who_asks_first()
        client = current_app.test_client()
        inside = client.get(path, headers={"User-Agent": "The application itself"})
        return {
            "before": before,
            "inside": inside.get_data(as_text=True),
            "after": current_user.get_id(),
            "user in the session": session.get("_user_id"),
        }

    @app.get("/by-hand/<user_id>")
    def by_hand(user_id: str) -> Answer:
        before = who_asks_first()
        g._login_user = users[user_id]
        during = current_user.get_id()
        del g._login_user
        return {"before": before, "during": during, "after": current_user.get_id()}
