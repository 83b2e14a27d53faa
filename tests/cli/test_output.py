"""Tables and texts in terminals of several widths."""

from __future__ import annotations

import io
import typing as t
from collections.abc import Callable
from contextlib import redirect_stdout

import click
import pytest

from flask_login.cli._output import echo_hanging
from flask_login.cli._output import echo_table

HEADERS = ["Endpoint", "By"]
ROWS = [["index", ""], ["account", "fresh_login_required + default"]]

Show: t.TypeAlias = Callable[..., list[str]]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def show(monkeypatch: pytest.MonkeyPatch) -> Show:
    """Returns the lines that a terminal shows."""

    def show(columns: int, echo: Callable[..., None], *args: t.Any) -> list[str]:
        monkeypatch.setenv("COLUMNS", str(columns))
        terminal = Terminal()

        with redirect_stdout(terminal):
            echo(*args)

        return click.unstyle(terminal.getvalue()).splitlines()

    return show


def test_table_that_fits_has_one_line_for_each_row(show: Show) -> None:
    assert show(40, echo_table, HEADERS, ROWS) == [
        "Endpoint  By",
        "index",
        "account   fresh_login_required + default",
    ]


def test_last_column_is_wrapped(show: Show) -> None:
    lines = show(39, echo_table, HEADERS, ROWS)

    assert lines[2:] == ["account   fresh_login_required +", "          default"]


def test_last_column_has_its_own_lines_if_there_is_no_room(show: Show) -> None:
    assert show(30, echo_table, HEADERS, ROWS) == [
        "Endpoint",
        "    By",
        "index",
        "account",
        "    fresh_login_required +",
        "    default",
    ]


def test_colours_take_no_room(show: Show) -> None:
    note, text = click.style("note  ", fg="yellow"), click.style("fourteen chars", fg="red")

    assert show(20, echo_hanging, note, text) == ["note  fourteen chars"]


def test_long_word_has_its_own_line(show: Show) -> None:
    lines = show(12, echo_hanging, "note  ", "a word_without_end here")

    assert lines == ["note  a", "      word_without_end", "      here"]


def test_pipe_gets_long_lines(capsys: pytest.CaptureFixture[str]) -> None:
    echo_hanging("note  ", "word " * 100)

    assert capsys.readouterr().out.count("\n") == 1
