"""A draft tried on what was and what is: which recorded disclosures it would change, and who would see what of whom.

Nothing is opened but age and level where a row asks for them, nothing is recorded, and nobody is locked. The draft is
taken to be in force in place of the version of its id, whatever its dates and signatures; the other protocols are as
they are. A recorded disclosure is tried with the consents of its own instant; all else that is true of the learner
(who has standing, bars, objections, overrides, ties, age, level) is taken as it is now, because of most of that no
history is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial
from uuid import UUID

from sqlalchemy import Connection

from hub.database import reading
from hub.directory import links, ties
from hub.sharing.facts import consents_then, gather
from hub.sharing.overview import asked_by
from hub.sharing.ruling import Sharing
from hub.steering import queries
from hub.steering.simulated import Row, Simulation, Tally
from policies.decision import Decision, decide
from policies.facts import AccessRequest, Facts
from policies.model import Protocol, ProtocolRef
from policies.snapshot import CellKey, Snapshot, compile_snapshot

BATCH = 100
LONGEST = timedelta(days=3_660)
Show = Callable[[int], None]


def simulate(room: Sharing, draft: Protocol, *, since: timedelta, show: Show = lambda _count: None) -> Simulation:
    """Try a draft; `show` is told how many learners are done.

    Learners are read in batches, each in a transaction of its own: the answer is about no single instant.
    """
    at = room.clock()
    since_at = at - min(since, LONGEST)
    with reading(room.engine) as connection:
        snapshot, known = room.book.snapshot(connection), room.book.protocols(connection)
    versions = [one for one in known if one.ref.id == draft.ref.id]
    replaced = _in_force(snapshot, draft.ref.id, at)
    trial = _Trial(
        room=room,
        at=at,
        now=_with(snapshot, replaced, versions),
        draft=_with(snapshot, _renumbered(draft, versions), versions),
        keys=_keys([draft] if replaced is None else [draft, replaced]),
    )
    done = 0
    for connection, learner_ids in _batches(room, queries.learners_after):
        for learner_id in learner_ids:
            trial.population(connection, learner_id)
        done += len(learner_ids)
        show(done)
    for connection, learner_ids in _batches(room, partial(queries.learners_read_since, since=since_at)):
        past = queries.reads_of(connection, learner_ids, since=since_at)
        for learner_id in learner_ids:
            trial.replay(connection, learner_id, [one for one in past if one.learner_id == learner_id])
        done += len(learner_ids)
        show(done)
    return Simulation(
        draft=draft.ref,
        replaces=None if replaced is None else replaced.ref,
        at=at,
        since=since_at,
        today=trial.today.rows(),
        past=trial.past.rows(),
        catalogue=room.book.catalogue,
    )


def _batches(room: Sharing, page: Callable[..., list[UUID]]) -> Iterator[tuple[Connection, list[UUID]]]:
    after: UUID | None = None
    while True:
        with reading(room.engine) as connection:
            learner_ids = page(connection, after=after, limit=BATCH)
            if learner_ids:
                yield connection, learner_ids
        if len(learner_ids) < BATCH:
            return
        after = learner_ids[-1]


@dataclass(slots=True)
class _Trial:
    room: Sharing
    at: datetime
    now: Snapshot
    draft: Snapshot
    keys: frozenset[CellKey]
    today: Tally = field(default_factory=Tally)
    past: Tally = field(default_factory=Tally)

    def population(self, connection: Connection, learner_id: UUID) -> None:
        """What each recipient that draft or version in force names may see of this learner, by both."""
        handles = links.handles_of(connection, learner_id)
        holders = {agency for agency, _ in handles}
        facts = self._facts(connection, learner_id, handles)
        for recipient, purpose, role, holder in sorted(self.keys):
            if holder in holders:
                request = AccessRequest(
                    recipient, role, purpose, holder, wanted=self.room.book.catalogue.everything, at=self.at
                )
                self._note(self.today, learner_id, request, facts)

    def replay(self, connection: Connection, learner_id: UUID, past: Iterable[queries.PastRead]) -> None:
        """What was disclosed of this learner, by the draft; consents are those of the disclosure's instant."""
        handles = links.handles_of(connection, learner_id)
        facts = self._facts(connection, learner_id, handles)
        deciders = self._deciders(connection, learner_id)
        for one in past:
            if (one.recipient, one.purpose, one.role, one.holder) in self.keys:
                catalogue = self.room.book.catalogue
                then = consents_then(connection, learner_id, deciders=deciders, catalogue=catalogue, at=one.at)
                wanted = sum(1 << ordinal for ordinal in set(one.ordinals)) & catalogue.everything
                request = AccessRequest(one.recipient, one.role, one.purpose, one.holder, wanted=wanted, at=one.at)
                # The limit of reads is left out: the reads themselves are what is tried.
                self._note(self.past, learner_id, request, replace(facts, consents=then, reads=()), was=wanted)

    def _note(
        self, tally: Tally, learner_id: UUID, request: AccessRequest, facts: Facts, *, was: int | None = None
    ) -> None:
        before, after = decide(self.now, request, facts), decide(self.draft, request, facts)
        had = before.allowed if was is None else was
        row = Row(request.recipient, request.purpose, request.holder)
        both = had & after.allowed
        changed = both & before.allowed & ~_same(before, after)
        tally.note(row, learner_id, allowed=after.allowed & ~had, denied=had & ~after.allowed, changed=changed)

    def _facts(self, connection: Connection, learner_id: UUID, handles: list[tuple[str, UUID]]) -> Facts:
        cells = [
            cell for snapshot in (self.now, self.draft) for key in self.keys for cell in snapshot.cells.get(key, ())
        ]
        asked = asked_by(self.room, learner_id, cells, handles=[handle for _, handle in handles])
        catalogue, deciders = self.room.book.catalogue, self._deciders(connection, learner_id)
        found = gather(connection, learner_id, deciders=deciders, catalogue=catalogue, at=self.at, asked=asked)
        return found.as_facts()

    def _deciders(self, connection: Connection, learner_id: UUID) -> frozenset[UUID]:
        return frozenset(one.person_id for one in ties.people_with_sight(connection, learner_id, at=self.at))


