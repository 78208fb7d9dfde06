"""Pages of the documentation: links resolve, decisions are listed, commands exist, and a mitigation names its tests."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, files, pages

DECISIONS = ROOT / "docs" / "decisions"
THREATS = ROOT / "docs" / "threat-model.md"
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def prose(text: str) -> str:
    """A page without its code blocks and code spans, where brackets are no links."""
    return re.sub(r"`[^`\n]*`", "``", re.sub(r"^(```|~~~).*?^\1", "", text, flags=re.DOTALL | re.MULTILINE))


def anchors(text: str) -> set[str]:
    """Anchors of a page's headings, as they are made from the heading's words."""
    headings = re.findall(r"^#+ +(.*)$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower()).strip().replace(" ", "-") for heading in headings}


def broken_links(page: Path) -> list[str]:
    """Links of a page to files or headings that don't exist; addresses of the web are not followed."""
    broken = []
    for target in _LINK.findall(prose(page.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path) if path else page
        headings = anchors(there.read_text(encoding="utf-8")) if there.suffix == ".md" and there.is_file() else set()
        if not there.exists() or (anchor and there.suffix == ".md" and anchor not in headings):
            broken.append(target)
    return broken


def rows(text: str, heading: str) -> list[list[str]]:
    """Cells of every row of the tables under a heading, without the header."""
    section = re.search(rf"^## {re.escape(heading)}$(.*?)(?=^## |\Z)", text, flags=re.DOTALL | re.MULTILINE)
    lines = re.findall(r"^\|.*\|$", section[1] if section else "", flags=re.MULTILINE)
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [row for row in cells[1:] if not set("".join(row)) <= set("-: ")]


def missing_tests(text: str) -> list[str]:
    """Tests that a page names and that don't exist."""
    missing = []
    for path, name in _TEST.findall(text):
        file = ROOT / path
        tree = ast.parse(file.read_text(encoding="utf-8")) if file.is_file() else ast.Module([], [])
        known = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}
        if name not in known and not any(f"{name} =" in line for line in ast.unparse(tree).splitlines()):
            missing.append(f"{path}::{name}")
    return missing


@pytest.mark.parametrize("page", pages())
def test_every_link_of_a_page_resolves(page: str) -> None:
    assert broken_links(ROOT / page) == []


def test_planted_broken_links_are_seen(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# A title\n[a](#a-title) [b](#b) [c](c.md) [d](https://dolen.example) `[e](e.md)`\n```\n[f](f.md)\n```\n"
    )
    assert broken_links(page) == ["#b", "c.md"]


def test_every_decision_is_listed_with_its_title_and_every_number_used_once() -> None:
    listed = (DECISIONS / "README.md").read_text(encoding="utf-8")
    records = sorted(path for path in DECISIONS.glob("*.md") if path.name != "README.md")
    titles = {path.name: path.read_text(encoding="utf-8").splitlines()[0] for path in records}
    assert [name for name in titles if f"]({name})" not in listed] == []
    assert [name for name, title in titles.items() if not title.startswith(f"# {name[:4]} ")] == []
    assert len({name[:4] for name in titles}) == len(titles) > 0


@pytest.mark.parametrize("part", ["## Why", "## Decision", "## What follows"])
def test_every_decision_says_why_what_and_what_follows(part: str) -> None:
    records = [path for path in DECISIONS.glob("*.md") if path.name != "README.md"]
    assert [path.name for path in records if part not in path.read_text(encoding="utf-8")] == []


def test_every_make_target_that_a_page_names_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    for page in pages():
        named = set(
            re.findall(r"(?:`|^\$? ?)make ([a-z]+)", (ROOT / page).read_text(encoding="utf-8"), flags=re.MULTILINE)
        )
        assert named - targets == set(), page


def test_every_mitigation_of_the_threat_model_names_a_test() -> None:
    threats = rows(THREATS.read_text(encoding="utf-8"), "Threats")
    assert len(threats) > 20
    assert [row[0] for row in threats if not _TEST.search(row[-1])] == []


def test_every_test_that_the_threat_model_names_exists() -> None:
    assert missing_tests(THREATS.read_text(encoding="utf-8")) == []


def test_a_planted_missing_test_is_seen() -> None:
    here = "tests/architecture/test_pages.py"
    assert missing_tests(f"`{here}::test_a_planted_missing_test_is_seen`") == []
    assert missing_tests(f"`{here}::test_that_was_never_written`") == [f"{here}::test_that_was_never_written"]
    assert missing_tests("`tests/unit/test_nowhere.py::test_x`") == ["tests/unit/test_nowhere.py::test_x"]


def test_every_picture_of_the_pages_is_shown_somewhere() -> None:
    shown = "".join((ROOT / page).read_text(encoding="utf-8") for page in pages())
    pictures = [name for name in files() if name.startswith("docs/pictures/")]
    assert [name for name in pictures if name.rpartition("/")[2] not in shown] == []
