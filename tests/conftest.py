"""Fixtures that every suite shares. A missing service is a skip on a developer's machine and a failure on CI."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import Phase, settings

ROOT = Path(__file__).parent.parent
REQUIRED = os.environ.get("DOLEN_REQUIRE_SERVICES") == "1"


# Time is not what properties are about; a failing example is printed so that it can be made a test of its own.
settings.register_profile("usual", deadline=None, print_blob=True)
settings.register_profile("soak", settings.get_profile("usual"), max_examples=2000)
# With a fault planted on purpose, that a property fails is all that is asked: nobody reads the smallest example.
settings.register_profile("planted", settings.get_profile("usual"), phases=(Phase.explicit, Phase.generate))
settings.load_profile(
    "planted" if os.environ.get("DOLEN_PLANTED") else "soak" if os.environ.get("DOLEN_SOAK") else "usual"
)


def unavailable(what: str) -> None:
    """Skip the test because `what` is missing; with DOLEN_REQUIRE_SERVICES=1 that is a failure instead."""
    if REQUIRED:
        pytest.fail(f"{what} is required here (DOLEN_REQUIRE_SERVICES=1) and missing")
    pytest.skip(f"{what} is not available")


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder of real input and vectors that the project reads in place (setting DOLEN_SHARED)."""
    folder = Path(os.environ.get("DOLEN_SHARED", ROOT.parent / "shared"))
    if not folder.is_dir():
        unavailable("the shared folder of real input (DOLEN_SHARED)")
    return folder


_RACES = ("at_once", "two_processes", "two_sequencers", "two_sweepers", "race", "in_another_process")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What `make soak` repeats: the fault suites, and every test whose name speaks of a race."""
    for item in items:
        path = item.path.as_posix()
        is_fault = "/tests/faults/" in path and "planted" not in path
        if (
            is_fault
            or "race" in item.path.stem
            or "withdrawal_binds" in item.path.stem
            or any(word in item.name for word in _RACES)
        ):
            item.add_marker(pytest.mark.soak)
