"""What a record of a login says, how it is written down, and when the login is over."""

from __future__ import annotations

import typing as t
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from flask_login._login import find_stamp
from flask_login._login import Login
from flask_login._login import new_login
from flask_login._login import NO_STAMP
from flask_login._login import parse_login
from flask_login._login import Stamp
from flask_login.config import Settings

NOW = 1_750_000_000

IDLE, ABSOLUTE = "LOGIN_IDLE_TIMEOUT", "LOGIN_ABSOLUTE_TIMEOUT"

logins = st.builds(
    Login,
    user_id=st.text() | st.integers() | st.uuids(),
    authenticated_at=st.integers(),
    seen_at=st.none() | st.integers(),
    stamp=st.none() | st.just(NO_STAMP) | st.from_regex(r"[\w-]{1,43}", fullmatch=True),
    forced=st.booleans(),
    secret=st.none() | st.from_regex(r"[\w-]{1,43}", fullmatch=True),
)
quickly = hypothesis_settings(deadline=None, derandomize=True)


def make(**config: t.Any) -> Settings:
    return Settings({"SECRET_KEY": "deterministic", **config})


def user(stamp: t.Any = None, *, active: bool = True) -> t.Any:
    return SimpleNamespace(is_active=active, get_session_stamp=lambda: stamp)


def stamp_of(
    value: str | None, user_id: t.Any = "1", key: str = "deterministic", **config: t.Any
) -> Stamp:
    class User:
        def get_session_stamp(self) -> str | None:
            return value

    stamp = find_stamp(User(), user_id, make(SECRET_KEY=key, **config))
    assert stamp is not None
    return stamp


class TestRecord:
    @quickly
    @given(login=logins)
    def test_it_says_what_was_written(self, login: Login) -> None:
        assert parse_login(str(login), login.user_id) == login

    @quickly
    @given(login=logins, other=st.text() | st.integers())
    def test_it_is_of_nobody_else(self, login: Login, other: t.Any) -> None:
        if str(other) != str(login.user_id):
            assert parse_login(str(login), other) is None

    @quickly
    @given(record=st.none() | st.booleans() | st.integers() | st.text() | st.binary())
    def test_anything_else_is_none(self, record: t.Any) -> None:
        assert parse_login(record, "1") is None

    @quickly
    @given(times=st.text("0123456789.-f |e"))
    def test_anything_of_the_same_user_is_a_record_or_none(self, times: str) -> None:
        login = parse_login(f"{times}|1", "1")
        assert login is None or parse_login(str(login), "1") == login

    @pytest.mark.parametrize(
        ("login", "record"),
        [
            (Login("1", NOW), "1750000000...|1"),
            (Login(1, NOW), "1750000000...|1"),
            (Login("a|b.c", NOW), "1750000000...|a|b.c"),
            (Login("1", NOW, NOW + 5), "1750000000.1750000005..|1"),
            (Login("1", NOW, stamp="digest"), "1750000000..digest.|1"),
            (Login("1", NOW, stamp=NO_STAMP), "1750000000..-.|1"),
            (Login("1", NOW, forced=True), "1750000000...f|1"),
            (Login("1", NOW, 0), "1750000000.0..|1"),
        ],
        ids=str,
    )
    def test_it_is_one_string(self, login: Login, record: str) -> None:
        assert str(login) == record

    def test_id_comes_back_as_it_is_in_the_session(self) -> None:
        login = parse_login("1750000000...|7", 7)
        assert login is not None
        assert type(login.user_id) is int

    @pytest.mark.parametrize(("config", "seen_at"), [({}, None), ({IDLE: 60}, NOW)], ids=str)
    def test_new_login_begins_now(
        self, clock: t.Any, config: dict[str, t.Any], seen_at: int | None
    ) -> None:
        assert new_login("1", make(**config), forced=True) == Login("1", NOW, seen_at, forced=True)


