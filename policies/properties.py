"""Standing properties: what must hold of every draft, written once by a partnership (`properties.yaml`).

Strict YAML as protocols are. Normative text: docs/policy-language.md, section "Standing properties".
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from policies import reading
from policies.bars import BarKind
from policies.errors import PolicyFilesRefused, ProtocolError
from policies.fields import Catalogue, Sensitivity
from policies.model import ALWAYS, Basis, EraseBy, ReadLimit, Sector, When
from policies.strict_yaml import MAX_BYTES, Fault, Node, Table, parse
from policies.terms import read_limit, read_when
from policies.words import Words

E = TypeVar("E", bound=StrEnum)

FORMAT = "dolen-properties/v1"
FILE_NAME = "properties.yaml"
"""A file of this name in a folder of protocols is no protocol."""
_DEMANDS = ("never", "only_on", "only_when", "only_with", "never_marked", "bars_hold")
_PLACES = ("fields", "holders", "recipients", "roles", "purposes")


@dataclass(frozen=True, slots=True)
class Selection:
    """Which part of the rule space is meant: all that stand here must fit, and what is left open fits everything.

    `holders` and `recipients` are agencies, or `sector:` and a sector.
    """

    fields: int | None = None
    holders: frozenset[str] = frozenset()
    recipients: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    purposes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Terms:
    """What a recipient must take on at the least, where a property asks for it."""

    no_onward_sharing: bool = False
    tell_family: bool = False
    reads: ReadLimit | None = None
    erase_by: EraseBy | None = None


@dataclass(frozen=True, slots=True)
class Property:
    """One sentence that must hold. At least one of the demands from `never` on is made."""

    id: str
    words: Words
    about: Selection
    exempt: Selection | None = None
    never: bool = False
    only_on: frozenset[Basis] = frozenset()
    only_when: When = ALWAYS
    only_with: Terms = Terms()
    never_marked: bool = False
    bars_hold: frozenset[BarKind] = frozenset()
    file: str = ""
    line: int = 0


def load_properties(path: Path, catalogue: Catalogue) -> tuple[Property, ...]:
    """The properties in a file.

    Raises:
        PolicyFilesRefused: with every problem of the file.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError:
        problem = ProtocolError(str(path), 0, "the file can't be read", "check that it is there")
        raise PolicyFilesRefused([problem]) from None
    return parse_properties(content, catalogue, file=str(path))


def parse_properties(content: bytes, catalogue: Catalogue, *, file: str = FILE_NAME) -> tuple[Property, ...]:
    """The properties in these bytes; raises PolicyFilesRefused with every problem."""
    faults = reading.Faults()
    nothing: tuple[Property, ...] = ()
    found = faults.attempt(lambda: _properties(parse(content), catalogue, faults, file), otherwise=nothing)
    if faults.found:
        raise PolicyFilesRefused(ProtocolError(file, one.line, one.problem, one.remedy) for one in faults.found)
    return found


def _properties(node: Node, catalogue: Catalogue, faults: reading.Faults, file: str) -> tuple[Property, ...]:
    body = reading.table(node, required=("format", "properties")).entries
    if reading.text(body["format"]) != FORMAT:
        raise Fault(body["format"].line, "an unknown format", remedy=f"write `format: {FORMAT}`")
    found = faults.each(reading.items(body["properties"]), lambda item: _property(item, catalogue, file))
    if len({one.id for one in found}) < len(found):
        raise Fault(body["properties"].line, "an id stands twice in this list", remedy="give each its own id")
    return found


def _property(node: Node, catalogue: Catalogue, file: str) -> Property:
    body = reading.table(node, required=("id", "words", "about"), optional=("except", *_DEMANDS))
    at = body.entries
    if not at.keys() & set(_DEMANDS):
        raise Fault(body.line, "the property demands nothing", remedy=f"add one of: {', '.join(_DEMANDS)}")
    return Property(
        id=reading.slug(at["id"]),
        words=reading.words(at["words"]),
        about=_selection(at["about"], catalogue),
        exempt=_selection(at["except"], catalogue) if "except" in at else None,
        never=_true(body, "never"),
        only_on=_set_of(at["only_on"], Basis) if "only_on" in at else frozenset(),
        only_when=read_when(at["only_when"]) if "only_when" in at else ALWAYS,
        only_with=_terms(at["only_with"]) if "only_with" in at else Terms(),
        never_marked=_true(body, "never_marked"),
        bars_hold=_set_of(at["bars_hold"], BarKind) if "bars_hold" in at else frozenset(),
        file=file,
        line=body.line,
    )


