"""The language page names every word that the loader takes, its example loads, and the glossary has both languages."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path

import pytest

from policies import Basis, Condition, FieldType, Reason, Sensitivity, load_catalogue, parse_protocol
from policies.model import Confidentiality, EraseBy, Period, ProtocolKind, Sector
from policies.properties import parse_properties

ROOT = Path(__file__).parents[3]
LANGUAGE = (ROOT / "docs" / "policy-language.md").read_text(encoding="utf-8")
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
SAMPLE = (ROOT / "policies" / "samples" / "three-partners.yaml").read_text(encoding="utf-8")

TERMS = """learner, partner, holder, recipient, purpose, lawful basis, legal obligation, public task, consent,
override, protocol, disclosure, standing, accountable person, team lead, duty desk, practitioner,
partner officer, shown text, notice, token chain, handle, tie, bar, objection, withheld, receipt,
checkpoint, witness, catalogue, admission rule, quarantine, connector, family, case friend, deputy,
young person"""


@pytest.mark.parametrize(
    "choices",
    [Basis, Condition, FieldType, Reason, Sensitivity, Confidentiality, EraseBy, Period, ProtocolKind, Sector],
)
def test_every_word_of_a_closed_set_is_on_the_language_page(choices: type[StrEnum]) -> None:
    assert [word for word in choices if f"`{word}`" not in LANGUAGE] == []


def test_the_example_property_of_the_language_page_loads() -> None:
    (example,) = re.findall(r"```text\n(- id: mental-health.*?)```", LANGUAGE, re.DOTALL)
    listed = "".join(f"  {line}\n" for line in example.splitlines())
    (one,) = parse_properties(f"format: dolen-properties/v1\nproperties:\n{listed}".encode(), load_catalogue())
    assert one.never


def test_the_example_row_of_the_language_page_loads_in_place_of_the_sample_s_own() -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", LANGUAGE, re.DOTALL)
    row = "".join(f"  {line}\n" for line in example.splitlines())
    changed = re.sub(r"  - id: he-speech\n.*?\n\n", row + "\n", SAMPLE, count=1, flags=re.DOTALL)
    assert changed != SAMPLE
    rules = {rule.id: rule for rule in parse_protocol(changed.encode(), load_catalogue()).rules}
    assert rules["he-speech"].roles == {"alnco", "aln-officer"}


def glossary_rows() -> dict[str, tuple[str, ...]]:
    rows = [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in GLOSSARY.splitlines() if "|" in line]
    return {row[0]: row[1:] for row in rows if set(row[0]) != {"-"} and row[0] != "term"}


def test_the_glossary_has_every_agreed_term_with_welsh_and_meaning() -> None:
    rows = glossary_rows()
    assert {" ".join(term.split()) for term in TERMS.split(",")} - rows.keys() == set()
    assert [term for term, cells in rows.items() if len(cells) != 2 or not all(cells)] == []
