"""Checking one receipt, against the one Ed25519 signature that it cannot do without."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from consent.ledger.verify import Outcome, verify_receipt
from tests.bench.measure import Figure, in_turns, ratio_of
from tests.bench.sizes import Sizes
from tests.unit.consent.worlds import WITNESSES, MemoryLog, three_witnesses

LEAVES = 4_096
_AIM_MS = 50.0


def run(sizes: Sizes, _databases: Sequence[str]) -> Iterator[Figure]:
    """A receipt out of a tree of 4,096 leaves, cosigned by three witnesses."""
    log = MemoryLog(size=LEAVES, index=LEAVES // 3)
    receipt, policy = (
        log.receipt(cosigned_by=WITNESSES),
        log.policy(three_witnesses("group enough all a b c\nquorum enough\n")),
    )
    if verify_receipt(receipt, policy).outcome is not Outcome.GOOD:
        raise ValueError("a good receipt was refused")
    key = Ed25519PrivateKey.generate()
    signature, public = key.sign(receipt), key.public_key()

    def check() -> None:
        for _ in range(sizes.receipts):
            verify_receipt(receipt, policy)

    def signature_alone() -> None:
        for _ in range(sizes.receipts):
            public.verify(signature, receipt)

    taken = in_turns({"check": check, "alone": signature_alone}, rounds=sizes.rounds)
    mine = [one / sizes.receipts * 1e3 for one in taken["check"]]
    alone = [one / sizes.receipts * 1e3 for one in taken["alone"]]
    yield Figure(
        "receipt",
        "verify_receipt, three witnesses",
        "",
        median(mine),
        "ms",
        "one Ed25519 check",
        ratio_of(mine, alone),
        f"< {_AIM_MS:.0f} ms",
        median(mine) < _AIM_MS,
    )
    yield Figure("receipt", "one Ed25519 check", "", median(alone), "ms")
