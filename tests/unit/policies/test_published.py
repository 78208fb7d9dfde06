"""What is generated for the public and for the register says what the protocols say, in both languages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

import policies
from policies import Basis, Protocol, load_catalogue, load_protocol
from policies.documents import phrases
from policies.documents.child_notice import child_notice_of
from policies.documents.document import Bullets, Document, Grid, Paragraph
from policies.documents.lines import flows_of, partners_of
from policies.documents.notice import notice_of, partner_named
from policies.documents.paper import paper_of
from policies.documents.register import HEAD, flows_document, register_of, register_rows
from policies.model import Partner
from policies.words import Words

CATALOGUE = load_catalogue()
SAMPLES = tuple(
    load_protocol(path, CATALOGUE)
    for path in sorted((Path(policies.__file__).parent / "samples").glob("*.yaml"))
    if path.stem != "properties"
)
PARTNERS = partners_of(SAMPLES)
MAKERS: dict[str, Callable[[Partner, Sequence[Protocol], policies.Catalogue], Document]] = {
    "adult": notice_of,
    "child": child_notice_of,
}


def words_of(document: Document) -> Iterator[Words]:
    yield from (document.title, document.subtitle)
    for section in document.sections:
        yield section.heading
        for block in section.blocks:
            if isinstance(block, Paragraph):
                yield block.words
            elif isinstance(block, Bullets):
                yield from block.items
            elif isinstance(block, Grid):
                yield from (block.caption, *block.head)
                for row in block.rows:
                    yield from row


def text_of(document: Document, language: str) -> str:
    return "\n".join(words.en if language == "en" else words.cy for words in words_of(document))


def same_in_both(protocols: Sequence[Protocol]) -> set[str]:
    """Names, codes, ids and versions: what a translation leaves alone."""
    known = {"–", "Partner", "Sector", "Protocol", "Ysgol Dyffryn", "Cymorth Teulu Afon"}
    known |= {f"{one.name.en} ({one.agency})" for one in PARTNERS if one.name.en == one.name.cy}
    for protocol in protocols:
        known |= {str(protocol.ref), *protocol.roles, *(rule.id for rule in protocol.rules)}
    return known | {entry.id for entry in CATALOGUE.fields}


def untranslated(document: Document) -> list[str]:
    known = same_in_both(SAMPLES)
    alike = {words.en for words in words_of(document) if words.en == words.cy}
    return sorted(text for text in alike if text not in known and not _lists(text, known))


def _lists(text: str, known: set[str]) -> bool:
    """Whether a cell lists such names, for example ids of rows."""
    return any(all(part in known for part in text.split(by)) for by in ("; ", ", "))


@pytest.mark.parametrize("audience", MAKERS)
@pytest.mark.parametrize("partner", PARTNERS, ids=lambda partner: partner.agency)
def test_every_notice_is_whole_in_both_languages(partner: Partner, audience: str) -> None:
    document = MAKERS[audience](partner, SAMPLES, CATALOGUE)
    assert [words for words in words_of(document) if not words.en.strip() or not words.cy.strip()] == []
    assert untranslated(document) == []
    assert all(section.blocks for section in document.sections)


def test_registers_flows_and_papers_are_whole_in_both_languages_too() -> None:
    documents = [register_of(SAMPLES, CATALOGUE), flows_document(SAMPLES, CATALOGUE)]
    documents += [paper_of(protocol, CATALOGUE).document for protocol in SAMPLES]
    for document in documents:
        assert [words for words in words_of(document) if not words.en.strip() or not words.cy.strip()] == []
        assert untranslated(document) == []


def test_a_planted_untranslated_sentence_is_seen() -> None:
    first = SAMPLES[0]
    planted = replace(first, undertakings=replace(first.undertakings, security=Words("Locked away.", "Locked away.")))
    assert untranslated(paper_of(planted, CATALOGUE).document) == ["Locked away."]


@pytest.mark.parametrize(
    ("said", "codes"),
    [
        (phrases.KINDS, policies.model.ProtocolKind),
        (phrases.SECTORS, policies.model.Sector),
        (phrases.BASES, Basis),
        (phrases.BASES_EXPLAINED, Basis),
        (phrases.CONFIDENTIALITY, policies.model.Confidentiality),
        (phrases.ERASED, policies.model.EraseBy),
        (phrases.ADMITTED, policies.model.Condition),
        (phrases.PERIODS, policies.model.Period),
        (phrases.BARS, policies.bars.BarKind),
    ],
)
def test_every_code_has_words(said: dict[object, Words], codes: type) -> None:
    assert set(said) == set(codes)


@pytest.mark.parametrize("audience", MAKERS)
@pytest.mark.parametrize("partner", PARTNERS, ids=lambda partner: partner.agency)
def test_a_notice_names_every_recipient_with_every_group_that_it_may_get(partner: Partner, audience: str) -> None:
    document = MAKERS[audience](partner, SAMPLES, CATALOGUE)
    for language in ("en", "cy"):
        lines = text_of(document, language).splitlines()
        for flow in flows_of(SAMPLES):
            if partner not in (flow.holder, flow.recipient) and partner.agency not in (
                flow.holder.agency,
                flow.recipient.agency,
            ):
                continue
            groups = [CATALOGUE.groups[name].title for name in CATALOGUE.by_group(flow.mask)]
            titles = [title.en if language == "en" else title.cy for title in groups]
            other = flow.recipient if flow.holder.agency == partner.agency else flow.holder
            name = other.name.en if language == "en" else other.name.cy
            assert any(name in line for line in lines)
            assert any(all(title in line for title in titles) for line in lines), titles


def test_a_notice_says_nothing_of_partners_with_whom_nothing_is_shared() -> None:
    charity = partner_named("cymorth-teulu-afon", SAMPLES)
    assert charity is not None
    for make in MAKERS.values():
        text = text_of(make(charity, SAMPLES, CATALOGUE), "en")
        assert "Dyffryn Social Services" in text
        assert "Afon Health Board" not in text
        assert "We share nothing." in text or "We tell nobody anything." in text
    assert partner_named("no-such", SAMPLES) is None


def test_the_register_has_a_row_for_each_flow_and_what_article_30_asks_for() -> None:
    rows = register_rows(SAMPLES, CATALOGUE)
    assert len(rows) == len(flows_of(SAMPLES))
    names = [name for name, _ in HEAD]
    assert set(names) >= {
        "controller", "contact", "purpose", "data_subjects", "categories", "recipient", "transfers", "erasure",
        "security",
    }  # fmt: skip
    assert all(len(row) == len(HEAD) for row in rows)
    joint = [row[0].en for row in rows if row[-1].en == "tim-plant-anabl/1"]
    assert joint
    assert all("jointly: Afon Health Board, Dyffryn Social Services" in controller for controller in joint)
    mine = register_rows(SAMPLES, CATALOGUE, partner="ysgol-dyffryn")
    assert {row[0].en for row in mine} == {"Ysgol Dyffryn"}
    assert 0 < len(mine) < len(rows)


def test_every_field_of_every_row_is_in_the_flow_that_stands_for_it() -> None:
    for protocol in SAMPLES:
        for rule in protocol.rules:
            (flow,) = [
                flow
                for flow in flows_of([protocol])
                if (flow.holder.agency, flow.recipient.agency, flow.purpose.code, flow.basis)
                == (rule.holder, rule.recipient, rule.purpose, rule.basis)
            ]
            assert rule in flow.rules
            assert rule.mask & ~flow.mask == 0


def test_the_order_of_protocols_does_not_matter() -> None:
    assert flows_of(reversed(SAMPLES)) == flows_of(SAMPLES)
