"""A protocol as JSON, and as the bytes that partners sign: RFC 8785, fields named one by one, no file and no line.

What two files mean alike has the same bytes, whatever their layout and comments. Order counts only where it says
something: lists of rows, partners, roles, purposes are sorted by their names.
"""

from __future__ import annotations

import hashlib
from datetime import date

import rfc8785

from policies.fields import Catalogue
from policies.model import Obligations, Partner, Protocol, Rule, When
from policies.values import Json
from policies.words import Words

FORMAT = "dolen-protocol/v1"


def canonical(protocol: Protocol, catalogue: Catalogue) -> bytes:
    """The RFC 8785 bytes of `as_json`: what a designated person signs."""
    return rfc8785.dumps(as_json(protocol, catalogue))


def digest(protocol: Protocol, catalogue: Catalogue) -> bytes:
    """SHA-256 of the canonical bytes (32 bytes): the identity of a protocol version."""
    return hashlib.sha256(canonical(protocol, catalogue)).digest()


def as_json(protocol: Protocol, catalogue: Catalogue) -> dict[str, Json]:
    """Everything that the protocol says, as JSON without floats; masks are lists of field ids, sorted."""
    return {
        "format": FORMAT,
        "id": protocol.ref.id,
        "version": protocol.ref.version,
        "kind": protocol.kind.value,
        "catalogue": protocol.catalogue,
        "in_force_from": protocol.in_force_from.isoformat(),
        "review_on": protocol.review_on.isoformat(),
        "title": _words(protocol.title),
        "introduction": _words(protocol.introduction),
        "partners": [_partner(protocol.partners[name]) for name in sorted(protocol.partners)],
        "roles": [{"code": one.code, "title": _words(one.title)} for _, one in sorted(protocol.roles.items())],
        "purposes": [{"code": one.code, "words": _words(one.words)} for _, one in sorted(protocol.purposes.items())],
        "admission": sorted(
            (
                {
                    "holder": one.holder,
                    "any_of": sorted(condition.value for condition in one.any_of),
                    "words": _words(one.words),
                }
                for one in protocol.admission
            ),
            key=rfc8785.dumps,
        ),
        "information": [_rule(rule, catalogue) for rule in sorted(protocol.rules, key=lambda rule: rule.id)],
        "retention": sorted(
            ({"agency": one.agency, "words": _words(one.words)} for one in protocol.retention), key=rfc8785.dumps
        ),
        "undertakings": {
            name: _words(getattr(protocol.undertakings, name))
            for name in ("benefits", "informing", "rights", "security", "records", "complaints")
        },
        "bars": sorted(
            ({"kind": one.kind.value, "override_by": sorted(one.roles)} for one in protocol.bars), key=rfc8785.dumps
        ),
    }


def _words(words: Words) -> dict[str, Json]:
    return {"en": words.en, "cy": words.cy}


def _partner(partner: Partner) -> dict[str, Json]:
    return {
        "agency": partner.agency,
        "name": _words(partner.name),
        "sector": partner.sector.value,
        "designated_person": _words(partner.designated_person),
        "ask": {**_words(partner.ask.title), "contact": partner.ask.contact},
        "roles": sorted(partner.roles),
    }


def _rule(rule: Rule, catalogue: Catalogue) -> dict[str, Json]:
    return {
        "id": rule.id,
        "from": rule.holder,
        "to": rule.recipient,
        "roles": sorted(rule.roles),
        "purpose": rule.purpose,
        "fields": list(catalogue.ids(rule.mask)),
        "basis": rule.basis.value,
        "why": _words(rule.why),
        "article_6": rule.article_6,
        "article_9": rule.article_9,
        "article_10": rule.article_10,
        "condition": rule.condition,
        "powers": [{"act": power.act, "section": power.section} for power in rule.powers],
        "confidentiality": rule.confidentiality.value,
        "withheld_marker": rule.withheld_marker,
        "obligations": _obligations(rule.obligations),
        "when": _when(rule.when),
    }


def _obligations(obligations: Obligations) -> dict[str, Json]:
    limit = obligations.reads
    return {
        "no_onward_sharing": obligations.no_onward_sharing,
        "reads": None if limit is None else {"most": limit.most, "per": limit.per.value},
        "erase_by": obligations.erase_by.value,
        "tell_family": obligations.tell_family,
    }


def _when(when: When) -> dict[str, Json]:
    return {
        "age_from": when.age_from,
        "age_until": when.age_until,
        "levels": sorted(when.levels),
        "live_tie": when.live_tie,
        "from_on": _day(when.from_on),
        "until_on": _day(when.until_on),
    }


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
