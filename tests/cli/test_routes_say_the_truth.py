"""What ``flask login routes`` says is what visitors meet: each route of many odd applications is
requested by each of its methods.
"""

from __future__ import annotations

import functools
import typing as t
from collections.abc import Callable
from collections.abc import Iterator

import pytest
from flask import abort
from flask import Blueprint
from flask import Flask
from flask import request
from flask import Response
from flask.testing import FlaskClient
from flask.views import MethodView
from flask.views import View
from routes_kit import routes_of
from werkzeug.routing import Rule

from flask_login import anonymous_required
from flask_login import current_user
from flask_login import fresh_login_required
from flask_login import login_exempt
from flask_login import login_required
from flask_login import LoginManager
from flask_login import user_passes_test
from flask_login import UserMixin
from flask_login.config import EXEMPT_METHODS

Arrange = Callable[[Flask, LoginManager], object]

ALL = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
APPLICATIONS: list[Arrange] = []


def application(arrange: Arrange) -> Arrange:
    APPLICATIONS.append(arrange)
    return arrange


def enter(*_: t.Any, **__: t.Any) -> Response:
    """A view, or a method of one, that says that somebody entered."""
    return Response("entered", headers={"X-Entered": "yes"})


def view() -> Response:
    return enter()


guarded = login_required(view)


def with_wraps(view: t.Any) -> t.Any:
    @functools.wraps(view)
    def decorated(*args: t.Any, **kwargs: t.Any) -> t.Any:
        return view(*args, **kwargs)

    return decorated


def without_wraps(view: t.Any) -> t.Any:
    return lambda *args, **kwargs: view(*args, **kwargs)


def later(view: t.Any) -> t.Any:
    """A decorator that makes a view async."""

    @functools.wraps(view)
    async def decorated(*args: t.Any, **kwargs: t.Any) -> t.Any:
        return view(*args, **kwargs)

    return decorated


class Called:
    def __call__(self) -> Response:
        return enter()


class CalledByUsers:
    @login_required
    def __call__(self) -> Response:
        return enter()


class Pages:
    def open(self) -> Response:
        return enter()

    @login_required
    def closed(self) -> Response:
        return enter()

    @staticmethod
    @login_required
    def static() -> Response:
        return enter()

    @classmethod
    @login_required
    def of_class(cls) -> Response:
        return enter()


@application
def functions(app: Flask, manager: LoginManager) -> None:
    """Functions, and whatever else can be called."""
    views = {
        "open": view,
        "closed": guarded,
        "partial": functools.partial(view),
        "closed partial": functools.partial(guarded),
        "partial closed": login_required(functools.partial(view)),
        "partials": functools.partial(functools.partial(guarded)),
        "object": Called(),
        "closed object": CalledByUsers(),
        "object closed": login_required(Called()),
        "method": Pages().open,
        "closed method": Pages().closed,
        "method closed": login_required(Pages().open),
        "static method": Pages.static,
        "class method": Pages.of_class,
        "method of a partial": functools.partial(Pages.closed, Pages()),
        "stacked": login_required(fresh_login_required(view)),
        "stacked differently": user_passes_test(bool)(login_required(view)),
        "test": user_passes_test(lambda user: True)(view),
        "fresh": fresh_login_required(max_age=60)(view),
        "via": login_required(via="session")(view),
        "visitors": anonymous_required(view),
        "visitors and users": anonymous_required(login_required(view)),
        "users and visitors": login_required(anonymous_required(view)),
    }

    for name, function in views.items():
        app.add_url_rule(f"/{name}", name.replace(" ", "_"), function, methods=ALL)


@application
def decorators(app: Flask, manager: LoginManager) -> None:
    """Foreign decorators, above and below guards."""
    views = {
        "plain": with_wraps(view),
        "above": with_wraps(guarded),
        "below": login_required(with_wraps(view)),
        "between": login_required(with_wraps(guarded)),
        "without wraps below": login_required(without_wraps(view)),
        "without wraps": without_wraps(view),
        "partial between": with_wraps(functools.partial(guarded)),
        "named like a guarded one": functools.update_wrapper(
            without_wraps(view), guarded, updated=()
        ),
    }
    # They know nothing of each other: the second has the name of the first, but not its guard.
    del views["named like a guarded one"].__wrapped__

    for name, function in views.items():
        app.add_url_rule(f"/{name}", name.replace(" ", "_"), function)


