"""The models, and the clients of the database and of Redis."""

from __future__ import annotations

import typing as t
from datetime import datetime
from datetime import timezone

import sqlalchemy as sa
from flask_sqlalchemy_lite import SQLAlchemy
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column
from sqlalchemy.orm import relationship

from flask_login import UserMixin
from flask_login.records.sqlalchemy import SQLAlchemyRecords

if t.TYPE_CHECKING:
    from redis import Redis

db = SQLAlchemy()


class Timestamp(sa.TypeDecorator[datetime]):
    """An aware time in UTC. SQLite does not store the offset."""

    impl = sa.DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: t.Any) -> datetime | None:
        return None if value is None else value.astimezone(timezone.utc).replace(tzinfo=None)

    def process_result_value(self, value: t.Any, dialect: t.Any) -> datetime | None:
        return None if value is None else value.replace(tzinfo=timezone.utc)


class Model(DeclarativeBase):
    type_annotation_map = {datetime: Timestamp}


#: The record store, if Redis is not configured.
records = SQLAlchemyRecords(lambda: db.engine, metadata=Model.metadata)


def open_redis(url: str) -> Redis:
    """Create a client with timeouts. Without them, it could wait for ever."""
    from redis import Redis

    return Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)


def now() -> datetime:
    return datetime.now(timezone.utc)


class Operator(UserMixin, Model):
    __tablename__ = "operator"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(40), unique=True)
    full_name: Mapped[str] = mapped_column(sa.String(80))
    password_hash: Mapped[str] = mapped_column(sa.String(255))
    #: "admin", "operator" or "viewer".
    role: Mapped[str] = mapped_column(sa.String(16))
    active: Mapped[bool] = mapped_column(default=True)

    @property
    def is_active(self) -> bool:
        return self.active

    def get_session_stamp(self) -> str:
        # A new password ends all earlier logins.
        return self.password_hash


class ApiToken(Model):
    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    operator_id: Mapped[int] = mapped_column(sa.ForeignKey(Operator.id), index=True)
    operator: Mapped[Operator] = relationship()
    name: Mapped[str] = mapped_column(sa.String(60))
    #: The token's SHA-256. A fast hash is enough for 256 random bits.
    digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    used_at: Mapped[datetime | None]


class Service(Model):
    __tablename__ = "service"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(sa.String(40), unique=True)
    name: Mapped[str] = mapped_column(sa.String(40))
    #: Requests per minute, and milliseconds, on an ordinary day.
    load: Mapped[int]
    latency: Mapped[int]
    #: "ok", "degraded" or "down", and since when.
    state: Mapped[str] = mapped_column(sa.String(16))
    since: Mapped[datetime] = mapped_column(default=now)


class Event(Model):
    """A change of a service's state. If an operator restarted it, the event names them."""

    __tablename__ = "event"

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(sa.ForeignKey(Service.id), index=True)
    service: Mapped[Service] = relationship()
    operator_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Operator.id))
    operator: Mapped[Operator | None] = relationship()
    #: "restarted", or the new state.
    what: Mapped[str] = mapped_column(sa.String(16))
    at: Mapped[datetime] = mapped_column(default=now)
