"""A record store in a database, with SQLAlchemy Core. It needs the extra ``sqlalchemy``. ::

    db = SQLAlchemy()
    records = SQLAlchemyRecords(lambda: db.engine, metadata=db.metadata)
    login_manager = LoginManager(records=records)

Written for PostgreSQL, MariaDB, MySQL and SQLite.
"""

from __future__ import annotations

import random
import time
import typing as t
from base64 import urlsafe_b64encode
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Generator
from collections.abc import Mapping
from collections.abc import Sequence
from contextlib import contextmanager
from contextlib import suppress
from dataclasses import asdict
from dataclasses import fields
from dataclasses import replace
from hashlib import sha256

from sqlalchemy import and_
from sqlalchemy import BigInteger
from sqlalchemy import bindparam
from sqlalchemy import Boolean
from sqlalchemy import case
from sqlalchemy import Column
from sqlalchemy import Connection
from sqlalchemy import delete
from sqlalchemy import Engine
from sqlalchemy import func
from sqlalchemy import Index
from sqlalchemy import insert
from sqlalchemy import Integer
from sqlalchemy import literal
from sqlalchemy import literal_column
from sqlalchemy import MetaData
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy import String
from sqlalchemy import Table
from sqlalchemy import Text
from sqlalchemy import update
from sqlalchemy.dialects import mysql
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import IntegrityError
from sqlalchemy.pool import SingletonThreadPool
from sqlalchemy.pool import StaticPool

from . import Created
from . import EndReason
from . import Found
from . import StoredLogin

if t.TYPE_CHECKING:
    from sqlalchemy import BindParameter
    from sqlalchemy import ColumnElement
    from sqlalchemy import Executable
    from sqlalchemy import Row
    from sqlalchemy import ScalarSelect

T = t.TypeVar("T")

#: How many rows :meth:`SQLAlchemyRecords.purge` deletes in one transaction.
PURGE_BATCH = 500

#: For how many seconds a transaction is tried again if the database rolls it back in favour of
#: another one. SQLite waits for a lock by itself, up to its own timeout. If that is longer, the
#: transaction is not tried again.
PATIENCE = 2.0

#: The codes and messages of a rollback in favour of another transaction: a serialization failure
#: and a deadlock on PostgreSQL, the same on MariaDB and MySQL, and SQLite's lock.
TRY_AGAIN = ("40001", "40P01", 1020, 1213, "database is locked")

#: The scope of all users. The scopes of single users are never empty.
EVERYONE = ""

#: The isolation levels of single statements. PostgreSQL's drivers would send a separate BEGIN.
#: Other drivers would send a statement to change the level.
ALONE = {"postgresql": "AUTOCOMMIT"}

#: The isolation levels of transactions. The engine's own may be AUTOCOMMIT, which has no
#: transactions.
IN_TRANSACTION = {
    "mariadb": "REPEATABLE READ",
    "mysql": "REPEATABLE READ",
    "postgresql": "READ COMMITTED",
    "sqlite": "SERIALIZABLE",
}

FIELDS = tuple(field.name for field in fields(StoredLogin))


