"""What a family reads is what a partner gets: the page against governed reads, for every role, in several states."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

import policies
from hub.demo.people import EDUCATION, HEALTH, PARTNERS
from hub.sharing.model import GroupSight
from hub.sharing.sight import rows_of
from policies.bars import BarKind
from policies.facts import BarFact, ConsentFact, Facts, ObjectionFact
from policies.load_catalogue import load_catalogue
from policies.model import Basis, Protocol, ProtocolRef
from policies.protocols import load_protocol
from policies.snapshot import Snapshot, compile_snapshot
from tests.hubs import SHOWN, World, fields_of
from tests.integration.consenting.test_decisions import another_parent

CATALOGUE = load_catalogue()
SAMPLE = load_protocol(Path(policies.__file__).parent / "samples" / "three-partners.yaml", CATALOGUE)
INVOLVED = "health.mental_health.involvement"
AT = datetime(2026, 11, 23, 12, tzinfo=UTC)


def nothing(_world: World, _other: UUID) -> None:
    """Nobody has decided anything."""


def one_agreed(world: World, _other: UUID) -> None:
    world.grant()


def two_agreed_to_different_things(world: World, other: UUID) -> None:
    world.grant()
    offer = world.offer()
    until = world.hub.clock() + timedelta(days=3)
    world.hub.grant(other, replace(offer, field_ids=offer.field_ids[-2:]), until=until, shown=SHOWN)


def one_agreed_and_another_refused(world: World, other: UUID) -> None:
    world.grant()
    world.hub.refuse(other, world.offer(), shown=SHOWN)


def one_agreed_and_stopped(world: World, _other: UUID) -> None:
    world.withdraw(world.grant())


def shown_to(rows: tuple[GroupSight, ...], recipient: str, purpose: str, role: str, holder: str) -> set[str]:
    """What the page says that a role may see."""
    return {
        name
        for row in rows
        if (row.recipient, row.purpose, row.holder, row.is_shown) == (recipient, purpose, holder, True)
        and role in row.roles
        for name in row.field_ids
    }


@pytest.mark.parametrize(
    "decide",
    [nothing, one_agreed, two_agreed_to_different_things, one_agreed_and_another_refused, one_agreed_and_stopped],
)
def test_each_role_gets_exactly_what_the_family_page_says(
    small_world: World, decide: Callable[[World, UUID], None]
) -> None:
    world = small_world
    decide(world, another_parent(world))
    rows = world.hub.who_sees_what(world.parent, world.child).rows
    held = {one.id: own_fields(world, one.id) for one in PARTNERS}
    asked = {
        (rule.recipient, rule.purpose, role, rule.holder)
        for rule in SAMPLE.rules
        for role in SAMPLE.partners[rule.recipient].roles
    }
    opened = 0
    for recipient, purpose, role, holder in sorted(asked):
        got = fields_of(world.read(agency=recipient, purpose=purpose, role=role), holder)
        assert got == shown_to(rows, recipient, purpose, role, holder) & held[holder], (
            recipient,
            purpose,
            role,
            holder,
        )
        opened += len(got)
    assert opened > 0


def own_fields(world: World, holder: str) -> set[str]:
    """What a holder has in its own records."""
    role = min(SAMPLE.partners[holder].roles)
    return fields_of(world.read(agency=holder, purpose="own-record", role=role), holder)


def test_where_two_agreed_both_consents_stand_behind_the_row(small_world: World) -> None:
    two_agreed_to_different_things(small_world, other := another_parent(small_world))
    (row,) = [
        one for one in small_world.hub.who_sees_what(other, small_world.child).rows if one.is_shown and one.consent_ids
    ]
    answers = [
        line.consent_id
        for person in (small_world.parent, other)
        for line in small_world.hub.consents(person, small_world.child)
    ]
    assert set(row.consent_ids) == set(answers)
    assert len(answers) == 2


def second(basis: Basis, *roles: str) -> Protocol:
    """Another protocol, which gives one field of the sample on another basis, to these roles."""
    rules = [
        replace(rule, basis=basis, roles=frozenset(roles)) for rule in SAMPLE.rules if rule.id == "he-mental-health"
    ]
    return replace(SAMPLE, ref=ProtocolRef("second", 1), rules=tuple(rules))


def about(snapshot: Snapshot, facts: Facts) -> list[tuple[str, bool, tuple[str, ...]]]:
    """Basis, whether it is shown and to which roles, for the rows about one field."""
    rows = rows_of(snapshot, facts, snapshot.in_force(AT), at=AT)
    return [(row.basis, row.is_shown, row.roles) for row in rows if INVOLVED in row.field_ids]


def test_what_one_role_may_see_by_duty_is_never_called_a_choice_for_it() -> None:
    snapshot = compile_snapshot(CATALOGUE, [SAMPLE, second(Basis.LEGAL_OBLIGATION, "alnco")])
    assert about(snapshot, Facts()) == [
        ("consent", False, ("aln-officer",)),
        ("legal_obligation", True, ("alnco",)),
    ]


def test_a_role_without_a_rule_is_not_named_where_others_see_by_consent() -> None:
    consent = ConsentFact(
        consent_id=str(UUID(int=1)),
        holder="afon-health",
        recipient="dyffryn-education",
        purpose="aln-plan",
        mask=CATALOGUE.by_id[INVOLVED].bit,
        valid_from=AT - timedelta(days=1),
        valid_until=AT + timedelta(days=1),
        protocol=SAMPLE.ref,
    )
    snapshot = compile_snapshot(CATALOGUE, [SAMPLE])
    assert about(snapshot, Facts(consents=(consent,))) == [("consent", True, ("aln-officer", "alnco"))]


def test_a_barred_duty_is_closed_and_still_called_a_duty() -> None:
    snapshot = compile_snapshot(CATALOGUE, [SAMPLE, second(Basis.LEGAL_OBLIGATION, "alnco", "aln-officer")])
    barred = Facts(bars=(BarFact(BarKind.COURT_ORDER, CATALOGUE.by_id[INVOLVED].bit),))
    assert about(snapshot, barred) == [("legal_obligation", False, ("aln-officer", "alnco"))]


def test_a_task_that_was_objected_to_is_closed_and_still_called_a_task() -> None:
    snapshot = compile_snapshot(CATALOGUE, [SAMPLE, second(Basis.PUBLIC_TASK, "alnco", "aln-officer")])
    objected = Facts(objections=(ObjectionFact(HEALTH.id, EDUCATION.id, "aln-plan", CATALOGUE.by_id[INVOLVED].bit),))
    assert about(snapshot, objected) == [("public_task", False, ("aln-officer", "alnco"))]
