"""The privacy notice of a partner for adults, made from the protocols that decide (UK GDPR Articles 13 and 14)."""

from __future__ import annotations

from collections.abc import Sequence

from policies.documents import flow_phrases, phrases
from policies.documents.acts import condition_words, power_words
from policies.documents.document import Block, Bullets, Document, Grid, Paragraph, Section
from policies.documents.lines import Flow, flows_of, partners_of
from policies.documents.phrases import same
from policies.fields import Catalogue
from policies.model import Basis, Partner, Protocol
from policies.words import Words


def partner_named(agency: str, protocols: Sequence[Protocol]) -> Partner | None:
    """The partner of this short name; None: no protocol names it."""
    return next((one for one in partners_of(protocols) if one.agency == agency), None)


def notice_of(partner: Partner, protocols: Sequence[Protocol], catalogue: Catalogue) -> Document:
    """What this partner shares and gets, with whom, what for, by which law, how long, and what one can do about it."""
    concerned = [one for one in protocols if partner.agency in one.partners]
    flows = flows_of(concerned)
    gives = [flow for flow in flows if flow.holder.agency == partner.agency]
    gets = [flow for flow in flows if flow.recipient.agency == partner.agency]
    name = partner.name
    return Document(
        title=Words(f"Privacy notice: {name.en}", f"Hysbysiad preifatrwydd: {name.cy}"),
        subtitle=Words(
            "What we share about children and young people with additional needs, and what others share with us",
            "Yr hyn a rannwn am blant a phobl ifanc ag anghenion ychwanegol, a’r hyn mae eraill yn ei rannu â ni",
        ),
        sections=(
            _section("Who we are", "Pwy ydym ni", _who(partner)),
            _section("What we share with others", "Yr hyn a rannwn ag eraill", *_gives(gives, catalogue)),
            _section("What others share with us", "Yr hyn mae eraill yn ei rannu â ni", *_gets(gets, catalogue)),
            _section("The law that we rely on", "Y gyfraith yr ydym yn dibynnu arni", *_law([*gives, *gets])),
            _section("What you can decide", "Yr hyn y cewch chi ei benderfynu", _bases([*gives, *gets])),
            _section("How long", "Am ba hyd", *_how_long(partner, concerned, gets)),
            _section("How we keep it safe", "Sut yr ydym yn ei gadw’n ddiogel", *_said(concerned, "security")),
            _section("Your rights", "Eich hawliau", *_rights(concerned)),
            _section("If you are not content", "Os nad ydych yn fodlon", *_said(concerned, "complaints")),
            _section(
                "The agreements behind this notice", "Y cytundebau y tu ôl i’r hysbysiad hwn", _agreements(concerned)
            ),
        ),
    )


def _section(en: str, cy: str, *blocks: Block) -> Section:
    return Section(Words(en, cy), blocks)


def _who(partner: Partner) -> Block:
    ask, name = partner.ask, partner.name
    return Paragraph(
        Words(
            f"{name.en} is responsible for the records that it keeps. Ask: {ask.title.en}, {ask.contact}.",
            f"Mae {name.cy} yn gyfrifol am y cofnodion y mae’n eu cadw. Gofynnwch i: {ask.title.cy}, {ask.contact}.",
        )
    )


def _gives(flows: Sequence[Flow], catalogue: Catalogue) -> tuple[Block, ...]:
    if not flows:
        return (Paragraph(Words("We share nothing.", "Nid ydym yn rhannu dim.")),)
    rows = tuple((flow.recipient.name, *_cells(flow, catalogue)) for flow in flows)
    caption = Words("What we share, with whom and what for", "Yr hyn a rannwn, â phwy ac at ba ddiben")
    return (_grid(caption, Words("With whom", "Â phwy"), rows),)


def _gets(flows: Sequence[Flow], catalogue: Catalogue) -> tuple[Block, ...]:
    if not flows:
        return (Paragraph(Words("Others share nothing with us.", "Nid oes neb yn rhannu dim â ni.")),)
    rows = tuple((flow.holder.name, *_cells(flow, catalogue)) for flow in flows)
    caption = Words("What we get, from whom and what for", "Yr hyn a gawn, gan bwy ac at ba ddiben")
    return (_grid(caption, Words("From whom", "Gan bwy"), rows),)


def _cells(flow: Flow, catalogue: Catalogue) -> tuple[Words, ...]:
    return (
        flow.purpose.words,
        flow_phrases.what(flow, catalogue),
        phrases.BASES[flow.basis],
        flow_phrases.conditions(flow),
        flow_phrases.obligations(flow),
    )


