"""Leaf, commitment and opening, against a second computation that follows the page and not the code."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from consent.ledger.jcs import Json
from consent.ledger.leaf import (
    LEAF_BYTES,
    MAX_FIELDS,
    MAX_OPENING_BYTES,
    BodyRefused,
    OpeningMalformed,
    commit,
    dummy_leaf,
    instant_text,
    is_stream,
    read_opening,
)

BODY: dict[str, Json] = {
    "at": "2026-03-01T09:30:00.000000Z",
    "consent_id": "018f9d3e-0000-7000-8000-000000000001",
    "field_ids": ["health.hearing.left_ear", "health.speech.receptive_language"],
    "kind": "consent.granted",
    "number": 7,
    "stream": "handle:018f9d3e-0000-7000-8000-000000000002",
}


def leaf_by_the_page(opening: bytes) -> bytes:
    """docs/ledger-format.md, sections 1 and 2, step by step."""
    read = json.loads(opening)
    digests = [base64.b64decode(each) for each in read.get("withheld", [])]
    for salt, name, value in read["fields"]:
        digest = hashlib.sha256(b"dolen-field/v1\x00" + base64.b64decode(salt) + rfc8785.dumps([name, value]))
        digests.append(digest.digest())
    fields = hashlib.sha256(b"dolen-fields/v1\x00" + b"".join(sorted(digests))).digest()
    nonce = base64.b64decode(read["nonce"])
    return b"dolen-leaf/v1\x00" + hashlib.sha256(b"dolen-commit/v1\x00" + nonce + fields).digest()


def changed(opening: bytes, **members: object) -> bytes:
    return rfc8785.dumps({**json.loads(opening), **members})


def test_a_leaf_is_46_bytes_and_follows_the_page() -> None:
    made = commit(BODY)
    assert len(made.leaf) == LEAF_BYTES == 46
    assert made.leaf == leaf_by_the_page(made.opening)
    read = read_opening(made.opening)
    assert (read.leaf, dict(read.body), read.withheld) == (made.leaf, BODY, 0)


@given(st.dictionaries(st.from_regex(r"x[a-z0-9_]{0,8}", fullmatch=True), st.text(max_size=20) | st.integers(0, 9)))
def test_every_body_comes_back_and_gives_its_leaf(extra: dict[str, Any]) -> None:
    body = BODY | extra
    made = commit(body)
    assert read_opening(made.opening).body == body
    assert read_opening(made.opening).leaf == made.leaf == leaf_by_the_page(made.opening)
    assert made.opening == rfc8785.dumps(json.loads(made.opening))


def test_the_same_body_never_gives_the_same_leaf_and_salts_differ() -> None:
    leaves = {commit(BODY).leaf for _ in range(50)}
    assert len(leaves) == 50
    salts = [salt for salt, _, _ in json.loads(commit(BODY).opening)["fields"]]
    assert len(set(salts)) == len(BODY)


def test_a_dummy_looks_like_a_leaf() -> None:
    dummy = dummy_leaf()
    assert (len(dummy), dummy[:14]) == (LEAF_BYTES, commit(BODY).leaf[:14])
    assert dummy != dummy_leaf()


def test_a_part_may_be_withheld_and_the_leaf_stays() -> None:
    made = commit(BODY)
    fields = json.loads(made.opening)["fields"]
    kept = [field for field in fields if field[1] != "field_ids"]
    hidden = [field for field in fields if field[1] == "field_ids"]
    digests = [
        hashlib.sha256(b"dolen-field/v1\x00" + base64.b64decode(salt) + rfc8785.dumps([name, value])).digest()
        for salt, name, value in hidden
    ]
    partial = changed(made.opening, fields=kept, withheld=[base64.b64encode(each).decode() for each in digests])
    read = read_opening(partial)
    assert (read.leaf, read.withheld, "field_ids" in read.body) == (made.leaf, 1, False)


@pytest.mark.parametrize(
    "body",
    [
        {},
        BODY | {"Kind": 1},
        BODY | {"a b": 1},
        BODY | {"é": 1},
        BODY | {"e\u0301": 1},
        BODY | {"x" * 65: 1},
        BODY | {"score": 1.5},
        BODY | {"number": 0},
        BODY | {"number": True},
        BODY | {"number": "7"},
        BODY | {"at": "2026-03-01T09:30:00Z"},
        BODY | {"at": "2026-02-30T09:30:00.000000Z"},
        BODY | {"at": "2026-03-01T09:30:00.000000+00:00"},
        BODY | {"kind": ""},
        BODY | {"kind": 5},
        BODY | {"stream": "no colon"},
        BODY | {"note": "\ud800"},
        BODY | {"note": "x" * MAX_OPENING_BYTES},
        BODY | {f"x{each}": 0 for each in range(MAX_FIELDS)},
        {name: value for name, value in BODY.items() if name != "stream"},
    ],
)
def test_a_body_that_the_format_cannot_carry_is_refused(body: dict[str, Json]) -> None:
    with pytest.raises(BodyRefused):
        commit(body)


def test_whatever_is_committed_to_can_be_read_again_however_deep() -> None:
    deep: Json = "x"
    for _ in range(9):
        deep = [deep]
    made = commit(BODY | {"deep": deep})
    assert read_opening(made.opening).leaf == made.leaf
    with pytest.raises(BodyRefused):
        commit(BODY | {"deep": [deep]})


def test_a_refusal_names_the_field_and_not_its_value() -> None:
    with pytest.raises(BodyRefused) as refused:
        commit(BODY | {"note": ["secret words", 0.5]})
    assert "note" in str(refused.value)
    assert "secret" not in str(refused.value)


OPENING = commit(BODY).opening
READ = json.loads(OPENING)
SOME_DIGEST = base64.b64encode(b"\x01" * 32).decode()


@pytest.mark.parametrize(
    "opening",
    [
        changed(OPENING, format="dolen-opening/v2"),
        changed(OPENING, more=1),
        changed(OPENING, nonce="AA=="),
        changed(OPENING, nonce=5),
        changed(OPENING, fields=[]),
        changed(OPENING, fields={}),
        changed(OPENING, fields=READ["fields"][::-1]),
        changed(OPENING, fields=[*READ["fields"], READ["fields"][-1]]),
        changed(OPENING, fields=[[*READ["fields"][0], 1], *READ["fields"][1:]]),
        changed(OPENING, fields=[["AA==", *READ["fields"][0][1:]], *READ["fields"][1:]]),
        changed(OPENING, fields=READ["fields"][1:]),
        changed(OPENING, withheld=[]),
        changed(OPENING, withheld=[SOME_DIGEST, SOME_DIGEST]),
        changed(OPENING, withheld=[5]),
        changed(OPENING, withheld=["AA=="]),
        changed(OPENING, withheld=None),
        OPENING + b"\n",
        b"[]",
        b"",
        b" " * (MAX_OPENING_BYTES + 1),
    ],
)
def test_an_opening_in_another_form_is_refused(opening: bytes) -> None:
    with pytest.raises(OpeningMalformed):
        read_opening(opening)


def test_every_changed_bit_of_an_opening_is_refused_or_gives_another_leaf() -> None:
    made = commit(BODY)
    for bit in range(len(made.opening) * 8):
        flipped = bytearray(made.opening)
        flipped[bit // 8] ^= 1 << bit % 8
        try:
            assert read_opening(bytes(flipped)).leaf != made.leaf, bit
        except OpeningMalformed:
            continue


def test_an_instant_is_written_in_utc_with_microseconds() -> None:
    cardiff = timezone(timedelta(hours=1))
    assert instant_text(datetime(2026, 7, 1, 10, 0, tzinfo=cardiff)) == "2026-07-01T09:00:00.000000Z"
    assert instant_text(datetime(26, 7, 1, tzinfo=UTC)) == "0026-07-01T00:00:00.000000Z"
    with pytest.raises(ValueError, match="time zone"):
        instant_text(datetime(2026, 7, 1))


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        ("handle:018f9d3e-0000-7000-8000-000000000002", True),
        (f"sight:{'a' * 36}:{'b' * 36}", True),
        ("handle:", False),
        ("Handle:x", False),
        ("handle:a b", False),
        ("handle:x\n", False),
        (f"handle:{'x' * 111}", False),
    ],
)
def test_a_stream_is_a_kind_and_ids(stream: str, expected: bool) -> None:
    assert is_stream(stream) is expected
