"""A document in two languages as values: sections of paragraphs, lists and tables. Its looks are decided elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from policies.values import Json
from policies.words import Words

Language: TypeAlias = Literal["cy", "en"]
LANGUAGES: tuple[tuple[Language, str], ...] = (("cy", "Cymraeg"), ("en", "English"))
"""Welsh first, as a document of a Welsh body has it."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text."""

    words: Words


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list."""

    items: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: caption, head, rows; the first column names its row."""

    caption: Words
    head: tuple[Words, ...]
    rows: tuple[tuple[Words, ...], ...]


Block: TypeAlias = "Paragraph | Bullets | Grid"


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands below it."""

    heading: Words
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A whole document: its title, a line below it, and its sections in order."""

    title: Words
    subtitle: Words
    sections: tuple[Section, ...]


def said(sections: Iterable[Section], language: Language) -> list[Json]:
    """These sections in one language, as JSON for a template."""
    return [
        {"heading": section.heading.say(language), "blocks": [_block(block, language) for block in section.blocks]}
        for section in sections
    ]


def _block(block: Block, language: Language) -> Json:
    if isinstance(block, Paragraph):
        return {"kind": "text", "text": block.words.say(language)}
    if isinstance(block, Bullets):
        return {"kind": "list", "items": [item.say(language) for item in block.items]}
    return {
        "kind": "table",
        "caption": block.caption.say(language),
        "head": [cell.say(language) for cell in block.head],
        "rows": [[cell.say(language) for cell in row] for row in block.rows],
    }
