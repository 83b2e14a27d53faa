"""Each finding: an application that has it, and one that nearly has it."""

from __future__ import annotations

import typing as t
from datetime import datetime
from datetime import timezone

import pytest
from check_kit import add_view
from check_kit import Arrange
from check_kit import both
from check_kit import config
from check_kit import DAY
from check_kit import HOUR
from check_kit import KEY
from check_kit import load_nobody
from check_kit import manager
from check_kit import OLD_KEY
from check_kit import Site
from check_kit import UnstampedUser
from check_kit import User

from flask_login import AnonymousUserMixin
from flask_login import login_required
from flask_login.checks._catalog import CATALOG
from flask_login.records.memory import MemoryRecords


class Case(t.NamedTuple):
    id: str
    #: What makes the site have it.
    has: Arrange
    #: What makes it nearly have it.
    has_not: Arrange
    #: The level that durations are compared with.
    aal: int = 1


def without(key: str) -> Arrange:
    return lambda site: site.app.config.pop(key)


def unproxied(site: Site) -> None:
    site.app.wsgi_app = site.app.wsgi_app.app  # type: ignore[method-assign, attr-defined]


def view(path: str, function: t.Any = lambda: "", **options: t.Any) -> Arrange:
    return lambda site: add_view(site.app, path, function, **options)


def environment(name: str, value: str) -> Arrange:
    return lambda site: site.setenv(name, value)


def without_extension(site: Site) -> None:
    site.app.extensions.pop("csrf")


def load_by_number(user_id: str) -> User | None:
    return {1: User()}.get(int(user_id))


def load_from_broken_database(user_id: str) -> User | None:
    raise ConnectionError


def load_by_checked_number(user_id: str) -> User | None:
    return load_by_number(user_id) if user_id.isdecimal() else None


def load_anyone(user_id: str) -> User | None:
    return User()


def load_first(user_id: str) -> User | None:
    return User() if user_id == "0" else None


def load_unstamped(user_id: str) -> UnstampedUser | None:
    return None


guarded = login_required(lambda: "")
memory = manager(login_records=MemoryRecords())
debug = config(DEBUG=True)
nothing = config()

