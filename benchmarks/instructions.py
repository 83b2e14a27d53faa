"""Instructions per request, counted by Callgrind: they do not depend on how busy the machine is.

``python benchmarks/instructions.py`` compares them with ``baseline.json``, and fails if this
library adds more to bare Flask than it did. ``--write`` makes the baseline. ``--peer`` counts
Flask-Login 0.6.3 too, and prints what this library adds as a fraction of what that adds.

What this library adds is compared as a multiple of what bare Flask takes in the same run. It may
grow by 10 %, and by half a percent of bare Flask on top: other builds of Python and other patch
releases of Flask shift it by as much as 6 %, the folder that the code is in by less than half a
percent. Of another minor version of Python or Flask the baseline says nothing.
"""

from __future__ import annotations

import argparse
import json
import platform
import shutil
import sys
from collections.abc import Mapping
from importlib.metadata import version

from counts import added
from counts import count_instructions
from counts import Counts
from counts import in_a_table
from scenarios import FLOOR
from scenarios import OURS
from scenarios import SCENARIOS
from subjects import floor
from subjects import HERE
from subjects import ours
from subjects import released
from subjects import side_by_side

BASELINE = HERE / "baseline.json"

TOLERANCE = 0.10
SLACK = 0.005


def verdict(now: float, baseline: float | None) -> str:
    """What comes of the comparison in one scenario. In capitals, it fails."""
    if baseline is None:
        return "NOT IN THE BASELINE"

    margin = baseline * TOLERANCE + SLACK

    if now > baseline + margin:
        return "WORSE"

    return "better: write a new baseline" if now < baseline - margin else "ok"


def relative_to_floor(counts: Mapping[str, Counts]) -> dict[str, float]:
    """What this library adds, as a multiple of what bare Flask takes."""
    return {name: round(added(counts, OURS, name) / counts[FLOOR][name], 4) for name in SCENARIOS}


def versions() -> dict[str, str]:
    """What decides on the instructions, besides the code that is measured."""
    return {"python": minor(platform.python_version()), "flask": minor(version("flask"))}


def minor(release: str) -> str:
    return ".".join(release.split(".")[:2])


def main() -> int:
    parser = argparse.ArgumentParser(description="Count the instructions of requests.")
    parser.add_argument("--write", action="store_true", help="make the baseline")
    parser.add_argument("--peer", action="store_true", help="count Flask-Login 0.6.3, too")
    arguments = parser.parse_args()
    baseline = json.loads(BASELINE.read_text())
    comparable = baseline["versions"] == versions()

    if shutil.which("valgrind") is None:
        print("Skipped: valgrind is not installed.")
        return 0

    if not (comparable or arguments.peer or arguments.write):
        print(f"Skipped: the baseline is of {baseline['versions']}, and this is {versions()}.")
        return 0

    subjects = [floor(), ours(), *([released()] if arguments.peer else [])]
    counts = side_by_side(subjects, count_instructions)
    now = relative_to_floor(counts)

    if arguments.peer:
        print(in_a_table(counts), end="\n\n")

    if arguments.write:
        content = {"versions": versions(), "added": now}
        BASELINE.write_text(json.dumps(content, indent=2) + "\n")
        return 0

    return report(now, baseline["added"]) if comparable else 0


def report(now: Mapping[str, float], baseline: Mapping[str, float]) -> int:
    verdicts = {name: verdict(added, baseline.get(name)) for name, added in now.items()}
    print("What this library adds, in multiples of bare Flask: now, and in the baseline.")

    for name, said in verdicts.items():
        print(f"{name:16}{now[name]:9.4f}{baseline.get(name, 0):10.4f}  {said}")

    return int(any(map(str.isupper, verdicts.values())))


if __name__ == "__main__":
    sys.exit(main())
