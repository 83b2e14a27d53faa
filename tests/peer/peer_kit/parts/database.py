"""Users in a database, whose session ends with the application context."""

from __future__ import annotations

import typing as t
from threading import Thread

import sqlalchemy as sa
from flask import abort
from flask import copy_current_request_context
from flask import current_app
from flask import Flask
from flask import request
from flask_sqlalchemy_lite import SQLAlchemy
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

import flask_login
from flask_login import current_user

Answer = dict[str, t.Any]


class Model(DeclarativeBase):
    pass


class Account(Model, flask_login.UserMixin):
    __tablename__ = "account"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    seen: Mapped[int] = mapped_column(default=0)


def add_to(app: Flask, users: dict[str, t.Any]) -> None:
    app.config["SQLALCHEMY_ENGINES"] = {"default": "sqlite://"}
    db = SQLAlchemy(app)

    with app.app_context():
        Model.metadata.create_all(db.engine)
        db.session.add_all([Account(name="ada"), Account(name="brian")])
        db.session.commit()

    @app.login_manager.user_loader  # type: ignore[attr-defined,untyped-decorator]
    def load(user_id: str) -> Account | None:
        return db.session.get(Account, int(user_id))

    def see() -> None:
        current_user.seen += 1
        db.session.commit()

    def who_asks_first() -> None:
        if "ask" in request.args:
            assert current_user.name

    @app.get("/account/<int:id>")
    def account(id: int) -> Answer:
        name, seen = db.session.execute(
            sa.select(Account.name, Account.seen).where(Account.id == id)
        ).one()
        return {"name": name, "seen": seen}

    @app.get("/enter/<int:id>")
    def enter(id: int) -> Answer:
        account = db.session.get(Account, id)
        flask_login.login_user(account, remember="remember" in request.args)
        return {"name": current_user.name}

    @app.get("/sign-up/<name>")
    def sign_up(name: str) -> Answer:
        account = Account(name=name)
        flask_login.login_user(account, remember="remember" in request.args)
        db.session.add(account)

        if "rollback" in request.args:
            db.session.flush()
            db.session.rollback()
            abort(400)
        elif "commit" in request.args:
            db.session.commit()

        return {"name": current_user.name}

    @app.get("/see")
    def see_directly() -> Answer:
        see()
        return {"name": current_user.name}

    @app.get("/see/nested")
    def see_nested() -> Answer:
        who_asks_first()

        with current_app.app_context():
            see()

        return {"name": current_user.name}

    @app.get("/see/nested/twice")
    def see_nested_twice() -> Answer:
        who_asks_first()

        for _ in range(2):
            with current_app.app_context():
                see()

        see()
        return {"name": current_user.name}

    @app.get("/see/thread")
    def see_in_thread() -> Answer:
        who_asks_first()
        thread = Thread(target=copy_current_request_context(see))
        thread.start()
        thread.join()
        return {"name": current_user.name}

    @app.get("/see/through")
    def see_through() -> Answer:
        who_asks_first()
        cookie = request.headers["Cookie"]
        client = current_app.test_client(use_cookies=False)
        inside = client.get("/see", headers={"Cookie": cookie}, buffered=True)
        return {"inside": inside.status_code, "name": current_user.name}
