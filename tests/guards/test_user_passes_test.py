"""``user_passes_test`` lets users in who pass a test, and answers 403 to the others."""

from __future__ import annotations

import inspect
import sys
import typing as t

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask.views import MethodView
from werkzeug.exceptions import Forbidden

from flask_login import current_user
from flask_login import login_required
from flask_login import LoginManager
from flask_login import user_passes_test
from flask_login import user_unauthorized
from flask_login import UserMixin

ada_required = user_passes_test(lambda user: user.name == "ada")


async def is_ada(user: t.Any) -> bool:
    return bool(user.name == "ada")


@pytest.fixture
def page(app: Flask, login_manager: LoginManager) -> None:
    """A view at ``/page`` that is for user 1, whose name is ada."""
    app.add_url_rule("/page", "page", ada_required(lambda: "inside"), methods=["GET", "POST"])


pytestmark = pytest.mark.usefixtures("page")


def test_user_who_passes_enters(browser: FlaskClient) -> None:
    browser.get("/login/1")

    assert browser.get("/page").text == "inside"


def test_user_who_fails_is_forbidden(browser: FlaskClient) -> None:
    browser.get("/login/2")

    assert browser.get("/page").status_code == 403


def test_user_who_fails_is_sent_to_no_login(
    login_manager: LoginManager, browser: FlaskClient
) -> None:
    login_manager.login_view = login_manager.refresh_view = "/log-in"
    browser.get("/login/2?stale")

    response = browser.get("/page")

    assert (response.status_code, response.location) == (403, None)


def test_anonymous_user_is_sent_to_the_login(
    login_manager: LoginManager, client: FlaskClient
) -> None:
    login_manager.login_view = "/log-in"

    assert client.get("/page").location == "/log-in?next=%2Fpage"


def test_anonymous_user_is_refused_by_the_handler(
    login_manager: LoginManager, client: FlaskClient
) -> None:
    login_manager.unauthorized_handler(lambda: ("who are you?", 418))

    assert client.get("/page").status_code == 418


def test_anonymous_user_is_not_tested(app: Flask, client: FlaskClient) -> None:
    tested: list[t.Any] = []
    app.add_url_rule("/tested", "tested", user_passes_test(tested.append)(lambda: "inside"))

    assert client.get("/tested").status_code == 401
    assert tested == []


def test_user_who_fails_sends_no_signal(browser: FlaskClient) -> None:
    browser.get("/login/2")
    senders: list[Flask] = []

    with user_unauthorized.connected_to(senders.append):
        browser.get("/page")

    assert senders == []


def test_test_is_given_the_user_and_no_proxy(
    app: Flask, browser: FlaskClient, users: dict[str, UserMixin]
) -> None:
    tested: list[t.Any] = []
    guard = user_passes_test(lambda user: tested.append(user) or True)
    app.add_url_rule("/tested", "tested", guard(lambda: "inside"))
    browser.get("/login/1")

    browser.get("/tested")

    assert [user is users["1"] for user in tested] == [True]


@pytest.mark.parametrize("answer", [None, 0, "", ()], ids=repr)
def test_falsy_answer_is_a_failure(app: Flask, browser: FlaskClient, answer: object) -> None:
    guard = user_passes_test(lambda user: answer)
    app.add_url_rule("/tested", "tested", guard(lambda: "inside"))
    browser.get("/login/1")

    assert browser.get("/tested").status_code == 403


def test_exception_of_a_test_propagates(app: Flask, browser: FlaskClient) -> None:
    guard = user_passes_test(lambda user: user.role == "admin")
    app.add_url_rule("/tested", "tested", guard(lambda: "inside"))
    browser.get("/login/1")

    with pytest.raises(AttributeError, match="role"):
        browser.get("/tested")


def test_reason_is_told_on_the_page(app: Flask, browser: FlaskClient) -> None:
    guard = user_passes_test(lambda user: False, reason="Ask <the> boss.")
    app.add_url_rule("/tested", "tested", guard(lambda: "inside"))
    browser.get("/login/1")

    assert "Ask &lt;the&gt; boss." in browser.get("/tested").text


def test_error_handler_answers_who_fails(app: Flask, browser: FlaskClient) -> None:
    @app.errorhandler(403)
    def forbidden(error: Forbidden) -> tuple[str, int]:
        return "My own page.", 403

    browser.get("/login/2")

    assert browser.get("/page").text == "My own page."


def test_exempt_method_passes(browser: FlaskClient) -> None:
    browser.get("/login/2")

    assert browser.options("/page").status_code == 200


