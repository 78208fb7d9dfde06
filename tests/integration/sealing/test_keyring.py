"""Keyrings as files: what opens them, and everything that must not."""

from __future__ import annotations

import json
import stat
import threading
from pathlib import Path
from uuid import UUID

import pytest
from pydantic import SecretStr

from hub.sealing.blind_index import all_indexes, blind_index
from hub.sealing.errors import EnvelopeBroken, KeyringUnavailable, WrongPassphrase
from hub.sealing.keyring import Keyring, Keyrings, passphrase_files
from hub.sealing.model import WrappedKey, handle_key, learner_key

PASSPHRASE = SecretStr("correct horse")
OWNER = handle_key("health", UUID(int=1))


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Keyring:
    return Keyring.create(tmp_path_factory.mktemp("ring") / "health.keyring", PASSPHRASE, agency_id="health")


@pytest.fixture
def ring(original: Keyring, tmp_path: Path) -> Path:
    """A copy of the keyring's file, to be spoilt."""
    path = tmp_path / "health.keyring"
    path.write_bytes(original.path.read_bytes())
    path.chmod(0o600)
    return path


def test_a_keyring_is_for_its_owner_only_and_shows_no_key(original: Keyring) -> None:
    assert stat.S_IMODE(original.path.stat().st_mode) == 0o600
    assert sorted(json.loads(original.path.read_text())) == [
        "agency", "format", "kdf", "n", "nonce", "p", "r", "salt", "sealed",
    ]  # fmt: skip
    assert "_versions" not in repr(original)


def test_a_keyring_is_never_replaced_by_a_new_one(original: Keyring) -> None:
    before = original.path.read_bytes()
    with pytest.raises(FileExistsError):
        Keyring.create(original.path, PASSPHRASE, agency_id="health")
    assert original.path.read_bytes() == before
    assert [path.name for path in original.path.parent.iterdir()] == ["health.keyring"]


def test_what_one_opening_wrapped_another_unwraps(original: Keyring, ring: Path) -> None:
    wrapped = original.wrap(b"k" * 32, OWNER)
    assert Keyring.open(ring, PASSPHRASE, agency_id="health").unwrap(wrapped, OWNER) == b"k" * 32


def test_a_wrapped_key_opens_for_its_owner_and_version_only(original: Keyring) -> None:
    wrapped = original.wrap(b"k" * 32, OWNER)
    for owner in (handle_key("education", UUID(int=1)), handle_key("health", UUID(int=2)), learner_key(UUID(int=1))):
        with pytest.raises(EnvelopeBroken):
            original.unwrap(wrapped, owner)
    for broken in (WrappedKey(2, wrapped.data), WrappedKey(1, wrapped.data[:-1]), WrappedKey(1, b"")):
        with pytest.raises(EnvelopeBroken):
            original.unwrap(broken, OWNER)


def test_the_wrong_passphrase_opens_nothing(ring: Path) -> None:
    with pytest.raises(WrongPassphrase):
        Keyring.open(ring, SecretStr("wrong"), agency_id="health")


def test_a_keyring_renamed_to_another_agency_is_refused(ring: Path) -> None:
    with pytest.raises(KeyringUnavailable):
        Keyring.open(ring, PASSPHRASE, agency_id="education")
    head = json.loads(ring.read_text())
    ring.write_text(json.dumps(head | {"agency": "education"}))
    with pytest.raises(WrongPassphrase):
        Keyring.open(ring, PASSPHRASE, agency_id="education")


def test_a_keyring_that_others_may_read_is_refused(ring: Path) -> None:
    ring.chmod(0o640)
    with pytest.raises(KeyringUnavailable, match="0600"):
        Keyring.open(ring, PASSPHRASE, agency_id="health")


