"""A new secret key, by restarting one worker after the other."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from stack_kit import Answer
from stack_kit import Browser
from stack_kit import load
from stack_kit import PASSWORD
from stack_kit import Stack

NEW_KEY = "a new key"


@dataclass
class Rotation:
    #: What was wrong with answers in the meantime.
    faults: list[str]
    #: Forms from a worker with one key as main key that were sent to a worker with the other one.
    crossed: list[Answer]
    #: Who stayed away until the old key was gone.
    absent: Browser
    #: Who came back before that.
    returned: Browser


@pytest.fixture(scope="module")
def rotation(stack: Stack) -> Rotation:
    first, second = stack.workers
    old_key = stack.settings["FLASK_SECRET_KEY"]
    visitors = [logged_in(stack, remember=number % 2 == 0) for number in range(6)]
    absent = logged_in(stack)
    returned = logged_in(stack)

    with load(visitors) as visits:
        # All workers learn the new key before one of them signs with it.
        stack.set(FLASK_SECRET_KEY_FALLBACKS=f'["{NEW_KEY}"]')
        stack.restart(first)
        stack.restart(second)
        stack.set(FLASK_SECRET_KEY=NEW_KEY, FLASK_SECRET_KEY_FALLBACKS=f'["{old_key}"]')
        stack.restart(first)
        crossed = [cross(stack, first.port, second.port), cross(stack, second.port, first.port)]
        stack.restart(second)

    returned.restart()
    returned.get("/")
    stack.set(FLASK_SECRET_KEY_FALLBACKS="[]")
    stack.restart(first, second)
    return Rotation(visits.faults, crossed, absent, returned)


def logged_in(stack: Stack, *, remember: bool = True) -> Browser:
    browser = stack.browser()
    browser.log_in("ada", remember=remember)
    return browser


def cross(stack: Stack, shown_by: int, sent_to: int) -> Answer:
    browser = stack.browser()
    token = browser.token("/login", port=shown_by)
    form = {"name": "ada", "password": PASSWORD}
    return browser.post("/login", token, form=form, port=sent_to)


def test_nobody_is_lost_while_workers_restart(rotation: Rotation) -> None:
    assert rotation.faults == []


def test_form_from_before_the_restart_is_accepted_after_it(rotation: Rotation) -> None:
    assert [answer.location for answer in rotation.crossed] == ["/", "/"]


@pytest.mark.parametrize("lost", ["portal", "portal_remember"])
def test_who_came_back_stays_when_the_old_key_is_gone(rotation: Rotation, lost: str) -> None:
    browser = rotation.returned.copy()
    browser.jar.pop(lost)
    assert browser.me() == "ada"


def test_what_the_old_key_signed_counts_no_longer(rotation: Rotation) -> None:
    assert rotation.absent.jar.keys() == {"portal", "portal_remember"}
    assert rotation.absent.me() is None
