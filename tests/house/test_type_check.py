"""What type checkers say of the files in ``type_check/must_fail``: an error in each line that names
one, and in no other.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import typing as t
from collections.abc import Callable
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "tests" / "type_check" / "must_fail").glob("*.py"))
PYRIGHT = {
    "extraPaths": [str(ROOT / "src")],
    "pythonVersion": "3.10",
    "typeCheckingMode": "strict",
}

# What a line ends with that mypy, and Pyright, refuse for the given reason.
EXPECTED = re.compile(r"# fails: (?P<mypy>[a-z-]+) \| (?P<pyright>\w+)$")


class Error(t.NamedTuple):
    """Why a checker refuses a line."""

    file: str
    line: int
    reason: str


def expected_by(checker: str) -> Iterator[Error]:
    for file in FILES:
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            if found := EXPECTED.search(line):
                yield Error(file.name, number, found[checker])


def run(module: str, *arguments: str) -> str:
    if find_spec(module) is None:
        pytest.skip(f"{module} is not installed: it is in the group 'typing'.")

    command = [sys.executable, "-m", module, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout


def mypy(directory: Path) -> Iterator[Error]:
    # The package is named because mypy would not find it where it is not installed.
    for line in run("mypy", "--no-pretty", "src", *map(str, FILES)).splitlines():
        if found := re.match(r"(.+):(\d+): error: .*\[([a-z-]+)\]$", line):
            yield Error(Path(found[1]).name, int(found[2]), found[3])


def pyright(directory: Path) -> Iterator[Error]:
    # Where they are, the project's own configuration keeps them from being checked.
    for file in FILES:
        shutil.copy(file, directory)

    directory.joinpath("pyrightconfig.json").write_text(json.dumps(PYRIGHT), encoding="utf-8")
    output = run("pyright", "--outputjson", "--pythonpath", sys.executable, "-p", str(directory))

    for found in json.loads(output)["generalDiagnostics"]:
        line = found["range"]["start"]["line"] + 1
        yield Error(Path(found["file"]).name, line, found["rule"])


@pytest.mark.parametrize("checker", [mypy, pyright])
def test_checkers_refuse_the_lines_that_are_to_fail(
    checker: Callable[[Path], Iterator[Error]], tmp_path: Path
) -> None:
    expected = set(expected_by(checker.__name__))
    found = set(checker(tmp_path))

    assert expected
    assert expected - found == set()
    # A line may be wrong for more reasons than one. Other lines are right.
    assert {error[:2] for error in found} == {error[:2] for error in expected}
