"""Settings come from one class; nothing else reads the environment, and every setting is in the operator's page."""

from __future__ import annotations

import ast
import re

import pytest

from hub.settings import Settings
from tests.architecture.tree import ROOT, Module, dotted, imports, module, modules, package_of, pages

ALLOWED = {"hub/settings.py"}
OPERATIONS = ROOT / "docs" / "operations.md"
OF_TESTS = {"SHARED", "SOAK", "PLANTED", "REQUIRE_SERVICES", "TEST_POSTGRES", "TEST_REDIS"}
_READERS = {"environ", "environb", "getenv", "getenvb", "putenv"}


def reads_environment(one: Module) -> list[str]:
    """What in this module reads the process environment, as the code spells it."""
    found = [
        f"from os import {name}"
        for base, name in imports(one.tree, package_of(one))
        if base == "os" and name in _READERS
    ]
    for node in ast.walk(one.tree):
        if isinstance(node, ast.Attribute) and dotted(node) in {f"os.{name}" for name in _READERS}:
            found.append(dotted(node))
        if isinstance(node, ast.keyword) and node.arg in {"envvar", "auto_envvar_prefix"}:
            found.append(f"{node.arg}=")
    return found


def names_in(text: str) -> set[str]:
    """Settings that a text names as DOLEN_SOMETHING, without the prefix."""
    return set(re.findall(r"\bDOLEN_([A-Z][A-Z_0-9]*[A-Z0-9])\b", text))


def test_nothing_but_the_settings_reads_the_environment() -> None:
    assert {
        one.path: reads_environment(one) for one in modules() if one.path not in ALLOWED and reads_environment(one)
    } == {}


def test_every_setting_stands_in_the_operations_page() -> None:
    settings = {name.upper() for name in Settings.model_fields}
    assert settings - names_in(OPERATIONS.read_text(encoding="utf-8")) == set()


def test_no_page_names_a_setting_that_does_not_exist() -> None:
    known = {name.upper() for name in Settings.model_fields} | OF_TESTS
    unknown = {page: names_in((ROOT / page).read_text(encoding="utf-8")) - known for page in pages()}
    assert {page: names for page, names in unknown.items() if names} == {}


@pytest.mark.parametrize(
    "text",
    [
        "import os\nos.environ['HOME']",
        "import os\ndef late():\n    return os.getenv('HOME')",
        "from os import environ as e",
        "import click\nclick.option('--port', envvar='PORT')",
    ],
)
def test_a_planted_reader_of_the_environment_is_seen(text: str) -> None:
    assert reads_environment(module("workers/planted.py", text))
