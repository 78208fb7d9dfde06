"""Random protocols over the real catalogue, as files: the sample's partners and purposes, with rows dealt out anew.

Rows keep their law (powers, articles) from the sample; who gets which fields on which basis, under which conditions and
with which marker, is drawn. What could not be told apart by rule alone stays out: a level of need is read from records,
so a row that asks for one shows or does not show by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from random import Random
from typing import Any

import yaml

from policies import Basis, Catalogue, FieldType, Sensitivity
from policies.bars import barrable

Document = dict[str, Any]
ARTICLE_6 = {"legal_obligation": "6(1)(c)", "public_task": "6(1)(e)", "consent": "6(1)(a)", "override_only": "6(1)(e)"}


class _Plain(yaml.SafeDumper):
    """No anchors and aliases, which a protocol file may not have; and no quotes around what looks like a number."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - as in the class above

    def ignore_aliases(self, data: object) -> bool:
        return True


def random_protocol(sample: str, catalogue: Catalogue, seed: int) -> str:
    """The text of a protocol that loads."""
    random = Random(seed)
    document: Document = yaml.load(sample, Loader=yaml.BaseLoader)
    taken: dict[tuple[str, str, str], set[str]] = {}
    like = document["information"]
    document["information"] = [
        row for number in range(18) if (row := _row(random, catalogue, like, taken, number)) is not None
    ]
    return yaml.dump(document, Dumper=_Plain, allow_unicode=True, sort_keys=False, width=10_000)


def _row(
    random: Random,
    catalogue: Catalogue,
    like: list[Mapping[str, Any]],
    taken: dict[tuple[str, str, str], set[str]],
    number: int,
) -> Document | None:
    row: Document = deepcopy(dict(random.choice(like)))
    key = row["from"], row["to"], row["purpose"]
    before = taken.setdefault(key, set())
    fields = [
        entry
        for entry in catalogue.fields
        if entry.since == 1 and entry.id not in before and random.random() < random.choice((0.05, 0.3))
    ]
    if not fields:
        return None
    before.update(entry.id for entry in fields)
    basis = random.choice(list(Basis)).value
    can_mark = not any(
        entry.bit & barrable(catalogue) or entry.sensitivity is Sensitivity.RESTRICTED for entry in fields
    )
    row |= {
        "id": f"row-{number}",
        "fields": [entry.id for entry in fields],
        "basis": basis,
        "article_6": ARTICLE_6[basis],
        "article_9": "9(2)(g)",
        "article_10": "Data Protection Act 2018 section 10(5)",
        "condition": "Schedule 1 paragraph 18",
        "withheld_marker": "true" if can_mark and random.random() < 0.7 else "false",
        "obligations": {
            "no_onward_sharing": "true",
            "reads": random.choice(("as_needed", {"most": "500", "per": "day"})),
            "erase_by": "plan_ends",
            "tell_family": random.choice(("true", "false")),
        },
    }
    row.pop("when", None)
    if random.random() < 0.3:
        row["when"] = random.choice(({"live_tie": "true"}, {"from_on": "2020-01-01"}, {"until_on": "2020-01-01"}))
    return row


def is_marking(kind: FieldType) -> bool:
    """Whether a value of this type can be a canary: a yes or no can't."""
    return kind is not FieldType.BOOLEAN
