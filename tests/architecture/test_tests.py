"""The tests themselves: each can fail, none is skipped quietly, none replaces the code that it is about."""

from __future__ import annotations

import ast
import re
from collections.abc import Set

import pytest

from tests.architecture.tree import ROOT, Function, Module, dotted, files, module, modules

MAY_SKIP = (
    "tests/conftest.py"  # `unavailable()`: a skip on a developer's machine, a failure where services are required
)
_CHECKS = {"pytest.raises", "pytest.fail", "pytest.warns"}


def cases_of(one: Module) -> list[Function]:
    """Test functions of a module, methods included."""
    return [node for node in ast.walk(one.tree) if isinstance(node, Function) and node.name.startswith("test_")]


def can_fail(test: Function, helpers: Set[str] = frozenset()) -> bool:
    """True where the test asserts, expects an exception, or calls something that does.

    That is one of `helpers`, functions of its own module, or anything named assert_… or check_….
    """
    for node in ast.walk(test):
        if isinstance(node, ast.Assert):
            return True
        if isinstance(node, ast.Call):
            name = dotted(node.func) or getattr(node.func, "attr", "")
            if name in _CHECKS or name in helpers or name.rpartition(".")[2].startswith(("assert_", "check_")):
                return True
    return False


def checking(one: Module) -> frozenset[str]:
    """Functions of a module that can fail a test, themselves or through each other."""
    plain = [node for node in one.tree.body if isinstance(node, Function) and not node.name.startswith("test_")]
    known: frozenset[str] = frozenset()
    while True:
        more = frozenset(node.name for node in plain if can_fail(node, known))
        if more == known:
            return known
        known = more


def skips(one: Module) -> list[str]:
    """Ways of not running a test that this module uses."""
    names = {dotted(node) for node in ast.walk(one.tree) if isinstance(node, ast.Attribute)}
    return sorted(name for name in names if re.fullmatch(r"pytest\.(mark\.)?(skip|skipif|xfail|importorskip)", name))


def patches(one: Module) -> list[int]:
    """Lines that replace a part of our own code, given by its dotted name."""
    return [
        node.lineno
        for node in ast.walk(one.tree)
        if isinstance(node, ast.Call)
        and dotted(node.func).endswith((".setattr", ".patch", ".patch.object"))
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and re.match(r"(hub|consent|policies|connectors|workers)\.", str(node.args[0].value))
    ]


def test_every_folder_of_tests_has_tests() -> None:
    folders = {name.split("/")[1] for name in files() if name.startswith("tests/") and name.count("/") > 1}
    full = {one.path.split("/")[1] for one in modules("tests") if cases_of(one)}
    assert folders - full - {"bench"} == set()
    assert (ROOT / "tests" / "bench" / "__main__.py").is_file()


def test_every_test_can_fail() -> None:
    idle = [
        f"{one.path}::{test.name}"
        for one in modules("tests")
        for test in cases_of(one)
        if not can_fail(test, checking(one))
    ]
    assert idle == []


def test_tests_are_where_pytest_collects_them() -> None:
    lost = [
        one.path for one in modules("tests") if cases_of(one) and not one.path.rpartition("/")[2].startswith("test_")
    ]
    assert lost == []


def test_no_two_tests_of_a_module_share_a_name() -> None:
    for one in modules("tests"):
        names = [node.name for node in one.tree.body if isinstance(node, Function) and node.name.startswith("test_")]
        assert sorted(set(names)) == sorted(names), one.path


def test_the_name_of_a_test_is_a_sentence() -> None:
    short = [
        f"{one.path}::{test.name}" for one in modules("tests") for test in cases_of(one) if test.name.count("_") < 3
    ]
    assert short == []


def test_tests_are_skipped_in_one_place_only() -> None:
    assert {one.path: skips(one) for one in modules("tests") if one.path != MAY_SKIP and skips(one)} == {}


def test_no_test_replaces_a_part_of_our_own_code() -> None:
    assert {one.path: patches(one) for one in modules("tests") if patches(one)} == {}


@pytest.mark.parametrize(
    ("text", "failing"),
    [
        ("def test_x():\n    run()", False),
        ("def test_x():\n    print('assert')", False),
        ("def test_x():\n    assert run()", True),
        ("def test_x():\n    with pytest.raises(ValueError):\n        run()", True),
        ("def test_x():\n    check_tree(run())", True),
        ("def test_x(hub):\n    hub.assert_withheld(run())", True),
        ("def refused():\n    assert run()\ndef twice():\n    refused()\ndef test_x():\n    twice()", True),
        ("def shown():\n    run()\ndef test_x():\n    shown()", False),
    ],
)
def test_a_planted_test_that_cannot_fail_is_seen(text: str, failing: bool) -> None:
    planted = module("tests/unit/test_planted.py", text)
    assert can_fail(cases_of(planted)[0], checking(planted)) is failing


def test_a_planted_skip_and_a_planted_patch_are_seen() -> None:
    planted = module(
        "tests/unit/test_planted.py", "@pytest.mark.skip\ndef test_x(m):\n    m.setattr('hub.database.x', 1)"
    )
    assert skips(planted) == ["pytest.mark.skip"]
    assert patches(planted) == [3]
