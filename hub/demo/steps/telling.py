"""Step 6: a change reaches the one accountable person."""

from __future__ import annotations

from pathlib import Path
from time import monotonic, sleep
from uuid import UUID

from hub.database import reading
from hub.demo.partnership import DATA
from hub.demo.people import ACCOUNTABLE
from hub.demo.stage import Stage
from hub.demo.values import hidden_values
from hub.notices.model import NoticeKind, NoticeState
from hub.telling.model import InboxEntry
from hub.telling.watch import notice_counts

_WAIT_SECONDS = 20.0


def notice(stage: Stage) -> None:
    """Step 6."""
    tell, person = stage.transcript, stage.people[ACCOUNTABLE.key]
    tell.check("everybody was told of what happened before", holds=_nothing_waits(stage))
    known = {entry.notice_id for entry in _changed(stage)}
    mails = _mails(stage)
    stage.health.get_token()
    report = stage.health.push((DATA / "health" / "changed-assessment.json").read_bytes())
    tell.say(f"pushed: read {report['read']}, updated {report['updated']}, ignored {report['ignored']}")
    tell.check("exactly one record has a new version", holds=(report["updated"], report["created"]) == (1, 0))
    told = _told(stage, known)
    tell.check("the accountable person has exactly one notice of it", holds=len(told) == 1)
    mail = [path.read_text(encoding="utf-8") for path in sorted(_mails(stage) - mails)]
    about = [text for text in mail if told[0].reference in text]
    tell.check("one mail went out for it, with its reference", holds=len(about) == 1)
    clear = [value for value in hidden_values() if any(value in text for text in mail)]
    tell.check("the mail holds no personal data", holds=not clear)
    browser = stage.accountable
    page = browser.open("/en/inbox")
    page = browser.open(page.link(str(told[0].notice_id)))
    page = browser.send(page, page.form("/acknowledge"), {})
    entry = next(one for one in stage.hub.inbox(person) if one.notice_id == told[0].notice_id)
    tell.check("told, opened and acknowledged are written down apart", holds=_in_order(entry))
    tell.say(
        f"notice {entry.reference}: told {entry.told_at:%H:%M:%S}, acknowledged {entry.acknowledged_at:%H:%M:%S} UTC"
    )


def _nothing_waits(stage: Stage) -> bool:
    until = monotonic() + _WAIT_SECONDS
    while monotonic() < until:
        with reading(stage.hub.engine) as connection:
            counts = notice_counts(connection, at=stage.hub.clock())
        if not any(counts.by_state.get(state) for state in (NoticeState.DUE, NoticeState.LEASED)):
            return True
        sleep(0.2)
    return False


def _changed(stage: Stage) -> list[InboxEntry]:
    inbox = stage.hub.inbox(stage.people[ACCOUNTABLE.key])
    return [entry for entry in inbox if entry.kind == NoticeKind.RECORD_CHANGED.value]


def _told(stage: Stage, known: set[UUID]) -> list[InboxEntry]:
    """The new notices, once a worker has told them: the sweep finds them even when the ring was lost."""
    until = monotonic() + _WAIT_SECONDS
    while monotonic() < until:
        new = [entry for entry in _changed(stage) if entry.notice_id not in known]
        if new and all(entry.told_at is not None for entry in new):
            return new
        sleep(0.2)
    return []


def _mails(stage: Stage) -> set[Path]:
    return set((stage.settings.home / "mail").glob("*.eml"))


def _in_order(entry: InboxEntry) -> bool:
    at = (entry.told_at, entry.opened_at, entry.acknowledged_at)
    return None not in at and list(at) == sorted(one for one in at if one is not None)
