"""The headers that a loader says it reads: their names are checked when it is registered."""

from __future__ import annotations

import typing as t

import pytest
from flask.testing import FlaskClient

from flask_login import LoginManager


@pytest.mark.parametrize(
    ("vary", "names"),
    [
        ("Authorization", {"authorization"}),
        ("Authorization, X-Api-Key", {"authorization", "x-api-key"}),
        (" Authorization ,X-Api-Key ", {"authorization", "x-api-key"}),
        (["Authorization", "X-Api-Key"], {"authorization", "x-api-key"}),
        (("Authorization",), {"authorization"}),
        ({"X-Api-Key"}, {"x-api-key"}),
        (None, set()),
        ([], set()),
    ],
    ids=repr,
)
def test_names_are_told_in_the_response(
    login_manager: LoginManager, browser: FlaskClient, vary: t.Any, names: set[str]
) -> None:
    login_manager.loader("key", vary=vary)(lambda request: None)
    assert browser.get("/me").vary.as_set() - {"cookie"} == names


@pytest.mark.parametrize(
    "vary",
    ["", "X Api Key", "Authorization,", "X-Key\r\nSet-Cookie: a=b", "Schlüssel", ["X-Key, Y-Key"]],
    ids=ascii,
)
def test_name_that_no_header_can_have_is_an_error(login_manager: LoginManager, vary: t.Any) -> None:
    with pytest.raises(ValueError, match=r"^vary must be names of headers"):
        login_manager.loader("key", vary=vary)


@pytest.mark.parametrize("vary", [7, [7], [None], ["X-Key", b"Y-Key"], b"X-Key"], ids=repr)
def test_what_is_no_name_is_an_error(login_manager: LoginManager, vary: t.Any) -> None:
    with pytest.raises(TypeError, match=r"^vary must be"):
        login_manager.loader("key", vary=vary)
