"""What the words of closed sets mean, in both languages, as documents say it. Words are those of the glossary."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from policies.bars import BarKind
from policies.model import Basis, Condition, Confidentiality, EraseBy, Period, ProtocolKind, Sector
from policies.words import Words

KINDS: Mapping[ProtocolKind, Words] = {
    ProtocolKind.RECIPROCAL: Words("Reciprocal protocol", "Protocol dwyochrog"),
    ProtocolKind.ONE_WAY: Words("One-way disclosure agreement", "Cytundeb datgelu unffordd"),
    ProtocolKind.JOINT_CONTROLLER: Words("Joint-controller agreement", "Cytundeb cyd-reolwyr"),
}
SECTORS: Mapping[Sector, Words] = {
    Sector.HEALTH: Words("Health", "Iechyd"),
    Sector.EDUCATION: Words("Education", "Addysg"),
    Sector.SOCIAL_CARE: Words("Social services", "Gwasanaethau cymdeithasol"),
    Sector.SCHOOL: Words("School", "Ysgol"),
    Sector.FURTHER_EDUCATION: Words("Further education", "Addysg bellach"),
    Sector.VOLUNTARY: Words("Voluntary body", "Corff gwirfoddol"),
}
BASES: Mapping[Basis, Words] = {
    Basis.LEGAL_OBLIGATION: Words("Legal obligation", "Rhwymedigaeth gyfreithiol"),
    Basis.PUBLIC_TASK: Words("Public task", "Tasg gyhoeddus"),
    Basis.CONSENT: Words("Consent", "Cydsyniad"),
    Basis.OVERRIDE_ONLY: Words("Override only", "Drwy wrthwneud yn unig"),
}
BASES_EXPLAINED: Mapping[Basis, Words] = {
    Basis.LEGAL_OBLIGATION: Words(
        "The law makes the partner share. The family is told.",
        "Mae’r gyfraith yn peri bod yn rhaid i’r partner rannu. Dywedir wrth y teulu.",
    ),
    Basis.PUBLIC_TASK: Words(
        "The law lets the partner share for its duties. The family is told, and may object.",
        "Mae’r gyfraith yn caniatáu i’r partner rannu at ei ddyletswyddau. Dywedir wrth y teulu, a chaiff wrthwynebu.",
    ),
    Basis.CONSENT: Words(
        "The family, or the young person, is asked, and may stop it at any time.",
        "Gofynnir i’r teulu, neu i’r person ifanc, a chânt roi’r gorau iddi ar unrhyw adeg.",
    ),
    Basis.OVERRIDE_ONLY: Words(
        "Never in everyday work: only to keep somebody safe, with a reason, a second person, an end and a review.",
        "Byth mewn gwaith bob dydd: dim ond i gadw rhywun yn ddiogel, gyda rheswm, ail berson, diwedd ac adolygiad.",
    ),
}
CONFIDENTIALITY: Mapping[Confidentiality, Words] = {
    Confidentiality.NONE: Words(
        "no duty beyond data protection law", "dim dyletswydd y tu hwnt i gyfraith diogelu data"
    ),
    Confidentiality.HEALTH_STATUTORY: Words(
        "health confidentiality: a statute asks for it", "cyfrinachedd iechyd: mae statud yn gofyn amdano"
    ),
    Confidentiality.HEALTH_PUBLIC_INTEREST: Words(
        "health confidentiality: the public interest weighs more",
        "cyfrinachedd iechyd: mae budd y cyhoedd yn pwyso mwy",
    ),
    Confidentiality.HEALTH_CONSENT: Words(
        "health confidentiality: those concerned agree", "cyfrinachedd iechyd: mae’r rhai dan sylw yn cytuno"
    ),
    Confidentiality.SOCIAL_CARE: Words("confidentiality of social care", "cyfrinachedd gofal cymdeithasol"),
    Confidentiality.EDUCATION_RECORD: Words("confidentiality of the pupil record", "cyfrinachedd cofnod y disgybl"),
}
ERASED: Mapping[EraseBy, Words] = {
    EraseBy.PLAN_ENDS: Words("erased when the plan ends", "ei ddileu pan ddaw’r cynllun i ben"),
    EraseBy.PURPOSE_ENDS: Words("erased when the purpose is over", "ei ddileu pan ddaw’r diben i ben"),
    EraseBy.CONSENT_ENDS: Words("erased when the consent ends", "ei ddileu pan ddaw’r cydsyniad i ben"),
    EraseBy.RETENTION: Words(
        "erased by the recipient’s own retention rule", "ei ddileu yn ôl rheol gadw’r derbynnydd ei hun"
    ),
}
ADMITTED: Mapping[Condition, Words] = {
    Condition.ALL: Words("everybody whom the holder sends", "pawb y mae’r deiliad yn eu hanfon"),
    Condition.ADDITIONAL_NEEDS: Words(
        "has or may have additional learning needs", "ag anghenion dysgu ychwanegol, neu a all fod â nhw"
    ),
    Condition.LOOKED_AFTER: Words("is looked after", "yn derbyn gofal"),
    Condition.CARE_AND_SUPPORT: Words(
        "has a care and support plan, or is a care leaver", "â chynllun gofal a chymorth, neu’n gadael gofal"
    ),
}
PERIODS: Mapping[Period, Words] = {
    Period.DAY: Words("in 24 hours", "mewn 24 awr"),
    Period.WEEK: Words("in 7 days", "mewn 7 diwrnod"),
    Period.MONTH: Words("in 31 days", "mewn 31 diwrnod"),
    Period.YEAR: Words("in 366 days", "mewn 366 diwrnod"),
}
BARS: Mapping[BarKind, Words] = {
    BarKind.COURT_ORDER: Words("Court order", "Gorchymyn llys"),
    BarKind.HIDDEN_LOCATION: Words("Hidden location", "Lleoliad cudd"),
    BarKind.ADOPTION: Words("Adoption", "Mabwysiadu"),
    BarKind.THIRD_PARTY: Words("Third-party information", "Gwybodaeth am drydydd parti"),
}

_MONTHS = (
    ("January", "Ionawr"), ("February", "Chwefror"), ("March", "Mawrth"), ("April", "Ebrill"), ("May", "Mai"),
    ("June", "Mehefin"), ("July", "Gorffennaf"), ("August", "Awst"), ("September", "Medi"), ("October", "Hydref"),
    ("November", "Tachwedd"), ("December", "Rhagfyr"),
)  # fmt: skip


def day(on: date) -> Words:
    """A day as people write it."""
    month = _MONTHS[on.month - 1]
    return Words(f"{on.day} {month[0]} {on.year}", f"{on.day} {month[1]} {on.year}")


def same(text: str) -> Words:
    """A name, a code or a number that is the same in both languages."""
    return Words(text, text)


def joined(parts: list[Words], *, by: str = "; ") -> Words:
    """Several pieces as one; an empty list as a dash, so that a cell never looks forgotten."""
    if not parts:
        return same("–")
    return Words(by.join(part.en for part in parts), by.join(part.cy for part in parts))
