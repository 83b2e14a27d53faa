"""Tests for an implementation of :class:`.Records`. Import them from :mod:`flask_login.testing`."""

from __future__ import annotations

import secrets
import time
import typing as t
from collections.abc import Callable
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from dataclasses import replace
from functools import partial
from threading import Barrier

import pytest

from . import Records
from . import StoredLogin

T = t.TypeVar("T")

HOUR = 60 * 60 * 1_000_000

#: The largest integer that JavaScript and Lua represent exactly.
LATEST = 2**53 - 1

TEXTS = {
    "empty": "",
    "spaces": "  a  b  ",
    "line breaks": "a\r\nb\tc\n",
    "accents": "Zoë",
    "combining accents": "Zoe\u0308",
    "emoji": "👩🏽‍💻",
    "quotes": "'a' \"b\" `c` -- ;",
    "backslashes": "a\\b\\'c\\\\",
    "braces": "{a}{}}{",
    "patterns": "%_*?[a]^$",
    "JSON": '{"a": null}',
    "a colon": "a:b",
    "a number": "0",
    "none": "None",
    "long": "x" * 255,
}

# Pairs of user IDs that a store might confuse.
ALIKE = {
    "case": ("ada", "Ada"),
    "trailing space": ("ada", "ada "),
    "leading zero": ("1", "01"),
    "accent": ("zoe", "zoë"),
    "composition": ("zoë", "zoe\u0308"),
    "sharp s": ("strasse", "straße"),
    "emoji": ("👩", "👨"),
    "braces": ("{ada}b", "{ada}c"),
    "empty braces": ("{}", "{}{}"),
    "prefix": ("ada", "ada:b"),
    "pattern": ("a%", "ada"),
    "wildcard": ("a*", "ada"),
    "empty": ("", "None"),
    "long": ("x" * 254 + "a", "x" * 254 + "b"),
}

TEXT_FIELDS = ("user_agent", "address", "label")

# Pairs of a field and a value to store.
VALUES = [
    *(pytest.param("user_agent", text, id=f"user_agent-{name}") for name, text in TEXTS.items()),
    *(pytest.param("label", TEXTS[name], id=f"label-{name}") for name in ("empty", "emoji")),
    *(pytest.param("address", text, id=f"address-{text}") for text in ("", "::1", "203.0.113.0")),
    *(pytest.param("source", text, id=f"source-{text}") for text in ("session", "remember")),
    *(pytest.param("stamp", value, id=f"stamp-{value}") for value in (None, "", "0", "None")),
    *(pytest.param(name, value, id=f"{name}-{value}")
      for name in ("forced", "rotates") for value in (True, False)),
    *(pytest.param("duration", value, id=f"duration-{value}")
      for value in (None, 0, 1, 7900 * 365 * 24 * 60 * 60)),
    *(pytest.param(name, value, id=f"{name}-{value}")
      for name in ("remembered_until", "confirmed_at") for value in (None, 0, LATEST)),
    *(pytest.param(name, value, id=f"{name}-{value}")
      for name in ("seen_at", "authenticated_at", "rotated_at") for value in (1, LATEST)),
    pytest.param("kept_until", LATEST, id="kept_until"),
    pytest.param("generation", 2**31 - 1, id="generation"),
]  # fmt: skip

each_text: pytest.MarkDecorator = pytest.mark.parametrize("user_id", TEXTS.values(), ids=TEXTS)
each_value: pytest.MarkDecorator = pytest.mark.parametrize(("field", "value"), VALUES)
each_pair: pytest.MarkDecorator = pytest.mark.parametrize(
    ("user_id", "other"), ALIKE.values(), ids=ALIKE
)


