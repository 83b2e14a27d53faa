"""The test kit."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from typing_extensions import assert_type

from flask_login import LoginManager
from flask_login import UserMixin
from flask_login.pytest_plugin import closed_routes_test
from flask_login.testing import acting_as
from flask_login.testing import assert_login_required
from flask_login.testing import closed_routes
from flask_login.testing import frozen_clock
from flask_login.testing import FrozenClock
from flask_login.testing import LoginClient


class User(UserMixin):
    id = 1


def create_app() -> Flask:
    app = Flask(__name__)
    app.test_client_class = LoginClient
    LoginManager(app)
    return app


app = create_app()
user = User()

client = LoginClient(app, app.response_class)
assert_type(client.login(user, fresh=False, remember=True, ago=timedelta(days=1)), None)
assert_type(client.logout(), None)
client.login(user, base_url="http://www.site.test")
client.logout(base_url="http://www.site.test")
client.page_headers = {"Accept": "*/*"}

with client.acting_as(user) as acting:
    assert_type(acting, LoginClient)
    acting.get("/").get_data(as_text=True).upper()

with client.acting_as(user, fresh=False, base_url="http://www.site.test"):
    pass

with app.app_context(), acting_as(user) as nothing:
    assert_type(nothing, None)

with frozen_clock() as clock:
    assert_type(clock, FrozenClock)
    assert_type(clock(), int)
    clock.tick(timedelta(hours=1))
    clock.tick(60)
    clock.tick(0.5)

assert_type(assert_login_required(client, "/settings"), None)
assert_login_required(app.test_client(), "/settings", "POST")
assert_type(closed_routes(app, {"name": "ada"}), list[tuple[str, str]])

test_route_is_closed = closed_routes_test(create_app)
test_route_is_closed_with_names = closed_routes_test(create_app, {"name": "ada", "number": 1})
