"""Small random worlds: catalogue, protocols, facts and requests, drawn from a seed so that a case can be replayed.

Everything that a protocol can say and a fact can be is in here: conditions, limits, bars that may be passed and bars
that may not, overrides, versions that widen and versions that do not, consents given under each of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
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
    OverrideFact,
    Protocol,
    ProtocolRef,
    Question,
    ReadFact,
    Rule,
    Sensitivity,
    Words,
)
from policies.model import (
    BarPassage,
    Confidentiality,
    EraseBy,
    Obligations,
    Partner,
    Period,
    ProtocolKind,
    Purpose,
    ReadLimit,
    Role,
    Sector,
    Undertakings,
    When,
)

AGENCIES = ("afon", "bryn", "cwm")
PURPOSES = ("plan", "care")
ROLES = ("lead", "clerk")
NAMES = ("one", "two", "three")
DAY_ZERO = date(2026, 1, 1)
FIELD_COUNT = 10
AGES = (4, 11, 16, 18, 25)
Direction = tuple[str, str, str]
"""Holder, recipient, purpose."""


def words(text: str) -> Words:
    return Words(en=text, cy=text)


def small_catalogue() -> Catalogue:
    """Ten fields with gaps between their ordinals; every fifth is restricted."""
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
_BITS = tuple(entry.bit for entry in CATALOGUE.fields)


@dataclass(frozen=True, slots=True)
class World:
    """Protocols that may be in force, versions that are no longer in use, one learner's facts, and what is asked."""

    protocols: tuple[Protocol, ...]
    facts: Facts
    requests: tuple[AccessRequest, ...]
    earlier: tuple[Protocol, ...] = ()


def instant(days: int, hours: int = 0) -> datetime:
    return datetime.combine(DAY_ZERO, datetime.min.time(), tzinfo=UTC) + timedelta(days=days, hours=hours)


def some_fields(random: Random, *, likely: float = 0.4) -> int:
    return sum(bit for bit in _BITS if random.random() < likely)


def some_of(random: Random, names: Sequence[str]) -> frozenset[str]:
    return frozenset(random.sample(names, random.randint(1, len(names))))


def direction(random: Random, rules: Sequence[Rule] = ()) -> Direction:
    """Who to whom and what for: mostly as one of these rows has it, or from the first to the second."""
    if rules and random.random() < 0.8:
        row = random.choice(rules)
        return row.holder, row.recipient, row.purpose
    holder, recipient = random.sample(AGENCIES, 2) if random.random() < 0.5 else AGENCIES[:2]
    return holder, recipient, random.choice(PURPOSES)


def when(random: Random) -> When:
    """What a row asks: nothing in most rows."""
    if random.random() < 0.6:
        return When()
    begins, ends = sorted(random.sample(AGES, 2))
    dated = random.random() < 0.3
    return When(
        age_from=begins if random.random() < 0.4 else None,
        age_until=ends if random.random() < 0.4 else None,
        levels=frozenset(random.sample((1, 2, 3), random.randint(1, 2))) if random.random() < 0.3 else frozenset(),
        live_tie=random.random() < 0.3,
        from_on=DAY_ZERO + timedelta(days=random.randint(0, 6)) if dated else None,
        until_on=DAY_ZERO + timedelta(days=random.randint(7, 12)) if dated and random.random() < 0.5 else None,
    )


def read_limit(random: Random) -> ReadLimit | None:
    if random.random() < 0.8:
        return None
    return ReadLimit(random.randint(1, 2), random.choice((Period.DAY, Period.WEEK, Period.MONTH)))


def obligations(random: Random) -> Obligations:
    return Obligations(
        no_onward_sharing=random.random() < 0.8,
        reads=read_limit(random),
        erase_by=random.choice((EraseBy.CONSENT_ENDS, EraseBy.PLAN_ENDS, EraseBy.PLAN_ENDS, EraseBy.RETENTION)),
        tell_family=random.random() < 0.2,
    )


