"""What ``flask login check`` finds in the examples."""

from __future__ import annotations

import typing as t
from pathlib import Path
from runpy import run_path

from portal_kit import EXAMPLES

from flask_login.checks import check_setup


def test_portal_is_sound_in_production(start: t.Any, instance: Path) -> None:
    app = start(instance, HTTPS=True, PROXIES=1)

    assert check_setup(app, deploy=True) == []


def test_portal_is_sound_on_a_developers_machine(start: t.Any, instance: Path) -> None:
    assert check_setup(start(instance)) == []


def test_minimal_example_has_a_key_and_a_form_to_be_replaced() -> None:
    app = run_path(str(EXAMPLES / "minimal.py"))["app"]

    assert [finding.id for finding in check_setup(app)] == ["login.E002", "login.W054"]
