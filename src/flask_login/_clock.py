"""The one clock that lifetimes are measured by."""

from __future__ import annotations

import time
import typing as t
from collections.abc import Callable
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from datetime import timedelta
from datetime import tzinfo

#: How far, in seconds, the clocks of two machines may be apart.
SKEW = 60

#: The clocks that tests hold. The last one counts, for the whole process. Each test adds its clock
#: and removes the same one, so the order and the thread in which they end do not matter.
frozen: list[Callable[[], float]] = []

# How long ago it is, in seconds, for the current context only, and how many contexts are set back.
_ago: ContextVar[float] = ContextVar("flask_login_ago", default=0)
_set_back: list[float] = []


def now() -> int:
    """Whole seconds since the epoch, UTC."""
    # Through the module, so that a test that freezes 'time.time' freezes every lifetime.
    return int(_held_time()) if frozen or _set_back else int(time.time())


def microseconds() -> int:
    """Whole microseconds since the epoch, UTC."""
    return int(_held_time() * 1_000_000) if frozen or _set_back else time.time_ns() // 1_000


def is_over(began: int, lifetime: float, now: int) -> bool:
    """Whether what began then and lasts so many seconds has ended. So has what begins in the
    future: a clock has jumped, and nobody knows how long it has really been.
    """
    return now >= began + lifetime or began > now + SKEW


@contextmanager
def set_back(ago: timedelta) -> Generator[None, None, None]:
    """Set the clock back for the current context. Other threads do not notice."""
    seconds = ago.total_seconds()
    token = _ago.set(_ago.get() + seconds)
    _set_back.append(seconds)

    try:
        yield
    finally:
        _set_back.remove(seconds)
        _ago.reset(token)


class Datetime(datetime):
    """:class:`datetime.datetime`, whose ``now()`` follows this clock."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> t.Any:
        # Not 'cls': what response classes are given is a plain datetime.
        return datetime.fromtimestamp(_held_time(), tz)


def _held_time() -> float:
    # A slice, because another thread may remove the last clock at any time.
    clocks = frozen[-1:]
    return (clocks[0]() if clocks else time.time()) - _ago.get()
