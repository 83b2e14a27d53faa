"""Serve the application on the ``flask_login`` that ``PYTHONPATH`` points to: a request per line of
JSON, a response per line of JSON. The first argument is the app's config, as JSON.
"""

from __future__ import annotations

import json
import sys
import typing as t

from flask import Flask
from peer_kit.app import build_app

import flask_login


def answer(app: Flask, request: dict[str, t.Any]) -> dict[str, t.Any]:
    response = app.test_client(use_cookies=False).open(
        request["path"],
        method=request["method"],
        headers=request["headers"],
        environ_overrides={"REMOTE_ADDR": request["address"]},
    )
    return {
        "status": response.status,
        "headers": list(response.headers),
        "body": response.get_data(as_text=True),
    }


def main() -> None:
    app, _ = build_app(json.loads(sys.argv[1]), {}, ["user_loader"])
    print(json.dumps({"file": flask_login.__file__}), flush=True)

    for line in sys.stdin:
        print(json.dumps(answer(app, json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
