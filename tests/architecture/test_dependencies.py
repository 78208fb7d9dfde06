"""What is installed is what was locked, by hash; and no licence among what the hub runs on binds its users."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import Distribution, distribution

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.tree import ROOT, files

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = sorted(name for name in files() if re.fullmatch(r"requirements[\w-]*\.lock", name))
# LGPL is fine: psycopg is used as a library that the operator can replace.
_COPYLEFT = re.compile(
    r"(?<!L)(?<!Lesser )\b(A?GPL|GNU (Affero )?General Public|Affero|SSPL|BUSL|EUPL|CC-BY-NC)", re.IGNORECASE
)


def entries(text: str) -> dict[str, list[str]]:
    """Locked requirement -> its hashes."""
    joined = text.replace("\\\n", " ")
    locked: dict[str, list[str]] = {}
    for line in filter(None, (line.strip() for line in joined.splitlines())):
        requirement, *hashes = re.split(r"\s+--hash=", line)
        locked[requirement.strip()] = [value.strip() for value in hashes]
    return locked


def faults(text: str) -> list[str]:
    """Lines of a lock that pin no version, have no SHA-256, or say where to fetch from."""
    wrong = []
    for requirement, hashes in entries(text).items():
        pinned = re.match(r"[A-Za-z0-9._-]+(\[[a-z,]+\])?==[^ ;]+( ?;.*)?$", requirement)
        hashed = hashes and all(re.fullmatch(r"sha256:[0-9a-f]{64}", value) for value in hashes)
        if not pinned or not hashed:
            wrong.append(requirement)
    return wrong


def licences(dist: Distribution) -> list[str]:
    """What a distribution declares: the expression, the short licence field, the classifiers."""
    fields = dist.metadata.json
    short = [str(fields.get(name, "")).partition("\n")[0] for name in ("license_expression", "license")]
    classifiers = [line for line in fields.get("classifier", []) if line.startswith("License ::")]
    return [line for line in [*short, *classifiers] if line]


def closure(name: str, extras: frozenset[str] = frozenset()) -> dict[str, Distribution]:
    """Everything that `name` needs to run here, by canonical name, found through what is installed."""
    found: dict[str, Distribution] = {}
    todo, seen = [(name, extras)], set()
    while todo:
        item = todo.pop()
        if item in seen:
            continue
        seen.add(item)
        dist = distribution(item[0])
        found[canonicalize_name(item[0])] = dist
        for needed in map(Requirement, dist.requires or []):
            wanted = needed.marker is None or any(needed.marker.evaluate({"extra": extra}) for extra in item[1] | {""})
            if wanted:
                todo.append((needed.name, frozenset(needed.extras)))
    return found


def test_there_is_a_lock() -> None:
    assert "requirements.lock" in LOCKS


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_version_has_a_hash_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert entries(text)
    assert faults(text) == []
    assert "://" not in text


@pytest.mark.parametrize(
    "line",
    [
        "flask==3.1.3",
        "flask>=3 --hash=sha256:" + 64 * "0",
        "flask==3.1.3 --hash=md5:" + 32 * "0",
        "--index-url x",
        "flask @ file:x --hash=sha256:" + 64 * "0",
    ],
)
def test_a_planted_weak_line_in_a_lock_is_seen(line: str) -> None:
    assert faults(f"click==8.5.1 \\\n    --hash=sha256:{64 * '1'}\n{line}\n") == [line.split(" --hash")[0]]


def test_every_declared_dependency_is_locked_in_a_version_that_it_allows() -> None:
    project = PYPROJECT["project"]
    declared = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    locked = {}
    for line in entries((ROOT / "requirements.lock").read_text(encoding="utf-8")):
        name, _, version = line.partition(";")[0].strip().partition("==")
        locked[canonicalize_name(name.partition("[")[0])] = version
    for requirement in map(Requirement, declared):
        assert requirement.specifier.contains(locked[canonicalize_name(requirement.name)]), str(requirement)


def test_what_runs_here_is_what_was_locked() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    locked = {str(canonicalize_name(line.partition("==")[0].partition("[")[0])): line for line in entries(text)}
    running = {name: dist.version for name, dist in closure("dolen").items() if name != "dolen"}
    assert len(running) > len(PYPROJECT["project"]["dependencies"])
    assert {name for name, version in running.items() if f"=={version}" not in locked.get(name, "")} == set()


def test_no_dependency_that_the_hub_runs_on_has_a_copyleft_licence() -> None:
    declared = {name: licences(dist) for name, dist in closure("dolen").items()}
    assert {name: said for name, said in declared.items() if any(_COPYLEFT.search(line) for line in said)} == {}
    assert sorted(name for name, said in declared.items() if not said) == []


@pytest.mark.parametrize(
    ("licence", "refused"),
    [
        ("GPL-3.0-or-later", True),
        ("License :: OSI Approved :: GNU General Public License v3 (GPLv3)", True),
        ("AGPL-3.0-only", True),
        ("License :: OSI Approved :: GNU Affero General Public License v3", True),
        ("LGPL-3.0-only", False),
        ("License :: OSI Approved :: GNU Lesser General Public License v3 (LGPLv3)", False),
        ("Apache-2.0 OR BSD-3-Clause", False),
    ],
)
def test_the_licence_rule_tells_copyleft_from_what_binds_nobody(licence: str, refused: bool) -> None:
    assert bool(_COPYLEFT.search(licence)) is refused
