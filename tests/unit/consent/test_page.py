"""docs/ledger-format.md says what the code does: its worked vector, its labels and its numbers."""

from __future__ import annotations

import re
from pathlib import Path

from consent.ledger import leaf, proof, tiles
from consent.ledger.kinds import Kind
from consent.ledger.leaf import read_opening
from consent.ledger.note import MAX_SIGNATURES
from consent.ledger.policy import parse_policy
from consent.ledger.verify import Outcome, verify_receipt
from tests.unit.consent.vector import BODY, worked_vector

PAGE = (Path(__file__).parents[3] / "docs" / "ledger-format.md").read_text(encoding="utf-8")
VECTOR = re.search(r"## 7 Worked vector\n.*?```text\n(.*?)```", PAGE, flags=re.DOTALL)


def part(name: str) -> str:
    """A part of the page's vector, up to the next heading in it."""
    assert VECTOR is not None
    found = re.search(rf"^{name}:\n(.*?)(?=\n\n\w+:\n|\Z)", VECTOR[1], flags=re.DOTALL | re.MULTILINE)
    assert found is not None
    return found[1]


def test_the_page_s_vector_follows_from_the_page_s_rules() -> None:
    assert VECTOR is not None
    assert VECTOR[1] == worked_vector() + "\n"


def test_the_code_reads_the_page_s_opening_as_the_page_s_leaf() -> None:
    opening = read_opening(part("opening").strip().encode())
    assert dict(opening.body) == BODY
    assert f"leaf                    {opening.leaf.hex()}\n" in worked_vector()


def test_the_code_accepts_the_page_s_receipt_under_the_page_s_policy() -> None:
    verdict = verify_receipt(part("receipt").encode(), parse_policy((part("policy") + "\n").encode()))
    assert verdict.outcome is Outcome.GOOD
    assert verdict.checked is not None
    assert (verdict.checked.index, verdict.checked.size, dict(verdict.checked.body)) == (1, 3, BODY)


def test_every_kind_stands_in_the_page() -> None:
    section = re.search(r"## 3 .*?(?=\n## )", PAGE, flags=re.DOTALL)
    assert section is not None
    listed = re.findall(r"`([a-z]+\.[a-z]+)`", section[0])
    assert sorted(listed) == sorted(kind.value for kind in Kind)


def test_limits_and_labels_stand_in_the_page() -> None:
    limits = (leaf.MAX_OPENING_BYTES, leaf.MAX_FIELDS, proof.MAX_PATH, MAX_SIGNATURES, tiles.WIDTH)
    assert [limit for limit in limits if not re.search(rf"\b{limit:,}\b", PAGE)] == []
    for label in ("dolen-leaf/v1", "dolen-commit/v1", "dolen-fields/v1", "dolen-field/v1", leaf.OPENING_FORMAT):
        assert f"`{label}`" in PAGE
