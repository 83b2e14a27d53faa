"""Instructions per request, counted by Callgrind: they do not depend on how busy the machine is.

``python benchmarks/instructions.py`` compares them with ``baseline.json`` and fails if there are
more than it allows. ``--write`` makes the baseline.

Instructions are compared as a multiple of bare Flask's in the same run. What may grow by 5 % is
the overhead, that is what is beyond 1, since 5 % of the whole would let a light scenario double. A
small slack comes on top: two runs of the same code differ by less than a third of it, and by less
than the whole if they are in other folders.

Other builds of the same Python, and other releases of Flask and Werkzeug, shift an overhead by as
much as 6 % with no change here. Where the baseline is of another one, 5 % of the whole is allowed.
Of another minor version of Python or Flask it says nothing, and nothing is compared.
"""

from __future__ import annotations

import argparse
import json
import platform
import shutil
import sys
import sysconfig
import tempfile
import typing as t
from collections.abc import Collection
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

from scenarios import FLOOR
from scenarios import OURS
from scenarios import SCENARIOS
from subjects import floor
from subjects import HERE
from subjects import ours
from subjects import run
from subjects import side_by_side
from subjects import Subject

BASELINE = HERE / "baseline.json"

TOLERANCE = 0.05
#: As a fraction of what bare Flask needs.
SLACK = 0.005

# An app of 10,000 routes takes Callgrind longer to build than all else together.
COUNTED = tuple(name for name in SCENARIOS if "10000" not in name)

#: Instructions per request, by the name of the subject, and then by scenario.
Counts = dict[str, dict[str, float]]


class Change(t.NamedTuple):
    """A scenario's instructions now and in the baseline, as multiples of bare Flask's."""

    scenario: str
    now: float
    #: ``None`` if it has not been counted.
    baseline: float | None
    #: How far they may be apart.
    margin: float

    @property
    def verdict(self) -> str:
        if self.baseline is None:
            return "NOT IN THE BASELINE"

        if self.now > self.baseline + self.margin:
            return "WORSE"

        if self.now < self.baseline - self.margin:
            return "better: write a new baseline"

        return "ok"

    @property
    def fails(self) -> bool:
        return self.verdict.isupper()

    def __str__(self) -> str:
        known = "-" if self.baseline is None else f"{self.baseline:.4f}"
        return f"{self.scenario:16}{self.now:9.4f}{known:>10}{self.margin:8.4f}  {self.verdict}"


def compare(
    now: Mapping[str, float], baseline: Mapping[str, float], *, same_builds: bool
) -> list[Change]:
    return [
        Change(name, value, baseline.get(name), margin(baseline.get(name, 1), same_builds))
        for name, value in now.items()
    ]


def margin(multiple: float, same_builds: bool) -> float:
    return abs(multiple - 1) * TOLERANCE + SLACK if same_builds else multiple * TOLERANCE


def count_all(subjects: Collection[Subject]) -> Counts:
    return side_by_side(subjects, count)


def count(subject: Subject) -> dict[str, float]:
    """Instructions per request of each scenario."""
    names = [name for name in COUNTED if subject.name in SCENARIOS[name].subjects]
    # Code that has just been compiled takes other instructions than code from a bytecode file. This
    # writes the files.
    subject.work("visit")

    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "count"
        requests = run(
            [
                "valgrind",
                "--tool=callgrind",
                # The worker calls it before and after what is to be counted, and so does nobody
                # else. Each dump has the instructions since the one before.
                "--dump-before=getsid",
                f"--callgrind-out-file={output}",
                sys.executable,
                str(HERE / "worker.py"),
            ],
            env=subject.environment(BENCHMARK_COMMAND=" ".join(["count", *names])),
        )
        return {
            name: instructions(Path(f"{output}.{2 * place}")) / int(requests)
            for place, name in enumerate(names, start=1)
        }


def instructions(dump: Path) -> int:
    lines = dump.read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("totals:"))


def relative_to_floor(counts: Counts) -> dict[str, float]:
    """This library's instructions, as multiples of bare Flask's."""
    return {name: round(counts[OURS][name] / counts[FLOOR][name], 4) for name in COUNTED}


def builds() -> dict[str, str]:
    """What decides on the instructions, besides the code that is measured."""
    return {
        "python": platform.python_version(),
        "compiler": platform.python_compiler(),
        "options": str(sysconfig.get_config_var("OPT")),
        "optimized": str(is_optimized()),
        "machine": platform.machine(),
        "flask": version("flask"),
        "werkzeug": version("werkzeug"),
    }


def is_optimized() -> bool:
    """Whether this Python was configured to be optimized by profiles of how it is used."""
    return "--enable-optimizations" in str(sysconfig.get_config_var("CONFIG_ARGS"))


def are_comparable(some: Mapping[str, str], others: Mapping[str, str]) -> bool:
    return all(minor(some[name]) == minor(others[name]) for name in ("python", "flask"))


def minor(release: str) -> list[str]:
    return release.split(".")[:2]


def check(baseline: dict[str, t.Any]) -> int:
    known, here = baseline["builds"], builds()

    if not are_comparable(known, here):
        print(f"Skipped: the baseline is of {in_words(known)}, and this is {in_words(here)}.")
        return 0

    same_builds = known == here
    counts = count_all([floor(), ours()])
    changes = compare(relative_to_floor(counts), baseline["instructions"], same_builds=same_builds)
    growing = "overhead" if same_builds else "whole, since the baseline is of another build"
    print(f"In multiples of bare Flask. What may grow by 5 % is the {growing}.")
    print(f"{'scenario':16}{'now':>9}{'baseline':>10}{'margin':>8}")
    print(*changes, sep="\n")
    return int(any(change.fails for change in changes))


def in_words(builds: Mapping[str, str]) -> str:
    return f"Python {builds['python']} and Flask {builds['flask']}"


def write() -> None:
    counts = count_all([floor(), ours()])
    baseline = {"builds": builds(), "instructions": relative_to_floor(counts)}
    BASELINE.write_text(json.dumps(baseline, indent=2) + "\n")


def main() -> int:
    parser = argparse.ArgumentParser(description="Count the instructions of requests.")
    parser.add_argument("--write", action="store_true", help="make the baseline")
    arguments = parser.parse_args()

    if shutil.which("valgrind") is None:
        print("Skipped: valgrind is not installed.")
        return 0

    if arguments.write:
        write()
        return 0

    return check(json.loads(BASELINE.read_text()))


if __name__ == "__main__":
    sys.exit(main())
