"""What type checkers know of the checks."""

from __future__ import annotations

from flask import Flask

from flask_login import LoginManager
from flask_login.checks import check_setup
from flask_login.checks import Finding
from flask_login.checks import Severity

app = Flask(__name__)
login_manager = LoginManager(app)

findings: list[Finding] = login_manager.check_login_setup(app, deploy=True, aal=2, try_loader=True)
errors: list[Finding] = [f for f in check_setup(app) if f.severity is Severity.ERROR]
settings: list[str | None] = [finding.setting for finding in findings]
