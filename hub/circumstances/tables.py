"""Bars, overrides, objections, live ties, levels of need. Free text and evidence are sealed under the learner's key.

What stands in clear (that a bar of a kind is on some fields of a learner, known by the hub's own id alone) is what a
decision reads under the learner's lock, before any key is used; docs/threat-model.md says what that gives away.
Every change of one of these rows first locks the learner's stream row (architecture 1.3).
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Table,
    Uuid,
)

from hub.database import Instant, metadata

_AGENCY = String(40)
_CODE = String(40)

agency_tie = Table(
    "agency_tie",
    metadata,
    # That an agency has to do with the learner now: a place at the school, an open case. Rules ask with `live_tie`.
    Column("agency_id", _AGENCY, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("learner_id", ForeignKey("learner.id"), nullable=False, index=True),
    Column("kind", _CODE, nullable=False),
    Column("from_on", Date, nullable=False),
    # First day on which it no longer holds; NULL: open.
    Column("until_on", Date),
    Column("recorded_by", Uuid),
    Column("recorded_at", Instant, nullable=False),
    CheckConstraint("until_on IS NULL OR until_on >= from_on", name="ends_after_it_begins"),
)

level_of_need = Table(
    "level_of_need",
    metadata,
    # A planning tool of the partnership, never a condition of a plan (ALN Act section 2: one threshold). Newest counts.
    Column("id", Uuid, primary_key=True),
    Column("learner_id", ForeignKey("learner.id"), nullable=False, index=True),
    Column("sealed_level", LargeBinary, nullable=False),
    Column("set_by", ForeignKey("person.id"), nullable=False),
    Column("set_at", Instant, nullable=False),
)

bar = Table(
    "bar",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("learner_id", ForeignKey("learner.id"), nullable=False, index=True),
    Column("kind", _CODE, nullable=False, comment="policies.bars.BarKind"),
    Column("recipient_id", _AGENCY, comment="whom it keeps from seeing; NULL: everybody"),
    # Ordinals that it names itself; what its kind covers by tag is worked out when it is read, from the catalogue then.
    Column("ordinals", JSON, nullable=False),
    Column("evidence_kind", _CODE, nullable=False),
    Column("sealed_evidence", LargeBinary, nullable=False),
    Column("agency_id", _AGENCY, nullable=False, comment="whose person set it"),
    Column("set_by", ForeignKey("person.id"), nullable=False),
    Column("set_at", Instant, nullable=False),
    # A bar does not end by itself: on this day its review is asked for, and again until somebody has looked.
    Column("review_on", Date, nullable=False),
    Column("review_asked_on", Date),
    Column("reviewed_at", Instant),
    Column("reviewed_by", ForeignKey("person.id")),
    Column("sealed_review", LargeBinary),
    Column("lifted_at", Instant),
    Column("lifted_by", ForeignKey("person.id")),
    Column("sealed_lift_reason", LargeBinary),
    CheckConstraint("(lifted_at IS NULL) = (lifted_by IS NULL)", name="lifted_by_somebody"),
    CheckConstraint("(reviewed_at IS NULL) = (reviewed_by IS NULL)", name="reviewed_by_somebody"),
    # What the sweep looks for: standing bars whose review has come.
    Index("ix_bar_review_on", "review_on"),
)

override = Table(
    "safeguarding_override",
    metadata,
    Column("agency_id", _AGENCY, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("learner_id", ForeignKey("learner.id"), nullable=False, index=True),
    Column("handle_id", Uuid, nullable=False),
    Column("acting_person_id", ForeignKey("person.id"), nullable=False, index=True),
    Column("role", String(80), nullable=False),
    Column("purpose", String(80), nullable=False),
    Column("ordinals", JSON, nullable=False, comment="the fields that it names, and no others"),
    Column("reason", _CODE, nullable=False, comment="one of a list"),
    Column("sealed_words", LargeBinary, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("until_at", Instant, nullable=False),
    # Without a second person by then it ends by itself.
    Column("confirm_by", Instant, nullable=False),
    Column("confirmed_at", Instant),
    Column("second_person_id", ForeignKey("person.id")),
    Column("ended_at", Instant),
    Column("ended_because", _CODE),
    Column("review_due_on", Date, nullable=False),
    Column("overdue_told_at", Instant, comment="when its lead and the designated person were told that nobody looked"),
    Column("reviewed_at", Instant),
    Column("reviewed_by", ForeignKey("person.id")),
    Column("review_outcome", _CODE),
    Column("sealed_review", LargeBinary),
    # The family's sight, where it is put off by decision: hidden from pages until then. NULL: at once.
    Column("sight_from", Instant),
    Column("sealed_sight_reason", LargeBinary),
    CheckConstraint("second_person_id IS NULL OR second_person_id <> acting_person_id", name="two_people"),
    CheckConstraint("(confirmed_at IS NULL) = (second_person_id IS NULL)", name="confirmed_by_somebody"),
    CheckConstraint("until_at > made_at AND confirm_by > made_at AND confirm_by <= until_at", name="lasts"),
    CheckConstraint("(sight_from IS NULL) = (sealed_sight_reason IS NULL)", name="delay_has_a_reason"),
    Index("ix_safeguarding_override_made_at", "agency_id", "made_at"),
)

override_keeps_from = Table(
    "override_keeps_from",
    metadata,
    # People who must not know of an override: cut from notices, inbox, timeline and board.
    Column("agency_id", _AGENCY, primary_key=True),
    Column("override_id", Uuid, primary_key=True),
    Column("person_id", ForeignKey("person.id"), primary_key=True, index=True),
)

objection = Table(
    "objection",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("learner_id", ForeignKey("learner.id"), nullable=False, index=True),
    Column("person_id", ForeignKey("person.id"), nullable=False, comment="who objects"),
    Column("holder_id", _AGENCY, nullable=False, comment="who answers"),
    Column("recipient_id", _AGENCY, nullable=False),
    Column("purpose", String(80), nullable=False),
    Column("ordinals", JSON, nullable=False),
    Column("sealed_words", LargeBinary, nullable=False),
    Column("made_at", Instant, nullable=False),
    # One month (UK GDPR Article 12(3)).
    Column("answer_due_on", Date, nullable=False),
    Column("answer", _CODE, comment="upheld or rejected; only rejected and withdrawn ones stop counting"),
    Column("answered_at", Instant),
    Column("answered_by", ForeignKey("person.id")),
    Column("sealed_answer", LargeBinary),
    Column("withdrawn_at", Instant),
    CheckConstraint("(answered_at IS NULL) = (answer IS NULL)", name="answered"),
)

access_request = Table(
    "access_request",
    metadata,
    # A practitioner who met a withheld field asks for it: the holder, or the family where consent is the basis.
    Column("agency_id", _AGENCY, primary_key=True, comment="who asks"),
    Column("id", Uuid, primary_key=True),
    Column("learner_id", ForeignKey("learner.id"), nullable=False, index=True),
    Column("handle_id", Uuid, nullable=False),
    Column("client_id", String(80)),
    Column("acting_person_id", ForeignKey("person.id")),
    Column("role", String(80), nullable=False),
    Column("purpose", String(80), nullable=False),
    Column("holder_id", _AGENCY, nullable=False),
    Column("ordinals", JSON, nullable=False),
    Column("goes_to", _CODE, nullable=False, comment="holder or family"),
    Column("scope", String(80), comment="the field group, where it goes to the family: each group is asked for itself"),
    Column("sealed_words", LargeBinary, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("answer", _CODE, comment="agreed, partly or declined"),
    Column("answered_at", Instant),
    Column("answered_by", ForeignKey("person.id")),
    Column("sealed_answer", LargeBinary),
    Column("withdrawn_at", Instant),
    CheckConstraint("(answered_at IS NULL) = (answer IS NULL)", name="answered"),
    Index("ix_access_request_holder", "holder_id", "made_at"),
)
