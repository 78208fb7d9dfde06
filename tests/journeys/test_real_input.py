"""Files that nobody here wrote, through the whole hub: every unit accounted for, and the same again changes nothing.

Expected figures: counted in the raw files (`tests/contract/connectors/raw_counts.py`). Types, rows, subjects and check
letters were counted before a connector was run; totals of repeats, conflicts and units without a number after it.
The demo's admission rule admits everybody, so what is not created was ignored by type or is in quarantine.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import Select, func, select

from connectors.base import source_at
from hub.database import reading
from hub.demo.people import EDUCATION, HEALTH, SOCIAL_CARE
from hub.directory.tables import identifier
from tests.hubs import Template, copy_of

pytestmark = [pytest.mark.shared, pytest.mark.timeout(600)]


@dataclass(frozen=True, slots=True)
class Expected:
    """A set of files, and what must become of its units."""

    path: str
    agency_id: str
    kind: str
    read: int
    carried: int
    quarantined: int
    reasons: dict[str, int] = field(default_factory=dict)
    is_main: bool = False

    @property
    def ignored(self) -> int:
        """Units of types that the kind does not carry, and repeats."""
        return self.read - self.carried - self.quarantined


SETS = [
    Expected("health/synthea-r4-children", HEALTH.id, "fhir-r4", 1757, 743, 0, is_main=True),
    Expected(
        "health/fhir-r4-spec-examples",
        HEALTH.id,
        "fhir-r4",
        581,
        197,
        25,
        {"no_local_number": 6, "no_subject": 18, "subject_not_a_patient": 1},
    ),
    Expected("health/uk-core", HEALTH.id, "fhir-r4", 176, 46, 2, {"no_subject": 2}),
    Expected("health/fhir-wrong-version", HEALTH.id, "fhir-r4", 20, 0, 20, {"wrong_fhir_version": 20}),
    Expected("education/school-census", EDUCATION.id, "school-census", 10196, 10181, 0, is_main=True),
    Expected(
        "social_care/ssda903", SOCIAL_CARE.id, "ssda903", 25985, 25959, 12, {"conflicting_repeat": 12}, is_main=True
    ),
    Expected("social_care/ssda903-messy", SOCIAL_CARE.id, "ssda903", 10, 0, 10, {"conflicting_birth_date": 10}),
    Expected("social_care/ssda903-years", SOCIAL_CARE.id, "ssda903", 4543, 3032, 1, {"conflicting_repeat": 1}),
]


@pytest.mark.parametrize("expected", SETS, ids=lambda one: one.path)
def test_every_unit_of_a_real_set_is_accounted_for(
    sqlite_world: Template, tmp_path: Path, shared: Path, expected: Expected
) -> None:
    _bring(sqlite_world, tmp_path, shared, expected)


@pytest.mark.postgres
@pytest.mark.parametrize("expected", [SETS[0], SETS[7]], ids=lambda one: one.path)
def test_real_sets_come_out_the_same_on_postgresql(
    postgres_world: Template, tmp_path: Path, shared: Path, expected: Expected
) -> None:
    _bring(postgres_world, tmp_path, shared, expected)


def _bring(template: Template, folder: Path, shared: Path, expected: Expected) -> None:
    source = source_at(str(shared / "data" / expected.path))
    with copy_of(template, folder) as world:
        first = world.hub.sync(expected.agency_id, expected.kind, source)
        again = world.hub.sync(expected.agency_id, expected.kind, source)
    assert first.read == expected.read
    assert first.created + first.updated + first.unchanged == expected.carried
    assert (first.quarantined, first.ignored, first.out_of_scope) == (expected.quarantined, expected.ignored, 0)
    assert dict(first.reasons) == expected.reasons
    assert (again.read, again.created, again.updated, again.unchanged) == (expected.read, 0, 0, expected.carried)
    if expected.is_main:
        carried_and_admitted = first.read - first.ignored - first.out_of_scope
        assert first.created >= 0.95 * carried_and_admitted


def test_wrong_check_letters_are_kept_and_flagged_and_never_matched_on(
    sqlite_world: Template, tmp_path: Path, shared: Path
) -> None:
    source = source_at(str(shared / "data" / "social_care" / "ssda903" / "header.csv"))
    with copy_of(sqlite_world, tmp_path) as world:
        with reading(world.hub.engine) as connection:
            before = connection.execute(_upns(is_valid=False)).scalar_one()
        report = world.hub.sync(SOCIAL_CARE.id, "ssda903", source)
        with reading(world.hub.engine) as connection:
            kept = connection.execute(_upns(is_valid=False)).scalar_one() - before
            matchable = connection.execute(
                _upns(is_valid=False).where(identifier.c.match_index.is_not(None))
            ).scalar_one()
    assert report.created == 2675
    assert report.flags["upn_check_letter"] == 2568  # 96 %
    assert kept == 2675  # the other 107 name an authority that there is not
    assert matchable == 0


def _upns(*, is_valid: bool) -> Select[tuple[int]]:
    return (
        select(func.count())
        .select_from(identifier)
        .where(
            identifier.c.agency_id == SOCIAL_CARE.id,
            identifier.c.kind == "upn",
            identifier.c.is_valid.is_(is_valid),
        )
    )


def test_synthea_children_have_no_nhs_number_and_are_known_by_their_hospital_number(
    sqlite_world: Template, tmp_path: Path, shared: Path
) -> None:
    source = source_at(str(shared / "data" / "health" / "synthea-r4-children"))
    with copy_of(sqlite_world, tmp_path) as world:
        with reading(world.hub.engine) as connection:
            before = dict(connection.execute(_kinds()).all())
        world.hub.sync(HEALTH.id, "fhir-r4", source)
        with reading(world.hub.engine) as connection:
            after = dict(connection.execute(_kinds()).all())
    assert after["nhs_number"] == before["nhs_number"]
    assert after["local"] >= before["local"] + 10


def _kinds() -> Select[tuple[str, int]]:
    return (
        select(identifier.c.kind, func.count()).where(identifier.c.agency_id == HEALTH.id).group_by(identifier.c.kind)
    )
