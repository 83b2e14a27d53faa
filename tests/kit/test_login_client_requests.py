"""The request that ``LoginClient`` logs in and out by: one of the client's browser, and all that an
application does with requests is done with it.
"""

from __future__ import annotations

import typing as t

import pytest
from flask import Flask
from flask import g
from flask import request
from flask import session
from flask.testing import FlaskClient
from werkzeug.middleware.proxy_fix import ProxyFix

from flask_login import current_user
from flask_login import LoginManager
from flask_login.testing import LoginClient

Users = dict[str, t.Any]


@pytest.fixture
def login_client(app: Flask, browser: FlaskClient) -> LoginClient:
    app.add_url_rule("/cart", "cart", lambda: str(session.setdefault("cart", 1)))
    return LoginClient(app, app.response_class)


def test_logout_asks_for_no_login(
    app: Flask,
    login_client: LoginClient,
    login_manager: LoginManager,
    users: Users,
    session_of: t.Any,
) -> None:
    app.config.update(LOGIN_REQUIRED_BY_DEFAULT=True, USE_SESSION_FOR_NEXT=True)
    app.add_url_rule("/", "index", lambda: "index")
    login_manager.login_view = "/login"
    login_client.login(users["1"])
    login_client.logout()

    assert session_of(login_client) == {}


def test_user_is_logged_out_whatever_is_answered_before_requests(
    app: Flask, login_client: LoginClient, users: Users
) -> None:
    @app.before_request
    def turn_away() -> str | None:
        return "confirm your address first" if current_user.is_authenticated else None

    login_client.login(users["1"])
    login_client.logout()

    assert login_client.get("/me").text == "nobody"


@pytest.mark.parametrize("protection", ["basic", "strong"])
def test_login_is_by_the_browser_that_the_client_says_it_is(
    app: Flask, login_client: LoginClient, users: Users, protection: str
) -> None:
    app.config["SESSION_PROTECTION"] = protection
    login_client.environ_base["HTTP_USER_AGENT"] = "a browser"
    login_client.environ_base["REMOTE_ADDR"] = "192.0.2.1"
    login_client.login(users["1"])

    assert login_client.get("/fresh").text == "True"
    assert login_client.get("/fresh", headers={"User-Agent": "another"}).text == "False"


@pytest.mark.parametrize("protection", ["basic", "strong"])
def test_login_is_by_the_address_that_the_application_sees(
    app: Flask, login_client: LoginClient, users: Users, protection: str
) -> None:
    app.config["SESSION_PROTECTION"] = protection
    app.wsgi_app = ProxyFix(app.wsgi_app)  # type: ignore[method-assign]
    login_client.environ_base["HTTP_X_FORWARDED_FOR"] = "192.0.2.1"
    login_client.login(users["1"])

    assert login_client.get("/fresh").text == "True"
    login_client.logout()
    assert login_client.get("/me").text == "nobody"


def test_middleware_may_ask_the_application_as_well(
    app: Flask, login_client: LoginClient, users: Users
) -> None:
    wsgi_app = app.wsgi_app
    asked: list[str] = []

    def ask_first(environ: t.Any, start_response: t.Any) -> t.Any:
        if not asked:
            asked.append("")
            asked[0] = app.test_client().get("/me").text

        return wsgi_app(environ, start_response)

    app.wsgi_app = ask_first  # type: ignore[method-assign]
    login_client.login(users["1"])

    assert (asked, login_client.get("/me").text) == (["nobody"], "1")


def test_login_is_where_a_middleware_answers_by_itself(
    app: Flask, login_client: LoginClient, users: Users
) -> None:
    wsgi_app = app.wsgi_app

    def closed_for_the_day(environ: t.Any, start_response: t.Any) -> t.Any:
        open_again = environ["PATH_INFO"] == "/me"
        return (wsgi_app if open_again else app.response_class())(environ, start_response)

    app.wsgi_app = closed_for_the_day  # type: ignore[method-assign]
    login_client.login(users["1"])

    assert login_client.get("/me").text == "1"


