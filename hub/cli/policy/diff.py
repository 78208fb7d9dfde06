"""`dolen policy diff`: what another version of a protocol would change, in meaning."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

import click

from hub.cli.policy.versions import version_named
from hub.cli.printing import say, say_json
from hub.steering.compared import as_json as told
from policies.difference import Difference, Kind, OtherChange, RuleChange, difference
from policies.load_catalogue import load_catalogue
from policies.model import Protocol
from policies.rule_space import Terms
from policies.values import Json


@click.command()
@click.argument("before", metavar="V1")
@click.argument("after", metavar="V2")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def diff(before: str, after: str, as_json: bool) -> None:
    """Say exactly what changes between two versions of a protocol: who gets which field, for what, on which terms.

    V1 and V2 are files, or versions that the hub keeps (ID/VERSION). Order, layout, comments, names of rows and how the
    fields are divided into rows are no change. Exit code 0 where the two mean the same, 1 where they don't.

    \b
    Example:
      dolen policy diff aln.yaml aln-draft.yaml
      dolen policy diff dyffryn-afon-aln/1 aln-draft.yaml --json
    """
    catalogue = load_catalogue()
    first, second = (version_named(name, catalogue) for name in (before, after))
    found = difference(first, second, catalogue)
    if as_json:
        say_json(told(found, first, second))
    else:
        _say(found, first, second)
    raise click.exceptions.Exit(0 if found.is_empty else 1)


def _say(found: Difference, before: Protocol, after: Protocol) -> None:
    say(f"{before.ref} ({before.file})\n{after.ref} ({after.file})")
    for rule in found.rules:
        say(f"{rule.kind}: {rule.holder} to {rule.recipient}, for {rule.purpose}, roles {', '.join(rule.roles)}")
        say(f"  fields: {', '.join(rule.fields)}")
        for line in _terms(rule):
            say(f"  {line}")
    for other in found.others:
        say(_other(other))
    for one in found.asked_again:
        say(
            f"consent does not reach: {one.holder} to {one.recipient}, for {one.purpose}, role {one.role}: "
            f"{', '.join(one.fields)}. Families are asked again for these."
        )
    if found.is_empty:
        rest = "" if found.same_bytes else " Only names of rows or their division differ, so the bytes to sign do too."
        say(f"They mean the same.{rest}")


def _terms(rule: RuleChange) -> Iterator[str]:
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
            yield f"{above}{key}: {_text(old)} -> {_text(new)}"


_HEADLINE: Sequence[str] = ("basis", "when", "obligations", "withheld_marker", "article_6", "article_9", "powers")


def _said(terms: Terms) -> str:
    return "; ".join(f"{key} {_text(terms[key])}" for key in _HEADLINE if terms.get(key) is not None)


def _other(one: OtherChange) -> str:
    return f"{one.what}: {_text(one.before)} -> {_text(one.after)}"


def _text(value: Json) -> str:
    """A value in one line; what stands at its default in conditions and obligations is left out."""
    if isinstance(value, dict):
        said = {key: part for key, part in value.items() if part not in (None, False, [])}
        return ", ".join(f"{key} {_text(part)}" for key, part in said.items()) or "none"
    if isinstance(value, list):
        return "; ".join(_text(part) for part in value) or "none"
    if value is None:
        return "nothing"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
