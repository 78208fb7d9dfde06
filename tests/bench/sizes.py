"""How much is measured: the table's size, and one so small that a test can run every bench."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sizes:
    """Counts of every bench."""

    rounds: int
    decisions: int
    sequencer_batches: int
    receipts: int
    reads: int
    """Requests per round and per application of the governed read."""
    children: int
    ingest_rounds: int
    ingest_rows: int | None
    """Most pupils of the census and rows of each SSDA903 table that are taken; None: the demo's own small sources."""
    synthea_files: int
    small_population: int
    large_population: int
    population_reads: int
    fields: int
    protocols: int
    recipients: int
    purposes: int
    reload_decisions: int


TABLE = Sizes(
    rounds=5,
    decisions=2_000,
    sequencer_batches=24,
    receipts=100,
    reads=120,
    children=40,
    ingest_rounds=2,
    ingest_rows=1_500,
    synthea_files=10,
    small_population=1_000,
    large_population=50_000,
    population_reads=60,
    fields=500,
    protocols=200,
    recipients=50,
    purposes=20,
    reload_decisions=200_000,
)

TINY = Sizes(
    rounds=2,
    decisions=5,
    sequencer_batches=2,
    receipts=3,
    reads=8,
    children=2,
    ingest_rounds=1,
    ingest_rows=None,
    synthea_files=0,
    small_population=20,
    large_population=80,
    population_reads=2,
    fields=100,
    protocols=8,
    recipients=3,
    purposes=2,
    reload_decisions=200,
)
