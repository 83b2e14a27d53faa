"""How much there is to read, to hold in the head and to run. Counted, and never measured: the
result does not depend on the machine.
"""

from __future__ import annotations

import ast
import io
import sys
import tokenize
import typing as t
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import flask_login

PACKAGE = Path(flask_login.__file__).parent

#: The text of each module by its name. Logins on record and the command count by themselves.
MODULES = {
    path.stem: path.read_text(encoding="utf-8")
    for path in sorted(PACKAGE.glob("*.py"))
    if path.stem not in {"__main__", "_checked", "_commands", "_recorded", "logins"}
}

#: Those of the command.
COMMAND_MODULES = {
    f"{path.parent.name}.{path.stem}": path.read_text(encoding="utf-8")
    for folder in ("checks", "cli")
    for path in sorted(PACKAGE.joinpath(folder).glob("*.py"))
}

LAYOUT = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
}


class Journey(t.NamedTuple):
    """The way of one request through the package."""

    #: How many functions it enters.
    entered: int
    #: How many of them are called from another file of the package.
    crossings: int


def lines_of_code(source: str) -> set[int]:
    """The numbers of the lines that are more than docstring, comment or blank."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    spans = [range(k.start[0], k.end[0] + 1) for k in tokens if k.type not in LAYOUT]
    return {line for span in spans for line in span} - docstring_lines(ast.parse(source))


def docstring_lines(tree: ast.Module) -> set[int]:
    owners = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    texts = [
        node.body[0]
        for node in ast.walk(tree)
        if isinstance(node, owners) and ast.get_docstring(node) is not None
    ]
    return {line for text in texts for line in range(text.lineno, (text.end_lineno or 0) + 1)}


def function_lengths(source: str) -> Iterator[tuple[str, int]]:
    """Each function's name, and its lines from ``def`` to its end, without the docstring."""
    tree = ast.parse(source)
    text = docstring_lines(tree)

    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.name, len({*range(node.lineno, (node.end_lineno or 0) + 1)} - text)


def in_circles(modules: dict[str, str]) -> set[str]:
    """The modules that import themselves by way of others, be it for types only."""
    imports = {name: imported(source) & modules.keys() for name, source in modules.items()}
    return {name for name in modules if name in reachable(name, imports)}


def imported(source: str) -> set[str]:
    """The modules of this package that a module imports, wherever in its text."""
    own = [n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.ImportFrom) and n.level]
    return {name for n in own for name in ([n.module] if n.module else [a.name for a in n.names])}


def reachable(start: str, imports: dict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    ahead = {start}

    while ahead:
        ahead = {name for module in ahead for name in imports[module]} - found
        found |= ahead

    return found


def journey(send: Callable[[], object]) -> Journey:
    """Follow what is called while a request is sent."""
    entered = crossings = 0

    def note(frame: FrameType, event: str, argument: object) -> None:
        nonlocal entered, crossings

        if event == "call" and is_ours(frame):
            entered += 1
            caller = frame.f_back
            crossings += is_ours(caller) and file_of(caller) != file_of(frame)

    sys.setprofile(note)

    try:
        send()
    finally:
        sys.setprofile(None)

    return Journey(entered, crossings)


def is_ours(frame: FrameType | None) -> t.TypeGuard[FrameType]:
    return frame is not None and Path(file_of(frame)).is_relative_to(PACKAGE)


def file_of(frame: FrameType) -> str:
    return frame.f_code.co_filename
