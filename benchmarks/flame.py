"""Draw where the time of a request goes, as a flame graph of samples that py-spy takes.

``tox exec -e bench -- python benchmarks/flame.py`` draws what the documentation shows.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path

from chart import OURS_COLOUR
from chart import RELEASED_COLOUR
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scenarios import SCENARIOS
from subjects import HERE
from subjects import ours
from subjects import run

PICTURE = HERE.parent / "docs" / "_costs" / "session.png"

#: The frame that a request begins with.
ROOT = "Flask.wsgi_app"
#: The least that is drawn, and the least that is labelled, as a fraction of a request.
NARROWEST = 0.003
NARROWEST_LABEL = 0.022


@dataclass
class Frame:
    """A function, in how many samples it was found, and what it called."""

    name: str
    is_ours: bool = False
    samples: int = 0
    calls: dict[str, Frame] = field(default_factory=dict)


def main() -> None:
    parser = argparse.ArgumentParser(description="Draw where the time of a request goes.")
    parser.add_argument("scenario", nargs="?", default="session", choices=SCENARIOS)
    parser.add_argument("--seconds", type=int, default=40, help="how long to take samples")
    parser.add_argument("--picture", type=Path, default=PICTURE, help="what to draw")
    arguments = parser.parse_args()
    root = read(take_samples(arguments.scenario, arguments.seconds))
    draw(root, SCENARIOS[arguments.scenario].title, arguments.picture)


def take_samples(scenario: str, seconds: int) -> list[str]:
    """Lines of "function (file:line);function (file:line);… count"."""
    py_spy = shutil.which("py-spy", path=str(Path(sys.executable).parent))

    if py_spy is None:
        raise SystemExit("py-spy is not installed.")

    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "samples"
        options = ["--rate", "500", "--format", "raw", "--output", str(output)]
        command = [py_spy, "record", *options, "--", sys.executable, str(HERE / "worker.py")]
        run(command, env=ours().environment(BENCHMARK_COMMAND=f"sample {scenario} {seconds}"))
        return output.read_text(encoding="utf-8").splitlines()


def read(lines: list[str]) -> Frame:
    """What a request calls."""
    root = Frame(ROOT)

    for line in lines:
        stack, _, count = line.rpartition(" ")
        frames = stack.split(";")
        start = next((i for i, frame in enumerate(frames) if frame.startswith(ROOT)), None)

        if start is None:
            continue

        root.samples += int(count)
        parent = root

        for frame in frames[start + 1 :]:
            name, _, place = frame.partition(" (")
            is_ours = place.startswith("flask_login")
            parent = parent.calls.setdefault(name, Frame(name, is_ours))
            parent.samples += int(count)

    return root


def draw(root: Frame, title: str, path: Path) -> None:
    found = list(places(root, root.samples))
    deepest = max(depth for depth, *_ in found)
    figure = Figure(figsize=(11, 0.22 * deepest + 1), layout="constrained")
    panel = figure.subplots()

    for depth, start, frame in found:
        draw_frame(panel, depth, start, frame.samples / root.samples, frame)

    panel.set_title(f"{title.replace('`', '')}: a request, 100 %", fontsize=11)
    panel.set_xlim(0, 1)
    panel.invert_yaxis()
    panel.axis("off")
    figure.savefig(path, dpi=130, metadata={"Software": None})


def places(
    frame: Frame, whole: int, depth: int = 0, start: float = 0
) -> Iterator[tuple[int, float, Frame]]:
    """Each frame that is wide enough to be seen, with its depth and where it begins."""
    yield depth, start, frame

    for call in sorted(frame.calls.values(), key=lambda call: -call.samples):
        if call.samples / whole >= NARROWEST:
            yield from places(call, whole, depth + 1, start)

        start += call.samples / whole


def draw_frame(panel: Axes, depth: int, start: float, width: float, frame: Frame) -> None:
    colour = OURS_COLOUR if frame.is_ours else RELEASED_COLOUR
    panel.barh(depth, width, 0.94, start, color=colour, edgecolor="white", linewidth=0.5)

    if width >= NARROWEST_LABEL:
        # As much of its name as there is room for.
        name = frame.name.rpartition(".")[2][: int(width * 190)]
        panel.annotate(name, (start + 0.002, depth), va="center", fontsize=6.5)


if __name__ == "__main__":
    main()
