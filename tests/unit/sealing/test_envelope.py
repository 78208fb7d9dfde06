"""The envelope of a record version: what opens, and everything that must not."""

from __future__ import annotations

import struct
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from hub.sealing.canonical import canonical
from hub.sealing.envelope import digest, field_ordinals, seal_record
from hub.sealing.errors import EnvelopeBroken, ValueRefused, WrongKey
from hub.sealing.model import Cell, Json, SubjectKey, learner_key
from tests.unit.sealing.boxes import HANDLE, OTHER, RECORD, Place

HERE = Place()
FIELDS: dict[str, Json] = {"a.one": "first value", "a.two": 42, "a.three": {"code": ["x", None, True]}}
NAMES = dict(enumerate(FIELDS))
HEAD = 1 + 4 + 32 + 32 + 2

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abcé", max_size=3), inner, max_size=3),
    max_leaves=8,
)


def cells_of(envelope: bytes) -> list[tuple[int, int, int]]:
    """Ordinal, start and end of each cell in the envelope's bytes."""
    (count,) = struct.unpack_from(">H", envelope, HEAD - 2)
    body = HEAD + 12 * count + 28
    entries = [struct.unpack_from(">III", envelope, HEAD + 12 * place) for place in range(count)]
    return [(ordinal, body + offset, body + offset + length) for ordinal, offset, length in entries]


@given(st.dictionaries(st.text("abc.", min_size=1, max_size=6), values, max_size=5))
def test_what_was_sealed_comes_back(fields: dict[str, Json]) -> None:
    assert HERE.open(HERE.seal(fields), dict(enumerate(fields))) == fields


def test_the_same_fields_never_give_the_same_bytes() -> None:
    one, other = HERE.seal(FIELDS), HERE.seal(FIELDS)
    assert one != other
    assert one[5:37] != other[5:37]  # the salt


def test_fields_are_listed_without_a_key_and_a_record_may_have_none() -> None:
    assert field_ordinals(HERE.seal(FIELDS)) == (0, 1, 2)
    assert field_ordinals(HERE.seal({})) == ()
    assert HERE.open(HERE.seal({}), NAMES) == {}


def test_only_named_fields_are_opened_and_absent_ones_are_missing() -> None:
    assert HERE.open(HERE.seal(FIELDS), {1: "a.two", 9: "a.nine"}) == {"a.two": 42}


def test_opening_one_field_touches_no_other() -> None:
    envelope = bytearray(HERE.seal(FIELDS))
    for _, start, end in cells_of(bytes(envelope))[1:]:
        envelope[start:end] = bytes(end - start)
    assert HERE.open(bytes(envelope), {0: "a.one"}) == {"a.one": "first value"}
    with pytest.raises(EnvelopeBroken):
        HERE.open(bytes(envelope), {1: "a.two"})


@pytest.mark.parametrize(
    "elsewhere",
    [
        HERE.but(agency_id="education"),
        HERE.but(handle_id=OTHER),
        HERE.but(record_id=OTHER),
        HERE.but(version=2),
        HERE.but(material=bytes(32)),
    ],
)
def test_an_envelope_moved_elsewhere_or_another_key_fails_at_the_commitment(elsewhere: Place) -> None:
    with pytest.raises(WrongKey):
        elsewhere.open(HERE.seal(FIELDS), NAMES)


def test_a_cell_does_not_open_as_another_field() -> None:
    with pytest.raises(EnvelopeBroken):
        HERE.open(HERE.seal(FIELDS), {0: "a.two"})


def test_cells_swapped_within_a_record_do_not_open() -> None:
    envelope = HERE.seal({"a.one": "first", "a.two": "other"})
    (_, a, b), (_, c, d) = cells_of(envelope)
    swapped = envelope[:a] + envelope[c:d] + envelope[a:b]
    for ordinal, name in enumerate(("a.one", "a.two")):
        with pytest.raises(EnvelopeBroken):
            HERE.open(swapped, {ordinal: name})


@pytest.mark.parametrize("source", [HERE, HERE.but(version=2), HERE.but(record_id=OTHER), HERE.but(handle_id=OTHER)])
def test_a_cell_from_another_envelope_does_not_open(source: Place) -> None:
    mine, theirs = HERE.seal({"a.one": "first"}), source.seal({"a.one": "other"})
    ((_, start, end),) = cells_of(mine)
    with pytest.raises(EnvelopeBroken):
        HERE.open(mine[:start] + theirs[start:end], {0: "a.one"})


