"""One door: who may open sealed bytes is a closed list (docs/architecture.md section 1, decision 0003)."""

from __future__ import annotations

import ast

import pytest

from tests.architecture.tree import Module, dotted, functions, imports, module, modules, package_of

OPENING = "hub.sealing.opening"

# The closed list: (module, function) -> what it answers with. Whoever adds a line says in decision 0003 why.
OPENERS: dict[tuple[str, str], str] = {
    ("hub/sharing/disclose.py", "_open"): "the fields that a decision allows",
    ("hub/records/changed_fields.py", "changed_fields"): "field ids",
    ("hub/directory/match.py", "match"): "a score",
    ("hub/sealing/reseal.py", "reseal"): "nothing",
    ("hub/directory/contact.py", "contact_of"): "a name or an address, for a page or a mail that is theirs",
    ("hub/circumstances/life.py", "life_of"): "an age in whole years and a level of need",
    ("hub/safeguarding/words.py", "words_of"): "the words of an override or a bar, for who acts on them",
    ("hub/asking/words.py", "words_of"): "the words of a request, an objection or an answer, for who asks and answers",
    ("hub/consenting/receipts.py", "receipt"): "the opening of an entry, for the person whose stream it is in",
}


def opening_names(one: Module) -> set[str]:
    """Names under which this module knows the opening module or something of it."""
    known: set[str] = set()
    for node in ast.walk(one.tree):
        if isinstance(node, ast.Import):
            known |= {alias.asname or alias.name for alias in node.names if alias.name == OPENING}
        elif isinstance(node, ast.ImportFrom):
            bases = {base for base, _ in imports(node, package_of(one))}
            for alias in node.names:
                if any(base == OPENING or f"{base}.{alias.name}" == OPENING for base in bases):
                    known.add(alias.asname or alias.name)
    return known


def knows_opening(one: Module) -> bool:
    """True for a module that imports opening, in whatever spelling, or names it in a string."""
    named = any(
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and (node.value == OPENING or node.value.startswith(f"{OPENING}."))
        for node in ast.walk(one.tree)
    )
    return named or bool(opening_names(one))


def uses(node: ast.AST, names: set[str]) -> bool:
    """True where the code reads one of these names."""
    return any(
        (isinstance(inner, ast.Name) and inner.id in names)
        or (isinstance(inner, ast.Attribute) and dotted(inner) in names)
        for inner in ast.walk(node)
    )


def openers(one: Module) -> set[tuple[str, str]]:
    """Functions of this module that open sealed bytes themselves, "" for code outside a function."""
    if one.name == OPENING or not knows_opening(one):
        return set()
    names = opening_names(one)
    by_name = dict(functions(one.tree))
    found = {(one.path, name) for name, node in by_name.items() if uses(node, names)}
    inside = set(by_name.values())
    outside = [
        node for node in one.tree.body if node not in inside and not isinstance(node, ast.Import | ast.ImportFrom)
    ]
    loose = [
        part
        for node in outside
        for part in (node.body if isinstance(node, ast.ClassDef) else [node])
        if part not in inside
    ]
    if any(uses(node, names) for node in loose) or not names:
        found.add((one.path, ""))
    return found or {(one.path, "")}


def test_only_the_listed_functions_open_sealed_bytes() -> None:
    found = {opener for one in modules() for opener in openers(one)}
    assert found == set(OPENERS)


def test_no_package_hands_the_opening_on_under_another_name() -> None:
    handing_on = [one.path for one in modules() if one.path.endswith("__init__.py") and knows_opening(one)]
    assert handing_on == []


@pytest.mark.parametrize(
    ("text", "function"),
    [
        ("from hub.sealing.opening import open_field\ndef peek(cell):\n    return open_field(cell)", "peek"),
        ("from hub.sealing import opening\ndef peek(cell):\n    return opening.open_field(cell)", "peek"),
        ("import hub.sealing.opening as door\nclass A:\n    def peek(self):\n        return door.x()", "A.peek"),
        ("import hub.sealing.opening\ndef peek():\n    return hub.sealing.opening.x()", "peek"),
        ("from ..sealing.opening import open_field as o\ndef peek():\n    return map(o, [])", "peek"),
        ("def peek():\n    from hub.sealing import opening\n    return opening.x()", "peek"),
        ("from hub.sealing.opening import open_field\npeek = open_field", ""),
        ("from hub.sealing.opening import open_field\nclass A:\n    peek = open_field", ""),
        ("import importlib\ndef peek():\n    return importlib.import_module('hub.sealing.opening')", ""),
    ],
)
def test_a_planted_opener_is_seen_in_every_spelling(text: str, function: str) -> None:
    assert openers(module("hub/sharing/planted.py", text)) == {("hub/sharing/planted.py", function)}


def test_a_module_that_does_not_open_is_not_taken_for_one() -> None:
    text = "from hub.sealing.seal import seal_record\ndef opening(x):\n    return seal_record(x)"
    assert openers(module("hub/records/store.py", text)) == set()
