"""The user of one request is nothing to another, whatever the two share."""

from __future__ import annotations

import typing as t
from contextlib import suppress
from gc import collect
from gc import disable
from gc import enable
from threading import Barrier
from threading import Thread
from weakref import ref

import pytest
from flask import copy_current_request_context
from flask import Flask
from flask import g
from flask import request
from flask import session
from flask.testing import FlaskClient
from flask_versions import flask_shares_g
from flask_versions import given_context

from flask_login import current_user
from flask_login import get_current_user
from flask_login import login_user
from flask_login import LoginManager
from flask_login import logout_user
from flask_login import UserMixin


class User(UserMixin):
    def __init__(self, id: str | None) -> None:
        self.id = id


@pytest.fixture
def shared(app: Flask) -> t.Iterator[None]:
    """One app context around all requests, as test suites push it."""
    with app.app_context():
        yield


@pytest.mark.usefixtures("shared")
def test_clients_under_one_app_context_are_different_users(
    app: Flask, browser: FlaskClient
) -> None:
    other = app.test_client()
    browser.get("/login/1")
    other.get("/login/2")
    assert [browser.get("/me").text, other.get("/me").text] == ["1", "2"]


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize("path", ["/me", "/login/1"])
def test_stranger_under_the_same_app_context_is_nobody(
    app: Flask, browser: FlaskClient, path: str
) -> None:
    browser.get("/login/1")
    browser.get(path)
    assert app.test_client().get("/me").text == "nobody"


@pytest.mark.usefixtures("shared")
def test_anonymous_request_leaves_nobody_behind(browser: FlaskClient) -> None:
    browser.get("/me")
    browser.get("/login/1")
    assert browser.get("/me").text == "1"


@pytest.mark.usefixtures("shared")
def test_user_is_looked_up_in_each_request(
    browser: FlaskClient, users: dict[str, t.Any], login_manager: t.Any
) -> None:
    browser.get("/login/1")
    browser.get("/me")
    del users["1"]
    assert browser.get("/me").text == "nobody"


@pytest.mark.usefixtures("shared")
def test_request_loader_user_does_not_stay(
    browser: FlaskClient, login_manager: t.Any, users: dict[str, t.Any]
) -> None:
    login_manager.request_loader(lambda request: users.get(request.headers.get("X-User")))
    assert browser.get("/me", headers={"X-User": "1"}).text == "1"
    assert browser.get("/me").text == "nobody"


@pytest.mark.usefixtures("shared")
def test_refused_session_does_not_borrow_the_user_of_the_last_request(
    app: Flask, browser: FlaskClient
) -> None:
    app.config["SESSION_PROTECTION"] = "strong"
    browser.get("/login/1")
    assert browser.get("/me").text == "1"
    assert browser.get("/me", headers={"User-Agent": "stranger"}).text == "nobody"


@flask_shares_g
@pytest.mark.usefixtures("shared", "login_manager")
def test_user_put_on_g_by_the_test_is_the_user_of_requests(
    browser: FlaskClient, users: dict[str, t.Any]
) -> None:
    g._login_user = users["2"]
    assert [browser.get("/me").text, browser.get("/me").text] == ["2", "2"]


@flask_shares_g
@pytest.mark.usefixtures("shared")
def test_user_put_on_g_after_a_request_counts(
    browser: FlaskClient, users: dict[str, t.Any]
) -> None:
    browser.get("/login/1")
    browser.get("/me")
    g._login_user = users["2"]
    assert browser.get("/me").text == "2"


