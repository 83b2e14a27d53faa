"""The page that explains the findings has settings to copy, which mend them."""

from __future__ import annotations

import re
import typing as t

import pytest
from check_kit import KEY
from check_kit import ROOT
from check_kit import Site
from test_each_finding import Case
from test_each_finding import CASES

from flask_login.checks._catalog import CATALOG
from flask_login.checks._catalog import PAGE

#: Code that sets nothing but settings.
SETTINGS = re.compile(r"^```python\n((?:(?:import|from) .+\n|[A-Z_]+ = .+\n|\n)+)```$", re.M)

FILE = ROOT / PAGE
TEXT = FILE.read_text("utf-8") if FILE.exists() else ""


def sections() -> dict[str, str]:
    """The texts of the findings, by ID."""
    _, *parts = re.split(r"^### (login\.\w+)$", TEXT, flags=re.M)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def settings() -> dict[str, str]:
    """The code of the settings to copy, by ID."""
    found = {id: SETTINGS.search(text) for id, text in sections().items()}
    return {id: code[1] for id, code in found.items() if code is not None}


CODE = settings()
CASES_WITH_CODE = [case for case in CASES if case.id in CODE]

pytestmark = pytest.mark.skipif(not TEXT, reason="The documentation is not here.")


def test_each_finding_has_a_section() -> None:
    assert list(sections()) == list(CATALOG)


def test_anchors_are_those_of_the_links() -> None:
    anchors = re.findall(r"^\((login-.*)\)=$", TEXT, re.M)

    assert anchors == [id.lower().replace(".", "-") for id in CATALOG]


@pytest.mark.parametrize("case", CASES_WITH_CODE, ids=lambda case: case.id)
def test_settings_to_copy_mend_the_finding(site: Site, case: Case) -> None:
    site.setenv("SECRET_KEY", KEY)
    case.has(site)
    copied: dict[str, t.Any] = {}
    exec(CODE[case.id], copied)

    site.set(**{name: value for name, value in copied.items() if name.isupper()})

    assert case.id not in site.find(deploy=True, aal=case.aal, try_loader=True)