@application
def asynchronous(app: Flask, manager: LoginManager) -> None:
    pytest.importorskip("asgiref")

    async def page() -> Response:
        return enter()

    class Page(MethodView):
        @login_required
        async def get(self) -> Response:
            return enter()

        async def post(self) -> Response:
            return enter()

    async def load(user_id: str) -> None:
        return None

    manager.user_loader(load)
    views = {
        "open": page,
        "closed": login_required(page),
        "later": login_required(later(view)),
        "later_open": later(view),
        "later_closed": later(guarded),
        "wrapped": with_wraps(login_required(page)),
        "visitors": anonymous_required(page),
    }

    for name, function in views.items():
        app.add_url_rule(f"/{name}", name, function, methods=ALL)

    app.add_url_rule("/class", view_func=Page.as_view("class"))


class Mixed(MethodView):
    def get(self) -> Response:
        return enter()

    @login_required
    def post(self) -> Response:
        return enter()


class Read(MethodView):
    @login_required
    def get(self) -> Response:
        return enter()


class ReadWithHead(Read):
    def head(self) -> Response:
        return enter()


class Overridden(Read):
    """The guard does not survive this."""

    def get(self) -> Response:
        return enter()


class Decorated(MethodView):
    decorators: t.ClassVar = [login_required]
    init_every_request = False

    get = post = enter


class Inherited(Decorated):
    def get(self) -> Response:
        return enter()


class Undecorated(Decorated):
    decorators: t.ClassVar = []


class Dispatched(View):
    methods: t.ClassVar = ["GET", "POST"]

    @login_required
    def dispatch_request(self) -> Response:
        return enter()


class DispatchedAnew(Dispatched):
    dispatch_request = enter


class DispatchedByItself(MethodView):
    """It has methods, and does not dispatch to them."""

    get = post = login_required(enter)
    dispatch_request = enter


class DispatchedByItselfToUsers(Read):
    dispatch_request = login_required(enter)


class DispatchedByParent(Mixed):
    def dispatch_request(self, **kwargs: t.Any) -> t.Any:
        return super().dispatch_request(**kwargs)


class DispatchedByName(Mixed):
    """As frameworks for APIs do."""

    def dispatch_request(self, **kwargs: t.Any) -> t.Any:
        name = "get" if request.method == "HEAD" else request.method.lower()
        return getattr(self, name)(**kwargs)


class ParentDispatchedByName(DispatchedByName):
    """It inherits that."""


class Resource(MethodView):
    """As Flask-RESTful has it."""

    method_decorators: t.Any = ()
    get = post = enter

    def dispatch_request(self) -> t.Any:
        method = getattr(self, request.method.lower(), None) or self.get
        decorators = self.method_decorators

        if isinstance(decorators, dict):
            decorators = decorators.get(request.method.lower(), ())

        for decorator in decorators:
            method = decorator(method)

        return method()


class ResourceForUsers(Resource):
    method_decorators = (with_wraps, user_passes_test(bool))


class ResourceForSome(Resource):
    method_decorators: t.ClassVar = {"get": [login_required]}


class NoResource(Mixed):
    """Nobody reads what it has of that name."""

    method_decorators: t.ClassVar = [login_required]


class WithOptions(MethodView):
    get = options = login_required(enter)
    methods: t.ClassVar = ["GET", "OPTIONS"]


@application
def classes(app: Flask, manager: LoginManager) -> None:
    views: list[type[View]] = [
        Mixed,
        Read,
        ReadWithHead,
        Overridden,
        Decorated,
        Inherited,
        Undecorated,
        Dispatched,
        DispatchedAnew,
        DispatchedByItself,
        DispatchedByItselfToUsers,
        DispatchedByParent,
        DispatchedByName,
        ParentDispatchedByName,
        Resource,
        ResourceForUsers,
        ResourceForSome,
        NoResource,
        WithOptions,
    ]

    for view_class in views:
        name = view_class.__name__
        app.add_url_rule(f"/{name}", view_func=view_class.as_view(name))
        app.add_url_rule(f"/wrapped/{name}", f"w{name}", with_wraps(view_class.as_view(name)))
        function = login_required(view_class.as_view(name))
        app.add_url_rule(f"/closed/{name}", f"c{name}", function)


@application
def methods(app: Flask, manager: LoginManager) -> None:
    """One path with several rules, and methods that Flask does not answer itself."""
    app.add_url_rule("/one", "read", view, methods=["GET"])
    app.add_url_rule("/one", "write", guarded, methods=["POST", "PUT"])
    app.add_url_rule("/options", "options", guarded, methods=["GET", "OPTIONS"])
    app.add_url_rule("/asked", "asked", guarded, provide_automatic_options=False)
    app.add_url_rule("/odd", "odd", guarded, methods=["PROPFIND"])
    app.url_map.add(Rule("/any", endpoint="any"))
    app.url_map.add(Rule("/any-open", endpoint="any-open"))
    app.view_functions |= {"any": guarded, "any-open": view}


