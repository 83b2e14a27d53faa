from __future__ import annotations

import typing as t

import pytest

from flask_login import AnonymousUserMixin
from flask_login import UserMixin


class Account(UserMixin):
    def __init__(self, id: t.Any) -> None:
        self.id = id


class Admin(UserMixin):
    def __init__(self, id: t.Any) -> None:
        self.id = id


@pytest.mark.parametrize(
    ("question", "answer"),
    [("is_active", True), ("is_authenticated", True), ("is_anonymous", False)],
)
def test_user_answers(question: str, answer: bool) -> None:
    assert getattr(Account(1), question) is answer


@pytest.mark.parametrize(
    ("question", "answer"),
    [("is_active", False), ("is_authenticated", False), ("is_anonymous", True)],
)
def test_anonymous_user_answers(question: str, answer: bool) -> None:
    assert getattr(AnonymousUserMixin(), question) is answer


def test_anonymous_user_has_no_id() -> None:
    assert AnonymousUserMixin().get_id() is None


def test_inactive_user_is_not_authenticated() -> None:
    class Closed(Account):
        is_active = False

    assert Closed(1).is_authenticated is False


@pytest.mark.parametrize("id", [1, "1"], ids=repr)
def test_id_is_a_string(id: object) -> None:
    assert Account(id).get_id() == "1"


def test_user_without_an_id_yet_has_none() -> None:
    assert Account(None).get_id() is None


def test_class_without_id_has_to_override_get_id() -> None:
    with pytest.raises(NotImplementedError, match="override `get_id`"):
        UserMixin().get_id()


def test_users_with_the_same_id_are_equal() -> None:
    assert Account(1) == Account("1")
    assert not Account(1) != Account("1")


def test_users_with_different_ids_differ() -> None:
    assert Account(1) != Account(2)
    assert not Account(1) == Account(2)


def test_users_of_two_classes_are_equal_by_id() -> None:
    assert Account(1) == Admin(1)


@pytest.mark.parametrize("other", [None, 1, "1", AnonymousUserMixin()], ids=repr)
def test_user_equals_nothing_else(other: object) -> None:
    assert Account(1) != other
    assert not Account(1) == other


def test_other_side_of_a_comparison_is_asked() -> None:
    class Anyone:
        def __eq__(self, other: object) -> bool:
            return True

    assert Account(1) == Anyone()


def test_hash_is_that_of_the_object() -> None:
    first, second = Account(1), Account(1)

    assert hash(first) == object.__hash__(first)
    assert len({first, second}) == 2
    assert {first: "first"}[first] == "first"
