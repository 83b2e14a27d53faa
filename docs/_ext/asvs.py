"""Puts the tests that show a requirement into each section of ``asvs.md`` whose heading begins with
the number of one. They carry that number by the marker ``asvs``, and they passed.
"""

from __future__ import annotations

import json
import re
import typing as t
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

PAGE = "asvs"
REPORT = Path("_build", "asvs.json")
HOW_TO_MAKE_IT = "Run 'pytest tests -m asvs --asvs-report docs/_build/asvs.json'"

NUMBER = re.compile(r"\d+\.\d+\.\d+(?= )")

#: What became of one test, as ``tests/asvs_report.py`` writes it.
Row = dict[str, t.Any]

logger = logging.getLogger(__name__)


def setup(app: Sphinx) -> dict[str, t.Any]:
    app.add_transform(ShownBy)
    return {"parallel_read_safe": True}


class ShownBy(SphinxTransform):
    # Before Sphinx collects the anchors.
    default_priority = 400

    def apply(self, **kwargs: t.Any) -> None:
        if self.env.docname != PAGE:
            return

        rows = self.read_report()
        sections = dict(numbered_sections(self.document))

        for number, section in sections.items():
            section["ids"].insert(0, number)
            section += shown_by(tests_for(number, rows))

        for row in rows:
            for number in set(row["numbers"]) - sections.keys():
                logger.warning(
                    "%s in %s shows %s, which is no number of this page.",
                    row["test"], row["file"], number, location=PAGE,
                )  # fmt: skip

    def read_report(self) -> list[Row]:
        path = Path(self.env.srcdir, REPORT)
        self.env.note_dependency(str(path))

        if not path.exists():
            logger.warning("%s is missing. %s.", path, HOW_TO_MAKE_IT, location=PAGE)
            return []

        rows: list[Row] = json.loads(path.read_text("utf-8"))
        return rows


def numbered_sections(document: nodes.document) -> Iterable[tuple[str, nodes.section]]:
    for section in document.findall(nodes.section):
        number = NUMBER.match(section[0].astext())

        if number is not None:
            yield number[0], section


def tests_for(number: str, rows: Iterable[Row]) -> dict[str, list[str]]:
    """The tests that show a requirement, each with the files in which it passed: every case that
    was not skipped, and at least one.
    """
    outcomes = defaultdict(set)

    for row in rows:
        if number in row["numbers"]:
            outcomes[row["test"], row["file"]].add(row["outcome"])

    files = defaultdict(list)

    for (test, file), found in outcomes.items():
        if "passed" in found and "failed" not in found:
            files[test].append(file)

    return files


def shown_by(tests: dict[str, list[str]]) -> nodes.definition_list:
    if tests:
        shown: nodes.Element = nodes.bullet_list()
        shown += [listed(test, files) for test, files in tests.items()]
    else:
        shown = nodes.paragraph("", "", nodes.strong(text="No test shows this."))

    item = nodes.definition_list_item()
    item += [nodes.term(text="Shown by"), nodes.definition("", shown)]
    return nodes.definition_list("", item)


def listed(test: str, files: list[str]) -> nodes.list_item:
    line = nodes.paragraph("", "", nodes.literal(text=test), nodes.Text(" in "))

    for number, file in enumerate(files):
        line += [nodes.Text(", ")] if number else []
        line += nodes.literal(text=file)

    return nodes.list_item("", line)
