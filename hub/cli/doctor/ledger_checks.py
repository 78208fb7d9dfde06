"""The ledger and the notices: whole, signed by us, growing, and told."""

from __future__ import annotations

import base64
from collections.abc import Iterable

from sqlalchemy import Connection

from consent.ledger.checkpoint import Checkpoint, CheckpointMalformed, parse_checkpoint
from consent.ledger.errors import SigningRefused, StateMissing, TilesDamaged
from consent.ledger.note import NoteMalformed, SignatureRefused, check_note, ed25519_verifier, read_note
from consent.ledger.queries import checkpoints, heads, tree
from consent.ledger.queries.checkpoints import SignedHead
from consent.ledger.signer import refuse_unless_continued
from consent.ledger.status import ledger_status
from hub.cli.doctor.model import Finding, Scene, fault, ok, warn
from hub.cli.printing import moment
from hub.database import reading
from hub.notices.model import NoticeState
from hub.settings import Settings
from hub.telling.watch import notice_counts, notices_to_watch
from hub.wiring.build import signer_of
from hub.wiring.health import LATEST_WAIT

_COMPARE = "stop the hub, keep a copy of the database as it is, and compare with the last good backup"
_RESTORED = (
    "an older copy was put back, so what happened since is gone from it: stop the hub and put the newest copy back; "
    "if there is none, keep everything as it is and tell the partners, whose checkpoints show what is missing"
)


def signer(scene: Scene) -> Iterable[Finding]:
    """What was signed last is still in the database: one that was put back from an older copy shows here."""
    place = scene.settings.signer_state_file
    if not place.is_file():
        yield fault(
            f"{place} is not there: nothing will be signed", "put it back; never make a new one for an old ledger"
        )
        return
    with signer_of(scene.settings).turn() as last, reading(scene.main) as connection:
        head = heads.read_head(connection)
        if head.size < last.size:
            yield fault(f"entry {last.size} was signed, and the database ends at {head.size}", _RESTORED)
            return
        proof = tree.consistency_path(connection, last.size, head.size)
        refuse_unless_continued(Checkpoint(scene.settings.log_origin, head.size, head.root), last=last, proof=proof)
    yield ok(f"signed up to {last.size} of {head.size} entries")


def signing(scene: Scene) -> Iterable[Finding]:
    """As `signer`, with what it raises told."""
    try:
        yield from signer(scene)
    except StateMissing as problem:
        yield fault(f"{problem} ({scene.settings.signer_state_file})", "check DOLEN_LOG_ORIGIN, or put the file back")
    except TilesDamaged as problem:
        yield fault(str(problem), _COMPARE)
    except SigningRefused:
        yield fault("the database holds another ledger than the one that was signed", _COMPARE)
    if scene.settings.log_origin == Settings.model_fields["log_origin"].default and not scene.is_demo:
        yield warn(
            "the ledger goes by the name of an example",
            "set DOLEN_LOG_ORIGIN to a name of your own before the first entry; it can never change after that",
        )


def tree_is_whole(scene: Scene) -> Iterable[Finding]:
    """Tiles give the head's root, and the newest checkpoint is ours and true. `dolen ledger fsck` reads everything."""
    with reading(scene.main) as connection:
        head = heads.read_head(connection)
        signed = checkpoints.latest(connection)
        try:
            wrong = (
                [] if head.size == 0 or _root(connection, head.size) == head.root else ["the tiles give another root"]
            )
            if signed is not None and signed.size <= head.size:
                is_true = _root(connection, signed.size) == signed.root and _is_ours(scene, signed)
                wrong += [] if is_true else [f"the checkpoint of size {signed.size} is not ours, or not true"]
        except TilesDamaged as problem:
            wrong = [str(problem)]
    yield from (fault(says, f"run `dolen ledger fsck`; {_COMPARE}") for says in wrong)
    if not wrong:
        root = base64.b64encode(head.root).decode()
        yield ok(f"{head.size} entries, root {root}; `dolen ledger fsck` reads every one")


def flow(scene: Scene) -> Iterable[Finding]:
    """Entries get their place in time."""
    with reading(scene.main) as connection:
        found = ledger_status(connection)
    if found.waiting_since is not None and scene.at - found.waiting_since > LATEST_WAIT:
        start = "`dolen serve`" if scene.settings.is_embedded else "`dolen worker`"
        yield fault(
            f"{found.waiting} entries wait for their place, the oldest since {moment(found.waiting_since)}",
            f"start {start}; if it runs, look for `loop_failed` in its log",
        )
    else:
        yield ok(f"{found.waiting} entries wait for their place, which is normal")


def notices(scene: Scene) -> Iterable[Finding]:
    """Nobody waits for a notice, and nobody has left one unacknowledged."""
    with reading(scene.main) as connection:
        counts = notice_counts(connection, at=scene.at)
        watched = notices_to_watch(connection, at=scene.at)
    dead, overdue = counts.by_state[NoticeState.DEAD], sum(one.is_overdue for one in watched)
    if dead:
        yield fault(
            f"{dead} notice(s) were given up: somebody was not told", "`dolen notices list` says why; then replay"
        )
    if counts.oldest_due_at is not None and len(watched) > dead + overdue:
        yield fault(
            f"notices wait since {moment(counts.oldest_due_at)}",
            "start `dolen serve` (or `dolen worker`); if it runs, look at the check of mail",
        )
    if overdue:
        yield warn(
            f"{overdue} notice(s) were not acknowledged in three working days", "ask who got them; `dolen notices list`"
        )
    if not watched and not dead:
        yield ok("no notice needs looking at")


def _root(connection: Connection, size: int) -> bytes:
    return tree.hash_ranges(connection, [(0, size)])[0]


def _is_ours(scene: Scene, signed: SignedHead) -> bool:
    verifier = ed25519_verifier(signer_of(scene.settings).vkey)
    try:
        note = read_note(signed.text.encode())
        said = parse_checkpoint(note.text)
        check_note(note, [verifier])
    except (NoteMalformed, CheckpointMalformed, SignatureRefused):
        return False
    return (said.origin, said.size, said.root) == (scene.settings.log_origin, signed.size, signed.root)
