"""A protocol on paper: all of it in both languages, tagged, tied to the file, and text stays text whatever it says."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pypdf
import pytest

import policies
from hub.steering.paper import as_html, as_pdf
from policies import load_catalogue, load_protocol, parse_protocol
from policies.canonical import as_json, digest
from policies.documents.paper import Paper, paper_of
from policies.words import Words
from tests.unit.policies.test_protocol_files import SMALL

CATALOGUE = load_catalogue()
SAMPLES = Path(policies.__file__).parent / "samples"
SAMPLE = load_protocol(SAMPLES / "three-partners.yaml", CATALOGUE)
PAPER = paper_of(SAMPLE, CATALOGUE)
HOSTILE = (
    '#read("/etc/passwd") #sys.inputs $x^2$ *b* _i_ `c` @ref <label> // c <script>alert(1)</script>'
    " {{ 7*7 }} {% x %} &amp; \u202egnp.exe\u202c שלום 漢字 \U0001f600 \ue000 ]]> \"q\" 'q'"
)


class Text(HTMLParser):
    """What a reader of the page sees, and the elements that it is made of."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.seen.append(data)


def read_html(page: str) -> Text:
    reader = Text()
    reader.feed(page)
    return reader


@pytest.fixture(scope="module")
def pdf() -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(as_pdf(PAPER)))


def squeezed(text: str) -> str:
    """Without spaces: lines of a PDF break where the page does."""
    return re.sub(r"[\s\xa0\xad]+", "", text)


def texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, Sequence):
        for inner in value:
            yield from texts(inner)


def elements(node: Any) -> Iterator[pypdf.generic.DictionaryObject]:
    """The structure tree, element by element."""
    node = node.get_object()
    if isinstance(node, pypdf.generic.ArrayObject):
        for kid in node:
            yield from elements(kid)
    elif isinstance(node, pypdf.generic.DictionaryObject):
        if "/S" in node:
            yield node
        if "/K" in node:
            yield from elements(node["/K"])


# Codes of closed sets are said in words instead.
SAID_IN_WORDS = re.compile(
    r"dolen-protocol/v1|[0-9-]{10}|reciprocal|health|education|social_care|school|voluntary|all|additional_needs|looked_after"
    r"|care_and_support|legal_obligation|public_task|consent|override_only|health_\w+|education_record|none|day|month|week"
    r"|\w+_ends|retention|one_way|joint_controller|hidden_location|third_party|as_needed"
)


@pytest.mark.parametrize("name", ["three-partners", "school", "family-support", "joint-team"])
def test_everything_that_a_protocol_says_is_on_the_page(name: str) -> None:
    protocol = load_protocol(SAMPLES / f"{name}.yaml", CATALOGUE)
    paper = paper_of(protocol, CATALOGUE)
    seen = " ".join(read_html(as_html(paper.document, paper)).seen)
    said = {text for text in texts(as_json(protocol, CATALOGUE)) if not SAID_IN_WORDS.fullmatch(text)}
    assert [text for text in said if " ".join(text.split()) not in " ".join(seen.split())] == []


def test_everything_that_a_protocol_says_is_in_the_pdf_too() -> None:
    small = parse_protocol(SMALL.encode(), CATALOGUE)
    reader = pypdf.PdfReader(io.BytesIO(as_pdf(paper_of(small, CATALOGUE))))
    printed = squeezed("".join(page.extract_text() for page in reader.pages))
    said = {text for text in texts(as_json(small, CATALOGUE)) if not SAID_IN_WORDS.fullmatch(text)}
    assert [text for text in said if squeezed(text) not in printed] == []


def test_both_languages_can_be_taken_out_of_the_pdf_as_text(pdf: pypdf.PdfReader) -> None:
    printed = squeezed("".join(page.extract_text() for page in pdf.pages))
    said = {text for section in PAPER.document.sections for text in (section.heading.en, section.heading.cy)}
    said |= {SAMPLE.introduction.cy, SAMPLE.introduction.en}
    said |= {entry.plain.cy for entry in CATALOGUE.entries(SAMPLE.rules[0].mask)}
    assert [text for text in said if squeezed(text) not in printed] == []
    reasons = {text for rule in SAMPLE.rules for text in (rule.why.cy, rule.why.en)}
    whole = [text for text in reasons if squeezed(text) in printed]
    assert len(whole) > 0.8 * len(reasons)  # the others go on over the end of a page


def test_the_sections_stand_in_the_order_of_a_waspi_protocol() -> None:
    order = (
        "purpose", "partners", "Benefits", "powers", "basis", "belongs", "information", "Informing", "Rights",
        "held back", "Security", "Records", "Complaints", "Review", "Appendix A", "Appendix B",
    )  # fmt: skip
    headings = [section.heading.en for section in PAPER.document.sections]
    assert len(headings) == len(order)
    assert all(word in heading for word, heading in zip(order, headings, strict=True))


