"""What every connector promises, whatever it is given."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.base import Assessment, FolderSource, Ignored, MemorySource, Rejected, Unit, UnreadableSource, source_at
from connectors.limits import DEFAULT_LIMITS
from connectors.reasons import REMEDIES, ReasonCode
from connectors.registry import KINDS, UnknownKind, connector
from policies import check_value, load_catalogue
from tests.contract.connectors.small import ARCHIVES, ASSESSMENTS, CANARY, ENDINGS, GOOD, HOSTILE, zipped

CATALOGUE = load_catalogue()
OPENED = [(kind, ending) for kind in KINDS for ending in ENDINGS[kind]]


def _read(kind: str, path: Path) -> list[Unit]:
    return list(connector(kind).read(source_at(str(path))))


def _read_bytes(kind: str, content: bytes) -> list[Unit] | UnreadableSource:
    """Units of pushed bytes, or why there are none; any other exception is a failure."""
    try:
        return list(connector(kind).read(MemorySource("pushed", content)))
    except UnreadableSource as refusal:
        return refusal


def _good(kind: str, folder: Path) -> Path:
    name, text = GOOD[kind]
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def _found(units: list[Unit]) -> list[Assessment]:
    return [unit for unit in units if isinstance(unit, Assessment)]


def check_silence(units: list[Unit]) -> None:
    """No value shows where the hub logs, counts or answers."""
    for unit in units:
        assert CANARY not in repr(unit)
        assert CANARY not in unit.place
        if isinstance(unit, Assessment):
            assert CANARY not in " ".join([unit.unit_type, *unit.flags, *unit.facts])
        if isinstance(unit, Ignored):
            assert CANARY not in unit.unit_type


@pytest.mark.parametrize("kind", KINDS)
def test_a_good_source_is_read(kind: str, tmp_path: Path) -> None:
    units = _read(kind, _good(kind, tmp_path))
    assert len(_found(units)) == ASSESSMENTS[kind]
    assert not any(isinstance(unit, Rejected) for unit in units)
    check_silence(units)


@pytest.mark.parametrize("kind", KINDS)
def test_values_are_there_although_they_never_show(kind: str, tmp_path: Path) -> None:
    units = _found(_read(kind, _good(kind, tmp_path)))
    assert any(CANARY in str(unit.fields) + str(unit.demographics.family_name) for unit in units) or any(
        CANARY in number.value for unit in units for number in unit.identifiers
    )


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_is_in_the_catalogue_and_of_its_type(kind: str, tmp_path: Path) -> None:
    for unit in _found(_read(kind, _good(kind, tmp_path))):
        for field_id, value in unit.fields.items():
            check_value(CATALOGUE.by_id[field_id], value)
        assert unit.fields


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_source_gives_the_same_units_again(kind: str, tmp_path: Path) -> None:
    path = _good(kind, tmp_path)
    assert _read(kind, path) == _read(kind, path)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_file_twice_is_named_once(kind: str, tmp_path: Path) -> None:
    path = _good(kind, tmp_path)
    (tmp_path / f"zz-copy{path.suffix}").write_bytes(path.read_bytes())
    units = _read(kind, tmp_path)
    assert len(_found(units)) == ASSESSMENTS[kind]
    assert Counter(unit.unit_type for unit in units if isinstance(unit, Ignored))["repeat"] == ASSESSMENTS[kind]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("written", ["marked", "crlf"])
def test_byte_order_marks_and_line_ends_change_nothing(kind: str, written: str, tmp_path: Path) -> None:
    path = _good(kind, tmp_path)
    plain = _read(kind, path)
    content = path.read_bytes()
    path.write_bytes(b"\xef\xbb\xbf" + content if written == "marked" else content.replace(b"\n", b"\r\n"))
    assert _read(kind, path) == plain


@pytest.mark.parametrize("kind", KINDS)
def test_an_archive_gives_what_its_files_give(kind: str, tmp_path: Path) -> None:
    name, text = GOOD[kind]
    path = tmp_path / "packed.zip"
    path.write_bytes(zipped(name, text.encode()))
    units = _found(_read(kind, path))
    assert [unit.place.removeprefix("packed.zip/") for unit in units] == [
        unit.place for unit in _found(_read(kind, _good(kind, tmp_path)))
    ]


@pytest.mark.parametrize("wrong", HOSTILE)
@pytest.mark.parametrize(("kind", "ending"), OPENED)
def test_a_hostile_file_stops_no_other(
    kind: str, ending: str, wrong: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    alone = _found(_read(kind, _good(kind, tmp_path)))
    (tmp_path / f"a-bad{ending}").write_bytes(HOSTILE[wrong])
    with caplog.at_level(logging.DEBUG):
        units = _read(kind, tmp_path)
    assert [unit for unit in _found(units) if unit.place.startswith("good")] == alone
    assert any(unit.place.startswith("a-bad") for unit in units) or not HOSTILE[wrong].strip(b"\xef\xbb\xbf \r\n\t")
    assert CANARY not in caplog.text
    check_silence(units)


@pytest.mark.parametrize("wrong", HOSTILE)
@pytest.mark.parametrize("kind", KINDS)
def test_a_hostile_file_by_itself_is_refused_or_rejected_in_silence(kind: str, wrong: str) -> None:
    outcome = _read_bytes(kind, HOSTILE[wrong])
    if isinstance(outcome, UnreadableSource):
        assert CANARY not in f"{outcome!r} {outcome}"
        assert outcome.remedy
        assert outcome.__cause__ is None
    else:
        assert _found(outcome) == []
        check_silence(outcome)


@pytest.mark.parametrize("wrong", ARCHIVES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_hostile_archive_is_refused_and_stops_no_other(kind: str, wrong: str, tmp_path: Path) -> None:
    _good(kind, tmp_path)
    (tmp_path / "a-bad.zip").write_bytes(ARCHIVES[wrong])
    units = _read(kind, tmp_path)
    assert len(_found(units)) == ASSESSMENTS[kind]
    assert [unit for unit in units if unit.place.startswith("a-bad") and not isinstance(unit, Assessment)]
    check_silence(units)


@pytest.mark.parametrize("kind", KINDS)
def test_a_folder_with_nothing_of_the_kind_is_unreadable(kind: str, tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text(CANARY, encoding="utf-8")
    with pytest.raises(UnreadableSource) as refusal:
        _read(kind, tmp_path)
    assert CANARY not in str(refusal.value)


@pytest.mark.parametrize("kind", KINDS)
def test_other_files_beside_are_counted(kind: str, tmp_path: Path) -> None:
    _good(kind, tmp_path)
    (tmp_path / "notes.md").write_text("x", encoding="utf-8")
    assert Ignored("notes.md", "file") in _read(kind, tmp_path)


@pytest.mark.parametrize("kind", KINDS)
def test_links_out_of_a_folder_are_not_followed(kind: str, tmp_path: Path) -> None:
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    outside.mkdir()
    inside.mkdir()
    path = _good(kind, outside)
    (inside / f"link{path.suffix}").symlink_to(path)
    (inside / "folder").symlink_to(outside)
    with pytest.raises(UnreadableSource):
        _read(kind, inside)


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_name_can_not_write_into_a_log(kind: str, tmp_path: Path) -> None:
    path = _good(kind, tmp_path)
    path.rename(tmp_path / f"a\nERROR all is lost\x1b[2J{path.suffix}")
    units = _read(kind, tmp_path)
    assert len(_found(units)) == ASSESSMENTS[kind]
    assert all(unit.place.isprintable() for unit in units)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("bound", ["file_bytes", "files", "total_bytes"])
def test_what_passes_a_limit_is_refused(kind: str, bound: str, tmp_path: Path) -> None:
    path = _good(kind, tmp_path)
    (tmp_path / f"more{path.suffix}").write_bytes(path.read_bytes())
    small = replace(DEFAULT_LIMITS, **{bound: 1})
    try:
        units = list(connector(kind).read(FolderSource(tmp_path, limits=small)))
    except UnreadableSource:
        return
    assert units == [Rejected(unit.place, ReasonCode.TOO_LARGE) for unit in units]
    assert units


def test_every_reason_has_a_remedy_and_every_kind_is_known() -> None:
    assert set(REMEDIES) == set(ReasonCode)
    assert KINDS == ("fhir-r4", "school-census", "ssda903")
    assert [connector(kind).kind for kind in KINDS] == list(KINDS)
    with pytest.raises(UnknownKind):
        connector("csv-of-somebody")


def test_nothing_at_a_path_is_an_unreadable_source(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSource):
        source_at(str(tmp_path / CANARY))


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damage_anywhere_never_breaks_a_reading(kind: str, data: st.DataObject) -> None:
    content = bytearray(GOOD[kind][1].encode())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content)))
        until = min(len(content), at + data.draw(st.integers(0, 40)))
        content[at:until] = data.draw(
            st.binary(max_size=20) | st.sampled_from([b'"', b"{", b"[", b",", b"\n", b"\x00"])
        )
    outcome = _read_bytes(kind, bytes(content))
    if not isinstance(outcome, UnreadableSource):
        for unit in _found(outcome):
            for field_id, value in unit.fields.items():
                check_value(CATALOGUE.by_id[field_id], value)
        references = [unit.reference for unit in _found(outcome)]
        assert len(references) == len(set(references))


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=100, deadline=None)
@given(content=st.binary(max_size=400) | st.text(max_size=400).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_arbitrary_bytes_are_refused_or_rejected(kind: str, content: bytes) -> None:
    outcome = _read_bytes(kind, content)
    assert isinstance(outcome, UnreadableSource) or _found(outcome) == []
