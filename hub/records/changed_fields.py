"""Compares a stored record with what a source says now. Opens values; answers with field ids only."""

from __future__ import annotations

from collections.abc import Mapping

from hub.records.model import SealedRecord
from hub.sealing.envelope import field_ordinals
from hub.sealing.model import Json, SubjectKey
from hub.sealing.opening import open_cells
from policies.fields import Catalogue


def changed_fields(
    key: SubjectKey, stored: SealedRecord, fields: Mapping[str, Json], *, catalogue: Catalogue
) -> tuple[str, ...]:
    """Ids of the fields that were added, dropped or given another value, sorted; empty when nothing changed.

    One of the few functions that may open record values (docs/architecture.md section 1). It never answers with one.
    """
    names = {ordinal: catalogue.by_ordinal[ordinal].id for ordinal in field_ordinals(stored.envelope)}
    before = open_cells(
        key,
        stored.envelope,
        agency_id=stored.agency_id,
        handle_id=stored.handle_id,
        record_id=stored.record_id,
        version=stored.version,
        field_ids=names,
    )
    missing = object()
    return tuple(sorted(name for name in {*before, *fields} if before.get(name, missing) != fields.get(name, missing)))
