"""Log in, log out, and confirm the password."""

from __future__ import annotations

from flask import Blueprint
from flask import current_app
from flask import flash
from flask import redirect
from flask import render_template
from flask import request
from flask import session
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.security import check_password_hash

from flask_login import anonymous_required
from flask_login import confirm_login
from flask_login import current_user
from flask_login import get_current_user
from flask_login import login_denied_reason
from flask_login import login_exempt
from flask_login import login_required
from flask_login import login_user
from flask_login import logout_user
from flask_login import safe_next_url
from flask_login import session_expires_at

from .forms import ConfirmForm
from .forms import LoginForm
from .languages import LANGUAGES
from .logins import authenticate
from .logins import limit_guesses
from .logins import words_of

blueprint = Blueprint("auth", __name__)


@blueprint.route("/login", methods=["GET", "POST"])
@login_exempt
@anonymous_required("dashboard.index")
@limit_guesses
def login() -> ResponseReturnValue:
    form = LoginForm()
    # A script of the portal may have sent the visitor here, with the reason in the URL.
    reason = request.args.get("reason") or login_denied_reason()

    if not form.validate_on_submit():
        status = 422 if form.is_submitted() else 200
        return render_template("auth/login.html", form=form, reason=words_of(reason)), status

    operator = authenticate(form.name.data, form.password.data)

    if operator is None:
        error = _("The name or the password is wrong.")
    elif not login_user(operator, remember=form.remember.data):
        error = _("Your account has been deactivated. Ask an administrator.")
    else:
        return redirect(safe_next_url("dashboard.index"))

    return render_template("auth/login.html", form=form, error=error), 422


@blueprint.post("/logout")
@login_exempt
def logout() -> ResponseReturnValue:
    logout_user()
    flash(_("You are logged out."), "success")
    return redirect(url_for("auth.login"))


@blueprint.route("/confirm", methods=["GET", "POST"])
@login_required
@limit_guesses
def confirm() -> ResponseReturnValue:
    """Ask for the password again, before a sensitive action."""
    form = ConfirmForm()
    operator = get_current_user()

    if not form.validate_on_submit():
        status = 422 if form.is_submitted() else 200
        return render_template("auth/confirm.html", form=form), status

    if not check_password_hash(operator.password_hash, form.password.data):
        error = _("The password is wrong.")
        return render_template("auth/confirm.html", form=form, error=error), 422

    confirm_login(operator)
    return redirect(safe_next_url("dashboard.index"))


@blueprint.post("/stay")
def stay() -> ResponseReturnValue:
    """Stay logged in. The request counts as activity, and does nothing else."""
    if request.accept_mimetypes.best == "application/json":
        ends = session_expires_at()
        return {"name": current_user.name, "ends": None if ends is None else ends.isoformat()}

    return redirect(safe_next_url("dashboard.index"))


@blueprint.post("/language")
@login_exempt
def choose_language() -> ResponseReturnValue:
    chosen = request.form.get("language")

    if chosen in LANGUAGES:
        session["locale"] = chosen
    else:
        current_app.logger.info("There is no language %r.", chosen)

    return redirect(safe_next_url("dashboard.index"))
