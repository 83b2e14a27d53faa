"""Measure what it costs to keep logins on record, and print ``docs/_costs/records.md``.

SQLite is always there. Other stores are measured if the variables of the tests tell their URLs.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
import typing as t
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from statistics import median
from threading import Event
from threading import Thread

from flask import Flask
from redis import Redis
from scenarios import SECRET_KEY
from sqlalchemy import create_engine
from sqlalchemy import Engine
from sqlalchemy import event
from sqlalchemy import func
from sqlalchemy import literal
from sqlalchemy import select
from sqlalchemy import text
from werkzeug.test import create_environ

from flask_login import login_required
from flask_login import login_user
from flask_login import LoginManager
from flask_login import UserMixin
from flask_login.records import Records
from flask_login.records import StoredLogin
from flask_login.records.memory import MemoryRecords
from flask_login.records.redis import RedisRecords
from flask_login.records.sqlalchemy import SQLAlchemyRecords
from flask_login.testing import frozen_clock

REQUESTS = 200
LOGINS = 10_000
#: What twenty doublings make of one.
EXPIRED = 2**20

DATABASES = {
    "PostgreSQL": "FLASK_LOGIN_TEST_POSTGRESQL",
    "MariaDB": "FLASK_LOGIN_TEST_MARIADB",
}

#: How many bytes tables and indexes take.
SIZES = {
    "sqlite": "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",
    "postgresql": "SELECT pg_total_relation_size('bench_records')",
    "mariadb": "SELECT file_size FROM information_schema.innodb_sys_tablespaces"
    " WHERE name LIKE '%/bench_records'",
}

Call: t.TypeAlias = Callable[[], object]


class User(UserMixin):
    id = "ada"


class Store(t.NamedTuple):
    records: Records
    #: One read of a row by its key, by hand.
    read: Call | None
    engine: Engine | None = None
    redis: Redis | None = None


class Counting:
    """A store that counts its reads and writes."""

    def __init__(self) -> None:
        self.counts = {"find": 0, "change": 0}
        self._records = MemoryRecords()

    def __getattr__(self, name: str) -> t.Any:
        if name in self.counts:
            self.counts[name] += 1

        return getattr(self._records, name)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure what logins on record cost.")
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--expired", type=int, default=EXPIRED, help="a power of two")
    arguments = parser.parse_args()

    with open_stores() as stores:
        times = time_requests(stores, arguments.rounds)
        print(as_table(["Store", "A request, µs", "Records add, µs"]))

        for name, (request, added, _) in times.items():
            print(row_of(name, request, added))

        print("\n<!-- reads -->")
        print(as_table(["Store", "One read by hand, µs", "Bytes per login"]))

        for name, store in stores.items():
            if store.read is not None:
                print(row_of(name, times[name][2], bytes_per_login(store)))

        print("\n<!-- calls -->")
        print(as_table(["A request every", "Reads", "Writes"]))

        for seconds in (1, 10, 60):
            print(row_of(f"{seconds} s", *count_calls(seconds).values()))

        print("\n<!-- purge -->")
        print(as_table(["Store and expired rows", "Purge, s", "Longest login, ms"]))

        for name, store in stores.items():
            if store.engine is not None:
                add_expired(store, arguments.expired)
                rows, duration, longest = time_purge(store)
                print(row_of(f"{name}, {rows}", duration, longest), flush=True)


@contextmanager
def open_stores() -> Iterator[dict[str, Store]]:
    with tempfile.TemporaryDirectory() as folder:
        stores = {"memory": Store(MemoryRecords(), None)}
        urls = {"SQLite": f"sqlite:///{Path(folder, 'records.db')}"}
        urls |= {name: os.environ[key] for name, key in DATABASES.items() if key in os.environ}
        stores |= {name: open_database(url) for name, url in urls.items()}

        if "FLASK_LOGIN_TEST_REDIS" in os.environ:
            stores["Redis"] = open_redis(os.environ["FLASK_LOGIN_TEST_REDIS"])

        try:
            yield stores
        finally:
            for store in stores.values():
                clean(store)


def clean(store: Store) -> None:
    """Leave a server as it was."""
    if isinstance(store.records, SQLAlchemyRecords) and store.engine is not None:
        store.records.records.metadata.drop_all(store.engine)
        store.engine.dispose()

    if store.redis is not None:
        for name in store.redis.scan_iter("bench*"):
            store.redis.delete(name)


def open_database(url: str) -> Store:
    engine = create_engine(url)

    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", prepare_sqlite)

    records = SQLAlchemyRecords(engine, prefix="bench_")
    records.records.metadata.drop_all(engine)
    records.create_all()
    records.create(a_login(0))
    statement = select(records.records).where(records.records.c.key == a_login(0).key)
    alone = engine.execution_options(isolation_level="AUTOCOMMIT")

    def read() -> object:
        with alone.connect() as connection:
            return connection.execute(statement).one()

    return Store(records, read, engine=engine)


def prepare_sqlite(connection: t.Any, _: object) -> None:
    connection.execute("PRAGMA journal_mode=WAL")
    # What the others have.
    connection.create_function("md5", 1, lambda text: sha256(text.encode()).hexdigest()[:32])
    connection.create_function("concat", 2, lambda first, second: f"{first}{second}")


def open_redis(url: str) -> Store:
    client = Redis.from_url(url)
    client.hset("bench", mapping={k: str(v) for k, v in asdict(a_login(0)).items()})
    return Store(
        RedisRecords(client, prefix="bench:"), lambda: client.hgetall("bench"), redis=client
    )


def a_login(number: int) -> StoredLogin:
    now = time.time_ns() // 1_000
    later = now + 30 * 86_400_000_000
    key = sha256(str(number).encode()).hexdigest()[:43]
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    address = "203.0.113.7"
    user_id = str(number // 2)
    return StoredLogin(key, user_id, now, now, later, later, now, agent, address)


def time_requests(stores: dict[str, Store], rounds: int) -> dict[str, tuple[str, ...]]:
    """A request without records, what each store adds to it, and a read by hand."""
    without = guarded_page(None)
    with_records = {name: guarded_page(store.records) for name, store in stores.items()}
    totals: dict[str, list[float]] = {name: [] for name in stores}
    added: dict[str, list[float]] = {name: [] for name in stores}
    by_hand: dict[str, list[float]] = {name: [] for name in stores}
    floor: list[float] = []

    for _ in range(rounds):
        for name, store in stores.items():
            floor.append(microseconds(without))
            totals[name].append(microseconds(with_records[name]))
            added[name].append(totals[name][-1] - floor[-1])

            if store.read is not None:
                by_hand[name].append(microseconds(store.read))

    outcome = {name: tuple(as_text(of[name]) for of in (totals, added, by_hand)) for name in stores}
    return {"none": (as_text(floor), "0", ""), **outcome}


def as_text(times: list[float]) -> str:
    return f"{median(times):.0f}" if times else ""


def guarded_page(records: t.Any) -> Call:
    app = Flask(__name__)
    app.config["SECRET_KEY"] = SECRET_KEY
    LoginManager(app, records=records).user_loader(lambda user_id: User())
    app.add_url_rule("/login", view_func=lambda: str(login_user(User())))
    app.add_url_rule("/account", view_func=login_required(lambda: "account"), endpoint="account")
    client = app.test_client()
    client.get("/login")
    cookie = client.get_cookie("session")
    assert cookie is not None
    environ = create_environ("/account", headers={"Cookie": f"session={cookie.value}"})
    statuses: list[str] = []

    def call() -> None:
        list(app(dict(environ), lambda status, headers, _=None: statuses.append(status)))
        assert statuses.pop() == "200 OK"

    return call


def microseconds(call: Call) -> float:
    call()
    began = time.perf_counter()

    for _ in range(REQUESTS):
        call()

    return (time.perf_counter() - began) / REQUESTS * 1e6


def bytes_per_login(store: Store) -> str:
    before = size_of(store)

    for number in range(1, LOGINS + 1):
        store.records.create(a_login(number))

    return f"{(size_of(store) - before) / LOGINS:,.0f}"


def size_of(store: Store) -> int:
    if store.redis is not None:
        return int(store.redis.info("memory")["used_memory"])

    assert store.engine is not None

    with store.engine.connect() as connection:
        size = connection.execute(text(SIZES[store.engine.dialect.name])).scalar_one()

    return int(size)


def count_calls(seconds: int) -> dict[str, int]:
    """The calls of the store in 1,000 requests, one every so many seconds."""
    records = Counting()

    with frozen_clock() as clock:
        call = guarded_page(records)

        for _ in range(1_000):
            clock.tick(seconds)
            call()

    return records.counts


def add_expired(store: Store, count: int) -> None:
    """Add rows that can be purged, with keys in no order, by doubling what is there."""
    records, engine = store.records, store.engine
    assert isinstance(records, SQLAlchemyRecords)
    assert engine is not None
    table = records.records

    with engine.begin() as connection:
        connection.execute(table.delete())

    records.create(replace(a_login(0), expires_at=1, kept_until=1))
    step = 1

    while step < count:
        # Different in each step, or two rows would have the same key.
        key = func.md5(func.concat(table.c.key, str(step)))
        new = {"key": key, "kept_until": table.c.kept_until + literal(step)}
        columns = [new.get(column.name, column) for column in table.c]

        with engine.begin() as connection:
            connection.execute(table.insert().from_select([*table.c.keys()], select(*columns)))

        step *= 2


def time_purge(store: Store) -> tuple[str, str, str]:
    """Purge while another thread logs in all the time: how many rows, how long it takes, and how
    long the slowest login does.
    """
    logins: list[float] = []
    is_over = Event()

    def log_in() -> None:
        number = 1

        while not is_over.wait(0.02):
            start = time.perf_counter()
            store.records.create(a_login(number), limit=10)
            logins.append(time.perf_counter() - start)
            number += 1

    others = Thread(target=log_in)
    others.start()
    start = time.perf_counter()
    removed = store.records.purge(time.time_ns() // 1_000)
    duration = time.perf_counter() - start
    is_over.set()
    others.join()
    return f"{removed:,}", f"{duration:.0f}", f"{max(logins) * 1_000:.0f}"


def as_table(names: list[str]) -> str:
    return f"\n{row_of(*names)}\n{row_of('---', *['---:'] * (len(names) - 1))}"


def row_of(*cells: object) -> str:
    return f"| {' | '.join(str(cell) for cell in cells)} |"


if __name__ == "__main__":
    main()
