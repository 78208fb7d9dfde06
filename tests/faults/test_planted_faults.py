"""The suites can fail: each planted fault and leak is caught by the tests that are there for it."""

from __future__ import annotations

import pytest

from tests.faults.planted_faults import DECISION, DECISION_FAULTS, DISCLOSE, FAULTS, LEAKS
from tests.faults.planting import Copy, Fault, copy_into, is_caught


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """One copy of the code; faults are planted in it and taken out again."""
    return copy_into(tmp_path_factory.mktemp("copy"))


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_planted_fault_is_caught(copy: Copy, fault: Fault) -> None:
    assert is_caught(copy, fault)


def test_without_a_fault_the_copy_passes(copy: Copy) -> None:
    """What fails above fails for its fault, not because a copy is tested."""
    done = copy.run(f"{DISCLOSE} {DECISION}")
    assert done.returncode == 0, done.stdout[-2000:]


def test_there_are_faults_of_the_decision_and_leaks_of_the_answer() -> None:
    assert len(DECISION_FAULTS) >= 10
    assert len(LEAKS) >= 10
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)
