"""`python -m tests.bench [--json] [--only BENCH ...]`: run the benches and print their table."""

from __future__ import annotations

import argparse
import sys
from time import perf_counter

from tests.bench import decision, governed_read, ingest, population, protocols, receipt, sequencer
from tests.bench.homes import kinds
from tests.bench.report import as_json, as_text
from tests.bench.sizes import TABLE

BENCHES = {
    "decision": decision.run,
    "protocols": protocols.run,
    "receipt": receipt.run,
    "governed-read": governed_read.run,
    "sequencer": sequencer.run,
    "ingest": ingest.run,
    "population": population.run,
}


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Figures beside their baselines.")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    parser.add_argument("--only", nargs="+", choices=BENCHES, default=list(BENCHES), help="these benches alone")
    chosen = parser.parse_args()
    databases = kinds()
    if "postgres" not in databases:
        print("PostgreSQL does not answer here (DOLEN_TEST_POSTGRES): SQLite alone is measured.", file=sys.stderr)
    figures = []
    for name in chosen.only:
        began = perf_counter()
        figures += BENCHES[name](TABLE, databases)
        print(f"{name}: {perf_counter() - began:.0f} s", file=sys.stderr)
    print(as_json(figures) if chosen.json else as_text(figures))


if __name__ == "__main__":
    main()
