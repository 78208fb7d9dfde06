"""Narratives are XHTML written elsewhere: only their words are kept."""

from __future__ import annotations

import html
import re

_SILENT = frozenset({"script", "style", "head", "title", "template"})
_BREAKING = frozenset(
    {"br", "p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "dt", "dd"}
)
_CELLS = frozenset({"td", "th"})
_NAME = re.compile(r"/?\s*([A-Za-z][A-Za-z0-9]*)")
_SPACES = re.compile(r"[ \t\r\f\v\u00a0]+")


def plain_text(xhtml: str) -> str:
    """The words of a narrative, block by block on lines of their own; no markup is left.

    One pass whose time grows with the length only. What comes out is text: a page that shows it escapes it.
    """
    head, *pieces = xhtml.split("<")
    words = [head]
    silent: str | None = None
    for piece in pieces:
        tag, _, after = piece.partition(">")
        name = _tag_name(tag)
        if silent is not None:
            silent = None if name == silent and tag.startswith("/") else silent
        elif name in _SILENT and not tag.endswith("/") and not tag.startswith("/"):
            silent = name
        if silent is None:
            words.append(_separator(name) + after)
    return _tidy(html.unescape("".join(words)))


def _tag_name(tag: str) -> str:
    match = _NAME.match(tag[:40])
    return "" if match is None else match.group(1).lower()


def _separator(name: str) -> str:
    if name in _BREAKING:
        return "\n"
    return " " if name in _CELLS else ""


def _tidy(text: str) -> str:
    lines = (_SPACES.sub(" ", line).strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line)
