"""`dolen policy explain`: why a partner may or may not see each field of one learner, and what would change that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, Literal
from uuid import UUID

import click

from hub.cli.faults import Refused, Unusable
from hub.cli.printing import moment, say, say_json
from hub.cli.running import load_settings, running_hub
from hub.database import reading
from hub.sharing.errors import QueryRefused
from hub.sharing.explained import Explained, distinct
from hub.wiring.hub import Hub
from policies.changes import Way
from policies.fields import Catalogue
from policies.saying import say_reason, say_step
from policies.told import FieldExplained

Language = Literal["en", "cy"]

_LABELS: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "allowed": "ALLOWED",
        "denied": "DENIED",
        "why": "why",
        "rule": "rule",
        "none": "none speaks of it",
        "consent": "consent",
        "override": "override",
        "until": "until",
        "marker": "marker",
        "shown": "held, not shared with you",
        "if": "would open if",
        "or": "or if",
        "and": "; and ",
    },
    "cy": {
        "allowed": "CANIATEIR",
        "denied": "GWRTHODIR",
        "why": "pam",
        "rule": "rheol",
        "none": "nid oes yr un yn sôn amdano",
        "consent": "cydsyniad",
        "override": "gwrthwneud",
        "until": "tan",
        "marker": "marc",
        "shown": "wedi’i ddal, heb ei rannu â chi",
        "if": "byddai ar agor ar yr amod",
        "or": "neu ar yr amod",
        "and": "; a ",
    },
}


@click.command()
@click.option("--agency", "agency_id", required=True, help="The partner that would read: its slug.")
@click.option("--role", required=True, help="In which role, as its protocol names it.")
@click.option("--purpose", required=True, help="What for, as its protocol names it.")
@click.option("--learner", type=click.UUID, required=True, help="The partner's own handle, or the hub's id.")
@click.option("--field", "fields", multiple=True, help="A field of the catalogue; more than once for several.")
@click.option(
    "--language", type=click.Choice(["en", "cy"]), default="en", help="Of the sentences; English if left out."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, in both languages.")
def explain(
    agency_id: str,
    role: str,
    purpose: str,
    learner: UUID,
    fields: tuple[str, ...],
    language: Language,
    as_json: bool,
) -> None:
    """Say for each field whether a partner may see it now, by which rule, and what would have to change.

    The same facts and the same decision as a read. Nothing is opened, and no disclosure is recorded. It names bars:
    what is printed here is for those who may know of them. Exit code 1 where a --field is open from no other partner.

    \b
    Example:
      dolen policy explain --agency dyffryn-education --role alnco --purpose aln-plan --learner HANDLE \\
        --field health.speech.fluency
    """
    with running_hub(load_settings()) as hub:
        _check_names(hub, role, purpose)
        found = _explained(hub, agency_id=agency_id, role=role, purpose=purpose, learner=learner, fields=fields)
    if as_json:
        say_json(found.as_json())
    else:
        _say(found, language)
    raise click.exceptions.Exit(0 if all(_is_open(found, name) for name in fields) else 1)


def _check_names(hub: Hub, role: str, purpose: str) -> None:
    """Refuse a role or purpose that no protocol of this hub has: it is a slip, not a question."""
    with reading(hub.engine) as connection:
        protocols = hub.sharing.book.protocols(connection)
    roles = sorted({code for one in protocols for code in one.roles})
    purposes = sorted({code for one in protocols for code in one.purposes} | {"own-record"})
    for name, given, known in (("role", role, roles), ("purpose", purpose, purposes)):
        if given not in known:
            raise Unusable(f"no protocol has this {name}", todo=f"give one of: {', '.join(known)}")


def _explained(
    hub: Hub, *, agency_id: str, role: str, purpose: str, learner: UUID, fields: tuple[str, ...]
) -> Explained:
    try:
        return hub.explaining.in_full(
            agency_id=agency_id, role=role, purpose=purpose, learner=learner, fields=fields or None
        )
    except QueryRefused:
        known = hub.catalogue.by_id
        unknown = next(number for number, name in enumerate(fields, start=1) if name not in known)
        raise Refused(
            f"--field number {unknown} is not in the catalogue",
            todo="the fields are listed in policies/catalogue; a name is like health.speech.fluency",
        ) from None


def _is_open(found: Explained, name: str) -> bool:
    """Whether some other partner's field is allowed; where no row names any other, the partner's own."""
    entries = [one for one in found.fields if one.field_id == name]
    others = [one for one in entries if one.holder != found.recipient]
    return any(one.allowed for one in others or entries)


def _say(found: Explained, language: Language) -> None:
    say(f"{found.recipient}, {found.role}, {found.purpose}: {moment(found.at)}")
    blocks: dict[tuple[object, ...], list[FieldExplained]] = {}
    for one in found.fields:
        blocks.setdefault((one.holder, not one.allowed, _alike(one)), []).append(one)
    for alike in sorted(blocks.values(), key=lambda block: (block[0].holder, not block[0].allowed, block[0].field_id)):
        say()
        for line in _block(alike, found.catalogue, language):
            say(line)


def _alike(one: FieldExplained) -> tuple[object, ...]:
    rules = tuple((str(use.protocol), use.rule.id) for use in one.rules)
    return one.code, one.is_marked, rules, one.consent_ids, one.override_ids, one.until, one.ways


def _block(fields: list[FieldExplained], catalogue: Catalogue, language: Language) -> Iterator[str]:
    one, labels = fields[0], _LABELS[language]
    yield f"{one.holder}: {labels['allowed' if one.allowed else 'denied']} ({len(fields)})"
    yield f"  {', '.join(field.field_id for field in fields)}"
    lines = [(labels["why"], f"{say_reason(one.code).say(language)} ({one.code})")]
    lines += [(labels["rule"], text) for text in _rules(one)] or [(labels["rule"], labels["none"])]
    lines += [(labels["consent"], name) for name in one.consent_ids]
    lines += [(labels["override"], name) for name in one.override_ids]
    lines += [(labels["until"], moment(one.until))] if one.until is not None else []
    lines += [(labels["marker"], labels["shown"])] if one.is_marked else []
    lines += _ways(one.ways, catalogue, language)
    width = max(len(name) for name, _ in lines)
    yield from (f"    {name.ljust(width)}  {text}" for name, text in lines)


def _rules(one: FieldExplained) -> Iterable[str]:
    for use in distinct(one.rules):
        powers = "; ".join(f"{power.act}, {power.section}" for power in use.rule.powers)
        yield f"{use.protocol} {use.rule.id} ({use.rule.basis.value}): {powers}"


def _ways(ways: Iterable[Way], catalogue: Catalogue, language: Language) -> Iterator[tuple[str, str]]:
    labels = _LABELS[language]
    for number, way in enumerate(ways):
        steps = labels["and"].join(say_step(step, catalogue).say(language) for step in way.steps)
        yield labels["or" if number else "if"], steps
