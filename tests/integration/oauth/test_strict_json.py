"""JSON that two readers could understand differently, or that costs more than it should, is refused."""

from __future__ import annotations

import json
import math
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.oauth.strict_json import NotStrictJson, parse

MOST = 1_000_000
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.text(st.characters(codec="ascii", exclude_characters="\x00")), inner)
    ),
    max_leaves=20,
)


def refused(data: bytes, *, max_bytes: int = MOST) -> bool:
    """True when this is not strict JSON."""
    with pytest.raises(NotStrictJson):
        parse(data, max_bytes=max_bytes)
    return True


@given(VALUES, st.booleans())
@settings(max_examples=150, deadline=None)
def test_whatever_json_writes_is_read_as_it_was(value: object, ascii_only: bool) -> None:
    assert parse(json.dumps(value, ensure_ascii=ascii_only).encode(), max_bytes=MOST) == value


@given(st.binary(max_size=200) | st.text(alphabet='[]{}",:\\u0123aetrfNI.-+ \n').map(lambda text: text.encode()))
@settings(max_examples=400, deadline=None)
def test_any_bytes_are_either_read_or_refused(data: bytes) -> None:
    try:
        value = parse(data, max_bytes=MOST)
    except NotStrictJson:
        return
    assert json.loads(data) == value


@pytest.mark.parametrize(
    "data",
    [b'{"a":1,"a":1}', b'{"a":{"b":1,"b":2}}', b'[{"a":1,"\\u0061":2}]', b"NaN", b"[Infinity]", b"[-Infinity]",
     b"1e999", b"[-1e999]", b'"\\ud800"', b'{"\\udfff":1}', b'"\\u0000"', b"\xef\xbb\xbf{}", b"{}\x00", b"", b" ",
     b"{} {}", b"'a'", b"{a:1}", b"[1,]", b"// c\n1", b'"\xff"', b'"\n"', b"01", b"9" * 5000, '"a"'.encode("utf-16")],
)  # fmt: skip
def test_what_readers_disagree_about_is_refused(data: bytes) -> None:
    assert refused(data)


def test_depth_and_size_are_bounded_to_the_byte() -> None:
    assert parse(b"[" * 32 + b"]" * 32, max_bytes=64) is not None
    assert refused(b"[" * 33 + b"]" * 33)
    assert refused(b"[" * 32 + b"]" * 32, max_bytes=63)


def test_brackets_in_text_are_text() -> None:
    assert parse(json.dumps("[" * 100 + '\\"' + "{" * 100).encode(), max_bytes=MOST) == "[" * 100 + '\\"' + "{" * 100


@pytest.mark.parametrize(
    "data",
    [b'"\\"' * 1_500_000, b"[" * 5_000_000, b"[]," * 1_600_000, b'"' + b'\\"' * 2_000_000 + b"\\",
     b'{"a":' * 1_000_000],
    ids=["escaped quotes", "open brackets", "pairs", "unterminated", "objects"],
)  # fmt: skip
def test_hostile_input_of_five_megabytes_is_refused_in_a_moment(data: bytes) -> None:
    begun = time.perf_counter()
    assert refused(data, max_bytes=6_000_000)
    assert time.perf_counter() - begun < 5, "the cost must follow the size, also on a busy machine"


def test_numbers_keep_their_kind() -> None:
    value = parse(b"[1, 1.0, -0.5, 1e2]", max_bytes=MOST)
    assert isinstance(value, list)
    assert [type(item) for item in value] == [int, float, float, float]
    assert all(math.isfinite(item) for item in value)
