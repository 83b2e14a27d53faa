"""User classes that answer what the mixins answer otherwise: by fields, slots and columns."""

from __future__ import annotations

import dataclasses
import pickle
import typing as t
from unittest import mock

import pytest

from flask_login import AnonymousUserMixin
from flask_login import UserMixin


@dataclasses.dataclass
class Member(UserMixin):
    id: int
    is_active: bool = True


@dataclasses.dataclass(slots=True)
class SlottedMember(UserMixin):
    id: int
    is_active: bool = True


@dataclasses.dataclass(frozen=True, slots=True)
class FrozenMember(UserMixin):
    id: int
    is_active: bool = True


class Slotted(UserMixin):
    __slots__ = ("id", "is_active")

    def __init__(self, id: int, is_active: bool = True) -> None:
        self.id = id
        self.is_active = is_active


class Closed(UserMixin):
    pass


class Plain(UserMixin):
    def __init__(self, id: int, is_active: bool = True) -> None:
        self.id = id
        self.is_active = is_active


each_class = pytest.mark.parametrize(
    "user_class", [Member, SlottedMember, FrozenMember, Slotted, Plain]
)


@each_class
def test_field_answers_for_the_mixin(user_class: t.Any) -> None:
    assert user_class(1, is_active=False).is_active is False
    assert user_class(1).is_active is True


@each_class
def test_inactive_user_is_not_authenticated(user_class: t.Any) -> None:
    assert user_class(1, is_active=False).is_authenticated is False
    assert user_class(1).is_authenticated is True


@each_class
def test_mixin_answers_what_the_class_does_not(user_class: t.Any) -> None:
    assert user_class(1).is_anonymous is False
    assert user_class(1).get_id() == "1"


@each_class
def test_user_survives_pickling(user_class: t.Any) -> None:
    assert pickle.loads(pickle.dumps(user_class(1, is_active=False))).is_active is False


@pytest.mark.parametrize("user_class", [Member, SlottedMember, Slotted, Plain])
def test_field_can_be_changed(user_class: t.Any) -> None:
    user = user_class(1)
    user.is_active = False

    assert user.is_authenticated is False


def test_attribute_of_one_user_is_no_other_users() -> None:
    class Account(UserMixin):
        pass

    closed, other = Account(), Account()
    closed.is_active = False

    assert (closed.is_active, other.is_active) == (False, True)


def test_attribute_can_be_taken_back() -> None:
    class Account(UserMixin):
        pass

    account = Account()
    account.is_active = False
    del account.is_active

    assert account.is_active is True
    with pytest.raises(AttributeError, match="is_active"):
        del account.is_active


@pytest.mark.parametrize("options", [{}, {"slots": True}], ids=["dict", "slots"])
def test_dataclass_field_without_a_default_has_to_be_given(options: dict[str, t.Any]) -> None:
    fields = [("id", int), ("is_active", bool), ("name", str)]
    account_class = dataclasses.make_dataclass("Account", fields, bases=(UserMixin,), **options)

    assert account_class(1, False, "ada").is_authenticated is False
    with pytest.raises(TypeError, match="is_active"):
        account_class(1, name="ada")


@pytest.mark.parametrize("question", ["is_active", "is_authenticated", "is_anonymous"])
@pytest.mark.parametrize("mixin", [UserMixin, AnonymousUserMixin])
def test_answer_can_be_patched_on_a_class(mixin: t.Any, question: str) -> None:
    account_class = type("Account", (mixin,), {})
    answer = getattr(account_class(), question)

    with mock.patch.object(account_class, question, not answer):
        assert getattr(account_class(), question) is not answer

    assert getattr(account_class(), question) is answer


def test_answer_can_be_replaced_for_a_test(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Closed, "is_active", property(lambda user: True))

    assert Closed().is_authenticated is True


def test_property_answers_for_the_mixin() -> None:
    class Account(UserMixin):
        @property
        def is_active(self) -> bool:
            return not super().is_active

    assert Account().is_active is False


def test_dataclass_compares_by_its_fields() -> None:
    assert Member(1) == Member(1)
    assert Member(1) != Member(1, is_active=False)


def test_dataclass_without_eq_compares_by_id() -> None:
    @dataclasses.dataclass(eq=False)
    class Account(UserMixin):
        id: int
        name: str = ""

    assert Account(1, "ada") == Account(1)
    assert len({Account(1), Account(1)}) == 2


@pytest.mark.parametrize("options", [{}, {"slots": True}, {"frozen": True}], ids=repr)
def test_guest_may_be_a_dataclass(options: dict[str, t.Any]) -> None:
    @dataclasses.dataclass(**options)
    class Guest(AnonymousUserMixin):
        name: str = "guest"
        is_active: bool = True

    assert (Guest().is_active, Guest().is_authenticated, Guest("x").name) == (True, False, "x")


def test_guest_may_have_slots() -> None:
    class Guest(AnonymousUserMixin):
        __slots__ = ("name",)

    guest = Guest()
    guest.name = "guest"

    assert (guest.name, guest.is_anonymous) == ("guest", True)


@pytest.mark.parametrize("mixin", [UserMixin, AnonymousUserMixin])
def test_mixin_itself_takes_attributes(mixin: t.Any) -> None:
    user = mixin()
    user.name = "ada"

    assert user.name == "ada"


