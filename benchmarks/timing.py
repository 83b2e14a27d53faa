"""How long requests take, timed by pyperf in short, interleaved processes.

What else a machine does comes and goes, so each round times all subjects shortly after each other,
in a random order. Overheads are compared within a round. Two processes of the same code
differ by a few percent whatever else happens, so many short ones tell more than a few long ones.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Collection
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pyperf
from overheads import Rounds
from subjects import Subject

#: How many requests each value is of.
LOOPS = 400


def time_all(subjects: Sequence[Subject], names: Collection[str], rounds: int) -> dict[str, Rounds]:
    """Microseconds, by scenario."""
    times: dict[str, dict[str, list[float]]] = {
        name: {subject.name: [] for subject in subjects} for name in names
    }

    for number in range(1, rounds + 1):
        print(f"round {number} of {rounds}", file=sys.stderr, flush=True)

        for name in names:
            for subject in Random(f"{number} {name}").sample(subjects, len(subjects)):
                times[name][subject.name].append(take(subject, name, number))

    return dict(times)


def take(subject: Subject, name: str, seed: int) -> float:
    """Time a scenario in a process of its own. Subjects of a round share its hash seed."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "pyperf.json"
        subject.work(
            *("time", "--worker", "--quiet", "--warmups=1", "--values=3", f"--loops={LOOPS}"),
            f"--output={output}",
            BENCHMARK_SCENARIO=name,
            PYTHONHASHSEED=str(seed),
        )
        return pyperf.Benchmark.load(str(output)).median() * 1e6
