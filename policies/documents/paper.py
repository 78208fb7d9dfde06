"""A protocol as the document that partners sign: sections of a WASPI information sharing protocol, in their order."""

from __future__ import annotations

from dataclasses import dataclass

from policies.bars import BarKind
from policies.canonical import digest
from policies.documents import phrases, row_phrases
from policies.documents.acts import act_words, section_words
from policies.documents.document import Block, Bullets, Document, Grid, Paragraph, Section
from policies.documents.phrases import joined, same
from policies.fields import Catalogue
from policies.model import Basis, Protocol
from policies.words import Words


@dataclass(frozen=True, slots=True)
class Signatory:
    """Who signs for a partner: an office."""

    partner: Words
    office: Words


@dataclass(frozen=True, slots=True)
class Paper:
    """The document, who signs it, and the SHA-256 (hex) of the bytes that partners sign, which ties paper to file."""

    document: Document
    signatories: tuple[Signatory, ...]
    reference: str
    digest: str


def paper_of(protocol: Protocol, catalogue: Catalogue) -> Paper:
    """Everything that the protocol says, as a document in both languages."""
    kind = phrases.KINDS[protocol.kind]
    ref = protocol.ref
    subtitle = Words(
        f"{kind.en} {ref.id}, version {ref.version}, on catalogue version {protocol.catalogue}",
        f"{kind.cy} {ref.id}, fersiwn {ref.version}, ar fersiwn {protocol.catalogue} o’r catalog",
    )
    partners = [protocol.partners[name] for name in sorted(protocol.partners)]
    return Paper(
        document=Document(protocol.title, subtitle, tuple(_sections(protocol, catalogue))),
        signatories=tuple(Signatory(one.name, one.designated_person) for one in partners),
        reference=str(ref),
        digest=digest(protocol, catalogue).hex(),
    )


def _sections(protocol: Protocol, catalogue: Catalogue) -> list[Section]:
    undertaken = protocol.undertakings
    numbered = [
        _section(
            "Introduction and purpose", "Cyflwyniad a diben", Paragraph(protocol.introduction), _purposes(protocol)
        ),
        _section("The partners", "Y partneriaid", _partners(protocol), _roles(protocol)),
        _section("Benefits", "Manteision", Paragraph(undertaken.benefits)),
        _section("Legal powers", "Pwerau cyfreithiol", _powers(protocol)),
        _section("Lawful basis", "Sail gyfreithlon", _bases(protocol)),
        _section("Who belongs here", "Pwy sy’n perthyn yma", _admission(protocol)),
        _section("Personal information", "Gwybodaeth bersonol", _information(protocol, catalogue)),
        _section("Informing families", "Hysbysu teuluoedd", Paragraph(undertaken.informing)),
        _section("Rights", "Hawliau", Paragraph(undertaken.rights)),
        _section("What is held back", "Yr hyn sydd wedi’i ddal yn ôl", *_bars(protocol)),
        _section("Security", "Diogelwch", Paragraph(undertaken.security)),
        _section("Records and retention", "Cofnodion a chadw", Paragraph(undertaken.records), _retention(protocol)),
        _section("Complaints", "Cwynion", Paragraph(undertaken.complaints)),
        _section("Review", "Adolygu", _review(protocol)),
    ]
    return [
        *(
            Section(Words(f"{at}. {one.heading.en}", f"{at}. {one.heading.cy}"), one.blocks)
            for at, one in enumerate(numbered, start=1)
        ),
        _section("Appendix A. The fields", "Atodiad A. Y meysydd", _fields(protocol, catalogue)),
        _section(
            "Appendix B. Information reference table", "Atodiad B. Tabl cyfeirio gwybodaeth", _rows(protocol, catalogue)
        ),
    ]


def _section(en: str, cy: str, *blocks: Block) -> Section:
    return Section(Words(en, cy), blocks)


def _purposes(protocol: Protocol) -> Block:
    found = [protocol.purposes[code] for code in sorted(protocol.purposes)]
    return Bullets(tuple(Words(f"{one.words.en} ({one.code})", f"{one.words.cy} ({one.code})") for one in found))


def _partners(protocol: Protocol) -> Block:
    rows = [
        (
            Words(f"{one.name.en} ({one.agency})", f"{one.name.cy} ({one.agency})"),
            phrases.SECTORS[one.sector],
            one.designated_person,
            Words(f"{one.ask.title.en}, {one.ask.contact}", f"{one.ask.title.cy}, {one.ask.contact}"),
            joined([protocol.roles[code].title for code in sorted(one.roles)], by=", "),
        )
        for _, one in sorted(protocol.partners.items())
    ]
    head = (
        Words("Partner", "Partner"),
        Words("Sector", "Sector"),
        Words("Designated person", "Person dynodedig"),
        Words("Whom to ask", "Pwy i’w holi"),
        Words("Roles", "Rolau"),
    )
    return Grid(Words("The bodies that share", "Y cyrff sy’n rhannu"), head, tuple(rows))


def _roles(protocol: Protocol) -> Block:
    rows = tuple((same(code), protocol.roles[code].title) for code in sorted(protocol.roles))
    return Grid(Words("Roles", "Rolau"), (Words("Code", "Cod"), Words("Role", "Rôl")), rows)


def _powers(protocol: Protocol) -> Block:
    used: dict[tuple[str, str], list[str]] = {}
    for rule in sorted(protocol.rules, key=lambda one: one.id):
        for power in rule.powers:
            used.setdefault((power.act, power.section), []).append(rule.id)
    rows = tuple(
        (act_words(act), section_words(section), same(", ".join(ids))) for (act, section), ids in sorted(used.items())
    )
    head = (Words("Act", "Deddf"), Words("Section", "Adran"), Words("Rows of Appendix B", "Rhesi Atodiad B"))
    return Grid(
        Words("Acts and sections that the rows rest on", "Deddfau ac adrannau y mae’r rhesi’n seiliedig arnynt"),
        head,
        rows,
    )


