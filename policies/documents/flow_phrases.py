"""What a flow says as a cell of a table: laws, conditions and obligations of its rows, each once."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from policies.documents import phrases, row_phrases
from policies.documents.acts import power_words
from policies.documents.lines import Flow
from policies.documents.phrases import joined
from policies.fields import Catalogue, Sensitivity
from policies.model import Rule
from policies.words import Words


def what(flow: Flow, catalogue: Catalogue) -> Words:
    """The groups of fields."""
    return joined(row_phrases.groups(flow.mask, catalogue))


def law(flow: Flow) -> Words:
    """Articles, conditions, powers and layers of confidentiality of its rows."""
    return _each(flow, lambda rule: [row_phrases.law(rule)])


def powers(flow: Flow) -> Words:
    """Acts and sections of its rows."""
    return _each(flow, lambda rule: [power_words(power.act, power.section) for power in rule.powers])


def conditions(flow: Flow) -> Words:
    """Conditions of its rows."""
    if not any(row_phrases.conditions(rule) for rule in flow.rules):
        return Words("no condition", "dim amod")
    return _each(flow, row_phrases.conditions)


def obligations(flow: Flow) -> Words:
    """What the recipient takes on by its rows."""
    return _each(flow, row_phrases.obligations)


def erased(flow: Flow) -> Words:
    """When the recipient has erased it."""
    return _each(flow, lambda rule: [phrases.ERASED[rule.obligations.erase_by]])


def sensitivity(flow: Flow, catalogue: Catalogue) -> Words:
    """Whether special category or criminal offence data, or data about others, is among it."""
    entries = catalogue.entries(flow.mask)
    found = []
    if any(entry.sensitivity in {Sensitivity.SPECIAL, Sensitivity.RESTRICTED} for entry in entries):
        found.append(Words("special category", "categori arbennig"))
    if any("criminal" in entry.tags for entry in entries):
        found.append(Words("criminal offences", "troseddau"))
    if any(entry.sensitivity is Sensitivity.THIRD_PARTY or "third_party" in entry.tags for entry in entries):
        found.append(Words("about others too", "am eraill hefyd"))
    return joined(found, by=", ") if found else Words("ordinary", "cyffredin")


def _each(flow: Flow, say: Callable[[Rule], Iterable[Words]]) -> Words:
    seen: dict[str, Words] = {}
    for rule in flow.rules:
        for words in say(rule):
            seen.setdefault(words.en, words)
    return joined(list(seen.values()))
