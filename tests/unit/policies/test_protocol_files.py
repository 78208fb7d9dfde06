"""Reading protocol files: what is good loads, and everything else is refused with file, line and remedy."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import policies
from policies import (
    NO_FACTS,
    AccessRequest,
    Basis,
    Catalogue,
    Condition,
    ConsentFact,
    Facts,
    Protocol,
    ProtocolError,
    ProtocolsRefused,
    Sensitivity,
    compile_snapshot,
    decide,
    load_catalogue,
    load_protocols,
    parse_protocol,
)

SAMPLES = Path(policies.__file__).parent / "samples"
SAMPLE = (SAMPLES / "three-partners.yaml").read_text(encoding="utf-8")
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)

SMALL = """\
format: dolen-protocol/v1
id: small
version: 1
kind: reciprocal
catalogue: 1
in_force_from: 2026-01-01
review_on: 2027-01-01
title: {en: Small, cy: Bach}
introduction: {en: A small protocol, cy: Protocol bach}
partners:
  - agency: afon
    name: {en: Afon, cy: Afon}
    sector: health
    designated_person: {en: Director, cy: Cyfarwyddwr}
    ask: {en: Office, cy: Swyddfa, contact: office@afon.example}
    roles: [clinician]
  - agency: bryn
    name: {en: Bryn, cy: Bryn}
    sector: education
    designated_person: {en: Director, cy: Cyfarwyddwr}
    ask: {en: Office, cy: Swyddfa, contact: office@bryn.example}
    roles: [alnco]
roles:
  - {code: clinician, title: {en: Clinician, cy: Clinigydd}}
  - {code: alnco, title: {en: Co-ordinator, cy: Cydlynydd}}
purposes:
  - {code: aln-plan, words: {en: To plan, cy: Cynllunio}}
admission:
  - {holder: afon, any_of: [all], words: {en: All, cy: Pawb}}
information:
  - id: row-one
    from: afon
    to: bryn
    roles: [alnco]
    purpose: aln-plan
    fields: [health.speech.fluency]
    basis: consent
    why: {en: To help, cy: I helpu}
    article_6: 6(1)(a)
    article_9: 9(2)(a)
    powers: [{act: Children Act 2004, section: section 25}]
    confidentiality: health_consent
    withheld_marker: true
    obligations: {no_onward_sharing: true, reads: as_needed, erase_by: consent_ends, tell_family: true}
retention:
  - {agency: afon, words: {en: Ten years, cy: Deng mlynedd}}
undertakings:
  benefits: {en: Help sooner, cy: Cymorth yn gynt}
  informing: {en: By a notice, cy: Drwy hysbysiad}
  rights: {en: Within a month, cy: O fewn mis}
  security: {en: Sealed, cy: Wedi’u selio}
  records: {en: Erased at the end, cy: Eu dileu ar y diwedd}
  complaints: {en: To the office, cy: I’r swyddfa}
