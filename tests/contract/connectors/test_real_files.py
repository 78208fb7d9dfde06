"""Every real file through its connector, held against figures counted in the files themselves.

Rows, resources, types and subjects were counted by scripts that know nothing of the connectors, before these were run;
the tests repeat the counting where that takes few lines (`raw_counts.py`).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from connectors.base import Assessment, Ignored, Rejected, Unit, source_at
from connectors.registry import connector
from policies import check_value, load_catalogue
from tests.contract.connectors.raw_counts import fhir_types, rows

CARRIED = {
    "Observation",
    "Condition",
    "DiagnosticReport",
    "CarePlan",
    "QuestionnaireResponse",
    "ClinicalImpression",
    "Goal",
}


@dataclass(frozen=True)
class Expected:
    """What a folder holds."""

    units: int
    assessments: int
    rejected: dict[str, int] = field(default_factory=dict)
    children: int = 0
    without_number: int = 0


HEALTH = {
    # 1,757 entries; 10 children with a hospital number each, none with an NHS number.
    "synthea-r4-children": Expected(units=1757, assessments=743, children=10),
    # 222 of carried types: 17 have no subject, one names it in words only, one is about a herd of a Group.
    # Six name a patient without a number: five contained ones, and one by an identifier of an unknown kind.
    "fhir-r4-spec-examples": Expected(
        units=581,
        assessments=203,
        rejected={"no_subject": 18, "subject_not_a_patient": 1},
        children=25,
        without_number=6,
    ),
    # 48 of carried types, of which two have no subject; three entries of a batch are requests.
    "uk-core": Expected(units=176, assessments=46, rejected={"no_subject": 2}, children=2),
    # R5: 8 files. STU3: a Bundle of 3 and one of 9.
    "fhir-wrong-version": Expected(units=20, assessments=0, rejected={"wrong_fhir_version": 20}),
    "nhs-pds": Expected(units=121, assessments=0),
    # Two JSON files are no resources, two files are CSV.
    "nhs-immunisation": Expected(units=27, assessments=0, rejected={"not_a_resource": 2}),
    "bulk-ndjson/10-patients": Expected(units=3839, assessments=555, children=13),
    # The log of the export has four lines that are no resources.
    "bulk-ndjson/100-patients": Expected(units=3310, assessments=0, rejected={"not_a_resource": 4}),
}

SOCIAL_CARE = {
    # 25,973 rows in ten tables (placed_for_adoption in two files that share one row) and one social worker, in 11 other
    # files nothing. reviews: 12,582 rows about 12,568 children and days; two rows repeat, twelve contradict another.
    "ssda903": Expected(units=25985, assessments=25959, rejected={"conflicting_repeat": 12}, children=2676),
    # 2,680 rows of 2020 and 1,863 of 2021; 1,510 say again what 2021 says anew, oc2 and oc3 are of their year.
    "ssda903-years": Expected(units=4543, assessments=3032, rejected={"conflicting_repeat": 1}, children=226),
    # Two children's numbers with three and two birth dates: none of the ten rows can be told apart.
    "ssda903-messy": Expected(units=10, assessments=0, rejected={"conflicting_birth_date": 10}),
}

CENSUS = Expected(units=10196, assessments=10181, children=9512)
"""9,498 pupils of one term, 683 who left in two terms; 15 files are other tables and schemas."""


def _read(kind: str, path: Path) -> list[Unit]:
    return list(connector(kind).read(source_at(str(path))))


def _found(units: list[Unit]) -> list[Assessment]:
    return [unit for unit in units if isinstance(unit, Assessment)]


def check_counts(units: list[Unit], expected: Expected) -> None:
    """Hold a reading against what was counted."""
    found = _found(units)
    assert len(units) == expected.units
    assert Counter(str(unit.reason) for unit in units if isinstance(unit, Rejected)) == expected.rejected
    assert len(found) == expected.assessments
    assert len({unit.local_number for unit in found} - {None}) == expected.children
    assert sum(unit.local_number is None for unit in found) == expected.without_number
    assert len({unit.reference for unit in found}) == len(found)
    assert len({unit.place for unit in units}) == len(units)


@pytest.mark.parametrize("folder", HEALTH)
def test_every_resource_of_a_health_folder_is_accounted_for(folder: str, shared: Path) -> None:
    units = _read("fhir-r4", shared / "data" / "health" / folder)
    check_counts(units, HEALTH[folder])


@pytest.mark.parametrize("folder", [name for name in HEALTH if name != "fhir-wrong-version"])
def test_types_agree_with_a_count_of_the_files_themselves(folder: str, shared: Path) -> None:
    path = shared / "data" / "health" / folder
    units, counted = _read("fhir-r4", path), fhir_types(path)
    assert sum(counted.values()) == len(units)
    assert Counter(unit.unit_type for unit in units if isinstance(unit, Ignored)) == Counter(
        {kind: count for kind, count in counted.items() if kind not in CARRIED and kind != "-"}
    )
    carried = sum(count for kind, count in counted.items() if kind in CARRIED)
    assert len(units) - sum(isinstance(unit, Ignored) for unit in units) == carried + counted["-"]


@pytest.mark.parametrize(
    ("kind", "folder"),
    [("fhir-r4", f"health/{name}") for name in ("synthea-r4-children", "fhir-r4-spec-examples", "uk-core")]
    + [("school-census", "education/school-census"), ("ssda903", "social_care/ssda903")],
)
def test_every_value_of_real_files_is_of_the_type_that_the_catalogue_says(kind: str, folder: str, shared: Path) -> None:
    catalogue = load_catalogue()
    found = _found(_read(kind, shared / "data" / folder))
    for unit in found:
        for field_id, value in unit.fields.items():
            check_value(catalogue.by_id[field_id], value)
    assert found


def test_no_synthea_child_has_an_nhs_number(shared: Path) -> None:
    found = _found(_read("fhir-r4", shared / "data" / "health" / "synthea-r4-children"))
    assert {number.kind.value for unit in found for number in unit.identifiers} == {"local"}


@pytest.mark.parametrize("folder", SOCIAL_CARE)
def test_every_row_of_a_return_is_accounted_for(folder: str, shared: Path) -> None:
    check_counts(_read("ssda903", shared / "data" / "social_care" / folder), SOCIAL_CARE[folder])


def test_rows_of_a_return_agree_with_a_count_of_the_files_themselves(shared: Path) -> None:
    folder = shared / "data" / "social_care" / "ssda903"
    not_tables = {"DoLo.csv", "rules_903_2024_25_rule_info.csv"}
    counted = {path.name: len(rows(path)) for path in folder.glob("*.csv") if path.name not in not_tables}
    others = [path for path in folder.rglob("*") if path.is_file() and path.name not in counted]
    units = _read("ssda903", folder)
    places = Counter(unit.place.partition(":")[0] for unit in units if ":" in unit.place)
    assert places == counted
    assert sum(counted.values()) == 25974
    assert Counter(unit.unit_type for unit in units if isinstance(unit, Ignored))["file"] == len(others) == 11


def test_wrong_check_letters_are_kept_and_flagged_and_never_valid(shared: Path) -> None:
    units = _found(_read("ssda903", shared / "data" / "social_care" / "ssda903" / "header.csv"))
    flags = Counter(flag for unit in units for flag in unit.flags)
    assert len(units) == 2675
    assert flags == {"upn_check_letter": 2568, "upn_authority": 107}  # 96 %; the rest names authorities below 201
    assert [len(unit.identifiers) for unit in units] == [1] * 2675
    assert not any(number.is_valid for unit in units for number in unit.identifiers)


def test_repeated_reviews_are_named_once(shared: Path) -> None:
    path = shared / "data" / "social_care" / "ssda903" / "reviews.csv"
    units, raw = _read("ssda903", path), rows(path)
    by_day = Counter((row["CHILD"], row["REVIEW"]) for row in raw)
    exact = Counter(tuple(row.values()) for row in raw)
    repeats = sum(count - 1 for count in exact.values())
    assert (len(raw), len(by_day), repeats) == (12582, 12568, 2)
    assert Counter(unit.unit_type for unit in units if isinstance(unit, Ignored)) == {"repeat": 2}
    assert sum(isinstance(unit, Rejected) for unit in units) == len(raw) - len(by_day) - repeats
    assert len(_found(units)) == len(by_day)


def test_the_newest_return_of_several_years_is_the_one_that_counts(shared: Path) -> None:
    folder = shared / "data" / "social_care" / "ssda903-years"
    units = _read("ssda903", folder)
    old, new = rows(folder / "2020-episodes.csv"), rows(folder / "2021-episodes.csv")
    again = {(row["CHILD"], row["DECOM"]) for row in old} & {(row["CHILD"], row["DECOM"]) for row in new}
    earlier = [unit for unit in units if isinstance(unit, Ignored) and unit.place.startswith("2020-episodes")]
    assert len(earlier) == len(again) == 84
    assert sum(unit.place.startswith("2021-episodes") for unit in _found(units)) == len(new) == 253


def test_every_pupil_and_every_leaver_is_accounted_for(shared: Path) -> None:
    check_counts(_read("school-census", shared / "data" / "education" / "school-census"), CENSUS)


def test_pupils_carry_their_needs_and_only_those_with_provision_have_additional_needs(shared: Path) -> None:
    folder = shared / "data" / "education" / "school-census"
    pupils = [unit for unit in _found(_read("school-census", folder)) if unit.unit_type == "pupil"]
    needs = {row["pupilonrolltableid"] for row in rows(folder / "2025_spring_senneeds.csv")}
    provision = Counter(row["senprovision"] for row in rows(folder / "2025_spring_pupilonroll.csv"))
    with_needs = [unit for unit in pupils if "education.aln.needs" in unit.fields]
    assert len(with_needs) == len(needs) == 3087
    assert sum("additional_needs" in unit.facts for unit in pupils) == 9498 - provision[""] - provision["N"] == 3730
    assert all("unknown_need_code" in unit.flags for unit in with_needs)
    codes = Counter(str(unit.fields.get("education.aln.provision", "")) for unit in pupils)
    assert codes == provision


def test_a_pupil_who_left_one_school_is_the_same_child_in_the_next(shared: Path) -> None:
    found = _found(_read("school-census", shared / "data" / "education" / "school-census"))
    pupils = {unit.local_number for unit in found if unit.unit_type == "pupil"}
    left = [unit for unit in found if unit.unit_type == "leaver"]
    assert len(left) == 375 + 308
    assert sum(unit.local_number in pupils for unit in left) == 357 + 304


def test_exclusions_are_counted_into_the_pupil(shared: Path) -> None:
    folder = shared / "data" / "education" / "school-census"
    pupils = [unit for unit in _found(_read("school-census", folder)) if unit.unit_type == "pupil"]
    counts = [unit.fields["education.exclusions"] for unit in pupils]
    assert sum(count for count in counts if isinstance(count, int)) == 10064
    assert sum(count != 0 for count in counts) == 1826
