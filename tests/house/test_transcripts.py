"""The transcripts of "Serve API clients and scripts", on a real server."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import typing as t
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from threading import Thread

import pytest
from flask import Flask
from werkzeug.serving import make_server

PAGE = Path(__file__).parents[2] / "docs" / "howto" / "api-clients.md"
BLOCK = re.compile(r"^```(\{?\w+\}?)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HOST = "localhost:5000"


class Message(t.NamedTuple):
    """A response, or as much as a transcript shows of it."""

    status: str
    headers: frozenset[tuple[str, str]]
    body: str


def blocks_of(kind: str) -> list[str]:
    if not PAGE.exists():
        return []

    blocks = BLOCK.findall(PAGE.read_text("utf-8"))
    return [text for name, text in blocks if name == kind and not text.startswith(":hide:")]


def first_line_of(text: str) -> str:
    return text.partition("\n")[0]


def read_message(text: str) -> Message:
    head, _, body = text.partition("\n\n")
    status, *lines = head.splitlines()
    pairs = (line.partition(": ") for line in lines)
    headers = frozenset((name.lower(), value) for name, _, value in pairs)
    return Message(status.partition(" ")[2], headers, body.strip())


def assert_shows(transcript: str, answer: Message) -> None:
    """Assert that a transcript is true, though it may leave headers and the body out."""
    shown = read_message(transcript)

    assert shown.status == answer.status
    assert shown.headers - answer.headers == frozenset()
    assert shown.body in {"", answer.body}


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Where the application of the page is served."""
    if not PAGE.exists():
        pytest.skip("The documentation is not here.")

    namespace: dict[str, t.Any] = {"__name__": "app"}
    exec("\n\n".join(blocks_of("{testcode}")), namespace)
    app: Flask = namespace["app"]
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()

    yield f"127.0.0.1:{server.server_port}"

    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.skipif(shutil.which("curl") is None, reason="There is no curl.")
@pytest.mark.parametrize("transcript", blocks_of("console"), ids=first_line_of)
def test_transcript_of_curl_is_true(address: str, transcript: str) -> None:
    command, _, expected = transcript.partition("\n")
    arguments = shlex.split(command.removeprefix("$ ").replace(HOST, address))
    options = ["--silent", "--show-error", "--noproxy", "*", "--max-time", "10"]
    output = subprocess.run(
        [*arguments, *options], check=True, capture_output=True, text=True, timeout=20
    ).stdout

    assert_shows(expected, read_message(output.replace("\r\n", "\n")))


@pytest.mark.parametrize("transcript", blocks_of("text"), ids=first_line_of)
def test_transcript_of_a_browser_is_true(address: str, transcript: str) -> None:
    request, _, expected = transcript.partition("\n\n")
    line, *lines = request.splitlines()
    method, path, _ = line.split()
    headers = dict(line.split(": ", 1) for line in lines)
    connection = HTTPConnection(address, timeout=10)

    try:
        connection.request(method, path, headers=headers)
        response = connection.getresponse()
        found = frozenset((name.lower(), value) for name, value in response.getheaders())
        status = f"{response.status} {response.reason}"
        answer = Message(status, found, response.read().decode().strip())
    finally:
        connection.close()

    assert_shows(expected, answer)


def test_page_shows_both_kinds_of_callers() -> None:
    if not PAGE.exists():
        pytest.skip("The documentation is not here.")

    assert len(blocks_of("console")) >= 5
    assert len(blocks_of("text")) >= 5
