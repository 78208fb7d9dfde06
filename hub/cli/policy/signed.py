"""Signature files beside protocols, as `dolen policy check` looks at them: whose they are, and over which bytes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from hub.cli.faults import Unusable
from hub.steering.checked import Signatures
from policies.canonical import canonical, digest
from policies.fields import Catalogue
from policies.findings import Check, Finding
from policies.model import Protocol, ProtocolRef
from policies.signing import (
    MAX_BYTES,
    ProtocolSignature,
    SignatureMalformed,
    is_of,
    key_id_of,
    read_signature,
    verifies,
)
from policies.signing_keys import KeyFileRefused, read_public_key

_PATTERN = "*.sig.json"
_SIGN_AGAIN = "remove the file, and have the partner sign again: `dolen policy sign`"


def in_words(signatures: Signatures, ref: ProtocolRef) -> str:
    """The agencies, each with whether its signature was verified."""
    return ", ".join(
        f"{agency} ({'verified' if agency in signatures.verified[ref] else 'not verified here'})"
        for agency in sorted(signatures.signed[ref])
    )


def read_signatures(
    folder: Path, protocols: Sequence[Protocol], catalogue: Catalogue, *, keys: Sequence[str]
) -> Signatures:
    """Every `*.sig.json` of the folder that speaks of one of these protocols.

    `keys` are `AGENCY=FILE`, public keys; raises Unusable for what is none.
    """
    public = dict(_public_key(one) for one in keys)
    by_ref = {one.ref: one for one in protocols}
    found = Signatures({ref: set() for ref in by_ref}, {ref: set() for ref in by_ref})
    for path, signature in _files(folder, found.findings):
        protocol = by_ref.get(signature.protocol)
        if protocol is None:
            continue
        problem = _problem(signature, protocol, catalogue, public.get(signature.agency))
        if problem is not None:
            found.findings.append(Finding(str(path), 1, Check.UNSIGNED, problem, _SIGN_AGAIN))
            continue
        found.signed[protocol.ref].add(signature.agency)
        if signature.agency in public:
            found.verified[protocol.ref].add(signature.agency)
    return found


def _files(folder: Path, findings: list[Finding]) -> Iterator[tuple[Path, ProtocolSignature]]:
    for path in sorted(folder.glob(_PATTERN)):
        try:
            with path.open("rb") as file:
                yield path, read_signature(file.read(MAX_BYTES + 1))
        except OSError:
            problem = "the signature file can't be read"
            findings.append(Finding(str(path), 1, Check.UNSIGNED, problem, "check that it is there"))
        except SignatureMalformed as refused:
            findings.append(Finding(str(path), 1, Check.UNSIGNED, refused.reason, _SIGN_AGAIN))


def _problem(signature: ProtocolSignature, protocol: Protocol, catalogue: Catalogue, key: bytes | None) -> str | None:
    if signature.agency not in protocol.partners:
        return f"`{signature.agency}` signs {protocol.ref}, and is no partner of it"
    if not is_of(signature, digest(protocol, catalogue)):
        return f"the signature of `{signature.agency}` is over other bytes than {protocol.ref} has now"
    if key is None:
        return None
    if signature.key_id != key_id_of(key) or not verifies(signature.signature, key, canonical(protocol, catalogue)):
        return f"the signature of `{signature.agency}` over {protocol.ref} was not made with the key that was given"
    return None


def _public_key(given: str) -> tuple[str, bytes]:
    agency, _, name = given.partition("=")
    try:
        return agency, read_public_key(Path(name).read_bytes())
    except (OSError, KeyFileRefused):
        raise Unusable(
            "--key names no file with a public key", todo="write --key AGENCY=FILE, with the file in PEM or in hex"
        ) from None
