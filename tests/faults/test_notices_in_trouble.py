"""Notices when workers crash, race, lose their lease, or meet a row that kills them. No notice is lost in any of it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from hub.database import reading
from hub.notices.model import NoticeState
from hub.telling.deliver import LEASE, MAX_ATTEMPTS, Post, sweep
from hub.telling.model import Mail
from hub.telling.recording import NoticeEvent
from hub.telling.watch import notices_to_watch
from tests.integration.telling.hubs import postgres_hub, world  # noqa: F401
from tests.integration.telling.world import NOW, World, record


class Killed(BaseException):
    """Stands for the end of the process: nothing after it runs."""


@dataclass
class Recorder:
    """Accepts every mail, then does what the test says."""

    then: Callable[[], None] = lambda: None
    references: list[str] = field(default_factory=list)

    def send(self, mail: Mail) -> None:
        self.references.append(mail.provider_reference)
        self.then()


@pytest.mark.soak
def test_two_sweepers_at_once_send_once(world: World) -> None:  # noqa: F811
    world.mailer = recorder = Recorder()
    for _ in range(10):
        for _ in range(4):
            world.happens()
        _at_once([lambda holder=f"worker-{n}": world.sweep(holder=holder) for n in range(2)])
        world.sweep()
    assert len(recorder.references) == 40
    assert len(set(recorder.references)) == 40
    assert {row["state"] for row in world.rows()} == {"done"}
    assert len(world.recorded("notice.told")) == 40


def test_a_crash_after_the_mail_was_accepted_sends_again_with_the_same_reference(world: World) -> None:  # noqa: F811
    world.mailer = recorder = Recorder(then=_die)
    notice_id = world.happens()
    with pytest.raises(Killed):
        world.sweep()
    assert world.state(notice_id) is NoticeState.LEASED
    recorder.then = lambda: None
    assert world.sweep(at=NOW + LEASE - timedelta(seconds=1)) == 0
    assert world.sweep(at=NOW + LEASE) == 1
    assert world.state(notice_id) is NoticeState.DONE
    assert len(recorder.references) == 2
    assert len(set(recorder.references)) == 1
    assert world.told(notice_id) == [(world.first, "mail")]
    assert len(world.recorded("notice.told")) == 1


def test_a_crash_before_anything_was_sent_loses_nothing(world: World) -> None:  # noqa: F811
    ids = [world.happens() for _ in range(3)]
    with pytest.raises(Killed):
        sweep(replace(world.post, address_of=_die_over), holder="crashes", at=NOW)
    assert world.sweep(at=NOW + LEASE) == 3
    assert {world.state(each) for each in ids} == {NoticeState.DONE}
    assert len(world.mails()) == 3


def test_a_worker_that_lost_its_lease_cannot_write_over_the_next_ones_work(world: World) -> None:  # noqa: F811
    @dataclass
    class Overtaken:
        """While the first worker hands the mail over, its lease runs out and a second one does all of it."""

        times: int = 0

        def send(self, mail: Mail) -> None:
            self.times += 1
            if self.times == 1:
                world.sweep(at=NOW + LEASE, holder="second")

    world.mailer = overtaken = Overtaken()
    notice_id = world.happens()
    world.sweep(holder="first")
    assert overtaken.times == 2
    row = world.row(notice_id)
    assert (row["state"], row["fence"], row["attempts"]) == ("done", 2, 2)
    assert len(world.recorded("notice.told")) == 1


def test_a_worker_that_lost_its_lease_cannot_end_the_next_ones(world: World) -> None:  # noqa: F811
    @dataclass
    class Overtaken:
        """While the first worker hands the mail over, a second one takes the lease, and dies."""

        times: int = 0

        def send(self, mail: Mail) -> None:
            self.times += 1
            if self.times == 2:
                raise Killed
            with suppress(Killed):
                world.sweep(at=NOW + LEASE, holder="second")

    world.mailer = Overtaken()
    notice_id = world.happens()
    world.sweep(holder="first")
    row = world.row(notice_id)
    assert (row["state"], row["fence"], row["lease_holder"]) == ("leased", 2, "second")
    assert world.told(notice_id) == []
    assert world.recorded("notice.told") == []


def test_a_notice_that_kills_its_worker_is_given_up_and_shows(world: World) -> None:  # noqa: F811
    notice_id, at = world.happens(), NOW
    deadly = replace(world.post, address_of=_die_over)
    for _ in range(MAX_ATTEMPTS):
        with pytest.raises(Killed):
            sweep(deadly, holder="dies", at=at)
        at += LEASE
    assert sweep(deadly, holder="lives", at=at) == 0
    assert world.state(notice_id) is NoticeState.DEAD
    with reading(world.engine) as connection:
        (line,) = notices_to_watch(connection, at=at)
    assert (line.notice_id, line.last_failure, line.attempts) == (notice_id, "worker-died", MAX_ATTEMPTS)


def test_a_worker_that_dies_over_one_notice_holds_up_the_others_for_one_lease_only(world: World) -> None:  # noqa: F811
    ids = [world.happens() for _ in range(3)]
    deadly = replace(world.post, address_of=_deadly_once(world.post))
    with pytest.raises(Killed):
        sweep(deadly, holder="dies", at=NOW)
    sweep(deadly, holder="lives", at=NOW + LEASE)
    assert {world.state(each) for each in ids} == {NoticeState.DONE}


def test_without_its_ledger_entry_nothing_counts_as_told(world: World) -> None:  # noqa: F811
    def broken(connection: Connection, event: NoticeEvent) -> None:
        record(connection, event)
        raise OSError

    notice_id = world.happens()
    sweep(replace(world.post, record=broken), holder="test", at=NOW)
    assert world.state(notice_id) is NoticeState.DUE
    assert world.told(notice_id) == []
    assert world.recorded("notice.told") == []
    assert world.sweep(at=NOW + timedelta(minutes=1)) == 1
    assert len(world.recorded("notice.told")) == 1


def test_no_transaction_is_open_while_a_mail_is_handed_over(world: World) -> None:  # noqa: F811
    seen: list[int] = []
    world.mailer = Recorder(then=lambda: seen.append(world.engine.pool.checkedout()))  # type: ignore[attr-defined]
    world.happens()
    world.sweep()
    assert seen == [0]


def _at_once(acts: list[Callable[[], object]]) -> None:
    barrier, errors = threading.Barrier(len(acts)), []

    def run(act: Callable[[], object]) -> None:
        try:
            barrier.wait(10)
            act()
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert errors == []


def _die() -> None:
    raise Killed


def _die_over(_person_id: object) -> None:
    raise Killed


def _deadly_once(post: Post) -> Callable[..., object]:
    calls: list[object] = []

    def address_of(person_id: object) -> object:
        calls.append(person_id)
        if len(calls) == 1:
            raise Killed
        return post.address_of(person_id)  # type: ignore[arg-type]

    return address_of
