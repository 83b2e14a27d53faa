"""How the documentation is built."""

from __future__ import annotations

import doctest
import sys
from importlib.metadata import version as find_version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "Flask-Login"
author = "The Flask-Login developers"
copyright = "2026 The Flask-Login developers"
version = release = find_version("Flask-Login")

extensions = [
    "asvs",
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.doctest",
    "sphinx.ext.viewcode",
    "accessibility",
    "search_words",
    "settings",
]
exclude_patterns = ["_build", "_costs"]
html_theme = "furo"
html_title = f"{project} {version}"
html_static_path = ["_static"]
html_css_files = ["custom.css"]
pygments_style = "default"

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
autodoc_typehints_format = "short"

# The examples are written as a module would be, and some need a package that may be missing.
# Messages of exceptions are compared, not only their types.
doctest_global_setup = f"""
from importlib.util import find_spec
__name__ = "app"
README = {str(Path(__file__).parent.parent / "README.md")!r}
"""
doctest_default_flags = doctest.ELLIPSIS | doctest.DONT_ACCEPT_TRUE_FOR_1
