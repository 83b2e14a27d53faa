"""The test kit, called as it cannot be."""

from __future__ import annotations

from flask import Flask

from flask_login import UserMixin
from flask_login.pytest_plugin import closed_routes_test
from flask_login.testing import acting_as
from flask_login.testing import assert_login_required
from flask_login.testing import frozen_clock
from flask_login.testing import LoginClient

app = Flask(__name__)
client = LoginClient(app)
user = UserMixin()

client.login()  # fails: call-arg | reportCallIssue
client.login(user, True)  # fails: call-arg | reportCallIssue
client.login(user, ago=3600)  # fails: arg-type | reportArgumentType
client.logout(user)  # fails: call-arg | reportCallIssue
client.logout("http://www.site.test")  # fails: call-arg | reportCallIssue
client.page_headers = None  # fails: assignment | reportAttributeAccessIssue
client.acting_as(user, remember=True)  # fails: call-arg | reportCallIssue
acting_as(user, fresh=False)  # fails: call-arg | reportCallIssue
assert_login_required(app, "/settings")  # fails: arg-type | reportArgumentType
closed_routes_test(app)  # fails: arg-type | reportArgumentType

with frozen_clock() as clock:
    clock.tick("1 hour")  # fails: arg-type | reportArgumentType
    clock.now = 0  # fails: attr-defined | reportAttributeAccessIssue
