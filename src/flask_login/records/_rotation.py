"""When a remember-me cookie is replaced by the next of its series, and when an old one gives a
thief away.

The cookie names its generation, and the row of the login the newest. Several requests may be on
their way at once, and answers may be lost or late. So a generation counts from when a request first
brings it: that confirms it. Before that, and for the grace after it, the generation before is
accepted, too.
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from enum import Enum

from . import StoredLogin

Fields: t.TypeAlias = Mapping[str, t.Any]


class Move(Enum):
    """What to do about a remember-me cookie. Only the moves that write may send a cookie: another
    one could arrive after the next rotation, and replace what that sent.
    """

    #: Accept it. Write nothing, send nothing.
    ACCEPT = "accept"
    #: Accept it, and note that its generation has arrived.
    CONFIRM = "confirm"
    #: Accept it, and send the next generation.
    ROTATE = "rotate"
    #: Accept it, and send the newest generation once more: it has not arrived.
    RESEND = "resend"
    #: End the login: somebody has a copy of a cookie.
    REUSE = "reuse"
    #: Refuse it. The store does not know this generation yet: it was restored from a backup.
    UNKNOWN = "unknown"


def judge(
    login: StoredLogin,
    generation: int,
    now: int,
    *,
    interval: int | None,
    grace: int,
    restores: bool,
    prefetch: bool,
) -> Move:
    """Decide about the cookie of a login that has not ended. Times are in microseconds.

    :param generation: What the cookie says.
    :param interval: How long after its confirmation a generation is replaced. ``None``: never.
        Answers have to arrive within it, from when their request was judged.
    :param grace: For how long requests may be on their way. At most half of the interval.
    :param restores: Whether the session did not find the user. Only then a cookie is replaced.
    :param prefetch: Whether the browser asks ahead: nobody knows when it takes the answer.
    """
    behind = login.generation - generation

    if behind < 0:
        return Move.UNKNOWN

    if not login.rotates:
        return Move.ACCEPT

    if behind > 0:
        return _about_an_older(login, behind, now, grace, prefetch)

    if login.confirmed_at is None:
        return Move.ACCEPT if prefetch else Move.CONFIRM

    # A cookie that was sent once more may arrive after the one that was sent first is confirmed.
    settled_at = max(login.confirmed_at, login.rotated_at)
    is_due = interval is not None and now - settled_at >= interval
    return Move.ROTATE if is_due and restores and not prefetch else Move.ACCEPT


def changes(move: Move, login: StoredLogin, now: int) -> tuple[Fields, Fields]:
    """What a move changes of a login, and the values that it expects to find, for
    :meth:`.Records.change`. Whoever does not find them reads again, and judges again.
    """
    this = {"generation": login.generation}

    if move is Move.CONFIRM:
        return {"confirmed_at": now}, {**this, "confirmed_at": None}

    if move is Move.ROTATE:
        next = {"generation": login.generation + 1, "confirmed_at": None, "rotated_at": now}
        return next, this

    if move is Move.RESEND:
        return {"rotated_at": now}, {**this, "rotated_at": login.rotated_at}

    return {}, {}


def _about_an_older(login: StoredLogin, behind: int, now: int, grace: int, prefetch: bool) -> Move:
    """Decide about a cookie that is not of the newest generation."""
    if behind > 1:
        return Move.REUSE

    if login.confirmed_at is not None:
        # Within the grace, it was sent before the newest one arrived.
        return Move.ACCEPT if now - login.confirmed_at <= grace else Move.REUSE

    is_lost = now - login.rotated_at > grace
    return Move.RESEND if is_lost and not prefetch else Move.ACCEPT
