"""Partners agree on a protocol by the command line alone, as they would outside."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from policies.load_catalogue import load_catalogue
from policies.protocols import load_protocol
from tests.integration.cli.command import Dolen


def make_key(dolen: Dolen, agency: str, folder: Path) -> tuple[Path, str]:
    """A partner's new private key file, and the public half in hex."""
    path = folder / f"{agency}.pem"
    said = dolen.run("policy", "key", "new", "--out", str(path)).stdout
    found = re.search(r"public key +([0-9a-f]{64})", said)
    assert found is not None
    return path, found[1]


def sign(dolen: Dolen, file: Path, agency: str, key: Path) -> Path:
    """A partner's signature file, beside the protocol."""
    dolen.run("policy", "sign", str(file), "--agency", agency, "--key", str(key))
    return file.with_name(f"{file.stem}.{agency}.sig.json")


def agree(dolen: Dolen, file: Path, *, partners: Iterable[str], keys: Path) -> str:
    """Propose a file, sign it for each partner, accept, enforce; answers with the version's name."""
    dolen.run("policy", "propose", str(file))
    signatures = []
    for agency in partners:
        key, public = make_key(dolen, agency, keys)
        dolen.run("policy", "partner-key", "add", agency, "--public-key", public)
        signatures.append(str(sign(dolen, file, agency, key)))
    dolen.run("policy", "accept", *signatures)
    ref = str(load_protocol(file, load_catalogue()).ref)
    dolen.run("policy", "enforce", ref)
    return ref
