"""What is due is told, to whoever it concerns at that moment, and with nothing personal in the mail."""

from __future__ import annotations

import stat
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from hub.database import new_id, reading, unit_of_work
from hub.notices.model import DUTY, NoticeKind, NoticeState, one_person
from hub.notices.write import pass_on
from hub.telling.deliver import BATCH, MAX_ATTEMPTS, RETRY_PLAN
from hub.telling.errors import MailRefused, MailUnavailable
from hub.telling.inbox import acknowledge, inbox_of
from hub.telling.model import Address, InboxEntry, Mail, NoticeLine
from hub.telling.watch import notice_counts, notices_to_watch, replay
from tests.integration.telling.world import NOW, World, record


@dataclass
class Trouble:
    """A mail server that fails as told, then works."""

    failures: list[Exception] = field(default_factory=list)
    accepted: list[Mail] = field(default_factory=list)
    tried: int = 0

    def send(self, mail: Mail) -> None:
        self.tried += 1
        if self.failures:
            raise self.failures.pop(0)
        self.accepted.append(mail)


def test_the_accountable_person_gets_one_mail_and_one_inbox_entry(world: World) -> None:
    notice_id = world.happens()
    assert world.sweep() == 1
    assert world.state(notice_id) is NoticeState.DONE
    assert world.told(notice_id) == [(world.first, "mail")]
    (mail,) = world.mails()
    (entry,) = _inbox(world, world.first)
    assert entry.reference in mail
    assert "https://dolen.example/en/inbox" in mail
    assert (entry.notice_id, entry.learner_id, entry.told_at) == (notice_id, world.learner, NOW)
    assert (entry.opened_at, entry.acknowledged_at) == (None, None)
    assert world.recorded("notice.told") == [(notice_id, world.first)]


def test_what_was_told_is_not_told_again(world: World) -> None:
    world.happens()
    assert [world.sweep(), world.sweep(), world.sweep(at=NOW + timedelta(days=9))] == [1, 0, 0]
    assert len(world.mails()) == 1


def test_a_mail_file_names_nobody_and_is_readable_by_this_account_only(world: World) -> None:
    world.happens()
    world.sweep()
    (file,) = (world.folder / "mail").iterdir()
    text = file.read_text("utf-8")
    assert "undisclosed-recipients:;" in text
    assert f"X-Dolen-Person: {world.first}" in text
    assert "post.example" not in text
    assert str(world.learner) not in text
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_who_is_told_is_worked_out_when_it_is_told(world: World) -> None:
    notice_id = world.happens()
    world.hand_over(world.second, at=NOW + timedelta(minutes=1))
    world.sweep(at=NOW + timedelta(minutes=2))
    assert world.told(notice_id) == [(world.second, "mail")]
    assert _inbox(world, world.first) == []


def test_after_a_hand_over_the_successor_is_told_what_nobody_acknowledged(world: World) -> None:
    notice_id = world.happens()
    world.sweep()
    later = NOW + timedelta(hours=1)
    world.hand_over(world.second, at=later)
    with unit_of_work(world.engine) as connection:
        assert pass_on(connection, learner_id=world.learner, at=later) == 1
    world.sweep(at=later)
    assert sorted(world.told(notice_id)) == sorted([(world.first, "mail"), (world.second, "mail")])
    assert _inbox(world, world.first) == []
    assert [entry.notice_id for entry in _inbox(world, world.second)] == [notice_id]


def test_what_was_acknowledged_is_not_passed_on(world: World) -> None:
    notice_id = world.happens()
    world.sweep()
    with unit_of_work(world.engine) as connection:
        acknowledge(connection, person_id=world.first, notice_id=notice_id, at=NOW, record=record)
        assert pass_on(connection, learner_id=world.learner, at=NOW) == 0
    assert world.state(notice_id) is NoticeState.DONE


def test_who_gets_a_learner_back_is_not_told_a_second_time(world: World) -> None:
    notice_id = world.happens()
    world.sweep()
    with unit_of_work(world.engine) as connection:
        pass_on(connection, learner_id=world.learner, at=NOW)
    world.sweep()
    assert world.state(notice_id) is NoticeState.DONE
    assert len(world.mails()) == 1
    assert len(world.recorded("notice.told")) == 1


