"""RFC 8785 as this ledger writes and reads it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from consent.ledger.jcs import MAX_DEPTH, Json, NotCanonicalJson, NotHashable, canonical, canonical_pair, parse

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
names = texts.filter(str.isascii) | st.sampled_from(["", "é", "ﬀ", "\U0001f600", "\ue000"])
scalars = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4))


@pytest.mark.shared
@pytest.mark.parametrize("name", ["arrays", "french", "structures"])
def test_the_published_pairs_pass_where_they_hold_no_float(shared: Path, name: str) -> None:
    folder = shared / "vectors" / "jcs"
    wanted = bytes.fromhex((folder / "outhex" / f"{name}.txt").read_text())
    text = (folder / "input" / f"{name}.json").read_text()
    # 56.0 and 56 are one number in RFC 8785; this ledger takes the second only.
    value = json.loads(text, parse_float=lambda number: int(float(number)))
    assert wanted == (folder / "output" / f"{name}.json").read_bytes().strip()
    assert canonical(value) == wanted
    assert parse(wanted) == value


@pytest.mark.shared
def test_a_published_input_with_a_float_is_refused(shared: Path) -> None:
    value = json.loads((shared / "vectors" / "jcs" / "input" / "structures.json").read_bytes())
    with pytest.raises(NotHashable):
        canonical(value)


@given(values)
@example({"\U0001f600": 1, "ﬀ": 2, "": 3})
@example({"a": {"\ue000": 0, "\U00010000": 1}})
def test_the_short_way_writes_the_same_bytes_as_rfc8785(value: Json) -> None:
    written = canonical(value)
    assert written == rfc8785.dumps(value)
    assert parse(written) == value


@given(texts, values)
def test_a_pair_is_the_array_of_its_two(name: str, value: Json) -> None:
    assert canonical_pair(name, value) == rfc8785.dumps([name, value])


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        float("nan"),
        2**53,
        -(2**53),
        "\ud800",
        {"\ud800": 1},
        {"e\u0301": 1},
        {1: 2},
        b"bytes",
        {"a": [0.5]},
        {1, 2},
    ],
)
def test_what_has_no_one_form_is_refused(value: object) -> None:
    with pytest.raises(NotHashable):
        canonical(value)  # type: ignore[arg-type]


def test_nesting_is_bounded() -> None:
    deep: Json = 0
    for _ in range(MAX_DEPTH):
        deep = [deep]
    assert parse(canonical(deep)) == deep
    with pytest.raises(NotHashable):
        canonical([deep])


@pytest.mark.parametrize(
    "data",
    [
        b'{"a":1,"a":1}',
        b'{"a":1,"a":2}',
        b'{"b":1,"a":2}',
        b"1.0",
        b"1e2",
        b"-0",
        b"01",
        b"[1, 2]",
        b"[1]\n",
        b"NaN",
        b"Infinity",
        b'"\\u0041"',
        b'"\\/"',
        b'"\x7f\x00"',
        b"\xff",
        b"\xef\xbb\xbf1",
        b"[1",
        b"",
        b'{"e\xcc\x81":1}',
        b"9007199254740992",
        b"1" * 5000,
        b"[" * 60_000,
        b'{"a":' * 60_000,
    ],
)
def test_another_spelling_is_refused(data: bytes) -> None:
    with pytest.raises(NotCanonicalJson):
        parse(data)


@given(st.binary(max_size=60))
def test_no_bytes_crash_the_reader(data: bytes) -> None:
    try:
        value = parse(data)
    except NotCanonicalJson:
        return
    assert canonical(value) == data
