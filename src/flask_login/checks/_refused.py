"""Values of settings, each by itself: wrong types, and values that cannot work."""

from __future__ import annotations

import typing as t
from collections.abc import Collection
from collections.abc import Iterator
from collections.abc import Mapping

from ..config import Setting
from ..config import Settings

#: What is not what its annotation says.
_TYPES: dict[str, tuple[type, ...]] = {"SECRET_KEY_FALLBACKS": (Collection, type(None))}


def all_settings() -> Iterator[tuple[str, Setting[t.Any], tuple[type, ...]]]:
    """Each setting's attribute, the setting, and the types that its value may have. There are none
    where a converter decides.
    """
    hints = t.get_type_hints(Settings)

    for name, setting in vars(Settings).items():
        if isinstance(setting, Setting):
            (hint,) = t.get_args(hints[name])
            types = t.get_args(hint) or (hint,) if setting._convert is None else ()
            yield name, setting, _TYPES.get(setting.key, types)


def find_refused(config: Mapping[str, t.Any]) -> dict[str, str]:
    """Why values cannot work, by key. Nothing is quoted of a value that may be secret."""
    settings = Settings(config)
    refused: dict[str, str] = {}

    for name, setting, types in all_settings():
        key = setting.key

        if key not in config or is_switch(types):
            continue

        try:
            value = getattr(settings, name)
        except (TypeError, ValueError) as error:
            refused[key] = str(error)
            continue

        if types and not isinstance(value, types):
            expected = " or ".join(map(_name_of, types))
            refused[key] = f"{key} must be {expected}, instead got: {type(value).__name__}"

    return refused


def is_switch(types: tuple[type, ...]) -> bool:
    """Whether a setting is true or false, which any value is."""
    return types == (bool,)


def _name_of(kind: type) -> str:
    return {type(None): "None", Collection: "a list"}.get(kind, kind.__name__)