def test_a_hand_over_while_the_mail_is_on_its_way_makes_it_due_for_the_successor(world: World) -> None:
    @dataclass
    class HandsOver:
        sent: list[UUID] = field(default_factory=list)

        def send(self, mail: Mail) -> None:
            self.sent.append(mail.person_id)
            if len(self.sent) == 1:
                world.hand_over(world.second, at=NOW + timedelta(seconds=1))

    world.mailer = mailer = HandsOver()
    notice_id = world.happens()
    world.sweep()
    assert world.state(notice_id) is NoticeState.DUE
    world.sweep()
    assert mailer.sent == [world.first, world.second]
    assert world.state(notice_id) is NoticeState.DONE


def test_the_duty_person_hears_of_a_sync_run(world: World) -> None:
    notice_id = world.happens(kind=NoticeKind.RECORDS_BROUGHT, audience=DUTY)
    world.sweep()
    assert world.told(notice_id) == [(world.first, "mail")]


def test_bulk_notices_of_one_sweep_make_one_mail_and_an_inbox_line_each(world: World) -> None:
    for _ in range(5):
        world.happens(kind=NoticeKind.RECORDS_BROUGHT, audience=DUTY)
    assert world.sweep() == 5
    assert len(world.mails()) == 1
    assert len(_inbox(world, world.first)) == 5
    assert all(row["state"] == "done" for row in world.rows())


def test_a_parent_whose_tie_has_ended_is_not_told(world: World) -> None:
    world.tie(world.parent, until_on=NOW.date())
    notice_id = world.happens(kind=NoticeKind.CONSENT_GRANTED, audience=one_person(world.parent))
    world.sweep()
    assert world.state(notice_id) is NoticeState.VOID
    assert world.mails() == []


def test_a_parent_with_a_tie_is_told_until_it_ends_and_sees_nothing_after(world: World) -> None:
    world.tie(world.parent, until_on=NOW.date() + timedelta(days=1))
    notice_id = world.happens(kind=NoticeKind.CONSENT_GRANTED, audience=one_person(world.parent))
    world.sweep()
    assert world.told(notice_id) == [(world.parent, "mail")]
    assert len(_inbox(world, world.parent)) == 1
    with reading(world.engine) as connection:
        assert inbox_of(connection, world.parent, at=NOW + timedelta(days=1)) == []


def test_nobody_active_in_the_role_is_a_fault_that_shows(world: World) -> None:
    notice_id = world.happens()
    world.put_out_of_use(world.first)
    world.sweep()
    row = world.row(notice_id)
    assert (row["state"], row["last_failure"], row["attempts"]) == ("due", "nobody-to-tell", 1)
    assert world.mails() == []


@pytest.mark.parametrize("address", [None, Address(None, "cy")])
def test_who_has_no_address_is_told_by_the_inbox(world: World, address: Address | None) -> None:
    if address is None:
        del world.addresses[world.first]
    else:
        world.addresses[world.first] = address
    notice_id = world.happens()
    world.sweep()
    assert world.told(notice_id) == [(world.first, "inbox")]
    assert len(_inbox(world, world.first)) == 1
    assert world.mails() == []


def test_a_failed_mail_waits_for_days_and_then_is_given_up_and_shows(world: World) -> None:
    world.mailer = Trouble([MailUnavailable("mail-unreachable") for _ in range(50)])
    notice_id = world.happens()
    at = NOW
    for attempt, pause in enumerate(RETRY_PLAN, start=1):
        assert world.sweep(at=at) == 1
        assert world.row(notice_id)["attempts"] == attempt
        assert world.sweep(at=at + pause - timedelta(seconds=1)) == 0
        at += pause
    assert at - NOW > timedelta(days=4)
    world.sweep(at=at)
    assert world.state(notice_id) is NoticeState.DEAD
    assert world.row(notice_id)["attempts"] == MAX_ATTEMPTS
    (line,) = _watch(world, at=at)
    assert (line.notice_id, line.state, line.last_failure) == (notice_id, NoticeState.DEAD, "mail-unreachable")
    with reading(world.engine) as connection:
        counts = notice_counts(connection, at=at)
    assert (counts.by_state[NoticeState.DEAD], counts.oldest_due_at) == (1, NOW)


