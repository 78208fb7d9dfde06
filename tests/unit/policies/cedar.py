"""The same protocols and facts as Cedar policies, decided by an engine that nobody here wrote.

Who asks, when, and what is true of the learner (age, level, live ties) stand in the context of a request; conditions,
limits, bars, objections, consents and overrides are written as Cedar says them. What Cedar can't say, which rows of two
versions are no stricter, is worked out by the slow reference, row by row.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

import cedarpy

from policies import AccessRequest, BarFact, Basis, Catalogue, ConsentFact, Facts, OverrideFact, Protocol, Rule
from policies.model import When
from tests.unit.policies import reference

NEVER = "false"


class CedarOracle:
    """Protocols and facts of one world, parsed once; answers requests field by field."""

    def __init__(
        self, catalogue: Catalogue, protocols: Sequence[Protocol], facts: Facts, earlier: Sequence[Protocol] = ()
    ) -> None:
        self._catalogue = catalogue
        self._facts = facts
        self.policies = cedarpy.PolicySet.from_str(Translation(catalogue, protocols, facts, earlier).text())
        self.entities = cedarpy.Entities.from_json_str("[]")

    def batch(self, requests: Sequence[AccessRequest]) -> list[tuple[int, str, dict[str, object]]]:
        """One question for each wanted field of each request: which request, which field, and as Cedar takes it."""
        contexts = [json.dumps(context(request, self._facts)) for request in requests]
        return [
            (at, entry.id, cedar_request(request, entry.id, contexts[at]))
            for at, request in enumerate(requests)
            for entry in self._catalogue.entries(request.wanted)
        ]

    def allowed(self, requests: Sequence[AccessRequest]) -> list[set[str]]:
        """For each request the ids of the wanted fields that Cedar allows."""
        asked = self.batch(requests)
        results = cedarpy.is_authorized_batch([one for _, _, one in asked], self.policies, self.entities)
        found: list[set[str]] = [set() for _ in requests]
        for (at, field_id, _), result in zip(asked, results, strict=True):
            assert not result.diagnostics.errors, result.diagnostics.errors
            if result.decision is cedarpy.Decision.Allow:
                found[at].add(field_id)
        return found


def cedar_request(request: AccessRequest, field_id: str, context: str) -> dict[str, object]:
    return {
        "principal": {"type": "Agency", "id": request.recipient},
        "action": {"type": "Action", "id": "read"},
        "resource": {"type": "Field", "id": field_id},
        "context": context,
    }


def context(request: AccessRequest, facts: Facts) -> dict[str, object]:
    """What is so when it is asked; what is not known is left out."""
    known = {"age": facts.age, "level": facts.level}
    return {
        "holder": request.holder,
        "role": request.role,
        "purpose": request.purpose,
        "at": seconds(request.at),
        "ties": sorted(facts.live_ties),
        **{name: value for name, value in known.items() if value is not None},
    }


class Translation:
    """Protocols and facts of one world as the text of a policy set."""

    def __init__(
        self, catalogue: Catalogue, protocols: Sequence[Protocol], facts: Facts, earlier: Sequence[Protocol]
    ) -> None:
        self._catalogue = catalogue
        self._protocols = protocols
        self._facts = facts
        self._known = {protocol.ref: protocol for protocol in (*earlier, *protocols)}

    def text(self) -> str:
        """All policies: what permits, and the bars, which forbid."""
        return "\n".join([*self._own_record(), *self._rows(), *self._bars()])

    def _own_record(self) -> Iterator[str]:
        """One permit for each agency: its own records, in a role and for a purpose that it has."""
        for agency in sorted({agency for protocol in self._protocols for agency in protocol.partners}):
            own = [protocol for protocol in self._protocols if agency in protocol.partners]
            roles = sorted({role for protocol in own for role in protocol.partners[agency].roles})
            purposes = sorted({"own-record", *(purpose for protocol in own for purpose in protocol.purposes)})
            yield permit(agency, f'context.holder == "{agency}"', one_of("role", roles), one_of("purpose", purposes))

    def _rows(self) -> Iterator[str]:
        for protocol in self._protocols:
            for rule in protocol.rules:
                yield from self._permits(protocol, rule)

    def _permits(self, protocol: Protocol, rule: Rule) -> Iterator[str]:
        """A duty is one permit; a row on consent is one for each consent that may reach it, and so is an override."""
        counts = self._counts(protocol, rule)
        if rule.basis is Basis.LEGAL_OBLIGATION:
            yield permit(rule.recipient, *counts)
        elif rule.basis is Basis.PUBLIC_TASK:
            yield permit(rule.recipient, *counts, f"!({self._objected()})")
        elif rule.basis is Basis.CONSENT:
            for consent in self._facts.consents:
                if (consent.holder, consent.recipient, consent.purpose) == (rule.holder, rule.recipient, rule.purpose):
                    yield permit(rule.recipient, *counts, self._covers(consent), self._reaches(consent, protocol, rule))
        else:
            for override in self._facts.overrides:
                if (override.recipient, override.purpose) == (rule.recipient, rule.purpose):
                    yield permit(rule.recipient, *counts, self._opens(override))

    def _counts(self, protocol: Protocol, rule: Rule) -> list[str]:
        """Steps 3 and 4 for one row."""
        return [
            f'context.holder == "{rule.holder}"',
            f'context.purpose == "{rule.purpose}"',
            one_of("role", sorted(rule.roles)),
            period(protocol, self._protocols),
            self._among(rule.mask),
            *conditions(rule),
            *self._limits(rule),
        ]

    def _limits(self, rule: Rule) -> Iterator[str]:
        """Reads are added up in Cedar: one for each that opened a field of the row and is not yet out of the period."""
        limit = rule.obligations.reads
        if limit is None:
            return
        length = int(timedelta(days=reference.DAYS[limit.per]).total_seconds())
        terms = [
            f"(if context.at < {seconds(read.at) + length} then 1 else 0)"
            for read in self._facts.reads
            if (read.holder, read.recipient, read.purpose) == (rule.holder, rule.recipient, rule.purpose)
            and read.mask & rule.mask
        ]
        if terms:
            yield f"{' + '.join(terms)} < {limit.most}"

    def _objected(self) -> str:
        return any_of(
            f'(context.holder == "{one.holder}" && principal == Agency::"{one.recipient}"'
            f' && context.purpose == "{one.purpose}" && {self._among(one.mask)})'
            for one in self._facts.objections
        )

    def _covers(self, consent: ConsentFact) -> str:
        return f"{between(consent.valid_from, consent.valid_until)} && {self._among(consent.mask)}"

    def _reaches(self, consent: ConsentFact, protocol: Protocol, rule: Rule) -> str:
        """Step 8: the consent's own version, or another one where no row for this reader is wider than a row of it."""
        own = self._known.get(consent.protocol) if consent.protocol is not None else None
        if consent.protocol == protocol.ref:
            return "true"
        if own is None or own.ref.id != protocol.ref.id:
            return NEVER
        if own.purposes.get(rule.purpose) != protocol.purposes.get(rule.purpose):
            return NEVER
        sharing, before = on_consent(protocol, rule), on_consent(own, rule)
        return all_of(
            f"(!({self._speaks(new)}) || "
            + any_of(f"({self._speaks(old)})" for old in before if reference.is_no_stricter(old, new))
            + ")"
            for new in sharing
        )

    def _speaks(self, rule: Rule) -> str:
        return f"{one_of('role', sorted(rule.roles))} && {self._among(rule.mask)}"

    def _opens(self, override: OverrideFact) -> str:
        return (
            f'context.role == "{override.role}" && {between(override.valid_from, override.valid_until)}'
            f" && {self._among(override.mask)}"
        )

    def _bars(self) -> Iterator[str]:
        """Each bar forbids, unless an override opens the field by a row whose protocol lets its role pass every bar."""
        for bar in self._facts.bars:
            yield f"forbid(principal, action, resource) when {{ {self._lies(bar)} }} unless {{ {self._passed()} }};"

    def _lies(self, bar: BarFact) -> str:
        to = "true" if bar.recipient is None else f'principal == Agency::"{bar.recipient}"'
        return f"({to} && {self._among(bar.mask)})"

    def _passed(self) -> str:
        return any_of(
            f'(principal == Agency::"{rule.recipient}" && '
            f"{all_of([*self._counts(protocol, rule), self._opens(override), self._passable(protocol)])})"
            for protocol in self._protocols
            for rule in protocol.rules
            if rule.basis is Basis.OVERRIDE_ONLY
            for override in self._facts.overrides
            if (override.recipient, override.purpose) == (rule.recipient, rule.purpose) and override.role in rule.roles
        )

    def _passable(self, protocol: Protocol) -> str:
        return all_of(
            f"(!{self._lies(bar)} || {any_of(self._passages(protocol, str(bar.kind)))})" for bar in self._facts.bars
        )

    def _passages(self, protocol: Protocol, kind: str) -> Iterator[str]:
        if kind in ("hidden_location", "third_party"):
            yield from (one_of("role", sorted(one.roles)) for one in protocol.bars if one.kind == kind)

    def _among(self, mask: int) -> str:
        names = ", ".join(f'Field::"{name}"' for name in self._catalogue.ids(mask))
        return f"[{names}].contains(resource)" if names else NEVER


