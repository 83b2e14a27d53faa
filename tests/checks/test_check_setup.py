"""The public functions: ``check_setup`` and ``check_login_setup``."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest
from check_kit import Site
from flask import Flask

from flask_login import LoginManager
from flask_login.checks import check_setup
from flask_login.checks import Finding
from flask_login.checks import Severity
from flask_login.checks._catalog import CATALOG


@pytest.fixture
def finding(site: Site) -> Finding:
    site.set(SESSION_PROTECTION="Strong")
    (finding,) = site.findings()
    return finding


def test_finding_has_all_attributes(finding: Finding) -> None:
    assert finding == Finding(
        id="login.W014",
        severity=Severity.WARNING,
        message="'SESSION_PROTECTION' is 'Strong', which is not a mode of session protection, so"
        " 'basic' is used.",
        hint="Set it to 'basic', 'strong' or None.",
        link="docs/howto/check-your-setup.md#login-w014",
        setting="SESSION_PROTECTION",
    )


def test_finding_is_text(finding: Finding) -> None:
    assert str(finding).startswith("login.W014: 'SESSION_PROTECTION' is 'Strong'")


def test_finding_does_not_change(finding: Finding) -> None:
    with pytest.raises(FrozenInstanceError):
        finding.id = "login.W999"  # type: ignore[misc]


def test_worst_comes_first(site: Site) -> None:
    site.set(LOGIN_DISABLED=True, REMEMBER_COOKIE_ACCEPT_LEGACY=True, SESSION_PROTECTION="Strong")

    assert site.find(deploy=True) == ["login.E013", "login.W014", "login.I045"]


def test_severities_can_be_compared() -> None:
    assert Severity.INFO < Severity.WARNING < Severity.ERROR


def test_manager_finds_the_same(site: Site) -> None:
    site.set(LOGIN_ABSOLUTE_TIMEOUT=None)
    manager = site.manager

    assert manager.check_login_setup(site.app, aal=2, deploy=True, try_loader=True) == (
        check_setup(site.app, aal=2, deploy=True, try_loader=True)
    )


def test_subclass_may_have_a_check_of_its_own(site: Site) -> None:
    class OwnManager(LoginManager):
        def check(self) -> str:
            return "ours"

    OwnManager(site.app).user_loader(lambda user_id: None)

    assert site.app.login_manager.check() == "ours"  # type: ignore[attr-defined]
    assert site.app.login_manager.check_login_setup(site.app) == []  # type: ignore[attr-defined]


def test_object_in_place_of_the_manager_is_not_looked_at(site: Site) -> None:
    site.app.login_manager = object()  # type: ignore[attr-defined]

    assert site.find(deploy=True) == []


def test_application_has_to_have_a_manager() -> None:
    with pytest.raises(RuntimeError, match="has no login manager"):
        check_setup(Flask("bare"))


def test_there_are_three_levels(site: Site) -> None:
    with pytest.raises(ValueError, match="'aal' must be 1, 2 or 3, instead got: 4"):
        site.find(aal=4)


def test_checks_change_nothing(site: Site) -> None:
    before = dict(site.app.config)

    site.find(deploy=True, try_loader=True)

    assert dict(site.app.config) == before


def test_numbers_mean_one_thing() -> None:
    numbers = [id[-3:] for id in CATALOG]

    assert numbers == sorted({*numbers})
