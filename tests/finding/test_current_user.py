"""``current_user``: when it is loaded, where it is kept, and what it is elsewhere."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from flask import Flask
from flask import g
from flask import session
from flask.sessions import SecureCookieSession
from flask.sessions import SecureCookieSessionInterface
from flask.testing import FlaskClient
from werkzeug.local import LocalProxy

from flask_login import current_user
from flask_login import login_fresh
from flask_login import login_remembered
from flask_login import LoginManager


@pytest.fixture
def loaded(login_manager: LoginManager, users: dict[str, t.Any]) -> list[str]:
    """The IDs that the loader was asked for."""
    asked: list[str] = []

    @login_manager.user_loader
    def load(user_id: str) -> t.Any:
        asked.append(user_id)
        return users.get(user_id)

    return asked


@pytest.fixture
def static(app: Flask, tmp_path: Path) -> str:
    app.static_folder = str(tmp_path)
    (tmp_path / "style.css").write_text("p {}")
    return "/static/style.css"


class Untouchable(SecureCookieSession):
    """A session that nobody may look into."""

    def _refuse(self, *args: t.Any, **kwargs: t.Any) -> t.NoReturn:
        raise AssertionError("The session was touched.")

    __getitem__ = __setitem__ = __delitem__ = __contains__ = __iter__ = _refuse
    get = setdefault = pop = keys = items = values = update = clear = _refuse


class UntouchableSessions(SecureCookieSessionInterface):
    session_class = Untouchable

    def open_session(self, app: Flask, request: t.Any) -> Untouchable:
        return Untouchable()

    def save_session(self, *args: t.Any) -> None:
        pass


def test_user_is_loaded_on_first_use(browser: FlaskClient, loaded: list[str]) -> None:
    browser.get("/login/1")
    assert loaded == []
    browser.get("/me")
    assert loaded == ["1"]


def test_user_is_loaded_once_in_a_request(
    app: Flask, browser: FlaskClient, loaded: list[str]
) -> None:
    @app.get("/twice")
    def twice() -> str:
        return str([current_user.name, current_user.name])

    browser.get("/login/1")
    browser.get("/twice")
    assert loaded == ["1"]


@pytest.mark.parametrize("cookies", ["session", "remember", "both"])
def test_response_that_never_asked_loads_nobody(
    browser: FlaskClient, loaded: list[str], cookies: str
) -> None:
    browser.get("/login/1" if cookies == "session" else "/login/1?remember")

    if cookies == "remember":
        browser.delete_cookie("session")

    browser.get("/plain")
    assert loaded == []


@pytest.mark.parametrize("path", ["/plain", "/no-such-page"])
@pytest.mark.parametrize("login", ["/plain", "/login/1", "/login/1?remember"])
def test_response_that_never_asked_does_not_vary(
    browser: FlaskClient, path: str, login: str
) -> None:
    browser.get(login)
    response = browser.get(path)
    assert "Vary" not in response.headers
    assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize("login", ["/plain", "/login/1", "/login/1?remember"])
def test_static_file_does_not_vary(browser: FlaskClient, static: str, login: str) -> None:
    browser.get(login)
    response = browser.get(static)
    response.close()
    assert response.status_code == 200
    assert "Vary" not in response.headers
    assert "Set-Cookie" not in response.headers


def test_response_that_asked_varies(browser: FlaskClient) -> None:
    assert browser.get("/me").headers["Vary"] == "Cookie"


@pytest.mark.parametrize("cookie", [None, "junk"])
def test_session_is_not_touched_unless_someone_asks(
    app: Flask, browser: FlaskClient, cookie: str | None
) -> None:
    app.session_interface = UntouchableSessions()

    if cookie is not None:
        browser.set_cookie("remember_token", cookie)

    assert browser.get("/plain").status_code == 200


@pytest.mark.parametrize("cookie", [None, "junk"])
def test_app_without_secret_key_serves_requests_that_never_ask(
    app: Flask, browser: FlaskClient, static: str, cookie: str | None
) -> None:
    app.config["SECRET_KEY"] = None

    if cookie is not None:
        browser.set_cookie("remember_token", cookie)

    assert browser.get("/plain").status_code == 200
    response = browser.get(static)
    response.close()
    assert response.status_code == 200


@pytest.mark.parametrize("cookie", [None, "junk"])
def test_nobody_is_logged_in_without_secret_key(
    app: Flask, browser: FlaskClient, cookie: str | None
) -> None:
    app.config["SECRET_KEY"] = None

    if cookie is not None:
        browser.set_cookie("remember_token", cookie)

    assert browser.get("/me").text == "nobody"


def test_request_loader_needs_no_secret_key(
    app: Flask, browser: FlaskClient, login_manager: LoginManager, users: dict[str, t.Any]
) -> None:
    app.config["SECRET_KEY"] = None
    login_manager.request_loader(lambda request: users.get(request.headers.get("X-User")))
    assert browser.get("/me", headers={"X-User": "1"}).text == "1"


def test_nothing_is_on_g_before_someone_asks(app: Flask, browser: FlaskClient) -> None:
    @app.get("/g")
    def kept() -> str:
        before = "_login_user" in g
        name = current_user.name
        return f"{before} {name} {g._login_user.name}"

    browser.get("/login/1")
    assert browser.get("/g").text == "False ada ada"


def test_user_set_on_g_by_hand_is_the_current_user(
    app: Flask, browser: FlaskClient, users: dict[str, t.Any], loaded: list[str]
) -> None:
    app.before_request(lambda: setattr(g, "_login_user", users["2"]))
    browser.get("/login/1")
    assert browser.get("/me").text == "2"
    assert loaded == []


def test_user_set_on_g_replaces_the_loaded_one(
    app: Flask, browser: FlaskClient, users: dict[str, t.Any]
) -> None:
    @app.get("/replace")
    def replace() -> str:
        assert current_user.name == "ada"
        g._login_user = users["2"]
        return str(current_user.name)

    browser.get("/login/1")
    assert browser.get("/replace").text == "brian"


def test_none_on_g_means_that_the_user_is_loaded(
    app: Flask, browser: FlaskClient, loaded: list[str]
) -> None:
    @app.get("/none")
    def none() -> str:
        g._login_user = None
        return str(current_user == None)  # noqa: E711

    browser.get("/login/1")
    assert browser.get("/none").text == "True"
    assert loaded == []


def test_user_deleted_from_g_is_loaded_again(
    app: Flask, browser: FlaskClient, loaded: list[str]
) -> None:
    @app.get("/again")
    def again() -> str:
        assert current_user.name == "ada"
        del g._login_user
        return str(current_user.name)

    browser.get("/login/1")
    assert browser.get("/again").text == "ada"
    assert loaded == ["1", "1"]


def test_user_popped_from_g_is_loaded_by_the_session_as_it_is_now(
    app: Flask, browser: FlaskClient
) -> None:
    @app.get("/switch")
    def switch() -> str:
        assert current_user.name == "ada"
        session["_user_id"] = "2"
        g.pop("_login_user")
        return str(current_user.name)

    browser.get("/login/1")
    assert browser.get("/switch").text == "brian"


def test_current_user_is_a_proxy_to_none_outside_a_request() -> None:
    assert isinstance(current_user, LocalProxy)
    assert current_user == None  # noqa: E711
    assert not current_user


@pytest.mark.usefixtures("login_manager")
def test_current_user_is_a_proxy_to_none_in_an_app_context(app: Flask) -> None:
    with app.app_context():
        assert current_user == None  # noqa: E711
        assert not current_user


def test_attributes_of_current_user_are_missing_outside_a_request() -> None:
    with pytest.raises(AttributeError):
        current_user.is_authenticated  # noqa: B018


def test_app_without_login_manager_has_the_flag_of_the_session(app: Flask) -> None:
    with app.test_request_context():
        assert (login_fresh(), login_remembered()) == (False, False)
        session["_fresh"] = True
        assert login_fresh()


def test_app_without_login_manager_is_told_what_to_do(app: Flask) -> None:
    with app.test_request_context(), pytest.raises(AttributeError, match="init_app"):
        current_user.is_authenticated  # noqa: B018


def test_current_user_works_before_hooks_have_run(app: Flask, login_manager: LoginManager) -> None:
    with app.test_request_context():
        assert not current_user.is_authenticated


def test_load_user_works_in_a_bare_request_context(
    app: Flask, login_manager: LoginManager, users: dict[str, t.Any]
) -> None:
    with app.test_request_context():
        session["_user_id"] = "1"
        result: t.Any = login_manager._load_user()
        assert result is None
        assert g._login_user is users["1"]


def test_replaced_manager_with_only_load_user_finds_the_user(
    app: Flask, browser: FlaskClient, users: dict[str, t.Any]
) -> None:
    class Stub:
        def _load_user(self) -> None:
            g._login_user = users["2"]

    app.login_manager = Stub()  # type: ignore[attr-defined]
    assert browser.get("/me").text == "2"


def test_user_is_the_one_that_a_subclass_stored(
    app: Flask, browser: FlaskClient, users: dict[str, t.Any]
) -> None:
    class Manager(LoginManager):
        def _update_request_context_with_user(self, user: t.Any = None) -> None:
            super()._update_request_context_with_user(users["2"])

    manager = Manager(app)
    manager.user_loader(users.get)
    assert browser.get("/me").text == "2"


def test_load_user_searches_again(
    app: Flask, browser: FlaskClient, login_manager: LoginManager, loaded: list[str]
) -> None:
    @app.get("/again")
    def again() -> str:
        before = current_user.get_id()
        login_manager._load_user()
        return f"{before} {current_user.get_id()}"

    browser.get("/login/1")
    assert browser.get("/again").text == "1 1"
    assert loaded == ["1", "1"]


def test_current_user_is_a_proxy_to_libraries_that_look_at_its_class() -> None:
    kind = type(current_user)
    assert kind.__name__ == "LocalProxy"
    assert "_get_current_object" in kind.__dict__
