"""Files of standing properties: strict as protocols are, and what breaks one is told with a counter-example."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

import policies
from policies import PolicyFilesRefused, ProtocolsRefused, load_catalogue, load_protocols, parse_protocol
from policies.bars import BarKind
from policies.breaches import finding_of, unknown_names
from policies.checking import check
from policies.findings import Check
from policies.model import Basis, EraseBy, Period, ReadLimit, When
from policies.properties import (
    FILE_NAME,
    Property,
    Selection,
    Terms,
    load_properties,
    parse_properties,
)
from policies.proving import Breach, forbidden, prove
from tests.unit.policies.test_protocol_files import SMALL, line_of

CATALOGUE = load_catalogue()
SAMPLES = Path(policies.__file__).parent / "samples"
ON = date(2026, 11, 25)

HEAD = "format: dolen-properties/v1\nproperties:\n"
ONE = """\
  - id: speech
    words: {en: Speech, cy: Lleferydd}
    about: {fields: [health.speech.fluency]}
    never: true
"""


def read(text: str) -> tuple[Property, ...]:
    return parse_properties(text.encode(), CATALOGUE, file="properties.yaml")


def proved(text: str, protocol: str = SMALL) -> tuple[Breach, ...]:
    return prove(read(text), [parse_protocol(protocol.encode(), CATALOGUE, file="p.yaml")], CATALOGUE, since=ON)


def test_every_demand_and_every_selection_is_read_as_it_is_written() -> None:
    (one,) = read(
        HEAD
        + """\
  - id: all-of-it
    words: {en: All, cy: Popeth}
    about:
      fields: ["group:health.speech", "tag:adoption", "sensitivity:third_party", "health.vitals.*", education.school]
      holders: [afon]
      recipients: ["sector:school", bryn]
      roles: [alnco]
      purposes: [aln-plan]
    except: {purposes: [safeguarding]}
    only_on: [consent, override_only]
    only_when: {age_until: 16, live_tie: true}
    only_with: {no_onward_sharing: true, tell_family: true, reads: {most: 2, per: week}, erase_by: plan_ends}
    never_marked: true
    bars_hold: [third_party]
