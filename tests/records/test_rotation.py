"""What is done about a remember-me cookie, by its generation and its age."""

from __future__ import annotations

import typing as t

import pytest

from flask_login.records import StoredLogin
from flask_login.records._rotation import changes
from flask_login.records._rotation import judge
from flask_login.records._rotation import Move

GRACE = 300
INTERVAL = 3600
NOW = 1_000_000


def login(**values: t.Any) -> StoredLogin:
    """A login whose cookie has been rotated five times."""
    times = dict.fromkeys(
        ["created_at", "seen_at", "expires_at", "kept_until", "authenticated_at"], 0
    )
    return StoredLogin(**{"key": "key", "user_id": "ada", "generation": 5, **times, **values})


def move(stored: StoredLogin, generation: int, **values: t.Any) -> Move:
    """The move of a request that restores a login, but for what is said of it."""
    options = {"interval": INTERVAL, "grace": GRACE, "restores": True, "prefetch": False}
    return judge(stored, generation, NOW, **{**options, **values})


@pytest.mark.parametrize(
    ("confirmed", "expected"),
    [
        (None, Move.CONFIRM),
        (-1, Move.ACCEPT),
        (0, Move.ACCEPT),
        (INTERVAL - 1, Move.ACCEPT),
        (INTERVAL, Move.ROTATE),
        (INTERVAL * 1000, Move.ROTATE),
    ],
)
def test_newest_cookie(confirmed: int | None, expected: Move) -> None:
    stored = login(confirmed_at=None if confirmed is None else NOW - confirmed)
    assert move(stored, 5) is expected


@pytest.mark.parametrize(
    ("rotated", "expected"), [(INTERVAL - 1, Move.ACCEPT), (INTERVAL, Move.ROTATE)]
)
def test_cookie_that_was_sent_again_after_its_confirmation(rotated: int, expected: Move) -> None:
    assert move(login(confirmed_at=0, rotated_at=NOW - rotated), 5) is expected


@pytest.mark.parametrize(
    ("confirmed", "rotated", "expected"),
    [
        (None, 0, Move.ACCEPT),
        (None, GRACE, Move.ACCEPT),
        (None, GRACE + 1, Move.RESEND),
        (None, INTERVAL * 1000, Move.RESEND),
        (-1, 0, Move.ACCEPT),
        (0, GRACE * 10, Move.ACCEPT),
        (GRACE, GRACE * 10, Move.ACCEPT),
        (GRACE + 1, GRACE + 1, Move.REUSE),
        (INTERVAL * 1000, INTERVAL * 1000, Move.REUSE),
    ],
)
def test_cookie_before_the_newest(confirmed: int | None, rotated: int, expected: Move) -> None:
    confirmed_at = None if confirmed is None else NOW - confirmed
    stored = login(confirmed_at=confirmed_at, rotated_at=NOW - rotated)
    assert move(stored, 4) is expected


@pytest.mark.parametrize("confirmed_at", [None, NOW])
@pytest.mark.parametrize("generation", [3, 0])
def test_cookie_from_before_that_is_reuse(generation: int, confirmed_at: int | None) -> None:
    assert move(login(confirmed_at=confirmed_at, rotated_at=NOW), generation) is Move.REUSE


@pytest.mark.parametrize("rotates", [True, False])
@pytest.mark.parametrize("confirmed_at", [None, NOW])
def test_cookie_after_the_newest_is_unknown(confirmed_at: int | None, rotates: bool) -> None:
    assert move(login(confirmed_at=confirmed_at, rotates=rotates), 6) is Move.UNKNOWN


@pytest.mark.parametrize("confirmed_at", [None, 0, NOW])
@pytest.mark.parametrize("generation", [5, 4, 3])
def test_cookie_that_does_not_rotate_is_accepted(generation: int, confirmed_at: int | None) -> None:
    assert move(login(confirmed_at=confirmed_at, rotates=False), generation) is Move.ACCEPT


@pytest.mark.parametrize(
    ("values", "generation", "expected"),
    [
        ({"confirmed_at": None}, 5, Move.CONFIRM),
        ({"confirmed_at": 0}, 5, Move.ACCEPT),
        ({"confirmed_at": None, "rotated_at": 0}, 4, Move.RESEND),
        ({"confirmed_at": 0}, 4, Move.REUSE),
    ],
    ids=["new", "due", "not arrived", "old"],
)
@pytest.mark.parametrize("option", [{"interval": None}, {"restores": False}], ids=str)
def test_cookie_is_not_replaced_without_interval_or_restore(
    values: dict[str, t.Any], generation: int, expected: Move, option: dict[str, t.Any]
) -> None:
    assert move(login(**values), generation, **option) is expected


@pytest.mark.parametrize(
    ("values", "generation", "expected"),
    [
        ({"confirmed_at": None}, 5, Move.ACCEPT),
        ({"confirmed_at": 0}, 5, Move.ACCEPT),
        ({"confirmed_at": None, "rotated_at": 0}, 4, Move.ACCEPT),
        ({"confirmed_at": 0}, 4, Move.REUSE),
        ({"confirmed_at": None}, 6, Move.UNKNOWN),
    ],
    ids=["new", "due", "not arrived", "old", "unknown"],
)
def test_prefetch_writes_nothing(values: dict[str, t.Any], generation: int, expected: Move) -> None:
    assert move(login(**values), generation, prefetch=True) is expected


@pytest.mark.parametrize(
    ("move", "changed", "expected"),
    [
        (Move.CONFIRM, {"confirmed_at": NOW}, {"generation": 5, "confirmed_at": None}),
        (
            Move.ROTATE,
            {"generation": 6, "confirmed_at": None, "rotated_at": NOW},
            {"generation": 5},
        ),
        (Move.RESEND, {"rotated_at": NOW}, {"generation": 5, "rotated_at": 7}),
        (Move.ACCEPT, {}, {}),
        (Move.REUSE, {}, {}),
        (Move.UNKNOWN, {}, {}),
    ],
    ids=lambda value: value.name if isinstance(value, Move) else "",
)
def test_move_changes(move: Move, changed: dict[str, t.Any], expected: dict[str, t.Any]) -> None:
    assert changes(move, login(rotated_at=7), NOW) == (changed, expected)
