"""A small, strict part of YAML with line marks: mappings, lists and plain text, read from PyYAML's events.

Nothing is constructed: every scalar stays text until the reader of a key asks for a number, a date or a flag. Anchors,
aliases, tags, merge keys, duplicate keys and second documents are refused; size, depth and node count are bounded.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import yaml

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 12
MAX_NODES = 50_000

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Fault(Exception):
    """What is wrong at one line of a file, and what its author can do about it."""

    def __init__(self, line: int, problem: str, *, remedy: str) -> None:
        super().__init__(problem)
        self.line = line
        self.problem = problem
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Scalar:
    """One piece of text, whether it was written without quotes, and whether a comment follows it on its line."""

    line: int
    text: str
    is_plain: bool
    is_commented: bool = False


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    line: int
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping; keys keep the line on which they stand."""

    line: int
    entries: dict[str, Node]
    key_lines: dict[str, int]


Node: TypeAlias = "Scalar | Items | Table"


def parse(content: bytes) -> Node:
    """The one document in these bytes.

    Raises:
        Fault: with the line, for whatever is not in the strict part of YAML.
    """
    text = _text(content)
    return _Composer(_events(text), text.splitlines()).document()


def _text(content: bytes) -> str:
    if len(content) > MAX_BYTES:
        raise Fault(1, f"the file has {len(content)} bytes; at most {MAX_BYTES} are read", remedy="split the file")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Fault(line, "the file is not UTF-8 text", remedy="save it as UTF-8") from None


def _events(text: str) -> Iterator[yaml.Event]:
    try:
        yield from yaml.parse(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = 1 if mark is None else mark.line + 1
        raise _not_yaml(text, line, str(error.problem or error.context)) from None
    except yaml.YAMLError:
        line = _line_of_control_character(text)
        raise Fault(line, "a character that YAML does not allow", remedy="remove the control character") from None


def _not_yaml(text: str, line: int, problem: str) -> Fault:
    lines = text.splitlines()
    if line <= len(lines) and lines[line - 1][: -len(lines[line - 1].lstrip()) or None].count("\t"):
        return Fault(line, "a tab stands where the line is indented", remedy="indent with spaces")
    quotes = "mend the line; a text with `: ` or ` #` in it, or with a comma inside {…}, stands in double quotes"
    return Fault(line, f"this is not YAML: {problem}", remedy=quotes)


def _line_of_control_character(text: str) -> int:
    for at, character in enumerate(text):
        if not (character.isprintable() or character in "\t\r\n\x85\xa0"):
            return text.count("\n", 0, at) + 1
    return 1


class _Composer:
    """Builds nodes from events. INVARIANT: depth and node count are checked before a node is entered."""

    def __init__(self, events: Iterator[yaml.Event], lines: Sequence[str]) -> None:
        self._events = events
        self._lines = lines
        self._nodes = 0

    def document(self) -> Node:
        self._skip(yaml.StreamStartEvent)
        if isinstance(next(self._events), yaml.StreamEndEvent):
            raise Fault(1, "the file is empty", remedy="write the document, or remove the file")
        node = self._node(next(self._events), depth=1)
        self._skip(yaml.DocumentEndEvent)
        after = next(self._events)
        if not isinstance(after, yaml.StreamEndEvent):
            raise Fault(_line(after), "a second document in one file", remedy="one document per file: remove '---'")
        return node

    def _skip(self, kind: type[yaml.Event]) -> None:
        event = next(self._events)
        assert isinstance(event, kind)  # noqa: S101 - what PyYAML's grammar promises

    def _node(self, event: yaml.Event, *, depth: int) -> Node:
        self._bound(event, depth)
        if isinstance(event, yaml.ScalarEvent):
            return Scalar(_line(event), event.value, not event.style, self._is_commented(event))
        if isinstance(event, yaml.SequenceStartEvent):
            return self._items(event, depth)
        if isinstance(event, yaml.MappingStartEvent):
            return self._table(event, depth)
        raise Fault(_line(event), "an alias", remedy="write the text out; anchors and aliases are refused")

    def _is_commented(self, event: yaml.Event) -> bool:
        """Whether ` #` follows on the line on which a text without quotes ends: it may have been meant as text."""
        mark = event.end_mark
        if getattr(event, "style", None) or mark is None or mark.line >= len(self._lines):
            return False
        rest = self._lines[mark.line][mark.column :]
        return rest.lstrip(" ").startswith("#")

    def _bound(self, event: yaml.Event, depth: int) -> None:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise Fault(_line(event), f"more than {MAX_NODES} entries", remedy="split the file")
        if depth > MAX_DEPTH:
            raise Fault(_line(event), f"nested deeper than {MAX_DEPTH} levels", remedy="flatten it")
        if isinstance(event, yaml.NodeEvent) and event.anchor is not None and not isinstance(event, yaml.AliasEvent):
            raise Fault(_line(event), "an anchor", remedy="write the text out; anchors and aliases are refused")
        if getattr(event, "tag", None) is not None:
            raise Fault(_line(event), "a tag", remedy="remove the word that begins with '!'")

    def _items(self, start: yaml.Event, depth: int) -> Items:
        found: list[Node] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            found.append(self._node(event, depth=depth + 1))
        return Items(_line(start), tuple(found))

    def _table(self, start: yaml.Event, depth: int) -> Table:
        table = Table(_line(start), {}, {})
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._node(event, depth=depth + 1)
            if not isinstance(key, Scalar) or key.text == "<<":
                raise Fault(key.line, "a key that is not a plain word", remedy="use a plain word as the key")
            if key.text in table.entries:
                raise Fault(key.line, f"the key `{key.text[:60]}` stands twice", remedy="keep one of the two")
            table.key_lines[key.text] = key.line
            table.entries[key.text] = self._node(next(self._events), depth=depth + 1)
        return table


def _line(event: yaml.Event) -> int:
    mark = event.start_mark
    return 1 if mark is None else int(mark.line) + 1
