"""Typed access to strict YAML: each function takes a node and answers with a value, or says what is wrong and where."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from datetime import date
from enum import StrEnum
from typing import TypeVar

from policies.strict_yaml import Fault, Items, Node, Scalar, Table
from policies.words import Words

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)

MAX_TEXT = 4_000
SLUG = re.compile(r"[a-z][a-z0-9-]{1,39}", re.ASCII)


def table(node: Node, *, required: Collection[str], optional: Collection[str] = ()) -> Table:
    """The node as a mapping with exactly these keys; an unknown key is refused, so a misspelt rule can't vanish."""
    if not isinstance(node, Table):
        raise Fault(node.line, "a mapping is needed here", remedy=f"write the keys {_list(required)}")
    for key, line in node.key_lines.items():
        if key not in required and key not in optional:
            known = f"known keys: {_list([*required, *optional])}"
            hint = "; if this belongs to the text before it, put that whole text in double quotes" if " " in key else ""
            raise Fault(line, f"the key `{key[:60]}` is not known here", remedy=known + hint)
    for key in required:
        if key not in node.entries:
            raise Fault(node.line, f"the key `{key}` is missing", remedy=f"add `{key}:`")
    return node


def items(node: Node) -> tuple[Node, ...]:
    """The node as a list of at least one entry."""
    if not isinstance(node, Items) or not node.items:
        raise Fault(node.line, "a list of at least one entry is needed here", remedy="write `- ...` lines")
    return node.items


def text(node: Node) -> str:
    """The node as text that is not empty."""
    if not isinstance(node, Scalar):
        raise Fault(node.line, "text is needed here", remedy="write one piece of text")
    found = node.text.strip()
    if not found or (node.is_plain and found in {"~", "null"}):
        raise Fault(node.line, "the text is empty", remedy="write the text")
    if len(found) > MAX_TEXT:
        raise Fault(node.line, f"the text is longer than {MAX_TEXT} characters", remedy="shorten it")
    return found


def prose(node: Node) -> str:
    """Text that people read and partners sign. A comment after it is refused: it may have been meant as text."""
    found = text(node)
    if isinstance(node, Scalar) and node.is_commented:
        problem = "what follows ` #` is a comment and would not be signed"
        raise Fault(node.line, problem, remedy="put the whole text in double quotes, or the comment on its own line")
    return found


def slug(node: Node) -> str:
    """A short stable name: small letters, digits and hyphens."""
    found = text(node)
    if SLUG.fullmatch(found) is None:
        raise Fault(
            node.line,
            f"`{found[:60]}` is not a short name",
            remedy="2 to 40 small letters, digits and hyphens, a letter first",
        )
    return found


def integer(node: Node, *, least: int, most: int = 1_000_000) -> int:
    """A whole number, written without quotes."""
    found = text(node)
    if not isinstance(node, Scalar) or not node.is_plain or re.fullmatch(r"(?:0|[1-9][0-9]{0,6})", found) is None:
        raise Fault(node.line, "a whole number is needed here", remedy=f"write a number from {least} to {most}")
    if not least <= int(found) <= most:
        raise Fault(node.line, f"the number {found} is out of range", remedy=f"write a number from {least} to {most}")
    return int(found)


def flag(node: Node) -> bool:
    """`true` or `false`, written without quotes."""
    found = text(node)
    if not isinstance(node, Scalar) or not node.is_plain or found not in {"true", "false"}:
        raise Fault(node.line, "true or false is needed here", remedy="write `true` or `false`")
    return found == "true"


def day(node: Node) -> date:
    """A calendar day, YYYY-MM-DD."""
    found = text(node)
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", found, re.ASCII):
            return date.fromisoformat(found)
    except ValueError:
        raise Fault(node.line, f"there is no day {found}", remedy="write a day of the calendar as YYYY-MM-DD") from None
    raise Fault(node.line, "a date is needed here", remedy="write it as YYYY-MM-DD")


def choice(node: Node, kind: type[E]) -> E:
    """One member of a closed set."""
    found = text(node)
    try:
        return kind(found)
    except ValueError:
        raise Fault(
            node.line, f"`{found[:60]}` is not one of the choices", remedy=f"choose one of: {_list(list(kind))}"
        ) from None


def words(node: Node) -> Words:
    """The same thing said in English and in Welsh; neither may be missing."""
    both = table(node, required=("en", "cy"))
    return Words(en=prose(both.entries["en"]), cy=prose(both.entries["cy"]))


def named(node: Node, known: Collection[str], *, what: str, remedy: str) -> str:
    """A name that must be one of `known`."""
    found = text(node)
    if found not in known:
        raise Fault(node.line, f"the {what} `{found[:80]}` is not known", remedy=remedy)
    return found


class Faults:
    """Collects what is wrong, so that one start shows every problem of a file and not only the first."""

    def __init__(self) -> None:
        self.found: list[Fault] = []

    def each(self, nodes: Sequence[Node], read: Callable[[Node], T]) -> tuple[T, ...]:
        """Read every node; those at fault are left out and noted."""
        good: list[T] = []
        for node in nodes:
            try:
                good.append(read(node))
            except Fault as fault:
                self.found.append(fault)
        return tuple(good)

    def attempt(self, read: Callable[[], T], *, otherwise: T) -> T:
        """Read one part; at fault, note it and go on with `otherwise`, which the caller never lets out."""
        try:
            return read()
        except Fault as fault:
            self.found.append(fault)
            return otherwise


def _list(names: Collection[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
