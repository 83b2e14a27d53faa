from __future__ import annotations

import typing as t

from flask import Flask
from flask import g
from flask import jsonify
from flask import Request
from flask import request
from flask import Response
from flask.typing import ResponseReturnValue

from flask_login import AnonymousUserMixin
from flask_login import LoginManager
from flask_login import UserMixin


class User(UserMixin):
    id = "1"


class Guest(AnonymousUserMixin):
    pass


class Manager(LoginManager):
    def __init__(self, app: Flask | None = None, *, realm: str = "site") -> None:
        super().__init__()
        self.realm = realm
        self.anonymous_user = Guest
        self.id_attribute = "get_id"

        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask, add_context_processor: bool = True) -> None:
        super().init_app(app, add_context_processor)
        app.extensions["realm"] = self.realm

    def unauthorized(self) -> ResponseReturnValue:
        if request.is_json:
            return jsonify(realm=self.realm), 401

        return super().unauthorized()

    def needs_refresh(self) -> Response:
        return Response(status=401)

    def _load_user(self) -> None:
        super()._load_user()
        g.seen = True

    def _load_user_from_request(self, request: Request) -> User | None:
        return User() if request.authorization else None

    def _load_user_from_remember_cookie(self, cookie: str) -> t.Any:
        return super()._load_user_from_remember_cookie(cookie)

    def _update_request_context_with_user(self, user: t.Any = None) -> None:
        super()._update_request_context_with_user(user)

    def _session_protection_failed(self) -> bool:
        return False


manager = Manager(Flask(__name__), realm="intranet")


@manager.user_loader
def load_user(user_id: str) -> User | None:
    return User() if user_id == User.id else None
