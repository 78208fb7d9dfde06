"""The information reference table of a protocol as rows of cells: what `import_rows` takes back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from policies.documents.table import COLUMNS, FORMULA_SIGNS, SEPARATOR
from policies.fields import Catalogue
from policies.model import Protocol, Rule

_LIST = f"{SEPARATOR} "


def table_of(protocol: Protocol, catalogue: Catalogue) -> Iterator[tuple[str, ...]]:
    """The head, then one row for each row of the protocol, by id; fields named one by one.

    Text that a spreadsheet would run as a formula gets an apostrophe before it, which the import takes away.
    """
    yield COLUMNS
    for rule in sorted(protocol.rules, key=lambda one: one.id):
        cells = _cells(rule, catalogue)
        yield tuple(_harmless(cells.get(column, "")) for column in COLUMNS)


def _harmless(text: str) -> str:
    return f"'{text}" if text[:1] and text[0] in FORMULA_SIGNS else text


def _cells(rule: Rule, catalogue: Catalogue) -> Mapping[str, str]:
    return {
        "id": rule.id,
        "from": rule.holder,
        "to": rule.recipient,
        "roles": _LIST.join(sorted(rule.roles)),
        "purpose": rule.purpose,
        "fields": _LIST.join(catalogue.ids(rule.mask)),
        "basis": rule.basis.value,
        "why_en": rule.why.en,
        "why_cy": rule.why.cy,
        "article_6": rule.article_6,
        "article_9": rule.article_9 or "",
        "article_10": rule.article_10 or "",
        "condition": rule.condition or "",
        "powers": _LIST.join(f"{power.act}, {power.section}" for power in rule.powers),
        "confidentiality": rule.confidentiality.value,
        "withheld_marker": _flag(rule.withheld_marker),
        **_when(rule),
        **_obligations(rule),
    }


def _when(rule: Rule) -> Mapping[str, str]:
    when = rule.when
    return {
        "age_from": "" if when.age_from is None else str(when.age_from),
        "age_until": "" if when.age_until is None else str(when.age_until),
        "levels": _LIST.join(str(level) for level in sorted(when.levels)),
        "live_tie": "true" if when.live_tie else "",
        "from_on": "" if when.from_on is None else when.from_on.isoformat(),
        "until_on": "" if when.until_on is None else when.until_on.isoformat(),
    }


def _obligations(rule: Rule) -> Mapping[str, str]:
    taken = rule.obligations
    return {
        "no_onward_sharing": _flag(taken.no_onward_sharing),
        "reads": "as_needed" if taken.reads is None else f"{taken.reads.most} per {taken.reads.per.value}",
        "erase_by": taken.erase_by.value,
        "tell_family": _flag(taken.tell_family),
    }


def _flag(value: bool) -> str:
    return "true" if value else "false"
