"""In a browser: the application that the page "Start" of the documentation builds."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import typing as t
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser_kit import expect
from browser_kit import find_violations
from browser_kit import Page
from browser_kit import submit

START = Path(__file__).parents[2] / "docs" / "start.md"
BLOCK = re.compile(r"^```\{code-block\} \S+\n:caption: (\S+)\n\n(.*?)^```$", re.M | re.S)


def write_files(folder: Path) -> None:
    """Write what the blocks with a caption contain, as somebody who follows the page does."""
    for name, text in BLOCK.findall(START.read_text("utf-8")):
        path = folder / name
        path.parent.mkdir(exist_ok=True)

        with path.open("a", encoding="utf-8") as file:
            file.write(text)


def start_flask(folder: Path, *arguments: str, **how: t.Any) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "flask", "--app", "app", *arguments]
    environ = {**os.environ, "PYTHONUNBUFFERED": "1"}
    return subprocess.Popen(command, cwd=folder, env=environ, text=True, **how)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the application, which has one user."""
    folder = tmp_path_factory.mktemp("start")
    write_files(folder)

    with start_flask(folder, "create-user", "ada", "--password", "correct horse") as process:
        assert process.wait() == 0

    with start_flask(folder, "run", "--port", "0", stderr=subprocess.PIPE) as process:
        assert process.stderr
        found = (re.search(r"Running on (http\S+)", line) for line in process.stderr)

        try:
            yield next(match[1] for match in found if match)
        finally:
            process.terminate()


def test_user_logs_in_and_out(page: Page, address: str) -> None:
    page.goto(address)
    submit(page, "ada", "correct horse")
    expect(page.get_by_role("main")).to_contain_text("Hello, ada.")
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("alert")).to_have_text("You are logged out.")


def test_user_comes_back_to_the_page_that_they_asked_for(page: Page, address: str) -> None:
    page.goto(f"{address}/login?next=/about")
    submit(page, "ada", "correct horse")
    expect(page).to_have_url(f"{address}/about")


def test_wrong_password_is_announced(page: Page, address: str) -> None:
    page.goto(f"{address}/login")
    submit(page, "ada", "a guess")
    expect(page.get_by_role("alert")).to_have_text("The name or the password is wrong.")
    expect(page.get_by_label("Name")).to_have_value("ada")


@pytest.mark.parametrize("path", ["/", "/about", "/login"])
def test_pages_for_guests_are_accessible(page: Page, address: str, axe: str, path: str) -> None:
    page.goto(f"{address}{path}")

    assert find_violations(page, axe) == {"light": [], "dark": []}


@pytest.mark.parametrize("path", ["/", "/about"])
def test_pages_for_users_are_accessible(page: Page, address: str, axe: str, path: str) -> None:
    page.goto(f"{address}/login?next={path}")
    submit(page, "ada", "correct horse")
    page.get_by_role("button", name="Log out").wait_for()

    assert find_violations(page, axe) == {"light": [], "dark": []}