@application
def exempt_methods(app: Flask, manager: LoginManager) -> None:
    EXEMPT_METHODS.update({"HEAD", "TRACE"})
    app.add_url_rule("/", "page", guarded)
    app.url_map.add(Rule("/any", endpoint="any"))
    app.view_functions["any"] = guarded


@application
def disabled(app: Flask, manager: LoginManager) -> None:
    app.config.update(LOGIN_DISABLED="false", LOGIN_REQUIRED_BY_DEFAULT=True)
    app.add_url_rule("/", "page", guarded)
    app.add_url_rule("/fresh", "fresh", fresh_login_required(view))
    app.add_url_rule("/default", "default", view)


@application
def under_test(app: Flask, manager: LoginManager) -> None:
    app.testing = True
    app.add_url_rule("/", "page", guarded)


@application
def closed_by_default(app: Flask, manager: LoginManager) -> None:
    app.config["LOGIN_REQUIRED_BY_DEFAULT"] = True
    manager.login_view = "login"
    manager.refresh_view = "/again"
    app.add_url_rule("/login", "login", view, methods=["GET", "POST"])
    app.add_url_rule("/again", "again", view)
    app.add_url_rule("/again", "take", view, methods=["POST"])
    app.add_url_rule("/", "page", view, methods=ALL)
    app.add_url_rule("/exempt", "exempt", login_exempt(with_wraps(view)))
    app.add_url_rule("/exempt-below", "below", with_wraps(login_exempt(with_wraps(view))))
    app.add_url_rule("/exempt-guarded", "guarded", login_exempt(with_wraps(guarded)))
    app.add_url_rule("/exempt-partial", "partial", functools.partial(login_exempt(view_of("a"))))
    app.add_url_rule("/visitors", "visitors", anonymous_required(view_of("visitors")))
    app.url_map.add(Rule("/any", endpoint="any"))
    app.view_functions["any"] = view

    class Page(MethodView):
        post = view_of("post")

        @login_exempt
        def get(self) -> Response:
            return enter()

    @login_exempt
    class Exempt(Page):
        get = view_of("get")

    class Child(Exempt):
        pass

    for view_class in (Page, Exempt, Child):
        name = view_class.__name__
        app.add_url_rule(f"/{name}", view_func=view_class.as_view(name))
        app.add_url_rule(f"/w{name}", f"w{name}", with_wraps(view_class.as_view(name)))


def view_of(name: str) -> t.Any:
    """A view of its own."""

    def entered(*_: t.Any) -> Response:
        return enter()

    return entered


@application
def callable_login_view(app: Flask, manager: LoginManager) -> None:
    app.config["LOGIN_REQUIRED_BY_DEFAULT"] = True
    manager.login_view = lambda: "login"  # type: ignore[assignment]
    app.add_url_rule("/login", "login", login_exempt(view_of("login")))
    app.add_url_rule("/", "page", view)


@application
def closed_blueprints(app: Flask, manager: LoginManager) -> None:
    """Blueprints in blueprints, of which some are closed, and with names of their own."""
    outer, inner = Blueprint("outer", __name__), Blueprint("inner", __name__, static_folder=".")
    twice = Blueprint("twice", __name__)

    for blueprint in (outer, inner, twice):
        blueprint.add_url_rule("/", "page", view)
        blueprint.add_url_rule("/login", "login", view)

    manager.require_login(inner)
    manager.require_login(twice)
    manager.blueprint_login_views = {"inner": ".login"}
    outer.register_blueprint(inner, url_prefix="/inner")
    outer.register_blueprint(inner, url_prefix="/other", name="other")
    app.register_blueprint(outer, url_prefix="/outer")
    app.register_blueprint(outer, url_prefix="/again", name="again")
    app.register_blueprint(twice, url_prefix="/twice")
    app.register_blueprint(twice, url_prefix="/thrice", name="thrice")


@application
def dotted_endpoint(app: Flask, manager: LoginManager) -> None:
    """An endpoint may look like one of a blueprint that is not there."""
    app.url_map.add(Rule("/", endpoint="no.such.page"))
    app.view_functions["no.such.page"] = view
    app.before_request_funcs["no"] = [login_required(nothing)]


def nothing() -> None:
    """A function that does nothing before requests."""


