"""No browser is ever taken for a thief, and no thief stays unnoticed, in whatever order things
happen: ``rotation_model``. Each rule is needed for that, but for those that only save work.
"""

from __future__ import annotations

import typing as t
from collections.abc import Callable
from dataclasses import replace

import pytest
from rotation_model import GRACE
from rotation_model import Model
from rotation_model import Server

from flask_login.records import StoredLogin
from flask_login.records._rotation import changes
from flask_login.records._rotation import Fields
from flask_login.records._rotation import judge
from flask_login.records._rotation import Move

Judge = Callable[..., Move]
Changes = Callable[[Move, StoredLogin, int], tuple[Fields, Fields]]


def wrong_judge(**options: t.Any) -> Judge:
    """The rules, with other options than the request has."""
    return lambda login, *about, **given: judge(login, *about, **{**given, **options})


def instead(before: Move, after: Move) -> Judge:
    def judge_wrongly(*about: t.Any, **options: t.Any) -> Move:
        move = judge(*about, **options)
        return after if move is before else move

    return judge_wrongly


def resend_at_once(login: StoredLogin, cookie: int, now: int, **options: t.Any) -> Move:
    long_ago = replace(login, rotated_at=now - options["grace"] - 1)
    return judge(login if cookie == login.generation else long_ago, cookie, now, **options)


def due_since(field: t.Literal["rotated_at", "confirmed_at"]) -> Judge:
    """The interval is measured from one of the times alone."""

    def judge_wrongly(login: StoredLogin, cookie: int, now: int, **options: t.Any) -> Move:
        move = judge(login, cookie, now, **options)

        if cookie != login.generation or login.confirmed_at is None or options["prefetch"]:
            return move

        is_due = options["restores"] and now - getattr(login, field) >= options["interval"]
        return Move.ROTATE if is_due else Move.ACCEPT

    return judge_wrongly


def grace_since_rotation(login: StoredLogin, cookie: int, now: int, **options: t.Any) -> Move:
    if cookie != login.generation - 1 or login.confirmed_at is None:
        return judge(login, cookie, now, **options)

    return Move.ACCEPT if now - login.rotated_at <= options["grace"] else Move.REUSE


def older_is_accepted(login: StoredLogin, cookie: int, now: int, **options: t.Any) -> Move:
    return judge(login, max(cookie, login.generation - 1), now, **options)


def prefetch_may(move: Move) -> Judge:
    def judge_wrongly(*about: t.Any, **options: t.Any) -> Move:
        if options["prefetch"]:
            as_usual = judge(*about, **{**options, "prefetch": False, "restores": True})
            return as_usual if as_usual is move else judge(*about, **options)

        return judge(*about, **options)

    return judge_wrongly


def expecting(move: Move, *names: str) -> Changes:
    """A move expects these fields alone."""

    def change(moved: Move, login: StoredLogin, now: int) -> tuple[Fields, Fields]:
        changed, expected = changes(moved, login, now)
        fewer = {name: value for name, value in expected.items() if name in names}
        return changed, fewer if moved is move else expected

    return change


def setting(move: Move, **values: t.Any) -> Changes:
    """A move sets something else. ``"now"`` is the time, ``"then"`` what was there."""

    def change(moved: Move, login: StoredLogin, now: int) -> tuple[Fields, Fields]:
        changed, expected = changes(moved, login, now)

        if moved is not move:
            return changed, expected

        words = {name: {"now": now, "then": getattr(login, name)} for name in values}
        other = {name: words[name].get(value, value) for name, value in values.items()}
        return {**changed, **other}, expected

    return change


def one_before_is_accepted(login: StoredLogin, cookie: int, now: int, **options: t.Any) -> Move:
    move = judge(login, cookie, now, **options)
    return Move.ACCEPT if move is Move.REUSE and cookie == login.generation - 1 else move


def test_browser_is_never_taken_for_a_thief() -> None:
    assert Model(Server()).counterexample() == []


def test_thief_is_noticed_once_one_of_them_moves_on() -> None:
    assert Model(Server(), theft=True, most_answers=1).counterexample() == []


@pytest.mark.parametrize(
    "server",
    [
        pytest.param(Server(changes=setting(Move.ROTATE, confirmed_at="now")),
                     id="a rotation confirms itself"),
        pytest.param(Server(changes=setting(Move.ROTATE, confirmed_at="then")),
                     id="a rotation leaves the confirmation"),
        pytest.param(Server(judge=due_since("rotated_at")), id="the interval is from the rotation"),
        pytest.param(Server(judge=due_since("confirmed_at")),
                     id="the interval is from the confirmation alone"),
        pytest.param(Server(changes=setting(Move.RESEND, rotated_at="then")),
                     id="what is sent again is not noted"),
        pytest.param(Server(judge=prefetch_may(Move.CONFIRM)), id="a prefetch confirms"),
        pytest.param(Server(judge=prefetch_may(Move.ROTATE)), id="a prefetch rotates"),
        pytest.param(Server(judge=prefetch_may(Move.RESEND)), id="a prefetch is sent it again"),
        pytest.param(Server(judge=wrong_judge(grace=-1)), id="there is no grace"),
        pytest.param(Server(judge=wrong_judge(grace=GRACE - 1)), id="the grace is too short"),
        pytest.param(Server(judge=grace_since_rotation), id="the grace is from the rotation"),
        pytest.param(Server(rewrites=True), id="any accepted cookie is sent again"),
        pytest.param(Server(changes=expecting(Move.CONFIRM)), id="a confirmation expects nothing"),
        pytest.param(Server(changes=expecting(Move.CONFIRM, "generation")),
                     id="a confirmation expects the generation alone"),
        pytest.param(Server(changes=expecting(Move.CONFIRM, "confirmed_at")),
                     id="a confirmation expects no generation"),
        pytest.param(Server(reads_again=False), id="who loses a race is refused"),
    ],
)  # fmt: skip
def test_without_this_rule_a_browser_is_taken_for_a_thief(server: Server) -> None:
    # Most ways to something wrong are found with little on its way.
    bounds = [(1, 1), (1, 2), (2, 1), (2, 2)]
    models = [Model(server, most_requests=r, most_answers=a) for r, a in bounds]

    assert any(model.counterexample() for model in models)


def test_browser_is_taken_for_a_thief_if_the_interval_is_no_longer_than_the_grace() -> None:
    assert Model(Server(interval=GRACE), answers_take=GRACE).counterexample()


@pytest.mark.parametrize(
    "server",
    [
        pytest.param(Server(judge=instead(Move.CONFIRM, Move.ACCEPT)), id="nothing is confirmed"),
        pytest.param(Server(judge=instead(Move.RESEND, Move.ACCEPT)), id="nothing is sent again"),
        pytest.param(Server(judge=one_before_is_accepted), id="the one before is always accepted"),
        pytest.param(Server(judge=older_is_accepted), id="older ones are accepted"),
        pytest.param(Server(changes=expecting(Move.ROTATE)), id="a rotation expects nothing"),
    ],
)
def test_without_this_rule_a_thief_is_not_noticed(server: Server) -> None:
    assert Model(server, theft=True, most_answers=1).counterexample()


@pytest.mark.parametrize(
    "server",
    [
        pytest.param(Server(judge=resend_at_once), id="not to send it again at once"),
        pytest.param(Server(judge=wrong_judge(restores=True)), id="only a restore rotates"),
        pytest.param(Server(changes=setting(Move.ROTATE, rotated_at="then")),
                     id="a rotation notes its time"),
    ],
)  # fmt: skip
def test_rule_only_saves_work(server: Server) -> None:
    assert Model(server).counterexample() == []
