"""What partners ask a family for, each with the choice that answers it: the ordinary one, cut to those fields."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from hub.asking.model import AskedLine
from hub.consenting.model import ConsentLine, Offer
from hub.web import kinds
from hub.web.digests import offer_key
from hub.web.site import person_id, site


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that waits for the family, and where this person decides on it.

    Who shares something of the same group already decides on the whole group: an answer about a part would take the
    place of the earlier one, and so end what it does not name.
    """

    line: AskedLine
    offer: Offer

    @property
    def key(self) -> str:
        """The key of the choice."""
        return offer_key(self.offer)


def asked_of(learner_id: UUID, offers: Sequence[Offer], consents: Sequence[ConsentLine] = ()) -> list[Asked]:
    """What waits for this person, where a protocol still offers it."""
    by_group = {(one.recipient, one.purpose, one.holder, one.group_id): one for one in offers}
    standing = {
        (one.recipient, one.purpose, one.holder, one.group_id)
        for one in consents
        if one.status in kinds.STANDING_CONSENT
    }
    found = []
    for line in site().use_cases.asking.asked_of_family(person_id(), learner_id):
        about = (line.recipient, line.purpose, line.holder, line.group_id)
        offer = by_group.get(about)
        cut = () if offer is None else tuple(name for name in offer.field_ids if name in line.field_ids)
        if offer is not None and cut:
            found.append(Asked(line, offer if about in standing else replace(offer, field_ids=cut)))
    return found
