"""Notices: told, opened and acknowledged are different."""

from __future__ import annotations

from tests.integration.web.browser import Browser
from tests.integration.web.conftest import Pages


def test_opening_is_not_acknowledging_and_a_form_acknowledges(worker: Browser, pages: Pages) -> None:
    worker.open("/en/inbox")
    assert "Mari Bowen" in worker.text
    worker.follow("Open notice 7K2M9QX")
    entry = next(one for one in pages.hub.notices.values() if one.reference == "7K2M9QX")
    assert entry.opened_at == pages.clock()
    assert entry.acknowledged_at is None
    worker.submit()
    assert "You have acknowledged the notice" in worker.text
    assert "7K2M9QX" in worker.text
    assert pages.hub.notices[entry.notice_id].acknowledged_at == pages.clock()


def test_acknowledging_twice_keeps_the_first_time(worker: Browser, pages: Pages) -> None:
    worker.open("/en/inbox")
    worker.follow("Open notice 7K2M9QX")
    action, fields = worker.form()
    worker.send(action, fields)
    first = worker.text
    pages.clock.pass_(minutes=5)
    pages.hub.at = pages.clock()
    worker.send(action, fields)
    assert worker.text == first


def test_neither_a_link_nor_a_scanner_acknowledges(worker: Browser, pages: Pages) -> None:
    notice_id = next(iter(pages.hub.notices))
    worker.open(f"/en/inbox/{notice_id}/acknowledge", 405)
    assert worker.answer.headers["Allow"] == "OPTIONS, POST"
    worker.client.head(f"/en/inbox/{notice_id}")
    assert pages.hub.notices[notice_id].opened_at is None


def test_a_notice_of_somebody_else_is_not_there(parent: Browser, pages: Pages) -> None:
    notice_id = next(iter(pages.hub.notices))
    parent.open(f"/en/inbox/{notice_id}", 404)
    parent.open("/en/inbox")
    assert "You have no notices" in parent.text
    token = parent.form("/sign-out")[1]["csrf_token"]
    parent.send(f"/en/inbox/{notice_id}/acknowledge", {"csrf_token": token}, 404)
    assert pages.hub.notices[notice_id].acknowledged_at is None