class SQLAlchemyRecords:
    """A record store in two tables of a database. See :class:`.Records`.

    It uses its own transactions on its own connections. A commit or rollback of the application's
    session does not affect it. So a request may use two connections of the pool for a moment.
    SQLite allows one writer at a time: commit the session before a user logs in or out, or use a
    separate database file for the records.

    :param engine: The engine, or a callable that returns it when it is needed, such as
        ``lambda: db.engine``. Set timeouts there.
    :param metadata: The ``MetaData`` to add the tables to, for example for Alembic or
        ``db.create_all()``.
    :param prefix: The prefix of the table names ``records`` and ``scopes``.
    :raises TypeError: If ``engine`` is neither an engine nor a callable.
    """

    def __init__(
        self,
        engine: Engine | Callable[[], Engine],
        *,
        metadata: MetaData | None = None,
        prefix: str = "flask_login_",
    ) -> None:
        if not isinstance(engine, Engine) and not callable(engine):
            raise TypeError(
                "'engine' must be a SQLAlchemy Engine, or a callable that returns one, such as"
                f" 'lambda: db.engine', instead got: {type(engine).__name__}"
            )

        self._engine = engine
        metadata = MetaData() if metadata is None else metadata
        #: The table of logins.
        self.records: Table = _records_table(metadata, f"{prefix}records")
        #: The table of values that apply to all logins of a user, or of all users.
        self.scopes: Table = _scopes_table(metadata, f"{prefix}scopes")
        self._reads = _Reads(self.records, self.scopes)
        self._writes = _Writes(self.records, self.scopes)

    def create_all(self) -> None:
        """Create the two tables, unless they exist."""
        tables = [self.records, self.scopes]
        self.records.metadata.create_all(self._get_engine(), tables=tables)

    def find(self, user_id: str, key: str) -> Found:
        values = {"for_key": _as_key(key), "for_scope": _scope_of(user_id)}
        [row] = self._select(self._reads.find, values)
        return _found(row)

    def create(
        self, login: StoredLogin, *, limit: int | None = None, end_oldest: bool = True
    ) -> Created:
        scope = _scope_of(login.user_id)

        if limit is None:
            self._write(self._writes.create, _row(login))
            return Created(True)

        def create(connection: Connection) -> Created:
            values = {"for_scope": scope, "now": login.created_at}
            keys = [row.key for row in connection.execute(self._reads.counting, values)]

            if len(keys) >= limit and not end_oldest:
                return Created(False)

            oldest = tuple(reversed(keys[limit - 1 :]))
            self._mark(connection, oldest, "ended")
            connection.execute(self._writes.create, _row(login))
            return Created(True, oldest)

        return self._alone(scope, create)

    def adopt(self, login: StoredLogin) -> StoredLogin | None:
        scope = _scope_of(login.user_id)

        def adopt(connection: Connection) -> StoredLogin | None:
            values = {"for_key": login.key, "for_scope": scope}
            row = connection.execute(self._reads.find, values).one()
            found = _found(row)

            if found.login is not None:
                return found.login

            if login.authenticated_at <= found.not_adopted_until:
                return None

            # Use the epoch that was just read: if 'end_all' ran since then, this login has ended.
            connection.execute(self._writes.adopt, {**_row(login), "epoch": row.present_epoch})
            return login

        return self._alone(scope, adopt)

    def change(
        self,
        user_id: str,
        key: str,
        changes: Mapping[str, t.Any],
        *,
        expected: Mapping[str, t.Any] | None = None,
    ) -> bool:
        columns = self.records.c
        statement = self._writes.change.where(
            *(columns[name] == value for name, value in (expected or {}).items())
        )
        values = {"for_key": _as_key(key), "for_scope": _scope_of(user_id)}
        return self._write(statement.values(**changes), values) == 1

    def list(self, user_id: str, now: int) -> Sequence[StoredLogin]:
        values = {"for_scope": _scope_of(user_id), "now": now}
        return [_login(row) for row in self._select(self._reads.counting, values)]

    def end(
        self,
        user_id: str,
        now: int,
        *,
        keys: Collection[str] | None = None,
        besides: str | None = None,
        reason: EndReason = "ended",
    ) -> Sequence[str]:
        scope = _scope_of(user_id)

        def end(connection: Connection) -> Sequence[str]:
            rows = connection.execute(self._reads.not_ended, {"for_scope": scope}).all()
            chosen = [
                row for row in rows if row.key != besides and (keys is None or row.key in keys)
            ]
            self._mark(connection, [row.key for row in chosen], reason)
            return [row.key for row in chosen if row.expires_at > now]

        return self._alone(scope, end, not_adopted_until=now if keys is None else 0)

    def end_all(self, now: int) -> None:
        self._alone(EVERYONE, lambda connection: None, not_adopted_until=now, epochs=1)

    def purge(self, now: int) -> int:
        removed = 0
        # Continue from here, so that the database does not scan deleted entries again.
        since = 0

        while True:
            rows = self._select(self._reads.to_purge, {"since": since, "now": now})

            if not rows:
                return removed

            # Sorted, so that two purges at the same time do not deadlock.
            keys = sorted(row.key for row in rows)
            removed += self._write(self._writes.purge, {"keys": keys, "now": now})
            since = rows[-1].kept_until

    def _mark(self, connection: Connection, keys: Sequence[str], reason: EndReason) -> None:
        """Mark logins as ended. The scope's row is locked."""
        if keys:
            connection.execute(self._writes.end, {"keys": sorted(keys), "reason": reason})

    def _alone(
        self,
        scope: str,
        work: Callable[[Connection], T],
        *,
        not_adopted_until: int = 0,
        epochs: int = 0,
    ) -> T:
        """Work in a transaction that locks the scope's row and writes these values to it.

        It begins with a write and not with ``SELECT … FOR UPDATE``, which SQLite does not have.
        With a plain read, another transaction could change what was read.
        """
        values = {"for_scope": scope, "until": not_adopted_until, "epochs": epochs}

        def attempt(connection: Connection) -> list[T]:
            held = connection.execute(self._writes.hold, values).rowcount
            return [work(connection)] if held else []

        done = self._transact(attempt)

        if not done:
            # In its own transaction: on MariaDB, two transactions with a gap lock would deadlock.
            with suppress(IntegrityError):
                self._write(
                    insert(self.scopes), {"scope": scope, "epoch": 0, "not_adopted_until": 0}
                )

            done = self._transact(attempt)

        [result] = done
        return result

    def _transact(self, work: Callable[[Connection], T]) -> T:
        """Work in a transaction. The engine's isolation level does not matter."""

        def attempt() -> T:
            with self._connect(IN_TRANSACTION) as connection, connection.begin():
                return work(connection)

        return _persist(attempt)

    def _select(self, statement: Executable, values: Mapping[str, t.Any]) -> Sequence[Row[t.Any]]:
        def attempt() -> Sequence[Row[t.Any]]:
            with self._connect(ALONE) as connection:
                return connection.execute(statement, values).all()

        return _persist(attempt)

    def _write(self, statement: Executable, values: Mapping[str, t.Any]) -> int:
        """Execute one atomic statement, and return how many rows it matched."""

        def attempt() -> int:
            with self._connect(ALONE) as connection, connection.begin():
                return connection.execute(statement, values).rowcount

        return _persist(attempt)

    @contextmanager
    def _connect(self, levels: Mapping[str, t.Any]) -> Generator[Connection, None, None]:
        with self._get_engine().connect() as connection:
            level = levels.get(connection.dialect.name)
            yield connection.execution_options(isolation_level=level) if level else connection

    def _get_engine(self) -> Engine:
        engine = self._engine if isinstance(self._engine, Engine) else self._engine()

        if isinstance(engine.pool, SingletonThreadPool | StaticPool):
            raise RuntimeError(
                "The record store needs its own connections, but a SQLite database in memory has"
                " only one. Use a database file, or 'MemoryRecords' in tests."
            )

        return engine


