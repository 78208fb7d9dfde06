"""Signed notes, checkpoints and cosignatures against the public examples."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.ledger.checkpoint import Checkpoint, CheckpointMalformed, parse_checkpoint
from consent.ledger.cosignature import cosignature_verifier, cosigned_at, cosigned_message
from consent.ledger.merkle import CompactRange, ProofRefused, leaf_hash, verify_inclusion
from consent.ledger.note import (
    COSIGNATURE_V1,
    Ed25519Verifier,
    NoteMalformed,
    SignatureRefused,
    check_note,
    ed25519_verifier,
    key_id,
    parse_vkey,
    read_note,
    sign_note,
    verify_ed25519,
    vkey,
)
from consent.ledger.tiles import entry_bundle, grow, root_of
from tests.unit.consent.worlds import WITNESSES, key

CHECKPOINT = Checkpoint("hub.example/ledger", 12, b"\x07" * 32)


def vector(shared: Path, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((shared / "vectors" / "tlog" / name).read_text())
    return found


def verdict(note: bytes, vkeys: list[str]) -> tuple[str, list[str]]:
    try:
        return "verified", [each.name for each in check_note(read_note(note), map(ed25519_verifier, vkeys))]
    except NoteMalformed:
        return "malformed", []
    except SignatureRefused as refused:
        return ("unverified" if "no signature" in str(refused) else "invalid-signature"), []


@pytest.mark.shared
def test_the_published_notes_are_judged_as_they_should_be(shared: Path) -> None:
    cases = vector(shared, "signed-notes.json")["cases"]
    for case in cases:
        judged, names = verdict(base64.b64decode(case["note_b64"]), case["trusted_vkeys"])
        assert judged == case["expect"], case["name"]
        if "verified_names" in case:
            assert names == case["verified_names"], case["name"]
    assert len(cases) == 7


@pytest.mark.shared
def test_a_real_log_is_built_again_from_its_entries(shared: Path) -> None:
    log = vector(shared, "tessera-log.json")
    verifier = ed25519_verifier(log["vkey"])
    entries = [each.encode() for each in log["entries_utf8"]]
    tree = CompactRange()
    for size, text in sorted(log["checkpoints"].items(), key=lambda item: int(item[0])):
        while tree.size < int(size):
            tree.append(leaf_hash(entries[tree.size]))
        note = read_note(text.encode())
        assert [each.name for each in check_note(note, [verifier])] == [verifier.name]
        assert parse_checkpoint(note.text) == Checkpoint(verifier.name, int(size), tree.root())
    tiles = grow({}, 0, [leaf_hash(entry) for entry in entries[:8]])
    assert tiles == {(0, 0): base64.b64decode(log["tile_0_000.p_8_base64"])}
    assert root_of(tiles, 8) == parse_checkpoint(read_note(log["checkpoints"]["8"].encode()).text).root
    assert entry_bundle(entries[:8]) == base64.b64decode(log["entry_bundle_000.p_8_base64"])


@pytest.mark.shared
def test_the_published_checkpoints_are_read_as_written(shared: Path) -> None:
    examples = vector(shared, "c2sp-parse-examples.json")
    plain, cosigned = (read_note(examples[name].encode()) for name in ("checkpoint", "cosigned_checkpoint"))
    read = parse_checkpoint(plain.text)
    assert (read.origin, read.size, read.text()) == ("example.com/behind-the-sofa", 20852163, plain.text)
    time = cosigned_at(cosigned.signatures[1].data)
    assert cosigned_message(cosigned.text, time).decode() == examples["cosignature_v1_signed_message"]
    assert [each.name for each in cosigned.signatures] == ["example.com/behind-the-sofa", "witness.example.com/w1"]


@pytest.mark.shared
def test_rekor_entries_are_judged_as_they_should_be(shared: Path) -> None:
    """Rekor's Ed25519 logs in full. Its ECDSA log and the signature bundles around the entries are not of our kind."""
    cases = vector(shared, "rekor-v2-checkpoints.json")["cases"]
    judged = {case["name"]: is_good_rekor_case(case) for case in cases}
    assert judged == {case["name"]: case["expect"] == "pass" for case in cases}
    assert len(judged) == 6