def _bases(protocol: Protocol) -> Block:
    used = {rule.basis for rule in protocol.rules}
    rows = tuple((phrases.BASES[one], phrases.BASES_EXPLAINED[one]) for one in Basis if one in used)
    return Grid(
        Words("On which basis", "Ar ba sail"),
        (Words("Basis", "Sail"), Words("What it means", "Yr hyn mae’n ei olygu")),
        rows,
    )


def _admission(protocol: Protocol) -> Block:
    rows = [
        (
            protocol.partners[one.holder].name,
            joined([phrases.ADMITTED[condition] for condition in sorted(one.any_of)], by=" / "),
            one.words,
        )
        for one in sorted(protocol.admission, key=lambda one: one.holder)
    ]
    head = (Words("Holder", "Deiliad"), Words("Any of", "Unrhyw un o’r rhain"), Words("In words", "Mewn geiriau"))
    return Grid(
        Words("Whoever does not belong here is not kept", "Ni chedwir neb nad yw’n perthyn yma"), head, tuple(rows)
    )


def _information(protocol: Protocol, catalogue: Catalogue) -> Block:
    shared: dict[tuple[str, str], int] = {}
    for rule in protocol.rules:
        pair = (rule.holder, rule.recipient)
        shared[pair] = shared.get(pair, 0) | rule.mask
    rows = tuple(
        (protocol.partners[holder].name, protocol.partners[recipient].name, joined(row_phrases.groups(mask, catalogue)))
        for (holder, recipient), mask in sorted(shared.items())
    )
    head = (Words("From", "Gan"), Words("To", "I"), Words("What about", "Am beth"))
    caption = Words("Summary; Appendix B decides", "Crynodeb; Atodiad B sy’n penderfynu")
    return Grid(caption, head, rows)


def _bars(protocol: Protocol) -> tuple[Block, ...]:
    told = Paragraph(
        Words(
            "A bar beats every row and every consent. An override may pass it only where a role stands here.",
            "Mae gwaharddiad yn trechu pob rhes a phob cydsyniad. Caiff gwrthwneud ei basio dim ond lle saif rôl yma.",
        )
    )
    passed = {one.kind: one.roles for one in protocol.bars}
    never = Words("nobody, ever", "neb, byth")
    rows = []
    for kind in BarKind:
        roles = [protocol.roles[code].title for code in sorted(passed.get(kind, ()))]
        rows.append((phrases.BARS[kind], joined(roles, by=", ") if roles else never))
    head = (Words("Bar", "Gwaharddiad"), Words("Passed by an override of", "Gellir ei basio drwy wrthwneud gan"))
    return (told, Grid(Words("Bars", "Gwaharddiadau"), head, tuple(rows)))


def _retention(protocol: Protocol) -> Block:
    found = sorted(protocol.retention, key=lambda one: (one.agency, one.words.en))
    rows = tuple((protocol.partners[one.agency].name, one.words) for one in found)
    head = (Words("Partner", "Partner"), Words("Keeps its own records", "Yn cadw ei gofnodion ei hun"))
    return Grid(Words("Retention", "Cadw"), head, rows)


def _review(protocol: Protocol) -> Block:
    first, last = phrases.day(protocol.in_force_from), phrases.day(protocol.review_on)
    return Paragraph(
        Words(
            f"In force from {first.en}. To be reviewed by {last.en}: on that day it lapses and permits nothing.",
            f"Mewn grym o {first.cy}. I’w adolygu erbyn {last.cy}: y diwrnod hwnnw daw i ben, heb ganiatáu dim.",
        )
    )


def _fields(protocol: Protocol, catalogue: Catalogue) -> Block:
    mask = 0
    for rule in protocol.rules:
        mask |= rule.mask
    rows = tuple((entry.title, same(entry.id), entry.plain) for entry in catalogue.entries(mask))
    head = (
        Words("Field", "Maes"),
        Words("Name in the catalogue", "Enw yn y catalog"),
        Words("What it says", "Yr hyn mae’n ei ddweud"),
    )
    return Grid(Words("Every field that a row names", "Pob maes y mae rhes yn ei enwi"), head, rows)


def _rows(protocol: Protocol, catalogue: Catalogue) -> Block:
    rows = [
        (
            same(rule.id),
            row_phrases.parties(protocol, rule),
            Words(
                f"{protocol.purposes[rule.purpose].words.en}. {rule.why.en}",
                f"{protocol.purposes[rule.purpose].words.cy}. {rule.why.cy}",
            ),
            row_phrases.fields(rule, catalogue),
            row_phrases.law(rule),
            joined([*row_phrases.conditions(rule), *row_phrases.obligations(rule), row_phrases.marker(rule)]),
        )
        for rule in sorted(protocol.rules, key=lambda one: one.id)
    ]
    head = (
        Words("Row", "Rhes"),
        Words("From and to", "Gan ac i"),
        Words("Purpose, and why", "Diben, a pham"),
        Words("Fields", "Meysydd"),
        Words("Basis and law", "Sail a chyfraith"),
        Words("Conditions and obligations", "Amodau a rhwymedigaethau"),
    )
    return Grid(
        Words("Which fields go where, and on which basis", "Pa feysydd sy’n mynd i ble, ac ar ba sail"),
        head,
        tuple(rows),
    )
