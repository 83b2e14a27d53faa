"""Rotation of the remember-me cookie: when a new cookie replaces it, and when an old cookie shows a
theft.

The cookie contains its generation, and the login's row contains the newest generation. A browser
may send several requests at once, and responses may be late or lost. So a generation is *confirmed*
when a request first sends it. Until then, and for the grace period after it, the previous
generation is accepted, too.
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from enum import Enum

from . import StoredLogin

Fields: t.TypeAlias = Mapping[str, t.Any]


class Move(Enum):
    """What to do with a remember-me cookie. Only moves that write to the store may set a cookie.
    Otherwise a late response could overwrite the cookie of the next rotation.
    """

    #: Accept it. Write nothing and set no cookie.
    ACCEPT = "accept"
    #: Accept it, and record that the browser has this generation.
    CONFIRM = "confirm"
    #: Accept it, and set the next generation.
    ROTATE = "rotate"
    #: Accept it, and set the newest generation again, because the browser did not get it.
    RESEND = "resend"
    #: End the login, because there is a copy of the cookie.
    REUSE = "reuse"
    #: Refuse it. The store is older than the cookie, because it was restored from a backup.
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

    :param generation: The generation in the cookie.
    :param interval: How long after its confirmation a generation is replaced. ``None`` for never. A
        response must arrive within this time after its request was judged.
    :param grace: How long a request may take to arrive. At most half of the interval.
    :param restores: Whether the cookie identifies the user, because the session does not. Only then
        a cookie is replaced.
    :param prefetch: Whether the browser prefetches the page. It may use the response much later.
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

    # The cookie may have been sent twice. The second may arrive after the first is confirmed.
    settled_at = max(login.confirmed_at, login.rotated_at)
    is_due = interval is not None and now - settled_at >= interval
    return Move.ROTATE if is_due and restores and not prefetch else Move.ACCEPT


def changes(move: Move, login: StoredLogin, now: int) -> tuple[Fields, Fields]:
    """Return the changes of a move and the values that it expects, for :meth:`.Records.change`. If
    the row has other values, read it and judge again.
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
    """Decide about a cookie of an older generation."""
    if behind > 1:
        return Move.REUSE

    if login.confirmed_at is not None:
        # Within the grace period, the browser sent it before it got the newest one.
        return Move.ACCEPT if now - login.confirmed_at <= grace else Move.REUSE

    is_lost = now - login.rotated_at > grace
    return Move.RESEND if is_lost and not prefetch else Move.ACCEPT