def _selection(node: Node, catalogue: Catalogue) -> Selection:
    at = reading.table(node, required=(), optional=_PLACES).entries
    if not at:
        raise Fault(node.line, "nothing is selected here", remedy=f"write one of: {', '.join(_PLACES)}")
    return Selection(
        fields=_fields(at["fields"], catalogue) if "fields" in at else None,
        holders=_agencies(at["holders"]) if "holders" in at else frozenset(),
        recipients=_agencies(at["recipients"]) if "recipients" in at else frozenset(),
        roles=_slugs(at["roles"]) if "roles" in at else frozenset(),
        purposes=_slugs(at["purposes"]) if "purposes" in at else frozenset(),
    )


def _fields(node: Node, catalogue: Catalogue) -> int:
    """Field ids, `prefix.*`, `group:`, `tag:` and `sensitivity:`. A name that fits no field is refused."""
    mask = 0
    for item in reading.items(node):
        found = _named(reading.text(item), catalogue)
        if not found:
            problem = f"no field `{reading.text(item)[:80]}` in the catalogue"
            remedy = "use a field id, `prefix.*`, `group:id`, `tag:name` or `sensitivity:name`"
            raise Fault(item.line, problem, remedy=remedy)
        mask |= found
    return mask


def _named(name: str, catalogue: Catalogue) -> int:
    kind, _, rest = name.partition(":")
    if kind == "group":
        return catalogue.in_group(rest)
    if kind == "tag":
        return catalogue.tagged(rest)
    if kind == "sensitivity":
        return catalogue.of_sensitivity(Sensitivity(rest)) if rest in set(Sensitivity) else 0
    if name.endswith(".*"):
        return sum(entry.bit for entry in catalogue.fields if entry.id.startswith(name[:-1]))
    return catalogue.known_mask([name])


def _agencies(node: Node) -> frozenset[str]:
    names = set()
    for item in reading.items(node):
        name = reading.text(item)
        if name.startswith("sector:"):
            if name.removeprefix("sector:") not in set(Sector):
                remedy = "write one of " + ", ".join(f"sector:{one}" for one in Sector)
                raise Fault(item.line, f"the sector `{name[:60]}` is not known", remedy=remedy)
        else:
            reading.slug(item)
        names.add(name)
    return frozenset(names)


def _slugs(node: Node) -> frozenset[str]:
    return frozenset(reading.slug(item) for item in reading.items(node))


def _set_of(node: Node, kind: type[E]) -> frozenset[E]:
    return frozenset(reading.choice(item, kind) for item in reading.items(node))


def _true(body: Table, key: str) -> bool:
    """A demand is made or left out: `false` would read as if something were allowed by it."""
    if key not in body.entries:
        return False
    if not reading.flag(body.entries[key]):
        raise Fault(body.entries[key].line, f"`{key}: false` demands nothing", remedy="write `true`, or remove it")
    return True


def _terms(node: Node) -> Terms:
    body = reading.table(node, required=(), optional=("no_onward_sharing", "tell_family", "reads", "erase_by"))
    at = body.entries
    if not at:
        raise Fault(node.line, "no obligation stands here", remedy="write e.g. `{no_onward_sharing: true}`")
    limit = read_limit(at["reads"]) if "reads" in at else None
    if "reads" in at and limit is None:
        raise Fault(at["reads"].line, "`as_needed` demands nothing", remedy="write e.g. `{most: 3, per: week}`")
    return Terms(
        no_onward_sharing=_true(body, "no_onward_sharing"),
        tell_family=_true(body, "tell_family"),
        reads=limit,
        erase_by=reading.choice(at["erase_by"], EraseBy) if "erase_by" in at else None,
    )
