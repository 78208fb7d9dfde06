"""A protocol of its own for rows that come without a draft, so that the same parser judges them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from policies.decision import OWN_RECORD
from policies.documents.table import SEPARATOR, TableRow
from policies.model import Condition, ProtocolKind, Sector
from policies.protocols import FORMAT
from policies.reading import SLUG

_SAME = "{en: x, cy: x}"
_SPARE = ("partner-one", "partner-two")


def frame_for(rows: Sequence[TableRow], *, catalogue: int) -> str:
    """A draft without rows whose partners, roles and purposes are those that the table itself names."""
    partners = _names(row.cells.get(key, "") for row in rows for key in ("from", "to"))
    roles = {name: _roles_of(name, rows) for name in [*partners, *_SPARE[: max(0, 2 - len(partners))]]}
    purposes = _names(row.cells.get("purpose", "") for row in rows) or ["any"]
    every_role = sorted({role for named in roles.values() for role in named})
    return "\n".join(
        [
            f"format: {FORMAT}\nid: table\nversion: 1\nkind: {ProtocolKind.RECIPROCAL}\ncatalogue: {catalogue}",
            "in_force_from: 2000-01-01\nreview_on: 2001-01-01",
            f"title: {_SAME}\nintroduction: {_SAME}\npartners:",
            *(_partner(name, named) for name, named in roles.items()),
            "roles:",
            *(f"  - {{code: {role}, title: {_SAME}}}" for role in every_role),
            "purposes:",
            *(f"  - {{code: {code}, words: {_SAME}}}" for code in purposes),
            f"admission:\n  - {{holder: {next(iter(roles))}, any_of: [{Condition.ALL}], words: {_SAME}}}",
            f"retention:\n  - {{agency: {next(iter(roles))}, words: {_SAME}}}",
            "undertakings:",
            *(
                f"  {name}: {_SAME}"
                for name in ("benefits", "informing", "rights", "security", "records", "complaints")
            ),
            "information:\n",
        ]
    )


def _names(given: Iterable[str]) -> list[str]:
    return sorted({name for name in given if SLUG.fullmatch(name) and name != OWN_RECORD})


def _roles_of(partner: str, rows: Iterable[TableRow]) -> list[str]:
    listed = (row.cells.get("roles", "").split(SEPARATOR) for row in rows if row.cells.get("to") == partner)
    return _names(role.strip() for roles in listed for role in roles) or ["any"]


def _partner(name: str, roles: Iterable[str]) -> str:
    return (
        f"  - agency: {name}\n    name: {_SAME}\n    sector: {Sector.EDUCATION}\n    designated_person: {_SAME}\n"
        f"    ask: {{en: x, cy: x, contact: x}}\n    roles: [{', '.join(roles)}]"
    )
