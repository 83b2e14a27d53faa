"""Find the cookies in a pasted text: values, ``name=value``, or whole headers."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Collection
from collections.abc import Iterator

from werkzeug.http import parse_cookie

# As browser tools and curl show it.
_HEADER = re.compile(r"(?:[<>]\s*)?(set-)?cookie:", re.IGNORECASE)

_PAIR = re.compile(r"([\w!#$%&'*+.^`|~-]+)=(.*)", re.ASCII | re.DOTALL)


class Pasted(t.NamedTuple):
    """A cookie as it is written in a header."""

    #: Its name, if the text has it.
    name: str | None
    value: str

    @property
    def decoded(self) -> str | None:
        """The decoded value, or ``None`` if it is not a valid cookie value."""
        # Servers pass headers on as Latin-1.
        header = f"name={self.value}".encode(errors="replace").decode("latin-1")
        decoded = parse_cookie(header).get("name")
        is_bare = self.name is None and (decoded is None or ";" in self.value)

        # The pasted value may be decoded already.
        return self.value if is_bare else decoded


def read_pasted(data: bytes, known: Collection[str]) -> list[Pasted]:
    """Return the cookies in a text: one in each line, or several in a header.

    :param known: The names of the application's cookies.
    """
    lines = (_unquote(line) for line in data.decode(errors="replace").split("\n"))
    return [cookie for line in lines for cookie in _cookies_in(line, known)]


def as_pair(cookie: Pasted) -> Pasted | None:
    """Read a value as ``name=value``, or return ``None`` if it cannot be that."""
    pair = _PAIR.fullmatch(cookie.value) if cookie.name is None else None
    return None if pair is None else Pasted(pair[1], pair[2])


def _cookies_in(line: str, known: Collection[str]) -> Iterator[Pasted]:
    header = _HEADER.match(line)

    if header is None and line.partition("=")[0] not in known:
        if line:
            yield Pasted(None, line)

        return

    pairs = (line if header is None else line[header.end() :]).split(";")

    # In 'Set-Cookie', the attributes of the cookie follow.
    if header is not None and header[1]:
        del pairs[1:]

    for pair in filter(None, map(str.strip, pairs)):
        cookie = Pasted(None, pair)
        yield as_pair(cookie) or cookie


def _unquote(line: str) -> str:
    """Remove quotes that a shell would remove. Quotes with escapes belong to the cookie."""
    line = line.strip()

    while line[:1] in ("'", '"') and line[1:].endswith(line[0]) and "\\" not in line:
        line = line[1:-1].strip()

    return line