def rule(
    random: Random, number: int, *, taken: dict[tuple[str, str, str], dict[int, Basis]], clashes: bool = False
) -> Rule:
    """One row; no field of it has another basis in an earlier row of the same direction and purpose, unless wanted."""
    holder, recipient, purpose = direction(random)
    basis = random.choice((*Basis, Basis.CONSENT, Basis.CONSENT, Basis.OVERRIDE_ONLY))
    mask = some_fields(random)
    if not clashes:
        before = taken.setdefault((holder, recipient, purpose), {})
        mask = sum(bit for bit in _BITS if mask & bit and before.setdefault(bit, basis) is basis)
    return Rule(
        id=f"r{number}",
        holder=holder,
        recipient=recipient,
        roles=some_of(random, ROLES),
        purpose=purpose,
        mask=mask,
        basis=basis,
        why=words("why"),
        article_6="6(1)(e)",
        article_9="9(2)(g)",
        article_10=None,
        condition=None,
        powers=(),
        confidentiality=Confidentiality.NONE,
        withheld_marker=random.random() < 0.5,
        obligations=obligations(random),
        when=when(random),
    )


def passages(random: Random, *, clashes: bool = False) -> tuple[BarPassage, ...]:
    """Which bars an override may pass; where clashes are wanted also kinds for which a file can't say so."""
    kinds = list(BarKind) if clashes else [BarKind.HIDDEN_LOCATION, BarKind.THIRD_PARTY]
    return tuple(BarPassage(kind, some_of(random, ROLES)) for kind in kinds if random.random() < 0.6)


def protocol(random: Random, name: str, version: int, *, starts: int, ends: int, clashes: bool = False) -> Protocol:
    taken: dict[tuple[str, str, str], dict[int, Basis]] = {}
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
        rules=tuple(
            rule(random, number, taken=taken, clashes=clashes) for number in range(random.choice((1, 3, 6, 9)))
        ),
        retention=(),
        in_force_from=DAY_ZERO + timedelta(days=starts),
        review_on=DAY_ZERO + timedelta(days=ends),
        undertakings=Undertakings(*[words("undertaking")] * 6),
        bars=passages(random, clashes=clashes),
    )


def revised(random: Random, before: Protocol, version: int, *, starts: int, ends: int) -> Protocol:
    """The next version: rows stay, go, gain or lose fields, conditions and obligations; a purpose may be reworded."""
    kept = [one for one in before.rules if random.random() < 0.9]
    changed = tuple(_changed(random, one) for one in kept)
    reworded = random.random() < 0.15
    purposes = {"plan": Purpose("plan", words("plan, reworded")), "care": before.purposes["care"]}
    return replace(
        before,
        ref=ProtocolRef(before.ref.id, version),
        rules=changed,
        purposes=purposes if reworded else before.purposes,
        in_force_from=DAY_ZERO + timedelta(days=starts),
        review_on=DAY_ZERO + timedelta(days=ends),
    )


def _changed(random: Random, one: Rule) -> Rule:
    what = random.random()
    if what < 0.5:
        return one
    if what < 0.65:
        return replace(one, when=random.choice((When(), when(random))))
    if what < 0.8:
        return replace(one, obligations=obligations(random))
    if what < 0.9:
        return replace(one, mask=one.mask & some_fields(random, likely=0.7))
    return replace(one, roles=some_of(random, ROLES))


def protocols(random: Random, *, clashes: bool = False) -> tuple[tuple[Protocol, ...], tuple[Protocol, ...]]:
    """One to three protocols, of which some have a newer version that takes over; and versions out of use."""
    found, earlier = [], []
    for name in NAMES[: random.randint(1, 3)]:
        starts = random.choice((0, 0, 1, 4))
        ends = starts + random.randint(5, 16)
        first = protocol(random, name, 1, starts=starts, ends=ends, clashes=clashes)
        later = starts + random.randint(1, 6)
        second = revised(random, first, 2, starts=later, ends=later + random.randint(3, 14))
        what = random.random()
        if what < 0.4:
            found.append(first)
        elif what < 0.7:
            found += [first, second]
        else:
            found.append(second)
            earlier.append(first)
    return tuple(found), tuple(earlier)


