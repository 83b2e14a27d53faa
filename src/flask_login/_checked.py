"""What a manager says about the setup of an application."""

from __future__ import annotations

import typing as t
from importlib import import_module

from flask import Flask

if t.TYPE_CHECKING:
    from .checks import Finding


class CheckedSetup:
    """The part of :class:`.LoginManager` that is about how well an application is set up."""

    def check_login_setup(
        self, app: Flask, *, deploy: bool = False, aal: int | None = None, try_loader: bool = False
    ) -> list[Finding]:
        """What should be mended in an application's setup, worst first: what ``flask login check``
        finds. Call it when all views and extensions are there.

        :param app: The application. Another manager may have taken it over.
        :param deploy: Whether to add what matters in production only.
        :param aal: The level of NIST SP 800-63B-4 that durations are compared with: 1, 2 or 3. By
            default, 1 with ``deploy``, and none without.
        :param try_loader: Whether to call the ``user_loader`` with IDs that nobody has.
        :raises RuntimeError: If the application has no manager.
        :raises ValueError: If there is no such level.
        """
        # Who does not ask does not import what looks.
        check_setup = import_module(".checks", __package__).check_setup
        findings = check_setup(app, deploy=deploy, aal=aal, try_loader=try_loader)
        return t.cast("list[Finding]", findings)
