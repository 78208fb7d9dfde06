"""School census and SSDA903: pupils with their needs, rows of a return."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.base import Assessment, IdentifierKind, Ignored, LocalNumber, MemorySource, Rejected, Unit, source_at
from connectors.reasons import ReasonCode
from connectors.registry import connector

PUPILS = (
    "pupilonrolltableid,NativeId,dob,surname,forename,upn,formerupn,uniquelearnernumber,sex,"
    "senprovision,hoursatsetting\n"
)
NEEDS = "pupilonrolltableid,NativeId,senneedsorderseqcolumn,sentyperank,sentype\n"
HEADER = "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\n"
EPISODES = "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN\n"
EPISODE = "c1,01/02/2020,S,V2,N1,U1,PR1,,,,CF10 1AA,CF10 2BB,123\n"


def _folder(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def _read(kind: str, path: Path) -> list[Unit]:
    return list(connector(kind).read(source_at(str(path))))


def _pushed(kind: str, text: str) -> list[Unit]:
    return list(connector(kind).read(MemorySource("push.csv", text.encode())))


def _found(units: list[Unit]) -> list[Assessment]:
    return [unit for unit in units if isinstance(unit, Assessment)]


def _reasons(units: list[Unit]) -> list[ReasonCode]:
    return [unit.reason for unit in units if isinstance(unit, Rejected)]


def test_a_pupil_comes_with_ranked_needs(tmp_path: Path) -> None:
    pupil = PUPILS + "t1,SCH1,2015-Apr-25 00:00:00,Jones,Mari,L681404219077,,,F,S,25.50\n"
    needs = NEEDS + "t1,SCH1,2,2.0,SLCN\nt1,SCH1,3,1.0,ASD\nt1,SCH1,1,1.0,MLD\nt1,SCH1,4,,HI\n"
    (unit,) = _found(_read("school-census", _folder(tmp_path, pupils=pupil, needs=needs)))
    assert unit.unit_type == "pupil"
    assert unit.local_number == LocalNumber("school-census/pupil", "t1")
    assert unit.fields["education.aln.needs"] == ["MLD", "ASD", "SLCN", "HI"]
    assert unit.fields["education.aln.primary_need"] == "MLD"
    assert unit.fields["education.hours_at_setting"] == "25.50"
    assert unit.fields["identity.birth_date"] == "2015-04-25"
    assert unit.facts == {"additional_needs"}
    assert unit.flags == ()
    assert [(number.kind, number.is_valid) for number in unit.identifiers] == [(IdentifierKind.UPN, True)]


@pytest.mark.parametrize(("provision", "belongs"), [("", False), ("N", False), ("K", True), ("A", True), ("zz9", True)])
def test_additional_needs_follow_the_provision(provision: str, belongs: bool) -> None:
    (unit,) = _found(_pushed("school-census", PUPILS + f"t1,SCH1,,Jones,Mari,,,,F,{provision},\n"))
    assert ("additional_needs" in unit.facts) is belongs
    assert ("unknown_provision_code" in unit.flags) is (provision == "zz9")


def test_unknown_needs_are_kept_raw_and_flagged(tmp_path: Path) -> None:
    files = {"pupils": PUPILS + "t1,SCH1,,Jones,Mari,,,,F,S,\n", "needs": NEEDS + "t1,SCH1,1,1.0,73e987da\n"}
    (unit,) = _found(_read("school-census", _folder(tmp_path, **files)))
    assert unit.fields["education.aln.needs"] == ["73e987da"]
    assert unit.flags == ("unknown_need_code",)


def test_a_later_term_takes_the_place_of_an_earlier_one(tmp_path: Path) -> None:
    units = _read(
        "school-census",
        _folder(
            tmp_path,
            **{
                "2024_autumn_pupils": PUPILS + "t1,SCH1,,Jones,Mari,,,,F,K,\nt2,SCH1,,Evans,Ifan,,,,M,K,\n",
                "2025_spring_pupils": PUPILS + "t1,SCH2,,Jones,Mari,,,,F,E,\n",
                "2024_autumn_needs": NEEDS + "t1,SCH1,1,1.0,MLD\n",
                "2025_spring_needs": NEEDS + "t1,SCH2,1,1.0,SLCN\n",
            },
        ),
    )
    assert {unit.reference: unit.fields["education.school"] for unit in _found(units)} == {
        "pupil/t1": "SCH2",
        "pupil/t2": "SCH1",
    }
    assert _found(units)[0].fields["education.aln.needs"] == ["SLCN"]
    assert Ignored("2024_autumn_pupils.csv:2", "earlier term") in units


def test_needs_of_nobody_are_rejected_one_by_one(tmp_path: Path) -> None:
    files = {
        "pupils": PUPILS + "t1,SCH1,,Jones,Mari,,,,F,K,\n",
        "needs": NEEDS + "t9,SCH1,1,1.0,MLD\n,SCH1,1,1.0,MLD\n",
    }
    units = _read("school-census", _folder(tmp_path, **files))
    assert _reasons(units) == [ReasonCode.NO_MATCHING_PUPIL, ReasonCode.NO_KEY]
    assert len(_found(units)) == 1


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",SCH1,,Jones,Mari,,,,F,K,", ReasonCode.NO_KEY),
        ("t1,SCH1,31/02/2015,Jones,Mari,,,,F,K,", ReasonCode.INVALID_VALUE),
        ("t1,SCH1,,Jones,Mari,,,,F,K,many", ReasonCode.INVALID_VALUE),
        ("t1,SCH1,,Jones", ReasonCode.RAGGED_ROW),
        ("t0,SCH9,,Other,Child,,,,F,K,", ReasonCode.CONFLICTING_REPEAT),
    ],
)
def test_a_pupil_row_that_can_not_be_used_is_rejected_with_its_original(row: str, reason: ReasonCode) -> None:
    units = _pushed("school-census", PUPILS + f"t0,SCH1,,Evans,Ifan,,,,M,K,\n{row}\n")
    assert _reasons(units) == [reason]
    assert len(_found(units)) == 1
    (rejected,) = (unit for unit in units if isinstance(unit, Rejected))
    assert rejected.place == "push.csv:3"
    assert rejected.original is not None
    assert row in rejected.original.decode()


def test_leaving_a_school_is_a_record_of_its_own() -> None:
    leavers = "pupilnolongeronrolltableid,NativeId,dob,surname,upn,leavingdate\n"
    rows = "t1,SCH1,,Jones,,2024-Dec-03 00:00:00\nt1,SCH2,,Jones,,2025-Mar-03 00:00:00\n"
    found = _found(_pushed("school-census", leavers + rows))
    assert [unit.reference for unit in found] == ["leaver/t1/SCH1/2024-12-03", "leaver/t1/SCH2/2025-03-03"]
    assert {unit.local_number for unit in found} == {LocalNumber("school-census/pupil", "t1")}


def test_a_header_row_gives_identity_and_flags_a_wrong_upn() -> None:
    (unit,) = _found(_pushed("ssda903", HEADER + "c1,2,25/04/2015,WBRI,M681404219077,1.0,01/02/2031\n"))
    assert unit.local_number == LocalNumber("ssda903/child", "c1")
    assert unit.reference == "header/c1"
    assert dict(unit.fields) == {
        "identity.sex": "2",
        "identity.birth_date": "2015-04-25",
        "identity.ethnicity": "WBRI",
        "social_care.mother": "1",
        "social_care.mother_child_born_on": "2031-02-01",
    }
    assert unit.flags == ("upn_check_letter",)
    assert (unit.demographics.birth_date, unit.demographics.sex) == ("2015-04-25", "female")
    assert unit.facts == {"looked_after"}


def test_the_word_for_no_pupil_number_is_no_pupil_number() -> None:
    (unit,) = _found(_pushed("ssda903", HEADER + "c1,M,25/04/2015,WBRI,UN3,,\n"))
    assert (unit.identifiers, unit.flags, unit.demographics.sex) == ((), (), "male")


def test_an_episode_takes_its_birth_date_from_the_header(tmp_path: Path) -> None:
    files = {"header": HEADER + "c1,1,25/04/2015,WBRI,,,\n", "episodes": EPISODES + EPISODE}
    episode = next(
        unit for unit in _found(_read("ssda903", _folder(tmp_path, **files))) if unit.unit_type == "episodes"
    )
    assert episode.reference == "episodes/c1/2020-02-01"
    assert episode.assessed_on == "2020-02-01"
    assert episode.demographics.birth_date == "2015-04-25"
    assert "social_care.episode.ended_on" not in episode.fields


def test_one_number_for_two_children_stops_all_rows_of_it_and_no_others(tmp_path: Path) -> None:
    header = HEADER + "c1,1,25/04/2015,WBRI,,,\nc1,2,26/04/2017,WBRI,,,\nc2,1,01/01/2012,WBRI,,,\n"
    episodes = EPISODES + EPISODE + EPISODE.replace("c1", "c2")
    units = _read("ssda903", _folder(tmp_path, header=header, episodes=episodes))
    assert _reasons(units) == [ReasonCode.CONFLICTING_BIRTH_DATE] * 3
    assert {unit.local_number.value for unit in _found(units) if unit.local_number} == {"c2"}


def test_a_row_with_another_birth_date_than_the_header_is_rejected_alone(tmp_path: Path) -> None:
    header = HEADER + "c1,1,25/04/2015,WBRI,,,\n"
    reviews = "CHILD,DOB,REVIEW,REVIEW_CODE\nc1,25/04/2015,01/01/2024,PN1\nc1,26/04/2015,01/07/2024,PN1\n"
    units = _read("ssda903", _folder(tmp_path, header=header, reviews=reviews))
    assert _reasons(units) == [ReasonCode.CONFLICTING_BIRTH_DATE]
    assert len(_found(units)) == 2


def test_a_corrected_birth_date_counts_from_the_newest_return(tmp_path: Path) -> None:
    old, new = HEADER + "c1,1,25/04/2015,WBRI,,,\n", HEADER + "c1,1,26/04/2015,WBRI,,,\n"
    units = _read("ssda903", _folder(tmp_path, **{"2020-header": old, "2021-header": new}))
    assert [unit.fields["identity.birth_date"] for unit in _found(units)] == ["2015-04-26"]


def test_outcomes_of_each_year_stand_beside_each_other(tmp_path: Path) -> None:
    outcomes = "CHILD,DOB,SDQ_SCORE,SDQ_REASON,HEALTH_CHECK\nc1,25/04/2015,{},,1\n"
    files = {"2020-oc2": outcomes.format("12"), "2021-oc2": outcomes.format("41")}
    found = _found(_read("ssda903", _folder(tmp_path, **files)))
    assert {unit.reference: unit.fields["social_care.sdq.score"] for unit in found} == {
        "oc2/c1/2020": 12,
        "oc2/c1/2021": 41,
    }
    assert [unit.flags for unit in found] == [("sdq_score_out_of_range",), ()]


def test_stray_columns_and_dummy_codes_are_flagged_and_the_row_is_kept() -> None:
    text = EPISODES.strip() + ",TEST_COLUMN\n" + EPISODE.strip().replace(",S,", ",*DUMMY*,") + ",x\n"
    (unit,) = _found(_pushed("ssda903", text))
    assert unit.fields["social_care.episode.start_reason"] == "*DUMMY*"
    assert unit.flags == ("unknown_column", "unknown_code")


def test_partial_dates_of_earlier_permanence_are_kept_as_far_as_known() -> None:
    text = "CHILD,DOB,PREV_PERM,LA_PERM,DATE_PERM\n"
    for number, cell in enumerate(["xx/xx/2001", "xx/03/2001", "04/03/2001", "zz/zz/zzzz", ""]):
        text += f"c{number},25/04/2015,P1,,{cell}\n"
    found = _found(_pushed("ssda903", text))
    assert [unit.fields.get("social_care.previous_permanence_on") for unit in found] == [
        "2001",
        "2001-03",
        "2001-03-04",
        None,
        None,
    ]


def test_details_of_adopters_are_one_document() -> None:
    text = "CHILD,DOB,DATE_INT,DATE_MATCH,FOSTER_CARE,NB_ADOPTR,SEX_ADOPTR,LS_ADOPTR\n"
    (unit,) = _found(_pushed("ssda903", text + "c1,25/04/2015,01/02/2016,01/03/2016,0,2,MF,\n"))
    assert unit.fields["social_care.adoption.adopter_details"] == {
        "foster_care": "0",
        "nb_adoptr": "2",
        "sex_adoptr": "MF",
    }


def test_a_care_leaver_is_not_said_to_be_looked_after() -> None:
    (unit,) = _found(_pushed("ssda903", "CHILD,DOB,IN_TOUCH,ACTIV,ACCOM\nc1,25/04/2003,YES,F1,B\n"))
    assert unit.facts == {"care_leaver"}
