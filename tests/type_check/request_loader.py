from __future__ import annotations

from flask import Flask
from flask import Request
from flask import request

from flask_login import current_user
from flask_login import login_required
from flask_login import LoginManager
from flask_login import UserMixin
from flask_login.typing import RequestCallback
from flask_login.typing import UserCallback

app = Flask(__name__)
login_manager = LoginManager(app)


class User(UserMixin):
    def __init__(self, id: int) -> None:
        self.id = id


@login_manager.request_loader
def load_user_by_token(request: Request) -> User | None:
    authorization = request.authorization

    if authorization is None or authorization.type != "bearer":
        return None

    return User(1) if authorization.token == "secret" else None


@app.get("/me")
@login_required
def me() -> dict[str, int]:
    return {"id": current_user.id}


# A decorated loader can still be called.
user = load_user_by_token(request)
user_id: int | None = user.id if user else None


class Loaders:
    def by_key(self, request: Request) -> User | None:
        return User(2)

    def by_id(self, user_id: str) -> User | None:
        return User(int(user_id))


loaders = Loaders()
login_manager.request_loader(loaders.by_key)
login_manager.user_loader(loaders.by_id)

request_callback: RequestCallback | None = login_manager.request_callback
user_callback: UserCallback | None = login_manager.user_callback
