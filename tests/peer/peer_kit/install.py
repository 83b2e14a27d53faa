"""Flask-Login 0.6.3 in a folder of its own, and this package, for scripts to run on."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import flask_login

FOLDER = Path(__file__).parent.parent
RELEASE = "Flask-Login==0.6.3"
HERE = Path(flask_login.__file__).parent.parent


def released_package(factory: pytest.TempPathFactory) -> Path:
    """Install the release, once for all tests.

    Without network they are skipped, but never where ``CI`` is set.
    """
    folder = factory.getbasetemp() / "released"
    problems = []

    if folder.exists():
        return folder

    for command in _installers(folder):
        result = subprocess.run(command, capture_output=True, text=True)

        if result.returncode == 0:
            return folder

        problems.append(f"{' '.join(command)}\n{result.stderr.strip()}")

    message = "\n".join([f"{RELEASE} cannot be installed.", *problems])

    if os.environ.get("CI"):
        pytest.fail(message)

    pytest.skip(message)


def _installers(folder: Path) -> list[list[str]]:
    """What may be able to install, in turn. Environments made by uv have no pip, but the
    interpreter they were made from mostly has.
    """
    arguments = ["install", "--quiet", "--no-deps", "--target", str(folder), RELEASE]
    base = getattr(sys, "_base_executable", sys.executable)
    installers = [[python, "-m", "pip"] for python in dict.fromkeys([sys.executable, base])]
    uv = shutil.which("uv")

    if uv is not None:
        installers.insert(1, [uv, "pip"])

    return [[*installer, *arguments] for installer in installers]


def environment(package: Path) -> dict[str, str]:
    """The environment in which ``import flask_login`` finds the package in this folder."""
    # A warning that this run makes an error may be one that the release gives.
    kept = {key: value for key, value in os.environ.items() if key != "PYTHONWARNINGS"}
    return {**kept, "PYTHONPATH": str(package), "PYTHONIOENCODING": "utf-8"}