def consent(random: Random, number: int, rules: Sequence[Rule] = ()) -> ConsentFact:
    """A consent: mostly about something that a row shares, now and then about something else."""
    holder, recipient, purpose = direction(random, rules)
    begins = random.choice((0, 0, 1, 3, 9))
    return ConsentFact(
        consent_id=f"c{number}",
        holder=holder,
        recipient=recipient,
        purpose=purpose,
        mask=some_fields(random, likely=0.7),
        valid_from=instant(begins),
        valid_until=instant(begins + random.randint(0, 16)),
        protocol=None if random.random() < 0.05 else ProtocolRef(random.choice(NAMES), random.choice((1, 1, 2))),
    )


def objection(random: Random, rules: Sequence[Rule] = ()) -> ObjectionFact:
    holder, recipient, purpose = direction(random, rules)
    return ObjectionFact(holder, recipient, purpose, some_fields(random, likely=0.4))


def bar(random: Random) -> BarFact:
    return BarFact(
        random.choice(list(BarKind)),
        some_fields(random, likely=0.2),
        recipient=random.choice((None, None, *AGENCIES)),
    )


def override(random: Random, number: int, rules: Sequence[Rule] = ()) -> OverrideFact:
    _, recipient, purpose = direction(random, rules)
    begins = random.choice((0, 0, 1, 3, 9))
    return OverrideFact(
        override_id=f"o{number}",
        recipient=recipient,
        role=random.choice(ROLES),
        purpose=purpose,
        mask=some_fields(random, likely=0.6),
        valid_from=instant(begins),
        valid_until=instant(begins + random.randint(0, 16)),
    )


def read(random: Random, rules: Sequence[Rule] = ()) -> ReadFact:
    holder, recipient, purpose = direction(random, rules)
    return ReadFact(
        holder=holder,
        recipient=recipient,
        purpose=purpose,
        mask=some_fields(random, likely=0.4),
        at=instant(random.randint(0, 14), random.choice((0, 12))),
    )


def facts(random: Random, known: Sequence[Protocol] = ()) -> Facts:
    rules = [row for one in known for row in one.rules]
    asked = [row for row in rules if row.basis is Basis.CONSENT]
    told = [row for row in rules if row.basis is Basis.PUBLIC_TASK]
    kept = [row for row in rules if row.basis is Basis.OVERRIDE_ONLY]
    counted = [row for row in rules if row.obligations.reads is not None]
    return Facts(
        consents=tuple(consent(random, number, asked) for number in range(random.randint(0, 8))),
        bars=tuple(bar(random) for _ in range(random.choice((0, 0, 1, 3)))),
        objections=tuple(objection(random, told) for _ in range(random.randint(0, 3))),
        overrides=tuple(override(random, number, kept) for number in range(random.choice((0, 1, 4)))),
        reads=tuple(read(random, counted) for _ in range(random.choice((0, 4, 10)))),
        age=random.choice((None, 3, *AGES, 30)),
        level=random.choice((None, 1, 2, 3, 4)),
        live_ties=frozenset(agency for agency in AGENCIES if random.random() < 0.6),
    )


def request(random: Random, known: Sequence[Protocol] = ()) -> AccessRequest:
    """Mostly as a row has it; now and then with a name that nobody knows, or a bit that no field has."""
    stranger = 0.01
    holder, recipient, purpose = direction(random, [row for one in known for row in one.rules])
    if random.random() < 0.1:
        holder, purpose = recipient, random.choice((*PURPOSES, "own-record"))
    if random.random() < 0.03:
        purpose = random.choice(("own-record", "unheard-of"))
    return AccessRequest(
        recipient="nobody" if random.random() < stranger else recipient,
        role="nothing" if random.random() < stranger else random.choice(ROLES),
        purpose=purpose,
        holder="nobody" if random.random() < stranger else holder,
        wanted=some_fields(random, likely=0.7) | (1 << 200 if random.random() < 0.1 else 0),
        at=instant(random.randint(0, 14), random.choice((0, 0, 12))),
    )


def world(seed: int, *, requests: int = 20, clashes: bool = False) -> World:
    random = Random(seed)
    found, earlier = protocols(random, clashes=clashes)
    asked = tuple(request(random, found) for _ in range(requests))
    return World(found, facts(random, (*found, *earlier)), asked, earlier)