class TestRequestInsideAView:
    """A view that calls the application through a test client shares nobody with that request."""

    @pytest.fixture
    def outer(self, app: Flask, browser: FlaskClient) -> t.Callable[..., list[t.Any]]:
        """What a view finds before it makes another request, what that returns, and what the view
        finds afterwards.
        """

        def visit(before: t.Any, path: str, **options: t.Any) -> list[t.Any]:
            seen: list[t.Any] = []

            def view() -> str:
                seen.append(before())
                seen.append(app.test_client().get(path).text)
                seen.append(current_user.get_id())
                return "done"

            app.view_functions["plain"] = view
            assert browser.get("/plain", **options).text == "done"
            return seen

        return visit

    @pytest.fixture(autouse=True)
    def user_1(self, browser: FlaskClient) -> None:
        browser.get("/login/1")

    @pytest.mark.parametrize(
        ("path", "inner"), [("/me", "nobody"), ("/login/2", "True"), ("/logout", "True")]
    )
    def test_it_is_another_s(self, outer: t.Any, path: str, inner: str) -> None:
        assert outer(lambda: current_user.get_id(), path) == ["1", inner, "1"]

    @pytest.mark.parametrize("path", ["/me", "/login/1"])
    def test_view_that_asks_afterwards_finds_its_own_user(self, outer: t.Any, path: str) -> None:
        assert outer(lambda: None, path)[2] == "1"

    @pytest.mark.parametrize("path", ["/me", "/login/1", "/logout", "/missing"])
    def test_login_survives_it(
        self, browser: FlaskClient, outer: t.Any, users: dict[str, t.Any], path: str
    ) -> None:
        assert outer(lambda: login_user(users["2"]), path)[2] == "2"
        assert browser.get("/me").text == "2"

    @pytest.mark.parametrize("path", ["/me", "/login/1", "/logout", "/missing"])
    def test_logout_survives_it(self, browser: FlaskClient, outer: t.Any, path: str) -> None:
        assert outer(logout_user, path)[2] is None
        assert browser.get("/me").text == "nobody"

    @pytest.mark.parametrize("path", ["/me", "/login/1", "/logout", "/missing"])
    def test_user_without_an_id_survives_it(
        self, app: Flask, browser: FlaskClient, outer: t.Any, users: dict[str, t.Any], path: str
    ) -> None:
        new = users["9"] = type(users["1"])(None)
        app.after_request_funcs[None].append(lambda response: setattr(new, "id", "9") or response)
        outer(lambda: login_user(new), path)
        assert browser.get("/me").text == "9"

    def test_user_of_a_request_loader_survives_it(
        self, login_manager: LoginManager, outer: t.Any, users: dict[str, t.Any]
    ) -> None:
        login_manager.user_loader(lambda user_id: None)
        login_manager.request_loader(lambda request: users.get(request.headers.get("X-User")))
        seen = outer(lambda: current_user.get_id(), "/me", headers={"X-User": "2"})
        assert seen == ["2", "nobody", "2"]

    def test_very_object_survives_it(
        self, app: Flask, browser: FlaskClient, outer: t.Any, users: dict[str, t.Any]
    ) -> None:
        before, _, _ = outer(get_current_user, "/login/1")
        assert before is users["1"]

    def test_user_set_by_hand_survives_it(self, outer: t.Any, users: dict[str, t.Any]) -> None:
        assert outer(lambda: setattr(g, "_login_user", users["2"]), "/me")[2] == "2"

    def test_user_is_there_while_its_failure_is_handled(
        self, app: Flask, browser: FlaskClient, users: dict[str, t.Any]
    ) -> None:
        new = type(users["1"])(None)

        def view() -> str:
            login_user(new)

            try:
                return app.test_client().get("/login/nobody").text
            except KeyError:
                return str(current_user._get_current_object() is new)

        app.view_functions["plain"] = view
        assert browser.get("/plain").text == "True"

    def test_user_set_by_hand_while_its_failure_is_handled_counts(
        self, app: Flask, browser: FlaskClient, users: dict[str, t.Any]
    ) -> None:
        def view() -> str:
            before = current_user.get_id()

            try:
                return app.test_client().get("/login/nobody").text
            except KeyError:
                g._login_user = users["2"]
                return f"{before} {current_user.get_id()}"

        app.view_functions["plain"] = view
        assert browser.get("/plain").text == "1 2"

    def test_user_set_by_hand_over_one_that_was_found_survives_it(
        self, outer: t.Any, users: dict[str, t.Any]
    ) -> None:
        def switch() -> None:
            assert current_user.get_id() == "1"
            g._login_user = users["2"]

        assert outer(switch, "/missing")[2] == "2"

    def test_user_deleted_by_hand_is_found_anew(
        self, outer: t.Any, users: dict[str, t.Any]
    ) -> None:
        def switch() -> None:
            assert current_user.get_id() == "1"
            session["_user_id"] = "2"
            del g._login_user

        assert outer(switch, "/login/1")[2] == "2"

    def test_requests_may_be_nested_deeper(
        self, app: Flask, browser: FlaskClient, users: dict[str, t.Any]
    ) -> None:
        def view() -> str:
            depth = request.args["depth"]
            login_user(users[depth])
            deeper = {"1": "2", "2": ""}[depth]
            inner = app.test_client().get(f"/plain?depth={deeper}").text if deeper else ""
            return f"{current_user.get_id()}{inner}{current_user.get_id()}"

        app.view_functions["plain"] = view
        assert browser.get("/plain?depth=1").text == "1221"