def is_good_rekor_case(case: dict[str, Any]) -> bool:
    """Inclusion, signature by a known log, origin, size and root, as the vectors' page asks."""
    verifiers = []
    for log in case["logs"]:
        if log["key_details"] == "PKIX_ED25519":
            public = base64.b64decode(log["spki_b64"])[-32:]
            verifiers.append(Ed25519Verifier(log["origin"], key_id(log["origin"], 1, public), public))
    try:
        note = read_note(case["checkpoint"].encode())
        checkpoint = parse_checkpoint(note.text)
        names = {each.name for each in check_note(note, verifiers)}
        verify_inclusion(
            index=int(case["log_index"]),
            size=checkpoint.size,
            hashed_leaf=leaf_hash(base64.b64decode(case["leaf_bytes_b64"])),
            path=[base64.b64decode(each) for each in case["proof_b64"]],
            root=checkpoint.root,
        )
    except (NoteMalformed, CheckpointMalformed, SignatureRefused, ProofRefused):
        return False
    same_root = checkpoint.root == base64.b64decode(case["root_hash_b64"])
    return checkpoint.origin in names and same_root and checkpoint.size == int(case["tree_size"])


@pytest.mark.shared
def test_a_witness_accepts_the_signatures_of_the_published_transcript(shared: Path) -> None:
    """Parsing and signatures of its requests; a witness of our own comes later."""
    transcript = vector(shared, "witness-add-checkpoint.json")
    origin, public = transcript["log"]["origin"], bytes.fromhex(transcript["log"]["ed25519_public_key_hex"])
    verifier = ed25519_verifier(vkey(origin, public))
    for step in transcript["sequence"]:
        wrong = step.get("assert") in ('body contains "invalid signature"', 'body contains "unknown log"')
        try:
            note = read_note(step["request_body"].partition("\n\n")[2].encode())
            check_note(note, [verifier])
            assert not wrong
            assert parse_checkpoint(note.text).text() == note.text
        except (SignatureRefused, NoteMalformed):
            assert wrong


@pytest.mark.shared
def test_ed25519_signatures_are_judged_as_wycheproof_says(shared: Path) -> None:
    suite = json.loads((shared / "vectors" / "crypto" / "wycheproof" / "ed25519_test.json").read_text())
    judged = 0
    for group in suite["testGroups"]:
        public = bytes.fromhex(group["publicKey"]["pk"])
        for case in group["tests"]:
            try:
                verify_ed25519(public, message=bytes.fromhex(case["msg"]), signature=bytes.fromhex(case["sig"]))
                is_good = True
            except SignatureRefused:
                is_good = False
            assert is_good is (case["result"] == "valid"), case["tcId"]
            judged += 1
    assert judged == suite["numberOfTests"] == 65


def test_what_was_signed_is_read_back_and_verifies() -> None:
    note = read_note(sign_note(CHECKPOINT.text(), name="hub.example/ledger", key=key(1)).encode())
    verifier = ed25519_verifier(vkey("hub.example/ledger", key(1).public_key().public_bytes_raw()))
    assert check_note(note, [verifier]) == [verifier]
    assert parse_checkpoint(note.text) == CHECKPOINT


def test_a_signature_by_another_key_of_the_same_name_is_passed_over() -> None:
    note = read_note(sign_note(CHECKPOINT.text(), name="hub.example/ledger", key=key(2)).encode())
    with pytest.raises(SignatureRefused, match="no signature"):
        check_note(note, [ed25519_verifier(vkey("hub.example/ledger", key(1).public_key().public_bytes_raw()))])


def test_a_cosignature_verifies_with_its_time_and_text_only() -> None:
    witness, text = WITNESSES[0], CHECKPOINT.text()
    verifier = cosignature_verifier(witness.vkey)
    line = witness.line(text, time=1_770_000_000)
    data = base64.b64decode(line.split(" ")[2])[4:]
    verifier.verify(text, data)
    assert cosigned_at(data) == 1_770_000_000
    later = (1_770_000_001).to_bytes(8, "big") + data[8:]
    for wrong_text, wrong_data in ((text + "x\n", data), (text, later), (text, data[:-1]), (text, b"\xff" * 72)):
        with pytest.raises(SignatureRefused):
            verifier.verify(wrong_text, wrong_data)


