"""A table of rows into a draft: good rows are taken, bad ones told one by one, and nothing else of the draft moves."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

import policies
from policies import ProtocolsRefused, load_catalogue, load_protocol, parse_protocol
from policies.canonical import digest
from policies.documents.export_table import table_of
from policies.documents.frame import frame_for
from policies.documents.import_table import DraftRefused, Imported, import_rows
from policies.documents.table import COLUMNS, MAX_ROWS, REQUIRED, GridRow, TableRefused, read_rows
from tests.unit.policies.test_protocol_files import ROW, SMALL, line_of

CATALOGUE = load_catalogue()
SAMPLES = [
    path for path in sorted((Path(policies.__file__).parent / "samples").glob("*.yaml")) if path.stem != "properties"
]
GOOD = {
    "id": "row-two",
    "from": "afon",
    "to": "bryn",
    "roles": "alnco",
    "purpose": "aln-plan",
    "fields": "health.hearing.result; health.vision.result",
    "basis": "public_task",
    "why_en": 'Teaching fits: "so", #1 {not a map} [or: list] & *alias',
    "why_cy": "Mae’r addysgu’n gweddu: ŵ ŷ â",
    "article_6": "6(1)(e)",
    "article_9": "9(2)(g)",
    "powers": "Children Act 2004, section 25; Data Protection Act 2018, Schedule 1, paragraph 6",
    "confidentiality": "health_public_interest",
    "withheld_marker": "TRUE",
    "age_from": "3",
    "levels": "1; 2",
    "no_onward_sharing": "true",
    "reads": "3 per week",
    "erase_by": "plan_ends",
    "tell_family": "false",
}


def grid(*rows: Mapping[str, str], head: tuple[str, ...] = COLUMNS) -> list[GridRow]:
    lines = [head, *(tuple(row.get(column, "") for column in head) for row in rows)]
    return [GridRow(at + 1, cells, {}) for at, cells in enumerate(lines)]


def taken(*rows: Mapping[str, str], draft: str = SMALL) -> Imported:
    return import_rows(read_rows(grid(*rows)), draft, CATALOGUE, file="draft.yaml")


def test_a_good_row_is_in_the_draft_with_everything_that_its_cells_say() -> None:
    imported = taken(GOOD)
    assert imported.accepted == len(imported.report) == 1
    rules = {rule.id: rule for rule in parse_protocol(imported.content.encode(), CATALOGUE).rules}
    rule = rules["row-two"]
    assert (rule.why.en, rule.why.cy) == (GOOD["why_en"], GOOD["why_cy"])
    assert [power.section for power in rule.powers] == ["section 25", "Schedule 1, paragraph 6"]
    assert (rule.when.age_from, rule.when.levels, rule.withheld_marker) == (3, {1, 2}, True)
    assert rule.obligations.reads == policies.model.ReadLimit(3, policies.model.Period.WEEK)


def test_what_stood_in_the_draft_stays_as_it_was() -> None:
    marked = SMALL.replace("retention:", "\n# kept for a reason\nretention:").replace("bryn\n", "bryn  # a remark\n", 1)
    content = taken(GOOD, draft=marked).content
    before, mark, after = marked.partition("\n# kept for a reason")
    assert content.startswith(before)
    assert content.endswith(mark + after)
    assert content.removeprefix(before).startswith("  - id: row-two\n")


MARGIN = ROW.replace("\n    ", "\n  ").replace("  - id", "- id", 1)


@pytest.mark.parametrize(
    "draft",
    [
        SMALL[: SMALL.index("information:")] + SMALL[SMALL.index("retention:") :],
        SMALL[: SMALL.index("information:")] + "information: []\n" + SMALL[SMALL.index("retention:") :],
        SMALL[: SMALL.index("information:")] + "information:\n" + SMALL[SMALL.index("retention:") :],
        SMALL.replace("\n", "\r\n"),
        SMALL.replace(ROW, MARGIN),
    ],
    ids=["no key", "an empty list", "nothing below the key", "lines of Windows", "rows at the margin"],
)
def test_rows_find_their_place_however_the_draft_is_written(draft: str) -> None:
    imported = taken(GOOD, draft=draft)
    assert imported.accepted == 1, imported.report
    assert "row-two" in {rule.id for rule in parse_protocol(imported.content.encode(), CATALOGUE).rules}


BAD: dict[str, tuple[dict[str, str], str, str]] = {
    "formula": ({"why_en": "=HYPERLINK(1)"}, "why_en", "a formula"),
    "plus": ({"why_en": "+1"}, "why_en", "a formula"),
    "minus": ({"condition": "-"}, "condition", "a formula"),
    "at": ({"why_cy": " @SUM(1)"}, "why_cy", "a formula"),
    "full-width": ({"why_en": "＝1+1"}, "why_en", "a formula"),
    "control character": ({"why_en": "a\x07b"}, "why_en", "control character"),
    "turned direction": ({"why_en": "a\u202eb"}, "why_en", "control character"),
    "line separator": ({"why_en": "a\u2028b"}, "why_en", "control character"),
    "too long": ({"why_en": "x" * 4_001}, "why_en", "longer than"),
    "no Welsh": ({"why_cy": " "}, "why_cy", "empty"),
    "unknown field": ({"fields": "health.song"}, "fields", "no field"),
    "no field": ({"fields": ";;"}, "fields", "the list is empty"),
    "unknown partner": ({"to": "cwm"}, "to", "partner `cwm`"),
    "unknown role": ({"roles": "alnco;wizard"}, "roles", "role `wizard`"),
    "unknown basis": ({"basis": "because"}, "basis", "not one of the choices"),
    "no Article 9": ({"article_9": ""}, "fields", "names no Article 9"),
    "wrong article": ({"article_6": "6(1)(a)"}, "article_6", "goes with Article"),
    "power without section": ({"powers": "Children Act 2004"}, "powers", "Act or section"),
    "flag as yes": ({"tell_family": "yes"}, "tell_family", "true or false"),
    "age as text": ({"age_from": "three"}, "age_from", "whole number"),
    "level as text": ({"levels": "1;high"}, "levels", "whole number"),
    "reads as text": ({"reads": "often"}, "reads", "limit of reads"),
    "reads per eon": ({"reads": "3 per eon"}, "reads", "not one of the choices"),
    "id of another row": ({"id": "row-one"}, "id", "stands twice"),
    "YAML in an id": ({"id": "x}\n- {id: y"}, "id", "not a short name"),
    "two bases": ({"fields": "health.speech.fluency"}, "id", "two bases"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_row_is_told_with_its_column_and_takes_no_other_along(name: str) -> None:
    change, column, problem = BAD[name]
    third = {**GOOD, "id": "row-three", "fields": "health.motor.gross"}
    imported = taken({**GOOD, **change}, third)
    bad, good = imported.report
    assert good.is_accepted
    assert [(fault.column, problem in fault.problem, bool(fault.remedy)) for fault in bad.faults] == [
        (column, True, True)
    ]
    assert (bad.number, good.number) == (2, 3)
    ids = {rule.id for rule in parse_protocol(imported.content.encode(), CATALOGUE).rules}
    assert ids == {"row-one", "row-three"}


def test_a_row_with_several_bad_cells_is_told_all_of_them() -> None:
    (report,) = taken({**GOOD, "why_en": "=1", "why_cy": "", "reads": "+"}).report
    assert [fault.column for fault in report.faults] == ["why_en", "reads", "why_cy"]


def test_an_apostrophe_keeps_text_that_looks_like_a_formula() -> None:
    imported = taken({**GOOD, "why_en": "'=not a formula"})
    rules = {rule.id: rule for rule in parse_protocol(imported.content.encode(), CATALOGUE).rules}
    assert rules["row-two"].why.en == "=not a formula"


def test_a_draft_with_problems_of_its_own_is_refused_before_any_row_is_judged() -> None:
    with pytest.raises(DraftRefused) as refused:
        taken(GOOD, draft=SMALL.replace("sector: health", "sector: police"))
    assert [(error.file, error.line) for error in refused.value.errors] == [
        ("draft.yaml", line_of(SMALL, "sector: health"))
    ]
    for draft, what in (("- a list\n", TableRefused), ("\t", ProtocolsRefused), ("", ProtocolsRefused)):
        with pytest.raises(what):
            taken(GOOD, draft=draft)


def test_rows_that_stand_on_one_line_have_no_place_for_more() -> None:
    flow = SMALL[: SMALL.index("information:")] + "information: [{id: x}]\n" + SMALL[SMALL.index("retention:") :]
    with pytest.raises(TableRefused, match="not written as lines"):
        taken(GOOD, draft=flow)


def test_a_table_of_bad_rows_only_leaves_the_draft_untouched() -> None:
    imported = taken({**GOOD, "basis": "because"})
    assert (imported.content, imported.rows, imported.accepted) == (SMALL, "", 0)


@pytest.mark.parametrize(
    ("head", "problem"),
    [
        ((*COLUMNS, "colour"), "`colour` is not known"),
        ((*COLUMNS, "id"), "`id` stands twice"),
        (tuple(name for name in COLUMNS if name != "why_cy"), "`why_cy` is missing"),
        ((";".join(COLUMNS),), "separated by `;`"),
        (("=1", *COLUMNS), "not known"),
    ],
)
def test_a_head_that_is_not_understood_refuses_the_table(head: tuple[str, ...], problem: str) -> None:
    with pytest.raises(TableRefused, match=problem) as refused:
        read_rows(grid(GOOD, head=head))
    assert (refused.value.line, bool(refused.value.remedy)) == (1, True)


def test_an_empty_table_and_an_endless_one_are_refused() -> None:
    with pytest.raises(TableRefused, match="empty"):
        read_rows([])
    with pytest.raises(TableRefused, match=f"more than {MAX_ROWS}"):
        read_rows(grid(*[GOOD] * (MAX_ROWS + 1)))


def test_a_cell_beyond_the_last_column_is_told_and_blank_rows_are_passed_over() -> None:
    blank = GridRow(2, ["", " "], {})
    wide = GridRow(3, [*(GOOD.get(column, "") for column in COLUMNS), "x"], {})
    (row,) = read_rows([GridRow(1, COLUMNS, {}), blank, wide])
    assert [(fault.column, fault.problem) for fault in row.faults] == [
        (f"column {len(COLUMNS) + 1}", "a cell beyond the last column")
    ]


def test_the_order_of_columns_and_optional_columns_do_not_matter() -> None:
    head = tuple(reversed(REQUIRED))
    row = {**GOOD, "fields": "identity.birth_date"}
    assert import_rows(read_rows(grid(row, head=head)), SMALL, CATALOGUE, file="x").accepted == 1


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_what_was_written_out_as_a_table_comes_back_the_same(path: Path) -> None:
    protocol = load_protocol(path, CATALOGUE)
    text = path.read_text(encoding="utf-8")
    start = text.index("\ninformation:") + 1
    bare = text[:start] + text[text.index("\nretention:") + 1 :]
    lines = [GridRow(at + 1, cells, {}) for at, cells in enumerate(table_of(protocol, CATALOGUE))]
    imported = import_rows(read_rows(lines), bare, CATALOGUE, file=str(path))
    assert [one for one in imported.report if not one.is_accepted] == []
    again = parse_protocol(imported.content.encode(), CATALOGUE)
    assert digest(again, CATALOGUE) == digest(protocol, CATALOGUE)


def test_without_a_draft_the_rows_are_judged_by_what_the_table_itself_names() -> None:
    rows = read_rows(grid(GOOD, {**GOOD, "id": "row-three", "fields": "no.such"}))
    imported = import_rows(rows, frame_for(rows, catalogue=CATALOGUE.version), CATALOGUE, file="table")
    assert [one.is_accepted for one in imported.report] == [True, False]
    assert imported.rows.startswith("- id: row-two\n")


@pytest.mark.parametrize("value", ["", "Ünknown", "own-record", "a", "x: y"])
def test_names_that_are_none_are_told_in_their_row_without_a_draft_too(value: str) -> None:
    rows = read_rows(grid(GOOD, {**GOOD, "id": "row-three", "to": value, "purpose": value, "roles": value}))
    imported = import_rows(rows, frame_for(rows, catalogue=CATALOGUE.version), CATALOGUE, file="table")
    assert [one.is_accepted for one in imported.report] == [True, False]