def test_copied_request_context_finds_the_user_again(app: Flask, browser: FlaskClient) -> None:
    found: list[str] = []

    @app.get("/thread")
    def thread() -> str:
        @copy_current_request_context
        def work() -> None:
            found.append(current_user.get_id())

        found.append(current_user.get_id())
        worker = Thread(target=work)
        worker.start()
        worker.join()
        return "done"

    browser.get("/login/1")
    browser.get("/thread")
    assert found == ["1", "1"]


def test_copied_request_context_knows_the_login_of_its_request(
    app: Flask, browser: FlaskClient, users: dict[str, t.Any]
) -> None:
    found: list[str] = []

    @app.get("/thread")
    def thread() -> str:
        login_user(users["1"])
        copied = copy_current_request_context(lambda: found.append(current_user.get_id()))
        worker = Thread(target=copied)
        worker.start()
        worker.join()
        return "done"

    browser.get("/thread")
    assert found == ["1"]


def test_threads_of_one_request_find_the_user_at_the_same_time(
    app: Flask, browser: FlaskClient, login_manager: t.Any, users: dict[str, t.Any]
) -> None:
    found: list[str] = []
    both_are_loading = Barrier(2, timeout=10)

    @login_manager.user_loader
    def load_user(user_id: str) -> t.Any:
        both_are_loading.wait()
        return users[user_id]

    @app.get("/threads")
    def threads() -> str:
        def work() -> None:
            found.append(str(current_user.get_id()))

        workers = [Thread(target=copy_current_request_context(work)) for _ in range(2)]
        [worker.start() for worker in workers]
        [worker.join() for worker in workers]
        return "done"

    browser.get("/login/1")
    browser.get("/threads")
    assert found == ["1", "1"]


def test_client_that_preserves_the_context_shows_the_user(browser: FlaskClient) -> None:
    with browser:
        browser.get("/login/1")
        assert current_user.get_id() == "1"
        browser.get("/logout")
        assert not current_user.is_authenticated


def test_preserved_context_shows_the_user_of_the_last_request(
    app: Flask, browser: FlaskClient
) -> None:
    other = app.test_client()

    with browser, other:
        browser.get("/login/1")
        other.get("/login/2")
        assert current_user.get_id() == "2"


@pytest.mark.usefixtures("login_manager")
def test_nested_request_contexts_have_sessions_of_their_own(
    app: Flask, users: dict[str, t.Any]
) -> None:
    with app.test_request_context("/outer"):
        login_user(users["1"])

        with app.test_request_context("/inner"):
            assert request.path == "/inner"
            assert "_user_id" not in session

        assert current_user.get_id() == "1"


@flask_shares_g
@pytest.mark.usefixtures("login_manager")
def test_context_of_a_test_shares_its_user_with_those_inside_it(
    app: Flask, users: dict[str, t.Any]
) -> None:
    with app.test_request_context():
        login_user(users["1"])

        with app.test_request_context():
            assert current_user.get_id() == "1"


@flask_shares_g
def test_context_of_a_test_shares_its_user_with_the_requests_inside_it(
    app: Flask, browser: FlaskClient, users: dict[str, t.Any]
) -> None:
    with app.test_request_context():
        login_user(users["1"])
        assert [browser.get("/me").text, browser.get("/me").text] == ["1", "1"]


@pytest.mark.parametrize("path", ["/plain", "/me", "/login/2", "/logout", "/missing"])
def test_context_of_a_test_keeps_its_user_through_a_request(
    app: Flask, browser: FlaskClient, users: dict[str, t.Any], path: str
) -> None:
    with app.test_request_context():
        login_user(new := User(None))
        browser.get(path)
        assert current_user._get_current_object() is new


@flask_shares_g
def test_user_of_a_test_s_context_goes_with_it(
    app: Flask, browser: FlaskClient, users: dict[str, t.Any]
) -> None:
    with app.app_context():
        with app.test_request_context("/plain"):
            login_user(users["1"])
            assert browser.get("/me").text == "1"

        assert browser.get("/me").text == "nobody"


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize("user_id", ["1", "2"], ids=["the same object", "another"])
def test_user_put_on_g_in_a_test_s_context_counts_after_a_request(
    app: Flask, browser: FlaskClient, users: dict[str, t.Any], user_id: str
) -> None:
    browser.get("/login/1")
    browser.get("/me")

    with app.test_request_context():
        g._login_user = users[user_id]
        assert current_user._get_current_object() is users[user_id]


@flask_shares_g
@pytest.mark.usefixtures("shared")
def test_very_user_of_a_request_may_be_put_on_g_after_it(
    app: Flask, browser: FlaskClient, users: dict[str, t.Any]
) -> None:
    browser.get("/login/1")
    browser.get("/me")
    g._login_user = users["1"]
    assert app.test_client().get("/me").text == "1"


