"""Calls of a store of logins in a database, by several threads of several processes at once."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from threading import Barrier

from sqlalchemy import create_engine
from sqlalchemy import Engine
from sqlalchemy import event

from flask_login.records.sqlalchemy import SQLAlchemyRecords

#: The name of a method, and its arguments.
Call: t.TypeAlias = tuple[str, tuple[t.Any, ...], dict[str, t.Any]]

PROCESSES = 2


class Database(t.NamedTuple):
    url: str
    #: What the names of the tables begin with. Several test runs may share a server.
    prefix: str = "flask_login_"
    #: For SQLite.
    wal: bool = False


_barrier: t.Any = None


def call(method: str, *args: t.Any, **kwargs: t.Any) -> Call:
    return method, args, kwargs


@contextmanager
def open_engine(database: Database) -> Iterator[Engine]:
    engine = create_engine(database.url)

    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda connection, _: prepare_sqlite(connection, database))

    yield engine
    engine.dispose()


def prepare_sqlite(connection: t.Any, database: Database) -> None:
    # Nothing here is to survive a failure of power.
    connection.execute("PRAGMA synchronous=OFF")

    if database.wal:
        connection.execute("PRAGMA journal_mode=WAL")


class Racers:
    """Processes that wait for each other before they begin."""

    def __init__(self) -> None:
        context = get_context("spawn")
        barrier = context.Barrier(PROCESSES)
        self._pool = ProcessPoolExecutor(PROCESSES, context, set_barrier, (barrier,))

    def race(self, database: Database, calls: Sequence[Call]) -> list[t.Any]:
        """Make all calls at once, and return what they return."""
        shares = [calls[number::PROCESSES] for number in range(PROCESSES)]
        running = [self._pool.submit(make_calls, database, share) for share in shares]
        return [result for future in running for result in future.result()]

    def stop(self) -> None:
        self._pool.shutdown()


def set_barrier(barrier: t.Any) -> None:
    global _barrier
    _barrier = barrier


def make_calls(database: Database, calls: Sequence[Call]) -> list[t.Any]:
    start = Barrier(len(calls), _barrier.wait)

    def make(call: Call) -> t.Any:
        method, args, kwargs = call
        start.wait()
        return getattr(records, method)(*args, **kwargs)

    with open_engine(database) as engine, ThreadPoolExecutor(len(calls)) as threads:
        records = SQLAlchemyRecords(engine, prefix=database.prefix)
        return list(threads.map(make, calls))
