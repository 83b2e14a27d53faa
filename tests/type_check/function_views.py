from __future__ import annotations

from datetime import timedelta

from flask import Blueprint
from flask import Flask
from flask import redirect
from flask import url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from flask_login import confirm_login
from flask_login import current_user
from flask_login import fresh_login_required
from flask_login import login_fresh
from flask_login import login_remembered
from flask_login import login_required
from flask_login import login_url
from flask_login import login_user
from flask_login import logout_user
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
typed(1, suffix="st").upper()
typed(number=1)


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
