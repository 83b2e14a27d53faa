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

client.login()
client.login(user, True)
client.login(user, ago=3600)
client.logout(user)
client.acting_as(user, remember=True)
acting_as(user, fresh=False)
assert_login_required(app, "/settings")
closed_routes_test(app)

with frozen_clock() as clock:
    clock.tick("1 hour")
    clock.now = 0
