"""Flask whose methods were wrapped before this package is imported, as tracing agents do."""

from __future__ import annotations

import subprocess
import sys

WRAPPED = """
from functools import wraps
from flask import Flask, render_template_string

def wrap(name):
    method = getattr(Flask, name)
    setattr(Flask, name, wraps(method)(lambda *args: method(*args)))

wrap("wsgi_app")
wrap("full_dispatch_request")

from flask_login import LoginManager, login_required

app = Flask("app")
app.secret_key = "key"
"""

FAILING_LOADER = """
LoginManager(app).request_loader(lambda request: {}["database"])
app.add_url_rule("/", "index", login_required(lambda: "inside"))

@app.errorhandler(KeyError)
def show_error(error):
    return render_template_string("Sorry{{ current_user.name }}.")

assert app.test_client().get("/").text == "Sorry."
"""


def test_error_page_for_a_loader_renders() -> None:
    code = WRAPPED + FAILING_LOADER
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)
