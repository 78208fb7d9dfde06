"""What a check of protocols comes to, told in one way on the command line and to partners' systems."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from hub.sealing.model import Json
from policies.breaches import finding_of, unknown_names
from policies.checking import check
from policies.errors import PolicyFilesRefused
from policies.fields import Catalogue
from policies.findings import Check, Finding
from policies.model import Protocol, ProtocolRef
from policies.properties import Property, parse_properties
from policies.protocols import parse_protocol
from policies.proving import forbidden, prove

DRAFT = "draft.yaml"
"""What findings call a draft that came without a name."""


@dataclass(frozen=True, slots=True)
class Signatures:
    """Who signed which version, of whom a signature was verified, and what is wrong with signatures."""

    signed: Mapping[ProtocolRef, set[str]]
    verified: Mapping[ProtocolRef, set[str]]
    findings: list[Finding] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Checked:
    """What was read, and everything that was found. `signatures` is None where none were looked for."""

    protocols: tuple[Protocol, ...]
    properties: tuple[Property, ...]
    signatures: Signatures | None
    findings: tuple[Finding, ...]

    @property
    def problems(self) -> tuple[Finding, ...]:
        """What makes the check fail."""
        return tuple(one for one in self.findings if one.fails)

    def as_json(self) -> dict[str, Json]:
        """The whole answer."""
        return {
            "ok": not self.problems,
            "protocols": [_line(one, self.signatures) for one in self.protocols],
            "properties": [one.id for one in self.properties],
            "problems": [_listed(one) for one in self.problems],
            "notices": [_listed(one) for one in self.findings if not one.fails],
        }


def looked_over(
    protocols: tuple[Protocol, ...],
    properties: tuple[Property, ...],
    catalogue: Catalogue,
    *,
    on: date,
    signatures: Signatures | None = None,
) -> Checked:
    """Everything to mend in protocols that load, and every property that they break."""
    findings = [
        *check(
            protocols,
            catalogue,
            on=on,
            signed=None if signatures is None else signatures.signed,
            kept_back=forbidden(properties, protocols, catalogue),
        ),
        *(finding_of(breach) for breach in prove(properties, protocols, catalogue, since=on)),
        *unknown_names(properties, protocols),
        *(() if signatures is None else signatures.findings),
    ]
    return Checked(protocols, properties, signatures, tuple(sorted(findings)))


def unreadable(refused: PolicyFilesRefused) -> Checked:
    """The answer about files that do not load: what their parser says, and nothing more."""
    faults: Iterable[Finding] = (
        Finding(one.file, one.line, Check.UNREADABLE, one.problem, one.remedy) for one in refused.errors
    )
    return Checked((), (), None, tuple(faults))


def check_draft(content: bytes, catalogue: Catalogue, *, on: date, standing: bytes | None = None) -> Checked:
    """Check one unsigned draft from its bytes, against standing properties where there are any. Raises nothing."""
    try:
        protocol = parse_protocol(content, catalogue, file=DRAFT)
        properties = () if standing is None else parse_properties(standing, catalogue)
    except PolicyFilesRefused as refused:
        return unreadable(refused)
    return looked_over((protocol,), properties, catalogue, on=on)


def _line(protocol: Protocol, signatures: Signatures | None) -> dict[str, Json]:
    return {
        "protocol": str(protocol.ref),
        "title": protocol.title.en,
        "partners": [*sorted(protocol.partners)],
        "rules": len(protocol.rules),
        "in_force_from": protocol.in_force_from.isoformat(),
        "review_on": protocol.review_on.isoformat(),
        "signed_by": [] if signatures is None else [*sorted(signatures.signed[protocol.ref])],
        "verified": [] if signatures is None else [*sorted(signatures.verified[protocol.ref])],
        "file": protocol.file,
    }


def _listed(one: Finding) -> dict[str, Json]:
    return {
        "file": one.file,
        "line": one.line,
        "check": one.check.value,
        "problem": one.problem,
        "remedy": one.remedy,
    }
