"""How well an application is set up: what ``flask login check`` finds.

Nothing of an application is called, but the ``user_loader`` on request.
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
    """How bad a finding is. Severities can be compared."""

    #: Worth knowing.
    INFO = 1
    #: Weaker than it should be.
    WARNING = 2
    #: Something is broken, or open.
    ERROR = 3


@dataclass(frozen=True)
class Finding:
    """Something about the setup of an application that should be mended, or known."""

    #: Names the kind of finding, such as ``login.W012``. It stays the same in later releases.
    id: str
    severity: Severity
    #: One sentence.
    message: str
    #: What to do.
    hint: str
    #: Where the documentation explains it.
    link: str
    #: The setting to change, if it is one.
    setting: str | None = None

    def __str__(self) -> str:
        return f"{self.id}: {self.message}"


def check_setup(
    app: Flask, *, deploy: bool = False, aal: int | None = None, try_loader: bool = False
) -> list[Finding]:
    """What should be mended in an application's setup, worst first. Call it when all views and
    extensions are there.

    :param deploy: Whether to add what matters in production only.
    :param aal: The level of NIST SP 800-63B-4 that durations are compared with: 1, 2 or 3. By
        default, 1 with ``deploy``, and none without.
    :param try_loader: Whether to call the ``user_loader`` with IDs that nobody has.
    :raises NoManager: If the application has no manager.
    :raises ValueError: If there is no such level.
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
    """The severity of a finding, which its ID says."""
    letter = id.partition(".")[2][0]
    return next(severity for severity in Severity if severity.name.startswith(letter))
