"""``python -m flask_login --app …``: the commands of ``flask login``, also if the application has
its own command ``login``.
"""

from __future__ import annotations

from .cli import main

main()
