"""The YAML reader by itself: any bytes give a node or a fault with a line, in bounded time."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.strict_yaml import Fault, Items, Node, Scalar, Table, parse

PIECES = st.sampled_from(
    ["a", ": ", "\n", "  ", "- ", "{", "}", "[", "]", ",", "&x ", "*x", "!t ", "'", '"', "#", "|", ">", "---", "\t",
     "<<", "? ", "é", "\x00", "\ufeff", "%YAML 1.1", "~", "0x1"]
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=40).map("".join)


def fault_of(content: bytes) -> Fault | None:
    try:
        parse(content)
    except Fault as fault:
        return fault
    return None


@settings(max_examples=400, deadline=None)
@given(TEXTS | st.text(max_size=200))
def test_any_text_is_read_or_refused_with_a_line_inside_the_file(text: str) -> None:
    fault = fault_of(text.encode())
    if fault is not None:
        assert 1 <= fault.line <= len(text.splitlines()) + text.count("\r") + 2
        assert fault.problem
        assert fault.remedy


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    fault = fault_of(content)
    assert fault is None or fault.line >= 1


KEYS = st.text(st.characters(categories=("Ll", "Lu", "Nd")), min_size=1, max_size=8)
TREES = st.recursive(
    st.text(st.characters(categories=("Ll", "Lu", "Nd", "Zs", "Po")), max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=15,
)


@settings(max_examples=200, deadline=None)
@given(TREES)
def test_what_another_writer_wrote_is_read_as_it_was_meant(tree: object) -> None:
    text = yaml.safe_dump(tree, allow_unicode=True, default_flow_style=False)
    if "&" in text or "*" in text:  # the writer made an alias, or quoted a star: refusing that is another test
        return
    assert plain(parse(text.encode())) == tree


def plain(node: Node) -> object:
    if isinstance(node, Table):
        return {key: plain(value) for key, value in node.entries.items()}
    if isinstance(node, Items):
        return [plain(item) for item in node.items]
    return node.text


def test_keys_and_values_know_the_line_on_which_they_stand() -> None:
    node = parse(b"one: 1\ntwo:\n  - a\n  - b\nthree: {x: y}\n")
    assert isinstance(node, Table)
    assert node.key_lines == {"one": 1, "two": 2, "three": 5}
    items = node.entries["two"]
    assert isinstance(items, Items)
    assert [item.line for item in items.items] == [3, 4]


@pytest.mark.parametrize("word", ["yes", "no", "on", "NO", "0x10", "1_000", "2026-01-01", "1e3", "null", "~"])
def test_no_word_turns_into_something_else(word: str) -> None:
    assert parse(word.encode()) == Scalar(1, word, is_plain=True)
