"""The catalogue that ships: complete in both languages, and its ordinals never move."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from policies import Catalogue, CatalogueRefused, FieldType, Sensitivity, UnknownField, Words, load_catalogue
from policies.load_catalogue import FOLDER

LOCK = FOLDER / "ordinals.lock"
CONTRACT = {
    "identity.postcode": ("text", "ordinary", {"reveals_location"}),
    "health.original_document": ("document", "restricted", {"reveals_location", "original_document"}),
    "health.speech.receptive_language": ("text", "special", set()),
    "health.appointment_next": ("instant", "special", {"reveals_location"}),
    "education.school": ("code", "ordinary", {"reveals_location"}),
    "social_care.convicted": ("code", "restricted", {"criminal"}),
    "social_care.adoption.adopter_details": ("document", "restricted", {"adoption", "third_party"}),
    "plan.relationship_circle": ("document", "third_party", {"reveals_location", "relationship_circle"}),
}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


def all_words(catalogue: Catalogue) -> list[tuple[str, Words]]:
    found = [(f"{entry.id} title", entry.title) for entry in catalogue.fields]
    found += [(f"{entry.id} plain", entry.plain) for entry in catalogue.fields]
    found += [(f"group {group.id}", group.title) for group in catalogue.groups.values()]
    found += [(f"group {group.id} plain", group.plain) for group in catalogue.groups.values()]
    found += [(f"question {question.id}", question.words) for question in catalogue.questions.values()]
    for codes in catalogue.code_lists.values():
        found += [(f"codes {codes.id} {code}", label) for code, label in codes.labels.items()]
    return found


def test_at_least_eighty_fields_cover_three_sectors_and_the_plan(catalogue: Catalogue) -> None:
    assert len(catalogue.fields) >= 80
    assert {entry.id.split(".")[0] for entry in catalogue.fields} == {
        "identity", "health", "education", "social_care", "plan",
    }  # fmt: skip


def test_every_text_is_there_in_both_languages_and_is_not_the_english_again(catalogue: Catalogue) -> None:
    same = {name for name, words in all_words(catalogue) if words.en == words.cy}
    assert same == set()


def test_every_explanation_is_a_sentence_that_a_family_can_read(catalogue: Catalogue) -> None:
    for entry in catalogue.fields:
        for text in (entry.plain.en, entry.plain.cy):
            assert text[0].isupper(), entry.id
            assert text.endswith("."), entry.id
            assert 3 <= len(text.split()) <= 40, entry.id


def test_every_welsh_text_keeps_the_typographic_apostrophe(catalogue: Catalogue) -> None:
    assert [name for name, words in all_words(catalogue) if "'" in words.cy or "'" in words.en] == []


def test_every_field_is_in_exactly_one_group_and_every_group_has_a_field(catalogue: Catalogue) -> None:
    union = 0
    for group_id in catalogue.groups:
        mask = catalogue.in_group(group_id)
        assert mask != 0
        assert mask & union == 0
        union |= mask
    assert union == catalogue.everything


def test_a_group_for_consent_never_mixes_restricted_fields_with_others(catalogue: Catalogue) -> None:
    restricted = catalogue.of_sensitivity(Sensitivity.RESTRICTED)
    for group_id in catalogue.groups:
        mask = catalogue.in_group(group_id)
        assert mask & restricted in (0, mask), group_id


def test_ordinals_are_those_of_the_lock_file_and_a_new_field_is_added_to_it(catalogue: Catalogue) -> None:
    """Sealed records and signed protocols rest on ordinals: to renumber, retype or reuse one fails here.

    A new field: add its line to the lock. A field that goes out of use stays in the catalogue.
    """
    lines = [line for line in LOCK.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    locked = [tuple(line.split("\t")) for line in lines]
    found = [(str(entry.ordinal), entry.id, str(entry.type), str(entry.since)) for entry in catalogue.fields]
    assert found == locked
    assert [int(line[0]) for line in locked] == sorted({int(line[0]) for line in locked})


@pytest.mark.parametrize("field_id", CONTRACT)
def test_fields_that_connectors_rely_on_keep_type_sensitivity_and_tags(catalogue: Catalogue, field_id: str) -> None:
    entry = catalogue.by_id[field_id]
    kind, sensitivity, tags = CONTRACT[field_id]
    assert (entry.type, entry.sensitivity) == (kind, sensitivity)
    assert entry.tags >= tags


def test_everything_that_reveals_where_a_child_is_carries_the_tag(catalogue: Catalogue) -> None:
    hidden = set(catalogue.ids(catalogue.tagged("reveals_location")))
    telling = re.compile(
        r"address|postcode|phone|practice|clinic$|appointment|school$|narrative|original|circle|urn$"
        r"|placement\.(type|provider)|plan\.placement|travel|maintained_by|who_provides|clinician|social_worker$"
    )
    expected = {entry.id for entry in catalogue.fields if telling.search(entry.id)}
    told = {
        entry.id for entry in catalogue.fields if entry.tags & {"narrative", "original_document", "relationship_circle"}
    }
    assert {"plan.child_views", "education.aln.summary", "health.original_document"} <= told
    assert (expected | told) - hidden == set()


def test_masks_and_ids_are_each_other_s_inverse(catalogue: Catalogue) -> None:
    ids = tuple(sorted(entry.id for entry in catalogue.fields))
    assert catalogue.ids(catalogue.mask(ids)) == ids
    assert catalogue.ids(0) == ()
    assert catalogue.ids(1 << 4_000) == ()
    assert catalogue.known_mask(["no.such", "plan.outcome", "plan.outcome"]) == catalogue.by_id["plan.outcome"].bit
    with pytest.raises(UnknownField) as unknown:
        catalogue.mask(["plan.outcome", "no.such"])
    assert unknown.value.field_id == "no.such"


def test_a_mask_cut_by_group_is_whole_again_when_put_together(catalogue: Catalogue) -> None:
    cut = catalogue.by_group(catalogue.everything)
    assert set(cut) == set(catalogue.groups)
    assert sum(cut.values()) == catalogue.everything
    speech = catalogue.mask(["health.speech.fluency"])
    assert catalogue.by_group(speech) == {"health.speech": speech}


def test_only_coded_fields_have_code_lists_and_only_measured_ones_have_units(catalogue: Catalogue) -> None:
    for entry in catalogue.fields:
        assert entry.codes is None or entry.type in (FieldType.CODE, FieldType.CODE_LIST)
        assert entry.unit is None or entry.type in (FieldType.DECIMAL, FieldType.INTEGER, FieldType.TEXT)


# Catalogues that do not load


def first(old: str, new: str) -> Callable[[str], str]:
    return lambda text: text.replace(old, new, 1)


WRONG: dict[str, tuple[str, Callable[[str], str], str]] = {
    "no Welsh title": ("fields-identity.yaml", first("      cy: Enw cyntaf\n", ""), "`cy` is missing"),
    "no explanation": ("fields-identity.yaml", first("    plain:\n", "    plane:\n"), "`plane` is not known"),
    "no Welsh group": ("groups.yaml", first("      cy: Enw\n", ""), "`cy` is missing"),
    "ordinal twice": ("fields-identity.yaml", first("ordinal: 1\n", "ordinal: 0\n"), "ordinal 0 stands twice"),
    "id twice": ("fields-identity.yaml", first("id: identity.sex", "id: identity.address"), "stands twice"),
    "unknown type": ("fields-plan.yaml", first("type: text", "type: number"), "not one of the choices"),
    "unknown group": ("fields-plan.yaml", first("group: plan.voice", "group: plan.song"), "not in groups.yaml"),
    "unknown question": ("fields-plan.yaml", first("question: what", "question: why"), "not in questions.yaml"),
    "unknown codes": ("fields-identity.yaml", first("codes: sex", "codes: sexes"), "not in codes.yaml"),
    "codes of a text": ("fields-plan.yaml", first("type: text", "type: text\n    codes: sex"), "only a code has"),
    "from the future": ("fields-plan.yaml", first("type: text", "type: text\n    since: 9"), "after version 1"),
    "group without fields": ("groups.yaml", first("groups:\n", "groups:\n  - {id: g.empty, title: {en: a, cy: b}, "
                             "plain: {en: a, cy: b}}\n"), "has no field"),
    "no version": ("catalogue.yaml", lambda text: "version: none\n", "whole number"),
    "an alias": ("questions.yaml", lambda text: "questions: *q\n", "alias"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_catalogue_with_a_fault_does_not_load_and_says_where(name: str, tmp_path: Path) -> None:
    file, change, problem = WRONG[name]
    folder = tmp_path / "catalogue"
    shutil.copytree(FOLDER, folder)
    text = (folder / file).read_text(encoding="utf-8")
    changed = change(text)
    assert changed != text
    (folder / file).write_text(changed, encoding="utf-8")
    with pytest.raises(CatalogueRefused) as refused:
        load_catalogue(folder)
    hits = [error for error in refused.value.errors if problem in error.problem]
    assert hits, str(refused.value)
    assert all(Path(error.file).name == file and error.line >= 1 for error in hits)


def test_a_catalogue_with_a_file_missing_does_not_load(tmp_path: Path) -> None:
    folder = tmp_path / "catalogue"
    shutil.copytree(FOLDER, folder)
    (folder / "codes.yaml").unlink()
    with pytest.raises(CatalogueRefused, match=r"codes\.yaml: "):
        load_catalogue(folder)
