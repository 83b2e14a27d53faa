"""Instructions per request, counted by Callgrind: they do not depend on how busy the machine is.

``python benchmarks/instructions.py`` compares them with ``baseline.json`` and fails if there are
over 5 % more. ``--write`` makes the baseline.
"""

from __future__ import annotations

import argparse
import json
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path

from scenarios import SCENARIOS
from subjects import floor
from subjects import HERE
from subjects import ours
from subjects import run
from subjects import Subject

BASELINE = HERE / "baseline.json"
TOLERANCE = 1.05

# An app of 10,000 routes takes Callgrind longer to build than all else together.
COUNTED = tuple(name for name in SCENARIOS if "10000" not in name)


def count(subject: Subject, names: Iterable[str] = COUNTED) -> dict[str, float]:
    """Instructions per request of each scenario."""
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


def count_all(subjects: Iterable[Subject]) -> dict[str, dict[str, float]]:
    with ThreadPoolExecutor() as threads:
        return {
            subject.name: result
            for subject, result in zip(subjects, threads.map(count, subjects), strict=True)
        }


def relative_to_floor() -> dict[str, float]:
    """This library's instructions, as a multiple of bare Flask's. Another patch release of Python
    changes both.
    """
    subjects = (floor(), ours())
    bare, full = (count_all(subjects)[subject.name] for subject in subjects)
    return {name: round(full[name] / bare[name], 4) for name in COUNTED}


def minor(release: str) -> str:
    return ".".join(release.split(".")[:2])


def setting() -> dict[str, str]:
    """What a baseline holds for."""
    return {"python": minor(platform.python_version()), "flask": minor(version("flask"))}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="make the baseline")
    arguments = parser.parse_args()
    baseline = json.loads(BASELINE.read_text()) if BASELINE.exists() else {}

    if shutil.which("valgrind") is None:
        print("Skipped: valgrind is not installed.")
        return 0

    if not arguments.write and baseline["setting"] != setting():
        print(f"Skipped: the baseline is of {baseline['setting']}, this is {setting()}.")
        return 0

    measured = relative_to_floor()

    if arguments.write:
        result = {"setting": setting(), "instructions": measured}
        BASELINE.write_text(json.dumps(result, indent=2) + "\n")
        return 0

    failed = False

    for name, value in measured.items():
        known = baseline["instructions"][name]
        worse = value > known * TOLERANCE
        failed |= worse
        verdict = "WORSE" if worse else "ok"
        print(f"{name:16} {value:.4f} times bare Flask, baseline {known:.4f}  {verdict}")

    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
