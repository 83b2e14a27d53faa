"""Where this package differs from Flask-Login 0.6.3 on purpose: each reason, and every point of the
scenarios where it shows.
"""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from ..scripts import SCENARIOS
from .contexts import CONTEXTS
from .cookies import COOKIES
from .fields import Point
from .refusals import REFUSALS
from .sessions import SESSIONS
from .sign_ups import SIGN_UPS
from .users import USERS

DIFFERENCES: dict[str, list[Point]] = {
    **USERS,
    **CONTEXTS,
    **SESSIONS,
    **SIGN_UPS,
    **COOKIES,
    **REFUSALS,
}


def steps_of(point: Point) -> Iterator[tuple[str, int]]:
    """The scenarios and numbers of the steps that a point of the tables is about."""
    pattern, steps, *_ = point

    for name, scenario in SCENARIOS.items():
        if fnmatchcase(name, pattern):
            for index, step in enumerate(scenario.steps):
                if _is_meant(steps, index, str(step)):
                    yield name, index


def _is_meant(steps: str, index: int, step: str) -> bool:
    first, _, last = steps.partition("-")

    if first.isdecimal():
        return int(first) <= index <= int(last or first)

    return fnmatchcase(step, steps)


def expected_differences() -> dict[tuple[str, int], dict[str, str]]:
    """By step, the fields that differ, each with the reason."""
    expected: dict[tuple[str, int], dict[str, str]] = {}

    for reason, points in DIFFERENCES.items():
        for point in points:
            for step in steps_of(point):
                expected.setdefault(step, {}).update(dict.fromkeys(point[2:], reason))

    return expected
