"""The decision again, slowly: one field at a time, by sets and plain conditions, from the text of the policy language.

Shares nothing with the package but the values that go in. Whoever changes one changes the other by hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from policies import AccessRequest, Catalogue, ConsentFact, Facts, Protocol, Rule
from policies.model import Obligations, When

Row = tuple[Protocol, Rule]
ALLOWING = {"own_record", "legal_obligation", "public_task", "consent", "override"}
DAYS = {"day": 1, "week": 7, "month": 31, "year": 366}
SOONEST_FIRST = ["consent_ends", "purpose_ends", "plan_ends", "retention"]


@dataclass(frozen=True)
class Answer:
    """Field ids by outcome."""

    reasons: dict[str, str]
    allowed: frozenset[str]
    withheld_shown: frozenset[str]
    consents: frozenset[str]
    overrides: frozenset[str]
    permitted_by: frozenset[tuple[str, str]]
    """Protocol version and field id: whose rows allow the field on the basis that is reported."""
    offices: frozenset[str]
    """Whom to ask about the fields that are marked."""


@dataclass(frozen=True)
class Question:
    """A request and the facts, with the rows that step 3 finds, sorted by what step 4 says of them."""

    request: AccessRequest
    facts: Facts
    named: str | None
    rows: list[Row]
    current: list[Row]
    counting: list[Row]
    unmet: list[Row]
    used_up: list[Row]
    protocols: list[Protocol]
    known: list[Protocol]


def answer(
    catalogue: Catalogue,
    protocols: Iterable[Protocol],
    request: AccessRequest,
    facts: Facts,
    earlier: Iterable[Protocol] = (),
) -> Answer:
    question = prepared(list(protocols), request, facts, list(earlier))
    reasons: dict[str, str] = {}
    consents: set[str] = set()
    overrides: set[str] = set()
    shown: set[str] = set()
    permitted_by: set[tuple[str, str]] = set()
    offices: set[str] = set()
    for field in catalogue.fields:
        if not has(request.wanted, field.ordinal):
            continue
        reason, used = field_reason(field.ordinal, question)
        reasons[field.id] = reason
        if reason == "consent":
            consents.update(used)
        if reason == "override":
            overrides.update(used)
        permitted_by.update((name, field.id) for name in protocols_behind(reason, field.ordinal, question))
        if reason not in ALLOWING and is_marked(field, question):
            shown.add(field.id)
            offices.update(offices_for(field.ordinal, question))
    allowed = frozenset(name for name, reason in reasons.items() if reason in ALLOWING)
    return Answer(
        reasons,
        allowed,
        frozenset(shown),
        frozenset(consents),
        frozenset(overrides),
        frozenset(permitted_by),
        frozenset(offices),
    )


def prepared(protocols: list[Protocol], request: AccessRequest, facts: Facts, earlier: list[Protocol]) -> Question:
    rows = [(protocol, rule) for protocol in protocols for rule in protocol.rules if is_about(rule, request)]
    current = [row for row in rows if is_current(row[0], protocols, request.at)]
    clear = without_ambiguity(current)
    met = [row for row in clear if conditions_are_met(row[1].when, request, facts)]
    counting = [row for row in met if not is_used_up(row[1], request, facts)]
    return Question(
        request=request,
        facts=facts,
        named=name_reason(protocols, request),
        rows=rows,
        current=current,
        counting=counting,
        unmet=[row for row in clear if row not in met],
        used_up=[row for row in met if row not in counting],
        protocols=protocols,
        known=[*earlier, *protocols],
    )


def has(mask: int, ordinal: int) -> bool:
    return bin(mask)[2:][::-1][ordinal : ordinal + 1] == "1"


def ordinals(mask: int) -> list[int]:
    return [place for place, bit in enumerate(reversed(bin(mask)[2:])) if bit == "1"]


def field_reason(ordinal: int, question: Question) -> tuple[str, set[str]]:
    request = question.request
    if question.named is not None:
        return question.named, set()
    if request.recipient == request.holder:
        return ("barred" if bars_on(ordinal, question) else "own_record"), set()
    if not question.rows:
        return "no_rule", set()
    if not question.current:
        over = [protocol for protocol, _ in question.rows if has_ended(protocol, question.protocols, request.at)]
        return ("protocol_lapsed" if over else "protocol_not_started"), set()
    return reason_in_force(ordinal, question)


def reason_in_force(ordinal: int, question: Question) -> tuple[str, set[str]]:
    """Steps 5 to 10, and which of several refusals is told."""
    barred = bool(bars_on(ordinal, question))
    consents = consents_that_reach(ordinal, question)
    if not barred:
        if rows_on("legal_obligation", ordinal, question.counting):
            return "legal_obligation", set()
        if rows_on("public_task", ordinal, question.counting) and not is_objected(ordinal, question):
            return "public_task", set()
        if consents:
            return "consent", {consent.consent_id for consent in consents}
    overrides = overrides_on(ordinal, question)
    if overrides:
        return "override", overrides
    if barred:
        return "barred", set()
    if rows_on("public_task", ordinal, question.counting):
        return "objection_open", set()
    if rows_on("consent", ordinal, question.counting):
        return consent_reason(ordinal, question), set()
    return other_reason(ordinal, question), set()


def other_reason(ordinal: int, question: Question) -> str:
    if any(rows_on(basis, ordinal, question.unmet) for basis in BASES):
        return "condition_unmet"
    if any(rows_on(basis, ordinal, question.used_up) for basis in BASES):
        return "read_limit"
    return "override_only" if rows_on("override_only", ordinal, question.counting) else "no_rule"


BASES = ["legal_obligation", "public_task", "consent", "override_only"]


def rows_on(basis: str, ordinal: int, rows: Iterable[Row]) -> list[Row]:
    return [(protocol, rule) for protocol, rule in rows if rule.basis == basis and has(rule.mask, ordinal)]


def bars_on(ordinal: int, question: Question) -> list[str]:
    """Kinds of the bars that lie on this field for this recipient."""
    return [
        str(bar.kind)
        for bar in question.facts.bars
        if has(bar.mask, ordinal) and (bar.recipient is None or bar.recipient == question.request.recipient)
    ]


def is_objected(ordinal: int, question: Question) -> bool:
    request = question.request
    return any(
        one.holder == request.holder
        and one.recipient == request.recipient
        and one.purpose == request.purpose
        and has(one.mask, ordinal)
        for one in question.facts.objections
    )


def consents_about(ordinal: int, question: Question) -> list[ConsentFact]:
    request = question.request
    return [
        consent
        for consent in question.facts.consents
        if consent.holder == request.holder
        and consent.recipient == request.recipient
        and consent.purpose == request.purpose
        and has(consent.mask, ordinal)
    ]


def consents_that_reach(ordinal: int, question: Question) -> list[ConsentFact]:
    """Step 8."""
    at = question.request.at
    rows = rows_on("consent", ordinal, question.counting)
    return [
        consent
        for consent in consents_about(ordinal, question)
        if consent.valid_from <= at < consent.valid_until
        and any(reaches(consent, ordinal, protocol, question) for protocol, _ in rows)
    ]


def reaches(consent: ConsentFact, ordinal: int, protocol: Protocol, question: Question) -> bool:
    if consent.protocol is None or consent.protocol.id != protocol.ref.id:
        return False
    if consent.protocol == protocol.ref:
        return True
    own = [known for known in question.known if known.ref == consent.protocol]
    request = question.request
    if not own or own[0].purposes.get(request.purpose) != protocol.purposes.get(request.purpose):
        return False
    sharing = [rule for rule in protocol.rules if shares_on_consent(rule, ordinal, request)]
    before = [rule for rule in own[0].rules if shares_on_consent(rule, ordinal, request)]
    return all(any(is_no_stricter(old, rule) for old in before) for rule in sharing)


def shares_on_consent(rule: Rule, ordinal: int, request: AccessRequest) -> bool:
    return rule.basis == "consent" and has(rule.mask, ordinal) and is_about(rule, request)


def is_no_stricter(old: Rule, new: Rule) -> bool:
    """Whether all that the old row asks is asked by the new one too."""
    return asks_no_more(old.when, new.when) and obliges_no_more(old.obligations, new.obligations)


def asks_no_more(old: When, new: When) -> bool:
    """By trying: nobody, at no time, meets what the new row asks but not what the old row asks."""
    ages = [None, *range(40)] if (old.age_from, old.age_until) != (None, None) else [new.age_from or 0]
    if any(age_is_met(new, age) and not age_is_met(old, age) for age in ages):
        return False
    if any(level_is_met(new, level) and not level_is_met(old, level) for level in (None, 0, 1, 2, 3, 4)):
        return False
    if any(tie_is_met(new, tie) and not tie_is_met(old, tie) for tie in (False, True)):
        return False
    days = [date(2025, 12, 1) + timedelta(days=number) for number in range(90)]
    instants = [day_begins(day) for day in days]
    return not any(days_are_met(new, at) and not days_are_met(old, at) for at in instants)


def obliges_no_more(old: Obligations, new: Obligations) -> bool:
    if old.no_onward_sharing and not new.no_onward_sharing:
        return False
    if old.tell_family and not new.tell_family:
        return False
    if SOONEST_FIRST.index(new.erase_by) > SOONEST_FIRST.index(old.erase_by):
        return False
    if old.reads is None:
        return True
    return new.reads is not None and new.reads.most <= old.reads.most and DAYS[new.reads.per] >= DAYS[old.reads.per]


def protocols_behind(reason: str, ordinal: int, question: Question) -> set[str]:
    """The protocol versions of which a row allows the field on this basis, by itself."""
    if reason in ("legal_obligation", "public_task"):
        return {str(protocol.ref) for protocol, _ in rows_on(reason, ordinal, question.counting)}
    if reason == "consent":
        standing = consents_that_reach(ordinal, question)
        rows = rows_on("consent", ordinal, question.counting)
        return {
            str(protocol.ref)
            for protocol, _ in rows
            if any(reaches(consent, ordinal, protocol, question) for consent in standing)
        }
    return {str(protocol.ref) for protocol in opening(ordinal, question)} if reason == "override" else set()


def offices_for(ordinal: int, question: Question) -> set[str]:
    """The office of the holder that each protocol names which marks the field."""
    return {
        protocol.partners[question.request.holder].ask.title.en
        for protocol, rule in question.current
        if rule.withheld_marker and has(rule.mask, ordinal)
    }


def consent_reason(ordinal: int, question: Question) -> str:
    consents = consents_about(ordinal, question)
    at = question.request.at
    if any(consent.valid_until <= at for consent in consents):
        return "consent_expired"
    if any(at < consent.valid_from for consent in consents):
        return "consent_not_begun"
    return "consent_outgrown" if consents else "consent_missing"


def overrides_on(ordinal: int, question: Question) -> set[str]:
    """Step 9: overrides in force that name the field, where some row keeps it for them and every bar may be passed."""
    request = question.request
    if not opening(ordinal, question):
        return set()
    return {
        one.override_id
        for one in question.facts.overrides
        if one.recipient == request.recipient
        and one.role == request.role
        and one.purpose == request.purpose
        and has(one.mask, ordinal)
        and one.valid_from <= request.at < one.valid_until
    }


def opening(ordinal: int, question: Question) -> list[Protocol]:
    """Protocols that keep the field for an override, and let this role pass every bar that lies on it."""
    bars = bars_on(ordinal, question)
    return [
        protocol
        for protocol, _ in rows_on("override_only", ordinal, question.counting)
        if all(may_pass(protocol, question.request.role, kind) for kind in bars)
    ]


def may_pass(protocol: Protocol, role: str, kind: str) -> bool:
    if kind in ("court_order", "adoption"):
        return False
    return any(one.kind == kind and role in one.roles for one in protocol.bars)


def conditions_are_met(when: When, request: AccessRequest, facts: Facts) -> bool:
    """Step 4."""
    return (
        age_is_met(when, facts.age)
        and level_is_met(when, facts.level)
        and tie_is_met(when, request.recipient in facts.live_ties)
        and days_are_met(when, request.at)
    )


def age_is_met(when: When, age: int | None) -> bool:
    if when.age_from is not None and (age is None or age < when.age_from):
        return False
    return not (when.age_until is not None and (age is None or age >= when.age_until))


def level_is_met(when: When, level: int | None) -> bool:
    return not when.levels or level in when.levels


def tie_is_met(when: When, has_tie: bool) -> bool:
    return has_tie or not when.live_tie


def days_are_met(when: When, at: datetime) -> bool:
    if when.from_on is not None and at < day_begins(when.from_on):
        return False
    return not (when.until_on is not None and at >= day_begins(when.until_on))


def is_used_up(rule: Rule, request: AccessRequest, facts: Facts) -> bool:
    if rule.obligations.reads is None:
        return False
    since = request.at - timedelta(days=DAYS[rule.obligations.reads.per])
    counted = [
        one
        for one in facts.reads
        if one.holder == request.holder
        and one.recipient == request.recipient
        and one.purpose == request.purpose
        and any(has(one.mask, ordinal) for ordinal in ordinals(rule.mask))
        and one.at > since
    ]
    return len(counted) >= rule.obligations.reads.most


def is_marked(field, question: Question) -> bool:
    if question.request.recipient == question.request.holder or field.sensitivity == "restricted":
        return False
    if question.named is not None or bars_on(field.ordinal, question):
        return False
    return any(rule.withheld_marker and has(rule.mask, field.ordinal) for _, rule in question.current)


def name_reason(protocols: list[Protocol], request: AccessRequest) -> str | None:
    partners = {agency for protocol in protocols for agency in protocol.partners}
    if request.recipient not in partners:
        return "unknown_recipient"
    if request.holder not in partners:
        return "unknown_holder"
    purposes = {purpose for protocol in protocols for purpose in protocol.purposes}
    if request.holder == request.recipient:
        purposes.add("own-record")
    if request.purpose not in purposes:
        return "unknown_purpose"
    roles = {
        role
        for protocol in protocols
        if request.recipient in protocol.partners
        for role in protocol.partners[request.recipient].roles
    }
    return None if request.role in roles else "unknown_role"


def is_about(rule: Rule, request: AccessRequest) -> bool:
    """Step 3, but for the time."""
    return (
        rule.holder == request.holder
        and rule.recipient == request.recipient
        and rule.purpose == request.purpose
        and request.role in rule.roles
    )


def without_ambiguity(rows: Sequence[Row]) -> list[Row]:
    """Rows of files that would not load: where one protocol gives a reader a field on two bases, none counts."""
    return [
        (protocol, replace(rule, mask=sum(1 << at for at in ordinals(rule.mask) if is_clear(at, protocol, rule, rows))))
        for protocol, rule in rows
    ]


def is_clear(ordinal: int, protocol: Protocol, rule: Rule, rows: Sequence[Row]) -> bool:
    others = [other for another, other in rows if another.ref == protocol.ref and has(other.mask, ordinal)]
    return has(rule.mask, ordinal) and all(other.basis == rule.basis for other in others)


def is_current(protocol: Protocol, protocols: list[Protocol], at: datetime) -> bool:
    return day_begins(protocol.in_force_from) <= at and not has_ended(protocol, protocols, at)


def has_ended(protocol: Protocol, protocols: list[Protocol], at: datetime) -> bool:
    replaced = any(
        other.ref.id == protocol.ref.id
        and other.ref.version > protocol.ref.version
        and day_begins(other.in_force_from) <= at
        for other in protocols
    )
    return replaced or at >= day_begins(protocol.review_on)


def day_begins(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
