"""What a partner may be told of its own access: the decision as it would be without what is secret from it.

A bar, an age and a level of need are nothing for a reader to find out. To read and get nothing tells nothing: the value
may not be there. So whoever asks "may I see it" is answered as if no bar were set and every condition on the learner
met; otherwise the answer would tell a field that is barred from one that is empty.
"""

from __future__ import annotations

from dataclasses import replace

from hub.directory.model import Principal
from hub.sharing.ruling import Ruling
from policies.conditions import Guard
from policies.decision import decide
from policies.facts import AccessRequest
from policies.model import When
from policies.outcome import Decision
from policies.snapshot import Cell


def as_told(ruling: Ruling, principal: Principal, holder: str, *, wanted: int) -> Decision:
    """The decision about one holder's fields without bars, and with every condition but days taken as met."""
    key = (principal.agency_id, principal.purpose, principal.role, holder)
    cells = tuple(_unconditional(cell) for cell in ruling.snapshot.cells.get(key, ()))
    request = AccessRequest(
        recipient=principal.agency_id,
        role=principal.role,
        purpose=principal.purpose,
        holder=holder,
        wanted=wanted,
        at=ruling.at,
    )
    snapshot = replace(ruling.snapshot, cells={key: cells} if cells else {})
    return decide(snapshot, request, replace(ruling.facts.as_facts(), bars=()))


def _unconditional(cell: Cell) -> Cell:
    guarded = tuple(_dated(guard) for guard in cell.guarded)
    return replace(cell, guarded=guarded)


def _dated(guard: Guard) -> Guard:
    return replace(guard, when=When(from_on=guard.when.from_on, until_on=guard.when.until_on))
