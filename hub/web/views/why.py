"""Why a partner can, or can't, see one row of "who can see what": in plain words, with the law and what one can do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint
from flask.typing import ResponseReturnValue

from hub.sharing.explained import RowExplained
from hub.web import kinds
from hub.web.access import open_to
from hub.web.digests import row_key
from hub.web.errors import NotHere
from hub.web.model import Access
from hub.web.render import page
from hub.web.site import language, person_id, site
from hub.web.views.learner import learner
from hub.web.views.sight import line_of
from policies.explanation import RuleUse
from policies.model import Power, ProtocolRef
from policies.saying import say_reason, say_step
from policies.told import FieldExplained


@dataclass(frozen=True, slots=True)
class Said:
    """One reason and what would change it, with the fields of which it is so."""

    reason: str
    ways: tuple[tuple[str, ...], ...]
    field_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RowSaid:
    """What a row of a protocol says: of which agreement, why, by which law, and what the recipient takes on."""

    protocol: str
    why: str
    powers: tuple[Power, ...]
    promises: tuple[str, ...]


def add_to(blueprint: Blueprint) -> None:
    """The routes of this module."""
    blueprint.add_url_rule("/learners/<uuid:learner_id>/sharing/<key>", "sharing_fields", sharing_fields)


@open_to(Access.SIGNED_IN)
def sharing_fields(learner_id: UUID, key: str) -> ResponseReturnValue:
    """Why one row is open or closed, and the single fields of it."""
    about = learner(learner_id)
    found = site().use_cases.explaining.row(person_id(), learner_id, lambda row: row_key(row) == key)
    if found is None:
        raise NotHere
    return page(
        "sharing_fields.html",
        learner=about,
        row=found.row,
        line=line_of(found.row, learner_id),
        reasons=_reasons(found),
        is_own=any(one.consent_ids for one in found.fields),
        rules=[_rule(use, found) for use in found.rules],
        bases=kinds.BASES,
    )


def _reasons(found: RowExplained) -> Sequence[Said]:
    """One for all fields of which the same is said, in the order of the fields."""
    alike: dict[tuple[str, tuple[tuple[str, ...], ...]], list[str]] = {}
    for one in found.fields:
        alike.setdefault((say_reason(one.code).say(language()), _ways(one, found)), []).append(one.field_id)
    return [Said(reason, ways, tuple(ids)) for (reason, ways), ids in alike.items()]


def _ways(one: FieldExplained, found: RowExplained) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(say_step(step, found.catalogue).say(language()) for step in way.steps) for way in one.ways)


def _rule(use: RuleUse, found: RowExplained) -> RowSaid:
    obligations = use.rule.obligations
    promises = [kinds.ERASED[obligations.erase_by]]
    if obligations.no_onward_sharing:
        promises.insert(0, kinds.NOT_PASSED_ON)
    return RowSaid(
        protocol=_title(use.protocol, found),
        why=use.rule.why.say(language()),
        powers=use.rule.powers,
        promises=tuple(promises),
    )


def _title(ref: ProtocolRef, found: RowExplained) -> str:
    protocol = found.protocols.get(ref)
    return str(ref) if protocol is None else f"{protocol.title.say(language())} ({ref})"
