"""Size, names and docstrings: what review forgets first."""

from __future__ import annotations

import ast
import re

import pytest

from tests.architecture.tree import Module, module, modules

LONGEST = 300  # No exceptions: split the module instead.
_VAGUE = re.compile(r"(^|_)(utils?|helpers?|common|managers?|services?|misc)($|_)")


def undocumented(one: Module) -> list[str]:
    """Public names at the top of a module, and the module itself, that say nothing about themselves."""
    public = [
        node
        for node in one.tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.name.startswith("_")
    ]
    silent = [node.name for node in public if not (ast.get_docstring(node) or "").strip()]
    return ([] if (ast.get_docstring(one.tree) or "").strip() else ["(module)"]) + silent


def vague(path: str) -> bool:
    """True for a path with a word that says nothing, such as `utils`."""
    return any(_VAGUE.search(part) for part in path.removesuffix(".py").split("/"))


def test_no_module_is_longer_than_three_hundred_lines() -> None:
    assert {one.path: one.text.count("\n") for one in modules() if one.text.count("\n") > LONGEST} == {}


def test_every_module_and_every_public_name_has_a_docstring() -> None:
    assert {one.path: undocumented(one) for one in modules() if undocumented(one)} == {}


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [one.path for one in modules() if vague(one.path)] == []


@pytest.mark.parametrize(
    "text", ["", "x = 1", '"""Says."""\ndef silent():\n    pass', '"""Says."""\nclass Silent:\n    x = 1']
)
def test_a_planted_silence_is_seen(text: str) -> None:
    assert undocumented(module("hub/planted.py", text))


def test_a_private_name_may_stay_silent() -> None:
    assert undocumented(module("hub/planted.py", '"""Says."""\ndef _inner():\n    pass')) == []


@pytest.mark.parametrize(
    ("path", "is_vague"), [("hub/utils.py", True), ("hub/date_helpers/x.py", True), ("hub/serviceable.py", False)]
)
def test_a_planted_vague_name_is_seen(path: str, is_vague: bool) -> None:
    assert vague(path) is is_vague
