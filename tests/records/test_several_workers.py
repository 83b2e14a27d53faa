"""Logins on record with several workers: two Gunicorns of two processes each, over one store."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import typing as t
import uuid
from collections.abc import Callable
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextlib import ExitStack
from contextlib import suppress
from pathlib import Path
from shutil import which

import pytest

pytest.importorskip("gunicorn")
pytest.importorskip("redis")
pytest.importorskip("sqlalchemy", "2")

from browsers import Browser
from browsers import History
from browsers import Site
from redis import Redis
from redis.exceptions import RedisError
from served import create_app
from served import open_records

from flask_login.records.sqlalchemy import SQLAlchemyRecords

GUNICORNS = 2
WORKERS = 2
BROWSERS = 20
USERS = 5

#: How many requests all browsers send together. SQLite has one writer at a time.
REQUESTS = {"redis": 10_000, "postgresql": 4_000, "sqlite": 2_000}

URLS = {
    name: os.environ[variable]
    for name, variable in {
        "redis": "FLASK_LOGIN_TEST_REDIS",
        "postgresql": "FLASK_LOGIN_TEST_POSTGRESQL",
    }.items()
    if variable in os.environ
}


class Servers(t.NamedTuple):
    site: Site
    alarms: Path


Serve: t.TypeAlias = Callable[[str], Servers]


@pytest.fixture
def serve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Starts the workers over the store of a URL."""
    with ExitStack() as stack:

        def start(url: str) -> Servers:
            prefix = f"several_workers_{uuid.uuid4().hex[:8]}_"
            alarms = tmp_path / "alarms"
            alarms.touch()
            monkeypatch.setenv("SERVED_STORE", url)
            monkeypatch.setenv("SERVED_PREFIX", prefix)
            monkeypatch.setenv("SERVED_ALARMS", str(alarms))
            stack.enter_context(prepared(url, prefix))
            ports = [stack.enter_context(gunicorn(tmp_path / "log")) for _ in range(GUNICORNS)]
            return Servers(Site(ports, create_app()), alarms)

        yield start


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[OwnRedis]:
    if which("redis-server") is None:
        pytest.skip("redis-server is not installed.")

    server = OwnRedis(tmp_path)
    server.start()
    yield server
    server.kill()


@contextmanager
def prepared(url: str, prefix: str) -> Iterator[None]:
    """A store with what it needs, which is removed afterwards."""
    records = open_records(url, prefix)

    if isinstance(records, SQLAlchemyRecords):
        records.create_all()

    yield

    if isinstance(records, SQLAlchemyRecords):
        engine = records._get_engine()
        records.records.metadata.drop_all(engine)
        engine.dispose()
        return

    with Redis.from_url(url) as client, suppress(RedisError):
        for name in client.scan_iter(f"{prefix}*"):
            client.delete(name)


@contextmanager
def gunicorn(log: Path) -> Iterator[int]:
    """A Gunicorn with workers of its own, and its port."""
    # Connections wait in it until there are workers.
    with socket.create_server(("127.0.0.1", 0), backlog=512) as listener, log.open("a") as output:
        command = [
            *(sys.executable, "-m", "gunicorn", "served:create_app()", "--log-level=warning"),
            *(f"--bind=fd://{listener.fileno()}", f"--workers={WORKERS}", "--threads=4"),
        ]
        environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        streams = {"stdout": output, "stderr": output}

        with subprocess.Popen(
            command, env=environ, pass_fds=[listener.fileno()], **streams
        ) as master:
            try:
                yield listener.getsockname()[1]
            finally:
                master.terminate()


class OwnRedis:
    """A Redis that can be killed."""

    def __init__(self, home: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]

        self.url = f"redis://127.0.0.1:{port}"
        self._command = [
            *("redis-server", "--bind", "127.0.0.1", "--port", str(port), "--dir", str(home)),
            *("--save", "", "--appendonly", "yes", "--appendfsync", "always"),
        ]

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        wait_until(self._is_ready)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def _is_ready(self) -> bool:
        try:
            with Redis.from_url(self.url) as client:
                return bool(client.ping())
        except RedisError:
            return False


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60

    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def browsers_of(site: Site, history: History) -> list[Browser]:
    return [Browser(site, history, str(seed % USERS), seed) for seed in range(BROWSERS)]


def at_once(browsers: list[Browser], act: Callable[[Browser], object]) -> None:
    with ThreadPoolExecutor(len(browsers)) as threads:
        list(threads.map(act, browsers))