def on_consent(protocol: Protocol, like: Rule) -> list[Rule]:
    """Rows on consent in the same direction, for the same purpose."""
    return [
        rule
        for rule in protocol.rules
        if rule.basis is Basis.CONSENT
        and (rule.holder, rule.recipient, rule.purpose) == (like.holder, like.recipient, like.purpose)
    ]


def conditions(rule: Rule) -> Iterator[str]:
    """A row's `when`; an age or a level that is not known meets no condition."""
    when: When = rule.when
    if when.age_from is not None:
        yield f"context has age && context.age >= {when.age_from}"
    if when.age_until is not None:
        yield f"context has age && context.age < {when.age_until}"
    if when.levels:
        yield f"context has level && {sorted(when.levels)}.contains(context.level)"
    if when.live_tie:
        yield f'context.ties.contains("{rule.recipient}")'
    if when.from_on is not None:
        yield f"context.at >= {midnight(when.from_on)}"
    if when.until_on is not None:
        yield f"context.at < {midnight(when.until_on)}"


def permit(agency: str, *conditions: str) -> str:
    return f'permit(principal == Agency::"{agency}", action, resource) when {{ {all_of(conditions)} }};'


def all_of(conditions: Iterable[str]) -> str:
    return " && ".join(conditions) or "true"


def any_of(conditions: Iterable[str]) -> str:
    joined = " || ".join(conditions)
    return f"({joined})" if joined else NEVER


def one_of(name: str, values: Sequence[str]) -> str:
    return f"{json.dumps(values)}.contains(context.{name})"


def between(begins: datetime, ends: datetime) -> str:
    return f"context.at >= {seconds(begins)} && context.at < {seconds(ends)}"


def period(protocol: Protocol, protocols: Iterable[Protocol]) -> str:
    later = [
        other for other in protocols if other.ref.id == protocol.ref.id and other.ref.version > protocol.ref.version
    ]
    ends = min([midnight(protocol.review_on), *(midnight(other.in_force_from) for other in later)])
    return f"context.at >= {midnight(protocol.in_force_from)} && context.at < {ends}"


def midnight(day) -> int:
    return seconds(datetime(day.year, day.month, day.day, tzinfo=UTC))


def seconds(at: datetime) -> int:
    return int(at.timestamp())
