"""Sequencers in several processes, one of them killed, while entries come: no index lost, doubled or reordered."""

from __future__ import annotations

import multiprocessing
import signal
import threading
import time
from datetime import UTC, datetime, timedelta

from consent.ledger import outbox
from hub.database import reading, unit_of_work
from tests.integration.consent.processes import sequence_for
from tests.integration.consent.worlds import Ledger, stream_of

SECONDS = 3.0


def test_several_at_once_give_every_entry_one_index_in_order(ledger: Ledger) -> None:
    url = ledger.engine.url.render_as_string(hide_password=False)
    spawn = multiprocessing.get_context("spawn")
    sequencers = [spawn.Process(target=sequence_for, args=(url, name, SECONDS)) for name in ("one", "two", "killed")]
    for sequencer in sequencers:
        sequencer.start()
    written = [0, 0]
    stop = threading.Event()

    def write(who: int) -> None:
        while not stop.wait(0.005):
            with unit_of_work(ledger.engine) as connection:
                entries = [ledger.entry(stream_of(number)) for number in (0, who + 1, 0)]
                outbox.append(connection, entries, seal=ledger.seal, at=datetime.now(UTC))
            written[who] += len(entries)

    writers = [threading.Thread(target=write, args=(who,)) for who in (0, 1)]
    for writer in writers:
        writer.start()
    # One dies in the middle of whatever it does.
    time.sleep(SECONDS / 2)
    sequencers[2].kill()
    for sequencer in sequencers:
        sequencer.join()
    stop.set()
    for writer in writers:
        writer.join()
    ledger.now = datetime.now(UTC) + timedelta(seconds=1)
    ledger.settle()

    assert [sequencer.exitcode for sequencer in sequencers] == [0, 0, -signal.SIGKILL]
    assert ledger.rows("SELECT count(*) FROM ledger_outbox WHERE idx IS NULL") == [(0,)]
    assert ledger.rows("SELECT count(*) FROM ledger_leaf WHERE outbox_id IS NOT NULL") == [(sum(written),)]
    assert ledger.rows("SELECT count(DISTINCT fence) FROM ledger_head WHERE fence > 2") == [(1,)]
    with reading(ledger.engine) as connection:
        for number in range(3):
            entries = outbox.entries_of(connection, stream_of(number), limit=100_000)
            places = [entry.index or 0 for entry in entries]
            assert len(places) > 10
            assert places == sorted(places)
    assert ledger.fsck().findings == []
