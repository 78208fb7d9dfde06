"""Tables: cells, rows, encodings, and what is told by columns and names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.fields import Fields, is_date
from connectors.limits import DEFAULT_LIMITS
from connectors.reasons import ReasonCode, Unfit
from connectors.school_census import tables as census
from connectors.ssda903 import tables as returns
from connectors.tables.cells import day_of, has_formula, number_of, truth_of, whole_of
from connectors.tables.files import age_of
from connectors.tables.reading import Row, table_of
from connectors.tables.seen import Meeting, Seen


def _rows(text: str | bytes) -> list[Row]:
    content = text.encode() if isinstance(text, str) else text
    return list(table_of(content, DEFAULT_LIMITS).rows())


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("25/04/2020", "2020-04-25"),
        ("5/4/2020", "2020-04-05"),
        ("2020-04-25", "2020-04-25"),
        ("2020-04-25 00:00:00", "2020-04-25"),
        ("2020-Apr-25 00:00:00", "2020-04-25"),
        ("29/02/2024", "2024-02-29"),
        ("", None),
    ],
)
def test_a_day_is_read_in_every_form_that_is_sent(cell: str, day: str | None) -> None:
    assert day_of(cell) == day


@pytest.mark.parametrize(
    "cell",
    ["31/02/2024", "04/25/2020", "25/04/20", "2020-Foo-25 00:00:00", "2020-04-25 10:00:00", "soon", "٢٥/٠٤/٢٠٢٠"],
)
def test_what_is_no_day_is_refused(cell: str) -> None:
    with pytest.raises(Unfit):
        day_of(cell)


def test_numbers_and_answers_are_read_as_they_are_written() -> None:
    assert [whole_of(cell) for cell in ("", "0", "12", "1.0", "-3")] == [None, 0, 12, 1, -3]
    assert [number_of(cell) for cell in ("", "25.0", "007.50", "0")] == [None, "25.0", "7.50", "0"]
    assert [truth_of(cell) for cell in ("", "True", "False", "1.0", "no")] == [None, True, False, True, False]


@pytest.mark.parametrize("cell", ["1.5", "1e3", "١", "one", "1" * 20])
def test_what_is_no_whole_number_is_refused(cell: str) -> None:
    with pytest.raises(Unfit):
        whole_of(cell)


@given(st.text(max_size=20))
def test_any_cell_is_read_or_refused(cell: str) -> None:
    outcomes = []
    for reader in (day_of, whole_of, number_of, truth_of):
        try:
            outcomes.append(str(reader(cell)))
        except Unfit as refusal:
            outcomes.append(refusal.reason.value)
    assert len(outcomes) == 4


def test_columns_are_read_whatever_their_case_and_blanks() -> None:
    assert _rows(" Child ,DOB\n 1 , x \n")[0].cells == {"child": "1", "dob": "x"}


def test_rows_carry_the_line_they_stand_on() -> None:
    assert [row.line for row in _rows('a,b\n1,"x\ny"\n\n , \n2,z\n')] == [3, 6]


@pytest.mark.parametrize("row", ["1", "1,2,3", "1,2,,4"])
def test_a_ragged_row_is_told_and_stops_no_other(row: str) -> None:
    rows = _rows(f"a,b\n1,2\n{row}\n3,4\n")
    assert [row.problem for row in rows] == [None, ReasonCode.RAGGED_ROW, None]


def test_blank_cells_at_the_end_of_a_row_do_no_harm() -> None:
    assert _rows("a,b\n1,2,,\n")[0].cells == {"a": "1", "b": "2"}


def test_a_control_character_and_an_oversized_cell_are_told() -> None:
    rows = _rows("a,b\n1,\x00\n2," + "x" * 40_000 + '\n3,"' + "y" * 200_000 + "\n4,5\n")
    assert [row.problem for row in rows][:2] == [ReasonCode.CONTROL_CHARACTER, ReasonCode.TOO_LARGE]
    assert ReasonCode.TOO_LARGE in [row.problem for row in rows][2:]


def test_other_delimiters_and_old_encodings_are_read() -> None:
    assert _rows("a;b\n1;2\n")[0].cells == {"a": "1", "b": "2"}
    assert _rows("a|b\n1|2\n")[0].cells == {"a": "1", "b": "2"}
    old = table_of("a,b\nSi\xe2n,2\n".encode("cp1252"), DEFAULT_LIMITS)
    assert old.is_old_encoding
    assert next(old.rows()).cells["a"] == "Siân"
    assert not table_of("a,b\nSiân,2\n".encode(), DEFAULT_LIMITS).is_old_encoding


def test_the_original_of_a_row_stands_under_its_header() -> None:
    table = table_of(b'CHILD,NOTE\n1,"a, b"\n2\n', DEFAULT_LIMITS)
    first, second = table.rows()
    assert table.original(first) == b'child,note\r\n1,"a, b"\r\n'
    assert table.original(second) == b"child,note\r\n2\r\n"


def test_a_formula_is_told_and_left_as_words() -> None:
    assert has_formula({"a": "=1+1"})
    assert not has_formula({"a": "1=1", "b": "-3"})


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("2024_autumn_pupils.csv", "2025_spring_pupils.csv"),
        ("2025_spring_pupils.csv", "2025_autumn_pupils.csv"),
        ("2020-header.csv", "2021-header.csv"),
        ("header.csv", "2020-header.csv"),
        ("2020/header.csv", "SSDA903_2021_header.csv"),
    ],
)
def test_a_file_name_tells_how_old_its_content_is(older: str, newer: str) -> None:
    assert age_of(older) < age_of(newer)


def test_tables_are_told_by_their_columns() -> None:
    assert returns.detect(frozenset(["child", "sex", "dob", "ethnic", "upn", "mother", "mc_dob"])) == "header"
    assert returns.detect(frozenset(["child", "sex", "dob", "duc"])) == "uasc"
    assert returns.detect(frozenset(["child", "dob", "dolo_start", "dolo_end"])) is None
    assert census.detect(frozenset(["pupilonrolltableid", "nativeid", "sentyperank", "sentype"])) == "needs"
    assert census.detect(frozenset({"pupilonrolltableid"})) is None


def test_no_two_tables_of_a_return_can_be_taken_for_each_other() -> None:
    for table in returns.TABLES.values():
        assert returns.detect(table.known) == table.name


def test_meetings_tell_repeats_from_conflicts_and_older_states() -> None:
    seen = Seen()
    assert seen.meet("r", "a", age=2) is Meeting.NEW
    assert seen.meet("r", "a", age=2) is Meeting.REPEAT
    assert seen.meet("r", "b", age=2) is Meeting.CONFLICT
    assert seen.meet("r", "b", age=1) is Meeting.EARLIER


def test_fields_keep_what_fits_and_flag_what_does_not() -> None:
    fields = Fields()
    fields.text("t", "  word ")
    fields.text("blank", " ")
    fields.text("long", "é" * 40_000)
    fields.code("c", "x" * 300)
    fields.decimal("d", "1.50")
    fields.decimal("e", "1.5e2")
    fields.decimal("zero", "-0.0")
    fields.day("day", "2024-13-01")
    fields.integer("i", 2**53)
    fields.codes("cs", ["a", None, "b", "a", " "])
    fields.boolean("no", False)
    assert fields.values == {"t": "word", "d": "1.50", "e": "150", "cs": ["a", "b"], "no": False}
    assert fields.flags == ("left_out:c", "left_out:day", "left_out:i", "left_out:long", "left_out:zero")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024", True),
        ("2024-02", True),
        ("2024-02-29", True),
        ("2023-02-29", False),
        ("2024-2", False),
        ("0000", False),
    ],
)
def test_a_date_may_be_partial_but_must_exist(text: str, expected: bool) -> None:
    assert is_date(text) is expected
