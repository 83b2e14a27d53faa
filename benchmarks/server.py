"""Requests per second under a real server: Gunicorn with two synchronous workers, SQLite, and a
page for who is logged in, requested over loopback.
"""

from __future__ import annotations

import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import typing as t
from collections.abc import Collection
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from scenarios import SCENARIOS
from scenarios import USER_AGENT
from subjects import HERE
from subjects import run
from subjects import Subject
from timing import orders

SCENARIO = SCENARIOS["session"]
CONNECTIONS = 4
USERS = 1_000


class Tool(t.NamedTuple):
    """A load generator."""

    name: str
    options: tuple[str, ...]
    #: What it calls itself, whether asked to or not. The login belongs to it.
    user_agent: str
    #: What it reports if a response was not the expected one.
    trouble: str


TOOLS = (
    Tool(
        "wrk",
        (
            *("--threads=1", f"--connections={CONNECTIONS}", "--duration={}s"),
            *("-H", f"User-Agent: {USER_AGENT}"),
        ),
        USER_AGENT,
        "Non-2xx",
    ),
    Tool(
        "hey",
        ("-c", str(CONNECTIONS), "-z", "{}s"),
        "hey/0.0.1",
        r"\[(?!200)\d+\]\s+\d+ responses|Error distribution",
    ),
)


def find_tool() -> Tool | None:
    return next((tool for tool in TOOLS if shutil.which(tool.name)), None)


def serve_all(
    tool: Tool, subjects: Collection[Subject], rounds: int, seconds: int
) -> dict[str, list[float]]:
    """The requests per second of each round."""
    rates: dict[str, list[float]] = {subject.name: [] for subject in subjects}

    with tempfile.TemporaryDirectory() as folder:
        database = fill_database(Path(folder) / "users.sqlite")

        for order in orders(subjects, rounds):
            for subject in order:
                rates[subject.name].append(load(tool, subject, database, seconds))

    return rates


def fill_database(path: Path) -> Path:
    connection = sqlite3.connect(path)
    users = [("ada", "Ada"), *((f"user-{number}", f"User {number}") for number in range(USERS))]

    with connection:
        connection.execute("CREATE TABLE user (id TEXT PRIMARY KEY, name TEXT NOT NULL)")
        connection.executemany("INSERT INTO user VALUES (?, ?)", users)

    connection.close()
    return path


def load(tool: Tool, subject: Subject, database: Path, seconds: int) -> float:
    """The requests per second of a page for who is logged in, after a warm-up."""
    with serving(subject, database) as address:
        method, path = SCENARIO.request.split()
        headers = {"User-Agent": tool.user_agent}
        cookie = log_in(address, headers)

        # A login that session protection demotes would set one.
        if expect(address, method, path, {"Cookie": cookie, **headers}):
            raise SystemExit(f"{method} {path} under Gunicorn: set a cookie.")

        press(tool, f"{address}{path}", cookie, 1)
        return press(tool, f"{address}{path}", cookie, seconds)


@contextmanager
def serving(subject: Subject, database: Path) -> Iterator[str]:
    """Run the server, which answers at the address yielded as soon as it is there."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        command = [
            *(sys.executable, "-m", "gunicorn", "--workers=2", "--worker-class=sync"),
            *(f"--bind=fd://{listener.fileno()}", "--log-level=warning", f"--chdir={HERE}"),
            # It would leave a folder behind.
            *("--no-control-socket", "served:app"),
        ]
        server = subprocess.Popen(
            command,
            env=subject.environment(BENCHMARK_DATABASE=str(database)),
            pass_fds=[listener.fileno()],
        )

        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.terminate()
            server.wait()


def log_in(address: str, headers: dict[str, str]) -> str:
    """The session cookie that a login yields."""
    method, path = SCENARIO.login.split()
    cookies = expect(address, method, path, headers)
    return next(cookie for cookie in cookies if cookie.startswith("session=")).partition(";")[0]


def expect(address: str, method: str, path: str, headers: dict[str, str]) -> list[str]:
    """Request a page that has to be there. Returns the cookies that it sets."""
    connection = HTTPConnection(urlsplit(address).netloc, timeout=30)
    connection.request(method, path, headers=headers)
    response = connection.getresponse()
    connection.close()

    if response.status != 200:
        raise SystemExit(f"{method} {path} under Gunicorn: answered {response.status}.")

    return response.headers.get_all("Set-Cookie", [])


def press(tool: Tool, url: str, cookie: str, seconds: int) -> float:
    """Requests per second."""
    options = [option.format(seconds) for option in tool.options]
    report = run([tool.name, *options, "-H", f"Cookie: {cookie}", url])

    if re.search(tool.trouble, report):
        raise SystemExit(report)

    return float(re.search(r"Requests/sec:\s*([\d.]+)", report)[1])
