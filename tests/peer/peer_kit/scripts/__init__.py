"""The scenarios, by name. Nothing here imports ``flask_login``."""

from __future__ import annotations

from .calls import CALLS
from .logins import LOGINS
from .protection import PROTECTION
from .redirects import REDIRECTS
from .refusals import REFUSALS
from .remember import REMEMBER
from .steps import Scenario

SCENARIOS: dict[str, Scenario] = {
    **LOGINS,
    **REMEMBER,
    **PROTECTION,
    **REFUSALS,
    **REDIRECTS,
    **CALLS,
}
