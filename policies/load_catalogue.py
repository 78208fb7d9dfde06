"""Reading the field catalogue from its YAML files. A field without Welsh or without a group stops the start."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeVar

from policies import reading
from policies.errors import CatalogueError, CatalogueRefused, PolicyFileError
from policies.fields import Catalogue, CodeList, Field, FieldType, Group, Question, Sensitivity
from policies.strict_yaml import MAX_BYTES, Fault, Node, Table, parse

T = TypeVar("T")

FOLDER = Path(__file__).parent / "catalogue"
MAX_ORDINAL = 4_095

_FIELD_ID = re.compile(r"[a-z][a-z_]*(?:\.[a-z][a-z_]*){1,3}", re.ASCII)
_TAG = re.compile(r"[a-z][a-z_]{1,39}", re.ASCII)
_REQUIRED = ("id", "ordinal", "type", "sensitivity", "group", "question", "title", "plain")
_OPTIONAL = ("since", "tags", "unit", "codes", "mappings")
_CODED = frozenset((FieldType.CODE, FieldType.CODE_LIST))


@dataclass(frozen=True, slots=True)
class _Placed:
    """A field and where it stands, for the checks that look at all fields together."""

    file: str
    line: int
    field: Field


@cache
def load_catalogue(folder: Path = FOLDER) -> Catalogue:
    """The catalogue that ships with this version, or the one in `folder`. Cached: it can't change while we run.

    Raises:
        CatalogueRefused: with every problem, each with file and line.
    """
    return _Loader(folder).load()


class _Loader:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._errors: list[PolicyFileError] = []

    def load(self) -> Catalogue:
        version = self._head()
        groups = {entry.id: entry for entry in self._entries("groups.yaml", "groups", _group)}
        questions = {entry.id: entry for entry in self._entries("questions.yaml", "questions", _question)}
        codes = {entry.id: entry for entry in self._entries("codes.yaml", "code_lists", _code_list)}
        placed = [self._placed(path) for path in sorted(self._folder.glob("fields-*.yaml"))]
        fields = [entry for part in placed for entry in part]
        if not self._errors:
            self._check(fields, groups=groups, questions=questions, codes=codes, version=version)
        if self._errors:
            raise CatalogueRefused(self._errors)
        return Catalogue(version, tuple(entry.field for entry in fields), groups, questions, codes)

    def _head(self) -> int:
        def read(node: Node) -> int:
            head = reading.table(node, required=("version",))
            return reading.integer(head.entries["version"], least=1)

        return self._read(self._folder / "catalogue.yaml", read) or 0

    def _entries(self, name: str, key: str, read: Callable[[Node], T]) -> tuple[T, ...]:
        faults = reading.Faults()

        def entries(node: Node) -> tuple[T, ...]:
            body = reading.table(node, required=(key,))
            return faults.each(reading.items(body.entries[key]), read)

        found = self._read(self._folder / name, entries) or ()
        self._note(self._folder / name, faults.found)
        return found

    def _placed(self, path: Path) -> tuple[_Placed, ...]:
        return self._entries(path.name, "fields", lambda node: _Placed(str(path), node.line, _field(node, str(path))))

    def _read(self, path: Path, read: Callable[[Node], T]) -> T | None:
        try:
            with path.open("rb") as file:
                return read(parse(file.read(MAX_BYTES + 1)))
        except OSError:
            self._errors.append(CatalogueError(str(path), 0, "the file can't be read", "put the file back"))
        except Fault as fault:
            self._note(path, [fault])
        return None

    def _note(self, path: Path, faults: Iterable[Fault]) -> None:
        self._errors += [CatalogueError(str(path), fault.line, fault.problem, fault.remedy) for fault in faults]

    def _check(
        self,
        placed: list[_Placed],
        *,
        groups: Mapping[str, Group],
        questions: Mapping[str, Question],
        codes: Mapping[str, CodeList],
        version: int,
    ) -> None:
        ids = Counter(entry.field.id for entry in placed)
        ordinals = Counter(entry.field.ordinal for entry in placed)
        for entry in placed:
            field = entry.field
            self._wrong(entry, ids[field.id] > 1, f"the id `{field.id}` stands twice")
            self._wrong(entry, ordinals[field.ordinal] > 1, f"the ordinal {field.ordinal} stands twice")
            self._wrong(entry, field.group not in groups, f"the group `{field.group}` is not in groups.yaml")
            self._wrong(entry, field.question not in questions, f"`{field.question}` is not in questions.yaml")
            self._wrong(entry, field.codes not in (None, *codes), f"`{field.codes}` is not in codes.yaml")
            self._wrong(entry, field.since > version, f"`since` {field.since} is after version {version}")
        for group_id in groups.keys() - {entry.field.group for entry in placed}:
            self._errors.append(
                CatalogueError(
                    str(self._folder / "groups.yaml"), 1, f"the group `{group_id}` has no field", "remove it"
                )
            )

    def _wrong(self, entry: _Placed, is_wrong: bool, problem: str) -> None:
        if is_wrong:
            self._errors.append(CatalogueError(entry.file, entry.line, problem, f"mend field `{entry.field.id}`"))


def _field(node: Node, file: str) -> Field:
    body = reading.table(node, required=_REQUIRED, optional=_OPTIONAL)
    entries = body.entries
    field_type = reading.choice(entries["type"], FieldType)
    codes = _optional(body, "codes", reading.text)
    if codes is not None and field_type not in _CODED:
        raise Fault(entries["codes"].line, "only a code has a code list", remedy="remove `codes`")
    return Field(
        id=_matching(entries["id"], _FIELD_ID, what="field id"),
        ordinal=reading.integer(entries["ordinal"], least=0, most=MAX_ORDINAL),
        type=field_type,
        sensitivity=reading.choice(entries["sensitivity"], Sensitivity),
        group=reading.text(entries["group"]),
        question=reading.text(entries["question"]),
        title=reading.words(entries["title"]),
        plain=reading.words(entries["plain"]),
        since=_optional(body, "since", lambda given: reading.integer(given, least=1)) or 1,
        tags=frozenset(_optional(body, "tags", _tags) or ()),
        unit=_optional(body, "unit", reading.text),
        codes=codes,
        mappings=_optional(body, "mappings", _mappings) or {},
        file=file,
        line=node.line,
    )


def _optional(body: Table, key: str, read: Callable[[Node], T]) -> T | None:
    return read(body.entries[key]) if key in body.entries else None


def _matching(node: Node, pattern: re.Pattern[str], *, what: str) -> str:
    found = reading.text(node)
    if pattern.fullmatch(found) is None:
        raise Fault(node.line, f"`{found[:80]}` is not a {what}", remedy="use small letters and underscores")
    return found


def _tags(node: Node) -> tuple[str, ...]:
    return tuple(_matching(item, _TAG, what="tag") for item in reading.items(node))


def _mappings(node: Node) -> dict[str, str]:
    body = reading.table(node, required=(), optional=("fhir", "school_census", "ssda903", "plan"))
    return {key: reading.text(value) for key, value in body.entries.items()}


def _group(node: Node) -> Group:
    body = reading.table(node, required=("id", "title", "plain")).entries
    return Group(
        _matching(body["id"], _FIELD_ID, what="group id"), reading.words(body["title"]), reading.words(body["plain"])
    )


def _question(node: Node) -> Question:
    body = reading.table(node, required=("id", "words")).entries
    return Question(_matching(body["id"], _TAG, what="question id"), reading.words(body["words"]))


def _code_list(node: Node) -> CodeList:
    body = reading.table(node, required=("id", "title", "codes")).entries
    labels = body["codes"]
    if not isinstance(labels, Table) or not labels.entries:
        raise Fault(labels.line, "a mapping of codes is needed here", remedy="write `CODE: {en: ..., cy: ...}`")
    return CodeList(
        _matching(body["id"], _TAG, what="code list id"),
        reading.words(body["title"]),
        {code: reading.words(label) for code, label in labels.entries.items()},
    )
