"""``LOGIN_REQUIRED_BY_DEFAULT``: what it closes, and what stays open all the same."""

from __future__ import annotations

import typing as t
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Blueprint
from flask import Flask
from flask.testing import FlaskClient
from flask.views import MethodView

from flask_login import current_user
from flask_login import LoginManager
from flask_login import user_unauthorized
from flask_login import UserMixin
from flask_login.config import EXEMPT_METHODS


@pytest.fixture
def closed(app: Flask, browser: FlaskClient) -> Flask:
    """An application that is closed by default, with a view at ``/page``."""
    app.config["LOGIN_REQUIRED_BY_DEFAULT"] = True
    app.add_url_rule("/page", "page", lambda: "inside", methods=["GET", "POST"])
    return app


@pytest.fixture
def log_in(app: Flask, browser: FlaskClient) -> Callable[[], None]:
    """Logs in user 1, also where the login view of the browser is closed."""

    def log_in() -> None:
        required = app.config.pop("LOGIN_REQUIRED_BY_DEFAULT", False)
        browser.get("/login/1")
        app.config["LOGIN_REQUIRED_BY_DEFAULT"] = required

    return log_in


@pytest.fixture
def files(tmp_path: Path) -> str:
    """A folder of static files, with one in it."""
    (tmp_path / "style.css").write_text("p {}")
    return str(tmp_path)


def make_blueprint(name: str, **kwargs: t.Any) -> Blueprint:
    """A blueprint with one view, ``/<name>/``."""
    blueprint = Blueprint(name, __name__, url_prefix=f"/{name}", **kwargs)
    blueprint.add_url_rule("/", "page", lambda: "inside")
    return blueprint


def test_views_are_open_unless_told_otherwise(app: Flask, browser: FlaskClient) -> None:
    assert browser.get("/plain").text == "plain"


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_setting_closes_every_view(closed: Flask, browser: FlaskClient, method: str) -> None:
    assert browser.open("/page", method=method).status_code == 401
    assert browser.get("/plain").status_code == 401


def test_logged_in_user_enters(
    closed: Flask, browser: FlaskClient, log_in: Callable[[], None]
) -> None:
    log_in()

    assert browser.get("/page").text == "inside"


def test_class_based_view_is_closed(
    closed: Flask, browser: FlaskClient, log_in: Callable[[], None]
) -> None:
    class Page(MethodView):
        def get(self) -> str:
            return "inside"

    closed.add_url_rule("/class", view_func=Page.as_view("class"))

    assert browser.get("/class").status_code == 401
    log_in()
    assert browser.get("/class").text == "inside"


def test_callable_object_without_a_hash_is_closed(
    closed: Flask, browser: FlaskClient, log_in: Callable[[], None]
) -> None:
    @dataclass
    class Page:
        text: str

        def __call__(self) -> str:
            return self.text

    closed.add_url_rule("/object", "object", Page("inside"))

    assert browser.get("/object").status_code == 401
    log_in()
    assert browser.get("/object").text == "inside"


def test_async_view_is_closed(
    closed: Flask,
    login_manager: LoginManager,
    browser: FlaskClient,
    users: dict[str, UserMixin],
    log_in: Callable[[], None],
) -> None:
    pytest.importorskip("asgiref")

    @login_manager.user_loader
    async def load_user(user_id: str) -> UserMixin | None:
        return users.get(user_id)

    @closed.get("/async")
    async def async_page() -> str:
        return str(current_user.get_id())

    assert browser.get("/async").status_code == 401
    log_in()
    assert browser.get("/async").text == "1"


def test_refusal_is_the_redirect_of_the_decorator(
    closed: Flask, login_manager: LoginManager, browser: FlaskClient
) -> None:
    login_manager.login_view = "/log-in"

    assert browser.get("/page").location == "/log-in?next=%2Fpage"


def test_refusal_asks_the_handler(
    closed: Flask, login_manager: LoginManager, browser: FlaskClient
) -> None:
    login_manager.unauthorized_handler(lambda: ("who are you?", 418))

    assert browser.get("/page").status_code == 418


@pytest.mark.parametrize("answer", [None, ""], ids=repr)
def test_handler_that_answers_nothing_opens_nothing(
    closed: Flask, login_manager: LoginManager, browser: FlaskClient, answer: str | None
) -> None:
    login_manager.unauthorized_handler(lambda: answer)
    closed.config["PROPAGATE_EXCEPTIONS"] = False

    assert "inside" not in browser.get("/page").text


