"""Short keys that stand for an offer or a row in an address, and the reference that a person can say on the phone."""

from __future__ import annotations

import hashlib
from uuid import UUID

from hub.consenting.model import Offer
from hub.safeguarding.model import Way
from hub.sharing.model import GroupSight

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LETTERS = 10


def offer_key(offer: Offer) -> str:
    """Names an offer as it was shown: with another protocol or catalogue version it is another offer.

    A hash, so that an address does not say which kind of record it is about.
    """
    return _key(
        "offer",
        offer.learner_id.hex,
        offer.holder,
        offer.recipient,
        offer.purpose,
        offer.group_id,
        str(offer.catalogue_version),
        offer.protocol_id,
        str(offer.protocol_version),
        *offer.field_ids,
    )


def row_key(row: GroupSight) -> str:
    """Names a row of "who can see what"."""
    return _key(
        "row", row.recipient, row.purpose, row.holder, row.group_id, row.basis, "/".join(row.roles), *row.field_ids
    )


def way_key(way: Way) -> str:
    """Names a way to make an override; an address does not say in which role or for which purpose."""
    return _key("way", way.role, way.purpose)


def reference_of(event_id: UUID) -> str:
    """Ten letters and digits from the random end of the event's id, in two groups: `7K2M9-QX4TN`.

    Crockford's alphabet: no I, L, O or U, so it survives being read out.
    """
    number = event_id.int
    letters = "".join(_CROCKFORD[number >> 5 * place & 31] for place in reversed(range(_LETTERS)))
    return f"{letters[:5]}-{letters[5:]}"


def _key(*parts: str) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(4, "big") + part.encode())
    return digest.hexdigest()[:32]
