"""Several ways in: ``loader()``, and the order in which loaders are asked."""

from __future__ import annotations

import typing as t
from collections.abc import Callable

import pytest
from flask import Flask
from flask import Request
from flask.testing import FlaskClient

from flask_login import current_user
from flask_login import login_source
from flask_login import login_user
from flask_login import LoginManager
from flask_login import user_loaded_from_request
from flask_login import UserMixin

Users = dict[str, UserMixin]
KEY_FIRST = ("key", "session", "remember", "request")


@pytest.fixture(autouse=True)
def views(app: Flask) -> None:
    app.add_url_rule("/source", "source", lambda: f"{current_user.get_id()} {login_source()}")


@pytest.fixture
def asked(login_manager: LoginManager, users: Users) -> list[str]:
    """The names of the loaders that were asked: of the request loader, and of two more."""
    asked: list[str] = []

    def make_loader(name: str) -> Callable[[Request], UserMixin | None]:
        def load_user(request: Request) -> UserMixin | None:
            asked.append(name)
            return users.get(request.headers.get(f"X-{name}", ""))

        return load_user

    login_manager.request_loader(make_loader("request"))
    login_manager.loader("bearer", vary="Authorization")(make_loader("bearer"))
    login_manager.loader("key", vary="X-Key")(make_loader("key"))
    return asked


def source(client: FlaskClient, **headers: str) -> str:
    names = {f"X-{name}": value for name, value in headers.items()}
    return client.get("/source", headers=names).text


def test_named_loader_finds_the_user(client: FlaskClient, asked: list[str]) -> None:
    assert source(client, key="2") == "2 key"


def test_loader_is_returned_as_it_is(login_manager: LoginManager) -> None:
    def load_user(request: Request) -> None:
        return None

    assert login_manager.loader("bearer")(load_user) is load_user


def test_named_loader_alone_is_enough(app: Flask, users: Users) -> None:
    manager = LoginManager(app)
    manager.loader("bearer")(lambda request: users["1"])

    assert app.test_client().get("/source").text == "1 bearer"


def test_async_loader_finds_the_user(
    login_manager: LoginManager, client: FlaskClient, users: Users
) -> None:
    pytest.importorskip("asgiref")

    @login_manager.loader("bearer")
    async def load_user(request: Request) -> UserMixin:
        return users["1"]

    assert source(client) == "1 bearer"


def test_loaders_are_asked_in_the_order_of_registration(
    client: FlaskClient, asked: list[str]
) -> None:
    source(client)

    assert asked == ["request", "bearer", "key"]


def test_search_ends_with_the_first_user(client: FlaskClient, asked: list[str]) -> None:
    assert source(client, bearer="1", key="2") == "1 bearer"
    assert asked == ["request", "bearer"]


def test_session_comes_first(browser: FlaskClient, asked: list[str]) -> None:
    browser.get("/login/1")
    asked.clear()

    assert source(browser, key="2") == "1 session"
    assert asked == []


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (("key", "session", "remember", "request"), "2 key"),
        (["request", "session"], "2 request"),
        (("remember", "key", "session"), "2 key"),
        (("session", "key"), "1 session"),
        (("remember", "session"), "1 session"),
        (("bearer",), "2 bearer"),
    ],
    ids=str,
)
def test_order_can_be_set(
    app: Flask, browser: FlaskClient, asked: list[str], order: t.Any, expected: str
) -> None:
    browser.get("/login/1")
    app.config["LOGIN_LOADER_ORDER"] = order

    assert source(browser, key="2", request="2", bearer="2") == expected


def test_loader_that_has_a_place_is_not_asked_again_with_the_others(
    app: Flask, client: FlaskClient, asked: list[str]
) -> None:
    app.config["LOGIN_LOADER_ORDER"] = KEY_FIRST
    source(client)

    assert asked == ["key", "request", "bearer"]


def test_loader_that_finds_nobody_gives_way_to_the_session(
    app: Flask, browser: FlaskClient, asked: list[str]
) -> None:
    app.config["LOGIN_LOADER_ORDER"] = KEY_FIRST
    browser.get("/login/1")

    assert source(browser, key="9") == "1 session"


def test_loader_before_the_session_finds_a_user_whose_session_is_stolen(
    app: Flask, browser: FlaskClient, asked: list[str]
) -> None:
    app.config.update(LOGIN_LOADER_ORDER=KEY_FIRST, SESSION_PROTECTION="strong")
    browser.get("/login/1")
    other = {"User-Agent": "another browser"}

    assert browser.get("/source", headers={"X-key": "2", **other}).text == "2 key"
    assert browser.get("/source", headers={"X-bearer": "2", **other}).text == "None None"


@pytest.mark.parametrize("name", ["bearrer", "Session", ""], ids=repr)
def test_unknown_name_is_an_error_that_says_it(
    app: Flask, client: FlaskClient, asked: list[str], name: str
) -> None:
    app.config["LOGIN_LOADER_ORDER"] = ("session", name)

    with pytest.raises(ValueError, match=f"LOGIN_LOADER_ORDER names '{name}'"):
        source(client)


