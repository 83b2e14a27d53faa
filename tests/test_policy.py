"""The verdict on a session, and the modes of session protection."""

from __future__ import annotations

import typing as t

import pytest

from flask_login._policy import judge
from flask_login._policy import protection_mode
from flask_login._policy import Verdict

ACCEPT, DEMOTE, END = Verdict.ACCEPT, Verdict.DEMOTE, Verdict.END


@pytest.mark.parametrize("recorded", ["another", "", None], ids=repr)
@pytest.mark.parametrize(
    ("mode", "permanent", "fresh", "verdict"),
    [
        ("basic", False, True, DEMOTE),
        ("basic", False, False, ACCEPT),
        ("basic", True, True, DEMOTE),
        ("basic", True, False, ACCEPT),
        ("strong", False, True, END),
        ("strong", False, False, END),
        ("strong", True, True, DEMOTE),
        ("strong", True, False, ACCEPT),
    ],
)
def test_login_from_another_browser(
    mode: str, permanent: bool, fresh: bool, recorded: str | None, verdict: Verdict
) -> None:
    answer = judge(mode, recorded=recorded, current="this", permanent=permanent, fresh=fresh)
    assert answer is verdict


@pytest.mark.parametrize("mode", ["basic", "strong"])
@pytest.mark.parametrize("permanent", [False, True])
@pytest.mark.parametrize("fresh", [False, True])
def test_login_from_the_same_browser_is_accepted(mode: str, permanent: bool, fresh: bool) -> None:
    answer = judge(mode, recorded="this", current="this", permanent=permanent, fresh=fresh)
    assert answer is ACCEPT


@pytest.mark.parametrize(
    ("value", "mode"),
    [
        ("basic", "basic"),
        ("Basic", "basic"),
        ("BASIC", "basic"),
        ("strong", "strong"),
        ("Strong", "strong"),
        ("none", None),
        ("None", None),
        (None, None),
        (False, None),
    ],
    ids=repr,
)
def test_mode(value: t.Any, mode: str | None) -> None:
    assert protection_mode("SESSION_PROTECTION", value) == mode


@pytest.mark.parametrize("value", ["storng", "", " basic", True, 1, 0, b"basic", [], {}], ids=repr)
def test_mode_that_does_not_exist_is_an_error_that_names_the_setting(value: t.Any) -> None:
    with pytest.raises(ValueError, match=r"^THE_SETTING must be") as caught:
        protection_mode("THE_SETTING", value)

    assert repr(value) in str(caught.value)
