"""``examples/portal/stack.sh`` as it runs, browsers of it, and a load of them."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import time
import typing as t
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager
from contextlib import ExitStack
from contextlib import suppress
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from http.client import HTTPConnection
from http.client import HTTPException
from http.client import IncompleteRead
from http.cookies import SimpleCookie
from itertools import count
from itertools import takewhile
from pathlib import Path
from threading import Event
from threading import Thread
from urllib.parse import urlencode

SCRIPT = Path(__file__).parents[2] / "examples" / "portal" / "stack.sh"

#: The password of all operators.
PASSWORD = "correct horse battery"


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60

    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@dataclass
class Answer:
    status: int
    location: str | None
    text: str
    #: The cookies that it sets, and ``None`` for those that it deletes.
    cookies: dict[str, str | None]


def send(
    port: int,
    method: str,
    path: str,
    *,
    body: str | None = None,
    headers: dict[str, str] | None = None,
    source: str = "127.0.0.1",
) -> Answer:
    connection = HTTPConnection("127.0.0.1", port, timeout=30, source_address=(source, 0))

    try:
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        cookies: dict[str, str | None] = {}

        for header in response.headers.get_all("Set-Cookie", []):
            for name, morsel in SimpleCookie(header).items():
                cookies[name] = None if morsel["max-age"] == "0" else morsel.value

        text = response.read().decode()
        return Answer(response.status, response.headers["Location"], text, cookies)
    finally:
        connection.close()


@dataclass
class Browser:
    """A browser, whose cookies go to all ports alike."""

    port: int
    #: The address that it comes from.
    source: str = "127.0.0.1"
    jar: dict[str, str] = field(default_factory=dict)

    def send(self, method: str, path: str, *, port: int | None = None, **how: t.Any) -> Answer:
        headers = {"Accept": "text/html", **how.pop("headers", {})}

        if self.jar:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.jar.items())

        answer = send(port or self.port, method, path, headers=headers, source=self.source, **how)

        for name, value in answer.cookies.items():
            if value is None:
                self.jar.pop(name, None)
            else:
                self.jar[name] = value

        return answer

    def get(self, path: str, **how: t.Any) -> Answer:
        return self.send("GET", path, **how)

    def post(self, path: str, token: str, *, form: t.Any = (), **how: t.Any) -> Answer:
        """Send a form, with the CSRF token that a page had."""
        headers = {"Content-Type": "application/x-www-form-urlencoded", **how.pop("headers", {})}
        body = urlencode({"csrf_token": token, **dict(form)})
        return self.send("POST", path, body=body, headers=headers, **how)

    def token(self, page: str = "/", **how: t.Any) -> str:
        """The CSRF token of a page."""
        found = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', self.get(page, **how).text)
        assert found is not None
        return found[1]

    def log_in(self, name: str, *, remember: bool = False, **how: t.Any) -> Answer:
        form = {"name": name, "password": PASSWORD, **({"remember": "y"} if remember else {})}
        return self.post("/login", self.token("/login", **how), form=form, **how)

    def log_out(self, **how: t.Any) -> Answer:
        return self.post("/logout", self.token(**how), **how)

    def me(self, **how: t.Any) -> str | None:
        """Who is logged in here."""
        answer = self.get("/api/me", headers={"Accept": "application/json"}, **how)
        assert answer.status in {200, 401}, answer
        return str(json.loads(answer.text)["name"]) if answer.status == 200 else None

    def copy(self) -> Browser:
        return replace(self, jar=dict(self.jar))

    def restart(self) -> None:
        """Lose the session, as a browser does that is closed."""
        self.jar.pop("portal", None)


@dataclass
class Worker:
    """A Gunicorn, which is started again whenever it ends."""

    port: int
    pid_file: Path

    @property
    def pid(self) -> int:
        return int(self.pid_file.read_text())

    @property
    def processes(self) -> list[int]:
        """Those that answer requests."""
        return children_of(self.pid)

    def kill_one_process(self) -> None:
        os.kill(self.processes[0], signal.SIGKILL)

    def kill(self) -> None:
        with self.being_replaced() as pid:
            for process in (pid, *self.processes):
                os.kill(process, signal.SIGKILL)

    @contextmanager
    def being_replaced(self) -> Iterator[int]:
        before = self.pid
        yield before
        wait_until(lambda: self._is_healthy(before))

    def _is_healthy(self, before: int) -> bool:
        try:
            return self.pid != before and send(self.port, "GET", "/health").status == 200
        except (OSError, HTTPException, ValueError):
            return False


@dataclass
class Stack:
    port: int
    workers: list[Worker]
    folder: Path

    def browser(self, source: str = "127.0.0.1") -> Browser:
        return Browser(self.port, source)

    @property
    def settings(self) -> dict[str, str]:
        lines = shlex.split((self.folder / "settings").read_text())
        return dict(line.split("=", 1) for line in lines)  # type: ignore[misc]

    def set(self, **settings: str) -> None:
        """Change what workers are started with from now on."""
        lines = [f"{k}={shlex.quote(v)}\n" for k, v in {**self.settings, **settings}.items()]
        (self.folder / "settings").write_text("".join(lines))

    def restart(self, *workers: Worker) -> None:
        with ExitStack() as waiting:
            for worker in workers:
                os.kill(waiting.enter_context(worker.being_replaced()), signal.SIGTERM)


@dataclass
class Load:
    """What happens to several browsers that send one request after the other."""

    answers: int = 0
    faults: list[str] = field(default_factory=list)

    def go_on(self) -> None:
        """Wait for more answers than were on their way."""
        enough = self.answers + 40
        wait_until(lambda: self.answers > enough or bool(self.faults))

    def visit(self, browser: Browser, is_over: Event) -> None:
        name = browser.me()

        # As fast as it goes, it would keep what is being started from starting.
        for number in takewhile(lambda _: not is_over.wait(0.02), count()):
            if number % 4 == 0 and "portal_remember" in browser.jar:
                browser.restart()

            try:
                answer = browser.get("/api/me")
            except IncompleteRead:
                # The head of it had been sent when its worker was killed.
                continue
            except (OSError, HTTPException) as error:
                self.faults.append(repr(error))
                return

            self.answers += 1

            if answer.status != 200 or json.loads(answer.text)["name"] != name:
                self.faults.append(f"{answer.status} {answer.location or answer.text}")


@contextmanager
def load(browsers: list[Browser]) -> Iterator[Load]:
    load = Load()
    is_over = Event()
    threads = [Thread(target=load.visit, args=(browser, is_over)) for browser in browsers]

    for thread in threads:
        thread.start()

    try:
        load.go_on()
        yield load
        load.go_on()
    finally:
        is_over.set()

        for thread in threads:
            thread.join()


def children_of(parent: int) -> list[int]:
    children = []

    for path in Path("/proc").glob("[0-9]*/stat"):
        # It may have ended by now.
        with suppress(OSError):
            pid, _, rest = path.read_text().partition(" ")

            # The name before may contain anything, also spaces and brackets.
            if int(rest.rpartition(")")[2].split()[1]) == parent:
                children.append(int(pid))

    return children