COOKIE_PLACES: list[dict[str, str]] = [
    {"SESSION_COOKIE_PATH": "/members"},
    {"SESSION_COOKIE_PATH": "/members/"},
    {"SESSION_COOKIE_PATH": "/members", "REMEMBER_COOKIE_PATH": "/members/area"},
    {"SESSION_COOKIE_PATH": "/members/area", "REMEMBER_COOKIE_PATH": "/members"},
    {"APPLICATION_ROOT": "/portal"},
    {"APPLICATION_ROOT": "/portal", "SESSION_COOKIE_PATH": "/"},
    {"APPLICATION_ROOT": "/portal", "SESSION_COOKIE_PATH": "/portal/members"},
    {"SESSION_COOKIE_DOMAIN": "site.test"},
    {"SESSION_COOKIE_DOMAIN": ".site.test", "REMEMBER_COOKIE_DOMAIN": ".site.test"},
    {"SERVER_NAME": "site.test:5000", "SESSION_COOKIE_DOMAIN": "site.test"},
    {"SERVER_NAME": "www.site.test", "SESSION_COOKIE_DOMAIN": "site.test"},
]

each_place = pytest.mark.parametrize(
    "config", COOKIE_PLACES, ids=lambda config: " ".join(f"{k}={v}" for k, v in config.items())
)


@pytest.fixture
def ask(app: Flask, login_client: LoginClient) -> t.Callable[[], str]:
    """Who is logged in, by a request that carries all cookies."""
    app.add_url_rule("/members/area/me", "members-me", app.view_functions["me"])

    def ask() -> str:
        domain = app.config["SERVER_NAME"] or app.config["SESSION_COOKIE_DOMAIN"] or "localhost"
        root = app.config["APPLICATION_ROOT"].rstrip("/")
        base_url = f"http://{domain.lstrip('.')}{root}"
        return login_client.get("/members/area/me", base_url=base_url).text

    return ask


class TestPlaceOfTheCookies:
    """The request is where both cookies are sent."""

    @each_place
    @pytest.mark.parametrize("remember", [True, False])
    def test_user_is_logged_out(
        self,
        app: Flask,
        login_client: LoginClient,
        users: Users,
        ask: t.Any,
        config: t.Any,
        remember: bool,
    ) -> None:
        app.config.update(config)
        login_client.login(users["1"], remember=remember)
        assert ask() == "1"

        login_client.logout()
        assert ask() == "nobody"

    @each_place
    def test_next_login_replaces_the_last_one(
        self, app: Flask, login_client: LoginClient, users: Users, ask: t.Any, config: t.Any
    ) -> None:
        app.config.update(config)
        login_client.login(users["1"], remember=True)
        login_client.login(users["2"])

        assert ask() == "2"

    @each_place
    @pytest.mark.parametrize("remember", [True, False])
    def test_user_acts_for_a_while(
        self,
        app: Flask,
        login_client: LoginClient,
        users: Users,
        ask: t.Any,
        config: t.Any,
        remember: bool,
    ) -> None:
        app.config.update(config)
        login_client.login(users["2"], remember=remember)

        with login_client.acting_as(users["1"]):
            assert ask() == "1"

        assert ask() == "2"

    @each_place
    def test_nobody_is_left_who_acted(
        self, app: Flask, login_client: LoginClient, users: Users, ask: t.Any, config: t.Any
    ) -> None:
        app.config.update(config)

        with login_client.acting_as(users["1"]):
            assert ask() == "1"

        assert ask() == "nobody"

    def test_cookie_may_be_beside_the_application(
        self, app: Flask, login_client: LoginClient, users: Users
    ) -> None:
        app.config.update(APPLICATION_ROOT="/portal", SESSION_COOKIE_PATH="/members")
        app.add_url_rule("/members/me", "members-me", app.view_functions["me"])
        login_client.login(users["1"])
        assert login_client.get("/members/me", base_url="http://localhost/").text == "1"

        login_client.logout()
        assert login_client.get("/members/me", base_url="http://localhost/").text == "nobody"


