"""A mark in every value that a partner holds: by field, record and holder, in words, codes, numbers and dates alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from connectors.base import Assessment, Demographics, Identifier, IdentifierKind, Json, LocalNumber
from hub.database import new_id
from hub.demo.people import KIND_OF, PARTNERS
from hub.syncing.place import Run, place
from hub.wiring.hub import Hub
from policies import Catalogue, Field, FieldType
from policies.values import check_value

UPN = "A660000000417"
SAID = Demographics(("Enw",), "Gollwng", "2016-04-17")
Hidden = Callable[[str, str], bool]
"""Whether a holder's field is hidden from whoever looks."""


@dataclass(frozen=True, slots=True)
class Planted:
    """One value, and the strings by which it would be known wherever it came out."""

    holder: str
    field_id: str
    record: str
    value: Json
    marks: tuple[str, ...]


def number_of(holder: str) -> LocalNumber:
    """By which a partner knows the child of these tests."""
    return LocalNumber(f"urn:leaks:{holder}", f"L-{holder}-417")


def planted(catalogue: Catalogue, *, variant: int = 0) -> list[Planted]:
    """Every field of the catalogue at every partner, in a record for each group, with whatever goes along with it."""
    beside = catalogue.tagged("accompanies")
    found: list[Planted] = []
    for partner in PARTNERS:
        for group, mask in catalogue.by_group(catalogue.everything & ~beside).items():
            for entry in catalogue.entries(mask | beside):
                number = len(found) * 2 + variant
                value, marks = _value(entry, number)
                check_value(entry, value)
                found.append(Planted(partner.id, entry.id, group, value, marks))
    return found


def _value(entry: Field, number: int) -> tuple[Json, tuple[str, ...]]:
    """A value of the field's type. The second variant of it has another length too."""
    word = f"CANARY-{number:06d}-{'Q' * (1 + 40 * (number % 2))}"
    digits = str(9_100_000_000 + number * 7)
    day = date(1400, 1, 1) + timedelta(days=number)
    said = f"{day.day} {day:%B} {day.year:04d}"
    values: Mapping[FieldType, tuple[Json, tuple[str, ...]]] = {
        FieldType.TEXT: (word, (word,)),
        FieldType.CODE: (word, (word,)),
        FieldType.CODE_LIST: ([word, "x"], (word,)),
        FieldType.INTEGER: (int(digits), (digits,)),
        FieldType.DECIMAL: (f"{digits}.5{'0' * (number % 2)}", (digits,)),
        FieldType.BOOLEAN: (number % 2 == 0, ()),
        FieldType.DATE: (day.isoformat(), (day.isoformat(), said)),
        FieldType.INSTANT: (f"{day.isoformat()}T10:00:00Z", (day.isoformat(), said)),
        FieldType.DOCUMENT: ({"said": word}, (word,)),
    }
    return values[entry.type]


def bring(hub: Hub, values: Iterable[Planted]) -> None:
    """Take them in as the partners' connectors would; a record of which nothing is left is not brought."""
    for partner in PARTNERS:
        records: dict[str, dict[str, Json]] = {}
        for one in values:
            if one.holder == partner.id:
                records.setdefault(one.record, {})[one.field_id] = one.value
        units = [
            Assessment(
                place=f"leaks:{name}",
                unit_type="Observation",
                local_number=number_of(partner.id),
                reference=f"Observation/{name}",
                fields=fields,
                identifiers=(Identifier(IdentifierKind.UPN, UPN),),
                demographics=SAID,
            )
            for name, fields in records.items()
        ]
        place(hub.syncing, Run(new_id(), partner.id, KIND_OF[partner.id]), units, [])


def marks_hidden(values: Iterable[Planted], is_hidden: Hidden) -> list[tuple[Planted, str]]:
    """What may nowhere be seen, with the value that it gives away."""
    return [(one, mark) for one in values if is_hidden(one.holder, one.field_id) for mark in one.marks]


def handles_by_agency(handles: Iterable[tuple[str, UUID]]) -> dict[str, UUID]:
    """By what each partner knows the child."""
    return dict(handles)
