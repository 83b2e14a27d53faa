"""The scenarios, by name. Nothing here imports ``flask_login``."""

from __future__ import annotations

from .calls import CALLS
from .contexts import CONTEXTS
from .logins import LOGINS
from .neighbours import NEIGHBOURS
from .pages import PAGES
from .protection import PROTECTION
from .redirects import REDIRECTS
from .refusals import REFUSALS
from .remember import REMEMBER
from .settings import SETTINGS
from .sign_ups import SIGN_UPS
from .steps import Scenario
from .visits import VISITS

SCENARIOS: dict[str, Scenario] = {
    **LOGINS,
    **REMEMBER,
    **PROTECTION,
    **REFUSALS,
    **REDIRECTS,
    **CALLS,
    **PAGES,
    **CONTEXTS,
    **NEIGHBOURS,
    **VISITS,
    **SIGN_UPS,
    **SETTINGS,
}
