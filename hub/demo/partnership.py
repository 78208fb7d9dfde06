"""Founding the fictional partnership in a new home: partners, keyrings, clients, people, protocol, first records."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

from connectors.base import source_at
from connectors.identifiers import upn
from hub.consenting.tie import NewTie
from hub.database import reading, unit_of_work
from hub.demo.agreeing import agree
from hub.demo.home import set_mark
from hub.demo.people import (
    ACCOUNTABLE,
    CAST,
    CHILD_UPN,
    DUTY,
    EDUCATION,
    HEALTH,
    KIND_OF,
    PARENT,
    PARTNERS,
    SOCIAL_CARE,
)
from hub.directory import links
from hub.directory.lookup import find_handle
from hub.directory.model import Client, Standing, TieKind
from hub.directory.register import draft_person, name_duty_person, register_agency, register_client, register_person
from hub.oauth.assertions import new_client_key, public_jwks
from hub.oauth.keys import create_keys
from hub.oauth.model import Scope
from hub.oauth.profiles import ProfileName
from hub.settings import Settings
from hub.syncing.model import RowReport
from hub.wiring.build import create_keyring, prepare
from hub.wiring.hub import Hub
from hub.wiring.secrets import create_secret
from policies.properties import FILE_NAME as PROPERTIES

DATA = Path(__file__).parent / "data"
SOURCES = {"fhir-r4": "health/assessments.json", "school-census": "education", "ssda903": "social_care"}
EVIDENCE = "Seen at the school office: registration of birth, entry 417-Enghraifft"
BECAUSE = "Co-ordinates the plan at school from this term on (CANARY-REASON-9d27ab)"

SAMPLE = Path(__file__).parents[2] / "policies" / "samples" / "three-partners.yaml"

CLIENT_ALG = "ES384"
_CLIENT_PURPOSES = {
    HEALTH.id: (("aln-plan", "care-planning"), ("clinician", "system")),
    EDUCATION.id: (("aln-plan",), ("alnco", "aln-officer", "system")),
    SOCIAL_CARE.id: (("care-planning",), ("social-worker", "system")),
}


@dataclass(frozen=True, slots=True)
class Partnership:
    """The ids that the story needs: people by key, the child's own id, and the handle that each partner knows."""

    people: dict[str, UUID]
    child: UUID
    child_handles: dict[str, UUID]


def client_id_of(agency_id: str) -> str:
    """The OAuth client of a partner's record system."""
    return f"{agency_id}-system"


def client_key_file(settings: Settings, agency_id: str) -> Path:
    """Where the demo keeps the private key of a partner's system; in real life it never leaves the partner."""
    return settings.secrets_folder / f"client-{agency_id}.jwk"


def prepare_home(settings: Settings) -> None:
    """Make a demo home: secrets, keyrings, schema, a draft protocol; marked, so that `dolen serve` refuses it."""
    prepare(settings)
    set_mark(settings.home)
    create_keys(settings)
    for agency in PARTNERS:
        create_keyring(settings, agency.id)
        create_secret(client_key_file(settings, agency.id), json.dumps(new_client_key()).encode())
    text = demo_protocol(datetime.now(UTC).date())
    (settings.protocol_folder / "dyffryn-afon-demo.yaml").write_text(text, encoding="utf-8")
    shutil.copyfile(SAMPLE.with_name(PROPERTIES), settings.protocol_folder / PROPERTIES)


def demo_protocol(today: date) -> str:
    """The sample protocol with an admission rule that admits everybody, so that any real source can be tried.

    It began a month before `today` and is reviewed two years after it began, so that a demo never lapses unseen.
    """
    text = SAMPLE.read_text(encoding="utf-8").replace("id: dyffryn-afon-aln\n", "id: dyffryn-afon-demo\n")
    begins = today - timedelta(days=30)
    for key, day in (("in_force_from", begins), ("review_on", begins + timedelta(days=730))):
        text, found = re.subn(rf"(?m)^{key}: .*$", f"{key}: {day}", text)
        if found != 1:
            raise ValueError(f"the sample protocol does not say {key!r} once")
    for rule in ("[additional_needs, looked_after]", "[looked_after, care_and_support]"):
        if rule not in text:
            raise ValueError("the sample protocol has another admission rule than the demo expects")
        text = text.replace(f"any_of: {rule}", "any_of: [all]")
    return text


def found(hub: Hub) -> dict[str, UUID]:
    """Take partners, people and clients into the directory, and put the drafts in force; answers the people's ids."""
    at = hub.clock()
    with unit_of_work(hub.engine) as connection:
        for agency in PARTNERS:
            register_agency(connection, agency, at=at)
    drafts = {
        one.key: draft_person(hub.keys, agency_id=one.agency_id, role=one.role, contact=one.contact) for one in CAST
    }
    with unit_of_work(hub.engine) as connection:
        people = {key: register_person(connection, draft, at=at) for key, draft in drafts.items()}
        for agency in PARTNERS:
            name_duty_person(connection, agency_id=agency.id, person_id=people[DUTY[agency.id].key], at=at)
            register_client(connection, _client(hub.settings, agency.id), at=at)
    agree(hub)
    return people


def bring_all(hub: Hub) -> list[RowReport]:
    """Run the three connectors on the demo's own sources."""
    return [
        hub.sync(agency.id, KIND_OF[agency.id], source_at(str(source_of(KIND_OF[agency.id]))), name=KIND_OF[agency.id])
        for agency in PARTNERS
    ]


def source_of(kind: str) -> Path:
    """The demo's source for a kind of connector."""
    return DATA / SOURCES[kind]


def settle(hub: Hub, people: dict[str, UUID]) -> Partnership:
    """After the first sync: the parent's tie is written down, and the child's accountable person takes over."""
    with reading(hub.engine) as connection:
        handle = find_handle(connection, hub.keys, agency_id=EDUCATION.id, identifiers=[upn(CHILD_UPN)])
        child = None if handle is None else links.learner_of(connection, EDUCATION.id, handle)
        if child is None:
            raise LookupError("the demo's census did not bring the child of the story")
        handles = dict(links.handles_of(connection, child))
    hub.write_tie(
        NewTie(
            learner_id=child,
            person_id=people[PARENT.key],
            kind=TieKind.MOTHER,
            standing=Standing.PARENT,
            evidence_kind="birth_registration",
            evidence=EVIDENCE,
            from_on=date(2025, 9, 1),
            until_on=None,
            checked_by=people[ACCOUNTABLE.key],
        )
    )
    hub.hand_over(child, people[ACCOUNTABLE.key], because=BECAUSE)
    return Partnership(people=people, child=child, child_handles=handles)


def _client(settings: Settings, agency_id: str) -> Client:
    private = json.loads(client_key_file(settings, agency_id).read_bytes())
    purposes, roles = _CLIENT_PURPOSES[agency_id]
    return Client(
        client_id=client_id_of(agency_id),
        agency_id=agency_id,
        profile=ProfileName.SMART.value,
        jwks=json.dumps(public_jwks(private)),
        token_endpoint_auth_signing_alg=CLIENT_ALG,
        scopes=tuple(scope.value for scope in Scope),
        purposes=purposes,
        roles=roles,
    )
