"""The pages on which administrators manage operators."""

from __future__ import annotations

import sqlalchemy as sa
from flask import abort
from flask import Blueprint
from flask import current_app
from flask import flash
from flask import redirect
from flask import render_template
from flask import request
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_babel import ngettext

from flask_login import current_user
from flask_login import end_login
from flask_login import fresh_login_required
from flask_login import list_logins

from .logins import admin_required
from .models import db
from .models import Operator

blueprint = Blueprint("admin", __name__, url_prefix="/admin")

ROLES = {
    "admin": lazy_gettext("Administrator"),
    "operator": lazy_gettext("Operator"),
    "viewer": lazy_gettext("Viewer"),
}


@blueprint.before_request
@admin_required
def check_role() -> None:
    pass


@blueprint.app_template_filter()
def role_name(role: str) -> str:
    return str(ROLES[role])


@blueprint.get("/")
def index() -> ResponseReturnValue:
    operators = db.session.scalars(sa.select(Operator).order_by(Operator.name)).all()
    logins = {operator.id: list_logins(operator) for operator in operators}
    return render_template("admin/index.html", operators=operators, logins=logins)


@blueprint.route("/operators/<int:operator_id>", methods=["GET", "POST"])
@fresh_login_required
def operator(operator_id: int) -> ResponseReturnValue:
    """Show one operator, and act on them. Both have one URL, so that administrators return to it
    after they have confirmed their password.
    """
    found = db.session.get(Operator, operator_id) or abort(404)

    if request.method == "POST":
        flash(_act(found, request.form.get("do", "")), "success")
        return redirect(url_for(".operator", operator_id=found.id))

    return render_template(
        "admin/operator.html", operator=found, roles=ROLES, logins=list_logins(found)
    )


def _act(operator: Operator, what: str) -> str:
    """Act on an operator.

    :return: A message that says what was done.
    """
    if what == "end-logins":
        return _end_logins(operator)

    if what == "end-login":
        end_login(request.form.get("login", ""), user=operator)
        return _("The login was ended.")

    # Otherwise, there may be no administrator left.
    if operator.id == current_user.id:
        abort(403)

    if what == "role":
        role = request.form.get("role")
        operator.role = role if role in ROLES else abort(400)
        message = _("%(name)s has another role now.", name=operator.full_name)
    elif what == "deactivate":
        operator.active = False
        message = _("%(name)s is logged out by the next request.", name=operator.full_name)
    elif what == "activate":
        operator.active = True
        message = _("%(name)s can log in again.", name=operator.full_name)
    else:
        abort(400)

    db.session.commit()
    return message


def _end_logins(operator: Operator) -> str:
    ended = current_app.extensions["login_manager"].end_logins_of(operator.get_id())
    return ngettext("%(num)s login was ended.", "%(num)s logins were ended.", ended)
