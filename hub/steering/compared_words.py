"""The terms of cells and other values of a difference, in words, for the command line and the page."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from policies.difference import Kind, RuleChange
from policies.rule_space import Terms
from policies.values import Json


def terms_in_words(rule: RuleChange) -> Iterator[str]:
    """The terms of a new or lost cell; of a changed one, those that are not the same."""
    if rule.kind is Kind.ADDED:
        yield from (f"now {_said(one)}" for one in rule.after)
    elif rule.kind is Kind.REMOVED:
        yield from (f"was {_said(one)}" for one in rule.before)
    elif len(rule.before) == len(rule.after) == 1:
        yield from _changes(rule.before[0], rule.after[0])
    else:
        yield from (f"was {_said(one)}" for one in rule.before)
        yield from (f"now {_said(one)}" for one in rule.after)


def _changes(before: Terms, after: Terms, above: str = "") -> Iterator[str]:
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key), after.get(key)
        if old == new:
            continue
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            yield from _changes(old, new, f"{above}{key}.")
        else:
            yield f"{above}{key}: {in_words(old)} -> {in_words(new)}"


_HEADLINE: Sequence[str] = ("basis", "when", "obligations", "withheld_marker", "article_6", "article_9", "powers")


def _said(terms: Terms) -> str:
    return "; ".join(f"{key} {in_words(terms[key])}" for key in _HEADLINE if terms.get(key) is not None)


def in_words(value: Json) -> str:
    """A value in one line; what stands at its default in conditions and obligations is left out."""
    if isinstance(value, dict):
        said = {key: part for key, part in value.items() if part not in (None, False, [])}
        return ", ".join(f"{key} {in_words(part)}" for key, part in said.items()) or "none"
    if isinstance(value, list):
        return "; ".join(in_words(part) for part in value) or "none"
    if value is None:
        return "nothing"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
