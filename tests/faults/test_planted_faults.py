"""The suites can fail: each planted fault and leak is caught by the tests that are there for it."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

import pytest

from tests.faults.decision_faults import DECISION_FAULTS, DISCLOSE, ORACLES, PROPERTIES
from tests.faults.planted_faults import FAULTS, LEAKS
from tests.faults.planting import ROOT, Copy, Fault, copy_into, is_caught

AT_ONCE = 2
"""Each runs in a copy and a process of its own, so two cores are busy."""


@pytest.fixture(scope="module")
def caught(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, bool | LookupError]:
    """By name of the fault whether it was caught, or that the code no longer reads as the fault says."""
    copies: SimpleQueue[Copy] = SimpleQueue()
    for number in range(AT_ONCE):
        copies.put(copy_into(tmp_path_factory.mktemp(f"copy-{number}") / "code"))

    def plant(fault: Fault) -> bool | LookupError:
        copy = copies.get()
        try:
            return is_caught(copy, fault)
        except LookupError as moved:
            return moved
        finally:
            copies.put(copy)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return dict(zip((fault.name for fault in FAULTS), pool.map(plant, FAULTS), strict=True))


@pytest.mark.timeout(900)
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_planted_fault_is_caught(caught: Mapping[str, bool | LookupError], fault: Fault) -> None:
    assert caught[fault.name] is True


def test_at_least_thirty_decision_faults_and_twenty_leaks_are_planted_and_all_are_caught(
    caught: Mapping[str, bool | LookupError], capsys: pytest.CaptureFixture[str]
) -> None:
    found = {name for name, outcome in caught.items() if outcome is True}
    decision, leaks = ({fault.name for fault in some} for some in (DECISION_FAULTS, LEAKS))
    with capsys.disabled():
        print(
            f"\nplanted and caught: {len(found & decision)} of {len(decision)} decision faults,"
            f" {len(found & leaks)} of {len(leaks)} leaks"
        )
    assert len(decision) >= 30
    assert len(leaks) >= 20
    assert len(FAULTS) == len(decision | leaks)
    assert found == decision | leaks


def test_without_a_fault_the_copy_passes(tmp_path: Path) -> None:
    """What fails above fails for its fault, not because a copy is tested."""
    done = copy_into(tmp_path / "code").run(f"{DISCLOSE} {ORACLES} {PROPERTIES}", word="not hundred")
    assert done.returncode == 0, done.stdout[-2000:]


def test_every_fault_still_finds_the_passage_that_it_changes() -> None:
    """Read off the source in an instant: whoever changes such a passage sees it before the long run does."""
    passages = {fault.name: (ROOT / fault.path).read_text(encoding="utf-8").count(fault.right) for fault in FAULTS}
    assert {name: count for name, count in passages.items() if count != 1} == {}
