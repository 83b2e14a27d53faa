"""What a request takes, counted: instructions by Callgrind; calls and bytecodes by hooks. None of
them depends on how busy the machine is.

``python benchmarks/counts.py`` prints the calls that this library and Flask-Login 0.6.3 add to a
request on bare Flask. Time follows them closely.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Collection
from collections.abc import Mapping
from pathlib import Path

from scenarios import FLOOR
from scenarios import OURS
from scenarios import RELEASED
from scenarios import SCENARIOS
from subjects import all_subjects
from subjects import run
from subjects import side_by_side
from subjects import Subject
from subjects import WORKER

#: By scenario.
Counts = Mapping[str, float]


def count_calls(subject: Subject) -> Counts:
    return json.loads(subject.work(" ".join(["calls", *SCENARIOS])))


def count_bytecodes(subject: Subject, names: Collection[str]) -> Counts:
    return json.loads(subject.work(" ".join(["bytecodes", *names])))


def count_instructions(subject: Subject) -> Counts:
    # Code that has just been compiled takes other instructions than code from a bytecode file. This
    # writes the files.
    subject.work("calls public")

    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "count"
        # The worker calls "getsid" before and after what is to be counted, and so does nobody else.
        # Each dump has the instructions since the one before.
        callgrind = ["--tool=callgrind", "--dump-before=getsid", f"--callgrind-out-file={output}"]
        requests = run(
            ["valgrind", *callgrind, sys.executable, WORKER],
            env=subject.environment(BENCHMARK_COMMAND=" ".join(["instructions", *SCENARIOS])),
        )
        return {
            name: total(Path(f"{output}.{2 * place}")) / int(requests)
            for place, name in enumerate(SCENARIOS, start=1)
        }


def total(dump: Path) -> int:
    lines = dump.read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("totals:"))


def added(counts: Mapping[str, Counts], subject: str, scenario: str) -> float:
    """What a subject takes beyond bare Flask."""
    return counts[subject][scenario] - counts[FLOOR][scenario]


def in_a_table(counts: Mapping[str, Counts]) -> str:
    """What this library and Flask-Login 0.6.3 add to bare Flask."""
    lines = [
        f"{'scenario':16}{'bare Flask':>12}{'0.6.3 adds':>12}{'this adds':>12}{'fraction':>10}"
    ]

    for name in SCENARIOS:
        theirs, mine = added(counts, RELEASED, name), added(counts, OURS, name)
        numbers = "".join(f"{number:12,.0f}" for number in (counts[FLOOR][name], theirs, mine))
        lines.append(f"{name:16}{numbers}{mine / theirs:10.2f}")

    return "\n".join(lines)


if __name__ == "__main__":
    print(in_a_table(side_by_side(all_subjects(), count_calls)))
