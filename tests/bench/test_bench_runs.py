"""Every bench runs, on every database that is here. What it measures is nobody's test."""

from __future__ import annotations

import json

import pytest

from tests.bench.__main__ import BENCHES
from tests.bench.homes import kinds
from tests.bench.report import as_json, as_text
from tests.bench.sizes import TINY
from tests.conftest import unavailable

_ON_A_DATABASE = {"governed-read", "sequencer", "ingest", "population"}


@pytest.mark.parametrize("name", BENCHES)
def test_every_bench_gives_figures_beside_a_baseline(name: str) -> None:
    databases = ("sqlite",) if name == "population" else kinds()  # homes take time to make
    figures = list(BENCHES[name](TINY, databases))
    assert all(figure.value > 0 for figure in figures)
    assert all(figure.ratio is None or figure.ratio > 0 for figure in figures)
    assert any(figure.ratio is not None and figure.against for figure in figures)
    assert any(figure.aim and figure.is_met is not None for figure in figures)
    assert {figure.database for figure in figures} == (set(databases) if name in _ON_A_DATABASE else {""})
    assert len(as_text(figures).splitlines()) == len(figures) + 4
    assert json.loads(as_json(figures))["figures"][0]["bench"] == figures[0].bench


@pytest.mark.postgres
def test_both_databases_are_measured_where_both_are_required() -> None:
    if "postgres" not in kinds():
        unavailable("PostgreSQL (DOLEN_TEST_POSTGRES)")
    assert kinds() == ("sqlite", "postgres")
