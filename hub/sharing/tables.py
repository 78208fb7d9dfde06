"""What was released to whom, without a value."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKeyConstraint, Index, Integer, String, Table, Uuid

from hub.database import Instant, metadata

disclosure = Table(
    "disclosure",
    metadata,
    Column("agency_id", String(40), primary_key=True, comment="recipient"),
    Column("id", Uuid, primary_key=True),
    Column("learner_id", Uuid, nullable=False),
    Column("number", Integer, nullable=False, comment="the learner's event number, from the stream row"),
    Column("handle_id", Uuid, nullable=False, comment="the recipient's own handle"),
    Column("client_id", String(80), nullable=False),
    Column("acting_person_id", Uuid),
    Column("purpose", String(80), nullable=False),
    Column("role", String(80), nullable=False),
    Column("at", Instant, nullable=False),
    Column("protocols", JSON, nullable=False),
    Column("consents", JSON, nullable=False),
    Column("overrides", JSON, nullable=False, comment="ids of the safeguarding overrides that it rests on"),
    Column("catalogue_version", Integer, nullable=False),
)
Index("ix_disclosure_learner", disclosure.c.learner_id, disclosure.c.at)

disclosure_item = Table(
    "disclosure_item",
    metadata,
    Column("agency_id", String(40), primary_key=True),
    Column("disclosure_id", Uuid, primary_key=True),
    Column("holder_id", String(40), primary_key=True),
    Column("record_id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("ordinals", JSON, nullable=False, comment="catalogue ordinals of the fields that were opened"),
    ForeignKeyConstraint(["agency_id", "disclosure_id"], ["disclosure.agency_id", "disclosure.id"]),
)
Index("ix_disclosure_item_record", disclosure_item.c.holder_id, disclosure_item.c.record_id)
