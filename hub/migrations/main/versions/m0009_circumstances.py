"""Bars, overrides, objections, requests, ties of agencies, levels of need."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from consent import columns

revision = "m0009"
down_revision = "m0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "override_keeps_from",
        sa.Column("agency_id", sa.String(length=40), nullable=False),
        sa.Column("override_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_override_keeps_from_person_id")),
        sa.PrimaryKeyConstraint("agency_id", "override_id", "person_id", name=op.f("pk_override_keeps_from")),
    )
    op.create_index(op.f("ix_override_keeps_from_person_id"), "override_keeps_from", ["person_id"], unique=False)
    op.create_table(
        "access_request",
        sa.Column("agency_id", sa.String(length=40), nullable=False, comment="who asks"),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("handle_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.String(length=80), nullable=True),
        sa.Column("acting_person_id", sa.Uuid(), nullable=True),
        sa.Column("role", sa.String(length=80), nullable=False),
        sa.Column("purpose", sa.String(length=80), nullable=False),
        sa.Column("holder_id", sa.String(length=40), nullable=False),
        sa.Column("ordinals", sa.JSON(), nullable=False),
        sa.Column("goes_to", sa.String(length=40), nullable=False, comment="holder or family"),
        sa.Column(
            "scope",
            sa.String(length=80),
            nullable=True,
            comment="the field group, where it goes to the family: each group is asked for itself",
        ),
        sa.Column("sealed_words", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", columns.Instant(timezone=True), nullable=False),
        sa.Column("answer", sa.String(length=40), nullable=True, comment="agreed, partly or declined"),
        sa.Column("answered_at", columns.Instant(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("sealed_answer", sa.LargeBinary(), nullable=True),
        sa.Column("withdrawn_at", columns.Instant(timezone=True), nullable=True),
        sa.CheckConstraint("(answered_at IS NULL) = (answer IS NULL)", name=op.f("ck_access_request_answered")),
        sa.ForeignKeyConstraint(["acting_person_id"], ["person.id"], name=op.f("fk_access_request_acting_person_id")),
        sa.ForeignKeyConstraint(["answered_by"], ["person.id"], name=op.f("fk_access_request_answered_by")),
        sa.ForeignKeyConstraint(["learner_id"], ["learner.id"], name=op.f("fk_access_request_learner_id")),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_access_request")),
    )
    op.create_index("ix_access_request_holder", "access_request", ["holder_id", "made_at"], unique=False)
    op.create_index(op.f("ix_access_request_learner_id"), "access_request", ["learner_id"], unique=False)
    op.create_table(
        "agency_tie",
        sa.Column("agency_id", sa.String(length=40), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", columns.Instant(timezone=True), nullable=False),
        sa.CheckConstraint("until_on IS NULL OR until_on >= from_on", name=op.f("ck_agency_tie_ends_after_it_begins")),
        sa.ForeignKeyConstraint(["learner_id"], ["learner.id"], name=op.f("fk_agency_tie_learner_id")),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_agency_tie")),
    )
    op.create_index(op.f("ix_agency_tie_learner_id"), "agency_tie", ["learner_id"], unique=False)
    op.create_table(
        "bar",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False, comment="policies.bars.BarKind"),
        sa.Column(
            "recipient_id", sa.String(length=40), nullable=True, comment="whom it keeps from seeing; NULL: everybody"
        ),
        sa.Column("ordinals", sa.JSON(), nullable=False),
        sa.Column("evidence_kind", sa.String(length=40), nullable=False),
        sa.Column("sealed_evidence", sa.LargeBinary(), nullable=False),
        sa.Column("agency_id", sa.String(length=40), nullable=False, comment="whose person set it"),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.Column("set_at", columns.Instant(timezone=True), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=False),
        sa.Column("review_asked_on", sa.Date(), nullable=True),
        sa.Column("reviewed_at", columns.Instant(timezone=True), nullable=True),
        sa.Column("reviewed_by", sa.Uuid(), nullable=True),
        sa.Column("sealed_review", sa.LargeBinary(), nullable=True),
        sa.Column("lifted_at", columns.Instant(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.Uuid(), nullable=True),
        sa.Column("sealed_lift_reason", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("(lifted_at IS NULL) = (lifted_by IS NULL)", name=op.f("ck_bar_lifted_by_somebody")),
        sa.CheckConstraint("(reviewed_at IS NULL) = (reviewed_by IS NULL)", name=op.f("ck_bar_reviewed_by_somebody")),
        sa.ForeignKeyConstraint(["learner_id"], ["learner.id"], name=op.f("fk_bar_learner_id")),
        sa.ForeignKeyConstraint(["lifted_by"], ["person.id"], name=op.f("fk_bar_lifted_by")),
        sa.ForeignKeyConstraint(["reviewed_by"], ["person.id"], name=op.f("fk_bar_reviewed_by")),
        sa.ForeignKeyConstraint(["set_by"], ["person.id"], name=op.f("fk_bar_set_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bar")),
    )
    op.create_index(op.f("ix_bar_learner_id"), "bar", ["learner_id"], unique=False)
    op.create_index("ix_bar_review_on", "bar", ["review_on"], unique=False)
    op.create_table(
        "level_of_need",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("sealed_level", sa.LargeBinary(), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.Column("set_at", columns.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["learner_id"], ["learner.id"], name=op.f("fk_level_of_need_learner_id")),
        sa.ForeignKeyConstraint(["set_by"], ["person.id"], name=op.f("fk_level_of_need_set_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_level_of_need")),
    )
    op.create_index(op.f("ix_level_of_need_learner_id"), "level_of_need", ["learner_id"], unique=False)
    op.create_table(
        "objection",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False, comment="who objects"),
        sa.Column("holder_id", sa.String(length=40), nullable=False, comment="who answers"),
        sa.Column("recipient_id", sa.String(length=40), nullable=False),
        sa.Column("purpose", sa.String(length=80), nullable=False),
        sa.Column("ordinals", sa.JSON(), nullable=False),
        sa.Column("sealed_words", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", columns.Instant(timezone=True), nullable=False),
        sa.Column("answer_due_on", sa.Date(), nullable=False),
        sa.Column(
            "answer",
            sa.String(length=40),
            nullable=True,
            comment="upheld or rejected; only rejected and withdrawn ones stop counting",
        ),
        sa.Column("answered_at", columns.Instant(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("sealed_answer", sa.LargeBinary(), nullable=True),
        sa.Column("withdrawn_at", columns.Instant(timezone=True), nullable=True),
        sa.CheckConstraint("(answered_at IS NULL) = (answer IS NULL)", name=op.f("ck_objection_answered")),
        sa.ForeignKeyConstraint(["answered_by"], ["person.id"], name=op.f("fk_objection_answered_by")),
        sa.ForeignKeyConstraint(["learner_id"], ["learner.id"], name=op.f("fk_objection_learner_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_objection_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objection")),
    )
    op.create_index(op.f("ix_objection_learner_id"), "objection", ["learner_id"], unique=False)
    op.create_table(
        "safeguarding_override",
        sa.Column("agency_id", sa.String(length=40), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("handle_id", sa.Uuid(), nullable=False),
        sa.Column("acting_person_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=80), nullable=False),
        sa.Column("purpose", sa.String(length=80), nullable=False),
        sa.Column("ordinals", sa.JSON(), nullable=False, comment="the fields that it names, and no others"),
        sa.Column("reason", sa.String(length=40), nullable=False, comment="one of a list"),
        sa.Column("sealed_words", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", columns.Instant(timezone=True), nullable=False),
        sa.Column("until_at", columns.Instant(timezone=True), nullable=False),
        sa.Column("confirm_by", columns.Instant(timezone=True), nullable=False),
        sa.Column("confirmed_at", columns.Instant(timezone=True), nullable=True),
        sa.Column("second_person_id", sa.Uuid(), nullable=True),
        sa.Column("ended_at", columns.Instant(timezone=True), nullable=True),
        sa.Column("ended_because", sa.String(length=40), nullable=True),
        sa.Column("review_due_on", sa.Date(), nullable=False),
        sa.Column(
            "overdue_told_at",
            columns.Instant(timezone=True),
            nullable=True,
            comment="when its lead and the designated person were told that nobody looked",
        ),
        sa.Column("reviewed_at", columns.Instant(timezone=True), nullable=True),
        sa.Column("reviewed_by", sa.Uuid(), nullable=True),
        sa.Column("review_outcome", sa.String(length=40), nullable=True),
        sa.Column("sealed_review", sa.LargeBinary(), nullable=True),
        sa.Column("sight_from", columns.Instant(timezone=True), nullable=True),
        sa.Column("sealed_sight_reason", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "(confirmed_at IS NULL) = (second_person_id IS NULL)",
            name=op.f("ck_safeguarding_override_confirmed_by_somebody"),
        ),
        sa.CheckConstraint(
            "(sight_from IS NULL) = (sealed_sight_reason IS NULL)",
            name=op.f("ck_safeguarding_override_delay_has_a_reason"),
        ),
        sa.CheckConstraint(
            "second_person_id IS NULL OR second_person_id <> acting_person_id",
            name=op.f("ck_safeguarding_override_two_people"),
        ),
        sa.CheckConstraint(
            "until_at > made_at AND confirm_by > made_at AND confirm_by <= until_at",
            name=op.f("ck_safeguarding_override_lasts"),
        ),
        sa.ForeignKeyConstraint(
            ["acting_person_id"], ["person.id"], name=op.f("fk_safeguarding_override_acting_person_id")
        ),
        sa.ForeignKeyConstraint(["learner_id"], ["learner.id"], name=op.f("fk_safeguarding_override_learner_id")),
        sa.ForeignKeyConstraint(["reviewed_by"], ["person.id"], name=op.f("fk_safeguarding_override_reviewed_by")),
        sa.ForeignKeyConstraint(
            ["second_person_id"], ["person.id"], name=op.f("fk_safeguarding_override_second_person_id")
        ),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_safeguarding_override")),
    )
    op.create_index(
        op.f("ix_safeguarding_override_acting_person_id"), "safeguarding_override", ["acting_person_id"], unique=False
    )
    op.create_index(op.f("ix_safeguarding_override_learner_id"), "safeguarding_override", ["learner_id"], unique=False)
    op.create_index("ix_safeguarding_override_made_at", "safeguarding_override", ["agency_id", "made_at"], unique=False)
    op.create_table(
        "acting_role",
        sa.Column("agency_id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=80), nullable=False),
        sa.Column("named_at", columns.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id", "person_id"],
            ["person.agency_id", "person.id"],
            name=op.f("fk_acting_role_agency_id_person_id"),
        ),
        sa.PrimaryKeyConstraint("agency_id", "person_id", "role", name=op.f("pk_acting_role")),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("acting_role")
    op.drop_index("ix_safeguarding_override_made_at", table_name="safeguarding_override")
    op.drop_index(op.f("ix_safeguarding_override_learner_id"), table_name="safeguarding_override")
    op.drop_index(op.f("ix_safeguarding_override_acting_person_id"), table_name="safeguarding_override")
    op.drop_table("safeguarding_override")
    op.drop_index(op.f("ix_objection_learner_id"), table_name="objection")
    op.drop_table("objection")
    op.drop_index(op.f("ix_level_of_need_learner_id"), table_name="level_of_need")
    op.drop_table("level_of_need")
    op.drop_index("ix_bar_review_on", table_name="bar")
    op.drop_index(op.f("ix_bar_learner_id"), table_name="bar")
    op.drop_table("bar")
    op.drop_index(op.f("ix_agency_tie_learner_id"), table_name="agency_tie")
    op.drop_table("agency_tie")
    op.drop_index(op.f("ix_access_request_learner_id"), table_name="access_request")
    op.drop_index("ix_access_request_holder", table_name="access_request")
    op.drop_table("access_request")
    op.drop_index(op.f("ix_override_keeps_from_person_id"), table_name="override_keeps_from")
    op.drop_table("override_keeps_from")