def _same(before: Decision, after: Decision) -> int:
    """Fields that both allow on the same basis."""
    return (
        before.by_own_record & after.by_own_record
        | before.by_obligation & after.by_obligation
        | before.by_task & after.by_task
        | before.by_consent & after.by_consent
        | before.by_override & after.by_override
    )


def _in_force(snapshot: Snapshot, protocol_id: str, at: datetime) -> Protocol | None:
    """The version of this protocol that counts now."""
    found = (
        one
        for ref, one in snapshot.protocols.items()
        if ref.id == protocol_id and snapshot.periods[ref][0] <= at < snapshot.periods[ref][1]
    )
    return next(found, None)


def _renumbered(draft: Protocol, versions: Iterable[Protocol]) -> Protocol:
    """A number of its own: by one that was used before, a consent to the other would be one to the draft."""
    newest = max((one.ref.version for one in versions), default=0)
    return replace(draft, ref=ProtocolRef(draft.ref.id, max(draft.ref.version, newest + 1)))


def _with(snapshot: Snapshot, counting: Protocol | None, versions: Iterable[Protocol]) -> Snapshot:
    """What is in force, with this one at any instant in place of every version of its id."""
    versions = list(versions)
    ids = {one.ref.id for one in versions} | ({counting.ref.id} if counting is not None else set())
    kept = [one for ref, one in snapshot.protocols.items() if ref.id not in ids]
    if counting is not None:
        kept.append(replace(counting, in_force_from=date(1970, 1, 1), review_on=date(9999, 1, 1)))
    earlier = [one for one in versions if counting is None or one.ref != counting.ref]
    return compile_snapshot(snapshot.catalogue, kept, earlier=earlier)


def _keys(versions: Iterable[Protocol]) -> frozenset[CellKey]:
    """Every recipient, purpose, role and holder that one of these names."""
    return frozenset(
        (rule.recipient, rule.purpose, role, rule.holder)
        for one in versions
        for rule in one.rules
        for role in rule.roles
    )
