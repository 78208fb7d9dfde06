"""Rows that could not be placed are kept: sealed under the partner's own key, each once, with its reason."""

from __future__ import annotations

import json
from datetime import datetime
from uuid import UUID

from connectors.base import Assessment, Rejected
from hub.database import new_id
from hub.sealing.blind_index import blind_index
from hub.sealing.key_store import KeyStore
from hub.sealing.model import agency_key
from hub.sealing.text import seal_text

CONTENT = "quarantine.content"


def purpose_of(row_id: UUID) -> str:
    """Purpose under which one row of the quarantine is sealed."""
    return f"quarantine.row/{row_id}"


def quarantined(
    keys: KeyStore, *, agency_id: str, kind: str, run_id: UUID, reason: str, unit: Assessment | Rejected, at: datetime
) -> dict[str, object]:
    """The row that keeps this unit. The agency's own key must be there (`KeyStore.ensure`)."""
    content = _content(unit)
    row_id, owner = new_id(), agency_key(agency_id)
    keyring = keys.keyrings.get(agency_id)
    version = min(keyring.versions())
    index = blind_index(
        keyring, agency_id=agency_id, kind=CONTENT, values=[reason.encode() + b"\0" + content], version=version
    )
    return {
        "agency_id": agency_id,
        "id": row_id,
        "run_id": run_id,
        "kind": kind,
        "reason": reason,
        "content_index": index[0],
        "sealed": seal_text(keys.unwrap(owner), owner=owner, purpose=purpose_of(row_id), data=content),
        "first_seen_at": at,
    }


def _content(unit: Assessment | Rejected) -> bytes:
    """What a person needs to mend the row: where it stood and what it said."""
    if isinstance(unit, Rejected):
        return unit.place.encode() + b"\0" + (unit.original or b"")
    said = {"place": unit.place, "reference": unit.reference, "fields": dict(unit.fields)}
    return unit.place.encode() + b"\0" + json.dumps(said, sort_keys=True, ensure_ascii=False).encode("utf-8", "replace")
