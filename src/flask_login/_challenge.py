"""What a caller without a (fresh) login is answered: which view, where to return to and by which
status.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence

from flask import Flask
from flask import Request


def find_login_view(
    blueprints: Sequence[str], views: Mapping[str, str | None], default: str | None
) -> str | None:
    """The login view of the innermost blueprint that has one, ``None`` included.

    :param blueprints: The request's, innermost first, by their dotted names.
    :param views: By dotted name or by a blueprint's own name.
    :param default: For requests to blueprints without an entry, and to none.
    """
    for name in blueprints:
        for key in (name, name.rpartition(".")[2]):
            if key in views:
                return views[key]

    return default


def return_url(app: Flask, request: Request) -> str | None:
    """The URL to come back to after login, if coming back by GET gets an answer."""
    try:
        url = request.url
    except ValueError:  # Werkzeug before 3.1 lets every Host header through, and trips over some.
        return None

    if request.method in {"GET", "HEAD"}:
        return url

    adapter = app.create_url_adapter(request)
    return url if adapter is not None and adapter.test(method="GET") else None


def redirect_code(method: str) -> int:
    """302, which every browser follows by GET after a GET, HEAD or POST (RFC 9110, 15.4.3). 303
    says so for the other methods.
    """
    return 302 if method in {"GET", "HEAD", "POST"} else 303