def _grid(caption: Words, first: Words, rows: tuple[tuple[Words, ...], ...]) -> Grid:
    head = (
        first,
        Words("What for", "At ba ddiben"),
        Words("What", "Beth"),
        Words("On what ground", "Ar ba sail"),
        Words("Only if", "Dim ond os"),
        Words("What the other undertakes", "Yr hyn mae’r llall yn ymrwymo iddo"),
    )
    return Grid(caption, head, rows)


def _law(flows: Sequence[Flow]) -> tuple[Block, ...]:
    if not flows:
        return (Paragraph(same("–")),)
    seen: dict[str, Words] = {}
    for flow in flows:
        for rule in flow.rules:
            for power in rule.powers:
                words = power_words(power.act, power.section)
                seen.setdefault(words.en, words)
    articles: dict[str, Words] = {}
    for flow in flows:
        for rule in flow.rules:
            for article in filter(None, (rule.article_6, rule.article_9)):
                articles.setdefault(article, Words(f"UK GDPR, Article {article}", f"GDPR y DU, Erthygl {article}"))
            for text in filter(None, (rule.condition, rule.article_10)):
                articles.setdefault(text, condition_words(text))
    found = {**seen, **articles}
    return (Bullets(tuple(found[name] for name in sorted(found))),)


def _bases(flows: Sequence[Flow]) -> Block:
    used = {flow.basis for flow in flows}
    rows = tuple((phrases.BASES[one], phrases.BASES_EXPLAINED[one]) for one in Basis if one in used)
    head = (Words("Ground", "Sail"), Words("What it means for you", "Yr hyn mae’n ei olygu i chi"))
    return Grid(Words("What the grounds mean", "Ystyr y seiliau"), head, rows)


def _how_long(partner: Partner, protocols: Sequence[Protocol], gets: Sequence[Flow]) -> tuple[Block, ...]:
    kept: dict[str, Words] = {}
    for protocol in protocols:
        for one in protocol.retention:
            if one.agency == partner.agency:
                kept.setdefault(one.words.en, one.words)
    got: dict[str, Words] = {}
    for flow in gets:
        for rule in flow.rules:
            words = phrases.ERASED[rule.obligations.erase_by]
            got.setdefault(words.en, words)
    blocks: list[Block] = [Bullets(tuple(kept.values()))] if kept else []
    if got:
        blocks.append(Paragraph(Words("What we got from others is:", "Mae’r hyn a gawsom gan eraill i gael:")))
        blocks.append(Bullets(tuple(got.values())))
    return tuple(blocks)


def _said(protocols: Sequence[Protocol], name: str) -> tuple[Block, ...]:
    """What the protocols undertake under this name, each sentence once."""
    seen: dict[str, Words] = {}
    for protocol in protocols:
        words: Words = getattr(protocol.undertakings, name)
        seen.setdefault(words.en, words)
    return tuple(Paragraph(words) for words in seen.values())


_RIGHTS = (
    Words("to see what we hold about you or your child", "gweld yr hyn a gadwn amdanoch chi neu eich plentyn"),
    Words("to have what is wrong corrected", "cael cywiro’r hyn sy’n anghywir"),
    Words("to object where the ground is a public task", "gwrthwynebu lle mae’r sail yn dasg gyhoeddus"),
    Words(
        "to stop at any time what you agreed to; what was shared until then stays lawful",
        "rhoi’r gorau ar unrhyw adeg i’r hyn y cytunoch iddo; mae’r hyn a rannwyd tan hynny’n parhau’n gyfreithlon",
    ),
    Words(
        "to ask for erasure or a limit where the law gives it",
        "gofyn am ddileu neu gyfyngu lle mae’r gyfraith yn ei roi",
    ),
    Words("to complain to the Information Commissioner", "cwyno i’r Comisiynydd Gwybodaeth"),
)


def _rights(protocols: Sequence[Protocol]) -> tuple[Block, ...]:
    asked = Paragraph(Words("You have the right:", "Mae gennych hawl i:"))
    return (asked, Bullets(_RIGHTS), *_said(protocols, "rights"))


def _agreements(protocols: Sequence[Protocol]) -> Block:
    rows = []
    for one in protocols:
        begins, ends = phrases.day(one.in_force_from), phrases.day(one.review_on)
        rows.append((one.title, phrases.KINDS[one.kind], same(str(one.ref)), begins, ends))
    head = (
        Words("Agreement", "Cytundeb"),
        Words("Kind", "Math"),
        Words("Version", "Fersiwn"),
        Words("In force from", "Mewn grym o"),
        Words("Ends unless it is renewed", "Daw i ben oni chaiff ei adnewyddu"),
    )
    return Grid(Words("Agreements in force", "Cytundebau mewn grym"), head, tuple(rows))
