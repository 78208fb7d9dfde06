"""docs/connecting.md says all that somebody who connects a source needs to know."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from connectors.fhir_r4.observations import CODE_FIELDS, FIELD_SYSTEM, MEASURES, TEXT_FIELDS
from connectors.fhir_r4.resources import CARRIED
from connectors.identifiers import UpnFault
from connectors.limits import Limits
from connectors.reasons import ReasonCode
from connectors.registry import KINDS
from connectors.school_census.tables import COLUMNS
from connectors.ssda903.tables import TABLES
from policies import load_catalogue

PAGE = (Path(__file__).parents[3] / "docs" / "connecting.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_section(kind: str) -> None:
    assert f"\n## `{kind}`\n" in PAGE


@pytest.mark.parametrize("reason", ReasonCode)
def test_every_reason_has_a_line(reason: ReasonCode) -> None:
    assert re.search(rf"^\| .*`{reason}`.* \|.*\|.*\|$", PAGE, re.MULTILINE)


@pytest.mark.parametrize("limit", [entry.name for entry in fields(Limits)])
def test_every_limit_is_named(limit: str) -> None:
    assert re.search(rf"^\| .*`{limit}`.* \|.*\|.*\|$", PAGE, re.MULTILINE)


@pytest.mark.parametrize("word", [*CARRIED, *MEASURES, *UpnFault, FIELD_SYSTEM])
def test_types_codes_and_flags_are_named(word: str) -> None:
    assert word in PAGE


@pytest.mark.parametrize("column", sorted({name for columns in COLUMNS.values() for name in columns}))
def test_every_column_of_the_census_is_named(column: str) -> None:
    assert f"`{column}`" in PAGE.replace("`NativeId`", "`nativeid`")


@pytest.mark.parametrize("table", TABLES)
def test_every_table_of_the_return_is_named(table: str) -> None:
    assert f"| {table.replace('social_worker', 'social worker')} |" in PAGE


def test_every_field_that_a_connector_may_fill_is_in_the_catalogue() -> None:
    known = load_catalogue().by_id.keys()
    census = {field_id for columns in COLUMNS.values() for _, field_id in columns.values()}
    returned = {field_id for table in TABLES.values() for _, field_id in table.columns.values()}
    packed = {table.document[0] for table in TABLES.values() if table.document is not None}
    assert census | returned | packed | set(MEASURES.values()) | TEXT_FIELDS | CODE_FIELDS <= known
