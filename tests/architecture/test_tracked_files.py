"""What is in the repository: only the rooms at the top, nothing of one machine, nothing copied from real input."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.architecture.tree import ROOMS, ROOT, files

FOLDERS = {*ROOMS, "tests", "docs", ".ci"}
FILES = {
    "pyproject.toml",
    "requirements.lock",
    "requirements-peers.lock",
    "Makefile",
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "LICENSE",
    ".gitignore",
}
# Written in parts, so that this file doesn't name what it looks for.
_REGISTRIES = [("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmjs", "com"), ("deb", "debian", "org")]
_HOSTS = "|".join(r"\.".join(parts) for parts in _REGISTRIES)
_MACHINE_PATHS = r"(?<![\w.:/}-])/(?:work|root|home/\w+|Users/\w+|opt)/\w"
UNFIT = re.compile(f"{_HOSTS}|{_MACHINE_PATHS}", re.IGNORECASE)


def unfit(text: str, also: Iterable[str] = ()) -> list[str]:
    """What a text says that belongs to one machine or to a package registry."""
    return [match[0] for match in UNFIT.finditer(text)] + [word for word in also if word in text]


def texts() -> dict[str, str]:
    """Every tracked text file; a file with a zero byte is taken for a picture or an archive."""
    contents = {name: (ROOT / name).read_bytes() for name in files()}
    return {name: data.decode("utf-8", "replace") for name, data in contents.items() if b"\0" not in data}


def here() -> list[str]:
    """Where this checkout stands and whose home it is in, unless that says nothing."""
    return [f"{place}/" for place in (ROOT.as_posix(), Path.home().as_posix()) if len(place) > 1]


def copies(ours: dict[str, Path], theirs: dict[str, Path]) -> list[tuple[str, str]]:
    """Pairs of equal files; empty ones and licences are nobody's."""
    sizes: dict[int, list[str]] = {}
    for name, path in theirs.items():
        sizes.setdefault(path.stat().st_size, []).append(name)
    found = []
    for name, path in ours.items():
        alike = sizes.get(path.stat().st_size, []) if path.name != "LICENSE" and path.stat().st_size else []
        found += [(name, other) for other in alike if _digest(path) == _digest(theirs[other])]
    return found


def _digest(path: Path) -> bytes:
    return hashlib.sha256(path.read_bytes()).digest()


def test_the_top_level_holds_nothing_but_the_rooms_and_what_tools_look_for() -> None:
    folders = {name.split("/")[0] for name in files() if "/" in name}
    single = {name for name in files() if "/" not in name}
    assert folders - FOLDERS == set()
    assert single - FILES == set()
    assert FOLDERS - folders == set()
    assert FILES - {"requirements-peers.lock"} - single == set()


def test_no_file_holds_both_sides_of_a_merge() -> None:
    mark = re.compile(rf"^({'<' * 7}|{'>' * 7}) ", re.MULTILINE)
    assert [name for name, text in texts().items() if mark.search(text)] == []


def test_every_file_of_a_room_is_in_a_package() -> None:
    packages = {name.rpartition("/")[0] for name in files() if name.endswith("/__init__.py")}
    loose = [name for name in files() if name.endswith(".py") and name.split("/")[0] in ROOMS]
    loose = [name for name in loose if not name.startswith("hub/migrations/")]  # Alembic loads these by their path
    assert [name for name in loose if name.rpartition("/")[0] not in packages] == []


def test_no_file_names_a_package_registry_or_a_path_of_a_machine() -> None:
    found = {name: unfit(text, here()) for name, text in texts().items() if unfit(text, here())}
    assert found == {}


@pytest.mark.parametrize(
    "planted", ["https://" + "pypi" + ".org/simple", "see /" + "work/main/x", "cd /" + "home/ann/dolen"]
)
def test_a_planted_host_or_path_is_seen(planted: str) -> None:
    assert unfit(planted)


@pytest.mark.parametrize("fine", ["hub/work/x", "https://dolen.example/home/ann", "/health/live"])
def test_an_address_of_the_hub_is_not_taken_for_a_path(fine: str) -> None:
    assert unfit(fine) == []


def test_real_input_is_read_in_place_and_not_copied(shared: Path) -> None:
    theirs = {path.relative_to(shared).as_posix(): path for path in shared.rglob("*") if path.is_file()}
    assert len(theirs) > 100
    assert copies({name: ROOT / name for name in files()}, theirs) == []


def test_a_planted_copy_is_seen(tmp_path: Path) -> None:
    for name, text in {"a": "one", "b": "one", "c": "two", "d": "", "e": ""}.items():
        (tmp_path / name).write_text(text)
    ours, theirs = {"a": tmp_path / "a", "d": tmp_path / "d"}, {name: tmp_path / name for name in "bce"}
    assert copies(ours, theirs) == [("a", "b")]