WWW = "http://www.site.test"
SHOP = "https://shop.site.test:8080"


class TestBaseUrl:
    """An application with several sites."""

    def test_user_is_logged_in_there(self, login_client: LoginClient, users: Users) -> None:
        login_client.login(users["1"], base_url=WWW)

        assert login_client.get("/me", base_url=WWW).text == "1"
        assert login_client.get("/me").text == "nobody"

    @pytest.mark.parametrize("protection", ["basic", "strong"])
    def test_browser_is_the_same_there(
        self, app: Flask, login_client: LoginClient, users: Users, protection: str
    ) -> None:
        app.config["SESSION_PROTECTION"] = protection
        login_client.environ_base["REMOTE_ADDR"] = "192.0.2.1"
        login_client.environ_base["HTTP_USER_AGENT"] = "a browser"
        login_client.login(users["1"], base_url=SHOP)

        assert login_client.get("/fresh", base_url=SHOP).text == "True"

    def test_user_is_logged_out_there(self, login_client: LoginClient, users: Users) -> None:
        login_client.login(users["1"], base_url=WWW, remember=True)
        login_client.login(users["2"], base_url=SHOP)
        login_client.logout(base_url=WWW)

        assert login_client.get("/me", base_url=WWW).text == "nobody"
        assert login_client.get("/me", base_url=SHOP).text == "2"

    def test_user_acts_there(self, login_client: LoginClient, users: Users) -> None:
        login_client.login(users["2"], base_url=WWW, remember=True)
        cookie = login_client.get_cookie("remember_token", "www.site.test")

        with login_client.acting_as(users["1"], base_url=WWW):
            assert login_client.get("/me", base_url=WWW).text == "1"

        assert login_client.get("/me", base_url=WWW).text == "2"
        assert login_client.get_cookie("remember_token", "www.site.test") == cookie

    def test_path_of_the_site_is_respected(
        self, app: Flask, login_client: LoginClient, users: Users
    ) -> None:
        app.config["SESSION_COOKIE_PATH"] = "/ada"
        login_client.login(users["1"], base_url=f"{WWW}/ada")
        assert login_client.get("/me", base_url=f"{WWW}/ada").text == "1"

        login_client.logout(base_url=f"{WWW}/ada")
        assert login_client.get("/me", base_url=f"{WWW}/ada").text == "nobody"

    @pytest.mark.parametrize("host", ["bücher.test", "WWW.Site.test:5000", "[::1]:5000"])
    def test_host_may_be_any(self, login_client: LoginClient, users: Users, host: str) -> None:
        login_client.login(users["2"], base_url=f"http://{host}")

        with login_client.acting_as(users["1"], base_url=f"http://{host}"):
            assert login_client.get("/me", base_url=f"http://{host}").text == "1"

        assert login_client.get("/me", base_url=f"http://{host}").text == "2"

    def test_host_is_what_the_application_sees(
        self, app: Flask, login_client: LoginClient, login_manager: LoginManager, users: Users
    ) -> None:
        hosts: list[str] = []
        identify = login_manager._session_identifier_generator
        login_manager._session_identifier_generator = lambda: (
            hosts.append(request.host) or identify()
        )
        login_client.login(users["1"], base_url=SHOP)

        assert hosts == ["shop.site.test:8080"]


PAGE = ("navigate", "document", LoginClient.page_headers["Accept"])
NOTHING = (None, None, None)