def test_refusal_is_the_overridden_method(closed: Flask, browser: FlaskClient) -> None:
    class Manager(LoginManager):
        def unauthorized(self) -> t.Any:
            return "overridden", 401

    manager = Manager(closed)
    manager.request_loader(lambda request: None)

    assert browser.get("/page").text == "overridden"


def test_refusal_sends_the_signal(closed: Flask, browser: FlaskClient) -> None:
    senders: list[Flask] = []

    with user_unauthorized.connected_to(senders.append):
        browser.get("/page")

    assert senders == [closed]


def test_disabled_login_opens_everything(closed: Flask, browser: FlaskClient) -> None:
    closed.config["LOGIN_DISABLED"] = True

    assert browser.get("/page").text == "inside"


def test_options_request_is_answered(closed: Flask, browser: FlaskClient) -> None:
    assert "GET" in browser.options("/page").allow


def test_method_added_to_the_exempt_ones_passes(closed: Flask, browser: FlaskClient) -> None:
    EXEMPT_METHODS.add("POST")

    try:
        assert browser.post("/page").text == "inside"
        assert browser.get("/page").status_code == 401
    finally:
        EXEMPT_METHODS.remove("POST")


def test_unknown_page_is_not_found(closed: Flask, browser: FlaskClient) -> None:
    assert browser.get("/nowhere").status_code == 404


def test_method_that_a_view_does_not_take_is_not_allowed(
    closed: Flask, browser: FlaskClient
) -> None:
    assert browser.delete("/page").status_code == 405


def test_slash_that_is_missing_is_added(closed: Flask, browser: FlaskClient) -> None:
    closed.add_url_rule("/folder/", "folder", lambda: "inside")

    assert browser.get("/folder").status_code == 308


def test_static_files_of_the_app_are_open(closed: Flask, browser: FlaskClient, files: str) -> None:
    closed.static_folder = files

    with browser.get("/static/style.css") as response:
        assert (response.status_code, response.headers.get("Vary")) == (200, None)


@pytest.mark.parametrize("parents", [[], ["shop"], ["shop", "cart"]], ids=len)
def test_static_files_of_a_blueprint_are_open(
    closed: Flask, browser: FlaskClient, files: str, parents: list[str]
) -> None:
    blueprint = make_blueprint("theme", static_folder=files, static_url_path="/assets")

    for name in reversed(parents):
        parent = make_blueprint(name)
        parent.register_blueprint(blueprint)
        blueprint = parent

    closed.register_blueprint(blueprint)

    with browser.get("/".join(["", *parents, "theme/assets/style.css"])) as response:
        assert response.status_code == 200


def test_view_that_is_called_static_is_closed(browser: FlaskClient) -> None:
    app = Flask("other", static_folder=None)
    app.config.update(SECRET_KEY="deterministic", LOGIN_REQUIRED_BY_DEFAULT=True)
    LoginManager(app).request_loader(lambda request: None)
    app.add_url_rule("/static", "static", lambda: "inside")

    assert app.test_client().get("/static").status_code == 401


def test_view_of_a_blueprint_that_is_called_static_is_closed(
    closed: Flask, browser: FlaskClient
) -> None:
    blueprint = make_blueprint("shop")
    blueprint.add_url_rule("/static", "static", lambda: "inside")
    closed.register_blueprint(blueprint)
    closed.add_url_rule("/no/blueprint", "nothing.static", lambda: "inside")

    assert browser.get("/shop/static").status_code == 401
    assert browser.get("/no/blueprint").status_code == 401


@pytest.mark.parametrize(
    "order",
    [["/theme/assets/style.css", "/own/style.css"], ["/own/style.css", "/theme/assets/style.css"]],
    ids=["static first", "own first"],
)
def test_view_that_serves_static_files_itself_is_closed(
    closed: Flask, browser: FlaskClient, files: str, order: list[str]
) -> None:
    theme = make_blueprint("theme", static_folder=files, static_url_path="/assets")
    closed.register_blueprint(theme)
    closed.add_url_rule("/own/<path:filename>", "own", theme.send_static_file)

    codes = {}

    for path in order:
        with browser.get(path) as response:
            codes[path] = response.status_code

    assert codes == {"/theme/assets/style.css": 200, "/own/style.css": 401}