class RecordsContract:
    """The tests that any record store must pass. In a subclass, override the fixture ``records``::

        import pytest
        from flask_login.testing import RecordsContract

        class TestMyRecords(RecordsContract):
            @pytest.fixture
            def records(self):
                return MyRecords()

    The tests do not sleep. They use times near the real time, so that a store whose rows expire by
    themselves passes, too.
    """

    @pytest.fixture
    def records(self) -> Records:
        """Return an empty store."""
        raise NotImplementedError("Override the fixture 'records': it returns an empty store.")

    # Find

    def test_stored_login_is_found(self, records: Records) -> None:
        login = store(records)
        assert records.find("ada", login.key).login == login

    def test_unknown_login_is_not_found(self, records: Records) -> None:
        store(records)
        assert records.find("ada", new_key()).login is None

    def test_login_of_an_unknown_user_is_not_found(self, records: Records) -> None:
        login = store(records)
        assert records.find("brian", login.key).login is None

    def test_keys_that_differ_in_case_are_two_keys(self, records: Records) -> None:
        login = store(records, key="a" * 43)
        other = store(records, key="A" * 43)
        assert records.find("ada", login.key).login == login
        assert records.find("ada", other.key).login == other

    def test_expired_login_is_found(self, records: Records) -> None:
        login = store(records, expires_at=now() - HOUR)
        assert records.find("ada", login.key).login == login

    def test_nothing_is_kept_from_being_adopted_at_first(self, records: Records) -> None:
        assert records.find("ada", new_key()).not_adopted_until == 0

    @each_value
    def test_value_of_a_created_login_is_found(
        self, records: Records, field: str, value: t.Any
    ) -> None:
        login = store(records, **{field: value})
        assert_same(records.find("ada", login.key).login, login)

    @each_value
    def test_value_of_an_adopted_login_is_found(
        self, records: Records, field: str, value: t.Any
    ) -> None:
        login = new_login(**{field: value})
        assert_same(records.adopt(login), login)
        assert_same(records.find("ada", login.key).login, login)

    @each_value
    def test_value_of_a_listed_login_is_found(
        self, records: Records, field: str, value: t.Any
    ) -> None:
        login = store(records, **{field: value})
        assert_same(only(records.list("ada", now())), login)

    @each_value
    def test_changed_value_is_found(self, records: Records, field: str, value: t.Any) -> None:
        login = store(records)
        assert records.change("ada", login.key, {field: value})
        assert_same(records.find("ada", login.key).login, replace(login, **{field: value}))

    # Create

    def test_created_login_is_stored(self, records: Records) -> None:
        created = records.create(new_login())
        assert (created.stored, [*created.ended]) == (True, [])

    def test_logins_are_not_limited_by_default(self, records: Records) -> None:
        keys = {store(records).key for _ in range(20)}
        assert counting(records) == keys

    def test_login_below_the_limit_ends_none(self, records: Records) -> None:
        first = store(records)
        second = new_login()
        assert not records.create(second, limit=2).ended
        assert counting(records) == {first.key, second.key}

    def test_login_at_the_limit_ends_the_oldest(self, records: Records) -> None:
        store(records, created_at=now() - 1 * HOUR)
        oldest = store(records, created_at=now() - 3 * HOUR)
        store(records, created_at=now() - 2 * HOUR)
        created = records.create(new_login(), limit=3)
        assert (created.stored, [*created.ended]) == (True, [oldest.key])

    def test_login_that_made_room_has_ended(self, records: Records) -> None:
        oldest = store(records)
        records.create(new_login(), limit=1)
        assert_over(records.find("ada", oldest.key).login, oldest, "ended")

    def test_login_at_the_limit_is_stored(self, records: Records) -> None:
        store(records)
        login = new_login()
        records.create(login, limit=1)
        assert counting(records) == {login.key}

    def test_lower_limit_ends_as_many_as_needed(self, records: Records) -> None:
        keys = [store(records, created_at=now() - age * HOUR).key for age in (5, 4, 3, 2, 1)]
        login = new_login()
        created = records.create(login, limit=2)
        assert {*created.ended} == {*keys[:4]}
        assert counting(records) == {keys[4], login.key}

    def test_login_at_the_limit_is_refused_where_none_is_to_end(self, records: Records) -> None:
        first = store(records)
        refused = new_login()
        created = records.create(refused, limit=1, end_oldest=False)
        assert (created.stored, [*created.ended]) == (False, [])
        assert counting(records) == {first.key}

    def test_refused_login_is_not_found(self, records: Records) -> None:
        store(records)
        refused = new_login()
        records.create(refused, limit=1, end_oldest=False)
        assert records.find("ada", refused.key).login is None

    def test_login_below_the_limit_is_not_refused(self, records: Records) -> None:
        store(records)
        assert records.create(new_login(), limit=2, end_oldest=False).stored

    def test_expired_login_does_not_count_towards_the_limit(self, records: Records) -> None:
        store(records, expires_at=now() - 1)
        assert records.create(new_login(), limit=1, end_oldest=False).stored

    def test_login_that_expires_now_does_not_count_towards_the_limit(
        self, records: Records
    ) -> None:
        login = new_login()
        store(records, expires_at=login.created_at)
        assert records.create(login, limit=1, end_oldest=False).stored

    def test_ended_login_does_not_count_towards_the_limit(self, records: Records) -> None:
        login = store(records)
        records.end("ada", now(), keys=[login.key])
        assert records.create(new_login(), limit=1, end_oldest=False).stored

    def test_login_that_ended_with_all_does_not_count_towards_the_limit(
        self, records: Records
    ) -> None:
        store(records)
        records.end_all(now())
        assert records.create(new_login(), limit=1, end_oldest=False).stored

    def test_login_of_another_user_does_not_count_towards_the_limit(self, records: Records) -> None:
        other = store(records, "brian")
        assert records.create(new_login(), limit=1, end_oldest=False).stored
        assert counting(records, "brian") == {other.key}

    def test_expired_login_does_not_make_room(self, records: Records) -> None:
        store(records, created_at=now() - 3 * HOUR, expires_at=now() - HOUR)
        oldest = store(records, created_at=now() - 2 * HOUR)
        assert [*records.create(new_login(), limit=1).ended] == [oldest.key]

    def test_login_after_the_end_of_the_others_counts(self, records: Records) -> None:
        records.end("ada", now())
        login = store(records, authenticated_at=now() - HOUR)
        assert counting(records) == {login.key}

    # Adopt

    def test_adopted_login_is_returned(self, records: Records) -> None:
        login = new_login()
        assert records.adopt(login) == login

    def test_adopted_login_counts(self, records: Records) -> None:
        login = new_login()
        records.adopt(login)
        assert counting(records) == {login.key}

    def test_login_is_adopted_once(self, records: Records) -> None:
        first = new_login()
        records.adopt(first)
        assert records.adopt(replace(first, label="again")) == first
        assert records.find("ada", first.key).login == first

    def test_login_that_is_stored_is_not_adopted(self, records: Records) -> None:
        login = store(records)
        assert records.adopt(replace(login, label="again")) == login

    def test_login_that_ended_is_not_adopted_again(self, records: Records) -> None:
        login = new_login()
        records.adopt(login)
        records.end("ada", now(), keys=[login.key])
        assert_over(records.adopt(login), login, "ended")
        assert counting(records) == set()

    def test_login_that_ended_with_all_is_not_adopted_again(self, records: Records) -> None:
        login = new_login(authenticated_at=now() + HOUR)
        records.adopt(login)
        records.end_all(now())
        assert ended(records.adopt(login)) == "ended"
        assert counting(records) == set()

    @pytest.mark.parametrize("later", [0, -1, -HOUR], ids=["then", "just before", "before"])
    def test_login_from_before_the_end_of_the_others_is_not_adopted(
        self, records: Records, later: int
    ) -> None:
        at = now()
        records.end("ada", at)
        login = new_login(authenticated_at=at + later)
        assert records.adopt(login) is None
        assert records.find("ada", login.key).login is None

    @pytest.mark.parametrize("later", [0, -1, -HOUR], ids=["then", "just before", "before"])
    def test_login_from_before_the_end_of_all_is_not_adopted(
        self, records: Records, later: int
    ) -> None:
        at = now()
        records.end_all(at)
        login = new_login(authenticated_at=at + later)
        assert records.adopt(login) is None
        assert records.find("ada", login.key).login is None

    def test_login_from_after_the_end_of_the_others_is_adopted(self, records: Records) -> None:
        at = now()
        records.end("ada", at)
        login = new_login(authenticated_at=at + 1)
        assert records.adopt(login) == login

    def test_login_from_after_the_end_of_all_is_adopted(self, records: Records) -> None:
        at = now()
        records.end_all(at)
        login = new_login(authenticated_at=at + 1)
        assert records.adopt(login) == login
        assert counting(records) == {login.key}

    def test_login_from_between_the_ends_of_all_and_of_the_user_is_not_adopted(
        self, records: Records
    ) -> None:
        at = now()
        records.end_all(at - HOUR)
        records.end("ada", at)
        assert records.adopt(new_login(authenticated_at=at - 1)) is None

    def test_login_that_goes_on_is_returned_whenever_it_began(self, records: Records) -> None:
        login = new_login(authenticated_at=now() - HOUR)
        records.adopt(login)
        records.end("ada", now(), besides=login.key)
        assert records.adopt(login) == login

    # Change

    def test_change_sets_fields(self, records: Records) -> None:
        login = store(records)
        assert records.change("ada", login.key, {"label": "phone", "seen_at": login.seen_at + 1})
        changed = replace(login, label="phone", seen_at=login.seen_at + 1)
        assert records.find("ada", login.key).login == changed

    def test_change_leaves_other_logins_alone(self, records: Records) -> None:
        login, other = store(records), store(records)
        records.change("ada", login.key, {"label": "phone"})
        assert records.find("ada", other.key).login == other

    def test_change_of_an_unknown_login_fails(self, records: Records) -> None:
        key = new_key()
        assert records.change("ada", key, {"label": "phone"}) is False
        assert records.find("ada", key).login is None

    def test_change_of_a_login_of_another_user_fails(self, records: Records) -> None:
        login = store(records)
        assert records.change("brian", login.key, {"label": "phone"}) is False
        assert records.find("ada", login.key).login == login

    def test_change_of_an_ended_login_fails(self, records: Records) -> None:
        login = store(records)
        records.end("ada", now(), keys=[login.key])
        assert records.change("ada", login.key, {"label": "phone"}) is False
        assert_over(records.find("ada", login.key).login, login, "ended")

    def test_change_of_a_login_that_ended_with_all_fails(self, records: Records) -> None:
        login = store(records)
        records.end_all(now())
        assert records.change("ada", login.key, {"seen_at": now()}) is False
        assert ended(records.find("ada", login.key).login) == "ended"

    def test_change_of_an_expired_login_succeeds(self, records: Records) -> None:
        login = store(records, expires_at=now() - HOUR)
        assert records.change("ada", login.key, {"label": "phone"}) is True

    def test_changed_expiry_counts(self, records: Records) -> None:
        login = store(records)
        records.change("ada", login.key, {"expires_at": login.created_at})
        assert counting(records) == set()

    @pytest.mark.parametrize(
        "expected",
        [
            {"generation": 3},
            {"confirmed_at": None},
            {"rotates": True},
            {"label": "phone"},
            {"rotated_at": LATEST},
            {"generation": 3, "confirmed_at": None, "stamp": "a"},
            {},
        ],
        ids=["number", "none", "flag", "text", "large number", "several", "nothing"],
    )
    def test_change_of_what_is_expected_succeeds(
        self, records: Records, expected: dict[str, t.Any]
    ) -> None:
        login = store(records, generation=3, label="phone", stamp="a", rotated_at=LATEST)
        assert records.change("ada", login.key, {"seen_at": 1}, expected=expected) is True
        assert records.find("ada", login.key).login == replace(login, seen_at=1)

    @pytest.mark.parametrize(
        "expected",
        [
            {"generation": 2},
            {"confirmed_at": 0},
            {"stamp": None},
            {"rotates": False},
            {"label": ""},
            {"label": "Phone"},
            {"rotated_at": LATEST - 1},
            {"generation": 3, "confirmed_at": 1},
            {"generation": 2, "confirmed_at": None},
        ],
        ids=str,
    )
    def test_change_of_what_is_not_expected_fails(
        self, records: Records, expected: dict[str, t.Any]
    ) -> None:
        login = store(records, generation=3, label="phone", stamp="a", rotated_at=LATEST)
        assert records.change("ada", login.key, {"seen_at": 1}, expected=expected) is False
        assert records.find("ada", login.key).login == login

    def test_change_of_what_is_expected_of_an_ended_login_fails(self, records: Records) -> None:
        login = store(records)
        records.end("ada", now(), keys=[login.key])
        assert not records.change("ada", login.key, {"seen_at": 1}, expected={"generation": 0})

    def test_field_can_be_both_expected_and_set(self, records: Records) -> None:
        login = store(records)
        step = partial(
            records.change, "ada", login.key, {"generation": 1}, expected={"generation": 0}
        )
        assert [step(), step()] == [True, False]

    # List

    def test_user_without_logins_has_an_empty_list(self, records: Records) -> None:
        store(records, "brian")
        assert [*records.list("ada", now())] == []

    def test_newest_login_is_listed_first(self, records: Records) -> None:
        at = now()
        ages = (2, 0, 3, 1)
        keys = {age: store(records, created_at=at - age).key for age in ages}
        assert [login.key for login in records.list("ada", at)] == [keys[age] for age in range(4)]

    def test_logins_are_listed_by_creation_alone(self, records: Records) -> None:
        at = now()
        old = store(records, created_at=at - HOUR, seen_at=at, expires_at=at + 3 * HOUR)
        new = store(records, created_at=at, seen_at=at - HOUR, expires_at=at + 2 * HOUR)
        assert [login.key for login in records.list("ada", now())] == [new.key, old.key]

    def test_login_is_listed_until_it_expires(self, records: Records) -> None:
        login = store(records)
        assert counting(records, at=login.expires_at - 1) == {login.key}
        assert counting(records, at=login.expires_at) == set()

    def test_ended_login_is_not_listed(self, records: Records) -> None:
        login, other = store(records), store(records)
        records.end("ada", now(), keys=[login.key])
        assert counting(records) == {other.key}

    def test_login_that_ended_with_all_is_not_listed(self, records: Records) -> None:
        store(records)
        records.end_all(now())
        assert counting(records) == set()

    # End

    def test_end_ends_all_logins_of_the_user(self, records: Records) -> None:
        keys = {store(records).key for _ in range(3)}
        assert {*records.end("ada", now())} == keys
        assert counting(records) == set()

    def test_each_ended_key_is_returned_once(self, records: Records) -> None:
        login = store(records)
        assert [*records.end("ada", now(), keys=[login.key, login.key])] == [login.key]

    @pytest.mark.parametrize("collection", [list, tuple, set, frozenset, dict.fromkeys])
    def test_end_ends_the_named_logins_alone(
        self, records: Records, collection: Callable[[Sequence[str]], t.Any]
    ) -> None:
        first, second, third = store(records).key, store(records).key, store(records).key
        assert {*records.end("ada", now(), keys=collection([first, second]))} == {first, second}
        assert counting(records) == {third}

    def test_end_of_no_keys_ends_nothing(self, records: Records) -> None:
        login = store(records)
        assert [*records.end("ada", now(), keys=[])] == []
        assert counting(records) == {login.key}

    def test_end_of_an_unknown_key_ends_nothing(self, records: Records) -> None:
        login = store(records)
        assert [*records.end("ada", now(), keys=[new_key()])] == []
        assert counting(records) == {login.key}

    def test_end_besides_one_leaves_that_one(self, records: Records) -> None:
        this, other = store(records), store(records)
        assert [*records.end("ada", now(), besides=this.key)] == [other.key]
        assert records.find("ada", this.key).login == this

    def test_end_besides_an_unknown_one_ends_all(self, records: Records) -> None:
        login = store(records)
        assert [*records.end("ada", now(), besides=new_key())] == [login.key]

    def test_named_login_besides_which_others_end_goes_on(self, records: Records) -> None:
        this, other = store(records).key, store(records).key
        assert [*records.end("ada", now(), keys=[this, other], besides=this)] == [other]
        assert counting(records) == {this}

    @pytest.mark.parametrize("reason", ["ended", "stolen"])
    def test_row_of_an_ended_login_stays_with_its_reason(
        self, records: Records, reason: t.Literal["ended", "stolen"]
    ) -> None:
        login = store(records, **dict.fromkeys(TEXT_FIELDS, "kept"))
        records.end("ada", now(), keys=[login.key], reason=reason)
        assert_over(records.find("ada", login.key).login, login, reason)

    def test_ended_login_does_not_end_again(self, records: Records) -> None:
        login = store(records)
        records.end("ada", now(), reason="stolen")
        assert [*records.end("ada", now())] == []
        assert ended(records.find("ada", login.key).login) == "stolen"

    def test_end_does_not_return_a_login_that_ended_with_all(self, records: Records) -> None:
        store(records)
        records.end_all(now())
        assert [*records.end("ada", now())] == []

    def test_end_does_not_return_an_expired_login(self, records: Records) -> None:
        login = store(records)
        assert [*records.end("ada", login.expires_at)] == []

    def test_expired_login_can_be_ended(self, records: Records) -> None:
        login = store(records, expires_at=now() - HOUR)
        records.end("ada", now())
        assert_over(records.find("ada", login.key).login, login, "ended")

    @pytest.mark.parametrize("keys", [True, False], ids=["by key", "with all"])
    def test_login_of_another_user_does_not_end(self, records: Records, keys: bool) -> None:
        login = store(records)
        other = store(records, "brian")
        ended = records.end("ada", now(), keys=[login.key, other.key] if keys else None)
        assert [*ended] == [login.key]
        assert records.find("brian", other.key).login == other

    @pytest.mark.parametrize("besides", [None, "a" * 43], ids=["all", "all besides one"])
    def test_end_of_all_logins_is_noted(self, records: Records, besides: str | None) -> None:
        at = now()
        records.end("ada", at, besides=besides)
        assert records.find("ada", new_key()).not_adopted_until == at

    def test_end_of_all_logins_is_noted_beside_a_login(self, records: Records) -> None:
        login, at = store(records), now()
        records.end("ada", at)
        assert records.find("ada", login.key).not_adopted_until == at

    def test_end_of_named_logins_is_not_noted(self, records: Records) -> None:
        login = store(records)
        records.end("ada", now(), keys=[login.key])
        records.end("ada", now(), keys=[])
        assert records.find("ada", login.key).not_adopted_until == 0

    def test_end_of_all_logins_is_noted_for_that_user_alone(self, records: Records) -> None:
        records.end("ada", now())
        assert records.find("brian", new_key()).not_adopted_until == 0

    def test_latest_end_is_noted(self, records: Records) -> None:
        at = now()
        records.end("ada", at - HOUR)
        records.end("ada", at)
        assert records.find("ada", new_key()).not_adopted_until == at

    def test_end_by_a_clock_that_is_slow_takes_nothing_back(self, records: Records) -> None:
        at = now()
        records.end("ada", at)
        records.end("ada", at - HOUR)
        assert records.find("ada", new_key()).not_adopted_until == at

    # End all

    def test_end_of_everyone_ends_all_logins(self, records: Records) -> None:
        logins = [store(records, user_id) for user_id in ("ada", "ada", "brian", "carla")]
        records.end_all(now())
        found = [records.find(login.user_id, login.key).login for login in logins]
        assert [ended(login) for login in found] == ["ended"] * 4

    def test_end_of_everyone_leaves_the_reason_of_who_ended_before(self, records: Records) -> None:
        login = store(records)
        records.end("ada", now(), reason="stolen")
        records.end_all(now())
        assert ended(records.find("ada", login.key).login) == "stolen"

    def test_login_after_the_end_of_everyone_counts(self, records: Records) -> None:
        records.end_all(now())
        login = store(records)
        assert counting(records) == {login.key}
        assert records.find("ada", login.key).login == login

    def test_everyone_can_be_ended_again(self, records: Records) -> None:
        records.end_all(now())
        login = store(records)
        records.end_all(now())
        assert ended(records.find("ada", login.key).login) == "ended"
        assert counting(records) == set()

    def test_everyone_can_be_ended_twice_at_one_time(self, records: Records) -> None:
        at = now()
        records.end_all(at)
        store(records)
        records.end_all(at)
        assert counting(records) == set()

    @pytest.mark.parametrize("user_id", ["ada", "somebody"])
    def test_end_of_everyone_is_noted(self, records: Records, user_id: str) -> None:
        store(records)
        at = now()
        records.end_all(at)
        assert records.find(user_id, new_key()).not_adopted_until == at

    @pytest.mark.parametrize("later", [HOUR, -HOUR], ids=["after", "before"])
    def test_later_of_the_ends_of_a_user_and_of_everyone_is_found(
        self, records: Records, later: int
    ) -> None:
        at = now()
        records.end_all(at)
        records.end("ada", at + later)
        assert records.find("ada", new_key()).not_adopted_until == max(at, at + later)

    def test_end_of_everyone_by_a_clock_that_is_slow_takes_nothing_back(
        self, records: Records
    ) -> None:
        at = now()
        records.end_all(at)
        records.end_all(at - HOUR)
        assert records.find("ada", new_key()).not_adopted_until == at

    # Purge

    def test_purge_of_an_empty_store_removes_nothing(self, records: Records) -> None:
        assert records.purge(now()) == 0

    def test_purged_login_is_not_found(self, records: Records) -> None:
        login = store_due(records)
        records.purge(now())
        assert records.find("ada", login.key).login is None

    def test_purge_removes_what_is_due_at_that_very_time(self, records: Records) -> None:
        login = store_due(records)
        records.purge(login.kept_until)
        assert records.find("ada", login.key).login is None

    def test_purged_login_of_who_has_ended_is_not_found(self, records: Records) -> None:
        login = store_due(records)
        records.end("ada", now())
        records.purge(now())
        assert records.find("ada", login.key).login is None

    def test_purge_goes_by_the_time_that_was_set_last(self, records: Records) -> None:
        login = store(records)
        past = now() - HOUR
        records.change("ada", login.key, {"expires_at": past, "kept_until": past})
        records.purge(now())
        assert records.find("ada", login.key).login is None

    def test_login_that_is_kept_for_longer_is_not_purged(self, records: Records) -> None:
        login = store(records)
        later = login.kept_until + HOUR
        records.change("ada", login.key, {"expires_at": later, "kept_until": later})
        records.purge(later - 1)
        assert counting(records) == {login.key}

    def test_purge_returns_how_many_it_removed(self, records: Records) -> None:
        keys = [store_due(records).key for _ in range(3)]
        # A store whose rows expire by themselves may have deleted them before.
        there = [key for key in keys if records.find("ada", key).login]
        assert records.purge(now()) == len(there)

    def test_login_that_counts_is_not_purged(self, records: Records) -> None:
        store_due(records)
        login = store(records)
        records.purge(now())
        assert records.find("ada", login.key).login == login

    def test_expired_login_is_not_purged_while_it_is_kept(self, records: Records) -> None:
        login = store(records, expires_at=now() - HOUR)
        records.purge(now())
        assert records.find("ada", login.key).login == login

    def test_ended_login_is_not_purged_while_it_is_kept(self, records: Records) -> None:
        login = store(records)
        records.end("ada", now(), reason="stolen")
        records.purge(now())
        assert_over(records.find("ada", login.key).login, login, "stolen")

    def test_purge_leaves_what_keeps_logins_from_being_adopted(self, records: Records) -> None:
        store_due(records)
        at = now()
        records.end("ada", at)
        records.end_all(at - 1)
        records.purge(now())
        assert records.find("ada", new_key()).not_adopted_until == at
        assert records.find("brian", new_key()).not_adopted_until == at - 1

    # Any text can be the ID of a user

    @each_text
    def test_login_of_any_user_is_found(self, records: Records, user_id: str) -> None:
        login = store(records, user_id)
        assert records.find(user_id, login.key).login == login

    @each_text
    def test_login_of_any_user_is_listed(self, records: Records, user_id: str) -> None:
        login = store(records, user_id)
        assert only(records.list(user_id, now())) == login

    @each_text
    def test_login_of_any_user_is_adopted(self, records: Records, user_id: str) -> None:
        login = new_login(user_id)
        assert records.adopt(login) == login
        assert counting(records, user_id) == {login.key}

    @each_text
    def test_login_of_any_user_can_be_changed(self, records: Records, user_id: str) -> None:
        login = store(records, user_id)
        assert records.change(user_id, login.key, {"seen_at": 1}, expected={"generation": 0})

    @each_text
    def test_login_of_any_user_can_be_ended(self, records: Records, user_id: str) -> None:
        login, at = store(records, user_id), now()
        assert [*records.end(user_id, at)] == [login.key]
        assert records.find(user_id, login.key).not_adopted_until == at

    @each_text
    def test_logins_of_any_user_can_be_limited(self, records: Records, user_id: str) -> None:
        login = store(records, user_id)
        assert [*records.create(new_login(user_id), limit=1).ended] == [login.key]

    @each_pair
    def test_users_with_like_names_have_their_own_logins(
        self, records: Records, user_id: str, other: str
    ) -> None:
        first, second = store(records, user_id), store(records, other)
        assert counting(records, user_id) == {first.key}
        assert counting(records, other) == {second.key}

    @each_pair
    def test_end_leaves_users_with_like_names_alone(
        self, records: Records, user_id: str, other: str
    ) -> None:
        store(records, user_id)
        login = store(records, other)
        records.end(user_id, now())
        assert records.find(other, login.key) == (login, 0)

    @each_pair
    def test_limit_leaves_users_with_like_names_alone(
        self, records: Records, user_id: str, other: str
    ) -> None:
        store(records, other)
        assert not records.create(new_login(user_id), limit=1).ended

    # At once

    def test_many_logins_at_once_never_exceed_the_limit(self, records: Records) -> None:
        def log_in() -> int:
            records.create(new_login(), limit=3)
            return len(records.list("ada", now()))

        assert max(at_once(*[log_in] * 50)) == 3

    def test_many_logins_at_once_end_each_other_once(self, records: Records) -> None:
        before = [store(records).key for _ in range(3)]
        logins = [new_login() for _ in range(50)]
        created = at_once(*[partial(records.create, login, limit=3) for login in logins])
        ended = [key for one in created for key in one.ended]
        assert all(one.stored for one in created)
        assert sorted([*ended, *counting(records)]) == sorted(
            [*before, *(login.key for login in logins)]
        )

    def test_many_logins_at_once_are_refused_above_the_limit(self, records: Records) -> None:
        logins = [new_login() for _ in range(50)]
        create = partial(records.create, limit=3, end_oldest=False)
        created = at_once(*[partial(create, login) for login in logins])
        stored = {login.key for login, one in zip(logins, created, strict=True) if one.stored}
        assert len(stored) == 3
        assert counting(records) == stored

    def test_logins_of_many_users_at_once_are_all_stored(self, records: Records) -> None:
        logins = [new_login(f"user {number % 10}") for number in range(50)]
        at_once(*[partial(records.create, login, limit=5) for login in logins])
        found = [records.find(login.user_id, login.key).login for login in logins]
        assert found == logins

    def test_one_of_many_changes_at_once_finds_what_it_expects(self, records: Records) -> None:
        login = store(records)
        change = partial(records.change, "ada", login.key, expected={"generation": 0})
        done = at_once(*[partial(change, {"generation": n, "rotated_at": n}) for n in range(1, 21)])
        assert done.count(True) == 1
        number = done.index(True) + 1
        changed = replace(login, generation=number, rotated_at=number)
        assert records.find("ada", login.key).login == changed

    def test_changes_of_several_fields_at_once_are_all_kept(self, records: Records) -> None:
        login = store(records)
        changes: dict[str, t.Any] = {
            "seen_at": 1, "label": "phone", "generation": 1, "confirmed_at": 2, "stamp": "a",
            "duration": 3, "forced": True, "rotates": False, "address": "::1", "rotated_at": 4,
        }  # fmt: skip
        change = partial(records.change, "ada", login.key)
        at_once(*[partial(change, {name: value}) for name, value in changes.items()])
        assert records.find("ada", login.key).login == replace(login, **changes)

    def test_change_at_once_with_the_end_brings_nothing_back(self, records: Records) -> None:
        logins = [store(records) for _ in range(10)]
        changes = [partial(records.change, "ada", login.key, {"seen_at": 1}) for login in logins]
        at_once(*changes[:5], partial(records.end, "ada", now()), *changes[5:])
        assert counting(records) == set()

    def test_login_is_adopted_by_one_of_many_at_once(self, records: Records) -> None:
        login = new_login()
        adopted = at_once(
            *[partial(records.adopt, replace(login, label=str(n))) for n in range(30)]
        )
        assert len({*adopted}) == 1
        assert records.find("ada", login.key).login == adopted[0]

    @pytest.mark.parametrize("everyone", [False, True], ids=["of the user", "of everyone"])
    def test_login_adopted_at_once_with_the_end_has_ended(
        self, records: Records, everyone: bool
    ) -> None:
        at = now()
        end = partial(records.end_all, at) if everyone else partial(records.end, "ada", at)
        logins = [new_login(authenticated_at=at - n) for n in range(20)]
        adopt = [partial(records.adopt, login) for login in logins]
        at_once(*adopt[:10], end, *adopt[10:])
        assert counting(records) == set()

    def test_each_of_many_ends_at_once_returns_what_it_ended(self, records: Records) -> None:
        logins = [store(records).key for _ in range(5)]
        ended = at_once(*[partial(records.end, "ada", now())] * 20)
        assert sorted(key for keys in ended for key in keys) == sorted(logins)

    def test_logins_at_once_with_the_end_of_everyone_end_or_count(self, records: Records) -> None:
        before = [store(records, f"user {number}") for number in range(10)]
        during = [new_login(f"user {number}") for number in range(20)]
        create = [partial(records.create, login) for login in during]
        at_once(*create[:10], partial(records.end_all, now()), *create[10:])
        after = [store(records, f"user {number}") for number in range(10)]

        found = [records.find(login.user_id, login.key).login for login in before + during + after]
        reasons = [ended(login) for login in found]
        assert reasons[:10] == ["ended"] * 10
        assert {*reasons[10:30]} <= {"ended", None}
        assert found[30:] == after


