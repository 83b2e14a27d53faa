"""Login views: missing, closed, and without a form."""

from __future__ import annotations

import typing as t

import pytest
from check_kit import add_view
from check_kit import Site
from flask import Blueprint
from flask import Flask
from flask.views import MethodView
from werkzeug.routing import Rule

from flask_login import anonymous_required
from flask_login import fresh_login_required
from flask_login import login_required
from flask_login import user_passes_test
from flask_login.checks import check_setup


def view() -> str:
    return ""


def add_blueprint(site: Site, name: str) -> None:
    blueprint = Blueprint(name, __name__, url_prefix=f"/{name}")
    blueprint.add_url_rule("/login", "login", view, methods=["GET", "POST"])
    site.app.register_blueprint(blueprint)


@pytest.mark.parametrize(
    "guard",
    [
        login_required,
        login_required(via="session"),
        fresh_login_required,
        user_passes_test(bool),
    ],
    ids=["login", "via", "fresh", "test"],
)
def test_guarded_login_view_is_closed(site: Site, guard: t.Any) -> None:
    add_view(site.app, "/door", guard(view))
    site.manage(login_view="door")

    assert site.find() == ["login.E052"]


def test_view_for_guests_is_open_to_them(site: Site) -> None:
    add_view(site.app, "/door", anonymous_required(view))
    site.manage(login_view="door")

    assert site.find() == []


@pytest.mark.parametrize(
    ("guard", "found"),
    [
        (login_required, []),
        (login_required(via="session"), []),
        (login_required(via="token"), []),
        (user_passes_test(bool), []),
        (fresh_login_required, ["login.E052"]),
        (anonymous_required, ["login.E052"]),
    ],
    ids=["login", "via", "unknown loader", "test", "fresh", "guests"],
)
def test_refresh_view_is_for_users_who_are_not_fresh(
    site: Site, guard: t.Any, found: list[str]
) -> None:
    add_view(site.app, "/confirm", guard(view))
    site.manage(refresh_view="confirm")

    assert site.find() == found


def test_method_of_a_class_may_be_closed(site: Site) -> None:
    class Door(MethodView):
        def get(self) -> str:
            return ""

        @login_required
        def post(self) -> str:
            return ""

    add_view(site.app, "/door", Door.as_view("door"))
    site.manage(login_view="door")

    (finding,) = site.findings()

    assert "refuses the users who are sent there (POST)" in finding.message


def test_other_function_that_takes_the_form_may_be_closed(site: Site) -> None:
    add_view(site.app, "/door", methods=["GET"])
    add_view(site.app, "/door", methods=["POST"], endpoint="knock")
    site.manage(login_view="/door")
    site.set(LOGIN_REQUIRED_BY_DEFAULT=True)

    assert site.find() == ["login.E052"]


def test_login_view_stays_open_where_a_login_is_required(site: Site) -> None:
    site.set(LOGIN_REQUIRED_BY_DEFAULT=True)

    assert site.find() == []


def test_refresh_view_is_open_to_users_where_a_login_is_required(site: Site) -> None:
    add_view(site.app, "/<word>/confirm", lambda word: word, endpoint="confirm")
    site.manage(refresh_view="/en/confirm")
    site.set(LOGIN_REQUIRED_BY_DEFAULT=True)

    assert site.find() == []


@pytest.mark.parametrize("login_view", ["auth.login", ".login"])
def test_view_of_a_blueprint(site: Site, login_view: str) -> None:
    add_blueprint(site, "auth")
    site.manage(login_view=login_view)

    assert site.find() == []


def test_view_relative_to_a_blueprint_of_its_own(site: Site) -> None:
    add_blueprint(site, "auth")
    site.manage(blueprint_login_views={"auth": ".login"})

    assert site.find() == []


def test_missing_view_of_a_blueprint_is_named(site: Site) -> None:
    site.manage(blueprint_login_views={"shop": "shop.lgoin"})

    (finding,) = site.findings()

    assert finding.setting == "blueprint_login_views"
    assert finding.message.startswith("'blueprint_login_views' of the blueprint 'shop' is")


def test_callable_is_not_checked(site: Site) -> None:
    site.manage(login_view=lambda: "nowhere")

    assert site.find() == []


def test_path_below_the_root_of_the_application(site: Site) -> None:
    site.set(APPLICATION_ROOT="/app")
    site.manage(login_view="/app/login")

    assert site.find() == []


@pytest.mark.parametrize("login_view", ["/login", "https://sso.example.com/"])
def test_paths_of_several_hosts_are_not_known(site: Site, login_view: str) -> None:
    site.app.url_map.host_matching = True
    site.manage(login_view=login_view)

    assert site.find() == []


@pytest.mark.parametrize("options", [{"build_only": True}, {"redirect_to": "/elsewhere"}])
def test_rule_that_leads_elsewhere_is_not_known(site: Site, options: t.Any) -> None:
    site.app.url_map.add(Rule("/away", endpoint="away", **options))
    site.manage(login_view="away")

    assert site.find() == []


def test_rule_for_any_method_answers_both(site: Site) -> None:
    site.app.url_map.add(Rule("/door", endpoint="door"))
    site.app.view_functions["door"] = view
    site.manage(login_view="door")

    assert site.find() == []


def test_application_may_build_urls_in_its_own_way(site: Site) -> None:
    site.app.url_build_error_handlers.append(lambda *_: "/elsewhere")
    site.manage(login_view="away")

    assert site.find() == []


def test_method_that_builds_urls_may_be_overridden(site: Site) -> None:
    class Site2(Flask):
        def url_for(self, *args: t.Any, **values: t.Any) -> str:
            return "/elsewhere"

    site.app.__class__ = Site2
    site.manage(login_view="away")

    assert check_setup(site.app) == []


def csrf_protect() -> None:
    return None


def test_function_before_each_request_may_check_forms(site: Site) -> None:
    del site.app.extensions["csrf"]
    site.app.before_request(csrf_protect)

    assert site.find() == []


def test_function_before_each_request_may_do_something_else(site: Site) -> None:
    del site.app.extensions["csrf"]
    site.app.before_request(view)

    assert site.find() == ["login.W054"]


def test_endpoint_may_be_without_a_view(site: Site) -> None:
    site.app.url_map.add(Rule("/door", endpoint="door"))
    site.manage(login_view="door")

    assert site.find() == []


def test_guard_of_the_application_may_know_the_login_view(site: Site) -> None:
    def guard() -> None:
        return None

    site.app.before_request(guard)
    site.manager.declare_guard(guard)

    assert site.find() == []


def test_trusted_hosts_do_not_matter_to_the_check(site: Site) -> None:
    site.set(TRUSTED_HOSTS=["www.example.com"])

    assert site.find(try_loader=True) == []
