"""The checks of ``flask login check``: mistakes and weak points in the setup of an application.

They call no function of the application, except the ``user_loader`` on request.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from flask import Flask

from . import _cookies
from . import _deployment
from . import _keys
from . import _lifetimes
from . import _loaders
from . import _settings
from . import _views
from ._catalog import CATALOG
from ._catalog import PAGE
from ._catalog import Problem
from ._setup import Setup

_THEMES = (
    _keys.find,
    _settings.find,
    _cookies.find,
    _lifetimes.find,
    _views.find,
    _deployment.find,
    _loaders.find,
)


class Severity(IntEnum):
    """How serious a finding is. Severities can be compared."""

    #: Worth knowing.
    INFO = 1
    #: Weaker than it should be.
    WARNING = 2
    #: Something is broken, or open to everyone.
    ERROR = 3


@dataclass(frozen=True)
class Finding:
    """A mistake or a weak point in the setup of an application."""

    #: The kind of finding, such as ``login.W012``. It stays the same in later releases.
    id: str
    severity: Severity
    #: What is wrong, and why it matters.
    message: str
    #: What to do.
    hint: str
    #: Where the documentation explains it.
    link: str
    #: The setting to change, if the finding is about one.
    setting: str | None = None

    def __str__(self) -> str:
        return f"{self.id}: {self.message}"


def check_setup(
    app: Flask, *, deploy: bool = False, aal: int | None = None, try_loader: bool = False
) -> list[Finding]:
    """Find mistakes and weak points in the setup of an application, the worst first. Call it after
    all views and extensions are registered.

    :param deploy: Whether to include checks that matter in production only.
    :param aal: The level of NIST SP 800-63B-4 to compare durations with: 1, 2 or 3. The default is
        1 with ``deploy``, and no level without.
    :param try_loader: Whether to call the ``user_loader`` with IDs that nobody has.
    :raises NoManager: If the application has no manager.
    :raises ValueError: If ``aal`` is not such a level.
    """
    if aal not in {None, 1, 2, 3}:
        raise ValueError(f"'aal' must be 1, 2 or 3, instead got: {aal!r}")

    setup = Setup(app, aal=1 if deploy and aal is None else aal, try_loader=try_loader)
    problems = [problem for find in _THEMES for problem in find(setup)]
    findings = [_explain(found) for found in problems if deploy or not CATALOG[found.id].deploy]
    return sorted(findings, key=lambda finding: (-finding.severity, finding.id[-3:]))


def _explain(found: Problem) -> Finding:
    entry = CATALOG[found.id]
    facts = {"setting": found.setting, **found.facts}
    return Finding(
        id=found.id,
        severity=severity_of(found.id),
        message=entry.message.format(**facts),
        hint=entry.hint.format(**facts),
        link=f"{PAGE}#{found.id.lower().replace('.', '-')}",
        setting=found.setting,
    )


def severity_of(id: str) -> Severity:
    """Return the severity of a finding, by the letter in its ID."""
    letter = id.partition(".")[2][0]
    return next(severity for severity in Severity if severity.name.startswith(letter))
