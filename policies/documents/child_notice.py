"""The same notice in words for a child: short, and only what matters to them (UK GDPR Article 12(1))."""

from __future__ import annotations

from collections.abc import Sequence

from policies.documents import row_phrases
from policies.documents.document import Block, Bullets, Document, Paragraph, Section
from policies.documents.lines import Flow, flows_of
from policies.fields import Catalogue
from policies.model import Basis, Partner, Protocol
from policies.words import Words

_HEADINGS = {
    Basis.LEGAL_OBLIGATION: Words("What we have to tell", "Yr hyn mae’n rhaid i ni ei ddweud"),
    Basis.PUBLIC_TASK: Words("What we tell so that you get help", "Yr hyn a ddywedwn er mwyn i ti gael cymorth"),
    Basis.CONSENT: Words("What we tell only if the answer is yes", "Yr hyn a ddywedwn dim ond os mai ie yw’r ateb"),
    Basis.OVERRIDE_ONLY: Words("If somebody is in danger", "Os oes rhywun mewn perygl"),
}
_MEANINGS = {
    Basis.LEGAL_OBLIGATION: Words(
        "The law says that we must. We can’t choose.", "Mae’r gyfraith yn dweud bod rhaid i ni. Allwn ni ddim dewis."
    ),
    Basis.PUBLIC_TASK: Words(
        "The law says that we may. You can tell us if you don’t want it, and we have to answer you.",
        "Mae’r gyfraith yn dweud y cawn ni. Fe gei di ddweud wrthym os nad wyt ti am i ni wneud, a rhaid i ni dy ateb.",
    ),
    Basis.CONSENT: Words(
        "We ask first: you, or the person who looks after you. A yes can be taken back on any day.",
        "Rydym yn gofyn yn gyntaf: i ti, neu i’r un sy’n gofalu amdanat. Fe ellir tynnu ie yn ôl unrhyw ddydd.",
    ),
    Basis.OVERRIDE_ONLY: Words(
        "We may tell these things only to keep somebody safe. Two people must agree, and somebody checks it after.",
        "Dim ond i gadw rhywun yn ddiogel y cawn ni ddweud y pethau hyn. Rhaid i ddau gytuno, ac mae rhywun yn edrych "
        "arno wedyn.",
    ),
}


def child_notice_of(partner: Partner, protocols: Sequence[Protocol], catalogue: Catalogue) -> Document:
    """Who knows what about you, in words for a child; the groups and recipients are those of the adults' notice."""
    concerned = [one for one in protocols if partner.agency in one.partners]
    flows = flows_of(concerned)
    gives = [flow for flow in flows if flow.holder.agency == partner.agency]
    gets = [flow for flow in flows if flow.recipient.agency == partner.agency]
    name = partner.name
    return Document(
        title=Words(
            f"What {name.en} does with what it knows about you",
            f"Beth mae {name.cy} yn ei wneud â’r hyn mae’n ei wybod amdanat ti",
        ),
        subtitle=Words("For children and young people", "I blant a phobl ifanc"),
        sections=(
            Section(Words("What this is about", "Am beth mae hyn"), (_about(partner),)),
            *_by_basis(gives, catalogue),
            Section(Words("What others tell us", "Yr hyn mae eraill yn ei ddweud wrthym ni"), _gets(gets, catalogue)),
            Section(Words("Things that are yours to do", "Pethau y cei di eu gwneud"), (Bullets(_RIGHTS),)),
            Section(Words("Who you can talk to", "Gyda phwy y cei di siarad"), (_talk(partner),)),
        ),
    )


def _about(partner: Partner) -> Block:
    name = partner.name
    return Paragraph(
        Words(
            f"{name.en} helps children and young people. To help you well, we sometimes tell others what we know about "
            "you. This page says who, and what.",
            f"Mae {name.cy} yn helpu plant a phobl ifanc. I dy helpu’n dda, rydym weithiau’n dweud wrth eraill beth "
            "rydym yn ei wybod amdanat ti. Mae’r dudalen hon yn dweud pwy, a beth.",
        )
    )


def _by_basis(gives: Sequence[Flow], catalogue: Catalogue) -> list[Section]:
    if not gives:
        nothing = Words("We tell nobody anything.", "Nid ydym yn dweud dim wrth neb.")
        return [Section(Words("What we tell others", "Yr hyn a ddywedwn wrth eraill"), (Paragraph(nothing),))]
    sections = []
    for basis in Basis:
        told = [flow for flow in gives if flow.basis is basis]
        if told:
            lines = {words.en: words for words in (_told(flow, catalogue, flow.recipient) for flow in told)}
            sections.append(Section(_HEADINGS[basis], (Paragraph(_MEANINGS[basis]), Bullets(tuple(lines.values())))))
    return sections


def _gets(gets: Sequence[Flow], catalogue: Catalogue) -> tuple[Block, ...]:
    if not gets:
        return (Paragraph(Words("Nobody tells us anything.", "Does neb yn dweud dim wrthym.")),)
    lines = {words.en: words for words in (_told(flow, catalogue, flow.holder) for flow in gets)}
    return (Bullets(tuple(lines.values())),)


def _told(flow: Flow, catalogue: Catalogue, other: Partner) -> Words:
    what = row_phrases.groups(flow.mask, catalogue)
    en = ", ".join(words.en for words in what)
    cy = ", ".join(words.cy for words in what)
    return Words(f"{other.name.en}: {en}.", f"{other.name.cy}: {cy}.")


_RIGHTS = (
    Words(
        "You can ask to see what we wrote about you.", "Fe gei di ofyn am weld beth rydym wedi’i ysgrifennu amdanat ti."
    ),
    Words("You can tell us that something is wrong.", "Fe gei di ddweud wrthym fod rhywbeth yn anghywir."),
    Words(
        "You can say that you don’t want something to be told.",
        "Fe gei di ddweud nad wyt ti am i rywbeth gael ei ddweud.",
    ),
    Words("You can ask somebody to help you with this.", "Fe gei di ofyn i rywun dy helpu gyda hyn."),
    Words(
        "You can complain to us, or to the Information Commissioner.",
        "Fe gei di gwyno wrthym ni, neu wrth y Comisiynydd Gwybodaeth.",
    ),
)


def _talk(partner: Partner) -> Block:
    ask = partner.ask
    return Paragraph(
        Words(
            f"Talk to somebody you trust, or to {ask.title.en}: {ask.contact}.",
            f"Siarada â rhywun rwyt ti’n ymddiried ynddo, neu â {ask.title.cy}: {ask.contact}.",
        )
    )
