"""The forms with fields. The templates contain those that are only a button."""

from __future__ import annotations

import typing as t

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField
from wtforms import PasswordField
from wtforms import StringField
from wtforms.validators import DataRequired
from wtforms.validators import EqualTo
from wtforms.validators import Length
from wtforms.validators import ValidationError

from flask_login import current_user

# Hashing a longer one would take too long.
_LONGEST_PASSWORD = 200


class LoginForm(FlaskForm):
    name = StringField(
        _("Name"), [DataRequired(), Length(max=40)], filters=[lambda value: value and value.strip()]
    )
    password = PasswordField(_("Password"), [DataRequired(), Length(max=_LONGEST_PASSWORD)])
    remember = BooleanField(_("Remember me on this device for 30 days"))


class ConfirmForm(FlaskForm):
    password = PasswordField(_("Password"), [DataRequired(), Length(max=_LONGEST_PASSWORD)])


class PasswordForm(FlaskForm):
    password = PasswordField(
        _("New password"), [DataRequired(), Length(min=12, max=_LONGEST_PASSWORD)]
    )
    repeated = PasswordField(
        _("The same once more"),
        [DataRequired(), EqualTo("password", _("These are two different passwords."))],
    )

    def validate_password(self, field: t.Any) -> None:
        if current_user.name in field.data.casefold():
            raise ValidationError(_("Your name should not be part of it."))


class TokenForm(FlaskForm):
    name = StringField(_("What it is for"), [DataRequired(), Length(max=60)])


class LabelForm(FlaskForm):
    label = StringField(_("What to call it"), [Length(max=60)])
