"""The one clock that lifetimes are measured by."""

from __future__ import annotations

import time

#: How far, in seconds, the clocks of two machines may be apart.
SKEW = 60


def now() -> int:
    """Whole seconds since the epoch, UTC."""
    # Through the module, so that a test that freezes 'time.time' freezes every lifetime.
    return int(time.time())


def is_over(began: int, lifetime: float, now: int) -> bool:
    """Whether what began then and lasts so many seconds has ended. So has what begins in the
    future: a clock has jumped, and nobody knows how long it has really been.
    """
    return now >= began + lifetime or began > now + SKEW
