"""Tables of the directory. What is personal is sealed; what can be looked up is a keyed index.

INVARIANT: a learner has exactly one accountable person at any instant. The constraints here and the triggers in
`hub.directory.invariants` keep it, also against SQL that passes this code by.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    Uuid,
    text,
)

from hub.database import Instant, metadata

_AGENCY = String(40)
_WORD = String(40)

agency = Table(
    "agency",
    metadata,
    Column("id", _AGENCY, primary_key=True),
    Column("sector", _WORD, nullable=False),
    Column("name_en", String(200), nullable=False),
    Column("name_cy", String(200), nullable=False),
    Column("is_active", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
)

client = Table(
    "client",
    metadata,
    Column("client_id", String(80), primary_key=True),
    Column("agency_id", ForeignKey("agency.id"), nullable=False, index=True),
    Column("profile", _WORD, nullable=False),
    Column("jwks", JSON, nullable=False),
    Column("token_endpoint_auth_signing_alg", String(20), nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("purposes", JSON, nullable=False),
    Column("roles", JSON, nullable=False),
    Column("is_active", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
)

person = Table(
    "person",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("agency_id", ForeignKey("agency.id"), nullable=True),
    Column("role", _WORD, nullable=False),
    # Name, e-mail, phone, address, language and safe-contact flag, sealed under the person's key.
    Column("sealed_contact", LargeBinary, nullable=False),
    # Index of the e-mail under the hub's key, for sign-in; NULL for somebody who does not sign in.
    Column("email_index", LargeBinary(16), nullable=True, unique=True),
    Column("email_key_version", Integer, nullable=True),
    Column("is_active", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    # What `duty_person` refers to.
    UniqueConstraint("agency_id", "id"),
    CheckConstraint("(agency_id IS NULL) = (role = 'family')", name="family_has_no_agency"),
)

duty_person = Table(
    "duty_person",
    metadata,
    # No row: the agency has not named one yet, and may not bring learners. One of the agency's own people.
    Column("agency_id", ForeignKey("agency.id"), primary_key=True),
    Column("person_id", Uuid, nullable=False),
    Column("named_at", Instant, nullable=False),
    ForeignKeyConstraint(["agency_id", "person_id"], ["person.agency_id", "person.id"]),
)

office = Table(
    "office",
    metadata,
    # One person of the agency for each office: its designated person (signs protocols), its safeguarding lead.
    Column("agency_id", ForeignKey("agency.id"), primary_key=True),
    Column("office", _WORD, primary_key=True),
    Column("person_id", Uuid, nullable=False),
    Column("named_at", Instant, nullable=False),
    ForeignKeyConstraint(["agency_id", "person_id"], ["person.agency_id", "person.id"]),
)

acting_role = Table(
    "acting_role",
    metadata,
    # In which roles of its agency's protocols a person may act. No row: in none.
    Column("agency_id", _AGENCY, primary_key=True),
    Column("person_id", Uuid, primary_key=True),
    Column("role", String(80), primary_key=True),
    Column("named_at", Instant, nullable=False),
    ForeignKeyConstraint(["agency_id", "person_id"], ["person.agency_id", "person.id"]),
)

accountable = Table(
    "accountable",
    metadata,
    # INVARIANT: rows are never updated or deleted. A row ends where the learner's next row begins.
    Column("id", Uuid, primary_key=True),
    Column("learner_id", Uuid, nullable=False),
    Column("person_id", ForeignKey("person.id"), nullable=False, index=True),
    Column("from_at", Instant, nullable=False),
    Column("sealed_because", LargeBinary, nullable=True),
    UniqueConstraint("learner_id", "from_at"),
    # What `learner` refers to.
    UniqueConstraint("learner_id", "id"),
)

learner = Table(
    "learner",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("accountable_id", Uuid, nullable=False),
    Column("created_at", Instant, nullable=False),
    # Both columns, so that a learner cannot point at somebody else's history. The accountable row is written first.
    ForeignKeyConstraint(
        ["id", "accountable_id"],
        ["accountable.learner_id", "accountable.id"],
        deferrable=True,
        initially="DEFERRED",
    ),
)

handle = Table(
    "handle",
    metadata,
    Column("agency_id", ForeignKey("agency.id"), primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("created_at", Instant, nullable=False),
)

handle_link = Table(
    "handle_link",
    metadata,
    Column("agency_id", _AGENCY, primary_key=True),
    Column("handle_id", Uuid, primary_key=True),
    Column("from_at", Instant, primary_key=True),
    Column("until_at", Instant, nullable=True),
    Column("learner_id", ForeignKey("learner.id"), nullable=False),
    # Why it is linked: `new`, `nhs_number`, `upn`, `uln`, or `person` (somebody decided).
    Column("matched_by", _WORD, nullable=False),
    ForeignKeyConstraint(["agency_id", "handle_id"], ["handle.agency_id", "handle.id"]),
    CheckConstraint("until_at IS NULL OR until_at > from_at", name="ends_after_it_begins"),
    Index(
        "uq_handle_link_open",
        "agency_id",
        "handle_id",
        unique=True,
        sqlite_where=text("until_at IS NULL"),
        postgresql_where=text("until_at IS NULL"),
    ),
    Index("ix_handle_link_learner_id", "learner_id"),
)

match_doubt = Table(
    "match_doubt",
    metadata,
    # A handle that may belong to a learner it was not linked to; a worker decides. Ids only.
    Column("agency_id", _AGENCY, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("handle_id", Uuid, nullable=False),
    Column("candidates", JSON, nullable=False),
    Column("reason", _WORD, nullable=False),
    Column("raised_at", Instant, nullable=False),
    Column("settled_at", Instant, nullable=True),
    ForeignKeyConstraint(["agency_id", "handle_id"], ["handle.agency_id", "handle.id"]),
    Index("ix_match_doubt_handle", "agency_id", "handle_id"),
)

matching_turn = Table(
    "matching_turn",
    metadata,
    # One row, whose UPDATE is the lock under which new handles are matched: without it two partners that bring the
    # same child at once would each make a learner.
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, nullable=False),
    CheckConstraint("id = 1", name="one_row"),
)

identifier = Table(
    "identifier",
    metadata,
    Column("agency_id", _AGENCY, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("handle_id", Uuid, nullable=False),
    Column("kind", _WORD, nullable=False),
    # The naming system of a local number (an address or a word of the source); no personal data.
    Column("system", String(200), nullable=False),
    # Under the agency's key, and under the hub's matching key; the latter only where the check digits are right.
    Column("blind_index", LargeBinary(16), nullable=False),
    Column("key_version", Integer, nullable=False),
    Column("match_index", LargeBinary(16), nullable=True),
    Column("match_key_version", Integer, nullable=True),
    Column("sealed_value", LargeBinary, nullable=False),
    Column("is_valid", Boolean, nullable=False),
    # The local number that finds or creates the handle; an agency may know the child by further local numbers too.
    Column("finds_handle", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    ForeignKeyConstraint(["agency_id", "handle_id"], ["handle.agency_id", "handle.id"]),
    UniqueConstraint("agency_id", "kind", "blind_index", "handle_id"),
    CheckConstraint("is_valid OR match_index IS NULL", name="only_valid_ones_match"),
    # Such a number means one handle, also when two processes bring it at once.
    Index(
        "uq_identifier_finds_handle",
        "agency_id",
        "blind_index",
        unique=True,
        sqlite_where=text("finds_handle"),
        postgresql_where=text("finds_handle"),
    ),
    Index("ix_identifier_handle", "agency_id", "handle_id"),
    Index("ix_identifier_match", "kind", "match_index"),
)

handle_demographics = Table(
    "handle_demographics",
    metadata,
    Column("agency_id", _AGENCY, primary_key=True),
    Column("handle_id", Uuid, primary_key=True),
    # Names, birth date, sex as this agency knows them, under the hub's key for the handle.
    Column("sealed", LargeBinary, nullable=False),
    # Index over all of it under the agency's key: tells "unchanged" without opening.
    Column("fingerprint", LargeBinary(16), nullable=False),
    Column("changed_at", Instant, nullable=False),
    ForeignKeyConstraint(["agency_id", "handle_id"], ["handle.agency_id", "handle.id"]),
)

tie = Table(
    "tie",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("learner_id", ForeignKey("learner.id"), nullable=False),
    Column("person_id", ForeignKey("person.id"), nullable=False, index=True),
    Column("kind", _WORD, nullable=False),
    # In which capacity this person may act for the learner; NULL: the tie gives no standing.
    Column("standing", _WORD, nullable=True),
    Column("evidence_kind", _WORD, nullable=False),
    Column("sealed_evidence", LargeBinary, nullable=True),
    Column("from_on", Date, nullable=False),
    # First day on which it no longer holds; NULL: open.
    Column("until_on", Date, nullable=True),
    Column("checked_by", ForeignKey("person.id"), nullable=False),
    Column("checked_at", Instant, nullable=False),
    CheckConstraint("until_on IS NULL OR until_on >= from_on", name="ends_after_it_begins"),
    Index("ix_tie_learner_id_person_id", "learner_id", "person_id"),
)
