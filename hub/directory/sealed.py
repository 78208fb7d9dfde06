"""How the directory writes down what it seals, and under which purpose. Opening is not here."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

import rfc8785

from hub.directory.model import Contact, Demographics, Identifier
from hub.sealing.model import SubjectKey, handle_directory_key
from hub.sealing.text import seal_text


def contact_purpose(person_id: UUID) -> str:
    """Purpose of a person's contact details."""
    return f"person.contact/{person_id}"


def demographics_purpose(agency_id: str, handle_id: UUID) -> str:
    """Purpose of what an agency says of a child: names, birth date, sex."""
    return f"handle.demographics/{agency_id}/{handle_id}"


def identifier_purpose(identifier_id: UUID) -> str:
    """Purpose of one identifier."""
    return f"identifier.value/{identifier_id}"


def seal_contact(key: SubjectKey, person_id: UUID, contact: Contact) -> bytes:
    """A person's contact details, sealed under the person's key."""
    body = {
        "name": contact.name,
        "email": contact.email,
        "phone": contact.phone,
        "address": contact.address,
        "language": contact.language.value,
        "is_safe_to_contact": contact.is_safe_to_contact,
    }
    return seal_text(key, owner=key.owner, purpose=contact_purpose(person_id), data=rfc8785.dumps(dict(body)))


def seal_demographics(key: SubjectKey, *, agency_id: str, handle_id: UUID, said: Demographics) -> bytes:
    """What an agency says of a child, sealed under the hub's key for the handle."""
    return seal_text(
        key,
        owner=handle_directory_key(handle_id),
        purpose=demographics_purpose(agency_id, handle_id),
        data=canonical_demographics(said),
    )


def seal_identifier(key: SubjectKey, *, identifier_id: UUID, handle_id: UUID, identifier: Identifier) -> bytes:
    """An identifier's value, sealed under the hub's key for the handle."""
    return seal_text(
        key,
        owner=handle_directory_key(handle_id),
        purpose=identifier_purpose(identifier_id),
        data=identifier.value.encode(),
    )


def demographics_fields(said: Demographics) -> Mapping[str, str | list[str]]:
    """What the source says, without what it leaves open."""
    fields: dict[str, str | list[str]] = {}
    if said.given_names:
        fields["given_names"] = list(said.given_names)
    for name, value in (("family_name", said.family_name), ("birth_date", said.birth_date), ("sex", said.sex)):
        if value:
            fields[name] = value
    return fields


def canonical_demographics(said: Demographics) -> bytes:
    """The same bytes for the same demographics (RFC 8785)."""
    return rfc8785.dumps(dict(demographics_fields(said)))