class TestWhatIsLeft:
    """A request leaves nothing on a ``g`` that outlives it."""

    @pytest.fixture(autouse=True)
    def app_context(self, shared: None) -> None:
        pass

    @pytest.fixture
    def made(self, login_manager: LoginManager) -> list[ref[t.Any]]:
        """The users that the loader made, which nobody else holds."""
        made: list[ref[t.Any]] = []

        @login_manager.user_loader
        def load_user(user_id: str) -> t.Any:
            user = User(user_id)
            made.append(ref(user))
            return user

        return made

    @pytest.mark.parametrize("path", ["/me", "/login/1", "/logout", "/login/1?remember", "/plain"])
    def test_nobody_is_on_g(self, browser: FlaskClient, path: str) -> None:
        browser.get("/login/1")
        browser.get(path)
        assert vars(g._get_current_object()) == {}  # type: ignore[attr-defined]

    @pytest.mark.parametrize("propagate", [True, False])
    def test_nobody_is_on_g_after_a_failure(
        self,
        app: Flask,
        browser: FlaskClient,
        propagate: bool,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        app.config["PROPAGATE_EXCEPTIONS"] = propagate
        monkeypatch.setattr(app.logger, "disabled", True)
        app.view_functions["plain"] = lambda: {}[current_user.get_id()]
        browser.get("/login/1")

        with suppress(KeyError):
            browser.get("/plain")

        collect()
        assert vars(g._get_current_object()) == {}  # type: ignore[attr-defined]

    def test_nobody_is_on_g_after_a_request_inside_a_view(
        self, app: Flask, browser: FlaskClient
    ) -> None:
        browser.get("/login/1")
        app.view_functions["plain"] = lambda: (
            f"{current_user.get_id()} {app.test_client().get('/login/2').text}"
        )
        assert browser.get("/plain").text == "1 True"
        collect()
        assert vars(g._get_current_object()) == {}  # type: ignore[attr-defined]

    @flask_shares_g
    def test_user_that_the_application_put_there_stays(
        self, browser: FlaskClient, users: dict[str, t.Any]
    ) -> None:
        browser.get("/login/1")
        g._login_user = users["2"]
        assert browser.get("/me").text == "2"
        assert g._login_user is users["2"]

    def test_user_dies_with_the_request(self, browser: FlaskClient, made: list[ref[t.Any]]) -> None:
        browser.get("/login/1")
        disable()

        try:
            for _ in range(10):
                browser.get("/me").close()

            assert [user() for user in made] == [None] * 10
        finally:
            enable()

    def test_user_dies_with_the_request_that_failed(
        self,
        app: Flask,
        browser: FlaskClient,
        made: list[ref[t.Any]],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        app.config["PROPAGATE_EXCEPTIONS"] = False
        monkeypatch.setattr(app.logger, "disabled", True)
        app.view_functions["plain"] = lambda: {}[current_user.get_id()]
        browser.get("/login/1")
        browser.get("/plain")
        collect()
        assert [user() for user in made] == [None]


def test_user_dies_with_the_request_without_a_shared_context(
    browser: FlaskClient, login_manager: LoginManager
) -> None:
    made: list[ref[t.Any]] = []

    @login_manager.user_loader
    def load_user(user_id: str) -> t.Any:
        user = User(user_id)
        made.append(ref(user))
        return user

    browser.get("/login/1")
    browser.get("/me")
    assert [user() for user in made] == [None]


def test_user_is_on_g_after_the_response(browser: FlaskClient, users: dict[str, t.Any]) -> None:
    browser.get("/login/1")

    with browser:
        browser.get("/me")
        assert g._login_user is users["1"]


def test_user_deleted_from_g_after_the_response_is_looked_up_again(
    browser: FlaskClient, users: dict[str, t.Any]
) -> None:
    browser.get("/login/1")

    with browser:
        browser.get("/me")
        users["1"] = users["2"]
        del g._login_user
        assert current_user == users["2"]


def test_context_may_dispatch_more_than_once(
    app: Flask, browser: FlaskClient, users: dict[str, t.Any]
) -> None:
    dispatch = given_context(app.full_dispatch_request)

    with app.test_request_context("/plain"):
        assert [dispatch().status_code for _ in range(2)] == [200, 200]
        login_user(users["1"])
        assert dispatch().status_code == 200
        assert current_user.get_id() == "1"


def test_requests_with_contexts_of_their_own_need_no_claim(
    browser: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flask_login._kept.is_merged", True)
    browser.get("/login/1")
    assert browser.get("/me").text == "1"