"""

ROW = SMALL[SMALL.index("  - id: row-one") : SMALL.index("retention:")]


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


def line_of(text: str, needle: str) -> int:
    return text[: text.index(needle)].count("\n") + 1


def problems(text: str | bytes, catalogue: Catalogue) -> list[ProtocolError]:
    content = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(ProtocolsRefused) as refused:
        parse_protocol(content, catalogue, file="x.yaml")
    return list(refused.value.errors)


def swap(old: str, new: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        assert text.count(old) >= 1, old
        return text.replace(old, new, 1)

    return change


BOMB = "a: &a [x, x, x]\nb: &b [*a, *a, *a]\nc: [*b, *b, *b]\n"

# What is changed in SMALL; text on the line that must be named; a part of the problem.
WRONG: dict[str, tuple[Callable[[str], str], str, str]] = {
    "anchor bomb": (lambda text: BOMB + text, "a: &a", "an anchor"),
    "alias": (swap("contact: office@afon.example", "contact: *nowhere"), "*nowhere", "alias"),
    "tag": (swap("title: {en: Small", "title: !!python/object:os.system {en: Small"), "!!python", "a tag"),
    "merge key": (swap("version: 1", "version: 1\n<<: {kind: one_way}"), "<<:", "a key that is not a plain word"),
    "duplicate key": (swap("version: 1", "version: 1\nversion: 2"), "version: 2", "stands twice"),
    "unknown key": (swap("kind: reciprocal", "kind: reciprocal\nkinds: all"), "kinds: all", "not known here"),
    "unknown key in a row": (swap("    basis:", "    base: x\n    basis:"), "base: x", "not known here"),
    "missing key": (swap("review_on: 2027-01-01\n", ""), "format:", "`review_on` is missing"),
    "second document": (lambda text: text + "---\nformat: dolen-protocol/v1\n", "---", "second document"),
    "not YAML": (swap("version: 1", "version: 1: 2"), "version: 1: 2", "not YAML"),
    "a list on top": (lambda text: "- one\n", "- one", "a mapping is needed"),
    "wrong format": (swap("dolen-protocol/v1", "dolen-protocol/v9"), "format:", "unknown format"),
    "bad id": (swap("id: small", "id: Small Protocol"), "id: Small", "not a short name"),
    "version as text": (swap("version: 1", "version: '1'"), "version:", "whole number"),
    "version zero": (swap("version: 1", "version: 0"), "version:", "out of range"),
    "a date that is none": (swap("2027-01-01", "2027-02-30"), "review_on:", "there is no day 2027-02-30"),
    "a date in words": (swap("2027-01-01", "next year"), "review_on:", "a date is needed"),
    "a tab": (swap("    name: {en: Afon", "\tname: {en: Afon"), "\tname", "a tab"),
    "a comment that cuts a text": (
        swap("why: {en: To help, cy: I helpu}", "why:\n      en: To help # and after two agree\n      cy: I helpu"),
        "en: To help #", "would not be signed"),
    "a comment behind a power": (
        swap("powers: [{act: Children Act 2004, section: section 25}]",
             "powers:\n      - act: Children Act 2004\n        section: section 25 # and 26"),
        "section 25 #", "not be signed"),
    "a comma in a text in braces": (
        swap("why: {en: To help, cy: I helpu}", "why: {en: To help, at school, cy: I helpu}"),
        "at school", "not known"),
    "review before start": (swap("2027-01-01", "2025-06-01"), "review_on:", "not after the first day"),
    "unknown kind": (swap("kind: reciprocal", "kind: handshake"), "kind:", "not one of the choices"),
    "later catalogue": (swap("catalogue: 1", "catalogue: 99"), "catalogue:", "version 99 is not known"),
    "no Welsh": (swap("{en: Small, cy: Bach}", "{en: Small}"), "title:", "`cy` is missing"),
    "empty Welsh": (swap("{en: Small, cy: Bach}", "{en: Small, cy: ''}"), "title:", "the text is empty"),
    "null Welsh": (swap("{en: Small, cy: Bach}", "{en: Small, cy: ~}"), "title:", "the text is empty"),
    "text where a list is needed": (swap("roles: [alnco]\nroles", "roles: alnco\nroles"), "roles: alnco", "a list"),
    "unknown role at a partner": (swap("roles: [clinician]", "roles: [wizard]"), "[wizard]", "role `wizard`"),
    "partner twice": (swap("agency: bryn", "agency: afon"), "  - agency: afon", "stands twice"),
    "built-in purpose": (swap("code: aln-plan", "code: own-record"), "own-record", "built in"),
    "unknown sector": (swap("sector: health", "sector: police"), "sector: police", "not one of the choices"),
    "unknown condition": (swap("any_of: [all]", "any_of: [everyone]"), "everyone", "not one of the choices"),
    "admission of a stranger": (swap("holder: afon", "holder: cwm"), "holder: cwm", "partner `cwm`"),
    "unknown holder": (swap("from: afon", "from: cwm"), "from: cwm", "partner `cwm`"),
    "unknown recipient": (swap("to: bryn", "to: cwm"), "to: cwm", "partner `cwm`"),
    "to itself": (swap("to: bryn", "to: afon"), "to: afon", "shares with itself"),
    "a role of the other partner": (swap("    roles: [alnco]\n    purpose", "    roles: [clinician]\n    purpose"),
                                    "[clinician]\n    purpose", "role `clinician`"),
    "unknown purpose": (swap("purpose: aln-plan", "purpose: fishing"), "purpose: fishing", "purpose `fishing`"),
    "unknown field": (swap("health.speech.fluency", "health.speech.melody"), "health.speech.melody", "no field"),
    "unknown prefix": (swap("[health.speech.fluency]", '["health.song.*"]'), "health.song", "no field"),
    "unknown group": (swap("[health.speech.fluency]", '["group:health.song"]'), "group:health.song", "no field"),
    "no field at all": (swap("[health.speech.fluency]", "[]"), "fields: []", "at least one entry"),
    "unknown basis": (swap("basis: consent", "basis: legitimate_interest"), "basis: l", "not one of the choices"),
    "unknown Article 6": (swap("6(1)(a)", "6(1)(z)"), "6(1)(z)", "Article 6 basis"),
    "unknown Article 9": (swap("9(2)(a)", "9(2)(z)"), "9(2)(z)", "Article 9 condition"),
    "special without Article 9": (swap("    article_9: 9(2)(a)\n", ""), "fields: [health", "names no Article 9"),
    "task on another article": (swap("basis: consent", "basis: public_task"), "article_6", "goes with Article 6(1)(e)"),
    "duty on another article": (swap("basis: consent", "basis: legal_obligation"), "article_6", "with Article 6(1)(c)"),
    "criminal without Article 10": (swap("[health.speech.fluency]", "[social_care.convicted]"),
                                    "social_care.convicted", "names no Article 10"),
    "restricted by group": (swap("[health.speech.fluency]", '["group:social_care.adoption"]'),
                            "group:social_care.adoption", "brings in the restricted field"),
    "restricted by prefix": (swap("[health.speech.fluency]", '["health.*"]'), '["health.*"]', "brings in"),
    "marker on restricted": (swap("[health.speech.fluency]", "[health.mental_health.summary]"),
                             "withheld_marker:", "a marker would say"),
    "no power": (swap("powers: [{act: Children Act 2004, section: section 25}]", "powers: []"), "powers:", "a list"),
    "power without a section": (swap("section: section 25", "section: all of it"), "powers:", "names its section"),
    "marker as yes": (swap("withheld_marker: true", "withheld_marker: yes"), "withheld_marker:", "true or false"),
    "unknown obligation": (swap("reads: as_needed", "reads: sometimes"), "obligations:", "a limit of reads"),
    "retention of a stranger": (swap("{agency: afon, words", "{agency: cwm, words"), "agency: cwm", "partner `cwm`"),
    "row id twice": (swap(ROW, ROW + ROW), "retention", "the row id `row-one` stands twice"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_named_with_its_line_and_a_remedy(name: str, catalogue: Catalogue) -> None:
    change, at, problem = WRONG[name]
    text = change(SMALL)
    found = problems(text, catalogue)
    assert all(error.file == "x.yaml" and error.remedy for error in found)
    expected = line_of(text, at)
    if name == "row id twice":
        expected = line_of(text, "retention:") - ROW.count("\n")
    if name == "partner twice":
        expected = line_of(text, "partners:") + 1
    assert any(error.line == expected and problem in error.problem for error in found), (expected, [*map(str, found)])


def test_the_small_protocol_itself_loads(catalogue: Catalogue) -> None:
    """Without this the table above could pass because of something else that is wrong with SMALL."""
    assert parse_protocol(SMALL.encode(), catalogue).ref.id == "small"


def test_one_field_on_two_bases_is_refused_where_role_and_purpose_meet(catalogue: Catalogue) -> None:
    second = ROW.replace("row-one", "row-two").replace("basis: consent", "basis: public_task")
    text = SMALL.replace(ROW, ROW + second.replace("6(1)(a)", "6(1)(e)"))
    (error,) = problems(text, catalogue)
    assert (error.line, "two bases" in error.problem) == (line_of(text, "  - id: row-two"), True)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "empty"),
        (b"# only a remark\n", "empty"),
        (b"format: \xff\xfe\n", "not UTF-8"),
        (b"format: a\nid: b\x07\n", "character"),
        (b"[" * 5_000, "nested deeper"),
        (b"a: " + b"[" * 20 + b"]" * 20, "nested deeper"),
        (b"- x\n" * 60_000, "more than 50000 entries"),
        (b"x" * (1024 * 1024 + 1), "at most 1048576"),
    ],
)
def test_hostile_bytes_are_refused_before_they_are_understood(
    content: bytes, problem: str, catalogue: Catalogue
) -> None:
    (error,) = problems(content, catalogue)
    assert problem in error.problem
    assert error.line >= 1


def test_a_file_of_fifty_megabytes_is_not_read_to_its_end(tmp_path: Path, catalogue: Catalogue) -> None:
    huge = tmp_path / "huge.yaml"
    with huge.open("wb") as file:
        file.truncate(50 * 1024 * 1024)
    with pytest.raises(ProtocolsRefused, match="at most 1048576"):
        load_protocols(tmp_path, catalogue)


def test_a_missing_folder_an_empty_folder_and_an_unreadable_file_permit_nothing(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    for folder in (tmp_path / "nowhere", tmp_path):
        with pytest.raises(ProtocolsRefused) as refused:
            load_protocols(folder, catalogue)
        assert [error.file for error in refused.value.errors] == [str(folder)]
    (tmp_path / "gone.yaml").symlink_to(tmp_path / "nothing-here")
    with pytest.raises(ProtocolsRefused, match=r"gone\.yaml: "):
        load_protocols(tmp_path, catalogue)


def test_one_broken_file_refuses_the_good_ones_too_and_all_problems_are_told(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    (tmp_path / "good.yaml").write_text(SMALL, encoding="utf-8")
    bad = SMALL.replace("basis: consent", "basis: guess").replace("{agency: afon, words", "{agency: cwm, words")
    (tmp_path / "bad.yml").write_text(bad, encoding="utf-8")
    with pytest.raises(ProtocolsRefused) as refused:
        load_protocols(tmp_path, catalogue)
    assert [(error.file, error.line) for error in refused.value.errors] == [
        (str(tmp_path / "bad.yml"), line_of(bad, "basis: guess")),
        (str(tmp_path / "bad.yml"), line_of(bad, "{agency: cwm")),
    ]


def test_two_files_with_one_version_and_versions_out_of_order_are_refused(tmp_path: Path, catalogue: Catalogue) -> None:
    (tmp_path / "a.yaml").write_text(SMALL, encoding="utf-8")
    (tmp_path / "b.yaml").write_text(SMALL, encoding="utf-8")
    with pytest.raises(ProtocolsRefused, match="stands in two files"):
        load_protocols(tmp_path, catalogue)
    (tmp_path / "b.yaml").write_text(SMALL.replace("version: 1", "version: 2"), encoding="utf-8")
    with pytest.raises(ProtocolsRefused, match="does not begin after"):
        load_protocols(tmp_path, catalogue)


def test_a_partner_that_the_directory_does_not_have_is_refused_with_its_line(catalogue: Catalogue) -> None:
    with pytest.raises(ProtocolsRefused) as refused:
        parse_protocol(SMALL.encode(), catalogue, agencies=["afon"])
    assert [error.line for error in refused.value.errors] == [line_of(SMALL, "agency: bryn")]


def test_a_byte_order_mark_from_an_editor_is_harmless(catalogue: Catalogue) -> None:
    assert parse_protocol(b"\xef\xbb\xbf" + SMALL.encode(), catalogue).ref.version == 1


def test_a_group_never_stretches_to_a_field_that_the_partners_did_not_sign(catalogue: Catalogue) -> None:
    """A protocol names the catalogue version that it was agreed on; a later field of the group stays out."""
    later = policies.Field(
        id="health.speech.new",
        ordinal=999,
        type=policies.FieldType.TEXT,
        sensitivity=Sensitivity.SPECIAL,
        group="health.speech",
        question="communication",
        title=policies.Words("New", "Newydd"),
        plain=policies.Words("New", "Newydd"),
        since=2,
    )
    wider = Catalogue(2, (*catalogue.fields, later), catalogue.groups, catalogue.questions, catalogue.code_lists)
    text = SMALL.replace("[health.speech.fluency]", '["group:health.speech", "health.speech.*"]').encode()
    assert parse_protocol(text, wider).rules[0].mask == catalogue.in_group("health.speech")
    agreed_again = text.replace(b"catalogue: 1", b"catalogue: 2")
    assert parse_protocol(agreed_again, wider).rules[0].mask == wider.in_group("health.speech")


# The sample protocol that ships


@pytest.fixture(scope="module")
def sample(catalogue: Catalogue) -> Protocol:
    return policies.load_protocol(SAMPLES / "three-partners.yaml", catalogue)


def test_the_sample_keeps_restricted_fields_out_of_normal_reads_and_third_parties_out_altogether(
    sample: Protocol, catalogue: Catalogue
) -> None:
    restricted = catalogue.of_sensitivity(Sensitivity.RESTRICTED)
    third_party = catalogue.of_sensitivity(Sensitivity.THIRD_PARTY)
    for rule in sample.rules:
        assert rule.mask & third_party == 0, rule.id
        assert rule.basis is Basis.OVERRIDE_ONLY or rule.mask & restricted == 0, rule.id


def test_the_sample_gives_education_duties_at_once_and_speech_only_on_consent(
    sample: Protocol, catalogue: Catalogue
) -> None:
    snapshot = compile_snapshot(catalogue, [sample])
    request = AccessRequest("dyffryn-education", "alnco", "aln-plan", "afon-health", catalogue.everything, NOW)
    speech = catalogue.in_group("health.speech")
    before = decide(snapshot, request, NO_FACTS)
    assert "health.care_plan.title" in catalogue.ids(before.by_obligation)
    assert "health.hearing.result" in catalogue.ids(before.by_task)
    assert (before.by_consent, before.allowed & speech, before.withheld_shown & speech) == (0, 0, speech)
    assert {office.agency for office in before.whom_to_ask} == {"afon-health"}
    assert "health.mental_health.summary" not in catalogue.ids(before.withheld_shown)

    until = NOW + timedelta(days=1)
    fact = ConsentFact("c-1", "afon-health", "dyffryn-education", "aln-plan", speech, NOW, until, sample.ref)
    after = decide(snapshot, request, Facts(consents=(fact,)))
    assert after.allowed == before.allowed | speech
    assert (after.by_consent, after.consent_ids) == (speech, ("c-1",))
    assert snapshot.askable(recipient="dyffryn-education", purpose="aln-plan", holder="afon-health", at=NOW) & speech


def test_consent_is_asked_only_for_what_a_protocol_in_force_shares_on_consent(
    sample: Protocol, catalogue: Catalogue
) -> None:
    snapshot = compile_snapshot(catalogue, [sample])
    education = {"recipient": "dyffryn-education", "purpose": "aln-plan", "holder": "dyffryn-social-care"}
    expected = catalogue.in_group("social_care.sdq") | catalogue.mask(
        ["social_care.assessment_summary", "social_care.category_of_need"]
    )
    assert snapshot.askable(**education, at=NOW) == expected
    for name in education:
        assert snapshot.askable(**{**education, name: "unheard-of"}, at=NOW) == 0
    assert snapshot.askable(**education, at=datetime(2028, 8, 31, tzinfo=UTC)) == 0


def test_the_sample_lapses_at_its_review_date_and_not_a_moment_later(sample: Protocol, catalogue: Catalogue) -> None:
    snapshot = compile_snapshot(catalogue, [sample])
    review = datetime(2028, 8, 31, tzinfo=UTC)
    found = {
        at: decide(
            snapshot,
            AccessRequest("dyffryn-education", "alnco", "aln-plan", "afon-health", catalogue.everything, at),
            NO_FACTS,
        )
        for at in (review - timedelta(microseconds=1), review)
    }
    assert found[review - timedelta(microseconds=1)].allowed != 0
    assert (found[review].allowed, found[review].withheld_shown) == (0, 0)
    assert found[review].otherwise is policies.Reason.PROTOCOL_LAPSED
    own = AccessRequest("afon-health", "clinician", "aln-plan", "afon-health", catalogue.everything, review)
    assert decide(snapshot, own, NO_FACTS).by_own_record == catalogue.everything


@pytest.mark.parametrize(
    ("holder", "conditions", "belongs"),
    [
        ("dyffryn-education", {Condition.ADDITIONAL_NEEDS}, True),
        ("dyffryn-education", {Condition.LOOKED_AFTER}, True),
        ("dyffryn-education", {Condition.CARE_AND_SUPPORT}, False),
        ("dyffryn-education", set(), False),
        ("afon-health", set(), True),
        ("dyffryn-social-care", {Condition.CARE_AND_SUPPORT}, True),
        ("dyffryn-social-care", {Condition.ADDITIONAL_NEEDS}, False),
        ("unheard-of", {Condition.ALL, Condition.LOOKED_AFTER}, False),
    ],
)
def test_who_belongs_here_is_what_the_protocol_says_for_that_holder(
    sample: Protocol, catalogue: Catalogue, holder: str, conditions: set[Condition], belongs: bool
) -> None:
    assert policies.admits(sample, holder, conditions) is belongs
    snapshot = compile_snapshot(catalogue, [sample])
    assert snapshot.admits(holder, conditions, at=NOW) is belongs
    assert snapshot.admits(holder, conditions, at=datetime(2028, 9, 1, tzinfo=UTC)) is False


def test_every_text_of_the_sample_differs_between_the_languages(sample: Protocol) -> None:
    """Names can be alike in both; sentences can't, unless somebody forgot to translate."""
    said = [rule.why for rule in sample.rules] + [purpose.words for purpose in sample.purposes.values()]
    said += [admission.words for admission in sample.admission] + [entry.words for entry in sample.retention]
    assert all(words.en != words.cy for words in [sample.title, sample.introduction, *said])
