"""Values against their field's type: what passes, what is refused, and that a refusal never repeats the value."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies import Field, FieldType, Refusal, Sensitivity, ValueRefused, Words, check_value, load_catalogue
from policies.values import Json


def field(kind: FieldType) -> Field:
    words = Words("Title", "Teitl")
    return Field("some.field", 0, kind, Sensitivity.ORDINARY, "g.g", "q", words, words)


def nested(depth: int) -> Json:
    value: Json = "leaf"
    for _ in range(depth - 1):
        value = [value]
    return value


GOOD: list[tuple[FieldType, Json]] = [
    (FieldType.TEXT, "Llŷr"),
    (FieldType.TEXT, "two\nlines\tand a tab"),
    (FieldType.TEXT, "x" * 65_536),
    (FieldType.TEXT, "é" * 32_768),
    (FieldType.CODE, "http://snomed.info/sct|229621000"),
    (FieldType.CODE, "7f3a"),
    (FieldType.CODE_LIST, []),
    (FieldType.CODE_LIST, ["MLD", "MLD", "SLCD"]),
    (FieldType.INTEGER, 0),
    (FieldType.INTEGER, -(2**53) + 1),
    (FieldType.DECIMAL, "0"),
    (FieldType.DECIMAL, "-0.5"),
    (FieldType.DECIMAL, "104.20"),
    (FieldType.BOOLEAN, False),
    (FieldType.DATE, "2015"),
    (FieldType.DATE, "2015-03"),
    (FieldType.DATE, "2016-02-29"),
    (FieldType.INSTANT, "2026-11-23T09:30:00Z"),
    (FieldType.INSTANT, "2026-11-23T09:30:00.123456789+01:00"),
    (FieldType.DOCUMENT, {"a": [1, "2", None, True, {"b": []}]}),
    (FieldType.DOCUMENT, nested(32)),
    (FieldType.DOCUMENT, None),
]

BAD: list[tuple[FieldType, Json, Refusal]] = [
    (FieldType.TEXT, "", Refusal.EMPTY),
    (FieldType.TEXT, 5, Refusal.WRONG_TYPE),
    (FieldType.TEXT, None, Refusal.WRONG_TYPE),
    (FieldType.TEXT, "x" * 65_537, Refusal.TOO_LONG),
    (FieldType.TEXT, "é" * 32_769, Refusal.TOO_LONG),
    (FieldType.TEXT, "half \ud800 pair", Refusal.BAD_TEXT),
    (FieldType.TEXT, "nul \x00", Refusal.BAD_TEXT),
    (FieldType.CODE, "", Refusal.EMPTY),
    (FieldType.CODE, " N1", Refusal.BAD_TEXT),
    (FieldType.CODE, "N1\n", Refusal.BAD_TEXT),
    (FieldType.CODE, "x" * 257, Refusal.TOO_LONG),
    (FieldType.CODE, ["N1"], Refusal.WRONG_TYPE),
    (FieldType.CODE_LIST, "N1", Refusal.WRONG_TYPE),
    (FieldType.CODE_LIST, ["N1", 2], Refusal.WRONG_TYPE),
    (FieldType.CODE_LIST, ["N"] * 1_001, Refusal.TOO_MANY),
    (FieldType.INTEGER, True, Refusal.WRONG_TYPE),
    (FieldType.INTEGER, 1.0, Refusal.WRONG_TYPE),
    (FieldType.INTEGER, "1", Refusal.WRONG_TYPE),
    (FieldType.INTEGER, 2**53, Refusal.OUT_OF_RANGE),
    (FieldType.DECIMAL, 1.5, Refusal.WRONG_TYPE),
    (FieldType.DECIMAL, 1, Refusal.WRONG_TYPE),
    (FieldType.DECIMAL, "1e3", Refusal.BAD_FORMAT),
    (FieldType.DECIMAL, "01", Refusal.BAD_FORMAT),
    (FieldType.DECIMAL, "+1", Refusal.BAD_FORMAT),
    (FieldType.DECIMAL, ".5", Refusal.BAD_FORMAT),
    (FieldType.DECIMAL, "1.", Refusal.BAD_FORMAT),
    (FieldType.DECIMAL, "-0.0", Refusal.BAD_FORMAT),
    (FieldType.DECIMAL, "NaN", Refusal.BAD_FORMAT),
    (FieldType.DECIMAL, "١", Refusal.BAD_FORMAT),
    (FieldType.DECIMAL, "1\n", Refusal.BAD_FORMAT),
    (FieldType.DECIMAL, "1" * 41, Refusal.TOO_LONG),
    (FieldType.BOOLEAN, 1, Refusal.WRONG_TYPE),
    (FieldType.BOOLEAN, "true", Refusal.WRONG_TYPE),
    (FieldType.DATE, "15-03-2015", Refusal.BAD_FORMAT),
    (FieldType.DATE, "2015-02-29", Refusal.BAD_FORMAT),
    (FieldType.DATE, "2015-13", Refusal.BAD_FORMAT),
    (FieldType.DATE, "0000", Refusal.BAD_FORMAT),
    (FieldType.DATE, "2015-03-", Refusal.BAD_FORMAT),
    (FieldType.DATE, "2015-02-30x", Refusal.TOO_LONG),
    (FieldType.INSTANT, "2026-11-23T09:30:00", Refusal.BAD_FORMAT),
    (FieldType.INSTANT, "2026-11-23", Refusal.BAD_FORMAT),
    (FieldType.INSTANT, "2026-11-23T25:00:00Z", Refusal.BAD_FORMAT),
    (FieldType.INSTANT, "2026-11-23 09:30:00Z", Refusal.BAD_FORMAT),
    (FieldType.DOCUMENT, {"a": 1.5}, Refusal.WRONG_TYPE),
    (FieldType.DOCUMENT, {"a": [{"b": 0.0}]}, Refusal.WRONG_TYPE),
    (FieldType.DOCUMENT, {1: "a"}, Refusal.WRONG_TYPE),  # type: ignore[dict-item]
    (FieldType.DOCUMENT, nested(33), Refusal.TOO_DEEP),
    (FieldType.DOCUMENT, nested(100_000), Refusal.TOO_DEEP),
    (FieldType.DOCUMENT, ["x" * 1_000] * 2_200, Refusal.TOO_LONG),
    (FieldType.DOCUMENT, [0] * 1_100_000, Refusal.TOO_LONG),
    (FieldType.DOCUMENT, {"\ud800": 1}, Refusal.BAD_TEXT),
    (FieldType.DOCUMENT, [2**53], Refusal.OUT_OF_RANGE),
]


@pytest.mark.parametrize(("kind", "value"), GOOD, ids=range(len(GOOD)))
def test_a_value_of_the_field_s_type_passes(kind: FieldType, value: Json) -> None:
    assert check_value(field(kind), value) is None


@pytest.mark.parametrize(("kind", "value", "code"), BAD, ids=range(len(BAD)))
def test_any_other_value_is_refused_with_a_code(kind: FieldType, value: Json, code: Refusal) -> None:
    with pytest.raises(ValueRefused) as refused:
        check_value(field(kind), value)
    assert (refused.value.field_id, refused.value.code) == ("some.field", code)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def refusal_of(kind: FieldType, value: Json) -> ValueRefused | None:
    try:
        check_value(field(kind), value)
    except ValueRefused as refused:
        return refused
    return None


def has_float(value: Json) -> bool:
    if isinstance(value, dict):
        return any(has_float(inner) for inner in value.values())
    return any(has_float(inner) for inner in value) if isinstance(value, list) else isinstance(value, float)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(list(FieldType)), JSON)
def test_whatever_comes_is_taken_or_refused_and_a_float_is_never_taken(kind: FieldType, value: Json) -> None:
    refused = refusal_of(kind, value)
    if refused is None:
        assert not has_float(value)
        json.dumps(value, ensure_ascii=False).encode()
    else:
        assert str(refused) == f"some.field: {refused.code}"


@pytest.mark.parametrize("kind", list(FieldType))
def test_a_refusal_never_repeats_the_value(kind: FieldType) -> None:
    canary = "Myfanwy-canary-4711 "
    refusals = [refusal_of(kind, value) for value in ([canary, 0.5], {"a": canary, "b": 0.5}, {canary: 0.5})]
    for refused in refusals:
        assert refused is not None
        assert refused.__cause__ is None
        assert "canary" not in f"{refused} {refused!r} {refused.args}"


def test_every_type_of_the_catalogue_has_its_check() -> None:
    for entry in load_catalogue().fields:
        with pytest.raises(ValueRefused):
            check_value(entry, 0.5)
