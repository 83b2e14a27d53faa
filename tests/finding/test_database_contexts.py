"""Users of a database, in each application context of a request: a context has a database session
of its own, so it finds the user anew.
"""

from __future__ import annotations

import typing as t
from collections.abc import Callable
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from threading import Thread

import pytest
from flask import copy_current_request_context
from flask import Flask
from flask import render_template_string
from flask.testing import FlaskClient
from flask_versions import in_another_context

from flask_login import current_user
from flask_login import login_user
from flask_login import LoginManager
from flask_login import UserMixin

pytest.importorskip("flask.sansio", reason="Flask-SQLAlchemy-Lite needs Flask 3.")
lite = pytest.importorskip("flask_sqlalchemy_lite")
sqlalchemy = pytest.importorskip("sqlalchemy")
orm = pytest.importorskip("sqlalchemy.orm")


class Base(orm.DeclarativeBase):  # type: ignore[name-defined,misc]
    pass


class Account(UserMixin, Base):
    __tablename__ = "account"
    id = orm.mapped_column(sqlalchemy.Integer, primary_key=True)
    seen = orm.mapped_column(sqlalchemy.Integer, default=0)


@pytest.fixture
def db(app: Flask, tmp_path: Path) -> Iterator[t.Any]:
    app.config["SQLALCHEMY_ENGINES"] = {"default": f"sqlite:///{tmp_path / 'accounts.sqlite'}"}
    db = lite.SQLAlchemy(app)

    with app.app_context():
        Base.metadata.create_all(db.engine)
        db.session.add(Account(id=1))
        db.session.commit()

    yield db

    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def client(app: Flask, db: t.Any) -> FlaskClient:
    """A browser in which account 1 is logged in."""
    manager = LoginManager(app)
    manager.user_loader(lambda user_id: db.session.get(Account, int(user_id)))
    client = app.test_client()

    with client.session_transaction() as session:
        session["_user_id"] = "1"

    return client


@pytest.fixture
def see(db: t.Any) -> Callable[[], None]:
    """Count one visit of the current user's."""

    def see() -> None:
        current_user.seen += 1
        db.session.commit()

    return see


@pytest.fixture
def run_eagerly(app: Flask) -> Callable[[t.Any], None]:
    """Run a task at once, in an application context of its own, as a queue does in tests."""
    return partial(in_another_context, app)


@pytest.fixture
def seen(app: Flask, db: t.Any) -> Callable[[], int]:
    """How often the account was seen, as the database says."""

    def read() -> int:
        with app.app_context():
            return int(db.session.get(Account, 1).seen)

    return read


def work_in_a_thread(work: t.Any) -> None:
    thread = Thread(target=copy_current_request_context(work))
    thread.start()
    thread.join()


def test_nested_context_writes(
    app: Flask, client: FlaskClient, see: t.Any, run_eagerly: t.Any, seen: t.Any
) -> None:
    @app.get("/task")
    def task() -> str:
        before = current_user.seen
        run_eagerly(see)
        return str(before)

    assert client.get("/task").text == "0"
    assert seen() == 1


def test_nested_context_that_asks_first_writes(
    app: Flask, client: FlaskClient, see: t.Any, run_eagerly: t.Any, seen: t.Any
) -> None:
    app.add_url_rule("/task", "task", lambda: run_eagerly(see) or "done")
    assert client.get("/task").text == "done"
    assert seen() == 1


def test_request_writes_after_a_nested_context_that_asked_first(
    app: Flask, client: FlaskClient, see: t.Any, run_eagerly: t.Any, seen: t.Any
) -> None:
    app.add_url_rule("/both", "both", lambda: run_eagerly(see) or see() or "done")
    assert client.get("/both").text == "done"
    assert seen() == 2


def test_each_nested_context_writes(
    app: Flask, client: FlaskClient, see: t.Any, run_eagerly: t.Any, seen: t.Any
) -> None:
    def tasks() -> str:
        run_eagerly(lambda: (see(), run_eagerly(see)))
        run_eagerly(see)
        return "done"

    app.add_url_rule("/tasks", "tasks", tasks)
    assert client.get("/tasks").text == "done"
    assert seen() == 3


@pytest.mark.parametrize("asks_first", [True, False], ids=["asked", "not asked"])
def test_thread_that_copies_the_request_context_writes(
    app: Flask, client: FlaskClient, see: t.Any, seen: t.Any, asks_first: bool
) -> None:
    @app.get("/thread")
    def thread() -> str:
        before = str(current_user.seen) if asks_first else "0"
        work_in_a_thread(see)
        return before

    assert client.get("/thread").text == "0"
    assert seen() == 1


def test_user_of_the_request_stays_in_its_database_session(
    app: Flask, client: FlaskClient, db: t.Any, see: t.Any, run_eagerly: t.Any
) -> None:
    @app.get("/belongs")
    def belongs() -> str:
        before = current_user._get_current_object()
        run_eagerly(see)
        return str(before in db.session and before is current_user._get_current_object())

    assert client.get("/belongs").text == "True"


def test_template_of_the_request_can_load_what_is_missing(
    app: Flask, client: FlaskClient, db: t.Any, see: t.Any, run_eagerly: t.Any
) -> None:
    @app.get("/page")
    def page() -> str:
        run_eagerly(see)
        db.session.expire_all()
        return render_template_string("seen {{ current_user.seen }}")

    assert client.get("/page").text == "seen 1"


def test_template_of_a_nested_context_has_that_context_s_user(
    app: Flask, client: FlaskClient, db: t.Any
) -> None:
    @app.get("/mail")
    def mail() -> str:
        assert current_user.id == 1
        template = "{{ current_user in db.session }}"
        return in_another_context(app, lambda: render_template_string(template, db=db))

    assert client.get("/mail").text == "True"


def test_login_of_this_request_is_known_to_a_nested_context(
    app: Flask, client: FlaskClient, db: t.Any, see: t.Any, run_eagerly: t.Any, seen: t.Any
) -> None:
    @app.get("/log-in")
    def log_in() -> str:
        login_user(db.session.get(Account, 1))
        run_eagerly(see)
        return "done"

    client.delete_cookie("session")
    assert client.get("/log-in").text == "done"
    assert seen() == 1


def test_account_is_logged_in_before_it_is_saved(
    app: Flask, client: FlaskClient, db: t.Any
) -> None:
    @app.get("/register")
    def register() -> str:
        account = Account()
        db.session.add(account)
        login_user(account)
        db.session.commit()
        return str(current_user.id)

    app.add_url_rule("/me", "me", lambda: str(current_user.get_id()))
    assert client.get("/register").text == "2"
    assert client.get("/me").text == "2"


def test_account_that_is_rolled_back_is_not_logged_in(
    app: Flask, client: FlaskClient, db: t.Any
) -> None:
    @app.get("/register")
    def register() -> tuple[str, int]:
        account = Account()
        db.session.add(account)
        login_user(account)
        db.session.flush()
        db.session.rollback()
        return f"Account {account.id} was not saved.", 409

    app.add_url_rule("/me", "me", lambda: str(current_user.get_id()))
    assert client.get("/register").text == "Account 2 was not saved."
    assert client.get("/me").text == "None"
