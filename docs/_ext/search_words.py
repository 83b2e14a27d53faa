"""Lets a word of an ``index`` directive lead to the section that it stands in.

Sphinx gives it an empty element as its target, and the search then has nothing to show of the page.
"""

from __future__ import annotations

import typing as t

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform


class LeadToSections(SphinxTransform):
    # Just before Sphinx collects the words.
    default_priority = 840

    def apply(self, **kwargs: t.Any) -> None:
        for index in self.document.findall(addnodes.index):
            section = index.parent

            # Those of the directive. Autodoc's lead to what they describe.
            if isinstance(section, nodes.section):
                index["entries"] = [
                    (kind, word, section["ids"][0] if id.startswith("index-") else id, main, key)
                    for kind, word, id, main, key in index["entries"]
                ]


def setup(app: Sphinx) -> dict[str, t.Any]:
    app.add_transform(LeadToSections)
    return {"version": "1", "parallel_read_safe": True}
