"""Agencies, people, learners, handles, ties; and the triggers of the accountable person."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from consent import columns
from hub.directory import invariants

revision = "m0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "agency",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("sector", sa.String(length=40), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("name_cy", sa.String(length=200), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency")),
    )
    op.create_table(
        "matching_turn",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_matching_turn_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matching_turn")),
    )
    op.create_table(
        "client",
        sa.Column("client_id", sa.String(length=80), nullable=False),
        sa.Column("agency_id", sa.String(length=40), nullable=False),
        sa.Column("profile", sa.String(length=40), nullable=False),
        sa.Column("jwks", sa.JSON(), nullable=False),
        sa.Column("token_endpoint_auth_signing_alg", sa.String(length=20), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("purposes", sa.JSON(), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_client_agency_id")),
        sa.PrimaryKeyConstraint("client_id", name=op.f("pk_client")),
    )
    op.create_index(op.f("ix_client_agency_id"), "client", ["agency_id"], unique=False)
    op.create_table(
        "handle",
        sa.Column("agency_id", sa.String(length=40), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_handle_agency_id")),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_handle")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.String(length=40), nullable=True),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("sealed_contact", sa.LargeBinary(), nullable=False),
        sa.Column("email_index", sa.LargeBinary(length=16), nullable=True),
        sa.Column("email_key_version", sa.Integer(), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.CheckConstraint("(agency_id IS NULL) = (role = 'family')", name=op.f("ck_person_family_has_no_agency")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_person_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("agency_id", "id", name=op.f("uq_person_agency_id_id")),
        sa.UniqueConstraint("email_index", name=op.f("uq_person_email_index")),
    )
    op.create_table(
        "accountable",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("from_at", columns.Instant(), nullable=False),
        sa.Column("sealed_because", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_accountable_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accountable")),
        sa.UniqueConstraint("learner_id", "from_at", name=op.f("uq_accountable_learner_id_from_at")),
        sa.UniqueConstraint("learner_id", "id", name=op.f("uq_accountable_learner_id_id")),
    )
    op.create_index(op.f("ix_accountable_person_id"), "accountable", ["person_id"], unique=False)
    op.create_table(
        "duty_person",
        sa.Column("agency_id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("named_at", columns.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id", "person_id"],
            ["person.agency_id", "person.id"],
            name=op.f("fk_duty_person_agency_id_person_id"),
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_duty_person_agency_id")),
        sa.PrimaryKeyConstraint("agency_id", name=op.f("pk_duty_person")),
    )
    op.create_table(
        "handle_demographics",
        sa.Column("agency_id", sa.String(length=40), nullable=False),
        sa.Column("handle_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(length=16), nullable=False),
        sa.Column("changed_at", columns.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id", "handle_id"],
            ["handle.agency_id", "handle.id"],
            name=op.f("fk_handle_demographics_agency_id_handle_id"),
        ),
        sa.PrimaryKeyConstraint("agency_id", "handle_id", name=op.f("pk_handle_demographics")),
    )
    op.create_table(
        "identifier",
        sa.Column("agency_id", sa.String(length=40), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("handle_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("system", sa.String(length=200), nullable=False),
        sa.Column("blind_index", sa.LargeBinary(length=16), nullable=False),
        sa.Column("key_version", sa.Integer(), nullable=False),
        sa.Column("match_index", sa.LargeBinary(length=16), nullable=True),
        sa.Column("match_key_version", sa.Integer(), nullable=True),
        sa.Column("sealed_value", sa.LargeBinary(), nullable=False),
        sa.Column("is_valid", sa.Boolean(), nullable=False),
        sa.Column("finds_handle", sa.Boolean(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.CheckConstraint("is_valid OR match_index IS NULL", name=op.f("ck_identifier_only_valid_ones_match")),
        sa.ForeignKeyConstraint(
            ["agency_id", "handle_id"],
            ["handle.agency_id", "handle.id"],
            name=op.f("fk_identifier_agency_id_handle_id"),
        ),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_identifier")),
        sa.UniqueConstraint(
            "agency_id",
            "kind",
            "blind_index",
            "handle_id",
            name=op.f("uq_identifier_agency_id_kind_blind_index_handle_id"),
        ),
    )
    op.create_index("ix_identifier_handle", "identifier", ["agency_id", "handle_id"], unique=False)
    op.create_index("ix_identifier_match", "identifier", ["kind", "match_index"], unique=False)
    op.create_index(
        "uq_identifier_finds_handle",
        "identifier",
        ["agency_id", "blind_index"],
        unique=True,
        sqlite_where=sa.text("finds_handle"),
        postgresql_where=sa.text("finds_handle"),
    )
    op.create_table(
        "match_doubt",
        sa.Column("agency_id", sa.String(length=40), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("handle_id", sa.Uuid(), nullable=False),
        sa.Column("candidates", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("raised_at", columns.Instant(), nullable=False),
        sa.Column("settled_at", columns.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["agency_id", "handle_id"],
            ["handle.agency_id", "handle.id"],
            name=op.f("fk_match_doubt_agency_id_handle_id"),
        ),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_match_doubt")),
    )
    op.create_index("ix_match_doubt_handle", "match_doubt", ["agency_id", "handle_id"], unique=False)
    op.create_table(
        "learner",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("accountable_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["id", "accountable_id"],
            ["accountable.learner_id", "accountable.id"],
            name=op.f("fk_learner_id_accountable_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_learner")),
    )
    op.create_table(
        "handle_link",
        sa.Column("agency_id", sa.String(length=40), nullable=False),
        sa.Column("handle_id", sa.Uuid(), nullable=False),
        sa.Column("from_at", columns.Instant(), nullable=False),
        sa.Column("until_at", columns.Instant(), nullable=True),
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("matched_by", sa.String(length=40), nullable=False),
        sa.CheckConstraint("until_at IS NULL OR until_at > from_at", name=op.f("ck_handle_link_ends_after_it_begins")),
        sa.ForeignKeyConstraint(
            ["agency_id", "handle_id"],
            ["handle.agency_id", "handle.id"],
            name=op.f("fk_handle_link_agency_id_handle_id"),
        ),
        sa.ForeignKeyConstraint(["learner_id"], ["learner.id"], name=op.f("fk_handle_link_learner_id")),
        sa.PrimaryKeyConstraint("agency_id", "handle_id", "from_at", name=op.f("pk_handle_link")),
    )
    op.create_index("ix_handle_link_learner_id", "handle_link", ["learner_id"], unique=False)
    op.create_index(
        "uq_handle_link_open",
        "handle_link",
        ["agency_id", "handle_id"],
        unique=True,
        sqlite_where=sa.text("until_at IS NULL"),
        postgresql_where=sa.text("until_at IS NULL"),
    )
    op.create_table(
        "tie",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("standing", sa.String(length=40), nullable=True),
        sa.Column("evidence_kind", sa.String(length=40), nullable=False),
        sa.Column("sealed_evidence", sa.LargeBinary(), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("checked_by", sa.Uuid(), nullable=False),
        sa.Column("checked_at", columns.Instant(), nullable=False),
        sa.CheckConstraint("until_on IS NULL OR until_on >= from_on", name=op.f("ck_tie_ends_after_it_begins")),
        sa.ForeignKeyConstraint(["checked_by"], ["person.id"], name=op.f("fk_tie_checked_by")),
        sa.ForeignKeyConstraint(["learner_id"], ["learner.id"], name=op.f("fk_tie_learner_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_tie_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tie")),
    )
    op.create_index("ix_tie_learner_id_person_id", "tie", ["learner_id", "person_id"], unique=False)
    op.create_index(op.f("ix_tie_person_id"), "tie", ["person_id"], unique=False)
    for statement in invariants.statements(op.get_bind().dialect.name):
        op.execute(sa.text(statement.replace(":", "\\:")))


def downgrade() -> None:
    """Take back."""
    for statement in invariants.drop_statements(op.get_bind().dialect.name):
        op.execute(sa.text(statement))
    op.drop_index(op.f("ix_tie_person_id"), table_name="tie")
    op.drop_index("ix_tie_learner_id_person_id", table_name="tie")
    op.drop_table("tie")
    op.drop_index(
        "uq_handle_link_open",
        table_name="handle_link",
        sqlite_where=sa.text("until_at IS NULL"),
        postgresql_where=sa.text("until_at IS NULL"),
    )
    op.drop_index("ix_handle_link_learner_id", table_name="handle_link")
    op.drop_table("handle_link")
    op.drop_table("learner")
    op.drop_index("ix_match_doubt_handle", table_name="match_doubt")
    op.drop_table("match_doubt")
    op.drop_index(
        "uq_identifier_finds_handle",
        table_name="identifier",
        sqlite_where=sa.text("finds_handle"),
        postgresql_where=sa.text("finds_handle"),
    )
    op.drop_index("ix_identifier_match", table_name="identifier")
    op.drop_index("ix_identifier_handle", table_name="identifier")
    op.drop_table("identifier")
    op.drop_table("handle_demographics")
    op.drop_table("duty_person")
    op.drop_index(op.f("ix_accountable_person_id"), table_name="accountable")
    op.drop_table("accountable")
    op.drop_table("person")
    op.drop_table("handle")
    op.drop_index(op.f("ix_client_agency_id"), table_name="client")
    op.drop_table("client")
    op.drop_table("matching_turn")
    op.drop_table("agency")
