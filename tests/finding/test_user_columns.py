"""``UserMixin`` beside models of SQLAlchemy: a column of any base class answers, and is written."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator

import pytest

from flask_login import UserMixin

sqlalchemy = pytest.importorskip("sqlalchemy")
orm = pytest.importorskip("sqlalchemy.orm")


class Base(orm.DeclarativeBase):  # type: ignore[name-defined,misc]
    pass


def key() -> t.Any:
    return orm.mapped_column(sqlalchemy.Integer, primary_key=True)


def flag() -> t.Any:
    return orm.mapped_column(sqlalchemy.Boolean, default=True)


class Account(Base):
    __tablename__ = "account"
    __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "account"}
    id = key()
    kind = orm.mapped_column(sqlalchemy.String(10))
    is_active = flag()


class Joined(UserMixin, Account):
    """Has a table of its own, joined to that of its base class."""

    __tablename__ = "joined"
    __mapper_args__ = {"polymorphic_identity": "joined"}
    id = orm.mapped_column(sqlalchemy.ForeignKey("account.id"), primary_key=True)


class JoinedTwice(Joined):
    __tablename__ = "joined_twice"
    __mapper_args__ = {"polymorphic_identity": "twice"}
    id = orm.mapped_column(sqlalchemy.ForeignKey("joined.id"), primary_key=True)


class Single(UserMixin, Account):
    """Is in the table of its base class."""

    __mapper_args__ = {"polymorphic_identity": "single"}


class Flagged:
    is_active = flag()


class OfAMixin(UserMixin, Flagged, Base):
    __tablename__ = "of_a_mixin"
    id = key()


class DeclaredFlag:
    @orm.declared_attr
    def is_active(cls):  # type: ignore[no-untyped-def]
        return flag()


class OfADeclaringMixin(UserMixin, DeclaredFlag, Base):
    __tablename__ = "of_a_declaring_mixin"
    id = key()


class AnnotatedFlag:
    __annotations__ = {"is_active": orm.Mapped[bool]}
    is_active = orm.mapped_column(default=True)


class OfAnAnnotatedMixin(UserMixin, AnnotatedFlag, Base):
    __tablename__ = "of_an_annotated_mixin"
    id = key()


class Abstract(Base):
    __abstract__ = True
    is_active = sqlalchemy.Column(sqlalchemy.Boolean, default=True)


class OfAnAbstractModel(UserMixin, Abstract):
    __tablename__ = "of_an_abstract_model"
    id = key()


class Own(UserMixin, Base):
    __tablename__ = "own"
    id = key()
    is_active = flag()


class Without(UserMixin, Base):
    __tablename__ = "without"
    id = key()


MODELS = [
    Joined,
    JoinedTwice,
    Single,
    OfAMixin,
    OfADeclaringMixin,
    OfAnAnnotatedMixin,
    OfAnAbstractModel,
    Own,
]

each_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)


@pytest.fixture
def database() -> Iterator[t.Any]:
    engine = sqlalchemy.create_engine("sqlite://", poolclass=sqlalchemy.pool.StaticPool)
    Base.metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def save(database: t.Any) -> t.Callable[..., t.Any]:
    """Save a new user of a model, and what is changed in it, and load it again."""

    def save(model: t.Any, **changes: t.Any) -> t.Any:
        with orm.Session(database) as session:
            user = model(id=1)
            session.add(user)
            session.commit()

            for name, value in changes.items():
                setattr(user, name, value)

            session.commit()

        with orm.Session(database) as session:
            return session.get(model, 1)

    return save


@each_model
def test_default_of_the_column_is_saved(save: t.Any, model: t.Any) -> None:
    user = save(model)
    assert (user.is_active, user.is_authenticated) == (True, True)


@each_model
def test_deactivation_is_saved(save: t.Any, model: t.Any) -> None:
    user = save(model, is_active=False)
    assert (user.is_active, user.is_authenticated) == (False, False)


@each_model
def test_column_can_be_selected_by(database: t.Any, save: t.Any, model: t.Any) -> None:
    save(model, is_active=False)

    with orm.Session(database) as session:
        closed = sqlalchemy.select(model).where(model.is_active.is_(False))
        assert [user.id for user in session.scalars(closed)] == [1]


@each_model
def test_user_can_be_made_inactive(database: t.Any, model: t.Any) -> None:
    with orm.Session(database) as session:
        session.add(model(id=1, is_active=False))
        session.commit()

    with orm.Session(database) as session:
        assert session.get(model, 1).is_active is False


def test_other_answers_are_the_mixin_s(save: t.Any) -> None:
    user = save(Joined)
    assert (user.is_anonymous, user.get_id()) == (False, "1")


def test_model_without_the_column_is_active(save: t.Any) -> None:
    assert save(Without).is_active is True


def test_model_that_is_a_dataclass_answers_by_its_field() -> None:
    class Mapped(orm.MappedAsDataclass, orm.DeclarativeBase):  # type: ignore[name-defined,misc]
        pass

    class Reader(UserMixin, Mapped):
        __tablename__ = "reader"
        __annotations__ = {"id": orm.Mapped[int], "is_active": orm.Mapped[bool]}
        id = orm.mapped_column(primary_key=True)
        is_active = orm.mapped_column(default=True)

    assert Reader(id=1).is_active is True
    assert Reader(id=1, is_active=False).is_authenticated is False
