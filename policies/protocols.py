"""Reading protocol files: the shape of a WASPI information sharing protocol, in strict YAML.

One broken file refuses them all: a partner whose rule did not load must not be found out by what is missing.
Normative text: docs/policy-language.md.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

from policies import reading
from policies.errors import ProtocolError, ProtocolsRefused
from policies.fields import Catalogue
from policies.model import BarPassage, Partner, Protocol, ProtocolKind, ProtocolRef, Purpose, Role, Rule
from policies.parties import (
    read_admission,
    read_partner,
    read_passage,
    read_purpose,
    read_retention,
    read_role,
    read_undertakings,
)
from policies.properties import FILE_NAME as PROPERTIES_FILE
from policies.reading import Faults
from policies.rules import RuleReader, ambiguities
from policies.strict_yaml import MAX_BYTES, Fault, Node, Table, parse

T = TypeVar("T")

FORMAT = "dolen-protocol/v1"

_REQUIRED = (
    "format", "id", "version", "kind", "title", "introduction", "catalogue", "in_force_from", "review_on",
    "partners", "roles", "purposes", "admission", "information", "retention", "undertakings",
)  # fmt: skip
_OPTIONAL = ("bars",)


def load_protocols(
    folder: Path, catalogue: Catalogue, *, agencies: Collection[str] | None = None
) -> tuple[Protocol, ...]:
    """Every protocol of a folder (`*.yaml`, `*.yml`), sorted by id and version; `properties.yaml` there is none.

    With `agencies` given, a partner that is not among them is an error.

    Raises:
        ProtocolsRefused: with every problem of every file. Nothing of the folder is in force then.
    """
    paths = sorted(
        path for path in _listing(folder) if path.suffix in {".yaml", ".yml"} and path.name != PROPERTIES_FILE
    )
    if not paths:
        raise ProtocolsRefused([ProtocolError(str(folder), 0, "no protocol file here", "add a protocol file (*.yaml)")])
    protocols: list[Protocol] = []
    errors: list[ProtocolError] = []
    for path in paths:
        try:
            protocols.append(load_protocol(path, catalogue, agencies=agencies))
        except ProtocolsRefused as refused:
            errors.extend(error for error in refused.errors if isinstance(error, ProtocolError))
    protocols.sort(key=lambda protocol: protocol.ref)
    errors.extend(_overlaps(protocols))
    errors.extend(_misnamed(folder / PROPERTIES_FILE))
    if errors:
        raise ProtocolsRefused(errors)
    return tuple(protocols)


def load_protocol(path: Path, catalogue: Catalogue, *, agencies: Collection[str] | None = None) -> Protocol:
    """One protocol file.

    Raises:
        ProtocolsRefused: with every problem of the file.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError:
        raise ProtocolsRefused(
            [ProtocolError(str(path), 0, "the file can't be read", "check that it is there")]
        ) from None
    return parse_protocol(content, catalogue, file=str(path), agencies=agencies)


def parse_protocol(
    content: bytes, catalogue: Catalogue, *, file: str = "protocol.yaml", agencies: Collection[str] | None = None
) -> Protocol:
    """One protocol from its bytes; `file` is the name that errors give.

    Raises:
        ProtocolsRefused: with every problem of these bytes.
    """
    faults = Faults()
    try:
        body = reading.table(parse(content), required=_REQUIRED, optional=_OPTIONAL)
        reader = _Reader(body, catalogue, faults=faults, agencies=agencies)
        protocol = reader.read(file)
        if not faults.found:
            return protocol
    except Fault as fault:
        faults.found.append(fault)
    except _Stop:
        pass
    raise ProtocolsRefused(ProtocolError(file, fault.line, fault.problem, fault.remedy) for fault in faults.found)


