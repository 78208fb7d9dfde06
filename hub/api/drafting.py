"""Protocols to check, to compare and to account for: the answers of `dolen policy check`, `diff` and `records`."""

from __future__ import annotations

from typing import Annotated

from apiflask import APIBlueprint
from flask import Response, jsonify, request
from pydantic import BaseModel, Field

from hub.api.describe import needs, protected
from hub.api.errors import WrongContentType
from hub.api.strict_input import Strict, read_body
from hub.api.use_cases import use_cases
from hub.oauth.guard import principal, requires
from hub.oauth.pace import CHECKS
from policies.model import ProtocolRef

YAML_TYPES = ("application/yaml", "text/plain")
MAX_DRAFT = 1024 * 1024

routes = APIBlueprint("drafting", __name__, tag="Checking and accounting for protocols")

_Version = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,39}/[1-9][0-9]{0,6}$", max_length=48)]


class FindingOut(BaseModel):
    """One thing to mend, and where."""

    file: str
    line: int
    check: str
    problem: str
    remedy: str


class CheckedProtocol(BaseModel):
    """A protocol that loads."""

    protocol: str
    title: str
    partners: list[str]
    rules: int
    in_force_from: str
    review_on: str
    signed_by: list[str]
    verified: list[str]
    file: str


class CheckAnswer(BaseModel):
    """Everything that is wrong with a draft; `ok` where there are no problems. Notices are none."""

    ok: bool
    protocols: list[CheckedProtocol]
    properties: list[str]
    problems: list[FindingOut]
    notices: list[FindingOut]


class DiffQuery(Strict):
    """Two registered versions, as ID/VERSION."""

    before: Annotated[_Version, Field(alias="from")]
    after: Annotated[_Version, Field(alias="to")]


class RuleChangeOut(BaseModel):
    """Cells that changed alike, by the terms of each row before and after."""

    change: str
    holder: str
    recipient: str
    purpose: str
    roles: list[str]
    fields: list[str]
    before: list[dict[str, object]]
    after: list[dict[str, object]]


class OtherChangeOut(BaseModel):
    """Something beside the rows."""

    what: str
    before: object
    after: object


class AskedAgainOut(BaseModel):
    """Fields for which families are asked again."""

    holder: str
    recipient: str
    purpose: str
    role: str
    fields: list[str]


class DiffAnswer(BaseModel):
    """What differs between two versions, in meaning."""

    before: str
    after: str
    same_meaning: bool
    same_bytes: bool
    rules: list[RuleChangeOut]
    others: list[OtherChangeOut]
    asked_again: list[AskedAgainOut]


class FileOut(BaseModel):
    """A file that `dolen policy records` would write."""

    file: str
    bytes: int


class InBoth(BaseModel):
    """The same in both languages."""

    en: str
    cy: str


class RegisterOut(BaseModel):
    """The Article 30 register: a row for each flow that the caller's agency answers for."""

    columns: list[str]
    rows: list[list[InBoth]]


class RegisterAnswer(BaseModel):
    """The records of processing of the caller's agency, by the protocols in force."""

    protocols: list[str]
    written: bool
    files: list[FileOut]
    processing: RegisterOut


@routes.post("/v1/policy/check")
@requires("policy:read", paces=CHECKS)
@routes.output(CheckAnswer)
@routes.doc(security=needs("policy:read"), responses=protected(413, 415, 429))
def check_draft() -> Response:
    """Check an unsigned draft, sent as YAML of at most 1 MiB; nothing of it is kept.

    What does not load is a finding with its line, like all else; the answer is 200 whether there are findings or not.
    """
    if request.mimetype not in YAML_TYPES:
        raise WrongContentType
    return jsonify(use_cases().policy.check(read_body(content_type=request.mimetype, max_bytes=MAX_DRAFT)))


@routes.get("/v1/policy/diff")
@requires("policy:read", paces=CHECKS)
@routes.input(DiffQuery, location="query", arg_name="asked")
@routes.output(DiffAnswer)
@routes.doc(security=needs("policy:read"), responses=protected(404, 429))
def difference(asked: DiffQuery) -> Response:
    """Learn what differs between two registered versions that your agency is a partner of, in meaning."""
    before, after = _ref(asked.before), _ref(asked.after)
    return jsonify(use_cases().policy.difference(principal().agency_id, before=before, after=after))


@routes.get("/v1/policy/records")
@requires("policy:read", paces=CHECKS)
@routes.output(RegisterAnswer)
@routes.doc(security=needs("policy:read"), responses=protected(429))
def records_of_processing() -> Response:
    """Read your agency's register of processing (UK GDPR Article 30), made from the protocols in force."""
    return jsonify(use_cases().policy.records(principal().agency_id))


def _ref(name: str) -> ProtocolRef:
    protocol_id, _, version = name.partition("/")
    return ProtocolRef(protocol_id, int(version))
