"""Imports point one way: the contracts of pyproject.toml, run by import-linter, and the few it has no words for."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.architecture.tree import ROOMS, ROOT, Module, imports, module, modules, package_of

LINT_IMPORTS = Path(sys.executable).with_name("lint-imports")
AT_LEAST = ("settings", "database", "sealing", "directory", "records", "sharing", "api", "web", "app", "cli")


def banned_imports(one: Module) -> list[str]:
    """Modules that this one imports and must not: `authlib.jose` is unmaintained, patched doubles hide faults."""
    wanted = [f"{base}.{name}" if name else base for base, name in imports(one.tree, package_of(one))]
    return [name for name in wanted if name.startswith(("authlib.jose", "unittest.mock", "mock."))]


def ciphers_outside_sealing(one: Module) -> bool:
    """True for a module that reaches for a cipher although it isn't the room that seals."""
    reached = any(
        base.startswith("cryptography.hazmat.primitives.ciphers")
        or (base == "cryptography.hazmat.primitives" and name == "ciphers")
        for base, name in imports(one.tree, package_of(one))
    )
    return reached and not one.path.startswith("hub/sealing/")


def test_every_import_contract_is_kept() -> None:
    answer = subprocess.run(
        [LINT_IMPORTS, "--no-cache", "--no-logo"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_the_contracts_cover_every_room_and_every_module_of_the_hub() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    inside = next(contract for contract in settings["contracts"] if contract.get("containers") == ["hub"])
    assert set(settings["root_packages"]) == set(ROOMS)
    assert inside["exhaustive"] is True
    assert not inside.get("ignore_imports")
    assert set(AT_LEAST) <= {name.strip() for layer in inside["layers"] for name in layer.split("|")}


def test_no_module_imports_what_is_banned() -> None:
    found = {one.path: banned_imports(one) for one in modules(*ROOMS, "tests") if banned_imports(one)}
    assert found == {}


def test_ciphers_are_used_in_the_sealing_room_only() -> None:
    assert [one.path for one in modules() if ciphers_outside_sealing(one)] == []


@pytest.mark.parametrize(
    "text",
    [
        "import authlib.jose",
        "from authlib.jose import jwt",
        "from authlib import jose",
        "def late():\n    from authlib.jose.errors import JoseError",
        "from unittest.mock import patch",
        "from unittest import mock",
    ],
)
def test_a_planted_banned_import_is_seen(text: str) -> None:
    assert banned_imports(module("hub/planted.py", text))


def test_a_planted_cipher_is_seen_outside_the_sealing_room() -> None:
    text = "from cryptography.hazmat.primitives.ciphers.aead import AESGCM"
    assert ciphers_outside_sealing(module("hub/records/planted.py", text))
    assert not ciphers_outside_sealing(module("hub/sealing/planted.py", text))
