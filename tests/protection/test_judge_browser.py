"""What session protection makes of a login, by the browser that it comes from."""

from __future__ import annotations

import pytest

from flask_login._login import judge_browser
from flask_login._login import Verdict

ACCEPT: Verdict = "accept"
DEMOTE: Verdict = "demote"
END: Verdict = "end"


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
    answer = judge_browser(
        mode, recorded=recorded, current="this", permanent=permanent, fresh=fresh
    )
    assert answer is verdict


@pytest.mark.parametrize("mode", ["basic", "strong"])
@pytest.mark.parametrize("permanent", [False, True])
@pytest.mark.parametrize("fresh", [False, True])
def test_login_from_the_same_browser_is_accepted(mode: str, permanent: bool, fresh: bool) -> None:
    answer = judge_browser(mode, recorded="this", current="this", permanent=permanent, fresh=fresh)
    assert answer is ACCEPT