@pytest.mark.parametrize(
    ("config", "authenticated", "seen", "reason"),
    [
        # Seconds ago; None was not recorded.
        ({}, 10**9, 10**9, None),
        ({}, -(10**6), -(10**6), None),
        ({ABSOLUTE: 600}, 599, None, None),
        ({ABSOLUTE: 600}, 600, None, "absolute"),
        ({ABSOLUTE: 600}, 600, 0, "absolute"),
        ({ABSOLUTE: 0.5}, 0, None, None),
        ({ABSOLUTE: 0.5}, 1, None, "absolute"),
        ({ABSOLUTE: 600}, -60, None, None),
        ({ABSOLUTE: 600}, -61, None, "absolute"),
        ({IDLE: 600}, 10**6, 599, None),
        ({IDLE: 600}, 10**6, 600, "idle"),
        ({IDLE: 600}, 10**6, None, None),
        ({IDLE: 600}, 0, -60, None),
        ({IDLE: 600}, 0, -61, "idle"),
        ({IDLE: 600}, -60, None, None),
        ({IDLE: 600}, -61, None, "idle"),
        ({IDLE: 600}, -61, 0, "idle"),
        ({IDLE: 600, ABSOLUTE: 3600}, 3599, 599, None),
        ({IDLE: 600, ABSOLUTE: 3600}, 3599, 600, "idle"),
        ({IDLE: 600, ABSOLUTE: 3600}, 3600, 599, "absolute"),
        ({IDLE: 600, ABSOLUTE: 3600}, 3600, 600, "absolute"),
    ],
    ids=str,
)
def test_login_is_over_by_its_times(
    config: dict[str, t.Any], authenticated: int, seen: int | None, reason: str | None
) -> None:
    login = Login("1", NOW - authenticated, None if seen is None else NOW - seen)
    assert login.why_over(make(**config), NOW) == reason


@pytest.mark.parametrize(
    ("config", "authenticated", "seen", "left"),
    [
        ({}, 0, 0, None),
        ({IDLE: 600}, 100, None, None),
        ({IDLE: 600}, 100, 50, 550),
        ({ABSOLUTE: 600}, 100, 50, 500),
        ({IDLE: 600, ABSOLUTE: 600}, 100, 50, 500),
        ({IDLE: 60, ABSOLUTE: 600}, 100, 50, 10),
        ({IDLE: 60, ABSOLUTE: 600}, 100, None, 500),
        ({IDLE: 0.5}, 0, 0, 0.5),
        ({IDLE: 60}, 100, 100, -40),
    ],
    ids=str,
)
def test_login_ends_by_whichever_timeout_is_first(
    config: dict[str, t.Any], authenticated: int, seen: int | None, left: float | None
) -> None:
    login = Login("1", NOW - authenticated, None if seen is None else NOW - seen)
    assert login.ends_at(make(**config)) == (None if left is None else NOW + left)


@quickly
@given(
    authenticated=st.integers(0, 10**6),
    seen=st.none() | st.integers(0, 10**6),
    idle=st.none() | st.integers(1, 10**6),
    absolute=st.none() | st.integers(1, 10**6),
)
def test_login_is_over_when_it_ends(
    authenticated: int, seen: int | None, idle: int | None, absolute: int | None
) -> None:
    settings = make(**{IDLE: idle, ABSOLUTE: absolute})
    login = Login("1", authenticated, seen)
    ends = login.ends_at(settings)
    at = 2 * 10**6 if ends is None else int(ends)
    assert (login.why_over(settings, at) is None) is (ends is None)


@pytest.mark.parametrize(
    ("config", "seen", "recorded"),
    [
        ({}, None, None),
        ({}, 0, None),
        ({}, 10**6, None),
        ({IDLE: 600}, None, 0),
        ({IDLE: 600}, 59, 59),
        ({IDLE: 600}, 60, 0),
        ({IDLE: 10**6}, 59, 59),
        ({IDLE: 10**6}, 60, 0),
        ({IDLE: 100}, 9, 9),
        ({IDLE: 100}, 10, 0),
        ({IDLE: 0.5}, 0, 0),
        ({IDLE: 600}, -30, -30),
    ],
    ids=str,
)
def test_activity_is_recorded_when_it_is_time_to(
    config: dict[str, t.Any], seen: int | None, recorded: int | None
) -> None:
    login = Login("1", 0, None if seen is None else NOW - seen)
    expected = Login("1", 0, None if recorded is None else NOW - recorded)
    assert login.seen(make(**config), NOW) == expected


