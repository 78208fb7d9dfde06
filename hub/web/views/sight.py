"""Who can see what, why and until when; and who looked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import groupby
from uuid import UUID

from flask import Blueprint
from flask.typing import ResponseReturnValue

from hub.asking.model import Objected
from hub.sharing.model import GroupSight
from hub.web import kinds
from hub.web.access import open_to
from hub.web.digests import offer_key
from hub.web.model import Access
from hub.web.render import page
from hub.web.site import person_id, site, words
from hub.web.views.grant import standing
from hub.web.views.learner import learner
from policies.model import Basis


@dataclass(frozen=True, slots=True)
class SightLine:
    """One row of the page.

    `stop` is a consent of this person that may be withdrawn, `offer` a choice that is open, `stands` whether they share
    something of it already, `objected` that an objection of theirs keeps it closed. `is_part`: the group has another
    row in the same table, so its fields must be named.
    """

    sight: GroupSight
    stop: UUID | None = None
    offer: str | None = None
    stands: bool = False
    objected: bool = False
    is_part: bool = False


@dataclass(frozen=True, slots=True)
class SightTable:
    """What one recipient may see for one purpose; `number` is the table's place on the page."""

    number: int
    recipient: str
    purpose: str
    lines: tuple[SightLine, ...]

    @property
    def roles(self) -> tuple[str, ...]:
        """Every role that some row of the table is about."""
        return tuple(sorted({role for line in self.lines for role in line.sight.roles}))

    @property
    def shown(self) -> int:
        """How many rows are open to the recipient."""
        return sum(line.sight.is_shown for line in self.lines)


@dataclass(frozen=True, slots=True)
class Recipient:
    """A partner, and what it may see for each of its purposes."""

    slug: str
    tables: tuple[SightTable, ...]


def add_to(blueprint: Blueprint) -> None:
    """The routes of this module."""
    blueprint.add_url_rule("/learners/<uuid:learner_id>/sharing", "sharing", sharing)
    blueprint.add_url_rule("/learners/<uuid:learner_id>/looked", "looked", looked)


@open_to(Access.SIGNED_IN)
def sharing(learner_id: UUID) -> ResponseReturnValue:
    """Everything that is shared, and everything that is not, by recipient."""
    line = learner(learner_id)
    overview = site().use_cases.who_sees_what(person_id(), learner_id)
    return page(
        "sharing.html",
        learner=line,
        at=overview.at,
        recipients=_recipients(_tables(_lines(overview.rows, learner_id))),
        asks={holder: f"ask-{n}" for n, holder in enumerate(sorted({row.holder for row in overview.rows}), start=1)},
        bases=kinds.BASES,
        explanations=kinds.BASIS_EXPLANATIONS,
    )


@open_to(Access.SIGNED_IN)
def looked(learner_id: UUID) -> ResponseReturnValue:
    """Every recorded look, newest first: who, when, why, at which fields."""
    line = learner(learner_id)
    entries = sorted(
        site().use_cases.who_looked(person_id(), learner_id), key=lambda entry: (entry.at, entry.id), reverse=True
    )
    return page("looked.html", learner=line, entries=entries)


def line_of(row: GroupSight, learner_id: UUID) -> SightLine:
    """One row with what this person can do about it."""
    return _lines((row,), learner_id)[0]


def _lines(rows: Iterable[GroupSight], learner_id: UUID) -> list[SightLine]:
    use_cases, person = site().use_cases, person_id()
    own = [one for one in use_cases.consents(person, learner_id) if one.status in kinds.STANDING_CONSENT]
    open_offers = {
        (offer.recipient, offer.purpose, offer.holder, offer.group_id): (offer_key(offer), bool(standing(offer, own)))
        for offer in use_cases.offers(person, learner_id)
    }
    objected = [one for one in use_cases.asking.objections(person, learner_id) if one.status in kinds.COUNTING]
    lines = [_line(row, {consent.consent_id for consent in own}, open_offers) for row in rows]
    return [replace(line, objected=any(_is_about(one.about, line.sight) for one in objected)) for line in lines]


def _is_about(about: Objected, row: GroupSight) -> bool:
    is_same = (about.recipient, about.purpose, about.holder) == (row.recipient, row.purpose, row.holder)
    return is_same and not row.is_shown and not set(about.field_ids).isdisjoint(row.field_ids)


def _line(row: GroupSight, own: set[UUID], open_offers: dict[tuple[str, str, str, str], tuple[str, bool]]) -> SightLine:
    # A duty or a task never gets a button: only consent is the family's to give and to take back.
    if row.basis != Basis.CONSENT:
        return SightLine(row)
    mine = [consent_id for consent_id in row.consent_ids if row.is_shown and consent_id in own]
    if mine:
        return SightLine(row, stop=mine[0])
    # Also for what another person opened: who may decide too may say no to it.
    key, stands = open_offers.get((row.recipient, row.purpose, row.holder, row.group_id), (None, False))
    return SightLine(row, offer=key, stands=stands)


def _tables(lines: list[SightLine]) -> list[SightTable]:
    names = words()

    def by_recipient(line: SightLine) -> tuple[str, str, str]:
        return names.agency(line.sight.recipient), line.sight.recipient, line.sight.purpose

    ordered = sorted(
        lines, key=lambda line: (*by_recipient(line), not line.sight.is_shown, line.sight.holder, line.sight.group_id)
    )
    grouped = groupby(ordered, key=by_recipient)
    return [
        SightTable(number, recipient, purpose, _parted(list(rows)))
        for number, ((_, recipient, purpose), rows) in enumerate(grouped, start=1)
    ]


def _parted(lines: list[SightLine]) -> tuple[SightLine, ...]:
    """The lines of one table; where two have one group's name, each says which fields it is about."""
    often = Counter((line.sight.holder, line.sight.group_id) for line in lines)
    return tuple(replace(one, is_part=often[one.sight.holder, one.sight.group_id] > 1) for one in lines)


def _recipients(tables: list[SightTable]) -> list[Recipient]:
    return [
        Recipient(slug, tuple(of_recipient))
        for slug, of_recipient in groupby(tables, key=lambda table: table.recipient)
    ]
