"""Wycheproof vectors through the primitives that sealing uses."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from hub.sealing.derivation import derive

pytestmark = pytest.mark.shared


def vectors(shared: Path, name: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Group and test of one file."""
    data = json.loads((shared / "vectors" / "crypto" / "wycheproof" / name).read_text(encoding="utf-8"))
    for group in data["testGroups"]:
        for test in group["tests"]:
            yield group, test


def raw(text: str) -> bytes:
    return bytes.fromhex(text)


def test_aes_gcm_answers_as_every_vector_says(shared: Path) -> None:
    counted = 0
    for group, test in vectors(shared, "aes_gcm_test.json"):
        if group["tagSize"] != 128 or group["ivSize"] != 96:
            continue  # sealing uses 96-bit nonces and whole tags only
        cipher, sealed = AESGCM(raw(test["key"])), raw(test["ct"]) + raw(test["tag"])
        nonce, aad, counted = raw(test["iv"]), raw(test["aad"]), counted + 1
        if test["result"] == "valid":
            assert cipher.encrypt(nonce, raw(test["msg"]), aad) == sealed, test["tcId"]
            assert cipher.decrypt(nonce, sealed, aad) == raw(test["msg"]), test["tcId"]
        else:
            with pytest.raises(InvalidTag):
                cipher.decrypt(nonce, sealed, aad)
    assert counted > 50


def test_hkdf_sha512_answers_as_every_vector_says(shared: Path) -> None:
    counted = matching = 0
    for _, test in vectors(shared, "hkdf_sha512_test.json"):
        counted += 1
        try:
            hkdf = HKDF(algorithm=SHA512(), length=test["size"], salt=raw(test["salt"]), info=raw(test["info"]))
            output = hkdf.derive(raw(test["ikm"]))
        except ValueError:
            assert test["result"] == "invalid", test["tcId"]
            continue
        assert (output == raw(test["okm"])) == (test["result"] == "valid"), test["tcId"]
        if test["size"] == 64 and test["salt"]:
            # Our own derivation: the second half is the commitment, the first the cipher's key.
            cipher, commitment = derive(raw(test["ikm"]), salt=raw(test["salt"]), info=raw(test["info"]))
            assert commitment == output[32:]
            assert cipher.encrypt(bytes(12), b"x", b"") == AESGCM(output[:32]).encrypt(bytes(12), b"x", b"")
            matching += 1
    assert counted > 40
    assert matching > 0


def test_hmac_sha256_answers_as_every_vector_says(shared: Path) -> None:
    counted = 0
    for group, test in vectors(shared, "hmac_sha256_test.json"):
        tag = hmac.digest(raw(test["key"]), raw(test["msg"]), "sha256")[: group["tagSize"] // 8]
        assert (tag == raw(test["tag"])) == (test["result"] == "valid"), test["tcId"]
        counted += 1
    assert counted > 50
