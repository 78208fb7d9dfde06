"""The data flows in the impact assessment are those of the protocol that it is about."""

from __future__ import annotations

import re
from pathlib import Path

import policies
from hub.steering.records import flows_markdown
from policies import load_catalogue, load_protocol

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "dpia.md").read_text(encoding="utf-8")
SAMPLE = Path(policies.__file__).parent / "samples" / "three-partners.yaml"


def test_the_table_of_the_impact_assessment_is_current() -> None:
    """Write it anew with the command that stands above it."""
    catalogue = load_catalogue()
    protocol = load_protocol(SAMPLE, catalogue)
    (shown,) = re.findall(r"<!-- flows: .* -->\n(.*?)<!-- end of flows -->", PAGE, re.DOTALL)
    assert shown == flows_markdown([protocol], catalogue)
    assert f"`{protocol.ref}`" in PAGE
    assert f"{protocol.review_on.day} {protocol.review_on:%B %Y}" in PAGE
    assert f"{len(catalogue.fields)} fields are known" in PAGE
