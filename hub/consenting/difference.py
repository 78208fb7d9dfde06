"""What a newer protocol version would share beyond a consent that stands: the family is asked for this alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from consent.model import ConsentState, Status
from hub.consenting.model import Difference, Offer
from policies.fields import Catalogue
from policies.model import Basis, Protocol, ProtocolRef
from policies.snapshot import Cell


def difference(
    offer: Offer,
    state: ConsentState,
    cells: Iterable[Cell],
    *,
    versions: Mapping[ProtocolRef, Protocol],
    catalogue: Catalogue,
) -> Difference | None:
    """What the offer shares beyond this consent, which was given under another version of the same protocol.

    None where it shares nothing beyond it, where the consent does not stand, or where it is of the same version.
    """
    given = _given_under(state)
    now = ProtocolRef(offer.protocol_id, offer.protocol_version)
    if state.status is not Status.ACTIVE or given is None or given.id != now.id or given == now:
        return None
    offered = catalogue.mask(offer.field_ids)
    agreed = catalogue.known_mask(state.field_ids) & offered
    before, roles, terms = versions.get(given), {}, 0
    for cell in cells:
        outgrown = cell.named_on(Basis.CONSENT) & agreed & ~cell.covers.get(given, 0)
        had = _had(before, cell)
        if outgrown & ~had:
            roles[cell.role] = catalogue.ids(outgrown & ~had)
        terms |= outgrown & had
    fresh = offered & ~agreed
    if not agreed or not (fresh or roles or terms):
        return None
    return Difference(
        consent_id=state.consent_id,
        agreed=catalogue.ids(agreed),
        until=state.valid_until,
        fields=catalogue.ids(fresh),
        roles=tuple(sorted(roles.items())),
        terms=catalogue.ids(terms),
    )


def of_person(states: Sequence[ConsentState], offer: Offer) -> ConsentState | None:
    """The answer among one person's that is about the offer's matter."""
    about = (offer.holder, offer.recipient, offer.purpose, offer.group_id)
    for state in states:
        if (state.holder, state.recipient, state.purpose, state.scope) == about:
            return state
    return None


def _had(before: Protocol | None, cell: Cell) -> int:
    """Fields that the older version shared on consent with the same role."""
    mask = 0
    for rule in () if before is None else before.rules:
        same = (rule.recipient, rule.purpose, rule.holder) == (cell.recipient, cell.purpose, cell.holder)
        if same and rule.basis is Basis.CONSENT and cell.role in rule.roles:
            mask |= rule.mask
    return mask


def _given_under(state: ConsentState) -> ProtocolRef | None:
    version = state.protocol_version
    if state.protocol_id is None or version is None or not (version.isascii() and version.isdigit()):
        return None
    return ProtocolRef(state.protocol_id, int(version))
