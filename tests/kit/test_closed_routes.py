"""``closed_routes`` and ``assert_login_required``: which routes refuse strangers."""

from __future__ import annotations

import typing as t

import pytest
from flask import Blueprint
from flask import Flask
from flask import g
from flask import redirect
from flask import request
from flask.testing import FlaskClient
from flask.views import MethodView
from werkzeug.routing import BaseConverter
from werkzeug.routing import Rule

from flask_login import fresh_login_required
from flask_login import login_exempt
from flask_login import login_required
from flask_login import LoginManager
from flask_login.config import EXEMPT_METHODS
from flask_login.testing import assert_login_required
from flask_login.testing import closed_routes


def view(**arguments: t.Any) -> str:
    return "inside"


@pytest.fixture
def app() -> Flask:
    app = Flask("app", static_folder=None)
    app.config.update(TESTING=True, SECRET_KEY="deterministic")
    return app


class TestClosedRoutes:
    @pytest.fixture(autouse=True)
    def manager(self, login_manager: LoginManager) -> None:
        login_manager.login_view = "login"

    def test_each_method_of_each_rule_is_a_route(self, app: Flask) -> None:
        app.add_url_rule("/", "index", view)
        app.add_url_rule("/notes", "notes", view, methods=["POST", "PUT"])

        assert closed_routes(app) == [
            ("GET", "/"),
            ("HEAD", "/"),
            ("POST", "/notes"),
            ("PUT", "/notes"),
        ]

    def test_exempt_methods_are_left_out(self, app: Flask) -> None:
        app.add_url_rule("/", "index", view, methods=["GET", "POST"])
        EXEMPT_METHODS.add("HEAD")

        try:
            assert closed_routes(app) == [("GET", "/"), ("POST", "/")]
        finally:
            EXEMPT_METHODS.remove("HEAD")

    def test_exempt_views_are_left_out(self, app: Flask) -> None:
        class Notes(MethodView):
            @login_exempt
            def get(self) -> str:
                return "notes"

            def post(self) -> str:
                return "saved"

        app.add_url_rule("/about", "about", login_exempt(lambda: "about us"))
        app.add_url_rule("/login", "login", view, methods=["GET", "POST"])
        app.add_url_rule("/notes", view_func=Notes.as_view("notes"))

        assert closed_routes(app) == [("POST", "/notes")]

    def test_static_files_are_left_out(self, login_manager: LoginManager) -> None:
        app = Flask(__name__)
        login_manager.init_app(app)

        assert closed_routes(app) == []

    @pytest.mark.parametrize(
        ("rule", "url"),
        [
            ("/<name>", "/1"),
            ("/<int:number>", "/1"),
            ("/<int(fixed_digits=3):number>", "/001"),
            ("/<float:number>", "/1.0"),
            ("/<path:file>", "/1"),
            ("/<uuid:id>", "/00000000-0000-0000-0000-000000000001"),
            ("/<uuid:id>/<int:number>/<name>", "/00000000-0000-0000-0000-000000000001/1/1"),
        ],
    )
    def test_arguments_are_made_up(self, app: Flask, rule: str, url: str) -> None:
        app.add_url_rule(rule, "page", view, methods=["POST"])

        assert closed_routes(app) == [("POST", url)]

    @pytest.mark.parametrize("rule", ["/<any(tea, coffee):x>", "/<string(length=2):x>"])
    def test_argument_that_cannot_be_made_up_is_an_error(self, app: Flask, rule: str) -> None:
        app.add_url_rule(rule, "page", view)

        with pytest.raises(ValueError, match="pass values in 'arguments'"):
            closed_routes(app)

    def test_named_arguments_are_taken(self, app: Flask) -> None:
        app.add_url_rule("/<any(tea, coffee):drink>/<int:cups>", "page", view, methods=["POST"])

        assert closed_routes(app, {"drink": "tea"}) == [("POST", "/tea/1")]

    def test_named_arguments_are_for_rules_that_have_them(self, app: Flask) -> None:
        app.add_url_rule("/", "index", view, methods=["POST"])
        app.add_url_rule("/<any(tea, coffee):drink>", "page", view, methods=["POST"])

        assert closed_routes(app, {"drink": "tea"}) == [("POST", "/"), ("POST", "/tea")]

    def test_defaults_of_a_rule_are_taken(self, app: Flask) -> None:
        app.add_url_rule("/pages/", "page", view, defaults={"number": 1}, methods=["POST"])

        assert closed_routes(app) == [("POST", "/pages/")]

    def test_rules_of_one_view_may_differ_in_their_methods(self, app: Flask) -> None:
        app.add_url_rule("/notes", "notes", view, methods=["PATCH"])
        app.add_url_rule("/notes/new", "notes", view, methods=["POST"])

        assert closed_routes(app) == [("PATCH", "/notes"), ("POST", "/notes/new")]

    def test_rules_of_one_view_may_differ_in_their_defaults(self, app: Flask) -> None:
        app.add_url_rule("/pages/", "pages", view, defaults={"number": 1}, methods=["POST"])
        app.add_url_rule("/pages/<int:number>", "pages", view, methods=["POST"])

        assert sorted(closed_routes(app)) == [("POST", "/pages/"), ("POST", "/pages/2")]

    @pytest.mark.parametrize(
        "options",
        [{"build_only": True}, {"redirect_to": "/new"}],
        ids=["build only", "redirect"],
    )
    def test_rule_that_leads_to_no_view_is_left_out(
        self, app: Flask, options: dict[str, t.Any]
    ) -> None:
        app.add_url_rule("/old", "old", **options)

        assert closed_routes(app) == []

    def test_rule_without_methods_is_asked_by_get_and_post(self, app: Flask) -> None:
        app.url_map.add(Rule("/hole", endpoint="hole"))
        app.endpoint("hole")(view)

        assert closed_routes(app) == [("GET", "/hole"), ("POST", "/hole")]

    def test_rule_without_a_view_is_left_out(self, app: Flask) -> None:
        app.url_map.add(Rule("/hole", endpoint="hole"))

        assert closed_routes(app) == []

    @pytest.mark.parametrize("site", [None, "example.com:5000"])
    def test_websocket_is_asked_by_its_handshake(self, app: Flask, site: str | None) -> None:
        app.config["SERVER_NAME"] = site
        app.add_url_rule("/chat/<int:room>", "chat", view, websocket=True)

        assert closed_routes(app) == [("GET", f"ws://{site or 'localhost'}/chat/1")]

    def test_websocket_may_share_its_path_with_a_page(self, app: Flask) -> None:
        app.add_url_rule("/chat", "page", view, methods=["POST"])
        app.add_url_rule("/chat", "chat", view, websocket=True)

        assert closed_routes(app) == [("POST", "/chat"), ("GET", "ws://localhost/chat")]

    def test_exempt_websocket_is_left_out(self, app: Flask) -> None:
        app.add_url_rule("/chat", "chat", login_exempt(lambda: ""), websocket=True)

        assert closed_routes(app) == []

    def test_alias_of_a_route_is_left_out(self, app: Flask) -> None:
        app.add_url_rule("/notes", "notes", view, methods=["POST"])
        app.add_url_rule("/old/notes", "notes", view, methods=["POST"], alias=True)

        assert closed_routes(app) == [("POST", "/notes")]

    def test_exempt_view_needs_no_arguments(self, app: Flask) -> None:
        app.add_url_rule("/<any(tea, coffee):drink>", "drink", login_exempt(lambda drink: drink))

        assert closed_routes(app) == []

    def test_route_of_a_subdomain_is_found(self, login_manager: LoginManager) -> None:
        app = Flask("app", static_folder=None, subdomain_matching=True)
        app.config["SERVER_NAME"] = "example.com"
        login_manager.init_app(app)
        app.add_url_rule("/", "api", view, subdomain="api", methods=["POST"])

        assert closed_routes(app) == [("POST", "http://api.example.com/")]

    def test_websocket_of_a_subdomain_is_found(self, login_manager: LoginManager) -> None:
        app = Flask("app", static_folder=None, subdomain_matching=True)
        app.config["SERVER_NAME"] = "example.com"
        login_manager.init_app(app)
        app.add_url_rule("/chat", "chat", view, subdomain="api", websocket=True)

        assert closed_routes(app) == [("GET", "ws://api.example.com/chat")]

    def test_route_of_a_host_is_found(self, login_manager: LoginManager) -> None:
        app = Flask("app", static_folder=None, host_matching=True)
        login_manager.init_app(app)
        app.add_url_rule("/", "shop", view, host="<tenant>.site.test", methods=["POST"])

        assert closed_routes(app, {"tenant": "ada"}) == [("POST", "http://ada.site.test/")]

    def test_converter_may_need_what_cannot_be_made_up(self, app: Flask) -> None:
        class NoteConverter(BaseConverter):
            def to_url(self, value: t.Any) -> str:
                return str(value.id)

        app.url_map.converters["note"] = NoteConverter
        app.add_url_rule("/<note:note>", "note", view)

        with pytest.raises(ValueError, match="pass values in 'arguments'"):
            closed_routes(app)


