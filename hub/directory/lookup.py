"""Finding a handle by an identifier, and a person by an e-mail address. Nothing is opened: both go by blind index."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection

from hub.directory.identifying import kinds_found_by, own_indexes
from hub.directory.model import Identifier, IdentifierKind, Person
from hub.directory.queries import handles, parties
from hub.directory.register import email_indexes
from hub.sealing.key_store import KeyStore


def lookup_handle(
    connection: Connection, *, agency_id: str, kind: IdentifierKind, indexes: Sequence[bytes]
) -> UUID | None:
    """The agency's own handle that carries this identifier; None for "nobody" and for "not yours" alike.

    Only what the agency itself stored is looked into: whether another partner knows this number is not for it to learn.
    A number whose check digits are wrong finds nobody, nor does one that reached two learners. Of two handles of one
    learner the older answers.
    """
    found = handles.handles_by_index(connection, agency_id=agency_id, kinds=kinds_found_by(kind), indexes=indexes)
    learners = {learner_id for _, learner_id in found}
    return found[0][0] if len(learners) == 1 else None


def find_handle(
    connection: Connection, keys: KeyStore, *, agency_id: str, identifiers: Sequence[Identifier]
) -> UUID | None:
    """The agency's own handle that carries all of these identifiers; None as for `lookup_handle`.

    Identifiers come normalised and checked (`connectors.identifiers`); one with wrong check digits finds nobody.
    """
    keyring = keys.keyrings.get(agency_id)
    found = {
        lookup_handle(connection, agency_id=agency_id, kind=one.kind, indexes=own_indexes(keyring, one))
        if one.is_valid
        else None
        for one in identifiers
    }
    return found.pop() if len(found) == 1 else None


def person_by_email(connection: Connection, keys: KeyStore, *, email: str) -> Person | None:
    """The active person who signs in with this address."""
    return parties.person_by_email_index(connection, email_indexes(keys, email))
