"""What else a login costs: bytes, calls, imports, memory, instructions, and requests per second."""

from __future__ import annotations

import json
import subprocess
import sys
import typing as t
from collections.abc import Collection
from collections.abc import Iterable
from statistics import median

from scenarios import FLOOR
from server import CONNECTIONS
from server import find_tool
from server import serve_all
from subjects import run
from subjects import side_by_side
from subjects import Subject


class Extent(t.NamedTuple):
    """How much to do."""

    imports: int
    logins: int
    server_rounds: int
    server_seconds: int


class Figure(t.NamedTuple):
    """One number for each subject, or the reason why there is none."""

    title: str
    #: By the name of the subject, which may lack.
    values: dict[str, float]
    missing: str | None = None
    #: The lowest and the highest, where it was measured in rounds.
    ranges: dict[str, tuple[float, float]] = {}


def measure_all(subjects: Collection[Subject], extent: Extent) -> list[Figure]:
    return [
        *visits(subjects),
        imports(subjects, extent.imports),
        *memory(subjects, extent.logins),
        throughput(subjects, extent.server_rounds, extent.server_seconds),
    ]


def visits(subjects: Collection[Subject]) -> list[Figure]:
    rows = {
        "set_cookie_bytes": "`Set-Cookie` of a login with remember, bytes",
        "session_cookie_bytes": "session cookie, bytes",
        "remember_cookie_bytes": "remember-me cookie, bytes",
        "writes": "session writes, per 1,000 requests of a mixed visit",
        "loader_calls": "calls of the user loader, per 1,000 requests of a mixed visit",
    }
    return as_figures(rows, side_by_side(subjects, lambda s: json.loads(s.work("visit"))))


def imports(subjects: Iterable[Subject], times: int) -> Figure:
    """How long the import takes once Flask is there. The first one writes the bytecode."""
    with_import = [subject for subject in subjects if subject.name != FLOOR]
    taken: dict[str, list[float]] = {subject.name: [] for subject in with_import}

    for _ in range(times + 1):
        for subject in with_import:
            taken[subject.name].append(import_time(subject))

    medians = {name: round(median(values[1:]), 2) for name, values in taken.items()}
    return Figure("import of `flask_login` after `flask`, ms", medians)


def import_time(subject: Subject) -> float:
    command = [sys.executable, "-X", "importtime", "-c", "import flask; import flask_login"]
    lines = run(command, env=subject.environment(), stderr=subprocess.STDOUT).splitlines()
    # "import time: self [us] | cumulative | imported package"
    return next(int(line.split("|")[1]) for line in lines if line.endswith("| flask_login")) / 1000


def memory(subjects: Collection[Subject], logins: int) -> list[Figure]:
    rows = {
        "peak": f"peak memory of a process with {logins:,} logins, MiB",
        "growth": f"of it after the first {logins // 10:,} logins, MiB",
    }
    # It does not matter to memory how busy the machine is.
    return as_figures(
        rows, side_by_side(subjects, lambda s: json.loads(s.work(f"memory {logins}")))
    )


def as_figures(rows: dict[str, str], results: dict[str, dict[str, float]]) -> list[Figure]:
    """
    :param rows: The title of each figure, by what the worker calls it.
    :param results: What the worker printed, by the name of the subject.
    """
    return [
        Figure(title, {name: round(result[row], 1) for name, result in results.items()})
        for row, title in rows.items()
    ]


def throughput(subjects: Collection[Subject], rounds: int, seconds: int) -> Figure:
    tool = find_tool()

    if tool is None:
        return Figure("requests per second", {}, "neither wrk nor hey is installed")

    rates = serve_all(tool, subjects, rounds, seconds)
    return Figure(
        f"requests per second, Gunicorn with 2 workers, {tool.name} with {CONNECTIONS} connections",
        {name: round(median(values)) for name, values in rates.items()},
        ranges={name: (round(min(values)), round(max(values))) for name, values in rates.items()},
    )
