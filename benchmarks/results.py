"""What was measured on one Python, and how it is kept as JSON."""

from __future__ import annotations

import json
import os
import platform
import typing as t
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from figures import Figure
from instructions import Counts
from instructions import is_optimized
from instructions import minor
from overheads import compare_all
from overheads import Sample
from overheads import Samples
from overheads import Spread


@dataclass(frozen=True)
class Results:
    setting: dict[str, t.Any]
    samples: Samples
    #: Empty where nothing can count instructions.
    counts: Counts
    figures: list[Figure]

    @property
    def python(self) -> str:
        """The minor version."""
        return ".".join(minor(self.setting["python"]))

    @property
    def file_name(self) -> str:
        return f"python{self.python}.json"

    def write(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        content = {
            "setting": self.setting,
            "comparisons": [
                {
                    "title": outcome.title,
                    "fraction": round(outcome.fraction, 3),
                    "interval": [round(outcome.low, 3), round(outcome.high, 3)],
                    "allowed": outcome.allowed,
                    "verdict": outcome.verdict,
                }
                for outcome in compare_all(self.samples)
            ],
            "microseconds": {
                name: {
                    subject: {
                        "median": sample.all.median,
                        "deviation": sample.all.deviation,
                        "rounds": sample.rounds,
                    }
                    for subject, sample in by_subject.items()
                }
                for name, by_subject in self.samples.items()
            },
            "instructions": self.counts,
            "figures": [figure._asdict() for figure in self.figures],
        }
        (folder / self.file_name).write_text(json.dumps(content, indent=1) + "\n")


def read(path: Path) -> Results:
    content = json.loads(path.read_text())
    samples = {
        name: {
            subject: Sample(Spread(kept["median"], kept["deviation"]), kept["rounds"])
            for subject, kept in by_subject.items()
        }
        for name, by_subject in content["microseconds"].items()
    }
    figures = [Figure(**figure) for figure in content["figures"]]
    return Results(content["setting"], samples, content["instructions"], figures)


def read_all(folder: Path) -> list[Results]:
    """The results of each Python there are in a folder, oldest first."""
    return sorted(map(read, folder.glob("python*.json")), key=lambda results: age(results.python))


def age(release: str) -> list[int]:
    return [int(part) for part in release.split(".")]


def describe_setting(**effort: t.Any) -> dict[str, t.Any]:
    """What a reader may want to know of the machine, and nothing that tells whose it is."""
    packages = ("flask", "werkzeug", "pyperf", "gunicorn")
    return {
        "python": platform.python_version(),
        "optimized": is_optimized(),
        **{package: version(package) for package in packages},
        "system": f"{platform.system()} {platform.machine()}",
        "processor": processor(),
        "processors": os.cpu_count(),
        **effort,
    }


def processor() -> str:
    information = Path("/proc/cpuinfo")
    lines = information.read_text().splitlines() if information.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor()
