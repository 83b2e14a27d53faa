"""What a manager is told about who may enter which views."""

from __future__ import annotations

import typing as t
from collections.abc import Callable

from flask import Blueprint


class ClosedViews:
    """The part of :class:`.LoginManager` that is about closed views."""

    _closed_blueprints: set[Blueprint]
    _declared_guards: list[tuple[Callable[..., t.Any], bool | Callable[[str], bool]]]

    def require_login(self, blueprint: Blueprint) -> None:
        """Let only logged-in users enter the views of a blueprint, and of those nested in it.

        Views marked by :func:`.login_exempt` stay open. For the whole application, set
        ``LOGIN_REQUIRED_BY_DEFAULT``.

        :raises TypeError: If it is a name, which would close nothing.
        """
        if not isinstance(blueprint, Blueprint):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"'require_login' takes a Blueprint, not {blueprint!r}.")

        self._closed_blueprints.add(blueprint)

    def declare_guard(
        self, function: Callable[..., t.Any], guards: bool | Callable[[str], bool] = True
    ) -> None:
        """Tell ``flask login routes`` whether a function refuses visitors. It changes nothing
        about requests.

        :param function: A ``before_request`` function, a decorator of views, or a view that refuses
            visitors itself.
        :param guards: Whether it refuses whoever is not logged in. If that depends on the view, a
            function that is given the endpoint.
        :raises TypeError: If it is a name, which would declare nothing.
        """
        if not callable(function):
            raise TypeError(f"'declare_guard' takes a function, not {function!r}.")

        self._declared_guards.append((function, guards))