class TestPageHeaders:
    """What the client sends as browsers do."""

    @pytest.fixture(autouse=True)
    def headers(self, app: Flask) -> list[t.Any]:
        headers: list[t.Any] = []
        names = ("Sec-Fetch-Mode", "Sec-Fetch-Dest", "Accept")

        @app.before_request
        def note() -> None:
            headers.append(tuple(request.headers.get(name) for name in names))

        return headers

    @pytest.mark.parametrize(
        ("arguments", "expected"),
        [
            ({}, PAGE),
            ({"method": "POST"}, PAGE),
            ({"method": "POST", "data": {"name": "ada"}}, PAGE),
            ({"headers": {"User-Agent": "a browser", "Accept-Language": "de"}}, PAGE),
            ({"method": "PUT"}, NOTHING),
            ({"method": "POST", "json": {}}, NOTHING),
            ({"method": "POST", "data": "{}", "content_type": "application/json"}, NOTHING),
            ({"headers": {"Accept": "application/json"}}, (None, None, "application/json")),
            ({"headers": {"Sec-Fetch-Mode": "cors"}}, ("cors", None, None)),
            ({"headers": {"HX-Request": "true"}}, NOTHING),
            ({"headers": {"X-Requested-With": "XMLHttpRequest"}}, NOTHING),
            ({"headers": {"X-Api-Key": "secret"}}, NOTHING),
            ({"headers": {"Turbo-Frame": "main"}}, PAGE),
            ({"auth": ("ada", "secret")}, NOTHING),
        ],
        ids=str,
    )
    def test_headers_are_those_of_a_page_where_it_can_be_one(
        self, login_client: LoginClient, headers: t.Any, arguments: t.Any, expected: t.Any
    ) -> None:
        login_client.open("/me", **arguments)

        assert headers == [expected]

    def test_client_may_have_others(self, login_client: LoginClient, headers: t.Any) -> None:
        login_client.page_headers = {"Accept": "text/html"}
        login_client.get("/me")

        assert headers == [(None, None, "text/html")]

    def test_client_may_have_none(self, login_client: LoginClient, headers: t.Any) -> None:
        login_client.page_headers = {}
        login_client.get("/me")

        assert headers == [NOTHING]

    def test_browser_may_say_more(self, login_client: LoginClient, headers: t.Any) -> None:
        login_client.environ_base["HTTP_ACCEPT"] = "application/json"
        login_client.get("/me")

        assert headers == [(None, None, "application/json")]

    @pytest.mark.parametrize("defaults", ["compatible", "secure"])
    def test_visitor_is_redirected_by_whatever_defaults(
        self, app: Flask, login_client: LoginClient, login_manager: LoginManager, defaults: str
    ) -> None:
        app.config.update(LOGIN_DEFAULTS=defaults, LOGIN_REQUIRED_BY_DEFAULT=True)
        login_manager.login_view = "/login"

        assert login_client.get("/cart").location == "/login?next=%2Fcart"


def test_login_within_an_application_context_stays_in_the_client(
    app: Flask, login_client: LoginClient, users: Users
) -> None:
    with app.app_context():
        login_client.login(users["1"])

        assert not current_user
        assert app.test_client().get("/me").text == "nobody"
        assert login_client.get("/me").text == "1"


def test_login_leaves_the_kept_context_of_the_last_request(
    login_client: LoginClient, users: Users
) -> None:
    with login_client:
        login_client.get("/cart")
        login_client.login(users["1"])

        assert dict(session) == {"cart": 1}
        assert login_client.get("/me").text == "1"
        assert current_user == users["1"]


def test_function_after_requests_may_need_what_one_before_them_did(
    app: Flask, login_client: LoginClient, users: Users
) -> None:
    @app.before_request
    def start() -> None:
        g.started = True

    @app.after_request
    def finish(response: t.Any) -> t.Any:
        assert g.started
        return response

    login_client.login(users["1"])

    assert login_client.get("/me").text == "1"


def test_client_of_an_app_without_secret_key_says_what_is_missing(users: Users) -> None:
    app = Flask("keyless")
    LoginManager(app).user_loader(users.get)

    with pytest.raises(RuntimeError, match="secret"):
        LoginClient(app).login(users["1"])


@pytest.mark.parametrize("propagate", [True, False])
def test_function_for_url_values_may_count_on_a_route(
    app: Flask, login_client: LoginClient, users: Users, propagate: bool
) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = propagate

    @app.url_value_preprocessor
    def take_language(endpoint: str | None, values: t.Any) -> None:
        g.language = values.pop("language", "en")

    login_client.login(users["1"])
    assert login_client.get("/me").text == "1"

    login_client.logout()
    assert login_client.get("/me").text == "nobody"
