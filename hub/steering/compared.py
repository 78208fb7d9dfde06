"""What differs between two versions, told in one way on the command line and to partners' systems."""

from __future__ import annotations

from sqlalchemy import Connection

from hub.protocols.errors import UnknownProtocol
from hub.protocols.verify import parsed
from policies.difference import Difference, difference
from policies.fields import Catalogue
from policies.model import Protocol, ProtocolRef


def compared_for(
    connection: Connection, catalogue: Catalogue, agency_id: str, *, before: ProtocolRef, after: ProtocolRef
) -> dict[str, object]:
    """What differs between two registered versions, each of which names this agency as a partner.

    Raises UnknownProtocol for any other, registered or not: both alike.
    """
    first, second = versions_of(connection, catalogue, agency_id, before=before, after=after)
    return as_json(difference(first, second, catalogue), first, second)


def versions_of(
    connection: Connection, catalogue: Catalogue, agency_id: str, *, before: ProtocolRef, after: ProtocolRef
) -> tuple[Protocol, Protocol]:
    """Two registered versions, each of which names this agency; raises UnknownProtocol for any other."""
    return _named(connection, catalogue, agency_id, before), _named(connection, catalogue, agency_id, after)


def as_json(found: Difference, before: Protocol, after: Protocol) -> dict[str, object]:
    """The whole difference, under the names of the two versions."""
    return {
        "before": str(before.ref),
        "after": str(after.ref),
        "same_meaning": found.is_empty,
        "same_bytes": found.same_bytes,
        "rules": [
            {
                "change": one.kind.value,
                "holder": one.holder,
                "recipient": one.recipient,
                "purpose": one.purpose,
                "roles": one.roles,
                "fields": one.fields,
                "before": [dict(terms) for terms in one.before],
                "after": [dict(terms) for terms in one.after],
            }
            for one in found.rules
        ],
        "others": [{"what": one.what, "before": one.before, "after": one.after} for one in found.others],
        "asked_again": [
            {
                "holder": one.holder,
                "recipient": one.recipient,
                "purpose": one.purpose,
                "role": one.role,
                "fields": one.fields,
            }
            for one in found.asked_again
        ],
    }


def _named(connection: Connection, catalogue: Catalogue, agency_id: str, ref: ProtocolRef) -> Protocol:
    found = parsed(connection, ref, catalogue)
    if found is None or agency_id not in found.partners:
        raise UnknownProtocol(ref)
    return found