def now() -> int:
    """Return the real time, in microseconds."""
    return time.time_ns() // 1000


def new_key() -> str:
    """Return a new key. It is as long as a SHA-256 in Base64."""
    return secrets.token_urlsafe(32)


def new_login(user_id: str = "ada", **values: t.Any) -> StoredLogin:
    """Return an active login with these values."""
    at = now()
    login = StoredLogin(
        key=new_key(),
        user_id=user_id,
        created_at=at,
        seen_at=at,
        expires_at=at + HOUR,
        kept_until=at + 4 * HOUR,
        authenticated_at=at,
    )
    return replace(login, **values)


def store(records: Records, user_id: str = "ada", **values: t.Any) -> StoredLogin:
    """Store a new login, and return it."""
    login = new_login(user_id, **values)
    records.create(login)
    return login


def store_due(records: Records) -> StoredLogin:
    """Store a login that is due to be purged. A store may delete it at once."""
    return store(records, expires_at=now() - 2 * HOUR, kept_until=now() - HOUR)


def counting(records: Records, user_id: str = "ada", at: int | None = None) -> set[str]:
    """Return the keys of a user's active logins."""
    return {login.key for login in records.list(user_id, now() if at is None else at)}


def only(logins: Sequence[StoredLogin]) -> StoredLogin:
    assert len(logins) == 1
    return logins[0]


def ended(login: StoredLogin | None) -> str | None:
    """Return why a login has ended. Assert that its row exists."""
    assert login is not None
    return login.ended


def assert_same(found: StoredLogin | None, login: StoredLogin) -> None:
    """Assert that each value is the same and has the same type: ``1`` is not ``True``."""
    names = [field.name for field in fields(StoredLogin)]
    assert [repr(getattr(found, name)) for name in names] == [
        repr(getattr(login, name)) for name in names
    ]


def assert_over(found: StoredLogin | None, login: StoredLogin, reason: str) -> None:
    """Assert that a login has ended for a reason, and that its row has no personal data left."""
    over: dict[str, t.Any] = {**dict.fromkeys(TEXT_FIELDS, ""), "ended": reason}
    assert found == replace(login, **over)


def at_once(*calls: Callable[[], T]) -> list[T]:
    """Call each in its own thread, all at the same time."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], T]) -> T:
        barrier.wait(60)
        return call()

    with ThreadPoolExecutor(len(calls)) as threads:
        return [*threads.map(run, calls)]