@application
def guards_before_blueprints(app: Flask, manager: LoginManager) -> None:
    outer, inner = Blueprint("outer", __name__), Blueprint("inner", __name__)
    aside = Blueprint("aside", __name__)

    for blueprint in (outer, inner, aside):
        blueprint.add_url_rule("/", "page", view, methods=["GET", "POST", "OPTIONS"])

    inner.before_request(login_required(nothing))
    outer.register_blueprint(inner, url_prefix="/inner")
    app.register_blueprint(outer, url_prefix="/outer")
    app.register_blueprint(inner, url_prefix="/top", name="top")
    app.register_blueprint(aside, url_prefix="/aside")
    app.add_url_rule("/", "page", view)


@application
def guard_before_everything(app: Flask, manager: LoginManager) -> None:
    manager.login_view = "login"
    app.before_request(login_required(nothing))
    app.add_url_rule("/", "page", view, methods=ALL)
    app.add_url_rule("/login", "login", login_exempt(with_wraps(view)))


@application
def guard_of_a_blueprint_for_all(app: Flask, manager: LoginManager) -> None:
    blueprint = Blueprint("blueprint", __name__)
    blueprint.before_app_request(functools.partial(user_passes_test(bool)(nothing)))
    app.register_blueprint(blueprint)
    app.add_url_rule("/", "page", view)


@application
def functions_before(app: Flask, manager: LoginManager) -> None:
    """A function that lets only users pass, declared, and one that does not matter."""
    public = {"login", "static"}

    @app.before_request
    def refuse() -> None:
        if request.endpoint not in public and not current_user.is_authenticated:
            abort(401)

    app.before_request(nothing)
    manager.declare_guard(refuse, guards=lambda endpoint: endpoint not in public)
    manager.declare_guard(nothing, guards=False)
    app.add_url_rule("/", "page", view)
    app.add_url_rule("/login", "login", view)


@application
def declared_decorators(app: Flask, manager: LoginManager) -> None:
    def role_required(role: str) -> t.Any:
        def decorate(view: t.Any) -> t.Any:
            @functools.wraps(view)
            def guarded(*args: t.Any, **kwargs: t.Any) -> t.Any:
                if not current_user.is_authenticated:
                    abort(403)

                return view(*args, **kwargs)

            return guarded

        return decorate

    class Page(MethodView):
        get = enter
        post = role_required("editor")(enter)

    manager.declare_guard(role_required)
    app.add_url_rule("/", "page", role_required("admin")(view))
    app.add_url_rule("/open", "open", view)
    app.add_url_rule("/class", view_func=Page.as_view("class"))


@application
def hosts(app: Flask, manager: LoginManager) -> None:
    app.config["LOGIN_REQUIRED_BY_DEFAULT"] = True
    app.url_map.host_matching = True
    manager.login_view = "/login"
    app.add_url_rule("/login", "login", view, host="a.example")
    app.add_url_rule("/login", "other", view, host="b.example")
    app.add_url_rule("/exempt", "exempt", login_exempt(view_of("exempt")), host="b.example")


@application
def subdomains(app: Flask, manager: LoginManager) -> None:
    app.config.update(SERVER_NAME="example.org", LOGIN_REQUIRED_BY_DEFAULT=True)
    app.subdomain_matching = True
    manager.login_view = "login"
    app.add_url_rule("/login", "login", view)
    app.add_url_rule("/login", "other", view, subdomain="www")
    app.add_url_rule("/", "page", login_exempt(view_of("page")), subdomain="www")


@application
def under_a_root(app: Flask, manager: LoginManager) -> None:
    app.config.update(APPLICATION_ROOT="/app", LOGIN_REQUIRED_BY_DEFAULT=True)
    manager.login_view = "/app/login"
    app.add_url_rule("/login", "login", view)
    app.add_url_rule("/app/login", "other", view)


@application
def slashes_and_defaults(app: Flask, manager: LoginManager) -> None:
    app.add_url_rule("/pages/", "pages", guarded, defaults={})
    app.add_url_rule("/number/<int:number>", "number", login_required(enter))
    app.add_url_rule("/text/<text>", "text", enter)


@application
def own_answers(app: Flask, manager: LoginManager) -> None:
    manager.unauthorized_handler(lambda: Response("who are you?", 403))
    app.add_url_rule("/", "page", guarded)
    app.add_url_rule("/fresh", "fresh", fresh_login_required(view))
    app.add_url_rule("/test", "test", user_passes_test(bool)(view))


@application
def visitors_who_are_users(app: Flask, manager: LoginManager) -> None:
    app.config["LOGIN_REQUIRED_BY_DEFAULT"] = True
    manager.anonymous_user = type("Guest", (UserMixin,), {"id": None})
    app.add_url_rule("/", "page", guarded)
    app.add_url_rule("/default", "default", view)


