"""Rotation of the remember-me cookie. Placeholder until merged."""

from __future__ import annotations

import enum
import typing as t

from . import StoredLogin


class Move(enum.Enum):
    ACCEPT = enum.auto()
    CONFIRM = enum.auto()
    ROTATE = enum.auto()
    RESEND = enum.auto()
    REUSE = enum.auto()
    UNKNOWN = enum.auto()


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
    if generation > login.generation:
        return Move.UNKNOWN
    if generation == login.generation:
        if login.confirmed_at is None:
            return Move.ACCEPT if prefetch else Move.CONFIRM
        if (
            restores
            and not prefetch
            and interval is not None
            and login.rotates
            and now - login.confirmed_at >= interval
        ):
            return Move.ROTATE
        return Move.ACCEPT
    if not login.rotates:
        return Move.ACCEPT
    if generation == login.generation - 1:
        if login.confirmed_at is None:
            return Move.RESEND if now - login.rotated_at > grace and not prefetch else Move.ACCEPT
        if now - login.confirmed_at <= grace:
            return Move.ACCEPT
    return Move.REUSE


def changes_of(
    move: Move, login: StoredLogin, now: int
) -> tuple[dict[str, t.Any], dict[str, t.Any]]:
    if move is Move.CONFIRM:
        return {"confirmed_at": now}, {"generation": login.generation, "confirmed_at": None}
    if move is Move.ROTATE:
        return {"generation": login.generation + 1, "confirmed_at": None, "rotated_at": now}, {
            "generation": login.generation
        }
    if move is Move.RESEND:
        return {"rotated_at": now}, {"generation": login.generation, "rotated_at": login.rotated_at}
    return {}, {}
