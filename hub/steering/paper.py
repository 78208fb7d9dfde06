"""A protocol on paper: one bilingual page of HTML, or a tagged PDF (PDF/UA-1), made here and from nothing but the file.

Values reach both as data: the HTML template escapes every one, and the PDF's template gets them as JSON. A character
that cannot be seen, or that would turn the reading direction, is written as its number instead.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TypeAlias, cast

import typst
from jinja2 import Environment, PackageLoader, StrictUndefined

from policies.documents.document import LANGUAGES, Document, said
from policies.documents.paper import Paper
from policies.values import Json
from policies.words import Words

Show: TypeAlias = "Callable[[str], str]"

_TEMPLATES = Path(__file__).parent / "templates"
_HEAD = (
    Words("Partner", "Partner"),
    Words("Office", "Swydd"),
    Words("Name", "Enw"),
    Words("Signature", "Llofnod"),
    Words("Date", "Dyddiad"),
)
_TIE = Words(
    "Each partner signs the file itself with its own key. This is the SHA-256 of the bytes that are signed: a paper "
    "with another number belongs to another file.",
    "Mae pob partner yn llofnodi’r ffeil ei hun â’i allwedd ei hun. Dyma SHA-256 y beitiau a lofnodir: mae papur â "
    "rhif arall yn perthyn i ffeil arall.",
)


def as_html(document: Document, paper: Paper | None = None) -> str:
    """The document as one page that loads nothing from anywhere; with `paper`, with its block for signatures."""
    style = (_TEMPLATES / "document.css").read_text(encoding="utf-8")
    return _environment().get_template("document.html").render(**_data(document, paper, _seen), style=style)


def as_pdf(paper: Paper) -> bytes:
    """The document for signature as PDF/UA-1; the same bytes for the same protocol. No network, no font of the machine.

    Raises:
        typst.TypstError: never for what a protocol says; only if the template itself is broken.
    """
    data = json.dumps(_data(paper.document, paper, _printed) | {"reference": paper.reference}, ensure_ascii=False)
    return typst.compile(
        (_TEMPLATES / "document.typ").read_bytes(),
        sys_inputs={"data": data},
        ignore_system_fonts=True,
        pdf_standards=["ua-1"],
        format="pdf",
    )


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("hub.steering", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _data(document: Document, paper: Paper | None, show: Show) -> dict[str, Json]:
    halves = [
        {"language": language, "name": name, "sections": said(document.sections, language)}
        for language, name in LANGUAGES
    ]
    made: dict[str, Json] = {
        "title": _both(document.title),
        "subtitle": _both(document.subtitle),
        "halves": halves,
        "signatures": None if paper is None else _signatures(paper),
    }
    return cast("dict[str, Json]", _shown(made, show))


def _signatures(paper: Paper) -> dict[str, Json]:
    return {
        "heading": _both(Words("Appendix C. Signatures", "Atodiad C. Llofnodion")),
        "tie": _both(_TIE),
        "digest": paper.digest,
        "head": [_both(words) for words in _HEAD],
        "rows": [{"partner": _both(one.partner), "office": _both(one.office)} for one in paper.signatories],
    }


def _both(words: Words) -> dict[str, Json]:
    return {"cy": words.cy, "en": words.en}


def _shown(value: Json, show: Show) -> Json:
    if isinstance(value, str):
        return show(value)
    if isinstance(value, Mapping):
        return {key: _shown(inner, show) for key, inner in value.items()}
    if isinstance(value, Sequence):
        return [_shown(inner, show) for inner in value]
    return value


def _seen(text: str) -> str:
    """The text with what cannot be seen as its number."""
    return "".join(sign if sign.isprintable() else _number(sign) for sign in " ".join(text.split()))


def _printed(text: str) -> str:
    """The text with what the font of the paper cannot show as its number too; PDF/UA refuses such a sign."""
    return "".join(sign if _is_in_font(sign) else _number(sign) for sign in _seen(text))


def _is_in_font(sign: str) -> bool:
    return sign < "\u0180" or "\u1e00" <= sign <= "\u1eff" or sign in "–—‘’“”•…€′″→·"


def _number(sign: str) -> str:
    return f"[U+{ord(sign):04X}]"