def test_everyone_passes_while_login_is_disabled(app: Flask, client: FlaskClient) -> None:
    app.config["LOGIN_DISABLED"] = True

    assert client.get("/page").text == "inside"


def test_role_is_one_line(app: Flask, browser: FlaskClient, users: dict[str, t.Any]) -> None:
    admin_required = user_passes_test(lambda user: user.role == "admin")
    app.add_url_rule("/admin", "admin", admin_required(lambda: "inside"))
    app.add_url_rule("/more", "more", admin_required(lambda: "inside"))
    users["1"].role, users["2"].role = "admin", "reader"

    for user_id, code in (("1", 200), ("2", 403)):
        browser.get(f"/login/{user_id}")
        assert [browser.get(path).status_code for path in ("/admin", "/more")] == [code, code]


def test_guards_can_be_combined(app: Flask, browser: FlaskClient) -> None:
    guarded = login_required(ada_required(user_passes_test(lambda user: False)(lambda: "inside")))
    app.add_url_rule("/combined", "combined", guarded)

    assert browser.get("/combined").status_code == 401
    browser.get("/login/1")
    assert browser.get("/combined").status_code == 403


def test_view_keeps_its_name_and_signature() -> None:
    def view(page: int, size: int = 10) -> str:
        """A view."""
        return ""

    guarded = ada_required(view)

    assert (guarded.__name__, guarded.__doc__) == ("view", "A view.")
    assert inspect.signature(guarded) == inspect.signature(view)


def test_method_of_a_class_based_view_is_guarded(app: Flask, browser: FlaskClient) -> None:
    class Page(MethodView):
        def get(self) -> str:
            return "read"

        @ada_required
        def post(self) -> str:
            return "written"

    app.add_url_rule("/class", view_func=Page.as_view("class"))
    browser.get("/login/2")

    assert browser.get("/class").text == "read"
    assert browser.post("/class").status_code == 403
    browser.get("/login/1")
    assert browser.post("/class").text == "written"


def test_class_based_view_is_guarded(app: Flask, browser: FlaskClient) -> None:
    class Page(MethodView):
        decorators: t.ClassVar = [ada_required]

        def get(self) -> str:
            return "read"

    app.add_url_rule("/class", view_func=Page.as_view("class"))
    browser.get("/login/2")

    assert browser.get("/class").status_code == 403


def test_coroutine_that_nobody_awaits_lets_nobody_in(app: Flask, browser: FlaskClient) -> None:
    """A lambda that calls an async function returns what is true, whatever it would say."""
    coroutines = []
    guard = user_passes_test(lambda user: coroutines.append(is_ada(user)) or coroutines[-1])
    app.add_url_rule("/tested", "tested", guard(lambda: "inside"))
    app.config["PROPAGATE_EXCEPTIONS"] = False
    browser.get("/login/2")

    text = browser.get("/tested").text
    coroutines[0].close()

    assert "inside" not in text


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_async_test_guards(app: Flask, browser: FlaskClient, kind: str) -> None:
    pytest.importorskip("asgiref")

    async def view() -> str:
        return "inside"

    guard = user_passes_test(is_ada)
    app.add_url_rule("/tested", "tested", guard(view if kind == "async" else lambda: "inside"))

    assert browser.get("/tested").status_code == 401
    browser.get("/login/2")
    assert browser.get("/tested").status_code == 403
    browser.get("/login/1")
    assert browser.get("/tested").text == "inside"


def test_async_test_of_an_async_method_guards(app: Flask, browser: FlaskClient) -> None:
    pytest.importorskip("asgiref")

    class Page(MethodView):
        @user_passes_test(is_ada)
        async def get(self) -> str:
            return str(current_user.name)

    app.add_url_rule("/class", view_func=Page.as_view("class"))
    browser.get("/login/2")
    assert browser.get("/class").status_code == 403
    browser.get("/login/1")
    assert browser.get("/class").text == "ada"


def test_async_test_is_asked_within_an_async_view(app: Flask, browser: FlaskClient) -> None:
    pytest.importorskip("asgiref")
    helper = user_passes_test(is_ada)(lambda: "inside")

    @app.get("/outer")
    async def outer() -> t.Any:
        return helper()

    browser.get("/login/2")
    assert browser.get("/outer").status_code == 403
    browser.get("/login/1")
    assert browser.get("/outer").text == "inside"


def test_async_test_guards_where_nobody_has_imported_asyncio(
    app: Flask, browser: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("asgiref.sync")
    app.add_url_rule("/tested", "tested", user_passes_test(is_ada)(lambda: "inside"))
    browser.get("/login/1")
    monkeypatch.delitem(sys.modules, "asyncio")

    assert browser.get("/tested").text == "inside"
