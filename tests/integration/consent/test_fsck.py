"""The audit finds every fault that is planted, and none where there is none."""

from __future__ import annotations

import pytest

from consent.ledger.fsck import MOST_FINDINGS, Fault
from consent.ledger.sequencer import MIN_BATCH
from tests.integration.consent.worlds import HANDLE, Ledger, stream_of

ZEROS = {"data": b"\x00" * 46}
PLANTED: list[tuple[Fault, str, dict[str, object]]] = [
    (Fault.LEAF_MISSING, "DELETE FROM ledger_leaf WHERE idx = 100", {}),
    (Fault.HEAD_WRONG, "DELETE FROM ledger_leaf WHERE idx = (SELECT max(idx) FROM ledger_leaf)", {}),
    (Fault.LEAF_MALFORMED, "UPDATE ledger_leaf SET leaf = :data WHERE idx = 100", ZEROS),
    (Fault.TILE_WRONG, "UPDATE ledger_leaf SET leaf = :data WHERE idx = 100", ZEROS),
    (Fault.CHECKPOINT_ROOT, "UPDATE ledger_leaf SET leaf = :data WHERE idx = 100", ZEROS),
    (Fault.ENTRY_WITHOUT_LEAF, "UPDATE ledger_leaf SET leaf = :data WHERE idx = 100", ZEROS),
    (Fault.ENTRY_WITHOUT_LEAF, "UPDATE ledger_outbox SET leaf = :data WHERE idx = 100", ZEROS),
    (Fault.TILE_WRONG, "UPDATE ledger_tile SET data = :data WHERE level = 0 AND n = 1", {"data": b"\x00" * 64}),
    (Fault.TILE_WRONG, "UPDATE ledger_tile SET data = :data WHERE level = 1", {"data": b"\x00" * 32}),
    (Fault.TILE_WRONG, "DELETE FROM ledger_tile WHERE level = 0 AND n = 0", {}),
    (Fault.TILE_EXTRA, "INSERT INTO ledger_tile (level, n, data) VALUES (0, 9, :data)", {"data": b"\x00" * 32}),
    (Fault.TILE_EXTRA, "INSERT INTO ledger_tile (level, n, data) VALUES (5, 0, :data)", {"data": b"\x00" * 32}),
    (Fault.HEAD_WRONG, "UPDATE ledger_head SET size = size + 1", {}),
    (Fault.HEAD_WRONG, "UPDATE ledger_head SET root = :data", {"data": b"\x00" * 32}),
    (Fault.CHECKPOINT_ROOT, "UPDATE ledger_checkpoint SET root = :data WHERE size = 8", {"data": b"\x00" * 32}),
    (Fault.CHECKPOINT_SIGNATURE, "UPDATE ledger_checkpoint SET text = replace(text, 'hub', 'hob') WHERE size = 8", {}),
    (Fault.CHECKPOINT_SIGNATURE, "UPDATE ledger_checkpoint SET text = 'x' WHERE size = 8", {}),
    (Fault.CHECKPOINT_ROOT, "UPDATE ledger_checkpoint SET size = 9 WHERE size = 8", {}),
    (Fault.LEAF_WITHOUT_ENTRY, "DELETE FROM ledger_outbox WHERE idx = 100", {}),
    (Fault.STREAM_GAP, "DELETE FROM ledger_outbox WHERE idx = 100", {}),
    (Fault.LEAF_WITHOUT_ENTRY, "UPDATE ledger_outbox SET idx = NULL WHERE idx = 100", {}),
    (Fault.ENTRY_WITHOUT_LEAF, "UPDATE ledger_outbox SET idx = 9000 WHERE idx = 100", {}),
    (Fault.STREAM_GAP, "UPDATE ledger_outbox SET number = 9000 WHERE number = 1 AND stream = :name", {"name": HANDLE}),
    (Fault.STREAM_GAP, "UPDATE ledger_stream SET last_number = last_number + 1 WHERE stream = :name", {"name": HANDLE}),
    (Fault.STREAM_GAP, "DELETE FROM ledger_stream WHERE stream = :name", {"name": HANDLE}),
    (Fault.STREAM_GAP, "DELETE FROM ledger_outbox WHERE stream = :name", {"name": stream_of(5)}),
]


def fill(ledger: Ledger) -> None:
    ledger.settle(1)
    ledger.write(1, stream_of(5))
    ledger.settle(400)
    with_waiting = ledger.write(2, stream_of(6))
    assert [entry.number for entry in with_waiting] == [1, 2]


def test_a_sound_ledger_is_clean_at_every_size(ledger: Ledger) -> None:
    assert ledger.fsck().is_clean
    fill(ledger)
    report = ledger.fsck()
    assert (report.is_clean, report.findings, report.size, report.checkpoints) == (True, [], MIN_BATCH + 401, 2)
    ledger.run("INSERT INTO ledger_stream (stream, last_number) VALUES ('learner:x', 7)")
    assert ledger.fsck().is_clean


@pytest.mark.parametrize(("fault", "statement", "parameters"), PLANTED, ids=range(len(PLANTED)))
def test_a_planted_fault_is_found(ledger: Ledger, fault: Fault, statement: str, parameters: dict[str, object]) -> None:
    fill(ledger)
    ledger.tamper(statement, parameters)
    report = ledger.fsck()
    assert fault in {finding.fault for finding in report.findings}
    assert not report.is_clean


def test_every_leaf_and_hash_that_is_changed_is_found(ledger: Ledger) -> None:
    ledger.settle(20)
    leaves = dict(ledger.rows("SELECT idx, leaf FROM ledger_leaf"))  # type: ignore[arg-type]
    for index, leaf in leaves.items():
        flipped = bytes([*leaf[:-1], leaf[-1] ^ 1])  # type: ignore[index, misc]
        change = "UPDATE ledger_leaf SET leaf = :leaf WHERE idx = :index"
        ledger.tamper(change, {"leaf": flipped, "index": index})
        assert Fault.TILE_WRONG in {finding.fault for finding in ledger.fsck().findings}
        ledger.tamper(change, {"leaf": leaf, "index": index})
    assert ledger.fsck().is_clean


def test_a_signature_by_a_key_of_another_log_is_found(ledger: Ledger) -> None:
    ledger.settle(9)
    other = "UPDATE ledger_checkpoint SET text = :text"
    text = str(ledger.rows("SELECT text FROM ledger_checkpoint")[0][0])
    ledger.tamper(other, {"text": text.replace("— hub.example", "— hob.example")})
    assert [(finding.fault, finding.place) for finding in ledger.fsck().findings] == [(Fault.CHECKPOINT_SIGNATURE, "9")]


def test_a_ruined_ledger_gives_a_report_of_bounded_length(ledger: Ledger) -> None:
    ledger.settle(MOST_FINDINGS + 200)
    ledger.tamper("DELETE FROM ledger_leaf WHERE idx > 0")
    report = ledger.fsck()
    assert report.wrong > MOST_FINDINGS == len(report.findings)
