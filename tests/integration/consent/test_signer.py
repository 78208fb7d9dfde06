"""Signing: after the commit, once per head, and never a history that doesn't continue what was signed."""

from __future__ import annotations

import json
import shutil
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection

from consent.ledger.checkpoint import Checkpoint, parse_checkpoint
from consent.ledger.errors import Forked, RolledBack, StateMissing, TilesDamaged
from consent.ledger.note import SignatureRefused, check_note, ed25519_verifier, read_note
from consent.ledger.queries import checkpoints, heads
from consent.ledger.queries.checkpoints import SignedHead
from consent.ledger.signer import publish_checkpoint
from consent.tables import metadata
from hub.database import make_engine, reading, unit_of_work
from tests.integration.consent.worlds import Ledger, new_ledger, stream_of


def latest(ledger: Ledger) -> SignedHead | None:
    with reading(ledger.engine) as connection:
        return checkpoints.latest(connection)


def empty(ledger: Ledger) -> None:
    """Lose everything that the database had; the signer remembers."""
    for table in metadata.sorted_tables:
        if table.name.startswith("ledger"):
            ledger.tamper(f"DELETE FROM {table.name}")


def test_the_published_checkpoint_is_the_committed_head(ledger: Ledger) -> None:
    ledger.write(10)
    ledger.sequence()
    signed = ledger.publish()
    assert signed is not None
    note = read_note(signed.text.encode())
    assert [each.name for each in check_note(note, [ed25519_verifier(ledger.signer.vkey)])] == [ledger.signer.origin]
    with reading(ledger.engine) as connection:
        head = heads.read_head(connection)
    assert parse_checkpoint(note.text) == Checkpoint(ledger.signer.origin, 10, head.root)
    assert latest(ledger) == signed


def test_an_empty_log_has_a_checkpoint_too(ledger: Ledger) -> None:
    signed = ledger.publish()
    assert signed is not None
    assert signed.text.startswith(f"{ledger.signer.origin}\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n")
    assert ledger.fsck().is_clean


def test_a_head_that_is_published_is_not_signed_again(ledger: Ledger) -> None:
    ledger.settle(3)
    assert ledger.publish() is None


def test_heads_that_were_committed_before_a_crash_are_signed_at_the_next_turn(ledger: Ledger) -> None:
    ledger.settle(3)
    for number in range(3):
        ledger.write(9, stream_of(number))
        ledger.sequence()
    signed = ledger.publish()
    assert signed is not None
    assert signed.size == 8 + 27
    assert ledger.fsck().is_clean


def test_a_crash_between_signing_and_publishing_is_healed_with_the_same_bytes(ledger: Ledger) -> None:
    ledger.settle(3)
    ledger.write(9)
    ledger.sequence()
    opened = []

    @contextmanager
    def crashing() -> Iterator[Connection]:
        opened.append(1)
        with unit_of_work(ledger.engine) as connection:
            if len(opened) == 2:
                raise RuntimeError("the power went")
            yield connection

    with pytest.raises(RuntimeError):
        publish_checkpoint(crashing, ledger.signer, now=ledger.now)
    before = latest(ledger)
    assert before is not None
    assert before.size == 8
    remembered = json.loads(ledger.signer.state_file.read_bytes())
    assert remembered["size"] == 17
    healed = ledger.publish()
    assert healed is not None
    assert (healed.size, ledger.publish()) == (17, None)
    assert ledger.fsck().is_clean


def test_a_database_that_lost_entries_is_not_signed(ledger: Ledger) -> None:
    ledger.settle(30)
    empty(ledger)
    ledger.write(20)
    ledger.sequence()
    with pytest.raises(RolledBack):
        ledger.publish()
    assert latest(ledger) is None


@pytest.mark.parametrize("count", [30, 31, 300])
def test_another_history_is_not_signed_however_long_it_is(ledger: Ledger, count: int) -> None:
    ledger.settle(30)
    empty(ledger)
    ledger.write(count)
    ledger.sequence()
    with pytest.raises(Forked):
        ledger.publish()
    assert latest(ledger) is None
    assert json.loads(ledger.signer.state_file.read_bytes())["size"] == 30


