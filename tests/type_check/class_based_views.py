from __future__ import annotations

import typing as t

from flask import Flask
from flask.typing import ResponseReturnValue
from flask.views import MethodView
from flask.views import View
from typing_extensions import assert_type

from flask_login import current_user
from flask_login import fresh_login_required
from flask_login import login_exempt
from flask_login import login_required
from flask_login import no_activity

app = Flask(__name__)


class Profile(View):
    decorators = [login_required]

    def dispatch_request(self) -> ResponseReturnValue:
        return f"{current_user.name}"


class Members(MethodView):
    decorators: t.ClassVar = [login_required, fresh_login_required]
    init_every_request = False

    def get(self, member_id: int) -> ResponseReturnValue:
        return {"id": member_id}

    async def delete(self, member_id: int) -> ResponseReturnValue:
        return "", 204


@login_exempt
class Health(MethodView):
    @no_activity
    def get(self) -> str:
        return "fine"


class Notes(MethodView):
    def get(self) -> str:
        return "public"

    @login_required
    def post(self) -> str:
        return "saved"

    @fresh_login_required
    async def delete(self) -> str:
        return "deleted"


app.add_url_rule("/profile", view_func=Profile.as_view("profile"))
app.add_url_rule("/members/<int:member_id>", view_func=Members.as_view("members"))
app.add_url_rule("/notes", view_func=Notes.as_view("notes"))
app.add_url_rule("/my/notes", view_func=login_required(Notes.as_view("my-notes")))
app.add_url_rule("/new/notes", view_func=fresh_login_required(max_age=60)(Notes.as_view("new")))
app.add_url_rule("/open/notes", view_func=login_exempt(Notes.as_view("open-notes")))

# A guarded method keeps its result, and an exempt class is still the class.
assert_type(Notes().post(), str)
assert_type(Health().get(), str)
