"""Taking agencies, clients and people into the directory, and letting them go.

A person comes in two steps, because a key is committed to the key store before the main transaction begins:
`draft_person` first, `register_person` inside the unit of work.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from hub.database import new_id
from hub.directory.errors import BadSlug, EmailTaken, PrivateKeyShown, UnknownAgency, UnknownPerson
from hub.directory.model import Agency, Client, Contact, PersonRole
from hub.directory.queries import parties
from hub.directory.sealed import seal_contact
from hub.sealing.blind_index import MATCHING, all_indexes
from hub.sealing.key_store import KeyStore
from hub.sealing.model import HUB, person_key

_SLUG = re.compile(r"[a-z][a-z0-9-]{1,39}")
_PUBLIC = frozenset({"kty", "crv", "x", "y", "n", "e", "kid", "use", "alg", "key_ops"})
_EMAIL = f"{MATCHING}email"


@dataclass(frozen=True, slots=True)
class PersonDraft:
    """A person whose key is made and whose contact is sealed, not in the directory yet."""

    id: UUID
    agency_id: str | None
    role: PersonRole
    sealed_contact: bytes = field(repr=False)
    email_indexes: tuple[bytes, ...] = field(repr=False)
    """Under every version of the hub's keyring, the newest last; empty for somebody who does not sign in."""
    email_key_version: int | None


def register_agency(connection: Connection, agency: Agency, *, at: datetime) -> None:
    """Take in a partner; raises BadSlug. Its duty person is named apart, and it brings nobody before that."""
    if _SLUG.fullmatch(agency.id) is None:
        raise BadSlug
    parties.insert_agency(connection, agency, at=at)


def register_client(connection: Connection, client: Client, *, at: datetime) -> None:
    """Take in an OAuth client of an agency; raises UnknownAgency, or PrivateKeyShown for anything but public keys."""
    if parties.agency_by_id(connection, client.agency_id) is None:
        raise UnknownAgency(client.agency_id)
    _check_public(client)
    parties.insert_client(connection, client, at=at)


def set_client_active(connection: Connection, client_id: str, *, is_active: bool) -> bool:
    """Switch a client on or off, its tokens with it; False when there is none."""
    return parties.set_client_active(connection, client_id, is_active=is_active)


def draft_person(keys: KeyStore, *, agency_id: str | None, role: PersonRole, contact: Contact) -> PersonDraft:
    """Make a person's key and seal the contact; family (and nobody else) belongs to no agency."""
    if (agency_id is None) != (role is PersonRole.FAMILY):
        raise ValueError("family belongs to no agency, everybody else to one")
    person_id = new_id()
    keys.ensure([person_key(person_id)])
    indexes, version = _signing_in(keys, contact.email)
    sealed = seal_contact(keys.unwrap(person_key(person_id)), person_id, contact)
    return PersonDraft(person_id, agency_id, role, sealed, indexes, version)


def register_person(connection: Connection, draft: PersonDraft, *, at: datetime) -> UUID:
    """Take in a drafted person; answers with the id. Raises UnknownAgency, or EmailTaken."""
    if draft.agency_id is not None and parties.agency_by_id(connection, draft.agency_id) is None:
        raise UnknownAgency(draft.agency_id)
    _check_free(connection, draft.id, draft.email_indexes)
    parties.insert_person(
        connection,
        draft.id,
        {
            "agency_id": draft.agency_id,
            "role": draft.role.value,
            "sealed_contact": draft.sealed_contact,
            "email_index": draft.email_indexes[-1] if draft.email_indexes else None,
            "email_key_version": draft.email_key_version,
            "is_active": True,
            "created_at": at,
        },
    )
    return draft.id


def change_contact(connection: Connection, keys: KeyStore, *, person_id: UUID, contact: Contact) -> None:
    """Replace a person's contact details; raises UnknownPerson, or EmailTaken."""
    sealed = seal_contact(keys.unwrap(person_key(person_id)), person_id, contact)
    indexes, version = _signing_in(keys, contact.email)
    _check_free(connection, person_id, indexes)
    values: dict[str, object] = {
        "sealed_contact": sealed,
        "email_index": indexes[-1] if indexes else None,
        "email_key_version": version,
    }
    if not parties.update_person(connection, person_id, values):
        raise UnknownPerson(person_id)


def set_person_active(connection: Connection, person_id: UUID, *, is_active: bool) -> None:
    """Let a person sign in, or no longer. Who is accountable stays so until handed over. Raises UnknownPerson."""
    if not parties.update_person(connection, person_id, {"is_active": is_active}):
        raise UnknownPerson(person_id)


def name_duty_person(connection: Connection, *, agency_id: str, person_id: UUID, at: datetime) -> None:
    """Name who gets every learner that the agency brings, in place of the one before.

    Raises UnknownAgency; UnknownPerson when the person is not active or not one of the agency's own.
    """
    if parties.agency_by_id(connection, agency_id) is None:
        raise UnknownAgency(agency_id)
    person = parties.person_by_id(connection, person_id)
    if person is None or not person.is_active or person.agency_id != agency_id:
        raise UnknownPerson(person_id)
    parties.set_duty_person(connection, agency_id=agency_id, person_id=person_id, at=at)


def email_indexes(keys: KeyStore, email: str) -> list[bytes]:
    """The index of an e-mail address under every version of the hub's keyring, for finding who signs in with it."""
    keyring = keys.keyrings.get(HUB)
    return all_indexes(keyring, agency_id=HUB, kind=_EMAIL, value=normalised_email(email))


def _signing_in(keys: KeyStore, email: str | None) -> tuple[tuple[bytes, ...], int | None]:
    if email is None:
        return (), None
    return tuple(email_indexes(keys, email)), keys.keyrings.get(HUB).newest


def _check_free(connection: Connection, person_id: UUID, indexes: Sequence[bytes]) -> None:
    # The unique constraint compares indexes of one key version; this compares across versions.
    if any(other != person_id for other in parties.people_with_email_index(connection, indexes)):
        raise EmailTaken(person_id)


def normalised_email(email: str) -> bytes:
    """What an address is found by: all its spellings give the same bytes."""
    return unicodedata.normalize("NFKC", email.strip()).casefold().encode()


def _check_public(client: Client) -> None:
    try:
        keys = json.loads(client.jwks)["keys"]
        sound = bool(keys) and all(set(key) <= _PUBLIC and key["kty"] in {"EC", "RSA", "OKP"} for key in keys)
    except (ValueError, LookupError, TypeError):
        sound = False
    if not sound:
        raise PrivateKeyShown(client.client_id)
