"""In which points the two records of one step differ."""

from __future__ import annotations

import typing as t
from collections.abc import Collection
from collections.abc import Mapping
from collections.abc import Sequence

Record = Mapping[str, t.Any]

#: What only this package keeps, of each login. Flask-Login 0.6.3 carries it along unread.
OWN_FIELDS = {"session _login"}

#: What is to be expected of another status: another response, because of an error or without one.
NOT_BEYOND_STATUS = ("answer", "body", "location", "vary", "heard raised", "heard template")

_ABSENT: t.Any = object()


def differing_fields(here: Sequence[Record], there: Sequence[Record], index: int) -> set[str]:
    """The fields of a step that differ, without those that follow from another difference."""
    ours, theirs = here[index], there[index]
    fields = {field for field in ours.keys() | theirs.keys() if _differs(field, ours, theirs)}
    fields -= OWN_FIELDS

    if "heard" in fields:
        fields.remove("heard")
        fields |= _differing_signals(ours.get("heard", ()), theirs.get("heard", ()))

    # Another status is another answer.
    if "status" in fields:
        fields = {f for f in fields if not f.startswith(NOT_BEYOND_STATUS)}

    # Another content of the session is sent by another cookie.
    if _session(here, index) != _session(there, index) or (
        index > 0 and _session(here, index - 1) != _session(there, index - 1)
    ):
        fields.discard("cookie session")

    # The protection of a cookie that only one of them sends has no counterpart.
    return {
        field
        for field in fields
        if not field.startswith("protection") or (field in ours and field in theirs)
    }


def _differs(field: str, ours: Record, theirs: Record) -> bool:
    return bool(ours.get(field, _ABSENT) != theirs.get(field, _ABSENT))


def _session(records: Sequence[Record], index: int) -> dict[str, t.Any]:
    return {
        field: value
        for field, value in records[index].items()
        if field.startswith("session ") and field not in OWN_FIELDS
    }


def _differing_signals(ours: Collection[str], theirs: Collection[str]) -> set[str]:
    """By the first word of what was heard. Where the rest comes in another order, that too."""

    def about(heard: Collection[str], name: str) -> list[str]:
        return [line for line in heard if line.split()[0] == name]

    names = {line.split()[0] for line in (*ours, *theirs)}
    differing = {name for name in names if about(ours, name) != about(theirs, name)}
    rest_here, rest_there = (
        [line for line in heard if line.split()[0] not in differing] for heard in (ours, theirs)
    )
    order = {"heard in order"} if rest_here != rest_there else set()
    return {f"heard {name}" for name in differing} | order
