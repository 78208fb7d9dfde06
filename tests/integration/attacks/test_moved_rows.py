"""Attacks of somebody who can write the database: a row is moved, and must be refused, never shown as another's."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from consent.ledger.errors import OpeningMismatch
from hub.database import reading, unit_of_work
from hub.demo.people import ACCOUNTABLE, EDUCATION, HEALTH, PARENT
from hub.directory.model import Principal
from hub.sealing.errors import SealingError, WrongKey
from hub.sharing.model import RecordQuery, ShownRecord
from tests.integration.attacks.conftest import Target


def test_a_ledger_entry_that_is_moved_to_another_persons_stream_is_not_opened_for_them(target: Target) -> None:
    world, other = target.world, uuid4()
    granted = world.grant()
    while world.hub.sequence():
        pass
    assert world.hub.receipt(world.parent, granted.event_id)
    target.tamper(
        "ledger_outbox",
        "UPDATE ledger_outbox SET stream = :theirs WHERE stream = :own",
        own=f"sight:{world.child}:{world.parent}",
        theirs=f"sight:{world.child}:{other}",
    )
    with pytest.raises(OpeningMismatch):
        world.hub.receipt(other, granted.event_id)


def _visible(target: Target) -> tuple[ShownRecord, ShownRecord]:
    shown = [one for one in target.world.read().records if one.holder == HEALTH.id]
    return shown[0], shown[1]


def _reads_again(target: Target) -> None:
    target.world.hub.keys.forget()
    target.world.read()


def test_an_envelope_that_is_moved_to_another_record_is_refused(target: Target) -> None:
    one, other = _visible(target)
    target.tamper(
        "record_version",
        "UPDATE record_version SET envelope = (SELECT envelope FROM record_version WHERE record_id = :other)"
        " WHERE record_id = :one",
        one=one.record_id.hex,
        other=other.record_id.hex,
    )
    with pytest.raises(WrongKey):
        _reads_again(target)


def test_a_record_that_is_moved_to_another_child_is_refused(target: Target) -> None:
    world = target.world
    one, _ = _visible(target)
    with reading(world.hub.engine) as connection:
        others = text("SELECT id FROM handle WHERE agency_id = :agency AND id <> :own LIMIT 1")
        other = connection.execute(others, {"agency": HEALTH.id, "own": world.handle(HEALTH.id).hex}).scalar_one()
    target.tamper("record", "UPDATE record SET handle_id = :other WHERE id = :one", one=one.record_id.hex, other=other)
    world.read()  # gone from this child, which the ledger shows
    board = Principal(HEALTH.id, f"{HEALTH.id}-system", "smart", "aln-plan", "clinician")
    with pytest.raises(WrongKey):
        world.hub.disclose(board, UUID(other), RecordQuery())


def test_a_handle_key_that_is_moved_to_another_child_is_refused(target: Target) -> None:
    world = target.world
    with unit_of_work(world.hub.key_engine) as connection:
        moved = text(
            "UPDATE wrapped_key SET wrapped = (SELECT wrapped FROM wrapped_key"
            " WHERE agency_id = :agency AND kind = 'handle' AND owner_id <> :own LIMIT 1)"
            " WHERE agency_id = :agency AND kind = 'handle' AND owner_id = :own"
        )
        assert connection.execute(moved, {"agency": HEALTH.id, "own": str(world.handle(HEALTH.id))}).rowcount == 1
    with pytest.raises(SealingError):
        _reads_again(target)


def test_contact_details_that_are_moved_to_another_person_are_not_used(target: Target) -> None:
    world = target.world
    target.tamper(
        "person",
        "UPDATE person SET sealed_contact = (SELECT sealed_contact FROM person WHERE id <> :one LIMIT 1)"
        " WHERE id = :one",
        one=world.parent.hex,
    )
    with pytest.raises(WrongKey):
        world.hub.send_code(world.parent, "en", "123456")
    assert not list((world.settings.home / "mail").glob("*.eml"))


def test_a_name_that_is_moved_to_another_child_is_not_shown(target: Target) -> None:
    world = target.world
    assert world.hub.learners_of(world.parent)[0].name
    target.tamper(
        "handle_demographics",
        "UPDATE handle_demographics SET sealed ="
        " (SELECT sealed FROM handle_demographics WHERE handle_id <> :own ORDER BY handle_id LIMIT 1)"
        " WHERE handle_id = :own OR handle_id = :education",
        own=world.handle(HEALTH.id).hex,
        education=world.handle(EDUCATION.id).hex,
    )
    with pytest.raises(SealingError):
        world.hub.learners_of(world.parent)


def test_an_address_that_is_made_anothers_gets_no_code(target: Target) -> None:
    # With the index of their own address on the parent's row, an attacker is taken for the parent: the code still goes
    # to the address that is sealed under the parent's key.
    world = target.world
    with reading(world.hub.engine) as connection:
        found = text("SELECT email_index FROM person WHERE id = :attacker")
        index = connection.execute(found, {"attacker": world.partnership.people[ACCOUNTABLE.key].hex}).scalar_one()
    target.tamper("person", "UPDATE person SET email_index = NULL WHERE email_index = :index", index=index)
    target.tamper("person", "UPDATE person SET email_index = :index WHERE id = :one", index=index, one=world.parent.hex)
    assert world.hub.person_by_email(ACCOUNTABLE.contact.email or "") == world.parent
    address = world.hub.post.address_of(world.parent)
    assert address is not None
    assert address.email == PARENT.contact.email
