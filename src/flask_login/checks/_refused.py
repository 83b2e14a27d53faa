"""Settings with a wrong type or with a value that cannot work."""

from __future__ import annotations

import typing as t
from collections.abc import Collection
from collections.abc import Iterator
from collections.abc import Mapping
from datetime import timedelta

from ..config import Setting
from ..config import Settings

_NONE = type(None)

#: Types that differ from the annotation.
_TYPES: dict[str, tuple[type, ...]] = {"SECRET_KEY_FALLBACKS": (Collection, _NONE)}

#: Settings for which ``False`` means ``None``, as in Flask-Login 0.6.3.
_FALSE_IS_NONE = ("FORCE_HOST_FOR_REDIRECTS", "REMEMBER_COOKIE_DOMAIN")

#: Settings of Flask that are checked.
_TYPES_OF_FLASK: dict[str, tuple[type, ...]] = {
    "APPLICATION_ROOT": (str,),
    "PERMANENT_SESSION_LIFETIME": (timedelta, int, float),
    "SERVER_NAME": (str, _NONE),
    "SESSION_COOKIE_NAME": (str,),
}


def all_settings() -> Iterator[tuple[str, Setting[t.Any], tuple[type, ...]]]:
    """Yield each setting with its attribute and the types that its value may have. There are no
    types if a converter checks the value.
    """
    hints = t.get_type_hints(Settings)

    for name, setting in vars(Settings).items():
        if isinstance(setting, Setting):
            (hint,) = t.get_args(hints[name])
            types = t.get_args(hint) or (hint,) if setting._convert is None else ()
            yield name, setting, _TYPES.get(setting.key, types)


def find_refused(config: Mapping[str, t.Any]) -> dict[str, str]:
    """Return why values cannot work, by key. A value that may be secret is not quoted."""
    settings = Settings(config)
    refused = {
        key: _wrong_type(key, config[key], types)
        for key, types in _TYPES_OF_FLASK.items()
        if not isinstance(config[key], types)
    }

    for name, setting, types in all_settings():
        key = setting.key

        if key not in config or is_switch(types):
            continue

        try:
            value = getattr(settings, name)
        except (TypeError, ValueError) as error:
            refused[key] = str(error)
            continue

        if value is False and key in _FALSE_IS_NONE:
            continue

        if types and not isinstance(value, types):
            refused[key] = _wrong_type(key, value, types)

    return refused


def is_switch(types: tuple[type, ...]) -> bool:
    """Whether a setting is a bool. Any value works as one."""
    return types == (bool,)


def _wrong_type(key: str, value: t.Any, types: tuple[type, ...]) -> str:
    expected = " or ".join(map(_name_of, types))
    return f"{key} must be {expected}, instead got: {type(value).__name__}"


def _name_of(kind: type) -> str:
    return {_NONE: "None", Collection: "a list"}.get(kind, kind.__name__)
