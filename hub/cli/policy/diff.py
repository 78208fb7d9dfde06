"""`dolen policy diff`: what another version of a protocol would change, in meaning."""

from __future__ import annotations

import click

from hub.cli.policy.versions import version_named
from hub.cli.printing import say, say_json
from hub.steering.compared import as_json as told
from hub.steering.compared_words import in_words, terms_in_words
from policies.difference import Difference, OtherChange, difference
from policies.load_catalogue import load_catalogue
from policies.model import Protocol


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
        for line in terms_in_words(rule):
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


def _other(one: OtherChange) -> str:
    return f"{one.what}: {in_words(one.before)} -> {in_words(one.after)}"