def test_an_older_copy_of_the_file_is_refused_and_so_is_what_is_built_on_it(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'dolen.db'}")
    with unit_of_work(engine) as connection:
        metadata.create_all(connection)
    ledger = new_ledger(engine, tmp_path)
    ledger.settle(10)
    engine.dispose()
    shutil.copyfile(tmp_path / "dolen.db", tmp_path / "backup.db")
    ledger.settle(10)
    engine.dispose()
    shutil.copyfile(tmp_path / "backup.db", tmp_path / "dolen.db")
    with pytest.raises(RolledBack):
        ledger.publish()
    ledger.write(25)
    ledger.sequence()
    with pytest.raises(Forked):
        ledger.publish()
    engine.dispose()


def test_tiles_that_do_not_give_the_head_are_not_signed(ledger: Ledger) -> None:
    ledger.write(10)
    ledger.sequence()
    ledger.run("UPDATE ledger_head SET root = :root", {"root": b"\x01" * 32})
    with pytest.raises(TilesDamaged):
        ledger.publish()
    assert latest(ledger) is None


def test_without_its_memory_the_signer_signs_nothing(ledger: Ledger) -> None:
    ledger.settle(10)
    ledger.write(1)
    ledger.sequence()
    state = ledger.signer.state_file
    good = state.read_bytes()
    spoilt = [b"", b"{}", b"[]", b"5", good.replace(b"hub.example", b"hob.example"), good.replace(b"10,", b'"10",')]
    for text in [*spoilt, good.replace(b"=", b"")]:
        state.write_bytes(text)
        with pytest.raises(StateMissing):
            ledger.publish()
    state.unlink()
    with pytest.raises(StateMissing):
        ledger.publish()
    state.write_bytes(good)
    assert ledger.publish() is not None


def test_a_memory_that_is_begun_anew_or_put_back_is_seen(ledger: Ledger) -> None:
    ledger.settle(10)
    older = ledger.signer.state_file.read_bytes()
    ledger.settle(10)
    ledger.write(1)
    ledger.sequence()
    ledger.signer.state_file.unlink()
    ledger.signer.initialise()
    with pytest.raises(StateMissing):
        ledger.publish()
    ledger.signer.state_file.write_bytes(older)
    with pytest.raises(StateMissing):
        ledger.publish()


def test_a_lost_memory_is_recovered_from_a_checkpoint_of_its_own_only(ledger: Ledger) -> None:
    ledger.settle(10)
    first = latest(ledger)
    ledger.settle(10)
    second = latest(ledger)
    assert first is not None
    assert second is not None
    ledger.signer.state_file.unlink()
    with pytest.raises(SignatureRefused):
        ledger.signer.recover(second.text.replace("\n20\n", "\n21\n"))
    assert not ledger.signer.state_file.exists()
    ledger.signer.recover(second.text)
    ledger.signer.recover(first.text)
    assert json.loads(ledger.signer.state_file.read_bytes())["size"] == 20
    assert ledger.publish() is None
    ledger.settle(1)
    assert ledger.fsck().is_clean


def test_the_memory_is_private_and_is_begun_once(ledger: Ledger) -> None:
    ledger.settle(10)
    state = ledger.signer.state_file
    ledger.signer.initialise()
    assert json.loads(state.read_bytes())["size"] == 10
    assert {stat.S_IMODE(path.stat().st_mode) for path in state.parent.iterdir()} == {0o600}
    assert ledger.signer.key.private_bytes_raw() not in state.read_bytes()


def test_two_that_publish_at_once_publish_one_history(ledger: Ledger) -> None:
    ledger.settle(3)
    for number in range(4):
        ledger.write(9, stream_of(number))
        ledger.sequence()
        threads = [threading.Thread(target=ledger.publish) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert ledger.rows("SELECT size FROM ledger_checkpoint ORDER BY size") == [(8,), (17,), (26,), (35,), (44,)]
    assert ledger.fsck().is_clean