CASES = [
    Case(
        "login.E001",
        config(SECRET_KEY=""),
        both(config(SECRET_KEY=""), manager(_user_callback=None, _request_callback=load_nobody)),
    ),
    Case("login.E002", config(SECRET_KEY="dev"), config(SECRET_KEY=f"dev{KEY}")),
    Case("login.W003", config(SECRET_KEY=KEY[:31]), config(SECRET_KEY=KEY[:32])),
    Case(
        "login.E004", config(SECRET_KEY_FALLBACKS=OLD_KEY), config(SECRET_KEY_FALLBACKS=[OLD_KEY])
    ),
    Case(
        "login.I005",
        config(SECRET_KEY_FALLBACKS=[OLD_KEY]),
        config(SECRET_KEY_FALLBACKS=[OLD_KEY], SECRET_KEY_SINCE=datetime.now(timezone.utc)),
    ),
    Case(
        "login.W006",
        config(SECRET_KEY_FALLBACKS=[OLD_KEY], SECRET_KEY_SINCE="2020-01-01"),
        config(SECRET_KEY_FALLBACKS=[], SECRET_KEY_SINCE="2020-01-01"),
    ),
    Case("login.E010", config(LOGIN_IDLE_TIMEOUT="soon"), config(LOGIN_IDLE_TIMEOUT=60)),
    Case("login.W011", config(LOGIN_CHECK_ACTIVE="no"), config(LOGIN_CHECK_ACTIVE=False)),
    Case("login.W012", config(LOGIN_DISALBED=1), config(LOGIN_ENABLED=1)),
    Case("login.E013", config(LOGIN_DISABLED="false"), config(LOGIN_DISABLED=False)),
    Case("login.W014", config(SESSION_PROTECTION="Strong"), config(SESSION_PROTECTION="strong")),
    Case(
        "login.W015",
        config(FORCE_HOST_FOR_REDIRECTS="https://www.example.com"),
        config(FORCE_HOST_FOR_REDIRECTS="www.example.com:8443"),
    ),
    Case(
        "login.E020",
        config(REMEMBER_COOKIE_NAME="__Host-remember", REMEMBER_COOKIE_PATH="/app"),
        config(REMEMBER_COOKIE_NAME="__Host-remember"),
    ),
    Case(
        "login.E021", config(SESSION_COOKIE_SAMESITE="Lux"), config(SESSION_COOKIE_SAMESITE="lax")
    ),
    Case("login.W022", config(REMEMBER_COOKIE_SECURE=False), config(REMEMBER_COOKIE_SECURE=True)),
    Case("login.W023", config(SESSION_COOKIE_HTTPONLY=False), config(SESSION_COOKIE_HTTPONLY=True)),
    Case("login.W024", config(SESSION_COOKIE_SECURE=False), config(REMEMBER_COOKIE_SECURE=False)),
    Case(
        "login.W025", config(SESSION_COOKIE_SAMESITE=None), config(SESSION_COOKIE_SAMESITE="None")
    ),
    Case(
        "login.W026",
        config(SESSION_COOKIE_DOMAIN=".example.com"),
        config(SERVER_NAME="example.com"),
    ),
    Case(
        "login.I027", config(SESSION_COOKIE_SAMESITE="None"), config(SESSION_COOKIE_SAMESITE=None)
    ),
    Case(
        "login.W040",
        config(LOGIN_ABSOLUTE_TIMEOUT=31 * DAY),
        config(LOGIN_ABSOLUTE_TIMEOUT=30 * DAY),
    ),
    Case("login.W041", config(LOGIN_IDLE_TIMEOUT=2 * HOUR), config(LOGIN_IDLE_TIMEOUT=HOUR), 2),
    Case(
        "login.W042",
        config(LOGIN_ABSOLUTE_TIMEOUT=None, REMEMBER_COOKIE_DURATION=31 * DAY),
        config(LOGIN_ABSOLUTE_TIMEOUT=30 * DAY, REMEMBER_COOKIE_DURATION=31 * DAY),
    ),
    Case("login.W043", nothing, config(REMEMBER_COOKIE_DURATION=None), 3),
    Case("login.I044", config(LOGIN_FRESH_LIFETIME=31 * DAY), config(LOGIN_FRESH_LIFETIME=DAY)),
    Case(
        "login.I045",
        config(REMEMBER_COOKIE_ACCEPT_LEGACY=True),
        config(REMEMBER_COOKIE_ACCEPT_LEGACY=datetime(2027, 1, 1, tzinfo=timezone.utc)),
    ),
    Case(
        "login.W046",
        config(REMEMBER_COOKIE_FORMAT="legacy", REMEMBER_COOKIE_ACCEPT_LEGACY=True),
        config(REMEMBER_COOKIE_FORMAT="timed"),
    ),
    Case("login.E050", manager(login_view="auth.login"), manager(login_view="login")),
    Case("login.W051", manager(login_view="/lgoin"), manager(login_view="/login?from=here")),
    Case(
        "login.E052",
        both(view("/door", guarded), manager(login_view="door")),
        both(view("/door", guarded), manager(refresh_view="door")),
    ),
    Case(
        "login.W053",
        both(view("/door", methods=["GET"]), manager(login_view="door")),
        both(
            view("/door", methods=["GET"]),
            view("/door", methods=["POST"], endpoint="knock"),
            manager(login_view="door"),
        ),
    ),
    Case("login.W054", without_extension, both(without_extension, manager(login_view=None))),
    Case("login.W060", unproxied, both(unproxied, config(SESSION_COOKIE_SECURE=False))),
    Case("login.I061", both(unproxied, config(SESSION_COOKIE_SECURE=False)), unproxied),
    Case(
        "login.W062",
        manager(login_view="https://sso.example.com/"),
        both(manager(login_view="https://sso.example.com/"), config(TRUSTED_HOSTS=["example.com"])),
    ),
    Case("login.E063", both(memory, environment("WEB_CONCURRENCY", "4")), memory),
    Case("login.W064", memory, both(memory, environment("WEB_CONCURRENCY", "4"))),
    Case("login.W065", debug, config(DEBUG=False)),
    Case(
        "login.E070",
        manager(_user_callback=None),
        manager(_user_callback=None, _request_callback=load_nobody),
    ),
    Case("login.W071", manager(_user_callback=load_unstamped), manager(_user_callback=load_nobody)),
    Case(
        "login.E072",
        manager(_user_callback=load_from_broken_database),
        manager(_user_callback=load_by_number),
    ),
    Case(
        "login.W073",
        manager(_user_callback=load_by_number),
        manager(_user_callback=load_by_checked_number),
    ),
    Case("login.W074", manager(_user_callback=load_anyone), manager(_user_callback=load_first)),
    Case("login.E075", manager(anonymous_user=User), manager(anonymous_user=AnonymousUserMixin)),
]

each_case = pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])


@each_case
def test_site_that_has_it(site: Site, case: Case) -> None:
    case.has(site)

    assert case.id in site.find(deploy=True, aal=case.aal, try_loader=True)


@each_case
def test_site_that_nearly_has_it(site: Site, case: Case) -> None:
    case.has_not(site)

    assert case.id not in site.find(deploy=True, aal=case.aal, try_loader=True)


@each_case
def test_production_findings_need_deploy(site: Site, case: Case) -> None:
    case.has(site)

    found = case.id in site.find(aal=case.aal, try_loader=True)

    assert found is not CATALOG[case.id].deploy


def test_sound_site_has_no_findings(site: Site) -> None:
    assert site.find(deploy=True, try_loader=True) == []


def test_each_finding_has_a_case() -> None:
    assert [case.id for case in CASES] == list(CATALOG)