class _Reads:
    """The queries, which are built once."""

    def __init__(self, records: Table, scopes: Table) -> None:
        row, now = records.c, _integer("now")
        columns = [row[name] for name in FIELDS]
        of_user = row.scope == bindparam("for_scope")
        not_ended = _not_ended(records, scopes)
        not_adopted_until = _noted(
            scopes.c.not_adopted_until, literal(EVERYONE), bindparam("for_scope")
        ).label("not_adopted_until")

        # The query returns one row, even if the tables are empty.
        one = select(literal_column("1", Integer).label("one")).subquery("one")
        self.find: Executable = select(
            *columns, row.epoch, _present_epoch(scopes).label("present_epoch"), not_adopted_until
        ).select_from(one.outerjoin(records, and_(row.key == bindparam("for_key"), of_user)))

        self.counting = (
            select(*columns)
            .where(of_user, not_ended, row.expires_at > now)
            .order_by(row.created_at.desc(), row.key)
        )
        self.not_ended = select(row.key, row.expires_at).where(of_user, not_ended)
        self.to_purge = (
            select(row.key, row.kept_until)
            .where(row.kept_until >= _integer("since"), row.kept_until <= now)
            .order_by(row.kept_until)
            .limit(PURGE_BATCH)
        )


class _Writes:
    """The statements that change rows, which are built once."""

    def __init__(self, records: Table, scopes: Table) -> None:
        row, scope = records.c, scopes.c
        until = _integer("until")
        in_keys = row.key.in_(bindparam("keys", expanding=True))

        self.create = insert(records).values(epoch=_present_epoch(scopes))
        self.adopt = insert(records)
        self.change = update(records).where(
            row.key == bindparam("for_key"),
            row.scope == bindparam("for_scope"),
            _not_ended(records, scopes),
        )
        self.end = (
            update(records)
            .where(in_keys)
            .values(ended=bindparam("reason"), user_agent="", address="", label="")
        )
        self.purge = delete(records).where(in_keys, row.kept_until <= _integer("now"))

        self.add_scope = insert(scopes).values(epoch=0, not_adopted_until=0)
        self.hold = (
            update(scopes)
            .where(scope.scope == bindparam("for_scope"))
            .values(
                epoch=scope.epoch + _integer("epochs"),
                not_adopted_until=case(
                    (scope.not_adopted_until < until, until), else_=scope.not_adopted_until
                ),
            )
        )


def _not_ended(records: Table, scopes: Table) -> ColumnElement[bool]:
    return and_(records.c.ended.is_(None), records.c.epoch >= _present_epoch(scopes))


def _present_epoch(scopes: Table) -> ScalarSelect[int]:
    return _noted(scopes.c.epoch, literal(EVERYONE))


