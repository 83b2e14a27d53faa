from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from flask import Blueprint
from flask import Flask
from flask import redirect
from flask import url_for
from flask.typing import ResponseReturnValue
from typing_extensions import assert_type
from werkzeug.wrappers import Response

from flask_login import anonymous_required
from flask_login import confirm_login
from flask_login import current_user
from flask_login import fresh_login_required
from flask_login import login_exempt
from flask_login import login_fresh
from flask_login import login_remembered
from flask_login import login_required
from flask_login import login_url
from flask_login import login_user
from flask_login import logout_user
from flask_login import no_activity
from flask_login import user_passes_test
from flask_login import UserMixin

app = Flask(__name__)
pages = Blueprint("pages", __name__)


class User(UserMixin):
    id = 1


@app.get("/string")
@login_required
def string() -> str:
    return f"{current_user.name}"


@app.get("/response")
@login_required
def response() -> Response:
    return redirect(url_for("string"))


@app.get("/anything")
@fresh_login_required
def anything() -> ResponseReturnValue:
    return {"name": current_user.name}, 200, {"X-Fresh": str(login_fresh())}


@pages.route("/typed/<int:number>", methods=["GET", "POST"])
@login_required
def typed(number: int, suffix: str = "") -> str:
    return f"{number}{suffix}"


# The guard keeps the parameters and the result of the view.
assert_type(typed(1, suffix="st"), str)
assert_type(typed(number=1), str)
assert_type(anything(), ResponseReturnValue)


def add(first: int, *others: int, start: int = 0) -> int:
    return first + sum(others, start)


def is_admin(user: User) -> bool:
    return user.id == 1


# Bare or with arguments, every guard does.
assert_type(login_required(add)(1, 2, start=3), int)
assert_type(login_required()(add)(1, 2, start=3), int)
assert_type(login_required(via="session")(add)(1, 2, start=3), int)
assert_type(login_required(via=["session", "remember"])(add)(1, 2, start=3), int)
assert_type(fresh_login_required(add)(1, 2, start=3), int)
assert_type(fresh_login_required(max_age=timedelta(minutes=5))(add)(1, 2, start=3), int)
assert_type(fresh_login_required(max_age=300)(add)(1, 2, start=3), int)
assert_type(anonymous_required(add)(1, 2, start=3), int)
assert_type(anonymous_required()(add)(1, 2, start=3), int)
assert_type(anonymous_required("string")(add)(1, 2, start=3), int)
assert_type(anonymous_required(redirect_to="string")(add)(1, 2, start=3), int)
assert_type(user_passes_test(is_admin)(add)(1, 2, start=3), int)
assert_type(user_passes_test(is_admin, reason="Admins only.")(add)(1, 2, start=3), int)
assert_type(login_exempt(add)(1, 2, start=3), int)
assert_type(no_activity(add)(1, 2, start=3), int)

# A guard that is made once guards any number of views.
admin_required = user_passes_test(is_admin)
assert_type(admin_required(add)(1), int)
assert_type(admin_required(typed)(1), str)

# A list of guards, for 'decorators' and the like.
guards: list[Callable[[Callable[..., str]], Callable[..., str]]] = [
    login_required,
    fresh_login_required(max_age=300),
    admin_required,
]


@pages.before_request
@login_required
def guard() -> None:
    pass


@app.post("/login")
def login() -> Response:
    known: bool = login_user(User(), remember=True, duration=timedelta(days=7), fresh=False)
    login_user(User(), True, 3600)
    target: str = login_url("login", next_url="/") if known else url_for("string")
    return redirect(target)


@app.post("/confirm")
def confirm() -> str:
    confirm_login()
    return "remembered" if login_remembered() else ""


@app.post("/logout")
def logout() -> dict[str, bool]:
    return {"done": logout_user()}
