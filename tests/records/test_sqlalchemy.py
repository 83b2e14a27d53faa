"""The store in a database: what is atomic, and how it gets along with the application."""

from __future__ import annotations

import os
import typing as t
from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Thread
from uuid import uuid4

import pytest

pytest.importorskip("sqlalchemy", "2")

from racing import Call
from racing import call
from racing import Database
from racing import open_engine
from racing import Racers
from sqlalchemy import create_engine
from sqlalchemy import Engine
from sqlalchemy import event
from sqlalchemy import inspect
from sqlalchemy import MetaData
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from flask_login.records import Created
from flask_login.records import Found
from flask_login.records import sqlalchemy as module
from flask_login.records import StoredLogin
from flask_login.records.sqlalchemy import SQLAlchemyRecords
from flask_login.testing import RecordsContract

NOW = 1_750_000_000_000_000
HOUR = 3_600_000_000

Race: t.TypeAlias = Callable[[list[Call]], list[t.Any]]


DATABASES = {
    "sqlite": ("sqlite3", ""),
    "sqlite in wal mode": ("sqlite3", ""),
    "postgresql": ("psycopg", "FLASK_LOGIN_TEST_POSTGRESQL"),
    "mariadb": ("pymysql", "FLASK_LOGIN_TEST_MARIADB"),
}


@pytest.fixture(scope="module", params=DATABASES)
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Database:
    driver, variable = DATABASES[request.param]
    pytest.importorskip(driver)

    if not variable:
        path = tmp_path_factory.mktemp("sqlite") / "records.db"
        return Database(f"sqlite:///{path}", wal="wal" in request.param)

    if variable not in os.environ:
        pytest.skip(f"{variable} is not set to the URL of a database.")

    return Database(os.environ[variable], f"test_{uuid4().hex[:8]}_")


@pytest.fixture(scope="module")
def engine(database: Database) -> Iterator[Engine]:
    with open_engine(database) as engine:
        records = SQLAlchemyRecords(engine, prefix=database.prefix)
        records.create_all()
        yield engine
        records.records.metadata.drop_all(engine)


@pytest.fixture
def store(engine: Engine, database: Database) -> Iterator[SQLAlchemyRecords]:
    records = SQLAlchemyRecords(engine, prefix=database.prefix)
    yield records

    with engine.begin() as connection:
        connection.execute(records.records.delete())
        connection.execute(records.scopes.delete())


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Engine]:
    """A database of the application."""
    with open_engine(Database(f"sqlite:///{tmp_path}/application.db")) as engine:
        yield engine


@pytest.fixture
def records(store: SQLAlchemyRecords) -> SQLAlchemyRecords:
    return store


@pytest.fixture(scope="module")
def racers() -> Iterator[Racers]:
    racers = Racers()
    yield racers
    racers.stop()


@pytest.fixture
def race(racers: Racers, database: Database, records: SQLAlchemyRecords) -> Race:
    """Makes calls of the store by threads of several processes at once."""
    return lambda calls: racers.race(database, calls)


@pytest.fixture
def statements(engine: Engine) -> Iterator[list[str]]:
    """What has been sent to the database."""
    sent: list[str] = []

    def note(*args: t.Any) -> None:
        sent.append(args[2])

    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


def a_login(key: str = "key", user_id: str = "1", *, age: int = 0, **changes: t.Any) -> StoredLogin:
    login = StoredLogin(
        key,
        user_id,
        created_at=NOW - age,
        seen_at=NOW - age,
        expires_at=NOW + HOUR,
        kept_until=NOW + 2 * HOUR,
        authenticated_at=NOW - age,
    )
    return replace(login, **changes)


def keys_of(records: SQLAlchemyRecords, user_id: str = "1") -> list[str]:
    return [login.key for login in records.list(user_id, NOW)]


def add_copies(records: SQLAlchemyRecords, engine: Engine, kept_until: list[int]) -> None:
    """Add copies of the one login that is there."""
    with engine.begin() as connection:
        [row] = connection.execute(records.records.select()).mappings()
        copies = [{**row, "key": str(n), "kept_until": kept} for n, kept in enumerate(kept_until)]
        connection.execute(records.records.insert(), copies)


class TestSQLAlchemyRecords(RecordsContract):
    @pytest.fixture
    def records(self, store: SQLAlchemyRecords) -> SQLAlchemyRecords:
        return store


@pytest.mark.parametrize("key", ["", "é", "\0", "🖥️", "k" * 99, "\udc80"], ids=ascii)
def test_what_cannot_be_a_key_is_not_found(records: SQLAlchemyRecords, key: str) -> None:
    assert records.find("1", key) == Found(None)
    assert not records.change("1", key, {"label": "phone"})
    assert records.end("1", NOW, keys=[key]) == []