class TestColumns:
    """Models of SQLAlchemy."""

    @pytest.fixture
    def base(self) -> t.Any:
        orm = pytest.importorskip("sqlalchemy.orm")
        return type("Base", (orm.DeclarativeBase,), {})

    @pytest.fixture
    def open_session(self, base: t.Any) -> t.Iterator[t.Any]:
        sqlalchemy = pytest.importorskip("sqlalchemy")
        orm = pytest.importorskip("sqlalchemy.orm")
        engine = sqlalchemy.create_engine("sqlite://", poolclass=sqlalchemy.pool.StaticPool)

        def open_session(*objects: t.Any) -> t.Any:
            base.metadata.create_all(engine)

            with orm.Session(engine) as session:
                session.add_all(objects)
                session.commit()

            return orm.Session(engine)

        yield open_session
        engine.dispose()

    @pytest.fixture
    def account(self, base: t.Any) -> t.Any:
        """A model with a column ``is_active``."""
        orm = pytest.importorskip("sqlalchemy.orm")

        class Account(UserMixin, base):
            __tablename__ = "account"
            __annotations__ = {"id": orm.Mapped[int], "is_active": orm.Mapped[bool]}
            id = orm.mapped_column(primary_key=True)

        return Account

    def test_answer_without_a_column_cannot_be_written(self, base: t.Any) -> None:
        orm = pytest.importorskip("sqlalchemy.orm")

        class Account(UserMixin, base):
            __tablename__ = "account"
            __annotations__ = {"id": orm.Mapped[int]}
            id = orm.mapped_column(primary_key=True)

        with pytest.raises(AttributeError, match="no column 'is_active'"):
            Account(id=1).is_active = False

    def test_column_answers_for_the_mixin(self, account: t.Any, open_session: t.Any) -> None:
        with open_session(account(id=1, is_active=False)) as session:
            assert session.get(account, 1).is_active is False
            assert session.get(account, 1).is_authenticated is False

    def test_column_can_be_selected_by(self, account: t.Any, open_session: t.Any) -> None:
        closed, active = account(id=1, is_active=False), account(id=2, is_active=True)

        with open_session(closed, active) as session:
            assert [user.id for user in session.query(account).where(account.is_active)] == [2]

    def test_column_can_be_changed(self, account: t.Any, open_session: t.Any) -> None:
        with open_session(account(id=1, is_active=True)) as session:
            session.get(account, 1).is_active = False
            session.commit()
            assert session.get(account, 1).is_authenticated is False

    def test_column_of_a_model_that_is_a_dataclass_has_to_be_given(self, base: t.Any) -> None:
        orm = pytest.importorskip("sqlalchemy.orm")

        class Reader(orm.MappedAsDataclass, UserMixin, base):
            __tablename__ = "reader"
            __annotations__ = {"id": orm.Mapped[int], "is_active": orm.Mapped[bool]}
            id = orm.mapped_column(init=False, primary_key=True)

        assert Reader(is_active=False).is_authenticated is False
        with pytest.raises(TypeError, match="is_active"):
            Reader()


def test_answer_may_have_another_name_in_another_class() -> None:
    class Renamed(UserMixin):
        active = UserMixin.is_active

    @dataclasses.dataclass
    class Account(UserMixin):
        id: int
        is_active: bool = dataclasses.field()

    assert Renamed().active is True
    assert Account(1, False).is_active is False

    with pytest.raises(TypeError, match="is_active"):
        Account(1)  # type: ignore[call-arg]


class Switched:
    is_active = False


class Asked:
    @property
    def is_active(self) -> bool:
        return False


class Writable:
    closed = False

    @property
    def is_active(self) -> bool:
        return not self.closed

    @is_active.setter
    def is_active(self, value: bool) -> None:
        self.closed = not value


class TestOtherBaseClass:
    """What stands beside the mixin, and behind it."""

    def test_plain_value_answers(self) -> None:
        class Account(UserMixin, Switched):
            pass

        assert (Account().is_active, Account().is_authenticated) == (False, False)

    def test_attribute_that_can_be_written_is_written(self) -> None:
        class Account(UserMixin, Writable):
            pass

        user = Account()
        user.is_active = False
        assert (user.closed, user.is_active, user.is_authenticated) == (True, False, False)

    def test_class_derived_from_it_answers_as_well(self) -> None:
        class Account(UserMixin, Writable):
            pass

        class Staff(Account):
            pass

        user = Staff()
        user.is_active = False
        assert (user.closed, user.is_authenticated) == (True, False)

    def test_it_comes_first_in_front_of_the_mixin(self) -> None:
        class Account(Asked, UserMixin):
            pass

        assert (Account().is_active, Account().is_authenticated) == (False, False)

    def test_own_answer_comes_first(self) -> None:
        class Account(UserMixin, Switched):
            is_active = True

        assert Account().is_active is True

    def test_another_mixin_of_ours_is_none(self) -> None:
        class Account(UserMixin, AnonymousUserMixin):
            pass

        assert (Account().is_active, Account().is_anonymous) == (True, False)

    def test_property_may_ask_what_it_overrides(self) -> None:
        class Account(UserMixin):
            paid = True

            @property
            def is_active(self) -> bool:
                return super().is_active and self.paid

        user = Account()
        assert user.is_authenticated is True
        user.paid = False
        assert user.is_authenticated is False
