"""Catalogue, protocols, partners and their keyrings: whether anything may be brought and shared."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import timedelta

from hub.cli import queries
from hub.cli.doctor.model import Finding, Scene, fault, ok, warn
from hub.database import reading
from hub.directory.model import Office
from hub.directory.offices import holder_of
from hub.directory.queries import parties
from hub.protocols.book import PolicyBook
from hub.protocols.model import ENFORCED, State
from hub.sealing.errors import KeyringUnavailable
from hub.sealing.model import HUB
from hub.steering.status import VersionStatus, status, unreadable
from policies.errors import PolicyFilesRefused
from policies.load_catalogue import load_catalogue
from policies.protocols import load_protocols

_REVIEW_SOON = timedelta(days=60)
_COMPARE = "compare the database with the last good backup, or propose and sign the protocol anew as its next version"


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
    """Every draft in the folder can be read; it decides nothing."""
    folder = scene.settings.protocol_folder
    if not folder.is_dir() or not any(path.suffix in {".yaml", ".yml"} for path in folder.iterdir()):
        yield ok(f"no drafts in {folder}")
        return
    try:
        found = load_protocols(folder, load_catalogue())
    except PolicyFilesRefused as refused:
        yield from (warn(f"{one.place}: {one.problem}", one.remedy) for one in refused.errors)
    else:
        yield ok(f"{len(found)} draft(s) in {folder}")


def in_force(scene: Scene) -> Iterable[Finding]:
    """Protocols in force are what their partners signed, have begun, and are not past their review."""
    book = PolicyBook(load_catalogue())
    with reading(scene.main) as connection:
        found = status(connection, book, at=scene.at)
        lost = unreadable(connection, book)
        offices = {(agency.id, one) for agency in parties.all_agencies(connection) for one in Office
                   if holder_of(connection, agency.id, one) is not None}  # fmt: skip
    for ref in lost:
        yield fault(f"what is registered as protocol {ref} is not what was proposed: it permits nothing", _COMPARE)
    for one in found:
        yield from _standing(scene, one)
    for agency, missing in sorted(_missing(found, offices)):
        yield warn(
            f"{agency} has named nobody as its {missing} person: notices for that office wait",
            f"dolen agency office {agency} --office {missing} --person PERSON",
        )
    if not any(one.is_permitting for one in found):
        yield fault(
            "no protocol is in force: nothing is shared and nothing can be brought",
            "see `dolen policy status`; `dolen policy propose`, `accept` and `enforce` put one in force",
        )


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


def _standing(scene: Scene, one: VersionStatus) -> Iterable[Finding]:
    """Where a version stands, and what keeps it from counting today."""
    if one.state in ENFORCED and one.unsigned:
        yield fault(
            f"{one.ref} was put in force, and the signature of {', '.join(one.unsigned)} does not verify:"
            " it permits nothing",
            _COMPARE,
        )
    elif one.state is State.LAPSED:
        yield fault(
            f"{one.ref} lapsed on its review date {one.review_on}: it permits nothing",
            "let the partners review it, and put the reviewed version in force",
        )
    elif one.state is State.IN_FORCE and not one.is_permitting:
        yield warn(f"{one.ref} begins on {one.in_force_from} and permits nothing before", "nothing, if that is meant")
    elif one.state is not State.IN_FORCE:
        yield warn(f"{one.ref} is {one.state} and permits nothing", "nothing, if that is meant")
    elif one.review_on - scene.at.date() <= _REVIEW_SOON:
        yield warn(f"{one.ref} lapses on {one.review_on}", "let the partners review and sign it before that")
    else:
        yield ok(f"{one.ref} is in force until its review on {one.review_on}")


def _missing(found: Iterable[VersionStatus], held: Collection[tuple[str, Office]]) -> Iterable[tuple[str, str]]:
    partners = {agency for one in found if one.is_permitting for agency in one.partners}
    return {(agency, office.value) for agency in partners for office in Office if (agency, office) not in held}


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
