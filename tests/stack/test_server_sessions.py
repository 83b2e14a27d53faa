"""Sessions in Redis, by one setting."""

from __future__ import annotations

import typing as t

import pytest
from stack_kit import Browser
from stack_kit import Stack


@pytest.fixture(scope="module")
def stack(start_stack: t.Any) -> t.Any:
    return start_stack(FLASK_SERVER_SESSIONS="true")


def with_session(stack: Stack, session: str) -> Browser:
    browser = stack.browser()
    browser.jar["portal"] = session
    return browser


def test_login_at_one_worker_is_known_at_the_other(stack: Stack, browser: Browser) -> None:
    browser.log_in("ada", port=stack.workers[0].port)
    assert browser.me(port=stack.workers[1].port) == "ada"


def test_cookie_is_an_id_alone(browser: Browser) -> None:
    browser.log_in("ada")
    assert len(browser.jar["portal"]) == 43
    assert "." not in browser.jar["portal"]


def test_login_changes_the_id(stack: Stack, browser: Browser) -> None:
    browser.get("/login")
    before = browser.jar["portal"]
    browser.log_in("ada")
    assert browser.jar["portal"] != before
    assert with_session(stack, before).me() is None


def test_logout_ends_the_session_at_all_workers(stack: Stack, browser: Browser) -> None:
    browser.log_in("ada")
    session = browser.jar["portal"]
    browser.log_out(port=stack.workers[0].port)
    assert with_session(stack, session).me(port=stack.workers[1].port) is None


def test_remembered_user_comes_back_at_the_other_worker(stack: Stack, browser: Browser) -> None:
    browser.log_in("ada", remember=True, port=stack.workers[0].port)
    browser.restart()
    assert browser.me(port=stack.workers[1].port) == "ada"
    assert browser.jar["portal"]


def test_worker_that_is_killed_loses_no_session(stack: Stack, browser: Browser) -> None:
    browser.log_in("ada", port=stack.workers[0].port)
    stack.workers[0].kill()
    assert browser.me(port=stack.workers[0].port) == "ada"
