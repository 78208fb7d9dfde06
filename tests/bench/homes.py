"""Hubs to measure on: a fresh home with the demo's partners, on SQLite or PostgreSQL, gone afterwards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import psycopg

from connectors.base import Assessment, Demographics, Identifier, IdentifierKind, Json, LocalNumber
from hub.consenting.model import Shown
from hub.database import new_id, reading, unit_of_work
from hub.demo.partnership import found, prepare_home
from hub.demo.people import ACCOUNTABLE, EDUCATION, HEALTH, PARENT
from hub.directory import bring_handles, ties
from hub.directory.links import learner_of
from hub.directory.model import Newcomer, Principal, Standing, TieKind
from hub.directory.streams import lock_learner
from hub.settings import Settings
from hub.syncing.place import Run, place
from hub.wiring.build import build
from hub.wiring.hub import Hub
from tests.databases import POSTGRES, database_urls

PURPOSE, ROLE = "aln-plan", "system"
GRANTED_GROUPS = ("health.growth", "health.condition", "health.observation")
HELD_GROUPS = (*GRANTED_GROUPS, "health.vitals", "health.speech", "health.report")
HELD, ALLOWED = 24, 12

_TYPED: dict[str, Json] = {
    "text": "Follows two-part instructions in a quiet room; needs a pause between them.",
    "code": "271649006",
    "decimal": "117.50",
    "date": "2026-03-14",
}


@dataclass(frozen=True, slots=True)
class Home:
    """A hub with partners and people."""

    database: str
    settings: Settings
    hub: Hub
    people: dict[str, UUID]


@dataclass(frozen=True, slots=True)
class Child:
    """A learner that two partners know, by the ids that each of them has."""

    learner: UUID
    education_handle: UUID


def kinds() -> Sequence[str]:
    """The databases that can be reached here; PostgreSQL only where it answers."""
    try:
        psycopg.connect(POSTGRES, connect_timeout=3).close()
    except psycopg.OperationalError:
        return ("sqlite",)
    return ("sqlite", "postgres")


@contextmanager
def home(database: str) -> Iterator[Home]:
    """A founded hub on a database of its own. On disk, not in memory: durability is part of what is measured."""
    with scratch() as folder, database_urls(database, folder) as (main, keys):
        settings = Settings(home=folder, database_url=main, keys_url=keys, log_level="ERROR")
        prepare_home(settings)
        hub = build(settings)
        try:
            yield Home(database, settings, hub, found(hub))
        finally:
            hub.close()


@contextmanager
def scratch() -> Iterator[Path]:
    """An empty folder, gone afterwards; TMPDIR says where, and must not be in memory for the figures to mean much."""
    with TemporaryDirectory(prefix="dolen-bench-") as name:
        yield Path(name)


def education() -> Principal:
    """The system of the education service, as its token says."""
    return Principal(EDUCATION.id, f"{EDUCATION.id}-system", "smart", PURPOSE, ROLE)


def bring_children(place_: Home, count: int) -> list[Child]:
    """Children whom health and education know, each with one health record of 24 fields.

    The mother granted education three groups, 12 of the 24 fields; the other 12 are held and not shared.
    """
    units = [_unit(place_.hub, number) for number in range(count)]
    place(place_.hub.syncing, Run(new_id(), HEALTH.id, "fhir-r4"), units, [])
    children = _known_to_education(place_.hub, units)
    for child in children:
        _tie(place_, child.learner)
        _grant(place_, child.learner)
    return children


def _unit(hub: Hub, number: int) -> Assessment:
    catalogue = hub.catalogue
    mask = 0
    for group in HELD_GROUPS:
        mask |= catalogue.in_group(group)
    fields = {entry.id: _TYPED[entry.type.value] for entry in catalogue.entries(mask)}
    if len(fields) != HELD:
        raise ValueError(f"the catalogue's groups have {len(fields)} fields now, not {HELD}")
    return Assessment(
        place=f"bench:{number}",
        unit_type="Observation",
        local_number=LocalNumber("urn:bench:health", f"H{number:06}"),
        reference=f"Observation/{number}",
        fields=fields,
        identifiers=(_upn(number),),
        demographics=_said(number),
    )


def _upn(number: int) -> Identifier:
    return Identifier(IdentifierKind.UPN, f"A660{number:09}")


def _said(number: int) -> Demographics:
    return Demographics((f"Enw{number}",), "Enghraifft", f"2016-{number % 12 + 1:02}-{number % 28 + 1:02}")


def _known_to_education(hub: Hub, units: Sequence[Assessment]) -> list[Child]:
    newcomers = [
        Newcomer(LocalNumber("urn:bench:school", f"E{number:06}"), unit.identifiers, unit.demographics)
        for number, unit in enumerate(units)
    ]
    with reading(hub.engine) as connection:
        prepared = bring_handles.prepare(connection, hub.keys, agency_id=EDUCATION.id, newcomers=newcomers)
    with unit_of_work(hub.engine) as connection:
        arrivals = bring_handles.bring(connection, hub.keys, prepared, at=hub.clock())
        children = [
            Child(learner, arrival.handle_id)
            for arrival in arrivals
            if (learner := learner_of(connection, EDUCATION.id, arrival.handle_id)) is not None
        ]
    if len(children) != len(units) or any(arrival.match.value != "upn" for arrival in arrivals):
        raise ValueError("a child that health knows was not found again")
    return children


def _tie(place_: Home, learner_id: UUID) -> None:
    hub = place_.hub
    with unit_of_work(hub.engine) as connection:
        lock_learner(connection, learner_id)
        ties.add_tie(
            connection,
            hub.keys,
            learner_id=learner_id,
            person_id=place_.people[PARENT.key],
            kind=TieKind.MOTHER,
            standing=Standing.PARENT,
            evidence_kind="birth_registration",
            evidence="Seen at the school office",
            from_on=date(2025, 9, 1),
            until_on=None,
            checked_by=place_.people[ACCOUNTABLE.key],
            at=hub.clock(),
        )


def _grant(place_: Home, learner_id: UUID) -> None:
    hub, mother = place_.hub, place_.people[PARENT.key]
    shown = Shown("1", "en", bytes(32))
    for offer in hub.offers(mother, learner_id):
        if offer.recipient == EDUCATION.id and offer.purpose == PURPOSE and offer.group_id in GRANTED_GROUPS:
            hub.grant(mother, offer, until=hub.clock() + timedelta(days=90), shown=shown)
