"""Leaks in the answer, and every fault that is planted. Each is one slip that a tired programmer could make."""

from __future__ import annotations

from tests.faults.decision_faults import DECISION_FAULTS, DISCLOSE
from tests.faults.planting import Fault

LEAKS = (
    Fault(
        "every-cell-is-opened",
        "hub/sharing/disclose.py",
        "        if allowed >> ordinal & 1\n",
        "        if allowed >= 0\n",
        DISCLOSE,
        "duty_shows",
    ),
    Fault(
        "records-show-by-date-and-status-alone",
        "hub/sharing/disclose.py",
        "telling = ~room.book.accompanying",
        "telling = ~0",
        DISCLOSE,
        "date_and_status",
    ),
    Fault(
        "another-agencys-handle-opens-the-door",
        "hub/directory/queries/handles.py",
        '        _own.c.agency_id == bindparam("agency"),\n',
        "",
        DISCLOSE,
        "somebody_elses_handle",
    ),
    Fault(
        "restricted-fields-are-named-as-withheld",
        "policies/snapshot.py",
        "marked=marked & catalogue.everything & ~never_marked,",
        "marked=catalogue.everything,",
        DISCLOSE,
        "restricted_fields",
    ),
    Fault(
        "an-answer-is-not-recorded",
        "hub/sharing/disclose.py",
        "            record(room, connection, ruling, answer, reader=reader, keys=keys)\n",
        "",
        DISCLOSE,
        "is_recorded",
    ),
    Fault(
        "fields-are-not-recorded",
        "hub/sharing/record.py",
        "sorted(catalogue.by_id[name].ordinal for name in shown.fields)",
        "[]",
        DISCLOSE,
        "is_recorded_with_fields",
    ),
    Fault(
        "the-database-error-travels-on",
        "hub/sharing/disclose.py",
        "    except SQLAlchemyError:\n        # The cause may quote bound values, so it does not travel on.\n"
        "        raise NotRecorded from None\n",
        "    except SQLAlchemyError as cause:\n        raise NotRecorded from cause\n",
        DISCLOSE,
        "ledger_cannot_be_written",
    ),
    Fault(
        "pages-begin-again-from-the-start",
        "hub/records/queries.py",
        'statement = statement.where(record.c.id > bindparam("after"))',
        'statement = statement.where(record.c.id >= bindparam("after"))',
        DISCLOSE,
        "pages_follow",
    ),
    Fault(
        "out-of-scope-rows-are-kept",
        "hub/syncing/run_sync.py",
        "            report.out_of_scope += 1\n",
        '            sorted_.bad.append(("out_of_scope", unit))\n',
        "tests/integration/syncing",
    ),
    Fault(
        "quarantine-is-kept-in-clear",
        "hub/syncing/quarantine.py",
        '"sealed": seal_text(keys.unwrap(owner), owner=owner, purpose=purpose_of(row_id), data=content),',
        '"sealed": content,',
        "tests/integration/syncing",
    ),
)

FAULTS = (*DECISION_FAULTS, *LEAKS)
