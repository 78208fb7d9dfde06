"""A receipt is checked alone: good ones pass, and no changed bit, line or key does."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.ledger.note import read_note, sign_note
from consent.ledger.proof import MAX_BYTES, Proof, ProofMalformed, parse_proof
from consent.ledger.strict import base64_text
from consent.ledger.verify import Outcome, verify_receipt
from tests.unit.consent.worlds import BODY, WITNESSES, MemoryLog, key, three_witnesses

LOG = MemoryLog()
RECEIPT = LOG.receipt()
PARSED = parse_proof(RECEIPT)
TWO_OF_THREE = LOG.policy(three_witnesses("group most 2 a b c\nquorum most\n"))


def test_a_good_receipt_says_what_was_recorded_and_where() -> None:
    verdict = verify_receipt(RECEIPT, LOG.policy())
    assert (verdict.outcome, verdict.exit_code) == (Outcome.GOOD, 0)
    assert verdict.checked is not None
    assert dict(verdict.checked.body) == BODY
    assert (verdict.checked.origin, verdict.checked.size, verdict.checked.index) == (LOG.origin, 11, 6)
    assert (verdict.checked.withheld, verdict.checked.witnesses) == (0, ())


@pytest.mark.parametrize(("size", "index"), [(1, 0), (2, 1), (8, 0), (11, 10), (33, 32)])
def test_a_receipt_is_good_in_trees_of_every_shape(size: int, index: int) -> None:
    log = MemoryLog(size=size, index=index)
    assert verify_receipt(log.receipt(), log.policy()).outcome is Outcome.GOOD


def test_every_changed_bit_is_refused() -> None:
    policy = LOG.policy()
    for bit in range(len(RECEIPT) * 8):
        flipped = bytearray(RECEIPT)
        flipped[bit // 8] ^= 1 << bit % 8
        assert verify_receipt(bytes(flipped), policy).exit_code in (1, 2), bit


def test_every_changed_bit_of_a_witnessed_receipt_is_refused() -> None:
    # The quorum needs two; the third signature is more than enough, and its bits count all the same.
    receipt = LOG.receipt(cosigned_by=WITNESSES)
    assert verify_receipt(receipt, TWO_OF_THREE).outcome is Outcome.GOOD
    start = receipt.index("— witness".encode())
    for bit in range(start * 8, len(receipt) * 8):
        flipped = bytearray(receipt)
        flipped[bit // 8] ^= 1 << bit % 8
        assert verify_receipt(bytes(flipped), TWO_OF_THREE).exit_code in (1, 2), bit


def test_every_shortened_or_lengthened_receipt_is_refused() -> None:
    policy = LOG.policy()
    for length in range(len(RECEIPT)):
        assert verify_receipt(RECEIPT[:length], policy).exit_code in (1, 2), length
    for more in (b"\n", b" ", b"\x00", "— x AAAAAAA=\n".encode()):
        assert verify_receipt(RECEIPT + more, policy).exit_code in (1, 2), more


def test_a_quorum_that_is_short_is_neither_good_nor_false() -> None:
    verdict = verify_receipt(LOG.receipt(cosigned_by=WITNESSES[:1]), TWO_OF_THREE)
    assert (verdict.outcome, verdict.exit_code) == (Outcome.QUORUM_SHORT, 3)
    assert verdict.checked is not None
    assert verdict.checked.witnesses == ("a",)


def test_enough_witnesses_make_a_quorum() -> None:
    verdict = verify_receipt(LOG.receipt(cosigned_by=WITNESSES[1:]), TWO_OF_THREE)
    assert verdict.outcome is Outcome.GOOD
    assert verdict.checked is not None
    assert verdict.checked.witnesses == ("b", "c")


def test_a_witness_that_the_policy_does_not_name_is_not_passed_over() -> None:
    verdict = verify_receipt(LOG.receipt(cosigned_by=WITNESSES[:1]), LOG.policy())
    assert verdict.outcome is Outcome.FALSE
    assert "doesn't name" in verdict.reason


def test_a_witness_cannot_stand_in_for_the_log() -> None:
    receipt = LOG.receipt(cosigned_by=WITNESSES)
    own_line = receipt[receipt.index("— hub".encode()) : receipt.index("— witness".encode())]
    verdict = verify_receipt(receipt.replace(own_line, b""), TWO_OF_THREE)
    assert verdict.outcome is Outcome.FALSE


def test_another_log_is_not_this_one() -> None:
    for other in (MemoryLog(key=key(2)), MemoryLog(origin="other.example/ledger")):
        assert verify_receipt(RECEIPT, other.policy()).outcome is Outcome.FALSE


def test_a_known_log_cannot_sign_for_another_origin() -> None:
    other = MemoryLog(origin="other.example", key=key(3))
    both = LOG.policy(f"log {other.vkey}\nquorum none\n")
    text = read_note(PARSED.checkpoint).text
    signed = sign_note(text, name=other.origin, key=other.key).encode()
    assert verify_receipt(other.receipt(), both).outcome is Outcome.GOOD
    assert verify_receipt(replace(PARSED, checkpoint=signed).text(), both).outcome is Outcome.FALSE


def test_the_opening_of_another_leaf_is_refused() -> None:
    other = parse_proof(LOG.receipt())
    swapped = replace(parse_proof(RECEIPT), extra=other.extra)
    assert verify_receipt(swapped.text(), LOG.policy()).outcome is Outcome.FALSE


def test_a_receipt_without_opening_proves_nothing() -> None:
    bare = replace(parse_proof(RECEIPT), extra=None).text()
    assert verify_receipt(bare, LOG.policy()).outcome is Outcome.MALFORMED


LINES = RECEIPT.split(b"\n")


@pytest.mark.parametrize(
    "receipt",
    [
        b"",
        RECEIPT.replace(b"@v1", b"@v2"),
        RECEIPT.replace(b"index 6", b"index 06"),
        RECEIPT.replace(b"index 6", b"index +6"),
        RECEIPT.replace(b"index 6", b"index 9223372036854775808"),
        RECEIPT.replace(b"index 6", b"index  6"),
        RECEIPT.replace(b"\nindex 6", b""),
        RECEIPT.replace(b"\n", b"\r\n"),
        RECEIPT.replace(LINES[1], LINES[1] + b"="),
        RECEIPT.replace(LINES[1], LINES[1] + b"\n" + LINES[1]),
        RECEIPT.replace(LINES[3], LINES[3][:-1]),
        RECEIPT.replace(LINES[3], base64.b64encode(b"x" * 31)),
        RECEIPT.replace(LINES[3], LINES[3] + b"\n" + LINES[3] * 0 + b" "),
        replace(PARSED, path=PARSED.path * 20).text(),
        replace(PARSED, extra=b"{}").text(),
        replace(PARSED, checkpoint=b"").text(),
        b" " + RECEIPT,
        b"\xef\xbb\xbf" + RECEIPT,
        b"x" * (MAX_BYTES + 1),
    ],
)
def test_a_receipt_in_another_form_is_malformed(receipt: bytes) -> None:
    verdict = verify_receipt(receipt, LOG.policy())
    assert (verdict.outcome, verdict.exit_code, verdict.checked) == (Outcome.MALFORMED, 2, None)


def test_a_path_of_the_wrong_length_is_false() -> None:
    for path in (PARSED.path[:-1], (*PARSED.path, b"\x00" * 32), ()):
        assert verify_receipt(replace(PARSED, path=path).text(), LOG.policy()).outcome is Outcome.FALSE


def test_an_inner_node_is_no_leaf() -> None:
    # The path shortened by one, with the folded node in the leaf's place, is the classic forgery.
    shorter = replace(PARSED, index=PARSED.index >> 1, path=PARSED.path[1:])
    assert verify_receipt(shorter.text(), LOG.policy()).outcome is Outcome.FALSE


@given(st.none() | st.binary(max_size=40), st.integers(0, 2**63 - 1), st.lists(st.binary(min_size=32, max_size=32)))
def test_a_proof_file_comes_back_as_it_was(extra: bytes | None, index: int, path: list[bytes]) -> None:
    proof = Proof(extra, index, tuple(path[:64]), b"o\n1\nr\n\nline\n")
    assert parse_proof(proof.text()) == proof


@given(st.binary(max_size=300))
def test_no_bytes_crash_the_reader(data: bytes) -> None:
    for receipt in (data, b"c2sp.org/tlog-proof@v1\n" + data):
        try:
            assert parse_proof(receipt).text() == receipt
        except ProofMalformed:
            assert verify_receipt(receipt, LOG.policy()).outcome is Outcome.MALFORMED


@given(st.text(max_size=40))
def test_no_opening_crashes_the_check(text: str) -> None:
    receipt = RECEIPT.replace(LINES[1], b"extra " + base64_text(text.encode(errors="replace")).encode())
    assert verify_receipt(receipt, LOG.policy()).outcome is Outcome.MALFORMED
