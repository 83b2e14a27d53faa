"""``python -m flask_login --app …``: the commands of ``flask login``, for applications that have
their own command ``login``.
"""

from __future__ import annotations

from .cli import main

main()
