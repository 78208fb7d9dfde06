"""A protocol from key to suspension by the command line, with no private key of a partner in the hub at the end."""

from __future__ import annotations

from pathlib import Path

import pytest

from policies.signing_keys import read_private_key
from tests.integration.cli.agreeing import agree, make_key, sign
from tests.integration.cli.command import ROOT, Dolen

PARTNERS = {"dyffryn-education": "education", "afon-health": "health", "dyffryn-social-care": "social_care"}


@pytest.fixture
def draft(bare: Dolen, tmp_path: Path) -> Path:
    """The sample protocol at the partners, and a hub that knows them."""
    bare.run("init")
    for agency, sector in PARTNERS.items():
        bare.run("agency", "add", agency, "--sector", sector, "--name-en", "D", "--name-cy", "D")
    path = tmp_path / "aln.yaml"
    path.write_bytes((ROOT / "policies/samples/three-partners.yaml").read_bytes())
    return path


def test_the_hub_stores_public_keys_only(bare: Dolen, draft: Path, tmp_path: Path) -> None:
    ref = agree(bare, draft, partners=PARTNERS, keys=tmp_path)
    (one,) = bare.json("policy", "status")["protocols"]
    assert (one["protocol"], one["state"], one["permits"], one["unsigned"]) == (ref, "in_force", True, [])
    seeds = [
        read_private_key((tmp_path / f"{agency}.pem").read_bytes(), None).private_bytes_raw() for agency in PARTNERS
    ]
    files = [path for path in bare.home.rglob("*") if path.is_file()]
    assert {"dolen.db", "keys.db"} <= {path.name for path in files}
    for content in (path.read_bytes() for path in files):
        assert b"PRIVATE KEY" not in content
        assert not any(seed in content or seed.hex().encode() in content for seed in seeds)
    bare.run("policy", "suspend", ref)
    assert bare.json("policy", "status")["protocols"][0]["permits"] is False


def test_a_private_key_given_by_mistake_is_refused_and_kept_nowhere(bare: Dolen, draft: Path, tmp_path: Path) -> None:
    key, _ = make_key(bare, "afon-health", tmp_path)
    said = bare.run("policy", "partner-key", "add", "afon-health", "--public-key", str(key), expect=1).stderr
    assert "private key" in said
    assert "new key" in said
    assert bare.json("policy", "partner-key", "list")["keys"] == []


def test_signing_needs_no_hub(bare: Dolen, tmp_path: Path) -> None:
    path = tmp_path / "aln.yaml"
    path.write_bytes((ROOT / "policies/samples/three-partners.yaml").read_bytes())
    key, _ = make_key(bare, "afon-health", tmp_path)
    assert sign(bare, path, "afon-health", key).is_file()
    assert not bare.home.exists()
    bare.run("policy", "sign", str(path), "--agency", "somebody-else", "--key", str(key), expect=1)
    assert (key.stat().st_mode & 0o777) == 0o600


def test_a_bad_signature_is_named_with_its_file_and_stops_no_other(bare: Dolen, draft: Path, tmp_path: Path) -> None:
    bare.run("policy", "propose", str(draft))
    key, public = make_key(bare, "afon-health", tmp_path)
    bare.run("policy", "partner-key", "add", "afon-health", "--public-key", public)
    good = sign(bare, draft, "afon-health", key)
    bad = tmp_path / "letter.json"
    bad.write_text("{}")
    said = bare.run("policy", "accept", str(bad), str(good), expect=1).stderr
    assert f"{bad}: " in said
    assert "to do: " in said
    assert bare.json("policy", "status")["protocols"][0]["unsigned"] == ["dyffryn-education", "dyffryn-social-care"]