def test_the_pdf_is_tagged_with_title_language_and_heads_of_tables(pdf: pypdf.PdfReader) -> None:
    root = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] is True or root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "cy-GB"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert pdf.metadata is not None
    assert pdf.metadata.title == f"{SAMPLE.title.cy} · {SAMPLE.title.en}"
    assert b"pdfuaid:part" in root["/Metadata"].get_data()
    tree = list(elements(root["/StructTreeRoot"]["/K"]))
    kinds = [str(one["/S"]) for one in tree]
    heads = sum(kind == "/TH" for kind in kinds)
    grids = [block for section in PAPER.document.sections for block in section.blocks if hasattr(block, "head")]
    assert heads == 2 * sum(len(grid.head) for grid in grids) + 5
    assert kinds.count("/Table") == 2 * len(grids) + 1
    assert {"/H1", "/H2", "/L", "/LI", "/P", "/Caption"} <= set(kinds)
    assert "en" in {str(one.get("/Lang"))[:2] for one in tree}


def test_paper_and_file_are_tied_by_the_digest_of_the_signed_bytes(pdf: pypdf.PdfReader) -> None:
    known = digest(SAMPLE, CATALOGUE).hex()
    page = read_html(as_html(PAPER.document, PAPER))
    assert known in page.seen
    assert known in squeezed(pdf.pages[-1].extract_text())
    changed = paper_of(replace(SAMPLE, title=Words("Other", "Arall")), CATALOGUE)
    assert changed.digest != known
    last = squeezed(pdf.pages[-1].extract_text())
    for partner in SAMPLE.partners.values():
        assert squeezed(partner.designated_person.en) in last
        assert squeezed(partner.designated_person.cy) in last


def test_the_same_protocol_gives_the_same_bytes() -> None:
    small = paper_of(parse_protocol(SMALL.encode(), CATALOGUE), CATALOGUE)
    assert as_pdf(small) == as_pdf(small)


def hostile() -> Paper:
    """A protocol of which every text is hostile."""
    small = parse_protocol(SMALL.encode(), CATALOGUE)
    evil = Words(HOSTILE, HOSTILE)
    partners = {
        name: replace(one, name=evil, designated_person=evil, ask=replace(one.ask, title=evil, contact=HOSTILE))
        for name, one in small.partners.items()
    }
    rule = replace(small.rules[0], why=evil, condition=HOSTILE, article_10=HOSTILE)
    changed = replace(small, title=evil, introduction=evil, partners=partners, rules=(rule,))
    return paper_of(changed, CATALOGUE)


def test_hostile_text_stays_text_on_the_page() -> None:
    paper = hostile()
    page = read_html(as_html(paper.document, paper))
    seen = "".join(page.seen)
    assert (
        seen.count(HOSTILE.replace("\u202e", "[U+202E]").replace("\u202c", "[U+202C]").replace("\ue000", "[U+E000]"))
        > 5
    )
    assert {tag for tag, _ in page.elements} & {"script", "img", "iframe", "link", "object", "form", "label"} == set()
    assert "\u202e" not in seen
    addresses = [
        value for _, attributes in page.elements for key, value in attributes.items() if key in ("href", "src")
    ]
    assert set(addresses) == {"#cy", "#en"}


def test_hostile_text_stays_text_in_the_pdf() -> None:
    reader = pypdf.PdfReader(io.BytesIO(as_pdf(hostile())))
    printed = squeezed("".join(page.extract_text() for page in reader.pages))
    for part in (
        '#read("/etc/passwd")',
        "#sys.inputs",
        "$x^2$",
        "*b*_i_`c`@ref<label>//c<script>alert(1)</script>",
        "{{7*7}}",
    ):
        assert part in printed, part
    for number in ("[U+202E]", "[U+05E9]", "[U+6F22]", "[U+1F600]", "[U+E000]"):
        assert number in printed, number
    assert "root:" not in printed


def test_the_pdf_carries_nothing_active_and_its_fonts_with_it(pdf: pypdf.PdfReader) -> None:
    raw = as_pdf(PAPER)
    for name in (b"/JavaScript", b"/Launch", b"/EmbeddedFile", b"/URI", b"/AcroForm", b"/OpenAction"):
        assert name not in raw, name
    fonts = [font.get_object() for page in pdf.pages for font in page["/Resources"]["/Font"].values()]
    assert fonts
    for font in fonts:
        inner = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
        assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(inner["/FontDescriptor"].get_object())
