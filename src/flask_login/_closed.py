"""The methods of a manager that close views, and that declare guards of the application."""

from __future__ import annotations

import typing as t
from collections.abc import Callable

from flask import Blueprint


class ClosedViews:
    """The part of :class:`.LoginManager` that closes views."""

    _closed_blueprints: set[Blueprint]
    _declared_guards: list[tuple[Callable[..., t.Any], bool | Callable[[str], bool]]]

    def require_login(self, blueprint: Blueprint) -> None:
        """Require a login for all views of a blueprint and of its nested blueprints.

        Views with :func:`.login_exempt` stay open. To close the whole application, set
        ``LOGIN_REQUIRED_BY_DEFAULT``.

        :raises TypeError: If ``blueprint`` is not a :class:`flask.Blueprint`.
        """
        if not isinstance(blueprint, Blueprint):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"'require_login' takes a Blueprint, not {blueprint!r}.")

        self._closed_blueprints.add(blueprint)

    def declare_guard(
        self, function: Callable[..., t.Any], guards: bool | Callable[[str], bool] = True
    ) -> None:
        """Tell ``flask login routes`` whether a function refuses anonymous users. Requests are not
        affected.

        :param function: A ``before_request`` function, a decorator of views, or a view that refuses
            anonymous users itself.
        :param guards: Whether it refuses anonymous users. If that depends on the view, pass a
            function that takes an endpoint and returns a bool.
        :raises TypeError: If ``function`` is not callable.
        """
        if not callable(function):
            raise TypeError(f"'declare_guard' takes a function, not {function!r}.")

        self._declared_guards.append((function, guards))