@pytest.mark.parametrize(
    "change",
    [
        {"n": 2**14},
        {"n": 2**30},
        {"n": "32768"},
        {"r": 1},
        {"p": 100},
        {"p": 0},
        {"salt": "AAAA"},
        {"nonce": None},
        {"kdf": "pbkdf2"},
        {"format": "dolen-keyring/v2"},
        {"sealed": "!"},
        {"more": 1},
    ],
)
def test_a_file_that_asks_for_other_costs_or_forms_is_refused_unread(ring: Path, change: dict[str, object]) -> None:
    ring.write_text(json.dumps(json.loads(ring.read_text()) | change))
    with pytest.raises(KeyringUnavailable, match="not a keyring"):
        Keyring.open(ring, PASSPHRASE, agency_id="health")


@pytest.mark.parametrize("text", ["", "[]", "null", "{", "[" * 100_000, '"x"', "\xff"])
def test_any_other_file_is_refused(ring: Path, text: str) -> None:
    ring.write_bytes(text.encode("latin-1"))
    with pytest.raises(KeyringUnavailable):
        Keyring.open(ring, PASSPHRASE, agency_id="health")


def test_rotating_keeps_what_older_versions_wrapped(ring: Path) -> None:
    keyring = Keyring.open(ring, PASSPHRASE, agency_id="health")
    old = keyring.wrap(b"k" * 32, OWNER)
    rotated = keyring.rotate(PASSPHRASE)
    assert rotated.versions() == (1, 2)
    assert rotated.wrap(b"k" * 32, OWNER).version == 2
    assert rotated.unwrap(old, OWNER) == b"k" * 32
    assert Keyring.open(ring, PASSPHRASE, agency_id="health").versions() == (1, 2)


def test_two_rotations_at_once_lose_neither(ring: Path) -> None:
    keyring = Keyring.open(ring, PASSPHRASE, agency_id="health")
    threads = [threading.Thread(target=keyring.rotate, args=(PASSPHRASE,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Keyring.open(ring, PASSPHRASE, agency_id="health").versions() == (1, 2, 3)


def test_an_index_differs_by_kind_agency_and_version(original: Keyring, ring: Path) -> None:
    (nhs,) = blind_index(original, agency_id="health", kind="nhs_number", values=[b"9990000018"])
    (upn,) = blind_index(original, agency_id="health", kind="upn", values=[b"9990000018"])
    assert len(nhs) == 16
    assert nhs != upn
    assert blind_index(original, agency_id="health", kind="nhs_number", values=[b"9990000018"]) == [nhs]
    rotated = Keyring.open(ring, PASSPHRASE, agency_id="health").rotate(PASSPHRASE)
    both = all_indexes(rotated, agency_id="health", kind="nhs_number", value=b"9990000018")
    assert both[0] == nhs
    assert both[1] != nhs
    with pytest.raises(ValueError, match="own agency"):
        blind_index(original, agency_id="education", kind="nhs_number", values=[])


def test_a_collection_opens_what_is_there_and_denies_the_rest(tmp_path: Path) -> None:
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    keyrings = Keyrings(tmp_path / "keyrings", passphrase_files(secrets))
    file = secrets / "keyring-health.passphrase"
    with pytest.raises(KeyringUnavailable):
        keyrings.get("health")
    file.write_text("one\n")
    file.chmod(0o644)
    with pytest.raises(KeyringUnavailable, match="0600"):
        keyrings.create("health")
    file.chmod(0o600)
    made = keyrings.create("health")
    assert keyrings.get("health").versions() == made.versions()
    file.write_text("two\n")
    with pytest.raises(WrongPassphrase):
        keyrings.get("health")
    file.write_text("one\n")
    assert keyrings.rotate("health").versions() == (1, 2)
    assert keyrings.get("health").newest == 2
    file.write_text(" \n")
    with pytest.raises(KeyringUnavailable, match="empty"):
        keyrings.get("health")


@pytest.mark.parametrize("name", ["../health", "Health", "", "a", "a/b", "x" * 41, "health\n"])
def test_only_an_agencys_id_names_a_keyring(tmp_path: Path, name: str) -> None:
    with pytest.raises(KeyringUnavailable):
        Keyrings(tmp_path, lambda _: PASSPHRASE).path_of(name)
