"""What a request must not pay for: how large an application is, and how many requests there were.

Counted in bytecodes, since Callgrind would take an hour to build 10,000 routes. ``--peer`` compares
the instructions of the import with Flask-Login 0.6.3's as well.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import typing as t
from collections.abc import Iterator

from counts import count_bytecodes
from scenarios import GROWTH
from scenarios import NAMED
from scenarios import SCENARIOS
from subjects import ours
from subjects import released
from subjects import run
from subjects import Subject

REQUESTS = 100_000


class Finding(t.NamedTuple):
    title: str
    found: float
    at_most: float


def flat(subject: Subject) -> Iterator[Finding]:
    """How many times the bytecodes of a small application a large one takes for a request."""
    names = [name for name in NAMED if name not in SCENARIOS]
    counts = list(count_bytecodes(subject, names).values())

    for title, few, many in zip(GROWTH, counts[::2], counts[1::2], strict=True):
        yield Finding(f"{title}: many / few", many / few, 1.02)


def leaks(subject: Subject) -> Finding:
    """By how many blocks the memory grows in the last nine tenths of many requests. What a cache
    may still take is a hundredth of a block for each.
    """
    title = f"blocks of memory that {REQUESTS:,} requests leave behind"
    return Finding(title, int(subject.work(f"growth {REQUESTS}")), REQUESTS / 100)


def imports() -> Finding:
    """What the import takes once Flask is there, as a multiple of Flask-Login 0.6.3's."""
    theirs, mine = (
        count_import(subject, "flask_login") - count_import(subject, "flask")
        for subject in (released(), ours())
    )
    return Finding("import of flask_login / of Flask-Login 0.6.3", mine / theirs, 1.35)


def count_import(subject: Subject, module: str) -> int:
    """The instructions of a Python that imports a module from its bytecode."""
    python = [sys.executable, "-c", f"import {module}"]
    run(python, env=subject.environment())
    callgrind = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    said = run([*callgrind, *python], env=subject.environment(), stderr=subprocess.STDOUT)
    # "==1234== Collected : 601106574"
    return int(said.rpartition("Collected :")[2].split()[0])


def main() -> int:
    parser = argparse.ArgumentParser(description="Find out what grows.")
    parser.add_argument("--peer", action="store_true", help="compare the import with 0.6.3's")
    arguments = parser.parse_args()
    findings = [*flat(ours()), leaks(ours()), *([imports()] if arguments.peer else [])]

    for title, found, at_most in findings:
        verdict = "ok" if found <= at_most else "TOO MUCH"
        print(f"{title:56}{found:10,.2f}, at most {at_most:,.2f}: {verdict}")

    return int(any(found > at_most for _, found, at_most in findings))


if __name__ == "__main__":
    sys.exit(main())