"""
    )
    mask = CATALOGUE.in_group("health.speech") | CATALOGUE.tagged("adoption")
    mask |= CATALOGUE.of_sensitivity(policies.Sensitivity.THIRD_PARTY) | CATALOGUE.mask(["education.school"])
    mask |= sum(entry.bit for entry in CATALOGUE.fields if entry.id.startswith("health.vitals."))
    assert one.about == Selection(
        mask, frozenset({"afon"}), frozenset({"sector:school", "bryn"}), frozenset({"alnco"}), frozenset({"aln-plan"})
    )
    assert one.exempt == Selection(purposes=frozenset({"safeguarding"}))
    assert one.only_on == {Basis.CONSENT, Basis.OVERRIDE_ONLY}
    assert one.only_when == When(age_until=16, live_tie=True)
    assert one.only_with == Terms(True, True, ReadLimit(2, Period.WEEK), EraseBy.PLAN_ENDS)
    assert (one.never, one.never_marked, one.bars_hold, one.line) == (False, True, {BarKind.THIRD_PARTY}, 3)


WRONG = {
    "another format": ("dolen-properties/v1", "dolen-properties/v2", "format:", "unknown format"),
    "unknown key": ("never: true", "nevver: true", "nevver", "not known here"),
    "no demand": ("    never: true\n", "", "- id: speech", "demands nothing"),
    "false demands nothing": ("never: true", "never: false", "never: false", "demands nothing"),
    "unknown field": ("health.speech.fluency", "health.speech.fluencey", "fluencey", "no field"),
    "unknown tag": ("health.speech.fluency", '"tag:nothing"', "tag:nothing", "no field"),
    "unknown sensitivity": ("health.speech.fluency", '"sensitivity:secret"', "sensitivity:", "no field"),
    "unknown sector": ("{fields: [health.speech.fluency]}", '{holders: ["sector:space"]}', "sector:space", "sector"),
    "empty selection": ("{fields: [health.speech.fluency]}", "{}", "about:", "nothing is selected"),
    "no Welsh": ("cy: Lleferydd", "cy: ''", "words:", "empty"),
    "unknown basis": ("never: true", "only_on: [goodwill]", "goodwill", "not one of the choices"),
    "as needed demands nothing": ("never: true", "only_with: {reads: as_needed}", "only_with", "demands nothing"),
    "no obligation": ("never: true", "only_with: {}", "only_with", "no obligation"),
    "an anchor": ("{en: Speech", "&a {en: Speech", "words:", "anchor"),
    "a key twice": ("never: true", "never: true\n    never: true", "", "twice"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_whatever_is_wrong_is_refused_with_its_line_and_a_remedy(name: str) -> None:
    old, new, needle, problem = WRONG[name]
    text = (HEAD + ONE).replace(old, new)
    assert text != HEAD + ONE
    with pytest.raises(PolicyFilesRefused) as refused:
        read(text)
    (error,) = refused.value.errors
    assert problem in error.problem
    assert error.remedy
    if needle:
        assert error.line == line_of(text, needle)


def test_an_id_twice_a_file_that_is_too_large_and_one_that_is_not_there_are_refused(tmp_path: Path) -> None:
    for content in (HEAD + ONE + ONE, HEAD + "# " + "x" * 2_000_000):
        with pytest.raises(PolicyFilesRefused):
            read(content)
    with pytest.raises(PolicyFilesRefused):
        load_properties(tmp_path / "nowhere.yaml", CATALOGUE)


def test_a_folder_of_protocols_may_have_its_properties_beside_them_but_no_protocol_of_that_name(tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(SMALL, encoding="utf-8")
    (tmp_path / FILE_NAME).write_text(HEAD + ONE, encoding="utf-8")
    (one,) = load_protocols(tmp_path, CATALOGUE)
    assert one.ref.id == "small"
    (tmp_path / FILE_NAME).write_text(SMALL.replace("id: small", "id: other"), encoding="utf-8")
    with pytest.raises(ProtocolsRefused, match="rename the file"):
        load_protocols(tmp_path, CATALOGUE)


def test_the_sample_properties_hold_for_the_sample_protocols_and_nothing_else_is_to_mend() -> None:
    protocols, properties = load_protocols(SAMPLES, CATALOGUE), load_properties(SAMPLES / FILE_NAME, CATALOGUE)
    assert prove(properties, protocols, CATALOGUE, since=ON) == ()
    assert list(unknown_names(properties, protocols)) == []
    assert check(protocols, CATALOGUE, on=ON, kept_back=forbidden(properties, protocols, CATALOGUE)) == ()


def test_a_broken_property_is_told_at_the_row_with_a_counter_example() -> None:
    (breach,) = proved(HEAD + ONE)
    finding = finding_of(breach)
    assert (finding.check, finding.file, finding.line) == (
        Check.BROKEN_PROPERTY, "p.yaml", line_of(SMALL, "id: row-one"),
    )  # fmt: skip
    for said in ("`speech` (properties.yaml:3)", "`health.speech.fluency`", "`afon`", "`bryn`", "`alnco`",
                 "`aln-plan`", "with a consent", "at 2026-11-25 00:00 UTC"):  # fmt: skip
        assert said in finding.problem


@pytest.mark.parametrize(
    ("demand", "is_broken"),
    [
        ("only_on: [consent]", False),
        ("only_on: [override_only]", True),
        ("only_with: {no_onward_sharing: true, erase_by: plan_ends, tell_family: true}", False),
        ("only_with: {reads: {most: 9, per: day}}", True),
        ("only_when: {live_tie: true}", True),
        ("never_marked: true", True),
        ("bars_hold: [hidden_location]", False),
    ],
)
def test_each_demand_on_one_row(demand: str, is_broken: bool) -> None:
    assert bool(proved((HEAD + ONE).replace("never: true", demand))) == is_broken


def test_what_is_exempt_and_what_is_not_meant_breaks_nothing() -> None:
    for more in ("    except: {roles: [alnco]}\n", "    except: {recipients: ['sector:education']}\n"):
        assert proved(HEAD + ONE + more) == ()
    for place in ("roles: [nurse]", "holders: [bryn]", "recipients: ['sector:health']", "purposes: [care]"):
        assert proved((HEAD + ONE).replace("about: {", f"about: {{{place}, ")) == ()


def test_a_name_that_no_protocol_has_is_a_notice_and_fails_nothing() -> None:
    properties = read((HEAD + ONE).replace("about: {", "about: {recipients: [brynn], roles: [alnco], "))
    (notice,) = unknown_names(properties, [parse_protocol(SMALL.encode(), CATALOGUE)])
    assert "`brynn`" in notice.problem
    assert "alnco" not in notice.problem
    assert not notice.fails


def test_a_field_is_meant_to_stay_where_every_way_to_share_it_is_forbidden() -> None:
    speech, protocols = CATALOGUE.mask(["health.speech.fluency"]), [parse_protocol(SMALL.encode(), CATALOGUE)]

    def is_meant(text: str) -> bool:
        return bool(forbidden(read(text), protocols, CATALOGUE) & speech)

    assert is_meant(HEAD + ONE)
    assert is_meant((HEAD + ONE).replace("about: {", "about: {roles: [alnco], purposes: [aln-plan], "))
    assert is_meant(HEAD + ONE + "    except: {recipients: ['sector:health']}\n"), "health holds it itself"
    for text in (
        (HEAD + ONE).replace("never: true", "only_on: [consent]"),
        (HEAD + ONE).replace("about: {", "about: {roles: [nurse], "),
        HEAD + ONE + "    except: {roles: [alnco]}\n",
    ):
        assert not is_meant(text)
