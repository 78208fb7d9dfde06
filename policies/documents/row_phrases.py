"""What one row of a protocol says, in words that both partners and families can read."""

from __future__ import annotations

from policies.documents import phrases
from policies.documents.acts import condition_words, power_words
from policies.documents.phrases import joined
from policies.fields import Catalogue
from policies.model import Protocol, Rule
from policies.words import Words


def parties(protocol: Protocol, rule: Rule) -> Words:
    """From whom to whom, and to which roles."""
    holder, recipient = protocol.partners[rule.holder].name, protocol.partners[rule.recipient].name
    roles = joined([protocol.roles[code].title for code in sorted(rule.roles)], by=", ")
    return Words(f"{holder.en} → {recipient.en} ({roles.en})", f"{holder.cy} → {recipient.cy} ({roles.cy})")


def fields(rule: Rule, catalogue: Catalogue) -> Words:
    """The titles of the row's fields."""
    return joined([entry.title for entry in catalogue.entries(rule.mask)])


def groups(mask: int, catalogue: Catalogue) -> list[Words]:
    """The groups that these fields belong to, by title; where it is not the whole group, which fields of it."""
    return [_group(group_id, part, catalogue) for group_id, part in catalogue.by_group(mask).items()]


def _group(group_id: str, part: int, catalogue: Catalogue) -> Words:
    title = catalogue.groups[group_id].title
    if part == catalogue.in_group(group_id):
        return title
    named = joined([entry.title for entry in catalogue.entries(part)], by=", ")
    return Words(f"{title.en} ({named.en})", f"{title.cy} ({named.cy})")


def powers(rule: Rule) -> Words:
    """Acts and sections."""
    return joined([power_words(power.act, power.section) for power in rule.powers])


def law(rule: Rule) -> Words:
    """Basis, articles, condition, powers, confidentiality."""
    parts = [phrases.BASES[rule.basis], Words(f"Article {rule.article_6}", f"Erthygl {rule.article_6}")]
    if rule.article_9 is not None:
        parts.append(Words(f"Article {rule.article_9}", f"Erthygl {rule.article_9}"))
    if rule.article_10 is not None:
        parts.append(Words(f"Article 10: {rule.article_10}", f"Erthygl 10: {rule.article_10}"))
    if rule.condition is not None:
        parts.append(condition_words(rule.condition))
    return joined([*parts, powers(rule), phrases.CONFIDENTIALITY[rule.confidentiality]])


def conditions(rule: Rule) -> list[Words]:
    """All that must be so for the row to count; empty: always."""
    when = rule.when
    found: list[Words] = []
    if when.age_from is not None:
        found.append(Words(f"from the age of {when.age_from}", f"o {when.age_from} oed ymlaen"))
    if when.age_until is not None:
        found.append(Words(f"below the age of {when.age_until}", f"o dan {when.age_until} oed"))
    if when.levels:
        levels = ", ".join(str(level) for level in sorted(when.levels))
        found.append(Words(f"level of need {levels}", f"lefel angen {levels}"))
    if when.live_tie:
        found.append(
            Words(
                "only while the recipient works with the learner",
                "dim ond tra bo’r derbynnydd yn gweithio gyda’r dysgwr",
            )
        )
    if when.from_on is not None:
        on = phrases.day(when.from_on)
        found.append(Words(f"from {on.en}", f"o {on.cy}"))
    if when.until_on is not None:
        on = phrases.day(when.until_on)
        found.append(Words(f"until {on.en}, that day not counted", f"hyd at {on.cy}, heb gyfrif y diwrnod hwnnw"))
    return found


def obligations(rule: Rule) -> list[Words]:
    """What the recipient takes on."""
    taken = rule.obligations
    found = [phrases.ERASED[taken.erase_by]]
    if taken.no_onward_sharing:
        found.insert(0, Words("not passed on to anybody", "heb ei drosglwyddo i neb arall"))
    if taken.reads is not None:
        period = phrases.PERIODS[taken.reads.per]
        most = taken.reads.most
        found.append(Words(f"at most {most} reads {period.en}", f"dim mwy na {most} darlleniad {period.cy}"))
    if taken.tell_family:
        found.append(Words("the family is told of each disclosure", "dywedir wrth y teulu am bob datgeliad"))
    return found


def marker(rule: Rule) -> Words:
    """How a withheld field of the row looks to a reader."""
    if rule.withheld_marker:
        return Words("withheld fields are marked", "caiff meysydd sydd wedi’u dal yn ôl eu nodi")
    return Words("withheld fields are not marked", "ni chaiff meysydd sydd wedi’u dal yn ôl eu nodi")
