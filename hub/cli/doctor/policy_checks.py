"""Catalogue, protocols, partners and their keyrings: whether anything may be brought and shared."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from hub.cli import queries
from hub.cli.doctor.model import Finding, Scene, fault, ok, warn
from hub.database import reading
from hub.directory.queries import parties
from hub.protocols import queries as register
from hub.sealing.errors import KeyringUnavailable
from hub.sealing.model import HUB
from policies.canonical import digest
from policies.errors import PolicyFilesRefused
from policies.load_catalogue import load_catalogue
from policies.model import Protocol
from policies.protocols import load_protocols

_REVIEW_SOON = timedelta(days=30)


def catalogue(_scene: Scene) -> Iterable[Finding]:
    """The field catalogue that ships with this version."""
    try:
        found = load_catalogue()
    except PolicyFilesRefused as refused:
        yield from (
            fault(str(one), "install this version of Dolen again: its files were changed") for one in refused.errors
        )
    else:
        yield ok(f"catalogue version {found.version}, {len(found.fields)} fields")


def protocols(scene: Scene) -> Iterable[Finding]:
    """Every protocol file can be read."""
    try:
        scene.protocols = load_protocols(scene.settings.protocol_folder, load_catalogue())
    except PolicyFilesRefused as refused:
        yield from (fault(f"{one.place}: {one.problem}", one.remedy) for one in refused.errors)
    else:
        yield ok(f"{len(scene.protocols)} protocol version(s) in {scene.settings.protocol_folder}")


def in_force(scene: Scene) -> Iterable[Finding]:
    """Protocols are registered with the bytes they have, begun, and not past their review."""
    with reading(scene.main) as connection:
        known = register.known_protocols(connection)
        agencies = {agency.id for agency in parties.all_agencies(connection)}
    counting = 0
    for protocol in scene.protocols:
        found = list(_standing(scene, protocol, known.get((protocol.ref.id, protocol.ref.version))))
        counting += not found
        yield from found or [ok(f"{protocol.ref} is in force until its review on {protocol.review_on}")]
        if strangers := sorted(set(protocol.partners) - agencies):
            yield warn(
                f"{protocol.ref} names partners that are not in the directory: {', '.join(strangers)}",
                "take them in with `dolen agency add`",
            )
        if protocol.review_on - scene.at.date() <= _REVIEW_SOON and not found:
            yield warn(
                f"{protocol.ref} lapses on {protocol.review_on}", "let the partners review and sign it before that"
            )
    if not counting:
        yield fault("no protocol is in force: nothing is shared and nothing can be brought", "put one in force")


def partners(scene: Scene) -> Iterable[Finding]:
    """Every active partner has named an active duty person; nobody accountable has left."""
    with reading(scene.main) as connection:
        agencies = [agency for agency in parties.all_agencies(connection) if agency.is_active]
        duty = {agency.id: agency.duty_person_id for agency in agencies}
        active = {name: parties.person_by_id(connection, one) for name, one in duty.items() if one is not None}
        left = queries.learners_of_inactive_people(connection)
    if not agencies:
        yield warn("there is no partner yet", "take one in with `dolen agency add`")
    for name, person_id in duty.items():
        person = active.get(name)
        if person_id is None or person is None or not person.is_active:
            says = "has named no duty person" if person_id is None else "has a duty person who is no longer active"
            yield fault(f"{name} {says}: it can bring no learners", f"dolen agency duty {name} --person PERSON")
        else:
            yield ok(f"{name} has a duty person")
    if left:
        yield fault(
            f"{left} learner(s) have an accountable person who is no longer active: nobody is told of their changes",
            "hand each over: dolen handover --learner LEARNER --to PERSON",
        )


def keyrings(scene: Scene) -> Iterable[Finding]:
    """Every keyring opens, and holds every version that keys are wrapped under."""
    with reading(scene.main) as connection:
        agencies = [HUB, *(agency.id for agency in parties.all_agencies(connection))]
    with reading(scene.key_store) as connection:
        counts = queries.keys_by_version(connection)
    for agency_id in agencies:
        yield from _keyring(scene, agency_id, counts.get(agency_id, {}))


def _standing(scene: Scene, protocol: Protocol, known: tuple[str, bytes] | None) -> Iterable[Finding]:
    """What keeps this protocol from counting today; nothing where it counts."""
    name, today = str(protocol.ref), scene.at.date()
    if known is not None and known[1] != digest(protocol, load_catalogue()):
        yield fault(
            f"{name} was changed after it was put in force, so it counts no longer",
            "put the old bytes back, or give the changed file a new version number",
        )
    elif known is not None and known[0] != register.IN_FORCE:
        yield warn(f"{name} is {known[0]} and permits nothing", "nothing, if that is meant")
    elif today < protocol.in_force_from:
        yield warn(f"{name} begins on {protocol.in_force_from} and permits nothing before", "nothing, if that is meant")
    elif today >= protocol.review_on:
        yield fault(
            f"{name} lapsed on its review date {protocol.review_on}: it permits nothing",
            "let the partners review it, and put the reviewed version in force",
        )


def _keyring(scene: Scene, agency_id: str, counts: dict[int, int]) -> Iterable[Finding]:
    try:
        keyring = scene.keyrings.get(agency_id)
    except KeyringUnavailable as problem:
        yield fault(
            f"the keyring of {agency_id} cannot be used: {problem.reason}",
            f"put keyrings/{agency_id}.keyring and secrets/keyring-{agency_id}.passphrase back, both mode 0600",
        )
        return
    lost = sum(count for version, count in counts.items() if version not in keyring.versions())
    older = sum(count for version, count in counts.items() if version < keyring.newest) - lost
    if lost:
        yield fault(
            f"{lost} key(s) of {agency_id} are wrapped under a version that its keyring does not hold",
            f"put the newest copy of keyrings/{agency_id}.keyring back",
        )
    elif older > 0:
        yield warn(
            f"{older} key(s) of {agency_id} are under an older version", f"dolen keys rotate {agency_id} --resume"
        )
    else:
        yield ok(f"the keyring of {agency_id} opens (newest version {keyring.newest})")