@pytest.mark.parametrize("stored", [True, False], ids=["of a login", "of none"])
def test_find_is_one_statement(
    records: SQLAlchemyRecords, statements: list[str], stored: bool
) -> None:
    if stored:
        records.create(a_login())

    statements.clear()

    assert (records.find("1", "key").login is not None) == stored
    assert len(statements) == 1


def test_list_is_one_statement(records: SQLAlchemyRecords, statements: list[str]) -> None:
    records.create(a_login("old", age=2))
    records.create(a_login("new", age=1))
    statements.clear()

    assert keys_of(records) == ["new", "old"]
    assert len(statements) == 1


def test_login_without_a_limit_is_stored_by_one_statement(
    records: SQLAlchemyRecords, statements: list[str]
) -> None:
    statements.clear()
    records.create(a_login())

    assert len(statements) == 1


@pytest.mark.parametrize("end_oldest", [True, False], ids=["ends the oldest", "refuses"])
def test_logins_at_once_stay_within_the_limit(
    records: SQLAlchemyRecords, race: Race, end_oldest: bool
) -> None:
    logins = [a_login(str(number)) for number in range(50)]
    created = race([call("create", login, limit=3, end_oldest=end_oldest) for login in logins])

    ended = [key for one in created for key in one.ended]
    assert len(records.list("1", NOW)) == 3
    assert sum(one.stored for one in created) == 3 + len(ended)
    assert len(ended) == len(set(ended)) == (47 if end_oldest else 0)


def test_first_logins_of_many_users_at_once_are_stored(
    records: SQLAlchemyRecords, race: Race
) -> None:
    logins = [a_login(str(number), f"user {number}") for number in range(50)]

    assert race([call("create", login, limit=1) for login in logins]) == [Created(True)] * 50


def test_one_of_several_changes_at_once_finds_what_it_expects(
    records: SQLAlchemyRecords, race: Race
) -> None:
    records.create(a_login())
    change = call(
        "change", "1", "key", {"generation": 1}, expected={"generation": 0, "confirmed_at": None}
    )

    assert sorted(race([change] * 30)) == [False] * 29 + [True]


def test_change_to_what_is_there_counts_as_one(records: SQLAlchemyRecords) -> None:
    records.create(a_login(label="phone"))

    assert records.change("1", "key", {"label": "phone"})


def test_several_adoptions_at_once_make_one_row(records: SQLAlchemyRecords, race: Race) -> None:
    logins = [a_login(label=str(number)) for number in range(30)]
    adopted = race([call("adopt", login) for login in logins])

    assert set(adopted) == {records.find("1", "key").login}


@pytest.mark.parametrize("end", [call("end", "1", NOW), call("end_all", NOW)], ids=["one", "all"])
def test_nobody_is_in_who_was_adopted_while_logins_were_ended(
    records: SQLAlchemyRecords, race: Race, end: Call
) -> None:
    for number in range(10):
        adoptions = [call("adopt", a_login(f"{number} {other}")) for other in range(6)]
        race([*adoptions[:3], end, *adoptions[3:]])

        assert keys_of(records) == []
        records.end("1", 0)


def test_login_has_ended_that_is_adopted_while_everyone_is_ended(
    records: SQLAlchemyRecords, engine: Engine
) -> None:
    if engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer at a time.")

    def end_all(*args: t.Any) -> None:
        if args[2].startswith(f"INSERT INTO {records.records.name}"):
            records.end_all(NOW)

    event.listen(engine, "before_cursor_execute", end_all)
    records.adopt(a_login())
    event.remove(engine, "before_cursor_execute", end_all)

    assert records.find("1", "key") == Found(a_login(ended="ended"), NOW)


def test_each_login_is_ended_once_by_several_at_once(
    records: SQLAlchemyRecords, race: Race
) -> None:
    for number in range(5):
        records.create(a_login(str(number)))

    ended = race([call("end", "1", NOW)] * 10)
    assert sorted(key for keys in ended for key in keys) == ["0", "1", "2", "3", "4"]


def test_end_of_all_costs_the_same_however_many_there_are(
    records: SQLAlchemyRecords, statements: list[str]
) -> None:
    records.end_all(NOW - 1)
    statements.clear()
    records.end_all(NOW)

    assert len(statements) == 1


def test_login_that_ended_with_all_is_found_without_what_is_personal(
    records: SQLAlchemyRecords,
) -> None:
    records.create(a_login(user_agent="Mozilla/5.0", address="::1", label="phone"))
    records.end_all(NOW)

    assert records.find("1", "key") == Found(a_login(ended="ended"), NOW)


