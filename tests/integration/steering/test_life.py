"""From a proposal to its end: what each step permits, what is refused, and what the ledger says."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select, text

from consent.ledger.outbox import entries_of
from hub.database import reading
from hub.demo.agreeing import put_in_force
from hub.demo.people import EDUCATION, HEALTH, SOCIAL_CARE
from hub.protocols.errors import (
    Overlapping,
    PartnerKeyRefused,
    ProtocolAltered,
    ProtocolRefused,
    SignatureRefused,
    UnknownProtocol,
    WrongState,
)
from hub.protocols.model import State
from hub.protocols.tables import protocol_step
from hub.steering.enforce import PastReview
from policies.errors import ProtocolsRefused
from policies.model import ProtocolRef
from policies.protocols import parse_protocol
from policies.signing_keys import public_half
from tests.hubs import World, another_process, fields_of
from tests.integration.steering.lives import as_version, enforced, key_of, signature, source_of, the_ref

AGENCIES = sorted((HEALTH.id, EDUCATION.id, SOCIAL_CARE.id))


def second(world: World, *, begins: int = -1, **days: int) -> str:
    """The demo's protocol as version 2, begun so many days from today."""
    today = world.hub.clock().date()
    reviewed = None if "reviewed" not in days else today + timedelta(days=days["reviewed"])
    return as_version(source_of(world), 2, begins=today + timedelta(days=begins), reviewed=reviewed)


def state_of(world: World, version: int) -> State:
    """Where a version stands."""
    return next(one.state for one in world.hub.protocols.status() if one.ref.version == version)


def shared(world: World) -> bool:
    """Whether the school service sees anything of the health board's now."""
    return bool(fields_of(world.read(), HEALTH.id))


def test_each_step_is_kept_and_committed_to_in_the_ledger(world: World) -> None:
    life, content = world.hub.protocols, second(world, begins=5)
    ref = life.propose(content.encode(), file="v2.yaml").ref
    for agency in AGENCIES:
        life.accept(signature(world, content, agency))
    assert state_of(world, 2) is State.AGREED
    life.enforce(ref)
    life.suspend(ref)
    life.resume(ref)
    with reading(world.hub.engine) as connection:
        steps = connection.execute(
            select(protocol_step.c.id, protocol_step.c.state, protocol_step.c.agency_id)
            .where(protocol_step.c.version == 2)
            .order_by(protocol_step.c.number)
        ).all()
        entries = entries_of(connection, f"protocol:{ref.id}")
    assert [(one.state, one.agency_id) for one in steps] == [
        ("proposed", None),
        *(("proposed", agency) for agency in AGENCIES),
        ("agreed", None),
        ("in_force", None),
        ("suspended", None),
        ("in_force", None),
    ]
    assert {one.id for one in steps} <= {one.subject_event_id for one in entries}
    assert [one.number for one in entries] == list(range(1, len(entries) + 1))


def test_a_version_without_every_signature_permits_nothing(world: World) -> None:
    life, content = world.hub.protocols, second(world)
    ref = life.propose(content.encode(), file="v2.yaml").ref
    for agency in AGENCIES[:-1]:
        life.accept(signature(world, content, agency))
    assert state_of(world, 2) is State.PROPOSED
    with pytest.raises(WrongState):
        life.enforce(ref)
    assert shared(world)  # by version 1, as before


def test_a_suspension_binds_the_next_read_in_another_process_and_revives_nothing_older(world: World) -> None:
    ref = enforced(world, second(world))
    with another_process(world) as other:
        assert shared(other)
        world.hub.protocols.suspend(ref)
        assert not shared(other)
        assert not shared(world)
        other.hub.protocols.resume(ref)
        assert shared(world)


def test_a_new_version_is_picked_up_by_another_process_that_never_started_anew(world: World) -> None:
    with another_process(world) as other:
        assert shared(other)
        narrower = second(world).replace("to: dyffryn-education", "to: dyffryn-social-care")
        with pytest.raises(ProtocolsRefused):  # a recipient that is its own holder: nothing of it was taken in
            world.hub.protocols.propose(narrower.encode(), file="v2.yaml")
        enforced(world, second(world).replace("purpose: aln-plan", "purpose: care-planning"))
        assert not shared(other)


@pytest.mark.parametrize("wrong", ["key", "bytes", "agency", "unknown key", "retired key", "version"])
def test_a_signature_that_does_not_count_is_refused_and_changes_nothing(wrong: str, small_world: World) -> None:
    world = small_world
    life, content = world.hub.protocols, second(world)
    life.propose(content.encode(), file="v2.yaml")
    good = signature(world, content, HEALTH.id)
    stranger = Ed25519PrivateKey.generate()
    if wrong == "retired key":
        life.retire_key(HEALTH.id, good.key_id)
    other = content.replace("review_on: 20", "review_on: 21", 1)
    bad = {
        "key": replace(good, signature=signature(world, content, HEALTH.id, key=stranger).signature),
        "bytes": signature(world, other, HEALTH.id),
        "agency": replace(good, agency="somebody-else"),
        "unknown key": signature(world, content, HEALTH.id, key=stranger),
        "retired key": good,
        "version": replace(good, protocol=ProtocolRef(good.protocol.id, 9)),
    }[wrong]
    with pytest.raises(UnknownProtocol if wrong == "version" else SignatureRefused) as refused:
        life.accept(bad)
    assert refused.value.todo
    assert state_of(world, 2) is State.PROPOSED
    assert shared(world)


