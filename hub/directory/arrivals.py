"""Newcomers on their way in, and the rows that they become."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from hub.database import new_id
from hub.directory.match import Number, Verdict
from hub.directory.model import Demographics, Identifier, LocalNumber, Match
from hub.directory.queries import handles, learners
from hub.sealing.model import KeyOwner, handle_directory_key, handle_key, learner_key


@dataclass(frozen=True, slots=True)
class Entry:
    """An identifier with its indexes, under every version of the keyrings (newest last)."""

    identifier: Identifier
    indexes: tuple[bytes, ...] = field(repr=False)
    matching: tuple[bytes, ...] = field(repr=False)
    finds_handle: bool


@dataclass(slots=True)
class Draft:
    """One child of one agency: its handle, its learner (a new one unless matched), and what is to be written.

    `numbers` and the rows hold only what the directory does not have yet.
    """

    agency_id: str
    local: LocalNumber
    index: bytes = field(repr=False)
    handle_id: UUID
    learner_id: UUID
    is_new: bool
    said: Demographics = field(repr=False)
    entries: list[Entry] = field(repr=False)
    numbers: frozenset[Number] = field(default=frozenset(), repr=False)
    identifier_rows: list[dict[str, object]] = field(default_factory=list, repr=False)
    demographics: dict[str, object] | None = field(default=None, repr=False)
    has_demographics: bool = False

    @property
    def owners(self) -> tuple[KeyOwner, ...]:
        """The keys of this child: the partner's for its records, the hub's for the directory and for the learner."""
        return (
            handle_key(self.agency_id, self.handle_id),
            handle_directory_key(self.handle_id),
            learner_key(self.learner_id),
        )


@dataclass(frozen=True, slots=True)
class Prepared:
    """A batch of newcomers, ready to be written: `order` is how they were given, `drafts` one per child."""

    agency_id: str
    order: tuple[LocalNumber, ...]
    drafts: dict[LocalNumber, Draft]

    @property
    def owners(self) -> list[KeyOwner]:
        """Whose keys the batch needs."""
        return [owner for draft in self.drafts.values() for owner in draft.owners]


def write_new(
    connection: Connection, arrivals: Sequence[tuple[Draft, Verdict]], *, duty_person: UUID, at: datetime
) -> None:
    """Write handles that are new, their links, and the learners of those whom nobody knew."""
    firsts = {draft.learner_id: new_id() for draft, verdict in arrivals if verdict.match is Match.NEW}
    learners.insert_learners(
        connection,
        [{"id": learner, "accountable_id": first, "created_at": at} for learner, first in firsts.items()],
        [
            {"id": first, "learner_id": learner, "person_id": duty_person, "from_at": at, "sealed_because": None}
            for learner, first in firsts.items()
        ],
    )
    handles.insert_handles(
        connection, [{"agency_id": one.agency_id, "id": one.handle_id, "created_at": at} for one, _ in arrivals]
    )
    handles.insert_links(connection, [_link(draft, verdict, at) for draft, verdict in arrivals])
    handles.insert_identifiers(connection, _identifier_rows([draft for draft, _ in arrivals], at))
    handles.insert_demographics(
        connection, [{**one.demographics, "changed_at": at} for one, _ in arrivals if one.demographics is not None]
    )
    handles.insert_doubts(connection, _doubt_rows(arrivals, at))


def write_known(connection: Connection, arrivals: Sequence[tuple[Draft, Verdict | None]], *, at: datetime) -> None:
    """Write what sources say anew of handles that are there; a handle is never linked anew from here."""
    drafts = [draft for draft, _ in arrivals]
    handles.insert_identifiers(connection, _identifier_rows(drafts, at))
    said = [(draft, {**draft.demographics, "changed_at": at}) for draft in drafts if draft.demographics is not None]
    handles.insert_demographics(connection, [row for draft, row in said if not draft.has_demographics])
    handles.update_demographics(
        connection,
        [
            {
                "key_agency": row["agency_id"],
                "key_handle": row["handle_id"],
                "sealed": row["sealed"],
                "fingerprint": row["fingerprint"],
                "changed_at": at,
            }
            for draft, row in said
            if draft.has_demographics
        ],
    )
    handles.insert_doubts(
        connection, _doubt_rows([(draft, verdict) for draft, verdict in arrivals if verdict is not None], at)
    )


def _link(draft: Draft, verdict: Verdict, at: datetime) -> dict[str, object]:
    return {
        "agency_id": draft.agency_id,
        "handle_id": draft.handle_id,
        "from_at": at,
        "until_at": None,
        "learner_id": verdict.learner_id,
        "matched_by": verdict.match.value,
    }


def _identifier_rows(drafts: Sequence[Draft], at: datetime) -> list[dict[str, object]]:
    return [{**row, "created_at": at} for draft in drafts for row in draft.identifier_rows]


def _doubt_rows(arrivals: Sequence[tuple[Draft, Verdict]], at: datetime) -> list[dict[str, object]]:
    return [
        {
            "agency_id": draft.agency_id,
            "id": new_id(),
            "handle_id": draft.handle_id,
            "candidates": [str(candidate) for candidate in verdict.candidates],
            "reason": verdict.doubt.value,
            "raised_at": at,
            "settled_at": None,
        }
        for draft, verdict in arrivals
        if verdict.doubt is not None
    ]
