"""How long requests take, timed by pyperf in short, interleaved processes.

What else a machine does comes and goes, so each round times all subjects shortly after each other,
in an order that changes. Overheads are compared within a round. Two processes of the same code
differ by a few percent whatever else happens, so many short ones tell more than a few long ones.
"""

from __future__ import annotations

import sys
import tempfile
import typing as t
from collections.abc import Collection
from collections.abc import Iterator
from itertools import chain
from itertools import cycle
from itertools import islice
from itertools import permutations
from pathlib import Path

import pyperf
from overheads import Sample
from overheads import Samples
from overheads import Spread
from scenarios import SCENARIOS
from subjects import Subject


class Effort(t.NamedTuple):
    """How long to time."""

    rounds: int
    #: How many values each process takes, and how long each takes at least, in seconds.
    values: int
    seconds: float


def time_all(subjects: Collection[Subject], names: Collection[str], effort: Effort) -> Samples:
    """Time scenarios. Samples are in microseconds."""
    loops = {name: calibrate(next(iter(subjects)), name, effort) for name in names}
    taken: dict[str, dict[str, list[pyperf.Benchmark]]] = {name: {} for name in names}

    for number, order in enumerate(orders(subjects, effort.rounds), start=1):
        print(f"round {number} of {effort.rounds}", file=sys.stderr, flush=True)

        for name in names:
            for subject in order:
                if subject.name in SCENARIOS[name].subjects:
                    benchmark = take(subject, name, loops[name], effort, seed=number)
                    taken[name].setdefault(subject.name, []).append(benchmark)

    return {
        name: {subject: summarize(benchmarks) for subject, benchmarks in by_subject.items()}
        for name, by_subject in taken.items()
    }


def orders(subjects: Collection[Subject], rounds: int) -> Iterator[tuple[Subject, ...]]:
    """For each round another order, and every other round the one before reversed, so that none
    always follows the same.
    """
    pairs = ((order, order[::-1]) for order in cycle(permutations(subjects)))
    return islice(chain.from_iterable(pairs), rounds)


def calibrate(subject: Subject, name: str, effort: Effort) -> int:
    """How often to repeat a scenario. All rounds share it."""
    options = ["--processes=1", "--values=1", "--warmups=1", f"--min-time={effort.seconds}"]
    return measure(subject, name, [*options, "--copy-env"]).get_loops()


def take(subject: Subject, name: str, loops: int, effort: Effort, *, seed: int) -> pyperf.Benchmark:
    """Time a scenario in a process of its own. Subjects of a round share its hash seed."""
    options = ["--worker", "--warmups=1", f"--values={effort.values}", f"--loops={loops}"]
    return measure(subject, name, options, PYTHONHASHSEED=str(seed))


def measure(subject: Subject, name: str, options: list[str], **variables: str) -> pyperf.Benchmark:
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "pyperf.json"
        subject.work(
            "time", "--quiet", f"--output={output}", *options, BENCHMARK_SCENARIO=name, **variables
        )
        return pyperf.Benchmark.load(str(output))


def summarize(benchmarks: list[pyperf.Benchmark]) -> Sample:
    rounds = [in_microseconds(benchmark.median()) for benchmark in benchmarks]
    merged, *others = benchmarks

    for benchmark in others:
        merged.add_runs(benchmark)

    spread = Spread(in_microseconds(merged.median()), in_microseconds(merged.median_abs_dev()))
    return Sample(spread, rounds)


def in_microseconds(seconds: float) -> float:
    return round(seconds * 1e6, 2)