class TestAssertLoginRequired:
    @pytest.fixture
    def auth(self, app: Flask) -> Blueprint:
        auth = Blueprint("auth", __name__, url_prefix="/auth")
        auth.add_url_rule("/login", "login", view)
        auth.add_url_rule("/settings", "settings", login_required(view))
        app.register_blueprint(auth)
        app.add_url_rule("/login", "login", view)
        app.add_url_rule("/settings", "settings", login_required(view), methods=["GET", "POST"])
        return auth

    @pytest.mark.parametrize(
        "login_view",
        [
            None,
            "login",
            "auth.login",
            "/login",
            "/anywhere",
            "https://auth.example/login?client=1",
            lambda: "auth.login",
            lambda: None,
        ],
    )
    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_refusal_is_told(
        self,
        client: FlaskClient,
        login_manager: LoginManager,
        auth: Blueprint,
        login_view: t.Any,
        method: str,
    ) -> None:
        login_manager.login_view = login_view

        assert_login_required(client, "/settings", method)

    @pytest.mark.parametrize(
        "login_view",
        ["auth.login", ".login", lambda: f"{request.blueprint}.login"],
        ids=["endpoint", "relative endpoint", "by request"],
    )
    def test_login_view_of_a_blueprint_is_known(
        self, client: FlaskClient, login_manager: LoginManager, auth: Blueprint, login_view: t.Any
    ) -> None:
        login_manager.blueprint_login_views["auth"] = login_view

        assert_login_required(client, "/auth/settings")

    def test_login_view_in_several_languages_is_known(
        self, app: Flask, client: FlaskClient, login_manager: LoginManager
    ) -> None:
        app.url_value_preprocessor(lambda _, values: setattr(g, "lang", (values or {}).pop("lang")))
        app.url_defaults(lambda _, values: values.setdefault("lang", g.lang))
        app.add_url_rule("/<lang>/login", "login", view)
        app.add_url_rule("/<lang>/settings", "settings", login_required(view))
        login_manager.login_view = "login"

        assert_login_required(client, "/de/settings")

    @pytest.mark.parametrize("mode", ["redirect", "auto", "status"])
    def test_refusal_is_told_however_it_is_answered(
        self, app: Flask, client: FlaskClient, auth: Blueprint, mode: str
    ) -> None:
        app.config["LOGIN_UNAUTHORIZED"] = mode

        assert_login_required(client, "/settings")

    def test_refusal_by_a_handler_is_told(
        self, client: FlaskClient, login_manager: LoginManager, auth: Blueprint
    ) -> None:
        login_manager.unauthorized_handler(lambda: "Who are you?")

        assert_login_required(client, "/settings")

    def test_refusal_of_a_view_that_wants_a_fresh_login_is_told(
        self, app: Flask, client: FlaskClient
    ) -> None:
        app.add_url_rule("/page", "page", fresh_login_required(view))

        assert_login_required(client, "/page")

    def test_refusal_of_a_closed_application_is_told(self, app: Flask, client: FlaskClient) -> None:
        app.config["LOGIN_REQUIRED_BY_DEFAULT"] = True
        app.url_map.add(Rule("/hole", endpoint="hole"))
        app.endpoint("hole")(view)

        assert_login_required(client, "/hole", "POST")

    @pytest.mark.parametrize("url", ["ws://localhost/chat", "wss://localhost/chat"])
    def test_websocket_is_asked_by_its_handshake(
        self, app: Flask, client: FlaskClient, url: str
    ) -> None:
        app.add_url_rule("/chat", "chat", login_required(view), websocket=True)

        assert_login_required(client, url)

    def test_websocket_that_is_open_is_told(self, app: Flask, client: FlaskClient) -> None:
        app.add_url_rule("/chat", "chat", view, websocket=True)

        with pytest.raises(AssertionError, match=r"GET ws://localhost/chat is open.*: 200 OK"):
            assert_login_required(client, "ws://localhost/chat")

    def test_refusal_of_another_request_is_no_proof(
        self, app: Flask, client: FlaskClient, auth: Blueprint
    ) -> None:
        app.add_url_rule("/page", "page", lambda: app.test_client().get("/settings").status)

        with pytest.raises(AssertionError, match="GET /page is open"):
            assert_login_required(client, "/page")

    @pytest.mark.usefixtures("login_manager", "auth")
    def test_client_may_have_default_headers(self, app: Flask) -> None:
        class Client(FlaskClient):
            def open(self, *args: t.Any, **kwargs: t.Any) -> t.Any:
                kwargs.setdefault("headers", {"X-Tenant": "ada"})
                return super().open(*args, **kwargs)

        app.before_request(lambda: None if "X-Tenant" in request.headers else "no tenant")

        assert_login_required(Client(app, app.response_class), "/settings")

    def test_stale_login_of_the_client_is_no_proof(self, app: Flask, browser: FlaskClient) -> None:
        app.add_url_rule("/page", "page", fresh_login_required(view))
        browser.get("/login/1?stale")

        with pytest.raises(AssertionError, match=r"GET /page is open.*: 401"):
            assert_login_required(browser, "/page")

    @pytest.mark.parametrize(
        ("answer", "status"),
        [
            ("inside", "200 OK"),
            (("not yet", 400), "400 BAD REQUEST"),
            (("log in", 401), "401 UNAUTHORIZED"),
            (("no token", 403), "403 FORBIDDEN"),
            (("nothing here", 404), "404 NOT FOUND"),
            (redirect("/elsewhere", code=302), "302 FOUND"),
            (redirect("/login", code=302), "302 FOUND"),
            (redirect("https://evil.test/login", code=302), "302 FOUND"),
        ],
        ids=["page", "400", "401", "403", "404", "elsewhere", "login view", "another host"],
    )
    def test_answer_that_no_guard_gave_is_no_proof(
        self,
        app: Flask,
        client: FlaskClient,
        login_manager: LoginManager,
        answer: t.Any,
        status: str,
    ) -> None:
        login_manager.login_view = "/login"
        app.add_url_rule("/page", "page", lambda: answer)

        with pytest.raises(AssertionError) as caught:
            assert_login_required(client, "/page")

        assert str(caught.value) == (
            f"GET /page is open to anonymous users: {status}. No guard refused the request."
        )

    def test_method_is_named(self, app: Flask, client: FlaskClient) -> None:
        app.add_url_rule("/page", "page", view, methods=["POST"])

        with pytest.raises(AssertionError, match="POST /page is open"):
            assert_login_required(client, "/page", "POST")
