"""A name or an address, for a page or a mail that is theirs; nothing else in the directory answers with one."""

from __future__ import annotations

import json
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from hub.directory.errors import NobodyThere
from hub.directory.model import Contact, Language
from hub.directory.queries import handles, parties
from hub.directory.sealed import contact_purpose, demographics_purpose
from hub.sealing.key_store import KeyStore
from hub.sealing.model import KeyOwner, OwnerKind, handle_directory_key
from hub.sealing.opening import open_text

__all__ = ["NobodyThere", "contact_of"]


def contact_of(
    connection: Connection,
    keys: KeyStore,
    subject: KeyOwner,
    *,
    as_known_to: str | None = None,
    before: datetime | None = None,
) -> Contact:
    """Contact of a person (`person_key(id)`), or the display name of a learner (`learner_key(id)`).

    A learner's name is the one that agency `as_known_to` gave, or with None the oldest that any partner gave: a page of
    one partner asks for its own. With `before`, a name counts only as it has stood since before that instant. Raises
    NobodyThere.
    """
    if subject.kind is OwnerKind.PERSON:
        sealed = parties.sealed_contact(connection, _uuid(subject))
        if sealed is None:
            raise NobodyThere(subject)
        opened = open_text(keys.unwrap(subject), sealed, owner=subject, purpose=contact_purpose(_uuid(subject)))
        return _contact(opened)
    for row in handles.demographics_of_learners(connection, [_uuid(subject)]):
        if as_known_to in (None, row.agency_id) and (before is None or row.changed_at < before):
            owner = handle_directory_key(row.handle_id)
            purpose = demographics_purpose(row.agency_id, row.handle_id)
            name = _display_name(open_text(keys.unwrap(owner), row.sealed, owner=owner, purpose=purpose))
            if name:
                return Contact(name)
    raise NobodyThere(subject)


def _uuid(subject: KeyOwner) -> UUID:
    return subject.id if isinstance(subject.id, UUID) else UUID(subject.id)


def _contact(data: bytes) -> Contact:
    fields = json.loads(data)
    return Contact(
        name=fields["name"],
        email=fields["email"],
        phone=fields["phone"],
        address=fields["address"],
        language=Language(fields["language"]),
        is_safe_to_contact=fields["is_safe_to_contact"],
    )


def _display_name(data: bytes) -> str:
    fields = json.loads(data)
    return " ".join([*fields.get("given_names", []), fields.get("family_name", "")]).strip()
