"""`dolen verify` alone: a file and public keys, in an empty folder, without a home or a database."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from consent.ledger.checkpoint import Checkpoint
from consent.ledger.leaf import commit, instant_text
from consent.ledger.merkle import leaf_hash
from consent.ledger.note import sign_note, vkey
from consent.ledger.proof import Proof
from hub.cli import cli
from tests.integration.cli.command import Dolen

ORIGIN = "dolen.example/test"
BODY = {
    "kind": "consent.withdrawn",
    "at": instant_text(datetime(2026, 3, 1, 10, tzinfo=UTC)),
    "stream": "sight:01a2098c-a387-75a8-b512-14b661ab2186:01a2098c-a1f7-748a-b007-10ae3b5874ce",
    "number": 3,
    "field_ids": ["health.speech.receptive_language", "health.speech.expressive_language"],
}


@dataclass
class Files:
    """A receipt and the policy to check it with."""

    receipt: Path
    policy: Path
    log: str

    @property
    def arguments(self) -> tuple[str, ...]:
        return ("verify", str(self.receipt), "--policy", str(self.policy))


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """A receipt for a log of one leaf, made with nothing but a key."""
    key = Ed25519PrivateKey.generate()
    made = commit(BODY)
    note = sign_note(Checkpoint(ORIGIN, 1, leaf_hash(made.leaf)).text(), name=ORIGIN, key=key)
    receipt, policy = tmp_path / "receipt.tlog-proof", tmp_path / "verify.policy"
    receipt.write_bytes(Proof(made.opening, 0, (), note.encode()).text())
    log = vkey(ORIGIN, key.public_key().public_bytes_raw())
    policy.write_text(f"log {log}\nquorum none\n")
    return Files(receipt, policy, log)


def test_a_good_receipt_says_in_plain_words_what_it_proves(bare: Dolen, files: Files) -> None:
    answer = bare.run(*files.arguments)
    assert "This receipt is genuine." in answer.stdout
    assert "consent.withdrawn" in answer.stdout
    assert "health.speech.receptive_language, health.speech.expressive_language" in answer.stdout
    assert not bare.home.exists()


def test_the_same_in_json(bare: Dolen, files: Files) -> None:
    answer = bare.json(*files.arguments)
    assert (answer["outcome"], answer["exit_code"]) == ("good", 0)
    assert answer["proved"]["body"] == BODY
    assert answer["proved"]["origin"] == ORIGIN


def test_a_receipt_of_another_log_is_not_genuine(bare: Dolen, files: Files) -> None:
    stranger = vkey(ORIGIN, Ed25519PrivateKey.generate().public_key().public_bytes_raw())
    files.policy.write_text(f"log {stranger}\nquorum none\n")
    assert "NOT genuine" in bare.run(*files.arguments, expect=1).stdout
    assert bare.json(*files.arguments, expect=1)["outcome"] == "false"


def test_every_changed_byte_of_a_receipt_is_refused(bare: Dolen, files: Files) -> None:
    good = files.receipt.read_bytes()
    codes = set()
    for place in range(0, len(good), 17):
        files.receipt.write_bytes(good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :])
        codes.add(json.loads(_json_of(bare, files))["exit_code"])
    assert codes == {1, 2}


def _json_of(bare: Dolen, files: Files) -> str:
    return CliRunner().invoke(cli, [*files.arguments, "--json"]).stdout


@pytest.mark.parametrize(
    "content", [b"", b"hello\n", b"\xff\xfe", b"x" * 100_000], ids=["empty", "text", "bytes", "huge"]
)
def test_what_is_no_receipt_is_exit_code_two(content: bytes, bare: Dolen, files: Files) -> None:
    files.receipt.write_bytes(content)
    assert "This is not a receipt." in bare.run(*files.arguments, expect=2).stdout


def test_too_few_witnesses_is_exit_code_three(bare: Dolen, files: Files) -> None:
    public = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    witness = _cosigner("witness.example", public)
    files.policy.write_text(f"log {files.log}\nwitness w {witness}\nquorum w\n")
    answer = bare.json(*files.arguments, expect=3)
    assert (answer["outcome"], answer["exit_code"]) == ("quorum_short", 3)
    assert answer["proved"]["body"] == BODY
    assert "too few witnesses" in bare.run(*files.arguments, expect=3).stdout


@pytest.mark.parametrize("policy", ["", "log nonsense\nquorum none\n", "quorum none\nquorum none\n", "log x"])
def test_a_policy_that_cannot_be_followed_is_exit_code_two_with_its_line(
    policy: str, bare: Dolen, files: Files
) -> None:
    files.policy.write_text(policy)
    answer = bare.run(*files.arguments, expect=2)
    assert "line " in answer.stderr
    assert answer.stdout == ""


@pytest.mark.parametrize("lost", ["receipt", "policy"])
def test_a_file_that_is_not_there_is_exit_code_two(lost: str, bare: Dolen, files: Files) -> None:
    getattr(files, lost).unlink()
    assert "cannot be read" in bare.run(*files.arguments, expect=2).stderr


def test_it_needs_no_setting_and_no_database_driver(bare: Dolen, files: Files) -> None:
    told = bare.process(*files.arguments, DOLEN_SMTP_PORT="0", DOLEN_MAIL="x")
    assert (told.returncode, told.stderr) == (0, "")
    script = "import sys, hub.cli.verifying; print(sorted({'sqlalchemy', 'celery'} & set(sys.modules)))"
    loaded = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, env=bare.environment()
    )
    assert loaded.stdout.strip() == "[]"


def _cosigner(name: str, public: bytes) -> str:
    key = b"\x04" + public
    key_id = hashlib.sha256(name.encode() + b"\n" + key).digest()[:4]
    return f"{name}+{key_id.hex()}+{base64.b64encode(key).decode()}"
