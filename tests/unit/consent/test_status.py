"""A consent's state is what its events come to, for every order, clock and pair of people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.errors import (
    AnswerRefused,
    EndsBeforeStart,
    HistoryUnreadable,
    NobodyDecided,
    NoFields,
    NothingToChange,
    UnexpectedFields,
    WidensConsent,
)
from consent.model import Answer, ConsentEvent, ConsentKind, ConsentState, EventKind, Matter, Standing, Status
from consent.status import Question, combine, effective, fold
from consent.validation import check

T0 = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
CONSENT = UUID(int=1)
MOTHER, FATHER = UUID(int=10), UUID(int=11)
FIELDS = ("health.hearing", "health.speech", "health.sight")


def matter(person: UUID = MOTHER, purpose: str = "aln-plan", scope: str = "therapy") -> Matter:
    return Matter(
        learner_id=UUID(int=2),
        kind=ConsentKind.DATA_SHARING,
        holder="health",
        recipient="education",
        purpose=purpose,
        scope=scope,
        person_id=person,
    )


def event(kind: EventKind, *fields: str, number: int = 1, day: int = 0, **more: object) -> ConsentEvent:
    given: dict[str, object] = {"valid_from": T0} if kind is EventKind.GRANTED else {}
    plain = ConsentEvent(
        id=UUID(int=100 + number),
        consent_id=CONSENT,
        number=number,
        kind=kind,
        at=T0 + day * DAY,
        decided_by=MOTHER,
        standing=Standing.PARENT_WITH_RESPONSIBILITY,
        field_ids=fields,
    )
    return replace(plain, **given | more)  # type: ignore[arg-type]


def state(events: Sequence[ConsentEvent], *, day: int = 1, person: UUID = MOTHER) -> ConsentState:
    return fold(events, consent_id=CONSENT, matter=matter(person), at=T0 + day * DAY)


def story(*events: ConsentEvent) -> list[ConsentEvent]:
    return [replace(each, number=number, id=UUID(int=100 + number)) for number, each in enumerate(events, start=1)]


field_sets = st.sets(st.sampled_from(FIELDS), min_size=1).map(lambda chosen: tuple(sorted(chosen)))
days = st.integers(-3, 6)


@st.composite
def stories(draw: st.DrawFn) -> list[ConsentEvent]:
    made = []
    for kind in draw(st.lists(st.sampled_from(EventKind), max_size=7)):
        fields = () if kind in (EventKind.WITHDRAWN, EventKind.EXPIRED) else draw(field_sets)
        ends = draw(st.none() | st.integers(1, 6))
        until = None if ends is None else T0 + ends * DAY
        more = {"valid_until": until} if kind in (EventKind.GRANTED, EventKind.NARROWED) else {}
        made.append(event(kind, *fields, **more))
    return story(*made)


def test_a_grant_holds_from_its_start_until_just_before_its_end() -> None:
    events = [event(EventKind.GRANTED, *FIELDS, valid_from=T0 + DAY, valid_until=T0 + 3 * DAY)]
    seen = {day: state(events, day=day).status for day in range(5)}
    assert seen == {0: Status.PENDING, 1: Status.ACTIVE, 2: Status.ACTIVE, 3: Status.EXPIRED, 4: Status.EXPIRED}
    assert state(events, day=2).field_ids == frozenset(FIELDS)
    assert state(events, day=3).field_ids == state(events, day=0).field_ids == frozenset()


def test_no_event_shows_nothing() -> None:
    assert (state([]).status, state([]).field_ids, state([]).last_event_id) == (Status.NONE, frozenset(), None)


def test_withdrawal_is_final_until_a_new_grant() -> None:
    events = story(event(EventKind.GRANTED, *FIELDS), event(EventKind.WITHDRAWN))
    assert (state(events).status, state(events).field_ids) == (Status.WITHDRAWN, frozenset())
    anew = story(*events, event(EventKind.GRANTED, FIELDS[0]))
    assert (state(anew).status, state(anew).field_ids) == (Status.ACTIVE, frozenset(FIELDS[:1]))


def test_a_withdrawal_counts_even_where_a_clock_puts_it_in_the_future() -> None:
    events = story(event(EventKind.GRANTED, *FIELDS), event(EventKind.WITHDRAWN, day=30))
    assert state(events, day=1).status is Status.WITHDRAWN


def test_a_later_grant_replaces_the_one_before() -> None:
    events = story(event(EventKind.GRANTED, *FIELDS[:2]), event(EventKind.GRANTED, FIELDS[2]))
    assert state(events).field_ids == frozenset(FIELDS[2:])


def test_refusing_a_part_leaves_the_rest_and_refusing_all_is_a_withdrawal() -> None:
    granted = event(EventKind.GRANTED, *FIELDS)
    part = story(granted, event(EventKind.REFUSED, FIELDS[0]))
    assert (state(part).status, state(part).field_ids) == (Status.ACTIVE, frozenset(FIELDS[1:]))
    everything = story(granted, event(EventKind.REFUSED, *FIELDS))
    assert state(everything).status is Status.WITHDRAWN
    assert state([event(EventKind.REFUSED, *FIELDS)]).status is Status.REFUSED


@given(stories(), days, st.randoms())
def test_the_order_of_rows_never_matters(events: list[ConsentEvent], day: int, random: object) -> None:
    shuffled = list(events)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert state(shuffled, day=day) == state(events, day=day)


@given(stories(), days)
def test_only_an_active_consent_shows_fields_and_only_granted_ones(events: list[ConsentEvent], day: int) -> None:
    now = state(events, day=day)
    assert bool(now.field_ids) <= (now.status is Status.ACTIVE)
    ever = {field for each in events if each.kind is EventKind.GRANTED for field in each.field_ids}
    assert now.field_ids <= ever
    assert not now.field_ids & now.said_no


@given(stories(), days, st.sampled_from([kind for kind in EventKind if kind is not EventKind.GRANTED]), field_sets)
def test_no_event_but_a_grant_ever_shows_more(
    events: list[ConsentEvent], day: int, kind: EventKind, fields: tuple[str, ...]
) -> None:
    longer = story(*events, event(kind, *fields, valid_until=T0 + 9 * DAY))
    assert state(longer, day=day).field_ids <= state(events, day=day).field_ids


@given(stories(), days, field_sets, st.integers(1, 9))
def test_narrowing_only_shrinks(events: list[ConsentEvent], day: int, fields: tuple[str, ...], ends: int) -> None:
    narrowed = story(*events, event(EventKind.NARROWED, *fields, valid_until=T0 + ends * DAY))
    before, after = state(events, day=day), state(narrowed, day=day)
    assert after.field_ids <= before.field_ids & frozenset(fields) or before.status is not Status.ACTIVE
    if before.valid_until is not None and after.valid_until is not None:
        assert after.valid_until <= before.valid_until


@given(stories().filter(lambda events: len(events) > 1), st.data())
def test_a_missing_event_makes_the_history_unreadable(events: list[ConsentEvent], data: st.DataObject) -> None:
    # The last one can't be missed here; its absence shows in the ledger's numbers.
    gone = data.draw(st.integers(0, len(events) - 2))
    with pytest.raises(HistoryUnreadable):
        state(events[:gone] + events[gone + 1 :])


def test_a_doubled_or_foreign_event_makes_the_history_unreadable() -> None:
    granted = event(EventKind.GRANTED, *FIELDS)
    with pytest.raises(HistoryUnreadable):
        state([granted, granted])
    with pytest.raises(HistoryUnreadable):
        state([replace(granted, consent_id=UUID(int=9))])


def test_where_two_people_disagree_the_narrower_answer_holds() -> None:
    wide = state([event(EventKind.GRANTED, *FIELDS)])
    narrow = state([event(EventKind.GRANTED, FIELDS[0])], person=FATHER)
    refusal = state([event(EventKind.REFUSED, FIELDS[0])], person=FATHER)
    withdrawal = state(story(event(EventKind.GRANTED, FIELDS[0]), event(EventKind.WITHDRAWN)), person=FATHER)
    assert combine([wide]) == frozenset(FIELDS)
    assert combine([wide, narrow]) == frozenset(FIELDS[:1])
    assert combine([wide, refusal]) == frozenset(FIELDS[1:])
    assert combine([wide, withdrawal]) == frozenset()
    assert combine([refusal]) == combine([]) == frozenset()


def test_a_lapsed_answer_speaks_no_longer_but_its_refusals_do() -> None:
    wide = state([event(EventKind.GRANTED, *FIELDS)], day=5)
    until = {"valid_until": T0 + 2 * DAY}
    lapsed = story(event(EventKind.GRANTED, *FIELDS[:2], **until), event(EventKind.NARROWED, FIELDS[0]))
    assert combine([wide, state(lapsed, day=5, person=FATHER)]) == frozenset({FIELDS[0], FIELDS[2]})


@given(stories(), stories(), days)
def test_an_agreement_is_what_both_allow_in_whatever_order_they_are_read(
    mine: list[ConsentEvent], theirs: list[ConsentEvent], day: int
) -> None:
    both = [state(mine, day=day), state(theirs, day=day, person=FATHER)]
    together = combine(both)
    assert together == combine(both[::-1])
    for each in both:
        if each.status is Status.ACTIVE:
            assert together <= each.field_ids
        assert not together & each.said_no


@given(
    stories(),
    stories(),
    days,
    st.sampled_from([EventKind.REFUSED, EventKind.NARROWED, EventKind.WITHDRAWN]),
    field_sets,
)
def test_nobody_opens_anything_for_another_by_saying_no(
    mine: list[ConsentEvent], theirs: list[ConsentEvent], day: int, kind: EventKind, fields: tuple[str, ...]
) -> None:
    other = state(mine, day=day)
    before = combine([other, state(theirs, day=day, person=FATHER)])
    after = combine([other, state(story(*theirs, event(kind, *fields)), day=day, person=FATHER)])
    assert after <= before


def test_each_question_is_answered_for_itself() -> None:
    granted = [event(EventKind.GRANTED, FIELDS[0])]
    plan = state(granted)
    review = replace(plan, matter=matter(purpose="review"))
    closed = replace(state(story(*granted, event(EventKind.WITHDRAWN))), matter=matter(FATHER, purpose="review"))
    answers = effective([plan, review, closed])
    assert answers == {
        Question(ConsentKind.DATA_SHARING, "health", "education", "aln-plan", "therapy"): frozenset(FIELDS[:1]),
        Question(ConsentKind.DATA_SHARING, "health", "education", "review", "therapy"): frozenset(),
    }


GRANTED = state([event(EventKind.GRANTED, *FIELDS[:2], valid_until=T0 + 4 * DAY)])
LAPSED = state([event(EventKind.GRANTED, *FIELDS[:2], valid_until=T0 + 4 * DAY)], day=5)
RECORDED_LAPSE = state(
    story(event(EventKind.GRANTED, *FIELDS[:2], valid_until=T0 + 4 * DAY), event(EventKind.EXPIRED)), day=5
)
NOTHING = state([])


@pytest.mark.parametrize(
    ("answer", "before", "error"),
    [
        (event(EventKind.GRANTED), NOTHING, NoFields),
        (event(EventKind.GRANTED, ""), NOTHING, NoFields),
        (event(EventKind.GRANTED, "a", "a"), NOTHING, NoFields),
        (event(EventKind.GRANTED, "a", valid_from=None), NOTHING, EndsBeforeStart),
        (event(EventKind.GRANTED, "a", valid_until=T0), NOTHING, EndsBeforeStart),
        (event(EventKind.GRANTED, "a", valid_until=T0 - DAY), NOTHING, EndsBeforeStart),
        (event(EventKind.GRANTED, "a", day=5, valid_until=T0 + DAY), NOTHING, EndsBeforeStart),
        (event(EventKind.GRANTED, "a", decided_by=None), NOTHING, NobodyDecided),
        (event(EventKind.GRANTED, "a", standing=None), NOTHING, NobodyDecided),
        (event(EventKind.GRANTED, "a", decided_by=FATHER), NOTHING, NobodyDecided),
        (event(EventKind.REFUSED), NOTHING, NoFields),
        (event(EventKind.NARROWED, FIELDS[0]), NOTHING, NothingToChange),
        (event(EventKind.NARROWED, FIELDS[0]), LAPSED, NothingToChange),
        (event(EventKind.NARROWED), GRANTED, NoFields),
        (event(EventKind.NARROWED, FIELDS[2]), GRANTED, WidensConsent),
        (event(EventKind.NARROWED, FIELDS[0], valid_until=T0 + 5 * DAY), GRANTED, WidensConsent),
        (event(EventKind.NARROWED, FIELDS[0], valid_until=T0), GRANTED, EndsBeforeStart),
        (event(EventKind.WITHDRAWN), NOTHING, NothingToChange),
        (event(EventKind.WITHDRAWN), LAPSED, NothingToChange),
        (event(EventKind.WITHDRAWN, FIELDS[0]), GRANTED, UnexpectedFields),
        (event(EventKind.EXPIRED), GRANTED, NothingToChange),
        (event(EventKind.EXPIRED), NOTHING, NothingToChange),
        (event(EventKind.EXPIRED), RECORDED_LAPSE, NothingToChange),
        (event(EventKind.EXPIRED, FIELDS[0]), LAPSED, UnexpectedFields),
    ],
)
def test_an_event_that_makes_no_sense_is_refused(
    answer: Answer, before: ConsentState, error: type[AnswerRefused]
) -> None:
    with pytest.raises(error) as refused:
        check(answer, before)
    assert refused.value.consent_id == CONSENT


@pytest.mark.parametrize(
    ("answer", "before"),
    [
        (event(EventKind.GRANTED, "a"), NOTHING),
        (event(EventKind.GRANTED, "a", valid_until=T0 + DAY), GRANTED),
        (event(EventKind.REFUSED, "a"), NOTHING),
        (event(EventKind.NARROWED, FIELDS[0]), GRANTED),
        (event(EventKind.NARROWED, *FIELDS[:2], valid_until=T0 + 2 * DAY), GRANTED),
        (event(EventKind.WITHDRAWN), GRANTED),
        (event(EventKind.EXPIRED, decided_by=None, standing=None), LAPSED),
    ],
)
def test_an_event_that_makes_sense_passes(answer: Answer, before: ConsentState) -> None:
    assert check(answer, before) is None  # type: ignore[func-returns-value]