def remembered(site: Site, history: History) -> list[Browser]:
    browsers = browsers_of(site, history)
    at_once(browsers, lambda browser: browser.log_in("remember"))
    return browsers


def come_back(browser: Browser) -> None:
    """Ask as a browser that was closed, in most cases when its cookie is to be replaced."""
    browser.ahead += 400
    browser.restart()
    browser.ask()


def logins_of(browsers: list[Browser]) -> list[str | None]:
    """By which login each browser is in."""
    answers = [browser.ask() for browser in browsers]
    return [None if answer is None else answer.said.get("login") for answer in answers]


@pytest.mark.parametrize("store", URLS or ["sqlite"])
def test_nobody_is_accused_or_lost_or_in_after_the_end(
    serve: Serve, tmp_path: Path, store: str
) -> None:
    servers = serve(URLS.get(store, f"sqlite:///{tmp_path}/records.db"))
    history = History()
    at_once(
        browsers_of(servers.site, history),
        lambda browser: browser.live(REQUESTS[store] // BROWSERS),
    )

    assert history.faults == []
    assert servers.alarms.read_text() == ""
    assert not any(what.startswith(("no answer", "status")) for what in history.seen)
    acts = {"login", "logout", "logout of others", "end of another", "restored", "rotated"}
    assert acts <= history.seen.keys()


def test_copy_of_a_cookie_raises_the_alarm(serve: Serve, tmp_path: Path) -> None:
    servers = serve(f"sqlite:///{tmp_path}/records.db")
    browser = Browser(servers.site, History(), "1", 1)
    browser.log_in("remember")
    copy = {"remember_token": browser.jar["remember_token"]}

    for _ in range(6):
        come_back(browser)

    answer = browser.ask(jar=copy)

    assert answer is not None
    assert answer.said["reason"] == "stolen"
    assert servers.alarms.read_text().count("\n") == 1


def test_store_that_is_killed_loses_nobody(serve: Serve, own_redis: OwnRedis) -> None:
    servers = serve(own_redis.url)
    history = History()
    browsers = remembered(servers.site, history)
    is_over: list[bool] = []

    def stay(browser: Browser) -> list[t.Any]:
        answers = []

        while not is_over:
            browser.ahead += 100
            answers.append(browser.ask())

            if browser.sent % 4 == 0:
                browser.restart()

        return answers

    with ThreadPoolExecutor(BROWSERS) as threads:
        running = [threads.submit(stay, browser) for browser in browsers]
        wait_until(lambda: history.seen.get("in", 0) > 200)
        own_redis.kill()
        wait_until(lambda: history.seen.get("status 503", 0) > 200)
        own_redis.start()
        before = history.seen["in"]
        wait_until(lambda: history.seen["in"] > before + 200)
        is_over.append(True)

    refused = [answer for one in running for answer in one.result() if answer.status == 503]
    assert {answer.retry_after for answer in refused} == {"10"}
    assert not any(None in answer.cookies.values() for answer in refused)
    assert history.seen.keys() <= {"login", "in", "restored", "rotated", "status 503"}
    assert history.faults == []
    assert logins_of(browsers) == [browser.login for browser in browsers]
    assert servers.alarms.read_text() == ""


def test_worker_that_is_killed_loses_nobody(serve: Serve, tmp_path: Path) -> None:
    servers = serve(URLS.get("redis", f"sqlite:///{tmp_path}/records.db"))
    history = History()
    browsers = remembered(servers.site, history)

    def stay(browser: Browser) -> None:
        for _ in range(20):
            come_back(browser)

    with ThreadPoolExecutor(BROWSERS) as threads:
        running = [threads.submit(stay, browser) for browser in browsers]

        for number in range(6):
            wait_until(lambda: history.seen.get("in", 0) > 40 * (number + 1))  # noqa: B023
            kill_a_worker(servers.site.ports[number % GUNICORNS], servers.site)

        for done in running:
            done.result()

    assert history.faults == []
    assert logins_of(browsers) == [browser.login for browser in browsers]
    assert servers.alarms.read_text() == ""


def kill_a_worker(port: int, site: Site) -> None:
    """Kill the worker that answers first. Gunicorn starts another one."""
    answer = site.send("GET", "/me", {}, 0, port)

    if answer is not None:
        os.kill(answer.said["process"], signal.SIGKILL)
