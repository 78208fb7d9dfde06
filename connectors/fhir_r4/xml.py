"""FHIR XML (R4, section 2.6.1) to the JSON form of the same resource, so that everything after reads one form."""

from __future__ import annotations

from xml.etree.ElementTree import Element, ParseError, TreeBuilder, tostring

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from connectors.base import Json
from connectors.fhir_r4.cardinality import ALWAYS_LISTS, BOOLEANS, INTEGERS, LISTS, META_LISTS, PRIMITIVES
from connectors.limits import Limits
from connectors.reasons import ReasonCode, Unfit

_FHIR = "{http://hl7.org/fhir}"
_XHTML = "{http://www.w3.org/1999/xhtml}"


class _BoundedBuilder(TreeBuilder):
    """Builds the tree and stops where it is too deep or has too many elements to be a record."""

    def __init__(self, limits: Limits) -> None:
        super().__init__()
        self._limits = limits
        self._depth = 0
        self._count = 0

    def start(self, tag: str, attrs: dict[str, str]) -> Element:
        self._depth += 1
        self._count += 1
        if self._depth > self._limits.nesting:
            raise Unfit(ReasonCode.TOO_DEEP)
        if self._count > self._limits.xml_elements:
            raise Unfit(ReasonCode.TOO_LARGE)
        return super().start(tag, attrs)

    def end(self, tag: str) -> Element:
        self._depth -= 1
        return super().end(tag)


def xml_of(content: bytes, limits: Limits) -> Json:
    """The resource in `content` in its JSON form; None when the root is no FHIR element.

    Raises:
        Unfit: not well-formed, too deep or too large, or with a document type or entities, which FHIR forbids
            (R4, section 2.6.1) and bombs need.
    """
    if len(content) > limits.xml_bytes:
        raise Unfit(ReasonCode.TOO_LARGE)
    parser = DefusedXMLParser(
        target=_BoundedBuilder(limits), forbid_dtd=True, forbid_entities=True, forbid_external=True
    )
    try:
        parser.feed(content)
        root: Element = parser.close()
    except DefusedXmlException:
        raise Unfit(ReasonCode.FORBIDDEN_XML) from None
    except (ParseError, LookupError, ValueError):
        raise Unfit(ReasonCode.NOT_XML) from None
    return _resource(root) if root.tag.startswith(_FHIR) else None


def _resource(element: Element) -> dict[str, Json]:
    kind = element.tag.removeprefix(_FHIR)
    return {"resourceType": kind, **_members(element, kind)}


def _members(element: Element, path: str) -> dict[str, Json]:
    """Attributes and children of `element`, which stands at `path`, as members of a JSON object."""
    members: dict[str, Json] = {name: value for name, value in element.attrib.items() if name in {"id", "url"}}
    for child in element:
        if isinstance(child.tag, str):  # comments and processing instructions have none
            _add(members, child, path)
    return members


def _add(members: dict[str, Json], child: Element, path: str) -> None:
    name = child.tag.removeprefix(_FHIR)
    if child.tag == f"{_XHTML}div":
        members["div"] = _division(child)
        return
    value, extra = _value(child, name, path)
    if value is not None:
        _put(members, name, value, is_list=_is_list(name, path))
    if extra:
        _put(members, f"_{name}", extra, is_list=_is_list(name, path))


def _value(child: Element, name: str, path: str) -> tuple[Json, dict[str, Json]]:
    """Value of one element, and what JSON keeps beside a primitive value (its id and extensions)."""
    primitive = child.get("value")
    if primitive is not None:
        return _primitive(name, primitive), _members(child, f"{path}.{name}")
    if _holds_resource(child):
        return _resource(child[0]), {}
    inner = _members(child, _below(path, name))
    if name in PRIMITIVES and inner.keys() <= {"id", "extension"}:
        return None, inner
    return inner, {}


def _holds_resource(element: Element) -> bool:
    return len(element) == 1 and str(element[0].tag).removeprefix(_FHIR)[:1].isupper()


def _below(path: str, name: str) -> str:
    """Path of the children of `name`; items nest without end and share one path."""
    if name == "item" and path.startswith("QuestionnaireResponse"):
        return "QuestionnaireResponse.item"
    return "meta" if name == "meta" else f"{path}.{name}"


def _is_list(name: str, path: str) -> bool:
    if path == "meta":
        return name in META_LISTS or name in ALWAYS_LISTS
    return name in ALWAYS_LISTS or name in LISTS.get(path, frozenset())


def _put(members: dict[str, Json], name: str, value: Json, *, is_list: bool) -> None:
    there = members.get(name)
    if isinstance(there, list):
        there.append(value)
    elif there is not None:
        members[name] = [there, value]
    else:
        members[name] = [value] if is_list else value


def _primitive(name: str, text: str) -> Json:
    if name in BOOLEANS and text in {"true", "false"}:
        return text == "true"
    if name in INTEGERS and len(text) < 16 and text.removeprefix("-").isascii() and text.removeprefix("-").isdigit():
        return int(text)
    return text


def _division(element: Element) -> str:
    """The narrative as it stands in JSON: a `div` that declares XHTML."""
    for part in element.iter():
        if isinstance(part.tag, str):
            part.tag = part.tag.removeprefix(_XHTML)
    element.set("xmlns", _XHTML[1:-1])
    element.tail = None
    return tostring(element, encoding="unicode")
