"""``python -m flask_login --app …``: the commands of ``flask login``, also where an application has
a command ``login`` of its own.
"""

from __future__ import annotations

from .cli import main

main()