def _noted(column: Column[int], *scopes: ColumnElement[str]) -> ScalarSelect[int]:
    """Return a subquery for the highest value of a column in these scopes."""
    # No 'IN', because SQLAlchemy would render it again for each call.
    rows = or_(*(column.table.c.scope == scope for scope in scopes))
    return (
        select(func.coalesce(func.max(column), literal_column("0"))).where(rows).scalar_subquery()
    )


def _integer(name: str) -> BindParameter[int]:
    return bindparam(name, type_=BigInteger)


# MySQL and MariaDB compare without case by default.
_ASCII = String(64).with_variant(
    mysql.VARCHAR(64, charset="ascii", collation="ascii_bin"), "mysql", "mariadb"
)
_TEXT = Text().with_variant(
    mysql.TEXT(charset="utf8mb4", collation="utf8mb4_bin"), "mysql", "mariadb"
)
_OPTIONS: dict[str, t.Any] = {"mysql_engine": "InnoDB", "mariadb_engine": "InnoDB"}


def _records_table(metadata: MetaData, name: str) -> Table:
    return Table(
        name,
        metadata,
        Column("key", _ASCII, primary_key=True),
        # For people who read the table. Queries use 'scope', because a collation may treat the IDs
        # of two users as equal.
        Column("user_id", _TEXT, nullable=False),
        Column("created_at", BigInteger, nullable=False),
        Column("seen_at", BigInteger, nullable=False),
        Column("expires_at", BigInteger, nullable=False),
        Column("kept_until", BigInteger, nullable=False),
        Column("authenticated_at", BigInteger, nullable=False),
        Column("user_agent", _TEXT, nullable=False),
        Column("address", _TEXT, nullable=False),
        Column("source", _ASCII, nullable=False),
        Column("label", _TEXT, nullable=False),
        Column("stamp", _TEXT),
        Column("forced", Boolean, nullable=False),
        Column("duration", BigInteger),
        Column("remembered_until", BigInteger),
        Column("generation", Integer, nullable=False),
        Column("confirmed_at", BigInteger),
        Column("rotated_at", BigInteger, nullable=False),
        Column("rotates", Boolean, nullable=False),
        Column("ended", _ASCII),
        Column("scope", _ASCII, nullable=False),
        # The epoch of all users when the row was written. In a later epoch, the login has ended.
        Column("epoch", BigInteger, nullable=False),
        Index(f"ix_{name}_user", "scope", "ended", "created_at"),
        Index(f"ix_{name}_kept_until", "kept_until"),
        # An application may be created twice over one MetaData.
        keep_existing=True,
        **_OPTIONS,
    )


def _scopes_table(metadata: MetaData, name: str) -> Table:
    return Table(
        name,
        metadata,
        Column("scope", _ASCII, primary_key=True),
        Column("epoch", BigInteger, nullable=False),
        Column("not_adopted_until", BigInteger, nullable=False),
        keep_existing=True,
        **_OPTIONS,
    )


def _scope_of(user_id: str) -> str:
    """Return the scope of a user: a hash of the ID, which may be any text of any length."""
    digest = sha256(user_id.encode("utf-8", "surrogatepass")).digest()
    return urlsafe_b64encode(digest).decode().rstrip("=")


def _as_key(text: str) -> str:
    """Return the key, or an empty one if it is invalid. Databases raise an error for some texts."""
    return text if text.isascii() and text.isprintable() else ""


def _row(login: StoredLogin) -> dict[str, t.Any]:
    return {**asdict(login), "scope": _scope_of(login.user_id)}


def _login(row: Row[t.Any]) -> StoredLogin:
    return StoredLogin(*row[: len(FIELDS)])


def _found(row: Row[t.Any]) -> Found:
    if row.key is None:
        return Found(None, row.not_adopted_until)

    login = _login(row)

    if login.ended is None and row.epoch < row.present_epoch:
        login = replace(login, ended="ended", user_agent="", address="", label="")

    return Found(login, row.not_adopted_until)


def _persist(attempt: Callable[[], T]) -> T:
    """Try again if the database rolled back in favour of another transaction."""
    give_up_at = time.monotonic() + PATIENCE

    while True:
        try:
            return attempt()
        except DBAPIError as error:
            if not _is_to_try_again(error) or time.monotonic() > give_up_at:
                raise

        # A random delay, so that the two transactions do not collide again.
        time.sleep(random.uniform(0.001, 0.02))


def _is_to_try_again(error: DBAPIError) -> bool:
    names = ("sqlstate", "pgcode", "args")
    code, old_code, args = (getattr(error.orig, name, ()) for name in names)
    return any(mark in TRY_AGAIN for mark in (code, old_code, *args[:1]))
