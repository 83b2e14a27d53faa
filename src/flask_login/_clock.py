"""The clock for all timeouts and cookies."""

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

#: The allowed difference between the clocks of two machines, in seconds.
SKEW = 60

#: The frozen clocks of tests. The last one counts, for the whole process. Each test adds a clock
#: and removes the same clock, so they may end in any order and in any thread.
frozen: list[Callable[[], float]] = []

# By how many seconds the clock is set back in the current context, and the values of all contexts.
_ago: ContextVar[float] = ContextVar("flask_login_ago", default=0)
_set_back: list[float] = []


def now() -> int:
    """Return the whole seconds since the epoch, UTC."""
    # Look up 'time.time' in its module, so that a test can freeze it.
    return int(_held_time()) if frozen or _set_back else int(time.time())


def microseconds() -> int:
    """Return the whole microseconds since the epoch, UTC."""
    return int(_held_time() * 1_000_000) if frozen or _set_back else time.time_ns() // 1_000


def is_over(began: int, lifetime: float, now: int) -> bool:
    """Return whether a lifetime in seconds has ended. It has also ended if it begins in the future,
    because then a clock has jumped, and the real age is unknown.
    """
    return now >= began + lifetime or began > now + SKEW


@contextmanager
def set_back(ago: timedelta) -> Generator[None, None, None]:
    """Set the clock back in the current context. Other threads are not affected."""
    seconds = ago.total_seconds()
    token = _ago.set(_ago.get() + seconds)
    _set_back.append(seconds)

    try:
        yield
    finally:
        _set_back.remove(seconds)
        _ago.reset(token)


class Datetime(datetime):
    """A :class:`datetime.datetime` whose ``now()`` uses this clock."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> t.Any:
        # Not 'cls': response classes get a plain datetime.
        return datetime.fromtimestamp(_held_time(), tz)


def _held_time() -> float:
    # A slice cannot fail if another thread removes the last clock.
    clocks = frozen[-1:]
    return (clocks[0]() if clocks else time.time()) - _ago.get()
