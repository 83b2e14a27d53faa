"""``examples/portal`` on several workers, which its own script starts."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import typing as t
import uuid
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import pytest
from stack_kit import Browser
from stack_kit import PASSWORD
from stack_kit import SCRIPT
from stack_kit import Stack
from stack_kit import Worker

#: How the script ends when a program is missing.
MISSING = 127

#: Databases of Redis that no other tests use.
_redis_databases = count(8)


@pytest.fixture(scope="session")
def start_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Stack]]:
    """Starts the portal with settings of its own, until all tests are over."""
    with ExitStack() as stack:

        def start(**settings: str) -> Stack:
            environ = {
                **os.environ,
                **stack.enter_context(databases()),
                **settings,
                "FLASK_SEED_PASSWORD": PASSWORD,
                "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            }
            return stack.enter_context(running(environ, tmp_path_factory.mktemp("stack")))

        yield start


@pytest.fixture(scope="session")
def stack(start_stack: Callable[..., Stack]) -> Stack:
    return start_stack()


@pytest.fixture
def browser(stack: Stack) -> Browser:
    return stack.browser()


@contextmanager
def databases() -> Iterator[dict[str, str]]:
    """New ones at the servers that run already, as the portal is told of them."""
    with ExitStack() as stack:
        environ = {}

        if url := os.environ.get("FLASK_LOGIN_TEST_POSTGRESQL"):
            environ["DATABASE_URL"] = stack.enter_context(database(url))

        if url := os.environ.get("FLASK_LOGIN_TEST_REDIS"):
            environ["REDIS_URL"] = stack.enter_context(redis_database(url))

        yield environ


@contextmanager
def database(url: str) -> Iterator[str]:
    import sqlalchemy as sa

    name = f"stack_{uuid.uuid4().hex[:8]}"
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")

    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
        yield engine.url.set(database=name).render_as_string(hide_password=False)
        connection.exec_driver_sql(f"DROP DATABASE {name}")

    engine.dispose()


@contextmanager
def redis_database(url: str) -> Iterator[str]:
    from redis import Redis

    url = f"{url}/{next(_redis_databases)}"
    yield url

    with Redis.from_url(url) as client:
        client.flushdb()


@contextmanager
def running(environ: dict[str, str], folder: Path) -> Iterator[Stack]:
    with (folder / "errors").open("w+") as errors:
        process: subprocess.Popen[str] = subprocess.Popen(
            [SCRIPT], env=environ, stdout=subprocess.PIPE, stderr=errors, text=True
        )

        with process:
            try:
                stack = read(t.cast("t.TextIO", process.stdout))

                if stack is None:
                    explain(process.wait(), (folder / "errors").read_text())

                assert stack is not None
                yield stack
            finally:
                process.terminate()

    assert not stack.folder.exists()


def read(output: t.TextIO) -> Stack | None:
    """What the script says when everything runs."""
    said = ""

    for line in output:
        said += line

        if line.startswith("Ctrl-C"):
            ports = [int(port) for port in re.findall(r"http://127\.0\.0\.1:(\d+)", said)]
            folder = Path(re.findall(r"^Folder: +(.+)$", said, re.MULTILINE)[0])
            pids = [folder / f"worker-{number}.pid" for number in (1, 2)]
            return Stack(ports[0], list(map(Worker, ports[1:], pids)), folder)

    return None


def explain(status: int, errors: str) -> t.NoReturn:
    """Skip the tests where nobody has promised that all programs are here."""
    if status == MISSING and "FLASK_LOGIN_TEST_NGINX" not in os.environ:
        pytest.skip(errors.strip())

    pytest.fail(errors, pytrace=False)
