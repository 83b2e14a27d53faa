"""Mends what axe finds in the pages of the theme. The tests in ``tests/docs`` say whether it still
finds anything.
"""

from __future__ import annotations

import typing as t
from pathlib import Path

from sphinx.application import Sphinx

#: What the theme and Sphinx write, and what it has to be.
MENDED = {
    'role="heading">': 'role="heading" aria-level="2">',
    '<aside class="sidebar-drawer">': '<aside class="sidebar-drawer" aria-label="All pages">',
    '<aside class="toc-drawer': '<aside aria-label="This page" class="toc-drawer',
    '<div class="content-icon-container">': (
        '<div class="content-icon-container" role="region" aria-label="Tools">'
    ),
    '<div id="search-results">': '<h1>Search</h1>\n<div id="search-results">',
}


def mend_pages(app: Sphinx, error: Exception | None) -> None:
    if error is not None or app.builder.format != "html":
        return

    for path in Path(app.outdir).rglob("*.html"):
        page = path.read_text(encoding="utf-8")

        for written, mended in MENDED.items():
            page = page.replace(written, mended)

        path.write_text(page, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, t.Any]:
    app.connect("build-finished", mend_pages)
    return {"version": "1", "parallel_read_safe": True}
