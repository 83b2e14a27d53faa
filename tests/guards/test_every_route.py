"""Every rule of a large closed application, walked by somebody who is not logged in."""

from __future__ import annotations

import typing as t
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Blueprint
from flask import Flask
from flask.testing import FlaskClient
from flask.views import MethodView
from flask.views import View

from flask_login import login_exempt
from flask_login import login_user
from flask_login import LoginManager
from flask_login import UserMixin


class User(UserMixin):
    id = "1"


def answer(**kwargs: t.Any) -> str:
    """What every view answers."""
    return "inside"


class Page(View):
    methods: t.ClassVar = ["GET", "POST"]

    def dispatch_request(self, **kwargs: t.Any) -> str:
        return "inside"


class Methods(MethodView):
    def get(self, **kwargs: t.Any) -> str:
        return "inside"

    def put(self, **kwargs: t.Any) -> str:
        return "inside"


@login_exempt
class OpenMethods(Methods):
    pass


class DerivedMethods(OpenMethods):
    """Closed again."""


class HalfOpenMethods(Methods):
    """Open for GET, and for HEAD by it."""

    @login_exempt
    def get(self, **kwargs: t.Any) -> str:
        return "inside"


def copy(view: Callable[..., t.Any]) -> Callable[..., t.Any]:
    """A view function of its own, to be marked or not."""
    return lambda **kwargs: view(**kwargs)


#: Makes a view function that is to be closed, given its name.
CLOSED: dict[str, Callable[[str], t.Any]] = {
    "function": lambda name: copy(answer),
    "class": lambda name: Page.as_view(name),
    "methods": lambda name: Methods.as_view(name),
    "derived": lambda name: DerivedMethods.as_view(name),
}

#: Makes a view function that is to be open.
OPEN: dict[str, Callable[[str], t.Any]] = {
    "open_function": lambda name: login_exempt(copy(answer)),
    "open_class": lambda name: OpenMethods.as_view(name),
    "open_view_of_a_class": lambda name: login_exempt(Page.as_view(name)),
    "open_decorators": lambda name: type(
        "Decorated", (Methods,), {"decorators": [login_exempt]}
    ).as_view(name),
}

RULES = ["/{}", "/{}/", "/{}/<int:number>", "/{}/<int:number>/edit", "/{}/<path:rest>"]


def add_views(app: Flask | Blueprint) -> None:
    """Add 44 rules: of every kind, with every form of rule, and one that is half open."""
    for name, make in {**CLOSED, **OPEN}.items():
        for number, rule in enumerate(RULES):
            endpoint = f"{name}_{number}"
            app.add_url_rule(rule.format(endpoint), endpoint, make(endpoint))

    app.add_url_rule("/half", view_func=HalfOpenMethods.as_view("half"))
    app.add_url_rule("/several", "several", copy(answer), methods=["GET", "POST", "DELETE"])
    app.add_url_rule("/more/several", "several", methods=["GET", "PATCH"])
    app.add_url_rule("/log-in", "log_in", copy(answer), methods=["GET", "POST"])


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    folder: Path = tmp_path_factory.mktemp("static")
    (folder / "x").write_text("static")
    app = Flask("app", static_folder=folder)
    app.config.update(TESTING=True, SECRET_KEY="deterministic", LOGIN_REQUIRED_BY_DEFAULT=True)
    login_manager = LoginManager(app)
    login_manager.user_loader(lambda user_id: User())
    add_views(app)
    shop, cart, items, admin = (
        Blueprint(name, __name__, url_prefix=f"/{name}", static_folder=folder)
        for name in ("shop", "cart", "items", "admin")
    )

    for blueprint in (shop, cart, items, admin):
        add_views(blueprint)

    cart.register_blueprint(items)
    shop.register_blueprint(cart)
    app.register_blueprint(shop)
    app.register_blueprint(admin)
    app.add_url_rule("/confirm", "confirm", copy(answer))
    app.add_url_rule("/enter", "open_enter", login_exempt(lambda: str(login_user(User()))))
    login_manager.login_view = "log_in"
    login_manager.refresh_view = "/confirm"
    login_manager.blueprint_login_views = {
        "shop": "/shop/log-in",
        "shop.cart": ".log_in",
        "shop.cart.items": None,
        "admin": "admin.log_in",
    }
    return app


class Call(t.NamedTuple):
    """One method of one rule."""

    endpoint: str
    method: str
    path: str

    @property
    def is_open(self) -> bool:
        """Whether anybody may make it, told by names alone."""
        name = self.endpoint.rpartition(".")[2]
        login_views = {
            "log_in",
            "shop.log_in",
            "shop.cart.log_in",
            "shop.cart.items.log_in",
            "admin.log_in",
            "confirm",
        }
        half_open = name == "half" and self.method in {"GET", "HEAD"}
        return name.startswith(("open", "static")) or half_open or self.endpoint in login_views


def calls_of(app: Flask) -> list[Call]:
    urls = app.url_map.bind("localhost")
    calls = []

    for rule in app.url_map.iter_rules():
        values = {"number": 1, "rest": "a/b", "filename": "x"}
        known = {name: values[name] for name in rule.arguments}
        path = urls.build(rule.endpoint, known) if known else rule.rule

        for method in sorted((rule.methods or set()) - {"OPTIONS"}):
            calls.append(Call(rule.endpoint, method, path))

    return calls


def codes_of(client: FlaskClient, calls: list[Call]) -> dict[Call, int]:
    codes = {}

    for call in calls:
        with client.open(call.path, method=call.method) as response:
            codes[call] = response.status_code

    return codes


def test_app_has_200_routes(app: Flask) -> None:
    assert len(list(app.url_map.iter_rules())) >= 200


def test_every_closed_route_refuses_the_anonymous(app: Flask) -> None:
    calls = [call for call in calls_of(app) if not call.is_open]
    codes = codes_of(app.test_client(), calls)

    assert {call: code for call, code in codes.items() if code not in {302, 303, 401}} == {}
    assert len(codes) >= 200


def test_every_exempt_route_is_open(app: Flask) -> None:
    calls = [call for call in calls_of(app) if call.is_open]
    codes = codes_of(app.test_client(), calls)

    assert {call: code for call, code in codes.items() if code != 200} == {}
    assert len(codes) >= 200


def test_every_route_is_entered_by_a_user(app: Flask) -> None:
    client = app.test_client()
    client.get("/enter")
    codes = codes_of(client, calls_of(app))

    assert {call: code for call, code in codes.items() if code != 200} == {}


def test_every_route_answers_options(app: Flask) -> None:
    client = app.test_client()

    assert {client.options(call.path).status_code for call in calls_of(app)} == {200}


def test_every_route_refuses_a_method_that_it_does_not_take(app: Flask) -> None:
    client = app.test_client()

    assert {client.open(call.path, method="LOCK").status_code for call in calls_of(app)} == {405}