def test_purge_removes_in_small_steps(
    records: SQLAlchemyRecords, engine: Engine, statements: list[str]
) -> None:
    records.create(a_login("kept", kept_until=NOW + 1))
    add_copies(records, engine, [NOW - number // 3 for number in range(1_100)])
    statements.clear()

    assert records.purge(NOW) == 1_100
    assert sum(sent.startswith("DELETE") for sent in statements) == 3
    assert keys_of(records) == ["kept"]


def test_several_purges_at_once_remove_each_row_once(
    records: SQLAlchemyRecords, engine: Engine, race: Race
) -> None:
    records.create(a_login("kept"))
    add_copies(records, engine, [NOW] * 1_100)

    assert sum(race([call("purge", NOW)] * 4)) == 1_100


def test_rollback_of_the_application_leaves_the_login(
    records: SQLAlchemyRecords, engine: Engine
) -> None:
    with Session(engine) as session:
        session.connection()
        records.create(a_login(), limit=1)
        session.rollback()

    assert keys_of(records) == ["key"]


def test_login_does_not_commit_what_the_application_has_written(
    records: SQLAlchemyRecords, engine: Engine
) -> None:
    with Session(engine) as session:
        session.connection()
        records.create(a_login(), limit=1)
        session.execute(records.records.update().values(label="phone"))
        records.find("1", "key")
        session.rollback()

    assert records.find("1", "key").login == a_login()


@pytest.mark.parametrize("level", ["AUTOCOMMIT", "SERIALIZABLE"])
def test_limit_holds_whatever_the_isolation_level(
    records: SQLAlchemyRecords, engine: Engine, database: Database, level: t.Any
) -> None:
    engine = engine.execution_options(isolation_level=level)
    store = SQLAlchemyRecords(engine, metadata=records.records.metadata, prefix=database.prefix)
    threads = [
        Thread(target=store.create, args=[a_login(str(number))], kwargs={"limit": 1})
        for number in range(10)
    ]

    for thread in threads:
        thread.start()

    for thread in threads:
        thread.join()

    assert len(keys_of(records)) == 1


def test_transaction_that_meets_a_lock_is_tried_again(sqlite: Engine) -> None:
    impatient = create_engine(sqlite.url, connect_args={"timeout": 0})
    records = SQLAlchemyRecords(impatient)
    records.create_all()

    with sqlite.connect() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        met: list[object] = []
        event.listen(impatient, "handle_error", lambda error: met.append(error) or release())
        release = connection.rollback
        records.create(a_login(), limit=1)

    assert len(met) == 1
    impatient.dispose()


def test_lock_that_stays_is_raised(sqlite: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.05)
    impatient = create_engine(sqlite.url, connect_args={"timeout": 0})
    records = SQLAlchemyRecords(impatient)
    records.create_all()

    with sqlite.connect() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

        with pytest.raises(DBAPIError, match="locked"):
            records.create(a_login())

    impatient.dispose()


def test_other_errors_are_raised_at_once(sqlite: Engine) -> None:
    with pytest.raises(DBAPIError, match="no such table"):
        SQLAlchemyRecords(sqlite).find("1", "key")


def test_method_that_raises_has_done_nothing(records: SQLAlchemyRecords) -> None:
    records.create(a_login("old", age=1))
    records.create(a_login("of another", "2"))

    with pytest.raises(DBAPIError):
        records.create(a_login("of another"), limit=1)

    assert keys_of(records) == ["old"]


def test_tables_join_the_metadata_of_the_application(sqlite: Engine) -> None:
    metadata = MetaData()
    records = SQLAlchemyRecords(lambda: sqlite, metadata=metadata, prefix="auth_")
    metadata.create_all(sqlite)
    records.create(a_login())

    assert sorted(inspect(sqlite).get_table_names()) == ["auth_records", "auth_scopes"]
    assert keys_of(records) == ["key"]


def test_stores_of_one_metadata_share_its_tables() -> None:
    metadata = MetaData(naming_convention={"pk": "pk_%(table_name)s"})
    first, second = (SQLAlchemyRecords(_never, metadata=metadata) for _ in range(2))

    assert first.records is second.records
    assert len(second.records.indexes) == 2


def test_tables_are_created_only_when_asked_for(sqlite: Engine) -> None:
    records = SQLAlchemyRecords(sqlite)
    assert inspect(sqlite).get_table_names() == []

    records.create_all()
    records.create_all()

    assert len(inspect(sqlite).get_table_names()) == 2


def test_engine_is_asked_for_when_it_is_needed() -> None:
    records = SQLAlchemyRecords(_never)

    with pytest.raises(LookupError, match="application context"):
        records.find("1", "key")


def test_url_is_no_engine() -> None:
    with pytest.raises(TypeError, match=r"'engine' must be .* instead got: str"):
        SQLAlchemyRecords("sqlite://")  # type: ignore[arg-type]


def test_database_of_one_connection_is_refused() -> None:
    records = SQLAlchemyRecords(create_engine("sqlite://"))

    with pytest.raises(RuntimeError, match="needs its own connections"):
        records.create_all()


def _never() -> Engine:
    raise LookupError("There is no application context.")
