"""The retry plan, working days, and the keys of audiences."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.database import new_id
from hub.notices.model import ACCOUNTABLE, DUTY, Audience, AudienceRole, NewNotice, NoticeKind, one_person
from hub.telling.deliver import MAX_ATTEMPTS, RETRY_PLAN
from hub.telling.watch import working_days_before


def test_the_retry_plan_lasts_days_and_never_gets_shorter() -> None:
    assert sum(RETRY_PLAN, timedelta()) > timedelta(days=4)
    assert list(RETRY_PLAN) == sorted(RETRY_PLAN)
    assert len(RETRY_PLAN) + 1 == MAX_ATTEMPTS


@pytest.mark.parametrize(
    ("now", "days", "before"),
    [
        ("2026-11-27T12:00", 3, "2026-11-24T12:00"),
        ("2026-11-23T12:00", 1, "2026-11-20T12:00"),
        ("2026-11-22T12:00", 1, "2026-11-20T12:00"),
        ("2026-11-23T12:00", 0, "2026-11-23T12:00"),
        ("2026-11-25T12:00", 5, "2026-11-18T12:00"),
    ],
)
def test_working_days_leave_out_the_weekend(now: str, days: int, before: str) -> None:
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert working_days_before(at, days) == datetime.fromisoformat(before).replace(tzinfo=UTC)


@given(st.one_of(st.just(ACCOUNTABLE), st.just(DUTY), st.uuids().map(one_person)))
def test_an_audience_survives_its_key(audience: Audience) -> None:
    assert Audience.of_key(audience.key) == audience
    assert len(audience.key) <= 60


@pytest.mark.parametrize("key", ["", "person", "accountable:", "person:x", "everybody", "duty:" + 36 * "0"])
def test_a_key_that_no_audience_has_is_refused(key: str) -> None:
    if key == "accountable:":
        assert Audience.of_key(key) == ACCOUNTABLE  # an empty id is no id
        return
    with pytest.raises(ValueError, match=r"."):
        Audience.of_key(key)


def test_a_notice_for_a_role_needs_what_the_role_hangs_on() -> None:
    with pytest.raises(ValueError, match="learner"):
        NewNotice(NoticeKind.RECORD_CHANGED, new_id(), ACCOUNTABLE)
    with pytest.raises(ValueError, match="agency"):
        NewNotice(NoticeKind.RECORDS_BROUGHT, new_id(), DUTY)
    with pytest.raises(ValueError, match="person"):
        Audience(AudienceRole.PERSON)
