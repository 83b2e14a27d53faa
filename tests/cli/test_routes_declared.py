"""How ``flask login routes`` treats guards of the application."""

from __future__ import annotations

import functools
import typing as t
from types import FunctionType

import pytest
from flask import abort
from flask import Blueprint
from flask import Flask
from routes_kit import access_of
from routes_kit import invoke
from routes_kit import route_of

from flask_login import anonymous_required
from flask_login import current_user
from flask_login import login_required
from flask_login import LoginManager


def check() -> None:
    """Runs before each request, and may refuse it."""


def admin_required(view: t.Any) -> t.Any:
    """A guard of the application's own."""

    @functools.wraps(view)
    def guarded(*args: t.Any, **kwargs: t.Any) -> t.Any:
        return view(*args, **kwargs) if current_user.is_admin else abort(401)

    return guarded


def role_required(role: str) -> t.Any:
    """A guard with an argument and without ``functools.wraps``."""

    def decorate(view: t.Any) -> t.Any:
        return lambda: view() if current_user.role == role else abort(401)

    return decorate


def make_check(role: str) -> t.Any:
    def check_role() -> None:
        if current_user.role != role:
            abort(401)

    return check_role


@pytest.fixture
def site(app: Flask, login_manager: LoginManager) -> Flask:
    """One page, and another in a blueprint."""
    shop = Blueprint("shop", __name__)
    shop.add_url_rule("/shop", "page", lambda: "")
    app.register_blueprint(shop)
    app.add_url_rule("/", "page", lambda: "")
    return app


def test_function_makes_its_views_unknown(site: Flask) -> None:
    site.before_request(check)

    assert access_of(site) == "unknown"
    assert route_of(site)["by"] == [
        {"kind": "undeclared", "before_request": "test_routes_declared.check"}
    ]


def test_function_is_named_in_the_table(site: Flask) -> None:
    site.before_request(check)

    assert "undeclared(before_request=test_routes_declared.check)" in invoke(site).output


def test_function_of_a_blueprint_is_for_its_views(site: Flask) -> None:
    site.before_request_funcs["shop"] = [check]

    assert access_of(site, "shop.page") == "unknown"
    assert access_of(site) == "open"


def test_guarded_view_is_closed_whatever_comes_before(site: Flask) -> None:
    site.before_request(check)
    site.view_functions["page"] = login_required(lambda: "")

    assert route_of(site)["by"] == [{"kind": "login_required", "via": None}]


def test_guarded_function_closes_its_views(site: Flask) -> None:
    site.before_request(login_required(check))

    assert access_of(site) == "closed"
    assert route_of(site)["by"] == [
        {"kind": "login_required", "via": None, "before_request": "test_routes_declared.check"}
    ]


def test_function_is_unknown_that_lets_guests_in(site: Flask) -> None:
    site.before_request(anonymous_required(check))

    assert access_of(site) == "unknown"


def test_hooks_of_this_library_are_known(site: Flask, login_manager: LoginManager) -> None:
    login_manager.require_login(Blueprint("other", __name__))
    site.before_request(check)
    login_manager.declare_guard(check, guards=False)
    site.test_client().get("/")

    assert access_of(site) == "open"


@pytest.mark.parametrize(
    "package",
    ["flask_debugtoolbar", "flask_limiter", "flask_session", "flask_talisman", "flask_wtf"],
)
def test_functions_of_known_packages_do_not_matter(site: Flask, package: str) -> None:
    function = FunctionType(check.__code__, {"__name__": f"{package}.extension"})
    site.before_request(function)

    assert access_of(site) == "open"


@pytest.mark.parametrize(("guards", "access"), [(True, "closed"), (False, "open")])
def test_function_is_what_it_is_declared_to_be(
    site: Flask, login_manager: LoginManager, guards: bool, access: str
) -> None:
    site.before_request(check)
    login_manager.declare_guard(check, guards=guards)

    assert access_of(site) == access


