"""The matrix of a running hub: of the protocols that count now, for people of a partner and nobody else."""

from __future__ import annotations

from hub.database import unit_of_work
from hub.demo.people import ACCOUNTABLE, EDUCATION, HEALTH
from hub.directory.queries import parties
from policies.matrix import Sharing
from tests.hubs import World, postgres_world, small_world, sqlite_world, world  # noqa: F401


def test_the_matrix_says_what_the_hub_s_protocols_share(world: World) -> None:  # noqa: F811
    found = world.hub.matrix.now()
    (health,) = [table for table in found.tables if table.holder == HEALTH.id]
    columns = {(column.recipient, column.purpose): column for column in health.columns}
    bit = found.catalogue.by_id["health.speech.fluency"].bit
    assert columns[EDUCATION.id, "aln-plan"].cell(bit).sharing is Sharing.CONSENT
    assert columns[EDUCATION.id, "safeguarding"].cell(bit).sharing is Sharing.NEVER


def test_only_active_people_of_a_partner_get_it(small_world: World) -> None:  # noqa: F811
    matrix, people = small_world.hub.matrix, small_world.partnership.people
    assert matrix.for_person(small_world.parent) is None
    assert not matrix.is_open_to(small_world.parent)
    worker = people[ACCOUNTABLE.key]
    assert matrix.for_person(worker) is not None
    with unit_of_work(small_world.hub.engine) as connection:
        parties.update_person(connection, worker, {"is_active": False})
    assert matrix.for_person(worker) is None