def test_versions_never_change(small_world: World) -> None:
    content = source_of(small_world)
    same = small_world.hub.protocols.propose(f"# another layout\n{content}".encode(), file="v1.yaml")
    assert same.state is State.IN_FORCE
    with pytest.raises(ProtocolAltered):
        small_world.hub.protocols.propose(content.replace("review_on: 20", "review_on: 21").encode(), file="v1.yaml")
    assert shared(small_world)


def test_overlapping_versions_are_refused(small_world: World) -> None:
    with pytest.raises(Overlapping):
        small_world.hub.protocols.propose(second(small_world, begins=-60).encode(), file="v2.yaml")
    assert shared(small_world)


def test_a_partner_that_is_not_in_the_directory_is_refused_with_its_line(small_world: World) -> None:
    content = second(small_world).replace("afon-health", "nobody-health")
    with pytest.raises(ProtocolsRefused) as refused:
        small_world.hub.protocols.propose(content.encode(), file="v2.yaml")
    assert all(one.line for one in refused.value.errors)


def test_what_is_past_its_review_cannot_be_put_in_force(small_world: World) -> None:
    life, content = small_world.hub.protocols, second(small_world, begins=-10, reviewed=-1)
    ref = life.propose(content.encode(), file="v2.yaml").ref
    for agency in AGENCIES:
        life.accept(signature(small_world, content, agency))
    with pytest.raises(PastReview):
        life.enforce(ref)


def test_time_writes_its_own_steps_and_decides_without_them(world: World) -> None:
    enforced(world, second(world, reviewed=20))
    assert state_of(world, 1) is State.SUPERSEDED  # by the calendar, before it is written
    assert world.hub.protocols.keep_time(at=world.hub.clock()) >= 1
    assert shared(world)
    with reading(world.hub.engine) as connection:
        found = connection.execute(text("SELECT version, state FROM protocol_state ORDER BY version")).all()
    assert [tuple(one) for one in found] == [(1, "superseded"), (2, "in_force")]
    later = world.hub.clock() + timedelta(days=21)
    assert world.hub.protocols.keep_time(at=later) >= 1
    assert world.hub.protocols.keep_time(at=later) == 0
    with reading(world.hub.engine) as connection:
        found = connection.execute(text("SELECT state FROM protocol_state WHERE version = 2")).scalar_one()
    assert found == "lapsed"
    with pytest.raises(WrongState):
        world.hub.protocols.resume(ProtocolRef(the_ref(world).id, 2))


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM protocol_signature WHERE version = 2 AND agency_id = 'afon-health'",
        "UPDATE protocol_signature SET signature = zeroblob(64) WHERE version = 2 AND agency_id = 'afon-health'",
        "UPDATE protocol_signature SET agency_id = 'dyffryn-x' WHERE version = 2 AND agency_id = 'afon-health'",
        "DELETE FROM protocol_document WHERE version = 2",
    ],
)
def test_what_does_not_verify_when_it_is_loaded_permits_nothing_and_neither_does_what_it_replaced(
    change: str, small_world: World
) -> None:
    enforced(small_world, second(small_world))
    with small_world.hub.engine.connect() as connection:
        for statement in ("COMMIT", "PRAGMA foreign_keys=OFF", change, "PRAGMA foreign_keys=ON", "BEGIN"):
            connection.exec_driver_sql(statement)
    with another_process(small_world) as other:
        assert not shared(other)
        assert fields_of(other.read(), EDUCATION.id)  # its own records are no business of a protocol


def test_a_key_belongs_to_one_partner(small_world: World) -> None:
    key = public_half(key_of(small_world, HEALTH.id))
    with pytest.raises(PartnerKeyRefused):
        small_world.hub.protocols.add_key(EDUCATION.id, key)
    with pytest.raises(ProtocolRefused):
        small_world.hub.protocols.retire_key(EDUCATION.id, "0" * 16)


def test_signatures_of_the_demo_are_written_below_its_home_whatever_the_draft_is_called(
    small_world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "where-it-was-started"
    here.mkdir()
    monkeypatch.chdir(here)
    content = second(small_world).encode()
    draft = parse_protocol(content, small_world.hub.catalogue, file="protocol.yaml")
    put_in_force(small_world.hub, draft, content)
    assert list(here.iterdir()) == []
    written = {path.name for path in small_world.settings.home.absolute().rglob("protocol.*.sig.json")}
    assert written == {f"protocol.{agency}.sig.json" for agency in AGENCIES}