def test_declared_function_is_named(site: Flask, login_manager: LoginManager) -> None:
    site.before_request(check)
    login_manager.declare_guard(check)

    assert route_of(site)["by"] == [
        {"kind": "declared", "before_request": "test_routes_declared.check"}
    ]
    assert "declared(before_request=check)" in invoke(site).output


def test_function_may_guard_some_views(site: Flask, login_manager: LoginManager) -> None:
    site.before_request(check)
    login_manager.declare_guard(check, guards=lambda endpoint: endpoint != "page")

    assert access_of(site) == "open"
    assert access_of(site, "shop.page") == "closed"


def test_last_declaration_counts(site: Flask, login_manager: LoginManager) -> None:
    site.before_request(check)
    login_manager.declare_guard(check)
    login_manager.declare_guard(check, guards=False)

    assert access_of(site) == "open"


def test_one_function_is_declared_of_two(site: Flask, login_manager: LoginManager) -> None:
    site.before_request(check)
    site.before_request(functools.partial(check))
    login_manager.declare_guard(functools.partial(check), guards=False)

    assert access_of(site) == "unknown"


def test_method_of_an_object_is_declared(site: Flask, login_manager: LoginManager) -> None:
    class Door:
        def check(self) -> None: ...

    door = Door()
    site.before_request(door.check)
    login_manager.declare_guard(door.check)

    assert access_of(site) == "closed"


def test_functions_of_one_factory_are_declared_one_by_one(
    site: Flask, login_manager: LoginManager
) -> None:
    site.before_request(make_check("user"))
    login_manager.declare_guard(make_check("guest"))

    assert access_of(site) == "unknown"


def test_decorator_is_not_seen(site: Flask) -> None:
    site.view_functions["page"] = admin_required(lambda: "")

    assert access_of(site) == "open"


@pytest.mark.parametrize(
    ("decorator", "declared"),
    [(admin_required, admin_required), (role_required("admin"), role_required)],
    ids=["plain", "with an argument"],
)
def test_declared_decorator_closes_its_views(
    site: Flask, login_manager: LoginManager, decorator: t.Any, declared: t.Any
) -> None:
    site.view_functions["page"] = decorator(lambda: "")
    login_manager.declare_guard(declared)

    assert access_of(site) == "closed"
    name = f"test_routes_declared.{declared.__name__}"
    assert route_of(site)["by"] == [{"kind": "declared", "function": name, "before_request": None}]
    assert access_of(site, "shop.page") == "open"


def test_declared_decorator_of_a_function_before_closes(
    site: Flask, login_manager: LoginManager
) -> None:
    site.before_request(admin_required(check))
    login_manager.declare_guard(admin_required)

    assert access_of(site) == "closed"
    assert "declared(admin_required, before_request=check)" in invoke(site).output


@pytest.mark.parametrize("declared", [(True, False), (False, True)])
def test_each_decorator_is_declared_for_itself(
    site: Flask, login_manager: LoginManager, declared: tuple[bool, bool]
) -> None:
    site.view_functions["page"] = admin_required(role_required("admin")(lambda: ""))
    login_manager.declare_guard(admin_required, guards=declared[0])
    login_manager.declare_guard(role_required, guards=declared[1])

    assert access_of(site) == "closed"


def test_harmless_decorator_says_nothing_about_what_it_decorates(
    site: Flask, login_manager: LoginManager
) -> None:
    site.before_request(admin_required(check))
    login_manager.declare_guard(admin_required, guards=False)

    assert access_of(site) == "unknown"


def test_view_may_refuse_by_itself(site: Flask, login_manager: LoginManager) -> None:
    login_manager.declare_guard(site.view_functions["page"])

    assert access_of(site) == "closed"


def test_manager_that_takes_over_knows_nothing_of_it(
    site: Flask, login_manager: LoginManager
) -> None:
    site.before_request(check)
    login_manager.declare_guard(check)
    LoginManager(site)

    assert access_of(site) == "unknown"


def test_name_declares_nothing_and_is_an_error(login_manager: LoginManager) -> None:
    with pytest.raises(TypeError, match="takes a function, not 'check'"):
        login_manager.declare_guard("check")  # type: ignore[arg-type]
