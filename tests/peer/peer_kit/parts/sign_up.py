"""Users who are logged in before they are saved, and so before they have an ID."""

from __future__ import annotations

import typing as t

from flask import abort
from flask import Flask
from flask import request

import flask_login
from flask_login import current_user


class NewUser(flask_login.UserMixin):
    """The ID of ``UserMixin`` is the string ``'None'`` until the user has one."""

    id: str | None = None


class NewUserWithoutID(NewUser):
    def get_id(self) -> str | None:  # type: ignore[override]
        return self.id


class NewUserWithErrors(NewUser):
    def get_id(self) -> str:
        if self.id is None:
            raise ValueError("not saved")

        return self.id


KINDS = {"none": NewUserWithoutID, "error": NewUserWithErrors}


def add_to(app: Flask, users: dict[str, t.Any]) -> None:
    @app.get("/sign-up")
    def sign_up() -> dict[str, t.Any]:
        asked = request.args
        user = KINDS.get(asked.get("id", ""), NewUser)()
        accepted = flask_login.login_user(
            user, remember="remember" in asked, fresh="stale" not in asked
        )
        state = {
            "accepted": accepted,
            "is new": current_user == user or current_user._get_current_object() is user,
            "authenticated": current_user.is_authenticated,
            "fresh": flask_login.login_fresh(),
        }

        if "save" in asked:
            user.id = "new"
            users["new"] = user

        match asked.get("then"):
            case "login":
                flask_login.login_user(users["1"])
            case "logout":
                flask_login.logout_user()
            case "confirm":
                flask_login.confirm_login()
            case "fail":
                raise ZeroDivisionError
            case "refuse":
                abort(400)

        return state
