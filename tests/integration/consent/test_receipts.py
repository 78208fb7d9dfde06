"""Receipts: one file per entry, good for ever, checked with public keys alone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from consent.ledger.errors import NotYetSequenced, OpeningMismatch, UnknownEntry
from consent.ledger.outbox import AppendedEntry
from consent.ledger.receipts import receipt_text
from consent.ledger.verify import Outcome, verify_receipt
from hub.database import reading
from tests.integration.consent.worlds import Ledger, stream_of, subject

ROOT = Path(__file__).parents[3]
# Blocks what a family's computer doesn't have, then checks a receipt.
BARE = """
import sys
for name in ("sqlalchemy", "psycopg", "flask", "pydantic", "hub"):
    sys.modules[name] = None
from consent.ledger.policy import parse_policy
from consent.ledger.verify import verify_receipt
receipt, policy = (open(name, "rb").read() for name in sys.argv[1:])
verdict = verify_receipt(receipt, parse_policy(policy))
print(verdict.reason)
sys.exit(verdict.exit_code)
"""


def receipt(ledger: Ledger, entry: AppendedEntry) -> bytes:
    with reading(ledger.engine) as connection:
        return receipt_text(connection, entry.id, ledger.openings[entry.id])


def test_every_entry_has_a_receipt_that_stays_good_and_the_same(ledger: Ledger) -> None:
    entries = []
    for count in (1, 20, 300):
        entries += ledger.write(count, stream_of(count))
        ledger.settle()
    policy = ledger.policy()
    first = [receipt(ledger, entry) for entry in entries]
    for entry, text in zip(entries, first, strict=True):
        verdict = verify_receipt(text, policy)
        assert verdict.outcome is Outcome.GOOD
        assert verdict.checked is not None
        assert (verdict.checked.body["stream"], verdict.checked.body["number"]) == (entry.stream, entry.number)
    ledger.settle(40)
    assert [receipt(ledger, entry) for entry in entries[::17]] == first[::17]


def test_a_receipt_is_not_there_before_its_checkpoint(ledger: Ledger) -> None:
    ledger.settle(9)
    (entry,) = ledger.write(1)
    with pytest.raises(NotYetSequenced):
        receipt(ledger, entry)
    ledger.sequence()
    with pytest.raises(NotYetSequenced):
        receipt(ledger, entry)
    ledger.publish()
    assert verify_receipt(receipt(ledger, entry), ledger.policy()).outcome is Outcome.GOOD


def test_the_opening_of_another_entry_gives_no_receipt(ledger: Ledger) -> None:
    one, other = ledger.write(2)
    ledger.settle()
    with reading(ledger.engine) as connection:
        for opening in (ledger.openings[other.id], b"", b"{}"):
            with pytest.raises(OpeningMismatch):
                receipt_text(connection, one.id, opening)
        with pytest.raises(UnknownEntry):
            receipt_text(connection, subject(), ledger.openings[one.id])


def test_no_changed_bit_of_a_real_receipt_is_accepted(ledger: Ledger) -> None:
    entry = ledger.write(5)[3]
    ledger.settle()
    text, policy = receipt(ledger, entry), ledger.policy()
    accepted = []
    for bit in range(len(text) * 8):
        flipped = bytearray(text)
        flipped[bit // 8] ^= 1 << bit % 8
        if verify_receipt(bytes(flipped), policy).outcome is Outcome.GOOD:
            accepted.append(bit)
    assert accepted == []


def test_a_receipt_is_checked_without_database_and_web_framework(ledger: Ledger, tmp_path: Path) -> None:
    entry = ledger.write(1)[0]
    ledger.settle()
    good, bad, policy = tmp_path / "good.tlog-proof", tmp_path / "bad.tlog-proof", tmp_path / "verify.policy"
    good.write_bytes(receipt(ledger, entry))
    bad.write_bytes(good.read_bytes().replace(b"\nindex ", b"\nindex 1"))
    policy.write_text(f"log {ledger.signer.vkey}\nquorum none\n")
    answers = {}
    for name in (good, bad):
        command = [sys.executable, "-c", BARE, str(name), str(policy)]
        run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        answers[name.stem] = (run.returncode, run.stderr)
    assert answers == {"good": (0, ""), "bad": (1, "")}
