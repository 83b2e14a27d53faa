"""What the code of views calls and reads. The code is not run, so the results are guesses."""

from __future__ import annotations

import dis
import typing as t
from collections.abc import Iterator
from inspect import isfunction
from itertools import pairwise
from types import CodeType

from .. import utils


def logs_out(function: t.Any) -> bool:
    """Whether a function uses ``logout_user``: ours, or another function of this name."""
    return any(
        name == "logout_user" or function.__globals__.get(name) is utils.logout_user
        for code in codes_of(function)
        for name in _names_in(code)
    )


def read_of_user(function: t.Any) -> set[str]:
    """Return the attributes of ``current_user`` that a function uses."""
    return {
        attribute
        for code in codes_of(function)
        for attribute in _attributes_in(code, _names_of_user(code, function.__globals__))
    }


def names_in(function: t.Any) -> set[str]:
    """Return the names that a function uses."""
    return {name for code in codes_of(function) for name in _names_in(code)}


def codes_of(function: t.Any) -> Iterator[CodeType]:
    """Yield the code of a function and of the functions inside it. Functions in C have none."""
    ahead: list[t.Any] = [function.__code__] if isfunction(function) else []

    while ahead:
        code = ahead.pop()
        yield code
        ahead += [constant for constant in code.co_consts if isinstance(constant, CodeType)]


def _names_in(code: CodeType) -> set[str]:
    return {*code.co_names, *code.co_freevars, *code.co_varnames}


def _names_of_user(code: CodeType, module: dict[str, t.Any]) -> set[str]:
    """Return the names of our ``current_user`` in some code. Other packages have their own."""
    return {
        name
        for name in _names_in(code)
        if module.get(name) is utils.current_user or (name == "current_user" and name not in module)
    }


def _attributes_in(code: CodeType, names: set[str]) -> Iterator[str]:
    """Yield the attributes that are read from one of these names."""
    for loaded, used in pairwise(dis.get_instructions(code)):
        is_name = loaded.opname.startswith("LOAD_") and loaded.opname != "LOAD_CONST"

        if is_name and loaded.argval in names and used.opname.endswith(("_ATTR", "_METHOD")):
            yield used.argval
