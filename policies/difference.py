"""What differs between two versions of a protocol, in meaning: by enumeration of all that each of them says.

Rows are taken apart into cells (`policies.rule_space`); everything else is compared key by key. So neither order nor
layout nor the division into rows counts, and nothing that does count can be missed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

import rfc8785

from policies.canonical import as_json
from policies.coverage import covers
from policies.fields import Catalogue
from policies.model import Basis, Protocol, ProtocolRef
from policies.rule_space import Place, Terms, cells
from policies.values import Json


class Kind(StrEnum):
    """What became of a cell."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class RuleChange:
    """Cells that changed in the same way: each of the fields, for each of the roles, by the terms of each row."""

    holder: str
    recipient: str
    purpose: str
    roles: tuple[str, ...]
    fields: tuple[str, ...]
    before: tuple[Terms, ...]
    after: tuple[Terms, ...]

    @property
    def kind(self) -> Kind:
        """Whether the cells are new, gone, or shared on other terms."""
        if not self.before:
            return Kind.ADDED
        return Kind.CHANGED if self.after else Kind.REMOVED


@dataclass(frozen=True, slots=True, order=True)
class AskedAgain:
    """Fields on consent before and after, which a consent given under the older version no longer reaches."""

    holder: str
    recipient: str
    purpose: str
    role: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OtherChange:
    """Something beside the rows: a date, a name, a partner's role, who may pass a bar. None where it is not said."""

    what: str
    before: Json
    after: Json


@dataclass(frozen=True, slots=True)
class Difference:
    """All that changed. `same_bytes`: the two are one text to their signers, beside its name and number.

    Where nothing changed and the bytes differ, only names of rows or their division did.
    """

    rules: tuple[RuleChange, ...]
    others: tuple[OtherChange, ...]
    asked_again: tuple[AskedAgain, ...]
    same_bytes: bool

    @property
    def is_empty(self) -> bool:
        """Whether both mean the same."""
        return not self.rules and not self.others


def difference(before: Protocol, after: Protocol, catalogue: Catalogue) -> Difference:
    """What `after` says that `before` did not, and the other way round. Id and version number don't count."""
    old, new = as_json(before, catalogue), as_json(after, catalogue)
    for one in (old, new):
        del one["id"], one["version"]
    return Difference(
        rules=_rule_changes(before, after, catalogue),
        others=_other_changes(old, new),
        asked_again=_asked_again(before, after, catalogue),
        same_bytes=rfc8785.dumps(old) == rfc8785.dumps(new),
    )


def _rule_changes(before: Protocol, after: Protocol, catalogue: Catalogue) -> tuple[RuleChange, ...]:
    old, new = cells(before, catalogue), cells(after, catalogue)
    changed = [place for place in sorted(old.keys() | new.keys()) if old.get(place) != new.get(place)]
    by_change: dict[tuple[str, str, str, bytes], dict[str, list[str]]] = {}
    for place in changed:
        said = rfc8785.dumps([[*map(dict, old.get(place, ()))], [*map(dict, new.get(place, ()))]])
        roles = by_change.setdefault((place.holder, place.recipient, place.purpose, said), {})
        roles.setdefault(place.role, []).append(place.field_id)
    found = []
    for (holder, recipient, purpose, _), by_role in by_change.items():
        for fields, roles_ in _alike(by_role):
            first = Place(holder, recipient, purpose, roles_[0], fields[0])
            found.append(
                RuleChange(
                    holder=holder,
                    recipient=recipient,
                    purpose=purpose,
                    roles=roles_,
                    fields=fields,
                    before=old.get(first, ()),
                    after=new.get(first, ()),
                )
            )
    return tuple(sorted(found, key=lambda one: (one.holder, one.recipient, one.purpose, one.fields, one.roles)))


def _alike(by_role: Mapping[str, list[str]]) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Roles of which the same fields changed, together."""
    found: dict[tuple[str, ...], list[str]] = {}
    for role in sorted(by_role):
        found.setdefault(tuple(sorted(by_role[role])), []).append(role)
    return [(fields, tuple(roles)) for fields, roles in found.items()]


def _asked_again(before: Protocol, after: Protocol, catalogue: Catalogue) -> tuple[AskedAgain, ...]:
    """Per parties, purpose and role: fields on consent before and after, of which a consent from before is outgrown."""
    newer = replace(after, ref=ProtocolRef(before.ref.id, before.ref.version + 1))
    found = []
    for recipient, purpose, role, holder in _parties_on_consent(newer):
        old, new = (_on_consent(one, (recipient, purpose, role, holder)) for one in (before, newer))
        reached = covers(newer, [before], recipient=recipient, purpose=purpose, role=role, holder=holder)
        outgrown = old & new & ~reached.get(before.ref, 0)
        if outgrown:
            found.append(AskedAgain(holder, recipient, purpose, role, catalogue.ids(outgrown)))
    return tuple(sorted(found))


def _parties_on_consent(protocol: Protocol) -> set[tuple[str, str, str, str]]:
    return {
        (rule.recipient, rule.purpose, role, rule.holder)
        for rule in protocol.rules
        if rule.basis is Basis.CONSENT
        for role in rule.roles
    }


def _on_consent(protocol: Protocol, key: tuple[str, str, str, str]) -> int:
    recipient, purpose, role, holder = key
    mask = 0
    for rule in protocol.rules:
        if rule.basis is Basis.CONSENT and role in rule.roles:
            mask |= rule.mask if (rule.recipient, rule.purpose, rule.holder) == (recipient, purpose, holder) else 0
    return mask


def _other_changes(old: Mapping[str, Json], new: Mapping[str, Json]) -> tuple[OtherChange, ...]:
    """Every other value that is not the same, by the path at which it stands."""
    said, says = dict(_leaves(old)), dict(_leaves(new))
    return tuple(
        OtherChange(path, said.get(path), says.get(path))
        for path in sorted(said.keys() | says.keys())
        if said.get(path) != says.get(path)
    )


_NAMED_BY = {
    "partners": "agency",
    "roles": "code",
    "purposes": "code",
    "admission": "holder",
    "retention": "agency",
    "bars": "kind",
}
"""Lists of which an entry is told from the others by one of its keys."""


def _leaves(told: Mapping[str, Json], above: str = "") -> Iterator[tuple[str, Json]]:
    for key, value in told.items():
        path = f"{above}.{key}" if above else key
        if path == "information":
            continue
        if isinstance(value, dict):
            yield from _leaves(value, path)
        elif path in _NAMED_BY and isinstance(value, list):
            yield from _entries(value, path, _NAMED_BY[path])
        else:
            yield path, value


def _entries(entries: list[Json], path: str, name: str) -> Iterator[tuple[str, Json]]:
    """The entries of a list by name; those that share one (two admissions of a holder) by name and number."""
    seen: dict[str, int] = {}
    for entry in entries:
        if isinstance(entry, dict):
            called = str(entry[name])
            seen[called] = seen.get(called, 0) + 1
            number = "" if seen[called] == 1 else f" ({seen[called]})"
            yield f"{path}[{called}{number}]", True
            yield from _leaves({key: value for key, value in entry.items() if key != name}, f"{path}[{called}{number}]")
