"""Consents in a real database: numbered, append-only, and read back as the state they come to."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy.exc import DBAPIError

from consent import events
from consent.errors import HistoryUnreadable, NothingToChange, UnknownConsent
from consent.ids import new_id
from consent.model import (
    Answer,
    ConsentKind,
    ConsentState,
    EventKind,
    Matter,
    Method,
    ShownText,
    Standing,
    Status,
)
from consent.status import Question, effective
from hub.database import reading, unit_of_work
from tests.integration.consent.worlds import T0, Ledger

LEARNER, MOTHER, FATHER = UUID(int=1), UUID(int=2), UUID(int=3)
DAY = timedelta(days=1)
FIELDS = ("health.hearing.left_ear", "health.speech.receptive_language")


def matter(person: UUID = MOTHER, recipient: str = "education", scope: str = "therapy") -> Matter:
    return Matter(
        learner_id=LEARNER,
        kind=ConsentKind.DATA_SHARING,
        holder="health",
        recipient=recipient,
        purpose="aln-plan",
        scope=scope,
        person_id=person,
    )


class Family:
    """Answers of a family, each in a transaction of its own."""

    def __init__(self, ledger: Ledger) -> None:
        self.engine = ledger.engine

    def opened(self, about: Matter) -> UUID:
        with unit_of_work(self.engine) as connection:
            return events.open_consent(connection, about, new_id=new_id(), at=T0)

    def answer(self, consent_id: UUID, kind: EventKind, *fields: str, person: UUID = MOTHER, day: int = 0) -> Answer:
        answer = Answer(
            id=new_id(),
            consent_id=consent_id,
            kind=kind,
            at=T0 + day * DAY,
            decided_by=person,
            standing=Standing.PARENT_WITH_RESPONSIBILITY,
            method=Method.WEB,
            protocol_id="aln-north",
            protocol_version="3",
            catalogue_version="2026-03",
            field_ids=fields,
            valid_from=T0 if kind is EventKind.GRANTED else None,
            valid_until=T0 + 30 * DAY if kind is EventKind.GRANTED else None,
            shown=ShownText("7", "cy", b"\x01" * 32),
            sealed_reason=b"sealed words",
        )
        with unit_of_work(self.engine) as connection:
            return events.append(connection, answer)

    def states(self, *, day: int = 1, **chosen: str) -> list[ConsentState]:
        with reading(self.engine) as connection:
            return events.states_of(connection, LEARNER, at=T0 + day * DAY, **chosen)


@pytest.fixture
def family(ledger: Ledger) -> Family:
    return Family(ledger)


def test_an_event_comes_back_as_it_was_written(family: Family) -> None:
    consent_id = family.opened(matter())
    written = [
        family.answer(consent_id, EventKind.GRANTED, *FIELDS),
        family.answer(consent_id, EventKind.NARROWED, FIELDS[0], day=1),
        family.answer(consent_id, EventKind.WITHDRAWN, day=2),
    ]
    with reading(family.engine) as connection:
        assert events.events_of(connection, LEARNER) == written
        assert events.matter_of(connection, consent_id) == matter()
    assert [each.number for each in written] == [1, 2, 3]  # type: ignore[attr-defined]


def test_a_withdrawal_shows_in_the_next_read(family: Family) -> None:
    consent_id = family.opened(matter())
    family.answer(consent_id, EventKind.GRANTED, *FIELDS)
    assert [state.field_ids for state in family.states()] == [frozenset(FIELDS)]
    family.answer(consent_id, EventKind.WITHDRAWN, day=1)
    assert [(state.status, state.field_ids) for state in family.states()] == [(Status.WITHDRAWN, frozenset())]


def test_each_person_and_each_question_has_one_consent(family: Family) -> None:
    ids = [
        family.opened(each) for each in (matter(), matter(FATHER), matter(recipient="social"), matter(scope="sight"))
    ]
    assert len(set(ids)) == 4
    assert family.opened(matter()) == ids[0]


def test_states_are_chosen_by_recipient_and_purpose(family: Family) -> None:
    for recipient in ("education", "social"):
        family.answer(family.opened(matter(recipient=recipient)), EventKind.GRANTED, *FIELDS)
    assert {state.recipient for state in family.states()} == {"education", "social"}
    assert [state.recipient for state in family.states(recipient="social", purpose="aln-plan")] == ["social"]
    assert family.states(recipient="social", purpose="research") == []
    assert family.states(holder="education") == []


def test_two_parents_who_disagree_leave_the_narrower_answer(family: Family) -> None:
    family.answer(family.opened(matter()), EventKind.GRANTED, *FIELDS)
    family.answer(family.opened(matter(FATHER)), EventKind.REFUSED, FIELDS[0], person=FATHER)
    question = Question(ConsentKind.DATA_SHARING, "health", "education", "aln-plan", "therapy")
    assert effective(family.states()) == {question: frozenset(FIELDS[1:])}


def test_a_grant_ends_by_the_calendar_and_the_end_may_be_put_on_record_once(family: Family) -> None:
    consent_id = family.opened(matter())
    family.answer(consent_id, EventKind.GRANTED, *FIELDS)
    assert [state.status for state in family.states(day=30)] == [Status.EXPIRED]
    family.answer(consent_id, EventKind.EXPIRED, day=30)
    with pytest.raises(NothingToChange):
        family.answer(consent_id, EventKind.EXPIRED, day=31)


def test_a_refused_event_leaves_nothing_behind(family: Family) -> None:
    consent_id = family.opened(matter())
    with pytest.raises(NothingToChange):
        family.answer(consent_id, EventKind.WITHDRAWN)
    with pytest.raises(UnknownConsent):
        family.answer(new_id(), EventKind.GRANTED, *FIELDS)
    assert family.states() == []
    with reading(family.engine) as connection:
        assert events.state_of(connection, consent_id, at=T0).status is Status.NONE


def test_an_event_is_neither_changed_nor_deleted(family: Family, ledger: Ledger) -> None:
    family.answer(family.opened(matter()), EventKind.GRANTED, *FIELDS)
    for statement in ("UPDATE consent_event SET kind = 'refused'", "DELETE FROM consent_event"):
        with pytest.raises(DBAPIError, match="append-only"):
            ledger.run(statement)
    assert [state.status for state in family.states()] == [Status.ACTIVE]


def test_events_that_were_tampered_with_allow_nothing(family: Family, ledger: Ledger) -> None:
    consent_id = family.opened(matter())
    family.answer(consent_id, EventKind.GRANTED, *FIELDS)
    family.answer(consent_id, EventKind.WITHDRAWN)
    family.answer(consent_id, EventKind.GRANTED, FIELDS[0])
    ledger.tamper("DELETE FROM consent_event WHERE number = 2")
    with pytest.raises(HistoryUnreadable):
        family.states()


def test_an_event_of_an_unknown_kind_allows_nothing(family: Family, ledger: Ledger) -> None:
    family.answer(family.opened(matter()), EventKind.GRANTED, *FIELDS)
    ledger.tamper("UPDATE consent_event SET kind = 'renewed'")
    with pytest.raises(HistoryUnreadable):
        family.states()