NOTE = sign_note(CHECKPOINT.text(), name="hub.example/ledger", key=key(1))
LINE = NOTE.split("\n\n")[1]


@pytest.mark.parametrize(
    "note",
    [
        b"",
        b"\n\n",
        NOTE[:-1].encode(),
        (NOTE + "\n").encode(),
        (NOTE + LINE).encode(),
        NOTE.replace("—", "-").encode(),
        NOTE.replace("— hub", "—  hub").encode(),
        NOTE.replace("\n—", "\n —").encode(),
        NOTE.replace(" hub.example/ledger ", " hub.example/led+ger ").encode(),
        NOTE.replace(" hub.example/ledger ", " hub\u2003ger ").encode(),
        NOTE.replace("\n\n", "\n").encode(),
        NOTE.replace("12", "1\t2").encode(),
        NOTE.replace("12", "1\r2").encode(),
        NOTE.encode().replace(b"12", b"\xff"),
        (CHECKPOINT.text() + "\n— hub.example/ledger AAAA\n").encode(),
        (CHECKPOINT.text() + "\n" + LINE.rstrip("\n") + "=\n").encode(),
        (CHECKPOINT.text() + "\n" + "".join(f"— k{each} AAAAAAA=\n" for each in range(17))).encode(),
    ],
)
def test_a_note_in_another_form_is_malformed(note: bytes) -> None:
    with pytest.raises(NoteMalformed):
        read_note(note)


def test_sixteen_signatures_are_read() -> None:
    lines = "".join(f"— k{each} AAAAAAA=\n" for each in range(16))
    assert len(read_note((CHECKPOINT.text() + "\n" + lines).encode()).signatures) == 16


PUBLIC = key(1).public_key().public_bytes_raw()
VKEY = vkey("hub.example/ledger", PUBLIC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hub",
        VKEY + "=",
        VKEY + "\n",
        VKEY.replace("hub", "hob"),
        VKEY.upper(),
        "hub.example/ledger+00000000+" + VKEY.rpartition("+")[2],
        f"n+{key_id('n', 2, PUBLIC).hex()}+{base64.b64encode(bytes([2]) + PUBLIC).decode()}",
        f"n+{key_id('n', 1, PUBLIC[1:]).hex()}+{base64.b64encode(bytes([1]) + PUBLIC[1:]).decode()}",
        "\udcff+00000000+AAAA",
    ],
)
def test_a_verifier_key_in_another_form_is_refused(text: str) -> None:
    with pytest.raises(NoteMalformed):
        parse_vkey(text)


def test_a_key_serves_its_own_purpose_only() -> None:
    with pytest.raises(NoteMalformed):
        cosignature_verifier(VKEY)
    with pytest.raises(NoteMalformed):
        ed25519_verifier(vkey("w", PUBLIC, kind=COSIGNATURE_V1))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "o\n1\n",
        "o\n01\nBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n",
        "o\n+1\nBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n",
        "o\n٣\nBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n",
        "o\n9223372036854775808\nBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n",
        "o\n1\nBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBw==\n",
        "o\n1\nBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwd=\n",
        "\n1\nBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n",
        "o\n1\nBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=",
        "o\n1\nBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n\n",
    ],
)
def test_a_checkpoint_in_another_form_is_malformed(text: str) -> None:
    with pytest.raises(CheckpointMalformed):
        parse_checkpoint(text)


def test_extension_lines_are_kept_as_they_are() -> None:
    text = CHECKPOINT.text() + "more\n"
    assert parse_checkpoint(text).extensions == ("more",)
    assert parse_checkpoint(text).text() == text


@given(st.binary(max_size=200))
def test_no_bytes_crash_the_readers(data: bytes) -> None:
    try:
        note = read_note(data)
    except NoteMalformed:
        return
    assert note.text.endswith("\n")