def test_a_field_cannot_be_hidden_by_taking_out_its_cell() -> None:
    two, one = HERE.seal({"a.one": "first", "a.two": "other"}), HERE.seal({"a.one": "first"})
    ((_, start, end), _) = cells_of(two)
    fewer = two[: HEAD - 2] + one[HEAD - 2 : HEAD + 12] + two[HEAD + 24 : HEAD + 24 + 28] + two[start:end]
    assert field_ordinals(fewer) == (0,)
    with pytest.raises(EnvelopeBroken):
        HERE.open(fewer, {0: "a.one"})


def test_the_catalogue_version_is_bound() -> None:
    envelope = bytearray(HERE.seal(FIELDS, catalogue_version=1))
    assert envelope[1:5] == b"\0\0\0\1"
    envelope[4] = 2
    with pytest.raises(EnvelopeBroken):
        HERE.open(bytes(envelope), NAMES)


def test_every_single_bit_flipped_is_refused() -> None:
    envelope = HERE.seal({"a.one": "first", "a.two": 2})
    names = {0: "a.one", 1: "a.two"}
    for place in range(len(envelope) * 8):
        broken = bytearray(envelope)
        broken[place // 8] ^= 1 << place % 8
        with pytest.raises(EnvelopeBroken):
            HERE.open(bytes(broken), names)


@given(st.binary(max_size=300))
def test_any_other_bytes_are_refused(junk: bytes) -> None:
    with pytest.raises(EnvelopeBroken):
        HERE.open(junk, NAMES)


def test_cut_off_and_lengthened_envelopes_are_refused() -> None:
    envelope = HERE.seal(FIELDS)
    for cut in range(len(envelope)):
        with pytest.raises(EnvelopeBroken):
            HERE.open(envelope[:cut], NAMES)
    with pytest.raises(EnvelopeBroken):
        HERE.open(envelope + bytes(60), NAMES)


@pytest.mark.parametrize(
    "value", [1.5, float("nan"), [1, {"a": 2.0}], 2**53 + 1, "\ud800", {"a": object()}, {1: "a"}, b"bytes"]
)
def test_a_value_without_one_canonical_form_is_refused(value: Any) -> None:
    with pytest.raises(ValueRefused):
        canonical(value)


_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | _TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXT, inner, max_size=4),
    max_leaves=12,
)


@given(_JSON)
def test_the_quick_encoder_writes_what_the_library_writes(value: Any) -> None:
    assert canonical(value) == rfc8785.dumps(value)


@pytest.mark.parametrize("value", [{"\u20ac": 1.5}, {"\U0001f600": [2.5]}, [{"\ufffd": {"a": 0.5}}]])
def test_no_float_slips_by_under_an_odd_name(value: Any) -> None:
    with pytest.raises(ValueRefused):
        canonical(value)


def test_names_sort_by_utf16_unit() -> None:
    value = {"\ufffd": 1, "\U0001f600": 2, "a": 3}
    assert canonical(value) == rfc8785.dumps(value)


def test_a_value_nested_too_deep_is_refused() -> None:
    value: Json = "end"
    for _ in range(2000):
        value = [value]
    with pytest.raises(ValueRefused):
        canonical(value)


@given(st.integers(0, 28), st.integers(0, 28))
def test_the_length_of_a_value_shows_in_steps_of_32_only(one: int, other: int) -> None:
    assert len(HERE.seal({"a": "x" * one})) == len(HERE.seal({"a": "x" * other}))


def test_the_digest_is_of_the_stored_bytes() -> None:
    envelope = HERE.seal(FIELDS)
    assert len(digest(envelope)) == 32
    assert digest(envelope) != digest(HERE.seal(FIELDS))


def test_a_record_is_not_sealed_under_a_key_that_is_not_its_own() -> None:
    key = SubjectKey(learner_key(HANDLE), bytes(32))
    with pytest.raises(ValueError, match="own handle"):
        seal_record(
            key, agency_id="health", handle_id=HANDLE, record_id=RECORD, version=1, catalogue_version=1, fields=[]
        )


def test_an_ordinal_stands_for_one_field_only() -> None:
    cells = [Cell("a.one", 1, "x"), Cell("a.two", 1, "y")]
    with pytest.raises(ValueError, match="ordinal"):
        seal_record(
            HERE.key,
            agency_id="health",
            handle_id=HANDLE,
            record_id=RECORD,
            version=1,
            catalogue_version=1,
            fields=cells,
        )


def test_keys_and_values_do_not_show() -> None:
    assert "secret" not in repr(Cell("a.one", 1, "secret"))
    assert "material" not in repr(HERE.key)