@application
def hook_that_is_gone(app: Flask, manager: LoginManager) -> None:
    app.config["LOGIN_REQUIRED_BY_DEFAULT"] = True
    app.before_request_funcs = {}
    app.add_url_rule("/", "page", guarded)
    app.add_url_rule("/default", "default", view)


@application
def visitors_who_are_nobody(app: Flask, manager: LoginManager) -> None:
    manager.anonymous_user = lambda: None  # type: ignore[assignment]
    app.add_url_rule("/", "page", guarded)
    app.add_url_rule("/test", "test", user_passes_test(lambda user: True)(view))


@application
def prepared_arguments(app: Flask, manager: LoginManager) -> None:
    @app.url_value_preprocessor
    def pull(endpoint: str | None, values: dict[str, t.Any] | None) -> None:
        (values or {}).pop("language", None)

    app.add_url_rule("/<language>/open", "open", view)
    app.add_url_rule("/<language>/closed", "closed", guarded)


@application
def replaced_views(app: Flask, manager: LoginManager) -> None:
    """As extensions do that guard all views, or exempt one."""
    app.add_url_rule("/", "page", view)
    app.add_url_rule("/open", "open", guarded)
    app.view_functions = {"static": app.view_functions["static"]} | {
        "page": login_required(app.view_functions["page"]),
        "open": t.cast(t.Any, guarded).__wrapped__,
    }


@application
def replaced_manager(app: Flask, manager: LoginManager) -> None:
    blueprint = Blueprint("blueprint", __name__)
    blueprint.add_url_rule("/blueprint", "page", view)
    manager.require_login(blueprint)
    other = LoginManager()
    other.user_loader(lambda user_id: None)
    other.init_app(app, add_context_processor=False)
    other.login_view = "login"
    app.register_blueprint(blueprint)
    app.add_url_rule("/", "page", guarded)
    app.add_url_rule("/login", "login", view)


@application
def one_manager_of_two(app: Flask, manager: LoginManager) -> None:
    """What one application requires says nothing about the other."""
    other = Flask("other")
    other.config["LOGIN_REQUIRED_BY_DEFAULT"] = True
    manager.init_app(other)
    app.add_url_rule("/", "page", view)
    app.add_url_rule("/closed", "closed", guarded)


@pytest.fixture(autouse=True)
def exempt() -> Iterator[None]:
    before = set(EXEMPT_METHODS)
    yield
    EXEMPT_METHODS.clear()
    EXEMPT_METHODS.update(before)


@pytest.fixture
def site(request: pytest.FixtureRequest) -> Flask:
    app = Flask("site")
    app.config["SECRET_KEY"] = "a key for these tests"
    manager = LoginManager(app)
    manager.user_loader(lambda user_id: None)
    request.param(app, manager)
    return app


def asked_of(routes: list[dict[str, t.Any]]) -> Iterator[tuple[dict[str, t.Any], str]]:
    """Each route with each of its methods, and with some of those that "*" stands for."""
    for route in routes:
        same = [other for other in routes if other["rule"] == route["rule"]]
        listed = {method for other in same for method in other["methods"]}
        others = {"OPTIONS", "PURGE", "TRACE"} - listed if "*" in route["methods"] else set[str]()
        yield from ((route, method) for method in {*route["methods"], *others} - {"*"})


def ask(client: FlaskClient, route: dict[str, t.Any], method: str, base: str) -> str:
    """What a visitor's request meets."""
    path = route["rule"].replace("<int:number>", "1").replace("<text>", "x")
    path = path.replace("<language>", "en").replace("<path:filename>", "nothing.txt")
    base_url = f"http://{route['host'] or '.'.join(filter(None, (route['subdomain'], base)))}"
    response = client.open(path, method=method, base_url=base_url)

    if "X-Entered" in response.headers or route["endpoint"].endswith("static"):
        return "open" if response.status_code in {200, 404} else "closed"

    assert response.status_code in {302, 303, 401, 403}, (response.status, path, method)
    return "closed"


@pytest.mark.parametrize("site", APPLICATIONS, indirect=True, ids=lambda each: each.__name__)
def test_routes_are_what_visitors_meet(site: Flask) -> None:
    asked = [*asked_of(routes_of(site))]
    base = str(site.config["SERVER_NAME"] or "localhost")
    client = site.test_client()
    met = {
        f"{method} {route['host'] or ''}{route['rule']}": (
            route["access"],
            ask(client, route, method, base),
        )
        for route, method in asked
    }
    wrong = {name: accesses for name, accesses in met.items() if len({*accesses}) > 1}

    assert asked
    assert wrong == {}