@pytest.mark.parametrize("order", ["session", None, 1], ids=repr)
def test_order_is_a_list_of_names(app: Flask, order: object) -> None:
    app.config["LOGIN_LOADER_ORDER"] = order

    with pytest.raises(TypeError, match="LOGIN_LOADER_ORDER must be a list or tuple of names"):
        LoginManager(app)


@pytest.mark.parametrize("name", ["session", "remember", "request"])
def test_name_of_another_way_in_is_refused(login_manager: LoginManager, name: str) -> None:
    with pytest.raises(ValueError, match=f"A loader cannot be named '{name}'"):
        login_manager.loader(name)


def test_name_of_another_loader_is_refused(login_manager: LoginManager) -> None:
    login_manager.loader("bearer")(lambda request: None)

    with pytest.raises(ValueError, match="A loader named 'bearer' is already registered"):
        login_manager.loader("bearer")(lambda request: None)


def test_application_factory_may_register_a_loader_again(login_manager: LoginManager) -> None:
    def make_app() -> t.Any:
        return login_manager.loader("bearer")(lambda request: None)

    assert make_app() is not make_app()


@pytest.mark.parametrize("nobody", [None, False, 0, ""], ids=repr)
def test_falsy_answer_is_nobody(
    login_manager: LoginManager, client: FlaskClient, nobody: object
) -> None:
    login_manager.loader("bearer")(lambda request: nobody)

    assert source(client) == "None None"


def test_exception_of_a_loader_says_which(login_manager: LoginManager, client: FlaskClient) -> None:
    @login_manager.loader("bearer")
    def load_by_token(request: Request) -> t.NoReturn:
        raise ConnectionError("no database")

    with pytest.raises(ConnectionError) as caught:
        source(client)

    (note,) = caught.value.__notes__  # type: ignore[attr-defined]
    assert "load_by_token" in note


def test_exception_that_is_raised_again_says_it_once(
    login_manager: LoginManager, client: FlaskClient
) -> None:
    error = ConnectionError("no database")

    @login_manager.loader("bearer")
    def load_by_token(request: Request) -> t.NoReturn:
        raise error

    for _ in range(2):
        with pytest.raises(ConnectionError):
            source(client)

    assert len(error.__notes__) == 1  # type: ignore[attr-defined]


def test_signal_is_sent_with_the_user(client: FlaskClient, asked: list[str], users: Users) -> None:
    found: list[t.Any] = []

    def receive(sender: Flask, user: UserMixin) -> None:
        found.append((user, login_source()))

    with user_loaded_from_request.connected_to(receive):
        source(client, key="2")

    assert found == [(users["2"], "key")]


def test_loader_may_log_the_user_in(
    app: Flask, login_manager: LoginManager, client: FlaskClient, users: Users
) -> None:
    @login_manager.loader("ticket")
    def exchange_ticket(request: Request) -> UserMixin | None:
        return users["1"] if "ticket" in request.args and login_user(users["1"]) else None

    assert client.get("/source?ticket").text == "1 session"
    assert source(client) == "1 session"


class TestSource:
    """``login_source()`` tells how the current login came."""

    def test_nobody_has_no_source(self, client: FlaskClient) -> None:
        assert source(client) == "None None"

    def test_login_in_this_request_is_one_of_the_session(
        self, app: Flask, client: FlaskClient, users: Users
    ) -> None:
        app.add_url_rule("/in", "in", lambda: login_user(users["1"]) and str(login_source()))

        assert client.get("/in").text == "session"

    def test_cookie_is_the_source_once(self, remembered_browser: FlaskClient) -> None:
        assert [source(remembered_browser) for _ in range(2)] == ["1 remember", "1 session"]

    def test_request_loader_is_the_source(self, client: FlaskClient, asked: list[str]) -> None:
        assert source(client, request="1") == "1 request"

    def test_logout_leaves_no_source(self, browser: FlaskClient) -> None:
        browser.get("/login/1")
        browser.get("/logout")

        assert source(browser) == "None None"

    def test_outside_a_request_there_is_none(self, app: Flask) -> None:
        assert login_source() is None
        with app.app_context():
            assert login_source() is None


class TestVary:
    """A response varies by what its loaders looked at."""

    def test_header_that_a_loader_looked_at_is_named(
        self, client: FlaskClient, asked: list[str]
    ) -> None:
        response = client.get("/source")

        assert response.vary.as_set() == {"cookie", "authorization", "x-key"}

    def test_header_that_nobody_looked_at_is_not_named(
        self, browser: FlaskClient, asked: list[str]
    ) -> None:
        assert browser.get("/plain").vary.as_set() == set()
        assert browser.get("/source", headers={"X-bearer": "1"}).vary.as_set() == {
            "cookie",
            "authorization",
        }
