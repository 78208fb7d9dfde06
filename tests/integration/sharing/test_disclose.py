"""The one door: what it shows, what it holds back, and what it writes down."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text, update

from consent.errors import HistoryUnreadable
from consent.tables import consent_event, ledger_outbox
from hub.database import reading, unit_of_work
from hub.demo.people import EDUCATION, HEALTH, SOCIAL_CARE
from hub.directory.model import Principal
from hub.protocols.tables import protocol_state
from hub.sealing.errors import KeyringUnavailable
from hub.sharing.errors import NotKnownHere, NotRecorded, PurposeMissing, QueryRefused
from hub.sharing.model import RecordQuery
from hub.sharing.tables import disclosure, disclosure_item
from tests.hubs import SHOWN, World, fields_of, values_of

SPEECH = {
    "health.speech.receptive_language",
    "health.speech.expressive_language",
    "health.speech.speech_sounds",
    "health.speech.therapy_recommendation",
}


def test_a_duty_shows_and_what_needs_consent_does_not(world: World) -> None:
    answer = world.read()
    assert {"health.care_plan.title", "health.goal.description", "health.hearing.result"} <= fields_of(
        answer, HEALTH.id
    )
    assert not fields_of(answer) & SPEECH
    assert "CANARY-HEALTH" not in values_of(answer)


def test_own_records_are_shown_whole_but_for_nothing_of_others(world: World) -> None:
    own = fields_of(world.read(), EDUCATION.id)
    assert {"education.aln.provision", "education.aln.needs", "education.school"} <= own


def test_a_grant_opens_its_fields_and_no_other(world: World) -> None:
    before = fields_of(world.read())
    world.grant()
    assert fields_of(world.read()) - before == SPEECH


def test_a_part_of_a_group_opens_that_part_only(small_world: World) -> None:
    before = fields_of(small_world.read())
    part = replace(small_world.offer(), field_ids=("health.speech.speech_sounds",))
    until = small_world.hub.clock() + timedelta(days=5)
    small_world.hub.grant(small_world.parent, part, until=until, shown=SHOWN)
    assert fields_of(small_world.read()) - before == {"health.speech.speech_sounds"}


def test_a_withdrawn_field_is_gone_from_the_next_read(world: World) -> None:
    before = fields_of(world.read())
    granted = world.grant()
    assert fields_of(world.read()) >= SPEECH
    world.withdraw(granted)
    assert fields_of(world.read()) == before


def test_a_consent_shows_nothing_once_its_end_has_come(small_world: World) -> None:
    granted = small_world.grant(days=10)
    later = small_world.hub.clock() + timedelta(days=10)
    small_world.hub.sharing = replace(small_world.hub.sharing, clock=lambda: later)
    assert not fields_of(small_world.read()) & SPEECH
    assert small_world.hub.deliver_due(later) >= 1  # the sweep writes the expired event and its notice
    states = {line.consent_id: line.status for line in small_world.hub.consents(small_world.parent, small_world.child)}
    assert states[granted.consent_id] == "expired"


def test_consent_for_one_recipient_is_none_for_another(small_world: World) -> None:
    small_world.grant()
    answer = small_world.read(agency=SOCIAL_CARE.id, purpose="care-planning", role="social-worker")
    assert not fields_of(answer) & SPEECH


def test_consent_for_one_purpose_is_none_for_another(small_world: World) -> None:
    small_world.grant()
    assert not fields_of(small_world.read(purpose="safeguarding", role="aln-officer"), HEALTH.id)


def test_a_grant_of_one_group_leaves_the_other_as_it_was(small_world: World) -> None:
    first = small_world.grant("health.condition", days=400)
    small_world.grant("health.speech", days=2)
    ends = {
        line.consent_id: line.valid_until for line in small_world.hub.consents(small_world.parent, small_world.child)
    }
    assert ends[first.consent_id] is not None
    assert ends[first.consent_id] > small_world.hub.clock() + timedelta(days=399)


def test_restricted_fields_are_neither_shown_nor_named(world: World) -> None:
    for group in ("health.speech", "health.condition", "health.observation"):
        world.grant(group)
    answer = world.read()
    names = fields_of(answer) | {hidden.field_id for hidden in answer.withheld}
    assert not {"health.mental_health.summary", "health.original_document"} & names
    assert "CANARY-RESTRICTED" not in values_of(answer)


def test_a_record_of_which_only_date_and_status_may_be_shown_is_not_shown_at_all(small_world: World) -> None:
    answer = small_world.read()
    accompanying = {"health.assessed_on", "health.record_status"}
    assert all(set(one.fields) - accompanying for one in answer.records)
    assert "2026-04-14" not in values_of(answer)  # the day of a mental health note


def test_the_marker_shows_whether_or_not_a_value_exists(small_world: World) -> None:
    withheld = {hidden.field_id for hidden in small_world.read().withheld}
    assert "health.speech.receptive_language" in withheld  # held
    assert "health.speech.fluency" in withheld  # never assessed


@pytest.mark.parametrize(
    ("purpose", "role"),
    [("aln-plan", "director"), ("marketing", "alnco"), ("care-planning", "alnco"), ("aln-plan", "social-worker")],
)
def test_an_unknown_purpose_or_role_gets_nothing_of_anybody_else(small_world: World, purpose: str, role: str) -> None:
    answer = small_world.read(purpose=purpose, role=role)
    assert not fields_of(answer, HEALTH.id)
    assert not fields_of(answer, SOCIAL_CARE.id)


def test_no_purpose_no_answer(small_world: World) -> None:
    with pytest.raises(PurposeMissing):
        small_world.read(purpose="")


def test_somebody_elses_handle_and_no_handle_are_one_answer(small_world: World) -> None:
    principal = Principal(EDUCATION.id, "c", "smart", "aln-plan", "alnco")
    for handle in (small_world.handle(HEALTH.id), small_world.child, uuid4()):
        with pytest.raises(NotKnownHere):
            small_world.hub.disclose(principal, handle, RecordQuery())


@pytest.mark.parametrize(
    ("query", "code"),
    [
        (RecordQuery(fields=("health.speech.nonsense",)), "unknown_field"),
        (RecordQuery(fields=("x",) * 500), "too_many_fields"),
        (RecordQuery(limit=0), "page_size"),
        (RecordQuery(limit=10_000), "page_size"),
    ],
)
def test_a_query_that_cannot_be_answered_is_refused(small_world: World, query: RecordQuery, code: str) -> None:
    with pytest.raises(QueryRefused) as refused:
        small_world.read(query)
    assert refused.value.code == code


def test_narrowing_the_question_never_widens_the_answer(small_world: World) -> None:
    everything = fields_of(small_world.read())
    asked = ("health.care_plan.title", "health.speech.receptive_language", "education.school")
    assert fields_of(small_world.read(RecordQuery(fields=asked))) == set(asked) & everything


def test_pages_follow_one_another_and_miss_nothing(small_world: World) -> None:
    whole = [one.record_id for one in small_world.read().records]
    seen: list[UUID] = []
    after = None
    while True:
        page = small_world.read(RecordQuery(limit=2, after=after))
        assert 1 <= len(page.records) <= 2
        seen += [one.record_id for one in page.records]
        after = page.next_after
        if after is None:
            break
    assert seen == whole


def test_each_answer_is_recorded_with_fields_and_versions_and_without_a_value(world: World) -> None:
    answer = world.read()
    with reading(world.hub.engine) as connection:
        row = connection.execute(select(disclosure).where(disclosure.c.id == answer.id)).one()
        items = connection.execute(select(disclosure_item).where(disclosure_item.c.disclosure_id == answer.id)).all()
        entries = connection.execute(select(ledger_outbox).where(ledger_outbox.c.subject_event_id == answer.id)).all()
    assert (row.agency_id, row.purpose, row.role, row.learner_id) == (EDUCATION.id, "aln-plan", "alnco", world.child)
    assert {(one.record_id, one.version) for one in items} == {(one.record_id, one.version) for one in answer.records}
    streams = {entry.stream for entry in entries}
    assert f"sight:{world.child}:{world.parent}" in streams
    assert {f"handle:{handle}" for handle in world.partnership.child_handles.values()} <= streams
    by_ordinal = world.hub.catalogue.by_ordinal
    recorded = {(one.record_id, by_ordinal[ordinal].id) for one in items for ordinal in one.ordinals}
    assert recorded == {(one.record_id, name) for one in answer.records for name in one.fields}


def test_an_empty_answer_is_recorded_too(small_world: World) -> None:
    answer = small_world.read(RecordQuery(fields=("health.speech.receptive_language",)))
    assert not answer.records
    with reading(small_world.hub.engine) as connection:
        assert connection.execute(select(disclosure.c.id).where(disclosure.c.id == answer.id)).one()


def test_when_the_ledger_cannot_be_written_nothing_is_released(small_world: World) -> None:
    with unit_of_work(small_world.hub.engine) as connection:
        connection.execute(text("DROP TRIGGER ledger_outbox_no_update"))
        connection.execute(text("DROP TRIGGER ledger_outbox_no_delete"))
        connection.execute(text("ALTER TABLE ledger_outbox RENAME TO elsewhere"))
    with pytest.raises(NotRecorded) as refused:
        small_world.read()
    assert refused.value.__cause__ is None  # no statement with its values behind it
    with reading(small_world.hub.engine) as connection:
        assert connection.execute(select(disclosure.c.id)).all() == []


def test_a_suspended_protocol_permits_nothing_from_the_next_read_on(world: World) -> None:
    assert fields_of(world.read(), HEALTH.id)
    own = fields_of(world.read(), EDUCATION.id)
    (ref,) = [one.ref for one in world.hub.protocols.status()]
    world.hub.protocols.suspend(ref)
    assert not fields_of(world.read(), HEALTH.id)
    assert fields_of(world.read()) == own  # what a partner holds itself is no business of a protocol
    world.hub.protocols.resume(ref)
    assert fields_of(world.read(), HEALTH.id)


def test_a_protocol_file_that_was_changed_permits_nothing(small_world: World) -> None:
    with unit_of_work(small_world.hub.engine) as connection:
        connection.execute(update(protocol_state).values(digest=bytes(32)))
    assert not fields_of(small_world.read())


def test_a_partner_whose_keyring_is_gone_is_not_read_from_a_cache(small_world: World) -> None:
    assert fields_of(small_world.read(), HEALTH.id)
    (small_world.settings.home / "keyrings" / f"{HEALTH.id}.keyring").unlink()
    small_world.hub.keys.forget()  # the cache time is over
    with pytest.raises(KeyringUnavailable):
        small_world.read()


def test_a_history_with_a_hole_denies_instead_of_guessing(small_world: World) -> None:
    small_world.grant()
    with unit_of_work(small_world.hub.engine) as connection:
        connection.execute(text("DROP TRIGGER consent_event_no_update"))
        connection.execute(update(consent_event).values(number=2))
    with pytest.raises(HistoryUnreadable):
        small_world.read()
