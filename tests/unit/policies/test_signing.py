"""Signature files and keys: what counts, and what is refused without being quoted."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import policies
from policies.canonical import canonical
from policies.load_catalogue import load_catalogue
from policies.protocols import load_protocol
from policies.signing import (
    MAX_BYTES,
    NotAPartner,
    SignatureMalformed,
    key_id_of,
    read_signature,
    sign,
    signature_file,
    verifies,
)
from policies.signing_keys import (
    KeyFileRefused,
    PrivateKeyGiven,
    new_private_key,
    public_file,
    public_half,
    read_private_key,
    read_public_key,
)

CATALOGUE = load_catalogue()
SAMPLE = load_protocol(Path(policies.__file__).parent / "samples" / "three-partners.yaml", CATALOGUE)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
GOOD = sign(SAMPLE, CATALOGUE, agency="afon-health", key=KEY, on=date(2026, 11, 25))


def test_a_signature_file_says_what_was_signed_and_verifies() -> None:
    read = read_signature(signature_file(GOOD))
    assert read == GOOD
    message = canonical(SAMPLE, CATALOGUE)
    assert verifies(read.signature, public_half(KEY), message)
    assert not verifies(read.signature, public_half(KEY), message + b" ")
    assert not verifies(bytes(64), public_half(KEY), message)
    assert not verifies(read.signature, b"short", message)
    assert read.key_id == key_id_of(public_half(KEY))
    assert read.office == SAMPLE.partners["afon-health"].designated_person


def test_only_a_partner_signs() -> None:
    with pytest.raises(NotAPartner):
        sign(SAMPLE, CATALOGUE, agency="somebody-else", key=KEY, on=date(2026, 11, 25))


def changed(**members: object) -> bytes:
    """The good file with some members replaced; None takes one out."""
    whole = {**json.loads(signature_file(GOOD)), **members}
    return json.dumps({name: value for name, value in whole.items() if value is not None}).encode()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"[" * 5000,
        b"\xff",
        b"NaN",
        b" " * (MAX_BYTES + 1),
        signature_file(GOOD).replace(b'"agency"', b'"key_id": "0000000000000000", "agency"'),
        changed(extra="x"),
        changed(agency=None),
        changed(format="dolen-signature/v2"),
        changed(protocol="a"),
        changed(protocol="dyffryn-afon-aln/01"),
        changed(digest=GOOD.digest.hex().upper()),
        changed(digest="00"),
        changed(key_id="0" * 15),
        changed(agency="Afon"),
        changed(signed_on="2026-02-30"),
        changed(signed_on="25 November"),
        changed(office={"en": "x"}),
        changed(office={"en": "", "cy": "x"}),
        changed(office={"en": "x\u202e", "cy": "x"}),
        changed(signature="AAAA"),
        changed(signature=json.loads(signature_file(GOOD))["signature"] + "\n"),
        changed(signature=json.loads(signature_file(GOOD))["signature"].rstrip("=")),
        changed(signature=5),
    ],
)
def test_anything_else_is_refused_with_a_reason(content: bytes) -> None:
    with pytest.raises(SignatureMalformed) as refused:
        read_signature(content)
    assert refused.value.reason


def test_a_private_key_is_read_with_its_passphrase_alone() -> None:
    content, public = new_private_key(b"a good passphrase")
    assert public_half(read_private_key(content, b"a good passphrase")) == public
    for passphrase in (b"another", None):
        with pytest.raises(KeyFileRefused):
            read_private_key(content, passphrase)


def test_a_public_key_comes_as_pem_or_hex() -> None:
    public = public_half(KEY)
    assert read_public_key(public_file(public)) == read_public_key(public.hex().encode()) == public


@pytest.mark.parametrize("passphrase", [None, b"a good passphrase"])
def test_a_private_key_is_never_taken_for_a_public_one(passphrase: bytes | None) -> None:
    with pytest.raises(PrivateKeyGiven):
        read_public_key(new_private_key(passphrase)[0])


@pytest.mark.parametrize("content", [b"", b"x", b"00" * 32, (b"01" + b"00" * 31), b"-----BEGIN PUBLIC KEY-----"])
def test_what_is_no_key_and_what_anybody_could_sign_with_is_refused(content: bytes) -> None:
    with pytest.raises(KeyFileRefused):
        read_public_key(content)
