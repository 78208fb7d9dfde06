"""Reading the parts of a protocol file that rows lean on: partners, roles, purposes, and what each undertakes."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from policies import reading
from policies.bars import NEVER_PASSED, BarKind
from policies.decision import OWN_RECORD
from policies.model import (
    Admission,
    BarPassage,
    Condition,
    Office,
    Partner,
    Purpose,
    Retention,
    Role,
    Sector,
    Undertakings,
)
from policies.strict_yaml import Fault, Node
from policies.words import Words


def read_role(node: Node) -> Role:
    """One entry of `roles`."""
    body = reading.table(node, required=("code", "title")).entries
    return Role(reading.slug(body["code"]), reading.words(body["title"]))


def read_purpose(node: Node) -> Purpose:
    """One entry of `purposes`; the built-in purpose can't be redefined."""
    body = reading.table(node, required=("code", "words")).entries
    code = reading.slug(body["code"])
    if code == OWN_RECORD:
        raise Fault(body["code"].line, f"the purpose `{OWN_RECORD}` is built in", remedy="choose another code")
    return Purpose(code, reading.words(body["words"]))


def read_partner(node: Node, roles: Collection[str], agencies: Collection[str] | None) -> Partner:
    """One entry of `partners`; its roles must be among `roles`, and its agency among `agencies` where given."""
    body = reading.table(node, required=("agency", "name", "sector", "designated_person", "ask", "roles")).entries
    agency = reading.slug(body["agency"])
    if agencies is not None and agency not in agencies:
        raise Fault(
            body["agency"].line, f"the agency `{agency}` is not in the directory", remedy="add the partner, or mend it"
        )
    ask = reading.table(body["ask"], required=("en", "cy", "contact")).entries
    named = [
        reading.named(item, roles, what="role", remedy="list it under `roles:`")
        for item in reading.items(body["roles"])
    ]
    return Partner(
        agency=agency,
        name=reading.words(body["name"]),
        sector=reading.choice(body["sector"], Sector),
        designated_person=reading.words(body["designated_person"]),
        ask=Office(
            agency, Words(en=reading.prose(ask["en"]), cy=reading.prose(ask["cy"])), reading.text(ask["contact"])
        ),
        roles=frozenset(named),
        line=node.line,
    )


def _title(ask: Mapping[str, Node]) -> Words:
    return Words(en=reading.prose(ask["en"]), cy=reading.prose(ask["cy"]))


def _named_partner(node: Node, partners: Collection[str]) -> str:
    return reading.named(node, partners, what="partner", remedy="list it under `partners:`")


def read_admission(node: Node, partners: Collection[str]) -> Admission:
    """One entry of `admission`."""
    body = reading.table(node, required=("holder", "any_of", "words")).entries
    conditions = (reading.choice(item, Condition) for item in reading.items(body["any_of"]))
    return Admission(_named_partner(body["holder"], partners), frozenset(conditions), reading.words(body["words"]))


def read_retention(node: Node, partners: Collection[str]) -> Retention:
    """One entry of `retention`."""
    body = reading.table(node, required=("agency", "words")).entries
    return Retention(_named_partner(body["agency"], partners), reading.words(body["words"]))


def read_passage(node: Node, roles: Collection[str]) -> BarPassage:
    """One entry of `bars`: by which roles an override may pass a kind of bar. Some kinds are never passed."""
    body = reading.table(node, required=("kind", "override_by")).entries
    kind = reading.choice(body["kind"], BarKind)
    if kind in NEVER_PASSED:
        problem = f"no override ever passes a bar of the kind `{kind}`"
        raise Fault(body["kind"].line, problem, remedy="remove the entry")
    named = (
        reading.named(item, roles, what="role", remedy="list it under `roles:`")
        for item in reading.items(body["override_by"])
    )
    return BarPassage(kind, frozenset(named))


def read_undertakings(node: Node) -> Undertakings:
    """The sections of the protocol that are words: what all partners undertake."""
    names = ("benefits", "informing", "rights", "security", "records", "complaints")
    body = reading.table(node, required=names).entries
    return Undertakings(**{name: reading.words(body[name]) for name in names})
