"""Rows of "who can see what": decisions about single fields, joined where everything that is said of them is alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hub.sharing.model import GroupSight
from policies.decision import Reason
from policies.explanation import FieldReason, explain
from policies.facts import AccessRequest, Facts
from policies.model import Basis
from policies.snapshot import Cell, Snapshot

_BASIS_OF = {
    Reason.LEGAL_OBLIGATION: Basis.LEGAL_OBLIGATION,
    Reason.PUBLIC_TASK: Basis.PUBLIC_TASK,
    Reason.OBJECTION_OPEN: Basis.PUBLIC_TASK,
    Reason.CONSENT: Basis.CONSENT,
    Reason.CONSENT_MISSING: Basis.CONSENT,
    Reason.CONSENT_EXPIRED: Basis.CONSENT,
    Reason.CONSENT_NOT_BEGUN: Basis.CONSENT,
    Reason.OVERRIDE: Basis.OVERRIDE_ONLY,
    Reason.OVERRIDE_ONLY: Basis.OVERRIDE_ONLY,
}
_STRONGEST = (Basis.LEGAL_OBLIGATION, Basis.PUBLIC_TASK, Basis.CONSENT, Basis.OVERRIDE_ONLY)


@dataclass(frozen=True, slots=True)
class _Said:
    """All that a row says, but for its fields and roles."""

    recipient: str
    purpose: str
    holder: str
    group_id: str
    basis: Basis
    is_shown: bool
    consent_ids: tuple[str, ...]
    until: datetime | None


def rows_of(snapshot: Snapshot, facts: Facts, cells: Iterable[Cell], *, at: datetime) -> list[GroupSight]:
    """One row for the fields of a group that are open, or closed, to the same roles for the same reason as long.

    INVARIANT: for each role, the fields of the rows that are shown and name it are those that `decide` allows it. So
    what one role may see is never called closed because another role may not, and no field is called a choice that a
    duty opens, whichever protocol the duty stands in.
    """
    wanted: dict[tuple[str, str, str, str], int] = {}
    for cell in cells:
        key = (cell.recipient, cell.purpose, cell.role, cell.holder)
        wanted[key] = wanted.get(key, 0) | _named(cell)
    roles: dict[tuple[_Said, str], set[str]] = {}
    for (recipient, purpose, role, holder), mask in wanted.items():
        request = AccessRequest(recipient=recipient, role=role, purpose=purpose, holder=holder, wanted=mask, at=at)
        for said, field_id in _said(snapshot, request, facts):
            roles.setdefault((said, field_id), set()).add(role)
    return sorted(_joined(roles), key=_order)


def _named(cell: Cell) -> int:
    """Every field that the cell speaks of, whether or not its rows count for this learner now."""
    mask = 0
    for basis in Basis:
        mask |= cell.named_on(basis)
    return mask


def _said(snapshot: Snapshot, request: AccessRequest, facts: Facts) -> Iterator[tuple[_Said, str]]:
    for field in explain(snapshot, request, facts).fields:
        said = _Said(
            recipient=request.recipient,
            purpose=request.purpose,
            holder=request.holder,
            group_id=snapshot.catalogue.by_id[field.field_id].group,
            basis=_basis(field),
            is_shown=field.allowed,
            consent_ids=field.consent_ids,
            until=field.until if field.allowed else None,
        )
        yield said, field.field_id


def _basis(field: FieldReason) -> Basis:
    """The basis that decided; for a barred field the strongest that speaks of it, so that a bar does not show."""
    decided = _BASIS_OF.get(field.reason)
    if decided is not None:
        return decided
    return min((use.rule.basis for use in field.rules), key=_STRONGEST.index)


def _joined(roles: dict[tuple[_Said, str], set[str]]) -> Iterator[GroupSight]:
    fields: dict[tuple[_Said, tuple[str, ...]], list[str]] = {}
    for (said, field_id), of_field in roles.items():
        fields.setdefault((said, tuple(sorted(of_field))), []).append(field_id)
    for (said, of_row), field_ids in fields.items():
        yield GroupSight(
            recipient=said.recipient,
            purpose=said.purpose,
            holder=said.holder,
            group_id=said.group_id,
            basis=said.basis.value,
            field_ids=tuple(sorted(field_ids)),
            is_shown=said.is_shown,
            consent_ids=tuple(UUID(name) for name in said.consent_ids),
            until=said.until,
            roles=of_row,
        )


def _order(row: GroupSight) -> tuple[str, str, str, str, str, bool, tuple[str, ...]]:
    return row.recipient, row.purpose, row.holder, row.group_id, row.basis, not row.is_shown, row.field_ids
