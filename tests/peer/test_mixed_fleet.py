"""One browser served in turn by a worker with this package and one with Flask-Login 0.6.3."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from peer_kit.fleet import Browser
from peer_kit.fleet import Worker
from peer_kit.install import HERE
from peer_kit.install import released_package

Workers = dict[str, Worker]

OTHER = {"here": "there", "there": "here"}
ACTS = {
    "log in 1": "/login/1",
    "log in 2": "/login/2",
    "remember 1": "/login/1?remember",
    "remember 2": "/login/2?remember&minutes=90",
    "log out": "/logout",
    "come back": None,
    "confirm": "/call/confirm_login",
}
# A browser without cookies is as new after the others as before.
FIRST_ACTS = [act for act in ACTS if act not in ("log out", "come back")]


def run_workers(released: Path, cookie_format: str) -> Iterator[Workers]:
    config = {"SESSION_PROTECTION": "basic", "REMEMBER_COOKIE_FORMAT": cookie_format}
    packages = {"here": HERE, "there": released}
    workers = {name: Worker(package, config) for name, package in packages.items()}
    yield workers

    for worker in workers.values():
        worker.stop()


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return released_package(tmp_path_factory)


@pytest.fixture(scope="module")
def workers(released: Path) -> Iterator[Workers]:
    yield from run_workers(released, "legacy")


@pytest.fixture(scope="module")
def timed_workers(released: Path) -> Iterator[Workers]:
    yield from run_workers(released, "timed")


@pytest.fixture
def browser(workers: Workers) -> Browser:
    return Browser(workers)


class Visitor:
    """A browser, and who its user should be after all that was done with it."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.user: str | None = None
        #: Whose remember cookie the browser has.
        self.remembered: str | None = None

    def do(self, act: str, worker: str) -> None:
        path = ACTS[act]
        verb, _, user = act.rpartition(" ")

        if path is None:
            self.browser.drop("session")
            self.user = self.remembered
            return

        self.browser.get(path, worker)

        if verb == "remember":
            self.user = self.remembered = user
        elif verb == "log in":
            self.user = user

            # Flask-Login 0.6.3 leaves the cookie of another user in place.
            if worker == "here" and self.remembered != user:
                self.remembered = None
        elif act == "log out":
            self.user = self.remembered = None


@pytest.mark.parametrize("worker", OTHER)
@pytest.mark.parametrize("acts", [*product(FIRST_ACTS, ACTS, ACTS)], ids=", ".join)
def test_every_worker_knows_the_user_after_any_acts(
    browser: Browser, acts: tuple[str, ...], worker: str
) -> None:
    visitor = Visitor(browser)

    for act in acts:
        visitor.do(act, worker)

        for _ in range(2):
            worker = OTHER[worker]
            assert browser.state(worker)["user"] == visitor.user

        worker = OTHER[worker]


def test_workers_run_different_packages(workers: Workers) -> None:
    assert workers["here"].file.is_relative_to(HERE)
    assert not workers["there"].file.is_relative_to(HERE)


@pytest.mark.parametrize(("writer", "reader"), [*OTHER.items()])
class TestWhatOneWroteTheOtherAccepts:
    def test_session_is_a_fresh_login(self, browser: Browser, writer: str, reader: str) -> None:
        browser.get("/login/1", writer)
        assert browser.state(reader) == {
            "user": "1",
            "authenticated": True,
            "fresh": True,
            "remembered": False,
        }

    def test_remember_cookie_restores_its_user(
        self, browser: Browser, writer: str, reader: str
    ) -> None:
        browser.get("/login/1?remember", writer)
        browser.drop("session")
        assert browser.state(reader) == {
            "user": "1",
            "authenticated": True,
            "fresh": False,
            "remembered": True,
        }

    def test_restored_session_goes_on_without_the_cookie(
        self, browser: Browser, writer: str, reader: str
    ) -> None:
        browser.get("/login/1?remember", writer)
        browser.drop("session")
        browser.get("/who", writer)
        browser.drop("remember_token")
        assert browser.get("/who", reader).text == "1"

    def test_confirmed_login_is_fresh(self, browser: Browser, writer: str, reader: str) -> None:
        browser.get("/login/1?stale", reader)
        browser.get("/call/confirm_login", writer)
        assert browser.state(reader)["fresh"]

    def test_demoted_login_stays_demoted(self, browser: Browser, writer: str, reader: str) -> None:
        browser.get("/login/1", writer)
        browser.get("/who", reader, agent="Other/2.0")
        assert browser.state(writer)["fresh"] is False

    def test_logout_deletes_the_remember_cookie(
        self, browser: Browser, writer: str, reader: str
    ) -> None:
        browser.get("/login/1?remember", reader)
        browser.get("/logout", writer)
        browser.drop("session")
        assert browser.get("/who", reader).text == "None"


class TestTimedCookie:
    """What this package writes by default, once no older worker has to read it."""

    @pytest.fixture
    def browser(self, timed_workers: Workers) -> Browser:
        return Browser(timed_workers)

    def test_older_worker_ignores_it(self, browser: Browser) -> None:
        browser.get("/login/1?remember", "here")
        browser.drop("session")
        assert browser.get("/who", "there").text == "None"

    def test_it_outlives_the_older_worker(self, browser: Browser) -> None:
        browser.get("/login/1?remember", "here")
        browser.drop("session")
        browser.get("/who", "there")
        assert browser.get("/who", "here").text == "1"

    def test_session_is_shared_all_the_same(self, browser: Browser) -> None:
        browser.get("/login/1?remember", "here")
        assert browser.get("/who", "there").text == "1"
        assert browser.get("/who", "here").text == "1"

    def test_older_cookie_is_replaced(self, browser: Browser) -> None:
        browser.get("/login/1?remember", "there")
        browser.drop("session")
        assert browser.get("/who", "here").text == "1"
        browser.drop("session")
        assert browser.get("/who", "there").text == "None"
