"""Who reads about whom, and what was decided about it inside the learner's lock. Opens nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, Engine

from hub.circumstances.hiding import hidden_from_worker
from hub.circumstances.life import owners_of_life
from hub.database import Clock, is_sqlite, reading
from hub.directory import links, ties
from hub.directory.model import Principal
from hub.directory.streams import lock_learner
from hub.protocols.book import PolicyBook
from hub.sealing.key_store import KeyStore
from hub.sealing.model import KeyOwner, SubjectKey, handle_key, learner_key
from hub.sharing.errors import FactsMoved, NotKnownHere, ProtocolsMoved
from hub.sharing.facts import Asked, LearnerFacts, gather
from hub.sharing.needs import Needs, needs_of
from policies.decision import Decision, decide
from policies.facts import AccessRequest
from policies.row_use import RowUse, rows_used
from policies.snapshot import Cell, Snapshot

Keys = Mapping[KeyOwner, SubjectKey]
RowsByHolder = tuple[tuple[str, tuple[RowUse, ...]], ...]

Pause = Callable[[str], None]
"""Called at each step with its name: tests hold a read there while another process withdraws."""


def _no_pause(_step: str) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Sharing:
    """What the door needs: where rows are, whose keys there are, which protocols count, what time it is."""

    engine: Engine
    keys: KeyStore
    book: PolicyBook
    clock: Clock
    pause: Pause = _no_pause


@dataclass(frozen=True, slots=True)
class Reader:
    """The caller, their own handle, the learner behind it, and every (agency, handle) pair of that learner.

    `with_life`: the keys of what age and level of need rest on are at hand too.
    """

    principal: Principal
    handle_id: UUID
    learner_id: UUID
    handles: tuple[tuple[str, UUID], ...]
    with_life: bool = False

    @property
    def owners(self) -> list[KeyOwner]:
        """Whose keys are needed, to be unwrapped before the lock."""
        owners = [*(handle_key(*handle) for handle in self.handles), learner_key(self.learner_id)]
        if self.with_life:
            owners += owners_of_life(self.learner_id, (handle for _, handle in self.handles))
        return owners


@dataclass(frozen=True, slots=True)
class Ruling:
    """What was decided, per holder, inside the lock."""

    snapshot: Snapshot
    asked: Asked
    facts: LearnerFacts
    by_holder: Mapping[str, Decision]
    rows: RowsByHolder
    number: int
    at: datetime
    sight: tuple[UUID, ...]

    @property
    def readable(self) -> dict[str, int]:
        """Per holder with anything allowed at all: the allowed fields."""
        return {holder: ruling.allowed for holder, ruling in self.by_holder.items() if ruling.allowed}


def find(room: Sharing, principal: Principal, handle_id: UUID) -> Reader:
    """The learner behind the caller's own handle, before any lock; raises NotKnownHere.

    Whether a row asks for age or level is guessed from what decided last here; `rule` knows.
    """
    with reading(room.engine) as connection:
        found = links.behind(connection, principal.agency_id, handle_id)
    if found is None:
        raise NotKnownHere
    latest = room.book.latest
    with_life = latest is not None and _needs(latest, principal).life
    return Reader(principal=principal, handle_id=handle_id, learner_id=found[0], handles=found[1], with_life=with_life)


def rule(room: Sharing, connection: Connection, reader: Reader, *, wanted: int, keys: Keys) -> Ruling:
    """Lock the learner, read the facts, decide about each holder's records.

    Raises FactsMoved when handles were linked or unlinked since `find`, or a row asks for age or level that did not
    then: the keys at hand are not the right ones; and ProtocolsMoved when this process has yet to load what the
    register has now, which it does not do while it holds locks.
    """
    number = lock_learner(connection, reader.learner_id)
    at = room.clock()
    if set(links.handles_of(connection, reader.learner_id)) != set(reader.handles):
        raise FactsMoved
    snapshot = room.book.ready(connection)
    if snapshot is None:
        raise ProtocolsMoved
    sight = tuple(person.person_id for person in ties.people_with_sight(connection, reader.learner_id, at=at))
    needs = _needs(snapshot, reader.principal)
    if needs.life and not reader.with_life:
        raise FactsMoved
    asked = Asked(needs, keys, recipient=reader.principal.agency_id, before=number)
    facts = _facts(room, connection, reader, sight, at=at, asked=asked)
    room.pause("after_facts")
    known = facts.as_facts()
    requests = [_request(reader.principal, holder, wanted=wanted, at=at) for holder in _holders(snapshot, reader)]
    by_holder = {request.holder: decide(snapshot, request, known) for request in requests}
    rows = tuple((one.holder, rows_used(snapshot, one, known, by_holder[one.holder])) for one in requests)
    return Ruling(
        snapshot=snapshot, asked=asked, facts=facts, by_holder=by_holder, rows=rows, number=number, at=at, sight=sight
    )


def _needs(snapshot: Snapshot, principal: Principal) -> Needs:
    return needs_of(cell for cells in _cells(snapshot, principal).values() for cell in cells)


def _cells(snapshot: Snapshot, principal: Principal) -> dict[str, tuple[Cell, ...]]:
    """By holder, what the protocols say for this reader."""
    asked = principal.agency_id, principal.purpose, principal.role
    return {holder: cells for (*others, holder), cells in snapshot.cells.items() if tuple(others) == asked}


def _facts(
    room: Sharing, connection: Connection, reader: Reader, sight: tuple[UUID, ...], *, at: datetime, asked: Asked
) -> LearnerFacts:
    """What is true of the learner; an override that the acting person must not know of opens nothing to them."""
    facts = gather(connection, reader.learner_id, deciders=sight, catalogue=room.book.catalogue, at=at, asked=asked)
    acting = reader.principal.acting_person_id
    hidden = hidden_from_worker(connection, reader.learner_id, person_id=acting, at=at)
    return facts.without_overrides(hidden.overrides)


def _holders(snapshot: Snapshot, reader: Reader) -> list[str]:
    """Whose records are decided about: every holder that a rule for this reader names, and every one with a handle.

    Not those with a handle alone: markers and protocols in the answer would tell which partner knows this child.
    """
    return sorted({*_cells(snapshot, reader.principal), *(agency for agency, _ in reader.handles)})


def _request(principal: Principal, holder: str, *, wanted: int, at: datetime) -> AccessRequest:
    return AccessRequest(
        recipient=principal.agency_id,
        role=principal.role,
        purpose=principal.purpose,
        holder=holder,
        wanted=wanted,
        at=at,
    )


def confirm(room: Sharing, connection: Connection, reader: Reader, ruling: Ruling) -> None:
    """Raise FactsMoved when a tie or a consent is not what was decided on; the last step before the commit.

    Everybody who changes one of them waits for the learner's lock, so this finds nothing. It is the second guard, for a
    change that came by another way (a repair by hand, say). Protocols need none: their rows are locked FOR SHARE, so
    any change of them waits. SQLite has one writer at a time: nothing can come between.
    """
    if is_sqlite(connection):
        return
    sight = tuple(person.person_id for person in ties.people_with_sight(connection, reader.learner_id, at=ruling.at))
    facts = _facts(room, connection, reader, sight, at=ruling.at, asked=ruling.asked)
    if sight != ruling.sight or facts != ruling.facts:
        raise FactsMoved
