"""The directive ``setting``: what :mod:`flask_login.config` says of one key of ``app.config``.

Defaults come from the code, so they are true, and no setting is missing: a key without a directive,
or without a heading of its own as an anchor, is a warning.
"""

from __future__ import annotations

import typing as t

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from flask_login.config import Setting
from flask_login.config import Settings

_logger = logging.getLogger(__name__)

SETTINGS = {value.key: value for value in vars(Settings).values() if isinstance(value, Setting)}

#: Read by the manager beside its attribute, so it has no default in the config.
KEYS = {*SETTINGS, "SESSION_PROTECTION"}

_UNITS = {"days": 86_400, "hours": 3_600, "minutes": 60, "seconds": 1}


class SettingDirective(SphinxDirective):
    """A setting's type, defaults and recommended value, as a list of fields."""

    required_arguments = 1
    has_content = True
    option_spec = {
        "type": directives.unchanged_required,
        "default": directives.unchanged,
        "secure": directives.unchanged,
        "recommended": directives.unchanged_required,
        "see": directives.unchanged,
    }

    def run(self) -> list[nodes.Node]:
        key = self.arguments[0]
        setting = SETTINGS.get(key)
        default = self.options.get("default", setting and default_of(setting))
        secure = self.options.get("secure", setting and secure_default_of(setting))
        fields = {
            "Type": self.options["type"],
            "Default": default,
            'With `LOGIN_DEFAULTS = "secure"`': secure,
            "Recommended": self.options["recommended"],
            "Since": "Flask-Login 0.6" if setting is None or setting.inherited else "1.0.0",
            "See also": self.options.get("see"),
        }
        rows = [self._field(name, text) for name, text in fields.items() if text]
        facts = nodes.field_list("", *rows, classes=["setting"], setting=key)
        return [facts, *self.parse_content_to_nodes()]

    def _field(self, name: str, text: str) -> nodes.field:
        label, _ = self.parse_inline(name)
        body, _ = self.parse_inline(text)
        return nodes.field(
            "",
            nodes.field_name("", "", *label),
            nodes.field_body("", nodes.paragraph("", "", *body)),
        )


def default_of(setting: Setting[t.Any]) -> str:
    return _after_followed(setting, as_code(setting, setting.compatible))


def secure_default_of(setting: Setting[t.Any]) -> str | None:
    if setting.secure == setting.compatible:
        return None

    return _after_followed(setting, as_code(setting, setting.secure))


def _after_followed(setting: Setting[t.Any], default: str) -> str:
    followed = setting._follows
    return f"the value of `{followed}`, otherwise {default}" if followed else default


def as_code(setting: Setting[t.Any], value: t.Any) -> str:
    """A value as it is written in a configuration. Durations are kept in seconds."""
    is_duration = "seconds" in (setting._convert or as_code).__name__ or isinstance(value, float)

    if not is_duration or value is None:
        return f"`{value!r}`".replace("'", '"')

    unit = next(unit for unit, seconds in _UNITS.items() if value % seconds == 0)
    return f"`timedelta({unit}={int(value) // _UNITS[unit]})`"


def note_settings(app: Sphinx, doctree: nodes.document) -> None:
    """Note what a page describes, and that each setting has a heading, which is its anchor."""
    for facts in doctree.findall(lambda node: isinstance(node, nodes.field_list)):
        key = facts.get("setting")

        if key is not None:
            _shown_in(app.env).setdefault(app.env.docname, []).append(key)

            if key.lower().replace("_", "-") not in facts.parent["ids"]:
                _logger.warning("%s has no heading of its own.", key, location=facts)


def forget_page(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    _shown_in(env).pop(docname, None)


def check_completeness(app: Sphinx, env: BuildEnvironment) -> None:
    shown = [key for keys in _shown_in(env).values() for key in keys]

    for key in sorted(KEYS | set(shown)):
        if key not in KEYS:
            _logger.warning("%s is no setting.", key)
        elif shown.count(key) != 1:
            _logger.warning("%s is described %d times, not once.", key, shown.count(key))


def _shown_in(env: BuildEnvironment) -> dict[str, list[str]]:
    """The keys that each page describes."""
    return vars(env).setdefault("settings_shown", {})


def setup(app: Sphinx) -> dict[str, t.Any]:
    app.add_directive("setting", SettingDirective)
    app.connect("doctree-read", note_settings)
    app.connect("env-purge-doc", forget_page)
    app.connect("env-check-consistency", check_completeness)
    return {"version": "1"}
