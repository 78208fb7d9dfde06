"""Small random worlds: catalogue, protocols, facts and requests, drawn from a seed so that a case can be replayed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random

from policies import (
    AccessRequest,
    BarFact,
    BarKind,
    Basis,
    Catalogue,
    ConsentFact,
    Facts,
    Field,
    FieldType,
    Group,
    ObjectionFact,
    Office,
    Protocol,
    ProtocolRef,
    Question,
    Rule,
    Sensitivity,
    Words,
)
from policies.model import (
    Confidentiality,
    EraseBy,
    Obligations,
    Partner,
    ProtocolKind,
    Purpose,
    Role,
    Sector,
    Undertakings,
)

AGENCIES = ("afon", "bryn", "cwm")
PURPOSES = ("plan", "care")
ROLES = ("lead", "clerk")
DAY_ZERO = date(2026, 1, 1)
FIELD_COUNT = 14


def words(text: str) -> Words:
    return Words(en=text, cy=text)


def small_catalogue() -> Catalogue:
    """Fourteen fields with gaps between their ordinals; every fifth is restricted."""
    kinds = (Sensitivity.ORDINARY, Sensitivity.SPECIAL, Sensitivity.THIRD_PARTY, Sensitivity.SPECIAL)
    fields = tuple(
        Field(
            id=f"f{number:02}",
            ordinal=number * 3 + 1,
            type=FieldType.TEXT,
            sensitivity=Sensitivity.RESTRICTED if number % 5 == 4 else kinds[number % 4],
            group="g.one",
            question="q",
            title=words("title"),
            plain=words("plain"),
        )
        for number in range(FIELD_COUNT)
    )
    return Catalogue(1, fields, {"g.one": Group("g.one", words("g"), words("g"))}, {"q": Question("q", words("q"))}, {})


CATALOGUE = small_catalogue()


@dataclass(frozen=True, slots=True)
class World:
    protocols: tuple[Protocol, ...]
    facts: Facts
    requests: tuple[AccessRequest, ...]


def instant(days: int, hours: int = 0) -> datetime:
    return datetime.combine(DAY_ZERO, datetime.min.time(), tzinfo=UTC) + timedelta(days=days, hours=hours)


def some_fields(random: Random, *, likely: float = 0.4) -> int:
    return CATALOGUE.mask(entry.id for entry in CATALOGUE.fields if random.random() < likely)


def some_of(random: Random, names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(random.sample(names, random.randint(1, len(names))))


def rule(random: Random, number: int, *, taken: dict[tuple[str, str, str], int], clashes: bool) -> Rule:
    """One rule; its fields are not in an earlier rule of the same direction and purpose, unless clashes are wanted."""
    holder, recipient = random.sample(AGENCIES, 2)
    purpose = random.choice(PURPOSES)
    mask = some_fields(random)
    if not clashes:
        mask &= ~taken.get((holder, recipient, purpose), 0)
        taken[holder, recipient, purpose] = taken.get((holder, recipient, purpose), 0) | mask
    return Rule(
        id=f"r{number}",
        holder=holder,
        recipient=recipient,
        roles=some_of(random, ROLES),
        purpose=purpose,
        mask=mask,
        basis=random.choice(list(Basis)),
        why=words("why"),
        article_6="6(1)(e)",
        article_9="9(2)(g)",
        article_10=None,
        condition=None,
        powers=(),
        confidentiality=Confidentiality.NONE,
        withheld_marker=random.random() < 0.5,
        obligations=Obligations(True, None, EraseBy.PLAN_ENDS, tell_family=False),
    )


def protocol(random: Random, name: str, version: int, *, starts: int, ends: int, clashes: bool = False) -> Protocol:
    taken: dict[tuple[str, str, str], int] = {}
    return Protocol(
        ref=ProtocolRef(name, version),
        kind=ProtocolKind.RECIPROCAL,
        title=words("title"),
        introduction=words("introduction"),
        catalogue=1,
        partners={
            agency: Partner(
                agency,
                words(agency),
                Sector.HEALTH,
                words("office"),
                Office(agency, words(f"ask {agency} {name}"), "a@b.example"),
                frozenset(ROLES),
            )
            for agency in AGENCIES
        },
        roles={code: Role(code, words(code)) for code in ROLES},
        purposes={code: Purpose(code, words(code)) for code in PURPOSES},
        admission=(),
        rules=tuple(rule(random, number, taken=taken, clashes=clashes) for number in range(random.randint(1, 6))),
        retention=(),
        in_force_from=DAY_ZERO + timedelta(days=starts),
        review_on=DAY_ZERO + timedelta(days=ends),
        undertakings=Undertakings(*[words("undertaking")] * 6),
    )


def protocols(random: Random, *, clashes: bool = False) -> tuple[Protocol, ...]:
    """One to three protocols; the first may have a second version that takes over from it."""
    found = []
    for name in ("one", "two", "three")[: random.randint(1, 3)]:
        starts = random.randint(0, 5)
        found.append(protocol(random, name, 1, starts=starts, ends=starts + random.randint(1, 9), clashes=clashes))
        if random.random() < 0.3:
            later = starts + random.randint(1, 6)
            found.append(protocol(random, name, 2, starts=later, ends=later + random.randint(1, 9), clashes=clashes))
    return tuple(found)


def consent(random: Random, number: int) -> ConsentFact:
    holder, recipient = random.sample(AGENCIES, 2)
    begins = random.randint(0, 10)
    return ConsentFact(
        consent_id=f"c{number}",
        holder=holder,
        recipient=recipient,
        purpose=random.choice(PURPOSES),
        mask=some_fields(random, likely=0.6),
        valid_from=instant(begins),
        valid_until=instant(begins + random.randint(0, 8)),
        protocol=ProtocolRef(random.choice(("one", "two", "three")), random.randint(1, 2)),
    )


def objection(random: Random) -> ObjectionFact:
    holder, recipient = random.sample(AGENCIES, 2)
    return ObjectionFact(holder, recipient, random.choice(PURPOSES), some_fields(random, likely=0.4))


def facts(random: Random) -> Facts:
    return Facts(
        consents=tuple(consent(random, number) for number in range(random.randint(0, 6))),
        bars=(BarFact(BarKind.COURT_ORDER, some_fields(random, likely=0.15)),),
        objections=tuple(objection(random) for _ in range(random.randint(0, 3))),
    )


def request(random: Random) -> AccessRequest:
    """Mostly names that exist; now and then one that does not, and a bit that no field has."""
    stranger = 0.03
    return AccessRequest(
        recipient="nobody" if random.random() < stranger else random.choice(AGENCIES),
        role="nothing" if random.random() < stranger else random.choice(ROLES),
        purpose=random.choice(("own-record", "unheard-of")) if random.random() < 0.1 else random.choice(PURPOSES),
        holder="nobody" if random.random() < stranger else random.choice(AGENCIES),
        wanted=some_fields(random, likely=0.8) | (1 << 200 if random.random() < 0.1 else 0),
        at=instant(random.randint(0, 14), random.choice((0, 0, 12))),
    )


def world(seed: int, *, requests: int = 20, clashes: bool = False) -> World:
    random = Random(seed)
    return World(protocols(random, clashes=clashes), facts(random), tuple(request(random) for _ in range(requests)))
