"""``tests/records/test_rotation_model.py``, with more on its way at once."""

from __future__ import annotations

import pytest
from rotation_model import Model
from rotation_model import Server

from flask_login.records import StoredLogin
from flask_login.records._rotation import changes
from flask_login.records._rotation import Fields
from flask_login.records._rotation import judge
from flask_login.records._rotation import Move


def unexpecting(move: Move, login: StoredLogin, now: int) -> tuple[Fields, Fields]:
    changed, expected = changes(move, login, now)
    return changed, {} if move is Move.RESEND else expected


def eager(*about: object, **options: object) -> Move:
    return judge(*about, **{**options, "restores": True})  # type: ignore[arg-type]


def test_browser_is_never_taken_for_a_thief() -> None:
    assert Model(Server(), most_requests=3, most_answers=1).counterexample() == []


def test_cookie_is_sent_again_by_one_request_at_a_time() -> None:
    assert Model(Server(changes=unexpecting), most_requests=3).counterexample()


@pytest.mark.parametrize("server", [Server(judge=eager)], ids=["any request rotates"])
def test_rule_only_saves_work(server: Server) -> None:
    assert Model(server, theft=True, most_answers=1).counterexample() == []
