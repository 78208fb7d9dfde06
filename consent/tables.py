"""Tables of consents and of the ledger. They have a MetaData of their own: no foreign key reaches the hub's tables.

What must stay true, by constraint or by the triggers of `consent.append_only`:

- one `consent` row per person and matter; its events are numbered 1..n, never changed and never deleted;
- one `ledger_outbox` row per stream and number; only its `idx` may change, once, from NULL to a number;
- `ledger_leaf` is append-only and dense in `idx`; a leaf without `outbox_id` is a dummy and opens for nobody;
- a `ledger_tile` row holds the hashes of one tile so far, left to right; a narrower partial tile is a prefix of it.

No clear kind of event is stored with the ledger: what happened is inside the sealed opening, and in the business row
that `subject_event_id` names.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from consent.columns import Instant

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
"""Tables of this leaf; the hub's migrations create them beside its own."""

_Big = BigInteger().with_variant(Integer(), "sqlite")

consent = Table(
    "consent",
    metadata,
    Column("id", Uuid(), primary_key=True),
    Column("learner_id", Uuid(), nullable=False),
    Column("kind", String(32), nullable=False, comment="ConsentKind"),
    Column("holder", String(40), nullable=False, comment="agency whose records it is about"),
    Column("recipient", String(40), nullable=False, comment="agency that may see them"),
    Column("purpose", String(64), nullable=False),
    Column("scope", String(80), nullable=False, comment="field group of the question; a field is in exactly one"),
    Column("person_id", Uuid(), nullable=False, comment="whose answer this is; another person's answer is another row"),
    Column("opened_at", Instant(), nullable=False),
    UniqueConstraint(
        "learner_id", "kind", "holder", "recipient", "purpose", "scope", "person_id", name="uq_consent_matter"
    ),
)

consent_event = Table(
    "consent_event",
    metadata,
    Column("id", Uuid(), primary_key=True),
    Column("consent_id", ForeignKey("consent.id"), nullable=False),
    Column("number", Integer(), nullable=False, comment="1..n within the consent"),
    Column("kind", String(16), nullable=False, comment="EventKind"),
    Column("at", Instant(), nullable=False),
    Column("decided_by", Uuid(), comment="person; NULL where the calendar decided (expired)"),
    Column("standing", String(40), comment="Standing under which they decided"),
    Column("method", String(24), nullable=False, comment="how it was taken down, Method"),
    Column("protocol_id", String(80)),
    Column("protocol_version", String(40)),
    Column("catalogue_version", String(40)),
    Column("field_ids", JSON(), nullable=False, comment="explicit list; a group is expanded before it comes here"),
    Column("valid_from", Instant()),
    Column("valid_until", Instant(), comment="first instant at which it no longer holds"),
    Column("shown_version", String(40), comment="version of the text that the person was shown"),
    Column("shown_language", String(2)),
    Column("shown_sha256", LargeBinary(32)),
    Column("sealed_reason", LargeBinary(), comment="free text, sealed by the hub"),
    UniqueConstraint("consent_id", "number"),
    CheckConstraint("number > 0", name="number_positive"),
    CheckConstraint("valid_until IS NULL OR valid_from IS NULL OR valid_until > valid_from", name="ends_after_start"),
)

ledger_stream = Table(
    "ledger_stream",
    metadata,
    Column("stream", String(120), primary_key=True, comment="learner:<id> (lock only), handle:<id>, sight:<id>:<id>"),
    Column("last_number", _Big, nullable=False),
    Column("last_at", Instant(), comment="created_at of the last entry: entries of a stream never go back in time"),
)

ledger_outbox = Table(
    "ledger_outbox",
    metadata,
    Column("id", Uuid(), primary_key=True),
    Column("stream", String(120), nullable=False),
    Column("number", _Big, nullable=False),
    Column("leaf", LargeBinary(46), nullable=False),
    Column("sealed_opening", LargeBinary(), nullable=False),
    Column("owner_agency", String(40), nullable=False, comment="key owner under which the opening is sealed"),
    Column("owner_kind", String(16), nullable=False),
    Column("owner_id", String(64), nullable=False),
    Column("subject_event_id", Uuid(), comment="the business row that this entry proves"),
    Column("created_at", Instant(), nullable=False),
    Column("idx", _Big, comment="index of its leaf; NULL until sequenced"),
    UniqueConstraint("stream", "number"),
    CheckConstraint("length(leaf) = 46", name="leaf_length"),
)
Index(
    "ix_ledger_outbox_waiting",
    ledger_outbox.c.created_at,
    ledger_outbox.c.number,
    ledger_outbox.c.id,
    postgresql_where=text("idx IS NULL"),
    sqlite_where=text("idx IS NULL"),
)
# Partial, so that the planner doesn't look for the waiting rows here.
Index(
    "uq_ledger_outbox_idx",
    ledger_outbox.c.idx,
    unique=True,
    postgresql_where=text("idx IS NOT NULL"),
    sqlite_where=text("idx IS NOT NULL"),
)
Index(
    "ix_ledger_outbox_subject_event_id",
    ledger_outbox.c.subject_event_id,
    postgresql_where=text("subject_event_id IS NOT NULL"),
    sqlite_where=text("subject_event_id IS NOT NULL"),
)

ledger_leaf = Table(
    "ledger_leaf",
    metadata,
    Column("idx", _Big, primary_key=True, autoincrement=False),
    Column("outbox_id", Uuid(), unique=True, comment="NULL: a dummy"),
    Column("leaf", LargeBinary(46), nullable=False),
    CheckConstraint("length(leaf) = 46", name="leaf_length"),
)

ledger_tile = Table(
    "ledger_tile",
    metadata,
    Column("level", Integer(), primary_key=True, autoincrement=False),
    Column("n", _Big, primary_key=True, autoincrement=False),
    Column("data", LargeBinary(), nullable=False, comment="1 to 256 hashes of 32 bytes"),
    CheckConstraint("length(data) BETWEEN 32 AND 8192 AND length(data) % 32 = 0", name="data_length"),
)

ledger_head = Table(
    "ledger_head",
    metadata,
    Column("id", Integer(), primary_key=True, autoincrement=False, comment="always 1"),
    Column("size", _Big, nullable=False),
    Column("root", LargeBinary(32), nullable=False),
    Column("holder", String(120), comment="who may sequence until lease_until"),
    Column("lease_until", Instant()),
    Column("fence", _Big, nullable=False, comment="grows by one whenever the lease changes hands or is taken anew"),
    CheckConstraint("id = 1", name="single_row"),
)

ledger_checkpoint = Table(
    "ledger_checkpoint",
    metadata,
    Column("size", _Big, primary_key=True, autoincrement=False),
    Column("root", LargeBinary(32), nullable=False),
    Column("text", Text(), nullable=False, comment="the signed note"),
    Column("signed_at", Instant(), nullable=False),
)
