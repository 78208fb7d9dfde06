"""The register of processing that UK GDPR Article 30 asks for, and the data flows of an impact assessment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from policies.documents import flow_phrases, phrases
from policies.documents.document import Document, Grid, Paragraph, Section
from policies.documents.lines import Flow, flows_of, partners_of
from policies.documents.phrases import joined, same
from policies.fields import Catalogue
from policies.model import Partner, Protocol, ProtocolKind
from policies.words import Words

HEAD: tuple[tuple[str, Words], ...] = (
    ("controller", Words("Controller", "Rheolydd")),
    ("contact", Words("Contact", "Cyswllt")),
    ("purpose", Words("Purpose", "Diben")),
    ("data_subjects", Words("Whose data", "Data pwy")),
    ("categories", Words("Categories of data", "Categorïau o ddata")),
    ("sensitivity", Words("Sensitivity", "Sensitifrwydd")),
    ("recipient", Words("Recipient", "Derbynnydd")),
    ("basis", Words("Basis", "Sail")),
    ("law", Words("Law", "Cyfraith")),
    ("transfers", Words("Transfers abroad", "Trosglwyddiadau dramor")),
    ("erasure", Words("Erased by the recipient", "Ei ddileu gan y derbynnydd")),
    ("retention", Words("Kept by the controller", "Ei gadw gan y rheolydd")),
    ("security", Words("Security", "Diogelwch")),
    ("protocol", Words("Protocol", "Protocol")),
)
"""The columns of the register, by the letters of Article 30(1) and what Article 30 leaves to practice."""

_NO_TRANSFER = Words("none under this protocol", "dim dan y protocol hwn")


def register_rows(
    protocols: Sequence[Protocol], catalogue: Catalogue, *, partner: str | None = None
) -> tuple[tuple[Words, ...], ...]:
    """A row for each flow, in the columns of `HEAD`; with `partner`, only where that partner is the controller."""
    flows = [flow for flow in flows_of(protocols) if partner in (None, flow.holder.agency)]
    return tuple(_row(flow, catalogue) for flow in flows)


def _row(flow: Flow, catalogue: Catalogue) -> tuple[Words, ...]:
    protocol, holder = flow.protocol, flow.holder
    return (
        _controller(protocol, holder),
        Words(f"{holder.ask.title.en}, {holder.ask.contact}", f"{holder.ask.title.cy}, {holder.ask.contact}"),
        flow.purpose.words,
        joined([one.words for one in protocol.admission if one.holder == holder.agency]),
        flow_phrases.what(flow, catalogue),
        flow_phrases.sensitivity(flow, catalogue),
        flow.recipient.name,
        phrases.BASES[flow.basis],
        flow_phrases.law(flow),
        _NO_TRANSFER,
        flow_phrases.erased(flow),
        joined([one.words for one in protocol.retention if one.agency == holder.agency]),
        protocol.undertakings.security,
        same(str(protocol.ref)),
    )


def _controller(protocol: Protocol, holder: Partner) -> Words:
    """Article 30(1)(a) asks for joint controllers by name."""
    if protocol.kind is not ProtocolKind.JOINT_CONTROLLER:
        return holder.name
    names = joined([one.name for _, one in sorted(protocol.partners.items())], by=", ")
    return Words(f"{holder.name.en} (jointly: {names.en})", f"{holder.name.cy} (ar y cyd: {names.cy})")


def register_of(protocols: Sequence[Protocol], catalogue: Catalogue, *, partner: str | None = None) -> Document:
    """The register as a document: a section for each controller."""
    chosen = [one for one in partners_of(protocols) if partner in (None, one.agency)]
    sections = []
    for one in chosen:
        rows = register_rows(protocols, catalogue, partner=one.agency)
        told = (Paragraph(Words("Shares nothing.", "Nid yw’n rhannu dim.")),) if not rows else ()
        sections.append(Section(one.name, told or (_grid(one, rows),)))
    title = Words("Register of processing (UK GDPR, Article 30)", "Cofrestr brosesu (GDPR y DU, Erthygl 30)")
    return Document(title, _made_from(protocols), tuple(sections))


def _grid(partner: Partner, rows: tuple[tuple[Words, ...], ...]) -> Grid:
    """Leaves out what is the same in each row of one controller: its name stands above."""
    shown = [at for at, (name, _) in enumerate(HEAD) if name not in {"controller", "transfers", "security"}]
    shown.sort(key=lambda at: HEAD[at][0] != "purpose")
    caption = Words(f"What {partner.name.en} shares", f"Yr hyn mae {partner.name.cy} yn ei rannu")
    return Grid(caption, tuple(HEAD[at][1] for at in shown), tuple(tuple(row[at] for at in shown) for row in rows))


def _made_from(protocols: Iterable[Protocol]) -> Words:
    names = ", ".join(str(one.ref) for one in protocols) or "–"
    return Words(f"Made from the protocols {names}.", f"Wedi’i lunio o’r protocolau {names}.")


def flows_document(protocols: Sequence[Protocol], catalogue: Catalogue, *, partner: str | None = None) -> Document:
    """What goes where, for a data protection impact assessment; with `partner`, what it gives and gets."""
    flows = [flow for flow in flows_of(protocols) if partner in (None, flow.holder.agency, flow.recipient.agency)]
    rows = tuple(
        (
            Words(
                f"{flow.holder.name.en} → {flow.recipient.name.en}", f"{flow.holder.name.cy} → {flow.recipient.name.cy}"
            ),
            flow.purpose.words,
            flow_phrases.what(flow, catalogue),
            flow_phrases.sensitivity(flow, catalogue),
            phrases.BASES[flow.basis],
            flow_phrases.powers(flow),
            flow_phrases.conditions(flow),
            flow_phrases.obligations(flow),
        )
        for flow in flows
    )
    head = (
        Words("From and to", "Gan ac i"),
        Words("Purpose", "Diben"),
        Words("What", "Beth"),
        Words("Sensitivity", "Sensitifrwydd"),
        Words("Basis", "Sail"),
        Words("Powers", "Pwerau"),
        Words("Conditions", "Amodau"),
        Words("Obligations", "Rhwymedigaethau"),
    )
    title = Words("Data flows", "Llifoedd data")
    grid = Grid(Words("What goes where, and on which basis", "Beth sy’n mynd i ble, ac ar ba sail"), head, rows)
    return Document(title, _made_from(protocols), (Section(title, (grid,)),))
