"""The account of an operator: the password, the API tokens and the devices."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from flask import abort
from flask import Blueprint
from flask import flash
from flask import redirect
from flask import render_template
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.security import generate_password_hash

from flask_login import current_user
from flask_login import end_login
from flask_login import fresh_login_required
from flask_login import get_current_user
from flask_login import label_login
from flask_login import list_logins
from flask_login import logout_user
from flask_login import refresh_login

from .forms import LabelForm
from .forms import PasswordForm
from .forms import TokenForm
from .logins import create_token
from .models import ApiToken
from .models import db

blueprint = Blueprint("account", __name__, url_prefix="/account")


@blueprint.get("/")
def index() -> ResponseReturnValue:
    tokens = db.session.scalar(
        sa.select(sa.func.count()).where(ApiToken.operator_id == current_user.id)
    )
    return render_template("account/index.html", tokens=tokens, devices=len(list_logins()))


@blueprint.route("/password", methods=["GET", "POST"])
@fresh_login_required(max_age=timedelta(minutes=15))
def password() -> ResponseReturnValue:
    form = PasswordForm()

    if not form.validate_on_submit():
        status = 422 if form.is_submitted() else 200
        return render_template("account/password.html", form=form), status

    others = sum(not login.current for login in list_logins())
    operator = get_current_user()
    operator.password_hash = generate_password_hash(form.password.data)
    db.session.commit()
    refresh_login(operator)
    flash(_("Your password was changed."), "success")

    if others:
        flash(
            ngettext(
                "%(num)s other session has ended. Log in there with the new password.",
                "%(num)s other sessions have ended. Log in there with the new password.",
                others,
            ),
            "info",
        )

    return redirect(url_for(".index"))


@blueprint.route("/tokens", methods=["GET", "POST"])
@fresh_login_required
def tokens() -> ResponseReturnValue:
    form = TokenForm()
    new_token = None

    # No redirect follows, because the token would have to be stored for the next request.
    if form.validate_on_submit():
        new_token = create_token(get_current_user(), form.name.data)
        form = TokenForm(formdata=None)

    found = db.session.scalars(
        sa.select(ApiToken).filter_by(operator_id=current_user.id).order_by(ApiToken.id.desc())
    ).all()
    status = 422 if form.errors else 200
    return render_template("account/tokens.html", form=form, tokens=found, token=new_token), status


@blueprint.post("/tokens/<int:token_id>/revoke")
def revoke_token(token_id: int) -> ResponseReturnValue:
    token = db.session.get(ApiToken, token_id)

    if token is None or token.operator_id != current_user.id:
        abort(404)

    name = token.name
    db.session.delete(token)
    db.session.commit()
    flash(_("The token “%(name)s” was revoked.", name=name), "success")
    return redirect(url_for(".tokens"))


@blueprint.get("/devices")
def devices() -> ResponseReturnValue:
    return render_template("account/devices.html", logins=list_logins(), form=LabelForm())


@blueprint.post("/devices/<login_id>/end")
def end_device(login_id: str) -> ResponseReturnValue:
    # If it is the login of this device, the operator is logged out.
    if end_login(login_id):
        flash(_("The login was ended."), "success")

    return redirect(url_for(".devices") if current_user.is_authenticated else url_for("auth.login"))


@blueprint.post("/devices/end-others")
def end_others() -> ResponseReturnValue:
    logout_user("others")
    flash(_("All other logins were ended."), "success")
    return redirect(url_for(".devices"))


@blueprint.post("/devices/<login_id>/label")
def label_device(login_id: str) -> ResponseReturnValue:
    form = LabelForm()

    if form.validate_on_submit() and label_login(login_id, (form.label.data or "").strip()):
        flash(_("The device has a new name."), "success")

    return redirect(url_for(".devices"))
