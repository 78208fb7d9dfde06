"""Reading one row of the information reference table, and the checks that make a row lawful on its face."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import combinations

from policies import reading
from policies.fields import Catalogue, Field, Sensitivity
from policies.model import ALWAYS, Basis, Confidentiality, Partner, Power, Purpose, Rule
from policies.strict_yaml import Fault, Node, Table
from policies.terms import read_obligations, read_when

_REQUIRED = (
    "id", "from", "to", "roles", "purpose", "fields", "basis", "why", "article_6", "powers", "confidentiality",
    "withheld_marker", "obligations",
)  # fmt: skip
_OPTIONAL = ("article_9", "article_10", "condition", "when")

ARTICLE_6 = ("6(1)(a)", "6(1)(b)", "6(1)(c)", "6(1)(d)", "6(1)(e)", "6(1)(f)")
ARTICLE_9 = tuple(f"9(2)({letter})" for letter in "abcdefghij")
_ARTICLE_6_OF = {Basis.LEGAL_OBLIGATION: "6(1)(c)", Basis.PUBLIC_TASK: "6(1)(e)"}
_NEEDS_ARTICLE_9 = frozenset((Sensitivity.SPECIAL, Sensitivity.RESTRICTED))
_SECTION = re.compile(r"(?:section|sections|article|regulation|Schedule) .{1,80}")


class RuleReader:
    """Reads rows against a catalogue, and the partners, roles and purposes of their own file."""

    def __init__(
        self, catalogue: Catalogue, *, since: int, partners: Mapping[str, Partner], purposes: Mapping[str, Purpose]
    ) -> None:
        self._fields = tuple(entry for entry in catalogue.fields if entry.since <= since)
        self._catalogue = catalogue
        self._since = since
        self._partners = partners
        self._purposes = purposes

    def read(self, node: Node) -> Rule:
        """One row, with its fields named one by one in a mask.

        Raises:
            Fault: for the first thing wrong with the row.
        """
        body = reading.table(node, required=_REQUIRED, optional=_OPTIONAL)
        at = body.entries
        holder, recipient = self._direction(at)
        mask = self._fields_of(at["fields"])
        rule = Rule(
            id=reading.slug(at["id"]),
            holder=holder,
            recipient=recipient,
            roles=self._roles(at["roles"], recipient),
            purpose=reading.named(at["purpose"], self._purposes, what="purpose", remedy="list it under `purposes:`"),
            mask=mask,
            basis=reading.choice(at["basis"], Basis),
            why=reading.words(at["why"]),
            article_6=reading.named(at["article_6"], ARTICLE_6, what="Article 6 basis", remedy=_one_of(ARTICLE_6)),
            article_9=_article_9(body),
            article_10=reading.prose(at["article_10"]) if "article_10" in at else None,
            condition=reading.prose(at["condition"]) if "condition" in at else None,
            powers=tuple(_power(item) for item in reading.items(at["powers"])),
            confidentiality=reading.choice(at["confidentiality"], Confidentiality),
            withheld_marker=reading.flag(at["withheld_marker"]),
            obligations=read_obligations(at["obligations"]),
            when=read_when(at["when"]) if "when" in at else ALWAYS,
            line=body.line,
        )
        self._check(rule, at)
        return rule

    def _direction(self, at: Mapping[str, Node]) -> tuple[str, str]:
        remedy = "list it under `partners:`"
        holder = reading.named(at["from"], self._partners, what="partner", remedy=remedy)
        recipient = reading.named(at["to"], self._partners, what="partner", remedy=remedy)
        if holder == recipient:
            raise Fault(
                at["to"].line, "a partner shares with itself", remedy="remove the row: own records need no rule"
            )
        return holder, recipient

    def _roles(self, node: Node, recipient: str) -> frozenset[str]:
        known = self._partners[recipient].roles
        remedy = f"list it under `roles:` of the partner `{recipient}`"
        return frozenset(reading.named(item, known, what="role", remedy=remedy) for item in reading.items(node))

    def _fields_of(self, node: Node) -> int:
        mask = 0
        for item in reading.items(node):
            for entry in self._named(item):
                mask |= entry.bit
        return mask

    def _named(self, node: Node) -> tuple[Field, ...]:
        """A field id, `prefix.*` or `group:id`. What is restricted must be named by its own id."""
        name = reading.text(node)
        if name.endswith(".*"):
            found = tuple(entry for entry in self._fields if entry.id.startswith(name[:-1]))
        elif name.startswith("group:"):
            found = tuple(entry for entry in self._fields if entry.group == name.removeprefix("group:"))
        else:
            found = tuple(entry for entry in self._fields if entry.id == name)
        if not found:
            problem = f"no field `{name[:80]}` in version {self._since} of the catalogue"
            raise Fault(node.line, problem, remedy="use a field id, `prefix.*` or `group:id` of the catalogue")
        for entry in found:
            if entry.sensitivity is Sensitivity.RESTRICTED and entry.id != name:
                problem = f"`{name[:80]}` brings in the restricted field `{entry.id}`"
                raise Fault(node.line, problem, remedy="name the fields one by one")
        return found

    def _check(self, rule: Rule, at: Mapping[str, Node]) -> None:
        needed = _ARTICLE_6_OF.get(rule.basis)
        if needed is not None and rule.article_6 != needed:
            problem = f"the basis `{rule.basis}` goes with Article {needed}"
            raise Fault(at["article_6"].line, problem, remedy=f"write {needed}, or change the basis")
        for entry in self._catalogue.entries(rule.mask):
            _check_field(entry, rule, at)


def _check_field(entry: Field, rule: Rule, at: Mapping[str, Node]) -> None:
    if entry.sensitivity in _NEEDS_ARTICLE_9 and rule.article_9 is None:
        problem = f"`{entry.id}` is special category data, and the row names no Article 9 condition"
        raise Fault(at["fields"].line, problem, remedy="add `article_9:`")
    if "criminal" in entry.tags and rule.article_10 is None:
        problem = f"`{entry.id}` is criminal offence data, and the row names no Article 10 authority"
        raise Fault(at["fields"].line, problem, remedy="add `article_10:`")
    if entry.sensitivity is Sensitivity.RESTRICTED and rule.withheld_marker:
        problem = f"a marker would say that the restricted field `{entry.id}` may be held"
        raise Fault(at["withheld_marker"].line, problem, remedy="write `withheld_marker: false` for it in its own row")


def ambiguities(rules: Iterable[Rule], catalogue: Catalogue) -> Iterable[Fault]:
    """Row ids used twice, and fields that two rows give to the same role for the same purpose on different bases."""
    for first, second in combinations(rules, 2):
        if first.id == second.id:
            yield Fault(second.line, f"the row id `{second.id}` stands twice", remedy="give each row its own id")
        both = first.mask & second.mask
        if both and first.basis is not second.basis and _meet(first, second):
            name = catalogue.ids(both)[0]
            problem = f"`{name}` stands in `{first.id}` and `{second.id}` on two bases for the same role and purpose"
            yield Fault(second.line, problem, remedy="keep the field in one of the two rows")


def _meet(first: Rule, second: Rule) -> bool:
    same = (first.holder, first.recipient, first.purpose) == (second.holder, second.recipient, second.purpose)
    return same and not first.roles.isdisjoint(second.roles)


def _article_9(body: Table) -> str | None:
    if "article_9" not in body.entries:
        return None
    return reading.named(body.entries["article_9"], ARTICLE_9, what="Article 9 condition", remedy=_one_of(ARTICLE_9))


def _power(node: Node) -> Power:
    at = reading.table(node, required=("act", "section")).entries
    section = reading.prose(at["section"])
    if _SECTION.fullmatch(section) is None:
        raise Fault(at["section"].line, "a power names its section", remedy="write e.g. `section: section 65`")
    return Power(reading.prose(at["act"]), section)


def _one_of(choices: Iterable[str]) -> str:
    return "write one of " + ", ".join(choices)
