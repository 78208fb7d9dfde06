"""Faults in the decision, and leaks in the answer. Each is one slip that a tired programmer could make."""

from __future__ import annotations

from tests.faults.planting import Fault

DISCLOSE = "tests/integration/sharing/test_disclose.py"
DECISION = "tests/unit/policies"

DECISION_FAULTS = (
    Fault(
        "consent-of-another-recipient-counts",
        "policies/decision.py",
        "or fact.recipient != request.recipient\n",
        "or False\n",
        DECISION,
    ),
    Fault(
        "consent-for-another-purpose-counts",
        "policies/decision.py",
        "or fact.purpose != request.purpose\n",
        "or False\n",
        DECISION,
    ),
    Fault(
        "consent-to-another-holder-counts",
        "policies/decision.py",
        "fact.holder != request.holder\n",
        "False\n",
        DECISION,
    ),
    Fault(
        "consent-never-ends",
        "policies/decision.py",
        "if fact.valid_until <= request.at:",
        "if False:",
        DECISION,
    ),
    Fault(
        "bars-are-forgotten",
        "policies/decision.py",
        "open_to = wanted & ~facts.bars",
        "open_to = wanted",
        DECISION,
    ),
    Fault(
        "objections-are-forgotten",
        "policies/decision.py",
        "by_task = task & ~facts.objections & open_to",
        "by_task = task & open_to",
        DECISION,
    ),
    Fault(
        "a-lapsed-protocol-still-permits",
        "policies/decision.py",
        "current = [cell for cell in cells if cell.starts_at <= at < cell.ends_at]",
        "current = list(cells)",
        DECISION,
    ),
    Fault(
        "override-only-is-open",
        "policies/decision.py",
        "    allowed = by_obligation | by_task | granted\n",
        "    allowed = by_obligation | by_task | granted | (override_only & open_to)\n",
        DECISION,
    ),
    Fault(
        "a-withdrawn-consent-still-stands",
        "consent/status.py",
        "return replace(held, status=Status.WITHDRAWN, field_ids=_NOTHING, said_no=held.said_no | held.field_ids)",
        "return held",
        DISCLOSE,
    ),
    Fault(
        "the-wider-of-two-answers-holds",
        "consent/status.py",
        "frozenset.intersection(*granted)",
        "frozenset.union(*granted)",
        "tests/unit/consent",
    ),
    Fault(
        "answers-of-people-without-standing-count",
        "hub/sharing/facts.py",
        "if state.decided_by in deciders",
        "if True",
        "tests/integration/consenting",
    ),
    Fault(
        "a-suspended-protocol-still-permits",
        "hub/sharing/queries.py",
        "    protocol_state.c.state == IN_FORCE\n",
        "    protocol_state.c.state != ''\n",
        DISCLOSE,
    ),
    Fault(
        "a-changed-protocol-file-still-permits",
        "hub/protocols/book.py",
        "if _key(one) in in_force]",
        "if any(_key(one)[:2] == known[:2] for known in in_force)]",
        DISCLOSE,
    ),
)

LEAKS = (
    Fault(
        "every-cell-is-opened",
        "hub/sharing/disclose.py",
        "        if allowed >> ordinal & 1\n",
        "        if allowed >= 0\n",
        DISCLOSE,
    ),
    Fault(
        "records-show-by-date-and-status-alone",
        "hub/sharing/disclose.py",
        "telling = ~room.book.accompanying",
        "telling = ~0",
        DISCLOSE,
    ),
    Fault(
        "another-agencys-handle-opens-the-door",
        "hub/directory/queries/handles.py",
        '        _own.c.agency_id == bindparam("agency"),\n',
        "",
        DISCLOSE,
    ),
    Fault(
        "restricted-fields-are-named-as-withheld",
        "policies/snapshot.py",
        "marked=marked & catalogue.everything & ~never_marked,",
        "marked=catalogue.everything,",
        DISCLOSE,
    ),
    Fault(
        "an-answer-is-not-recorded",
        "hub/sharing/disclose.py",
        "            record(room, connection, ruling, answer, reader=reader, keys=keys)\n",
        "",
        DISCLOSE,
    ),
    Fault(
        "fields-are-not-recorded",
        "hub/sharing/record.py",
        "sorted(catalogue.by_id[name].ordinal for name in shown.fields)",
        "[]",
        DISCLOSE,
    ),
    Fault(
        "the-database-error-travels-on",
        "hub/sharing/disclose.py",
        "    except SQLAlchemyError:\n        # The cause may quote bound values, so it does not travel on.\n"
        "        raise NotRecorded from None\n",
        "    except SQLAlchemyError as cause:\n        raise NotRecorded from cause\n",
        DISCLOSE,
    ),
    Fault(
        "pages-begin-again-from-the-start",
        "hub/records/queries.py",
        'statement = statement.where(record.c.id > bindparam("after"))',
        'statement = statement.where(record.c.id >= bindparam("after"))',
        DISCLOSE,
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