def _listing(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        problem = ProtocolError(
            str(folder), 0, "the folder of protocols can't be read", "create it, or mend the setting"
        )
        raise ProtocolsRefused([problem]) from None


def _misnamed(path: Path) -> Iterable[ProtocolError]:
    """A protocol under the name of the standing properties would be left out unseen."""
    try:
        with path.open("rb") as file:
            is_protocol = FORMAT.encode() in file.read(MAX_BYTES)
    except OSError:
        return
    if is_protocol:
        yield ProtocolError(str(path), 1, "a protocol under the name of the standing properties", "rename the file")


def _overlaps(ordered: Iterable[Protocol]) -> Iterable[ProtocolError]:
    for before, after in pairwise(ordered):
        if before.ref.id != after.ref.id:
            continue
        if before.ref == after.ref:
            yield ProtocolError(after.file, 1, f"version {after.ref} stands in two files", "give it its own version")
        elif after.in_force_from <= before.in_force_from:
            yield ProtocolError(
                after.file, 1, f"version {after.ref} does not begin after {before.ref}", "let it begin later"
            )


class _Stop(Exception):
    """What later parts name did not load; reading on would only repeat the faults."""


@dataclass(frozen=True, slots=True)
class _Named:
    """Partners, roles and purposes that the rules of the same file may name."""

    roles: dict[str, Role]
    partners: dict[str, Partner]
    purposes: dict[str, Purpose]


class _Reader:
    """Reads the parts of one file in the order in which they lean on each other."""

    def __init__(self, body: Table, catalogue: Catalogue, *, faults: Faults, agencies: Collection[str] | None) -> None:
        self._at = body.entries
        self._lines = body.key_lines
        self._catalogue = catalogue
        self._faults = faults
        self._agencies = agencies

    def read(self, file: str) -> Protocol:
        since = self._head()
        named = self._named()
        rules = self._rules(named, since)
        bars = self._at.get("bars")
        return Protocol(
            ref=ProtocolRef(reading.slug(self._at["id"]), reading.integer(self._at["version"], least=1)),
            kind=self._kind(rules),
            title=reading.words(self._at["title"]),
            introduction=reading.words(self._at["introduction"]),
            catalogue=since,
            partners=named.partners,
            roles=named.roles,
            purposes=named.purposes,
            admission=self._each(self._at["admission"], lambda node: read_admission(node, named.partners)),
            rules=rules,
            retention=self._each(self._at["retention"], lambda node: read_retention(node, named.partners)),
            in_force_from=reading.day(self._at["in_force_from"]),
            review_on=reading.day(self._at["review_on"]),
            undertakings=read_undertakings(self._at["undertakings"]),
            bars=self._bars(bars, named) if bars is not None else (),
            file=file,
            lines=self._lines,
        )

    def _head(self) -> int:
        if reading.text(self._at["format"]) != FORMAT:
            raise Fault(self._at["format"].line, "an unknown format", remedy=f"write `format: {FORMAT}`")
        if reading.day(self._at["review_on"]) <= reading.day(self._at["in_force_from"]):
            raise Fault(
                self._at["review_on"].line, "the review is not after the first day", remedy="set a later review_on"
            )
        version = reading.integer(self._at["catalogue"], least=1)
        if version > self._catalogue.version:
            problem = f"catalogue version {version} is not known; this is {self._catalogue.version}"
            raise Fault(self._at["catalogue"].line, problem, remedy="write the version that the partners agreed on")
        return version

    def _named(self) -> _Named:
        roles = self._by_name(self._at["roles"], read_role, name=lambda role: role.code)
        purposes = self._by_name(self._at["purposes"], read_purpose, name=lambda purpose: purpose.code)
        partners = self._by_name(
            self._at["partners"],
            lambda node: read_partner(node, roles, self._agencies),
            name=lambda partner: partner.agency,
        )
        if self._faults.found:
            raise _Stop
        if len(partners) < 2:
            raise Fault(self._at["partners"].line, "a protocol has at least two partners", remedy="add a partner")
        return _Named(roles, partners, purposes)

    def _rules(self, named: _Named, since: int) -> tuple[Rule, ...]:
        reader = RuleReader(self._catalogue, since=since, partners=named.partners, purposes=named.purposes)
        rules = self._each(self._at["information"], reader.read)
        self._faults.found.extend(ambiguities(rules, self._catalogue))
        return rules

    def _bars(self, node: Node, named: _Named) -> tuple[BarPassage, ...]:
        found = self._each(node, lambda item: read_passage(item, named.roles))
        if len({one.kind for one in found}) < len(found):
            raise Fault(node.line, "a kind of bar stands twice in this list", remedy="keep one entry of each kind")
        return found

    def _kind(self, rules: tuple[Rule, ...]) -> ProtocolKind:
        node = self._at["kind"]
        kind = reading.choice(node, ProtocolKind)
        if kind is ProtocolKind.ONE_WAY and len({rule.holder for rule in rules}) > 1:
            raise Fault(node.line, "a one-way agreement with two holders", remedy="write `reciprocal`, or split it")
        return kind

    def _each(self, node: Node, read: Callable[[Node], T]) -> tuple[T, ...]:
        return self._faults.each(reading.items(node), read)

    def _by_name(self, node: Node, read: Callable[[Node], T], *, name: Callable[[T], str]) -> dict[str, T]:
        found = self._each(node, read)
        named = {name(entry): entry for entry in found}
        if len(named) < len(found):
            raise Fault(node.line, "a name stands twice in this list", remedy="keep one entry of each name")
        return named
