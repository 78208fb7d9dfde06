"""Broken standing properties as findings, each with its counter-example in words; and properties that name nobody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from policies.circumstances import Circumstance
from policies.findings import Check, Finding
from policies.model import Protocol
from policies.properties import Property, Selection
from policies.proving import Breach


def finding_of(breach: Breach) -> Finding:
    """The finding at the row that breaks the property."""
    one, rule, request = breach.broken, breach.row.rule, breach.circumstance.request
    problem = (
        f"breaks the property `{one.id}` ({one.file}:{one.line}): {breach.how}. Counter-example: `{breach.field_id}` "
        f"from `{rule.holder}` to `{rule.recipient}`, role `{request.role}`, purpose `{rule.purpose}`, "
        f"{in_words(breach.circumstance)}"
    )
    return breach.row.finding(Check.BROKEN_PROPERTY, problem, f"mend the row, or the property: {one.words.en}")


def in_words(circumstance: Circumstance) -> str:
    """The instant and the facts of a counter-example, without ids."""
    request, facts = circumstance.request, circumstance.facts
    said = [f"at {request.at:%Y-%m-%d %H:%M} UTC"]
    said.append("age not known" if facts.age is None else f"aged {facts.age}")
    said.append("level of need not known" if facts.level is None else f"level of need {facts.level}")
    said.append("with a live tie" if request.recipient in facts.live_ties else "without a live tie")
    if facts.consents:
        said.append("with a consent")
    if facts.overrides:
        said.append("with an override")
    if facts.objections:
        said.append("after an objection to the public task")
    if facts.reads:
        said.append(f"after {len(facts.reads)} earlier reads")
    said += [f"although a bar of the kind `{bar.kind}` is on it" for bar in facts.bars]
    return ", ".join(said)


def unknown_names(properties: Iterable[Property], protocols: Sequence[Protocol]) -> Iterator[Finding]:
    """Notices of what a property names and no protocol here has: a misspelt name would hold of nothing, for ever."""
    partners = [partner for one in protocols for partner in one.partners.values()]
    agencies = {partner.agency for partner in partners}
    roles = {role for one in protocols for role in one.roles}
    purposes = {code for one in protocols for code in one.purposes}
    for one in properties:
        for selection in (one.about, one.exempt or Selection()):
            named = {name for name in selection.holders | selection.recipients if not name.startswith("sector:")}
            named -= agencies
            named |= (selection.roles - roles) | (selection.purposes - purposes)
            if named:
                listed = ", ".join(f"`{name}`" for name in sorted(named))
                problem = f"the property `{one.id}` speaks of {listed}, which no protocol here has"
                yield Finding(one.file, one.line, Check.NOTICE, problem, "mend the name if it is misspelt")
