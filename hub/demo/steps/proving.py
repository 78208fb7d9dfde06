"""Steps 7 and 8: receipts that anybody can check alone, and a home in which nothing lies in clear."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from time import monotonic, sleep
from urllib.parse import urlsplit

from consent.ledger.policy import Policy, parse_policy
from consent.ledger.verify import Outcome, verify_receipt
from hub.demo.clear_text import encodings, patterns, search
from hub.demo.stage import Stage
from hub.demo.values import CANARIES, hidden_values

_WAIT_SECONDS = 20.0
_CONTROL = CANARIES[0]


def receipts(stage: Stage) -> None:
    """Step 7."""
    tell, home = stage.transcript, stage.settings.home
    (home / "verify.policy").write_text(f"log {stage.hub.sequencing.signer.vkey}\nquorum none\n", encoding="ascii")
    policy = parse_policy((home / "verify.policy").read_bytes())
    folder = home / "receipts"
    folder.mkdir(mode=0o700, exist_ok=True)
    for name, link in zip(("grant", "withdrawal"), stage.receipts, strict=True):
        path = folder / f"{name}.tlog-proof"
        path.write_bytes(_download(stage, link))
        tell.say(f"{path}: {path.stat().st_size} bytes")
        tell.check(
            f"`dolen verify` accepts the receipt of the {name}, with the policy file alone",
            holds=_verified(stage, path),
        )
        bits = len(path.read_bytes()) * 8
        tell.check(
            f"each of the {bits} copies with one bit changed is refused",
            holds=_no_flip_passes(path.read_bytes(), policy),
        )


def search_home(stage: Stage) -> None:
    """Step 8."""
    tell, home = stage.transcript, stage.settings.home
    wanted = patterns(hidden_values())
    files = [path for path in home.rglob("*") if path.is_file()]
    tell.say(f"{len(hidden_values())} values in {len(wanted)} encodings, {len(files)} files, the servers still running")
    if stage.settings.main_database.startswith("sqlite"):
        kinds = {path.suffix for path in files}
        tell.check("write-ahead log and shared memory are among them", holds={".db-wal", ".db-shm"} <= kinds)
    findings = search(home, wanted)
    for finding in findings[:10]:
        tell.say(f"found: {finding.encoding} of value {finding.value} in {finding.path.relative_to(home)}")
    tell.check("none of them is found", holds=not findings)
    tell.check("a planted clear copy is found in every encoding", holds=_control_is_found(home))


def _download(stage: Stage, link: str) -> bytes:
    """The receipt by the parent's own link, once a checkpoint covers it."""
    until = monotonic() + _WAIT_SECONDS
    while True:
        content = stage.parent.fetch(urlsplit(link).path)
        if content.startswith(b"c2sp.org/tlog-proof") or monotonic() > until:
            return content
        sleep(0.2)


def _verified(stage: Stage, receipt: Path) -> bool:
    policy = stage.settings.home / "verify.policy"
    command = [sys.executable, "-m", "hub.cli", "verify", str(receipt), "--policy", str(policy)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)  # noqa: S603 - our own command
    for line in done.stdout.splitlines()[:4]:
        stage.transcript.say(f"    {line}")
    return done.returncode == 0


def _no_flip_passes(receipt: bytes, policy: Policy) -> bool:
    changed = bytearray(receipt)
    for at in range(len(receipt) * 8):
        changed[at // 8] ^= 1 << at % 8
        if verify_receipt(bytes(changed), policy).outcome is Outcome.GOOD:
            return False
        changed[at // 8] ^= 1 << at % 8
    return verify_receipt(bytes(changed), policy).outcome is Outcome.GOOD


def _control_is_found(home: Path) -> bool:
    """Positive control: a clear copy in each encoding, in a file that could be a forgotten temporary one."""
    path = home / "control.tmp"
    try:
        for _name, content in encodings(_CONTROL):
            path.write_bytes(b"\x07" + content + b"\x07")
            if not any(finding.path == path for finding in search(home, patterns([_CONTROL]))):
                return False
    finally:
        path.unlink(missing_ok=True)
    return True
