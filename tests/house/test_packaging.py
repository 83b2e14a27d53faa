"""What the built distributions contain, and what an index shows of them."""

from __future__ import annotations

import re
import tarfile
import zipfile
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from flask_login import __about__

ROOT = Path(__file__).parents[2]
OURS = Version(__about__.__version__)
ORIGINAL = Version("0.6.3")

#: Pages that name the version. The changes name older ones.
PAGES = sorted({*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")} - {ROOT / "CHANGES.md"})


def text_of(name: str) -> str:
    return ROOT.joinpath(name).read_text("utf-8")


def first_paragraph_of(text: str) -> str:
    return text.split("\n\n")[1]


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with both distributions."""
    backend = pytest.importorskip("flit_core.buildapi")
    folder = tmp_path_factory.mktemp("dist")

    with pytest.MonkeyPatch.context() as patch:
        # It builds what is in the current folder.
        patch.chdir(ROOT)
        backend.build_wheel(folder)
        backend.build_sdist(folder)

    return folder


@pytest.fixture(scope="module")
def metadata(dist: Path) -> Message:
    [path] = dist.glob("*.whl")

    with zipfile.ZipFile(path) as wheel:
        [name] = [name for name in wheel.namelist() if name.endswith(".dist-info/METADATA")]
        return message_from_bytes(wheel.read(name))


@pytest.fixture(scope="module")
def sdist(dist: Path) -> set[str]:
    """The paths in the source distribution, without its folder."""
    [path] = dist.glob("*.tar.gz")

    with tarfile.open(path) as archive:
        return {name.partition("/")[2] for name in archive.getnames()}


@pytest.mark.parametrize(
    "link", [r"\]\((?!https://)", r"\b(src|srcset|href)="], ids=["link", "html"]
)
def test_description_has_nothing_that_needs_a_checkout(metadata: Message, link: str) -> None:
    assert re.findall(link, metadata.get_payload()) == []


def test_description_begins_with_what_the_readme_says_it_is(metadata: Message) -> None:
    sentence = first_paragraph_of(text_of("README.md"))
    assert first_paragraph_of(metadata.get_payload()).startswith(sentence)


def test_classifiers_are_the_pythons_that_tox_knows(metadata: Message) -> None:
    classifiers = re.findall(r":: (3\.\d+)\n", metadata.as_string())
    short = re.search(r"py3\{([\d,]+)\}", text_of("tox.ini"))
    assert short is not None
    in_tox = {f"3.{minor}" for minor in short[1].split(",")} | {"3.13"}

    # 3.14 has to pass first.
    assert set(classifiers) == in_tox - {"3.14"}


@pytest.mark.parametrize("name", ["Keywords", "Summary", "License-Expression", "License-File"])
def test_metadata_has(metadata: Message, name: str) -> None:
    assert metadata[name]


@pytest.mark.parametrize(
    "path",
    [
        "CHANGES.md",
        "CONTRIBUTING.md",
        "DESCRIPTION.md",
        "LICENSE",
        "README.md",
        "SECURITY.md",
        "docs/depending-on-it.md",
        "examples/portal/__init__.py",
        "tests/conftest.py",
        "tox.ini",
    ],
)
def test_sdist_contains(sdist: set[str], path: str) -> None:
    assert path in sdist


def test_sdist_contains_what_the_description_names(sdist: set[str]) -> None:
    named = set(re.findall(r"^\| `([^`]+)` \|", text_of("DESCRIPTION.md"), re.MULTILINE))
    assert named
    assert named <= sdist


def test_sdist_contains_nothing_that_was_made_here(sdist: set[str]) -> None:
    made = re.compile(
        r"(^|/)(instance|_build|__pycache__|\.tox|\.hypothesis)/|\.(sqlite3?|db|pyc)$"
    )
    assert {path for path in sdist if made.search(path)} == set()


def test_version_is_newer_than_the_original_and_older_than_the_next() -> None:
    assert ORIGINAL < OURS < Version("0.6.4")


def test_original_does_not_satisfy_the_full_version() -> None:
    assert ORIGINAL not in SpecifierSet(f"=={OURS}")


def test_three_equals_signs_mean_the_original_alone() -> None:
    assert str(OURS) not in SpecifierSet("===0.6.3")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_page_names_the_current_version(page: Path) -> None:
    named = re.findall(r"\b0\.6\.3(?:\+|%2B)\d[\d.]*\d", page.read_text("utf-8"))
    assert {name.replace("%2B", "+") for name in named} <= {__about__.__version__}


def test_changes_have_a_date_or_say_that_there_is_none_yet() -> None:
    [latest, *_] = re.findall(r"^## (.+)$", text_of("CHANGES.md"), re.MULTILINE)
    assert re.fullmatch(rf"{re.escape(str(OURS))} \((unreleased|\d{{4}}-\d\d-\d\d)\)", latest)