def test_a_dead_notice_can_be_tried_again(world: World) -> None:
    world.mailer = trouble = Trouble([MailRefused()])
    notice_id = world.happens()
    world.sweep()
    assert world.state(notice_id) is NoticeState.DEAD
    with unit_of_work(world.engine) as connection:
        replay(connection, notice_id, at=NOW)
    world.sweep()
    assert world.state(notice_id) is NoticeState.DONE
    assert len(trouble.accepted) == 1


def test_the_entry_is_in_the_inbox_while_the_mail_server_is_down(world: World) -> None:
    world.mailer = Trouble([MailUnavailable("mail-unreachable")])
    world.happens()
    world.sweep()
    (entry,) = _inbox(world, world.first)
    assert entry.told_at is None
    assert world.recorded("notice.told") == []


def test_a_mail_server_that_is_down_is_tried_once_per_sweep(world: World) -> None:
    world.mailer = trouble = Trouble([MailUnavailable("mail-unreachable") for _ in range(50)])
    for _ in range(5):
        world.happens()
    world.sweep()
    assert trouble.tried == 1
    assert {(row["state"], row["attempts"]) for row in world.rows()} == {("due", 1)}


def test_one_full_mailbox_does_not_keep_others_waiting(world: World) -> None:
    world.mailer = trouble = Trouble([MailUnavailable("mail-busy", is_outage=False)])
    for _ in range(3):
        world.happens()
    world.sweep()
    assert (trouble.tried, len(trouble.accepted)) == (3, 2)


def test_a_row_that_breaks_the_code_does_not_keep_others_from_being_told(world: World) -> None:
    world.mailer = trouble = Trouble([RuntimeError("canary-7f3a@post.example")])
    ids = [world.happens(), world.happens()]
    world.sweep()
    assert sorted(world.state(each) for each in ids) == [NoticeState.DONE, NoticeState.DUE]
    assert len(trouble.accepted) == 1
    assert "failed" in {row["last_failure"] for row in world.rows()}


def test_a_sweep_takes_a_bounded_portion(world: World) -> None:
    for _ in range(BATCH + 3):
        world.happens()
    assert [world.sweep(), world.sweep(), world.sweep()] == [BATCH, 3, 0]


@pytest.mark.parametrize(
    ("language", "texts"), [("cy", ("/cy/inbox",)), ("en", ("/en/inbox",)), (None, ("/cy/inbox", "/en/inbox"))]
)
def test_mail_is_in_the_persons_language_and_in_both_where_it_is_not_known(
    world: World, language: str | None, texts: tuple[str, ...]
) -> None:
    world.addresses[world.first] = Address("x@post.example", language)  # type: ignore[arg-type]
    world.happens()
    world.sweep()
    (mail,) = world.mails()
    places = [mail.find(text) for text in texts]
    assert places == sorted(places)
    assert -1 not in places
    assert mail.count("/inbox") == len(texts)


def test_a_notice_that_nobody_acknowledges_shows_after_three_working_days(world: World) -> None:
    notice_id = world.happens()
    world.sweep()
    assert _watch(world, at=NOW + timedelta(days=3)) == []
    (line,) = _watch(world, at=NOW + timedelta(days=3, minutes=1))
    assert (line.notice_id, line.is_overdue, line.state) == (notice_id, True, NoticeState.DONE)


def test_a_notice_that_waits_too_long_shows_before_anybody_was_told(world: World) -> None:
    notice_id = world.happens()
    assert _watch(world, at=NOW + timedelta(minutes=10)) == []
    (line,) = _watch(world, at=NOW + timedelta(minutes=20))
    assert (line.notice_id, line.state, line.is_overdue) == (notice_id, NoticeState.DUE, False)


def test_handing_one_learner_over_passes_nothing_of_another_on(world: World) -> None:
    other = new_id()
    with unit_of_work(world.engine) as connection:
        world.add_learner(connection, other)
    notice_id = world.happens()
    world.sweep()
    with unit_of_work(world.engine) as connection:
        assert pass_on(connection, learner_id=other, at=NOW) == 0
    assert world.state(notice_id) is NoticeState.DONE
    assert [entry.notice_id for entry in _inbox(world, world.first)] == [notice_id]


def _inbox(world: World, person_id: UUID) -> list[InboxEntry]:
    with reading(world.engine) as connection:
        return inbox_of(connection, person_id, at=NOW)


def _watch(world: World, *, at: datetime) -> list[NoticeLine]:
    with reading(world.engine) as connection:
        return notices_to_watch(connection, at=at)
