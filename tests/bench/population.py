"""What one governed read costs in a small store and in a large one, side by side in one process, without HTTP.

The learners who are read are whole. The others, who only make the tables and their indexes large, are rows written in
bulk through the same queries that a sync uses: learner, accountable person, handle and link, records with an envelope
of the usual size, a lock row, one disclosure in the ledger's outbox. Nobody opens those.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from itertools import cycle
from statistics import median
from uuid import UUID

from consent.ledger import streams
from consent.ledger.leaf import dummy_leaf
from consent.ledger.queries import outbox
from hub.database import new_id, unit_of_work
from hub.demo.people import DUTY, HEALTH
from hub.directory.queries import handles, learners
from hub.records import queries as records
from hub.sharing.model import RecordQuery
from hub.syncing.queries import plan_anew
from tests.bench.homes import Child, Home, bring_children, education, home
from tests.bench.measure import Figure, in_turns, ratio_of
from tests.bench.sizes import Sizes

RECORDS_EACH = 20  # as 1,000,000 records of 50,000 learners
_AIM = 1.2
_AT_ONCE = 250
_ENVELOPE = 1_800


def run(sizes: Sizes, databases: Sequence[str]) -> Iterator[Figure]:
    """One database after the other."""
    for database in databases:
        with ExitStack() as stack:
            works = {
                name: _reads(stack.enter_context(home(database)), count, sizes)
                for name, count in (("small", sizes.small_population), ("large", sizes.large_population))
            }
            for work in works.values():
                work()  # pools and statement caches
            taken = in_turns(works, rounds=sizes.rounds)
        large = [one / sizes.population_reads * 1e3 for one in taken["large"]]
        small = [one / sizes.population_reads * 1e3 for one in taken["small"]]
        ratio = ratio_of(large, small)
        yield Figure(
            "population",
            f"a read among {sizes.large_population:,} records",
            database,
            median(large),
            "ms",
            f"among {sizes.small_population:,}",
            ratio,
            f"<= {_AIM}",
            ratio <= _AIM,
        )
        yield Figure("population", f"a read among {sizes.small_population:,} records", database, median(small), "ms")


def _reads(place: Home, count: int, sizes: Sizes) -> Callable[[], None]:
    children = cycle(bring_children(place, sizes.children))
    _fill(place, count)
    principal = education()

    def work() -> None:
        for _ in range(sizes.population_reads):
            child: Child = next(children)
            place.hub.disclose(principal, child.education_handle, RecordQuery())

    return work


def _fill(place: Home, count: int) -> None:
    left = count // RECORDS_EACH
    while left > 0:
        _fill_some(place, min(left, _AT_ONCE))
        left -= _AT_ONCE


def _fill_some(place: Home, count: int) -> None:
    at, agency = place.hub.clock(), HEALTH.id
    ids = [(new_id(), new_id(), new_id()) for _ in range(count)]
    duty = place.people[DUTY[agency].key]
    with unit_of_work(place.hub.engine) as connection:
        plan_anew(connection)
        learners.insert_learners(
            connection,
            [{"id": learner, "accountable_id": first, "created_at": at} for learner, first, _ in ids],
            [
                {"id": first, "learner_id": learner, "person_id": duty, "from_at": at, "sealed_because": None}
                for learner, first, _ in ids
            ],
        )
        handles.insert_handles(connection, [{"agency_id": agency, "id": one, "created_at": at} for *_, one in ids])
        handles.insert_links(
            connection,
            [
                {"agency_id": agency, "handle_id": one, "from_at": at, "learner_id": learner, "matched_by": "new"}
                for learner, _, one in ids
            ],
        )
        owners = [one for *_, one in ids for _ in range(RECORDS_EACH)]
        of_handle = [(new_id(), one) for one in owners]
        records.insert_records(connection, [_record(place, name, one) for name, one in of_handle])
        records.insert_versions(connection, [_version(place, name, one) for name, one in of_handle])
        outbox.write(connection, [_entry(place, learner, one) for learner, _, one in ids])
        streams.lock_many(connection, [f"learner:{learner}" for learner, _, _ in ids])


def _record(place: Home, name: UUID, handle: UUID) -> dict[str, object]:
    return {
        "agency_id": HEALTH.id,
        "id": name,
        "handle_id": handle,
        "kind": "fhir-r4",
        "reference_index": os.urandom(16),
        "version": 1,
        "is_removed": False,
        "changed_at": place.hub.clock(),
    }


def _version(place: Home, name: UUID, handle: UUID) -> dict[str, object]:
    return {
        "agency_id": HEALTH.id,
        "record_id": name,
        "version": 1,
        "handle_id": handle,
        "catalogue_version": 1,
        "envelope": os.urandom(_ENVELOPE),
        "digest": os.urandom(32),
        "stored_at": place.hub.clock(),
    }


def _entry(place: Home, learner: UUID, handle: UUID) -> dict[str, object]:
    return {
        "id": new_id(),
        "stream": f"handle:{handle}",
        "number": 1,
        "leaf": dummy_leaf(),
        "sealed_opening": os.urandom(500),
        "owner_agency": "hub",
        "owner_kind": "learner",
        "owner_id": str(learner),
        "subject_event_id": new_id(),
        "created_at": place.hub.clock(),
    }
