"""Several workers, of which any answers any request."""

from __future__ import annotations

import json
import typing as t
from shutil import which
from subprocess import run

import pytest
from stack_kit import Browser
from stack_kit import load
from stack_kit import SCRIPT
from stack_kit import Stack

BROWSERS = 6


@pytest.fixture
def browsers(stack: Stack) -> list[Browser]:
    """Some that are logged in, of which every other one is remembered."""
    browsers = [stack.browser() for _ in range(BROWSERS)]

    for number, browser in enumerate(browsers):
        browser.log_in("ada", remember=number % 2 == 1)

    return browsers


@pytest.fixture(params=["session", "remember"])
def either(request: t.Any, stack: Stack) -> Browser:
    """A browser that has one of both cookies, which worker 1 gave to it."""
    browser = stack.browser()
    browser.log_in("ada", remember=request.param == "remember", port=stack.workers[0].port)

    if request.param == "remember":
        browser.restart()

    return browser


def test_login_at_one_worker_is_known_at_the_other(stack: Stack, either: Browser) -> None:
    assert either.me(port=stack.workers[1].port) == "ada"


def test_login_that_ended_at_one_worker_has_ended_at_the_other(
    stack: Stack, either: Browser
) -> None:
    copy = either.copy()
    either.log_out(port=stack.workers[1].port)
    assert copy.me(port=stack.workers[0].port) is None


def test_login_that_another_device_ended_has_ended_at_all_workers(stack: Stack) -> None:
    first, second = (worker.port for worker in stack.workers)
    phone, laptop = stack.browser(), stack.browser()
    phone.log_in("grace", port=first)
    laptop.log_in("grace", port=second)
    laptop.post("/account/devices/end-others", laptop.token(port=second), port=second)
    refusal = phone.get("/api/me", port=first, headers={"Accept": "application/json"})
    assert json.loads(refusal.text)["reason"] == "ended"
    assert laptop.me(port=first) == "grace"


def test_form_of_one_worker_is_accepted_by_the_other(stack: Stack, browser: Browser) -> None:
    first, second = (worker.port for worker in stack.workers)
    browser.log_in("ada")
    answer = browser.post("/stay", browser.token(port=first), port=second)
    assert answer.location == "/"


def test_process_that_is_killed_loses_nobody(stack: Stack, browsers: list[Browser]) -> None:
    with load(browsers) as visits:
        for worker in stack.workers:
            worker.kill_one_process()
            visits.go_on()

    assert visits.faults == []


def test_gunicorn_that_is_killed_loses_nobody(stack: Stack, browsers: list[Browser]) -> None:
    with load(browsers) as visits:
        for worker in stack.workers:
            worker.kill()

    assert visits.faults == []


def test_missing_program_is_one_sentence(tmp_path: t.Any) -> None:
    for program in ("bash", "dirname", "ls", "sort", "tail"):
        (tmp_path / program).symlink_to(which(program) or "")

    ended = run([SCRIPT], env={"PATH": str(tmp_path)}, capture_output=True, text=True, timeout=60)
    assert ended.stderr == "There is no python3: apt-get install python3\n"
    assert ended.returncode == 127
