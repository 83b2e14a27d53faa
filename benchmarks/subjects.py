"""The three subjects of the comparison, and how a process of each is started."""

from __future__ import annotations

import os
import subprocess
import sys
import typing as t
from collections.abc import Callable
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from scenarios import FLOOR
from scenarios import OURS
from scenarios import RELEASED

HERE = Path(__file__).parent
WORKER = str(HERE / "worker.py")
T = t.TypeVar("T")

RELEASED_FOLDER = Path(sys.prefix) / "released-flask-login"


@dataclass(frozen=True)
class Subject:
    name: str
    #: The module with its application.
    application: str
    #: The folder that its ``flask_login`` is in.
    folder: Path

    def environment(self, **variables: str) -> dict[str, str]:
        return {
            **os.environ,
            "BENCHMARK_APPLICATION": self.application,
            "PYTHONPATH": str(self.folder),
            # The order of a set must not make a difference between two subjects.
            "PYTHONHASHSEED": "0",
            # Nor must it matter who was the first to import something.
            "PYTHONDONTWRITEBYTECODE": "",
            **variables,
        }

    def work(self, command: str, *options: str, **variables: str) -> str:
        """What the worker prints when it has done something as this subject.

        :param options: For pyperf, which reads the command line.
        """
        environment = self.environment(BENCHMARK_COMMAND=command, **variables)
        return run([sys.executable, WORKER, *options], env=environment)


def run(command: list[str], **options: t.Any) -> str:
    """What a command prints."""
    pipe = subprocess.PIPE
    result = subprocess.run(command, text=True, **{"stdout": pipe, "stderr": pipe, **options})

    if result.returncode:
        raise SystemExit(f"{' '.join(command)}\n{result.stdout}{result.stderr or ''}")

    return result.stdout


def side_by_side(subjects: Collection[Subject], work: Callable[[Subject], T]) -> dict[str, T]:
    """Results by the name of the subject, of work that may be done on all of them at once."""
    with ThreadPoolExecutor() as threads:
        names = [subject.name for subject in subjects]
        return dict(zip(names, threads.map(work, subjects), strict=True))


def all_subjects() -> list[Subject]:
    return [floor(), released(), ours()]


def floor() -> Subject:
    return Subject(FLOOR, "by_hand", HERE)


def ours() -> Subject:
    """This library, wherever it is installed."""
    spec = find_spec("flask_login")

    if spec is None or spec.origin is None:
        raise SystemExit("flask_login is not installed.")

    return Subject(OURS, "with_login", Path(spec.origin).parent.parent)


def released(folder: Path = RELEASED_FOLDER) -> Subject:
    """Flask-Login 0.6.3, installed into a folder of its own."""
    if not (folder / "flask_login").is_dir():
        install = ["install", "--quiet", "--no-deps", "--target", str(folder), "Flask-Login==0.6.3"]
        run([sys.executable, "-m", "pip", *install])

    return Subject(RELEASED, "with_login", folder)
