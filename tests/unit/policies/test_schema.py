"""The published schema and the parser know the same keys and the same choices."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

import policies
from policies import Basis, Condition, ProtocolsRefused, load_catalogue, parse_protocol
from policies.bars import NEVER_PASSED, BarKind
from policies.model import Confidentiality, EraseBy, Period, ProtocolKind, Sector
from policies.rules import ARTICLE_6, ARTICLE_9
from policies.schema import schema
from tests.unit.policies.test_protocol_files import SMALL, WRONG

SCHEMA: dict[str, Any] = json.loads(schema())
VALIDATOR = Draft202012Validator(SCHEMA)
SAMPLES = [
    path for path in sorted((Path(policies.__file__).parent / "samples").glob("*.yaml")) if path.stem != "properties"
]


class EditorsYaml(yaml.SafeLoader):
    """YAML as editors read it (the core schema of YAML 1.2): dates stay text, and so do `yes` and `no`."""


EditorsYaml.yaml_implicit_resolvers = {}
for tag, pattern, first in (
    ("bool", r"true|false", "tf"),
    ("int", r"[-+]?[0-9]+", "-+0123456789"),
    ("null", r"~|null|", "~n"),
):
    EditorsYaml.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(rf"^(?:{pattern})$"), list(first))


def as_editors_see(text: str) -> Any:
    return yaml.load(text, EditorsYaml)


FULL = as_editors_see(SMALL)
FULL["information"][0] |= {
    "article_10": "an authority",
    "condition": "a condition",
    "when": {
        "age_from": 3,
        "age_until": 16,
        "levels": [2],
        "live_tie": True,
        "from_on": "2026-02-01",
        "until_on": "2026-09-01",
    },
}
FULL["information"][0]["obligations"]["reads"] = {"most": 3, "per": "week"}
FULL["bars"] = [{"kind": "third_party", "override_by": ["alnco"]}]

# Where each mapping of the schema stands in FULL.
PLACES: dict[str, tuple[str | int, ...]] = {
    "": (),
    "words": ("title",),
    "partner": ("partners", 0),
    "partner/ask": ("partners", 0, "ask"),
    "role": ("roles", 0),
    "purpose": ("purposes", 0),
    "admission": ("admission", 0),
    "row": ("information", 0),
    "power": ("information", 0, "powers", 0),
    "obligations": ("information", 0, "obligations"),
    "read_limit": ("information", 0, "obligations", "reads"),
    "when": ("information", 0, "when"),
    "retention": ("retention", 0),
    "undertakings": ("undertakings",),
    "bar_passage": ("bars", 0),
}


def shape_of(place: str) -> dict[str, Any]:
    if place == "partner/ask":
        return SCHEMA["$defs"]["partner"]["properties"]["ask"]
    return SCHEMA["$defs"][place] if place else SCHEMA


def at(document: Any, path: tuple[str | int, ...]) -> dict[str, Any]:
    for step in path:
        document = document[step]
    return document


def parse(document: object) -> None:
    parse_protocol(json.dumps(document).encode(), load_catalogue())


def keys_that_the_parser_knows(path: tuple[str | int, ...]) -> set[str]:
    """What the parser itself lists when a key is unknown."""
    changed = deepcopy(FULL)
    at(changed, path)["planted"] = "x"
    with pytest.raises(ProtocolsRefused) as refused:
        parse(changed)
    remedy = next(error.remedy for error in refused.value.errors if "`planted`" in error.problem)  # type: ignore[union-attr]
    return set(re.findall(r"`([^`]+)`", remedy))


def mappings(part: object, name: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every mapping with keys of its own that the schema describes."""
    if isinstance(part, dict):
        if part.get("type") == "object":
            yield name, part
        for key, inner in part.items():
            if key not in {"$defs", "allOf"}:
                yield from mappings(inner, f"{name}/{key}" if key != "properties" else name)


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_a_file_with_everything_in_it_is_good_for_both() -> None:
    """Without this the comparisons below could pass because of something else that is wrong with it."""
    parse(FULL)
    assert [error.message for error in VALIDATOR.iter_errors(FULL)] == []


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_every_sample_is_good_for_the_schema_and_names_it(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert [error.message for error in VALIDATOR.iter_errors(as_editors_see(text))] == []
    assert text.startswith("# yaml-language-server: $schema=../schema/dolen-protocol-v1.json\n")


def test_no_mapping_of_the_schema_is_left_out_of_the_comparison() -> None:
    inside = [found for name, part in SCHEMA["$defs"].items() for found in mappings(part, name)]
    assert {name for name, _ in [*mappings(SCHEMA, ""), *inside]} == set(PLACES)


@pytest.mark.parametrize("place", PLACES)
def test_the_parser_and_the_schema_take_the_same_keys(place: str) -> None:
    shape = shape_of(place)
    assert set(shape["properties"]) == keys_that_the_parser_knows(PLACES[place])
    assert shape["additionalProperties"] is False


@pytest.mark.parametrize("place", PLACES)
def test_the_parser_and_the_schema_need_the_same_keys(place: str) -> None:
    needed = set()
    for key in shape_of(place)["properties"]:
        changed = deepcopy(FULL)
        del at(changed, PLACES[place])[key]
        try:
            parse(changed)
        except ProtocolsRefused as refused:
            needed |= {key for error in refused.errors if f"the key `{key}` is missing" in error.problem}
    assert needed == set(shape_of(place).get("required", ()))


CHOICES: dict[str, tuple[dict[str, Any], set[str]]] = {
    "kind": (SCHEMA["properties"]["kind"], set(ProtocolKind)),
    "sector": (shape_of("partner")["properties"]["sector"], set(Sector)),
    "any_of": (shape_of("admission")["properties"]["any_of"]["items"], set(Condition)),
    "basis": (shape_of("row")["properties"]["basis"], set(Basis)),
    "article_6": (shape_of("row")["properties"]["article_6"], set(ARTICLE_6)),
    "article_9": (shape_of("row")["properties"]["article_9"], set(ARTICLE_9)),
    "confidentiality": (shape_of("row")["properties"]["confidentiality"], set(Confidentiality)),
    "erase_by": (shape_of("obligations")["properties"]["erase_by"], set(EraseBy)),
    "per": (shape_of("read_limit")["properties"]["per"], set(Period)),
    "bar": (shape_of("bar_passage")["properties"]["kind"], set(BarKind) - NEVER_PASSED),
}


@pytest.mark.parametrize("name", CHOICES)
def test_every_choice_is_the_parser_s_choice(name: str) -> None:
    part, expected = CHOICES[name]
    assert set(part["enum"]) == {value.value if isinstance(value, StrEnum) else value for value in expected}


def test_no_list_of_choices_is_left_out_of_the_comparison() -> None:
    assert json.dumps(SCHEMA).count('"enum"') == len(CHOICES)


# What a shape cannot say: how YAML is written, and what one part says about another.
BEYOND_SHAPE = {
    "anchor bomb", "alias", "tag", "merge key", "duplicate key", "second document", "not YAML", "review before start",
    "later catalogue", "unknown role at a partner", "partner twice", "admission of a stranger", "unknown holder",
    "unknown recipient", "to itself", "a role of the other partner", "unknown purpose", "unknown field",
    "unknown prefix", "unknown group", "special without Article 9", "criminal without Article 10",
    "restricted by group", "restricted by prefix", "marker on restricted", "retention of a stranger", "row id twice",
    "a date that is none", "a tab", "a comment that cuts a text", "a comment behind a power",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(set(WRONG) - BEYOND_SHAPE))
def test_a_mistake_in_the_shape_is_seen_by_the_schema_too(name: str) -> None:
    assert not VALIDATOR.is_valid(as_editors_see(WRONG[name][0](SMALL)))


def test_the_list_of_what_a_shape_cannot_say_names_real_mistakes() -> None:
    assert BEYOND_SHAPE - set(WRONG) == set()


@pytest.mark.parametrize("value", ["", " ", "x" * 4_001])
def test_text_has_the_same_bounds_in_both(value: str) -> None:
    changed = deepcopy(FULL)
    changed["title"]["en"] = value
    assert not VALIDATOR.is_valid(changed)
    with pytest.raises(ProtocolsRefused):
        parse(changed)


@pytest.mark.parametrize(
    ("path", "least", "most"),
    [
        (("information", 0, "when", "age_from"), 0, 25),
        (("information", 0, "when", "age_until"), 4, 26),
        (("information", 0, "when", "levels", 0), 1, 3),
        (("information", 0, "obligations", "reads", "most"), 1, 1_000),
    ],
)
def test_numbers_have_the_same_bounds_in_both(path: tuple[str | int, ...], least: int, most: int) -> None:
    for value, good in ((least, True), (most, True), (most + 1, False)):
        changed = deepcopy(FULL)
        changed["information"][0]["when"]["age_from"] = 0
        del changed["information"][0]["when"]["age_until"]
        at(changed, path[:-1])[path[-1]] = value  # type: ignore[index]
        assert VALIDATOR.is_valid(changed) is good, (path, value)
        if good:
            parse(changed)
        else:
            with pytest.raises(ProtocolsRefused):
                parse(changed)
