"""The verdict on a session: may it go on as it is, or not. Pure functions."""

from __future__ import annotations

import enum
import typing as t


class Verdict(enum.Enum):
    """What becomes of a login."""

    ACCEPT = enum.auto()
    #: It goes on, but is no longer fresh.
    DEMOTE = enum.auto()
    #: It is over.
    END = enum.auto()


def protection_mode(name: str, value: t.Any) -> str | None:
    """``"basic"``, ``"strong"``, or ``None`` for no protection.

    :param name: The setting to blame.
    :raises ValueError: For any other value, because a misspelt mode would protect nothing.
    """
    if value is None or value is False:
        return None

    mode = value.lower() if isinstance(value, str) else value

    if mode == "none":
        return None

    if mode in {"basic", "strong"}:
        return t.cast(str, mode)

    raise ValueError(f"{name} must be 'basic', 'strong' or None, instead got: {value!r}")


def judge(mode: str, *, recorded: t.Any, current: str, permanent: bool, fresh: bool) -> Verdict:
    """Whether a login that began in one browser may go on in this one.

    :param recorded: The identifier that was recorded at login, if any.
    :param current: The identifier of this request.
    """
    if recorded == current:
        return Verdict.ACCEPT

    # A permanent session is meant to follow its user through changes of address.
    if mode == "strong" and not permanent:
        return Verdict.END

    return Verdict.DEMOTE if fresh else Verdict.ACCEPT
