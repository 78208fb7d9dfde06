"""Checking a receipt alone: a file and public keys, no network, no database. Needs the standard library,
`cryptography` and `rfc8785` only.

INVARIANT: every bit of a receipt counts. Each part is either hashed, signed, or has one spelling; and a signature line
by a key that the policy doesn't name is refused instead of passed over, because a changed bit can turn a known line
into an unknown one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from consent.ledger.checkpoint import Checkpoint, CheckpointMalformed, parse_checkpoint
from consent.ledger.jcs import Json
from consent.ledger.leaf import Opening, OpeningMalformed, read_opening
from consent.ledger.merkle import ProofRefused, leaf_hash, verify_inclusion
from consent.ledger.note import Note, NoteMalformed, Signature, SignatureRefused, Verifier, read_note
from consent.ledger.policy import Policy
from consent.ledger.proof import Proof, ProofMalformed, parse_proof


class Outcome(StrEnum):
    """What a check comes to."""

    GOOD = "good"
    FALSE = "false"
    MALFORMED = "malformed"
    QUORUM_SHORT = "quorum_short"


EXIT_CODES: Mapping[Outcome, int] = {
    Outcome.GOOD: 0,
    Outcome.FALSE: 1,
    Outcome.MALFORMED: 2,
    Outcome.QUORUM_SHORT: 3,
}


@dataclass(frozen=True, slots=True)
class Checked:
    """What a good receipt proves (or would, with enough witnesses): these fields are leaf `index` of that log."""

    origin: str
    size: int
    index: int
    body: Mapping[str, Json]
    withheld: int
    witnesses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome, one plain sentence for it, and what was proved (only where something was)."""

    outcome: Outcome
    reason: str
    checked: Checked | None = None

    @property
    def exit_code(self) -> int:
        """0 good, 1 false, 2 malformed, 3 quorum short."""
        return EXIT_CODES[self.outcome]


def verify_receipt(receipt: bytes, policy: Policy) -> Verdict:
    """Check a `.tlog-proof` receipt against the keys and quorum of `policy`; never raises for what is in the file."""
    try:
        read = _read(receipt)
    except (ProofMalformed, NoteMalformed, CheckpointMalformed, OpeningMalformed) as problem:
        return Verdict(Outcome.MALFORMED, f"This is not a receipt in the form it should have: {problem}.")
    try:
        cosigned = _check(read, policy)
    except (SignatureRefused, ProofRefused) as problem:
        return Verdict(Outcome.FALSE, f"This receipt is not genuine, or has been changed: {problem}.")
    checked = Checked(
        origin=read.checkpoint.origin,
        size=read.checkpoint.size,
        index=read.proof.index,
        body=read.opening.body,
        withheld=read.opening.withheld,
        witnesses=tuple(sorted(cosigned)),
    )
    if not policy.is_satisfied(cosigned):
        few = f"Too few witnesses have signed: {len(cosigned)} known signature(s) don't make the quorum of your policy."
        return Verdict(Outcome.QUORUM_SHORT, few, checked)
    return Verdict(Outcome.GOOD, "The log recorded exactly this, and it has not been changed since.", checked)


@dataclass(frozen=True, slots=True)
class _Receipt:
    proof: Proof
    note: Note
    checkpoint: Checkpoint
    opening: Opening


def _read(receipt: bytes) -> _Receipt:
    proof = parse_proof(receipt)
    if proof.extra is None:
        raise ProofMalformed("it doesn't say what was recorded")
    note = read_note(proof.checkpoint)
    return _Receipt(proof, note, parse_checkpoint(note.text), read_opening(proof.extra))


def _check(read: _Receipt, policy: Policy) -> frozenset[str]:
    """Names of the witnesses whose cosignatures were checked; raises SignatureRefused or ProofRefused."""
    logs = {(log.name, log.key_id): log for log in policy.logs}
    witnesses = {(each.name, each.key_id): name for name, each in policy.witnesses.items()}
    cosigned, is_signed = set(), False
    for line in read.note.signatures:
        key = (line.name, line.key_id)
        if key in witnesses:
            _verify(policy.witnesses[witnesses[key]], read.note, line)
            cosigned.add(witnesses[key])
        elif key in logs and line.name == read.checkpoint.origin:
            _verify(logs[key], read.note, line)
            is_signed = True
        else:
            raise SignatureRefused("it is signed by a key that your policy doesn't name")
    if not is_signed:
        raise SignatureRefused("no log of your policy has signed it")
    verify_inclusion(
        index=read.proof.index,
        size=read.checkpoint.size,
        hashed_leaf=leaf_hash(read.opening.leaf),
        path=read.proof.path,
        root=read.checkpoint.root,
    )
    return frozenset(cosigned)


def _verify(verifier: Verifier, note: Note, line: Signature) -> None:
    verifier.verify(note.text, line.data)
