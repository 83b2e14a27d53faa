"""The page about OWASP ASVS: which tests it lists, from how they ran to what is read."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("sphinx")

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": f"{ROOT / 'tests'}{os.pathsep}{ROOT / 'docs' / '_ext'}"}

TESTS = """
import pytest

class Contract:
    @pytest.mark.asvs("1.1.7")
    def test_inherited(self):
        pass

class TestOne(Contract):
    pass

@pytest.mark.asvs("1.1.1", "1.1.2")
def test_passes():
    pass

@pytest.mark.asvs("1.1.3")
def test_fails():
    assert False

@pytest.mark.asvs("1.1.3")
@pytest.mark.parametrize("passes", [True, False, True])
def test_fails_in_one_case(passes):
    assert passes

@pytest.mark.asvs("1.1.4")
def test_is_skipped():
    pytest.skip()

@pytest.mark.asvs("1.1.5")
@pytest.mark.parametrize("runs", [False, True, False])
def test_is_skipped_in_one_case(runs):
    runs or pytest.skip()

@pytest.fixture
def broken():
    yield
    assert False

@pytest.mark.asvs("1.1.6")
def test_fails_afterwards(broken):
    pass
"""
MISTYPED = """
import pytest

@pytest.mark.asvs("1.1.10")
def test_passes():
    pass
"""


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    python = [sys.executable, "-m", *arguments]
    return subprocess.run(python, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True)


def report(folder: Path, **files: str) -> None:
    """Run tests, and write what became of them."""
    Path(folder, "pytest.ini").write_text("[pytest]\nmarkers = asvs\n")

    for name, text in files.items():
        Path(folder, f"{name}.py").write_text(text)

    run(folder, "pytest", "-p", "asvs_report", "--asvs-report", "_build/asvs.json")


def build(folder: Path) -> subprocess.CompletedProcess[str]:
    """Build a page with sections from 1.1.1 to 1.1.8."""
    sections = [f"1.1.{number} Section\n-------------\n\nIt asks.\n" for number in range(1, 9)]
    Path(folder, "asvs.rst").write_text("\n".join(["Page\n====\n", *sections]))
    settings = ["-D", "extensions=asvs", "-D", "root_doc=asvs"]
    return run(folder, "sphinx", "-C", "-W", *settings, "-b", "text", ".", "_build")


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The text of each section, by its number."""
    folder = tmp_path_factory.mktemp("docs")
    report(folder, test_one=TESTS, test_two="from test_one import TestOne as TestTwo")
    built = build(folder)
    assert built.returncode == 0, built.stderr
    text = " ".join(Path(folder, "_build", "asvs.txt").read_text().split())
    return dict(re.findall(r"(\S+) Section [*=]+ (.*?)(?= \S+ Section|$)", text))


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("1.1.1", '* "test_passes" in "test_one.py"'),
        ("1.1.2", '* "test_passes" in "test_one.py"'),
        ("1.1.3", "**No test shows this.**"),
        ("1.1.4", "**No test shows this.**"),
        ("1.1.5", '* "test_is_skipped_in_one_case" in "test_one.py"'),
        ("1.1.6", "**No test shows this.**"),
        ("1.1.7", '* "Contract.test_inherited" in "test_one.py", "test_two.py"'),
        ("1.1.8", "**No test shows this.**"),
    ],
    ids=[
        "passes", "of two numbers", "fails", "skipped", "skipped in part", "fails afterwards",
        "inherited", "without a test",
    ],
)  # fmt: skip
def test_section_lists_the_tests_that_passed(page: dict[str, str], number: str, shown: str) -> None:
    assert page[number] == f"It asks. Shown by {shown}"


def test_number_without_a_section_is_an_error(tmp_path: Path) -> None:
    report(tmp_path, test_it=MISTYPED)
    built = build(tmp_path)
    assert built.returncode != 0
    assert "in test_it.py shows 1.1.10, which is no number of this page" in built.stderr


def test_page_without_a_report_is_an_error(tmp_path: Path) -> None:
    built = build(tmp_path)
    assert built.returncode != 0
    assert "asvs.json is missing. Run 'pytest tests -m asvs" in built.stderr
