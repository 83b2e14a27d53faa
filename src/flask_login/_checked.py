"""The method of a manager that checks the setup of an application."""

from __future__ import annotations

import typing as t
from importlib import import_module

from flask import Flask

if t.TYPE_CHECKING:
    from .checks import Finding


class CheckedSetup:
    """The part of :class:`.LoginManager` that checks the setup of an application."""

    def check_login_setup(
        self, app: Flask, *, deploy: bool = False, aal: int | None = None, try_loader: bool = False
    ) -> list[Finding]:
        """Find mistakes and weak points in the setup of an application, the worst first, as
        ``flask login check`` does. Call it after all views and extensions are registered.

        :param app: The application. Its current manager is checked, which may be another one.
        :param deploy: Whether to include checks that matter in production only.
        :param aal: The level of NIST SP 800-63B-4 to compare durations with: 1, 2 or 3. The default
            is 1 with ``deploy``, and no level without.
        :param try_loader: Whether to call the ``user_loader`` with IDs that nobody has.
        :raises RuntimeError: If the application has no manager.
        :raises ValueError: If ``aal`` is not such a level.
        """
        # Imported here, so that applications that do not call it do not load the checks.
        check_setup = import_module(".checks", __package__).check_setup
        findings = check_setup(app, deploy=deploy, aal=aal, try_loader=try_loader)
        return t.cast("list[Finding]", findings)
