"""Re-sealing: what was sealed, changed in part and sealed again, without anybody seeing the rest."""

from __future__ import annotations

import json
from collections.abc import Mapping

import rfc8785

from hub.sealing.model import Json, SubjectKey
from hub.sealing.opening import open_text
from hub.sealing.text import seal_text


def reseal(key: SubjectKey, sealed: bytes, *, purpose: str, fields: Mapping[str, Json]) -> bytes:
    """Seal a JSON object again with `fields` laid over it; answers with sealed bytes only.

    One of the few functions that open (docs/decisions/0003-who-may-open.md). Raises as `open_text` does.
    """
    before = json.loads(open_text(key, sealed, owner=key.owner, purpose=purpose))
    return seal_text(key, owner=key.owner, purpose=purpose, data=rfc8785.dumps({**before, **fields}))
