"""Standing properties proved over the whole rule space: each holds for every request and all facts, or is shown not to.

What breaks one is handed back as a request and facts: given to `decide`, they do what the property forbids.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import permutations, product

from policies.circumstances import (
    Circumstance,
    Speech,
    when_allowed,
    when_decisive,
    when_marked,
    when_passing,
)
from policies.conditions import midnight
from policies.coverage import obliges_as_much
from policies.fields import Catalogue, Sensitivity
from policies.holding import held_by
from policies.idle_rows import PlacedRow, placed_rows
from policies.model import ALWAYS, Basis, EraseBy, Obligations, Partner, Protocol, Sector
from policies.properties import Property, Selection, Terms


@dataclass(frozen=True, slots=True)
class Breach:
    """One property that does not hold: how, by which row, of which field, for which request and facts."""

    broken: Property
    how: str
    row: PlacedRow
    field_id: str
    circumstance: Circumstance


def prove(
    properties: Iterable[Property], protocols: Sequence[Protocol], catalogue: Catalogue, *, since: date
) -> tuple[Breach, ...]:
    """A counter-example for every property and row that breaks it, from the day `since` on; none where all hold.

    Rows from an agency to itself don't exist: what a holder reads of its own is no sharing.
    """
    properties = tuple(properties)
    never_marked = catalogue.of_sensitivity(Sensitivity.RESTRICTED)
    found = []
    for role, rows in _by_parties(placed_rows(protocols)):
        for row in rows:
            for one in properties:
                mask = selected(one, row, role, catalogue)
                for speech in _speeches(row, role, rows, (mask & never_marked, mask & ~never_marked)):
                    breach = _breach(one, speech, catalogue, since=midnight(since), unmarkable=never_marked)
                    if breach is not None:
                        found.append(breach)
                        break
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Parties:
    """Between whom, in which role and for what."""

    holder: Partner
    recipient: Partner
    role: str
    purpose: str


def selected(one: Property, row: PlacedRow, role: str, catalogue: Catalogue) -> int:
    """The fields of this row, for this role, of which the property speaks."""
    partners, rule = row.protocol.partners, row.rule
    parties = _Parties(partners[rule.holder], partners[rule.recipient], role, rule.purpose)
    return rule.mask & _spoken_of(one, parties, catalogue)


def forbidden(properties: Iterable[Property], protocols: Iterable[Protocol], catalogue: Catalogue) -> int:
    """Fields that nobody could be given: for every holder that has them, every other partner, role and purpose, a
    property says `never`. So it is meant that no row shares them."""
    never = [one for one in properties if one.never]
    held = {sector: sum(one.bit for one in catalogue.fields if sector in held_by(one)) for sector in Sector}
    left = 0
    for protocol in protocols:
        for holder, recipient in permutations(protocol.partners.values(), 2):
            for role, purpose in product(recipient.roles, protocol.purposes):
                parties = _Parties(holder, recipient, role, purpose)
                said = 0
                for one in never:
                    said |= _spoken_of(one, parties, catalogue)
                left |= held[holder.sector] & ~said
    return catalogue.everything & ~left


def _spoken_of(one: Property, parties: _Parties, catalogue: Catalogue) -> int:
    mask = _within(one.about, parties, catalogue)
    return mask if one.exempt is None else mask & ~_within(one.exempt, parties, catalogue)


def _within(selection: Selection, parties: _Parties, catalogue: Catalogue) -> int:
    fits = (
        _is_meant(parties.holder, selection.holders)
        and _is_meant(parties.recipient, selection.recipients)
        and (not selection.roles or parties.role in selection.roles)
        and (not selection.purposes or parties.purpose in selection.purposes)
    )
    if not fits:
        return 0
    return catalogue.everything if selection.fields is None else selection.fields


def _is_meant(partner: Partner, names: Collection[str]) -> bool:
    return not names or partner.agency in names or f"sector:{partner.sector}" in names


def _by_parties(rows: Iterable[PlacedRow]) -> Iterator[tuple[str, list[PlacedRow]]]:
    """Rows that may speak in one decision: same recipient, role, purpose and holder."""
    found: dict[tuple[str, str, str, str], list[PlacedRow]] = {}
    for row in rows:
        for role in row.rule.roles:
            found.setdefault((row.rule.recipient, role, row.rule.purpose, row.rule.holder), []).append(row)
    for key in sorted(found):
        yield key[1], found[key]


def _speeches(row: PlacedRow, role: str, rows: Collection[PlacedRow], masks: Collection[int]) -> Iterator[Speech]:
    """One field of each part of the masks on which the same rows speak: what breaks one breaks the others alike."""
    parts = [mask for mask in masks if mask]
    for other in rows:
        parts = [cut for part in parts for cut in (part & other.rule.mask, part & ~other.rule.mask) if cut]
    for part in parts:
        bit = part & -part
        yield Speech(row, role, bit, tuple(other for other in rows if other.rule.mask & bit))


def _breach(one: Property, speech: Speech, catalogue: Catalogue, *, since: datetime, unmarkable: int) -> Breach | None:
    for how, circumstance in _ways(one, speech, since=since, unmarkable=unmarkable):
        if circumstance is not None:
            return Breach(one, how, speech.row, catalogue.ids(speech.bit)[0], circumstance)
    return None


def _ways(
    one: Property, speech: Speech, *, since: datetime, unmarkable: int
) -> Iterator[tuple[str, Circumstance | None]]:
    """Each demand that the row could break, with circumstances in which it does."""
    rule = speech.row.rule
    if one.never:
        yield "it is shared", when_allowed(speech, since=since)
    if one.only_on and rule.basis not in one.only_on:
        yield f"it is shared on the basis `{rule.basis}`", when_decisive(speech, since=since)
    if one.only_when != ALWAYS:
        yield "it is shared where the conditions are not met", when_allowed(speech, since=since, unmet=one.only_when)
    if not keeps(rule.obligations, one.only_with):
        yield "it is shared without the obligations", when_decisive(speech, since=since)
    if one.never_marked and rule.withheld_marker and not speech.bit & unmarkable:
        yield "it is shown as withheld", when_marked(speech, since=since)
    for kind in sorted(one.bars_hold & speech.passes):
        if rule.basis is Basis.OVERRIDE_ONLY:
            yield f"an override passes a bar of the kind `{kind}`", when_passing(speech, kind, since=since)


def keeps(obligations: Obligations, terms: Terms) -> bool:
    """Whether these obligations are at least what a property asks for."""
    least = Obligations(
        no_onward_sharing=terms.no_onward_sharing,
        reads=terms.reads,
        erase_by=EraseBy.RETENTION if terms.erase_by is None else terms.erase_by,
        tell_family=terms.tell_family,
    )
    return obliges_as_much(obligations, least)
