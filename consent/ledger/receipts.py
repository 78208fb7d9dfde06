"""Receipts: one text file that proves one entry, from its opening and what the ledger has published."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection

from consent.ledger.errors import NotYetSequenced, OpeningMismatch, UnknownEntry
from consent.ledger.leaf import OpeningMalformed, read_opening
from consent.ledger.proof import Proof
from consent.ledger.queries import checkpoints, outbox, tree


def receipt_text(connection: Connection, outbox_id: UUID, opening: bytes) -> bytes:
    """The receipt for an entry, given its opening in clear; the same bytes every time.

    Raises NotYetSequenced until a signed checkpoint covers it, UnknownEntry, and OpeningMismatch where the opening is
    not this entry's.
    """
    place = outbox.place_of(connection, outbox_id)
    if place is None:
        raise UnknownEntry(outbox_id)
    index, leaf = place
    _refuse_other(opening, leaf, outbox_id)
    signed = None if index is None else checkpoints.over(connection, index)
    if index is None or signed is None:
        raise NotYetSequenced(outbox_id)
    path = tree.inclusion_path(connection, index, signed.size)
    return Proof(opening, index, tuple(path), signed.text.encode()).text()


def _refuse_other(opening: bytes, leaf: bytes, outbox_id: UUID) -> None:
    try:
        is_same = read_opening(opening).leaf == leaf
    except OpeningMalformed:
        is_same = False
    if not is_same:
        raise OpeningMismatch(outbox_id)
