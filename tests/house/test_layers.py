"""Imports go down. Each module stands on a floor, and imports only from the floors below."""

from __future__ import annotations

import ast
import subprocess
import sys
import typing as t
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pytest

import flask_login
from flask_login.config import SESSION_KEYS

FLOORS = [
    {
        "__about__",
        "_async",
        "_clock",
        "_commands",
        "_context",
        "_values",
        "_warnings",
        "exceptions",
        "typing",
    },
    {"config", "mixins", "records", "signals"},
    {"_loaders", "_login", "_urls", "_views"},
    {"_session", "remember"},
    {"_manager"},
    {"_visit"},
    {"_closed", "_deprecated", "_exemptions", "_kept", "_protection", "_recorded"},
    {"_sources"},
    {"utils"},
    {"_gate", "_routes", "next_url"},
    {"_refusal", "checks"},
    {"_checked"},
    {"guards", "login_manager", "logins", "test_client"},
    {"__init__", "testing"},
    {"__main__", "pytest_plugin"},
]

FLOOR_OF = {module: number for number, modules in enumerate(FLOORS) for module in modules}

TREES = {
    path.stem: ast.parse(path.read_text(encoding="utf-8"))
    for path in Path(flask_login.__file__).parent.glob("*.py")
}

each_module = pytest.mark.parametrize("module", sorted(TREES))


class Import(t.NamedTuple):
    """One imported name."""

    #: Absolute, with the name: ``flask.globals.request``.
    name: str
    in_function: bool
    for_types: bool

    @property
    def package(self) -> str:
        return self.name.partition(".")[0]

    @property
    def floor(self) -> int:
        """That of the module of this package that the name is from."""
        return FLOOR_OF.get(self.name.split(".")[1], FLOOR_OF["__init__"])


def imports_of(
    node: ast.AST, in_function: bool = False, for_types: bool = False
) -> Iterator[Import]:
    in_function |= isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
    for_types |= isinstance(node, ast.If) and ast.unparse(node.test) == "t.TYPE_CHECKING"

    for name in imported_names(node):
        yield Import(name, in_function, for_types)

    for child in ast.iter_child_nodes(node):
        yield from imports_of(child, in_function, for_types)


def imported_names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]

    if isinstance(node, ast.ImportFrom):
        parents = ["flask_login"] if node.level else []
        parents += [node.module] if node.module else []
        return [".".join([*parents, alias.name]) for alias in node.names]

    return []


def strings_of(tree: ast.AST) -> set[str]:
    constants = (node for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return {node.value for node in constants if isinstance(node.value, str)}


def subclasses_of(parent: type) -> Iterator[type]:
    for child in type.__subclasses__(parent):
        yield child
        yield from subclasses_of(child)


@each_module
def test_module_has_a_floor(module: str) -> None:
    assert module in FLOOR_OF


@each_module
def test_module_imports_only_from_lower_floors_even_for_types(module: str) -> None:
    own = [found for found in imports_of(TREES[module]) if found.package == "flask_login"]
    wrong = [found.name for found in own if found.floor >= FLOOR_OF[module]]

    assert wrong == []


@each_module
def test_module_imports_nothing_inside_functions(module: str) -> None:
    wrong = [i.name for i in imports_of(TREES[module]) if i.in_function and not i.for_types]

    assert wrong == []


@each_module
def test_module_imports_nothing_that_is_not_required(module: str) -> None:
    required = {"blinker", "click", "flask", "flask_login", "itsdangerous", "werkzeug"}
    packages = {found.package for found in imports_of(TREES[module]) if not found.for_types}

    # That module is for who has pytest, and nothing imports it.
    if module == "pytest_plugin":
        required.add("pytest")

    assert packages <= sys.stdlib_module_names | required


@each_module
def test_module_imports_no_private_name_of_another_package(module: str) -> None:
    others = [i.name for i in imports_of(TREES[module]) if i.package != "flask_login"]
    private = [name for name in others if "._" in name]

    assert private == []


def test_import_of_the_package_brings_no_module_but_its_own() -> None:
    script = (
        "import sys, flask; known = {*sys.modules}; import flask_login;"
        " print(*(sys.modules.keys() - known))"
    )
    python = [sys.executable, "-c", script]

    modules = subprocess.run(python, capture_output=True, check=True, text=True).stdout.split()

    assert {module.partition(".")[0] for module in modules} == {"flask_login"}


def test_exceptions_that_can_be_caught_live_at_public_paths() -> None:
    for module in walk_packages(flask_login.__path__, "flask_login."):
        # Importing that one runs a command.
        if module.name != "flask_login.__main__":
            import_module(module.name)

    private = {
        f"{error.__module__}.{error.__name__}"
        for error in subclasses_of(BaseException)
        if "._" in error.__module__ and not error.__name__.startswith("_")
    }

    # Those of commands do not leave them.
    ours = {path for path in private if path.startswith("flask_login.")}
    assert {path for path in ours if not path.startswith("flask_login.cli.")} == set()


def test_session_keys_are_those_that_one_module_spells() -> None:
    constants = [
        node.value.value
        for node in TREES["_session"].body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
    ]

    assert sorted(constants) == sorted(SESSION_KEYS)


@pytest.mark.parametrize("module", sorted(TREES.keys() - {"config", "_session"}))
def test_other_modules_spell_no_session_key(module: str) -> None:
    private_keys = {key for key in SESSION_KEYS if key.startswith("_")}

    assert strings_of(TREES[module]) & private_keys == set()


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import a.b", Import("a.b", False, False)),
        ("from a.b import c as d", Import("a.b.c", False, False)),
        ("from . import a", Import("flask_login.a", False, False)),
        ("from .a import b", Import("flask_login.a.b", False, False)),
        ("def f():\n  import a", Import("a", True, False)),
        ("if t.TYPE_CHECKING:\n  import a", Import("a", False, True)),
    ],
    ids=["module", "name", "own module", "own name", "in a function", "for types"],
)
def test_imports_are_found(source: str, found: Import) -> None:
    assert list(imports_of(ast.parse(source))) == [found]