@pytest.mark.parametrize("seen_at", [None, NOW], ids=["not recorded", "just recorded"])
def test_login_is_the_same_object_where_nothing_is_to_be_recorded(seen_at: int | None) -> None:
    login = Login("1", 0, seen_at)
    assert login.seen(make(**({} if seen_at is None else {IDLE: 600})), NOW) is login
    assert login.stamped(None) is login


@pytest.mark.parametrize(
    ("someone", "recorded", "forced", "check_active", "reason"),
    [
        (None, None, False, False, "unknown_user"),
        (None, "digest", True, True, "unknown_user"),
        (user(), None, False, True, None),
        (user(), "good", False, True, None),
        (user(), "digest", False, False, "credentials"),
        (user(), "digest", True, False, "credentials"),
        (user(active=False), "digest", False, True, "credentials"),
        (user(active=False), "good", False, True, "inactive"),
        (user(active=False), "good", True, True, None),
        (user(active=False), "good", False, False, None),
    ],
    ids=lambda value: f"active={value.is_active}" if hasattr(value, "is_active") else str(value),
)
def test_login_is_refused_by_its_user(
    someone: t.Any, recorded: str | None, forced: bool, check_active: bool, reason: str | None
) -> None:
    stamp = stamp_of("hash")
    login = Login("1", NOW, stamp=stamp.digest if recorded == "good" else recorded, forced=forced)
    settings = make(LOGIN_CHECK_ACTIVE=check_active)
    assert login.why_refused(someone, None if someone is None else stamp, settings) == reason


class TestStamp:
    @pytest.mark.parametrize(
        ("recorded", "now", "accepted"),
        [
            ("hash", "hash", True),
            ("hash", "another", False),
            ("hash", None, False),
            ("hash", "", False),
            ("", "", True),
            ("", None, False),
            (None, None, True),
            (None, "", False),
            (None, "-", False),
            ("-", None, False),
        ],
        ids=str,
    )
    def test_it_accepts_its_own_digest(
        self, recorded: str | None, now: str | None, accepted: bool
    ) -> None:
        assert stamp_of(now).accepts(stamp_of(recorded).digest) is accepted

    @pytest.mark.parametrize("now", ["hash", "", None], ids=repr)
    def test_it_accepts_where_nothing_was_recorded(self, now: str | None) -> None:
        assert stamp_of(now).accepts(None)

    @pytest.mark.parametrize("now", ["hash", None], ids=repr)
    @pytest.mark.parametrize("recorded", ["", "digest", "é", "--"])
    def test_it_accepts_nothing_else(self, now: str | None, recorded: str) -> None:
        assert not stamp_of(now).accepts(recorded)

    def test_two_users_have_two_digests(self) -> None:
        assert stamp_of("hash", "1").digest != stamp_of("hash", "2").digest

    def test_type_of_the_id_is_nothing_to_it(self) -> None:
        assert stamp_of("hash", "1").digest == stamp_of("hash", 1).digest

    def test_digest_of_a_fallback_key_is_accepted_and_made_anew(self) -> None:
        older = Login("1", NOW, stamp=stamp_of("hash", key="old").digest)
        stamp = stamp_of("hash", key="new", SECRET_KEY_FALLBACKS=["old"])
        assert stamp.accepts(older.stamp)
        assert older.stamped(stamp).stamp == stamp_of("hash", key="new").digest

    def test_none_is_recorded_without_a_key(self) -> None:
        assert stamp_of(None, key="").digest == NO_STAMP

    def test_digest_needs_a_key(self) -> None:
        with pytest.raises(RuntimeError, match="SECRET_KEY"):
            assert stamp_of("hash", key="").digest

    @pytest.mark.parametrize("someone", [None, object()], ids=["nobody", "no method"])
    def test_user_need_not_have_one(self, someone: t.Any) -> None:
        assert find_stamp(someone, "1", make()) is None
