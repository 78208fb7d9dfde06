"""Receipts: small text files with which anybody can check, alone, that a decision is in the ledger."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from hub.consenting.errors import ReceiptNotReady
from hub.consenting.model import ReceiptLine
from hub.web import kinds
from hub.web.access import open_to
from hub.web.digests import reference_of
from hub.web.errors import NotHere
from hub.web.model import Access
from hub.web.render import page
from hub.web.site import person_id, site
from hub.web.views.learner import learner


def add_to(blueprint: Blueprint) -> None:
    """The routes of this module."""
    listing = "/learners/<uuid:learner_id>/receipts"
    blueprint.add_url_rule(listing, "receipts", receipts)
    blueprint.add_url_rule(f"{listing}/<uuid:event_id>", "receipt", receipt)


@open_to(Access.SIGNED_IN)
def receipts(learner_id: UUID) -> ResponseReturnValue:
    """Every receipt of this person for this learner, newest first."""
    line = learner(learner_id)
    return page("receipts.html", learner=line, receipts=_lines(learner_id), kinds=kinds.RECEIPTS)


@open_to(Access.SIGNED_IN)
def receipt(learner_id: UUID, event_id: UUID) -> ResponseReturnValue:
    """The receipt as a file; a page that says so while the ledger has not signed for it yet."""
    line = learner(learner_id)
    for found in _lines(learner_id):
        if found.event_id == event_id:
            try:
                return _file(event_id)
            except ReceiptNotReady:
                return page("not_ready.html", learner=line, receipt=found)
    raise NotHere


def _lines(learner_id: UUID) -> list[ReceiptLine]:
    lines = [*site().use_cases.receipts(person_id(), learner_id)]
    lines += [
        ReceiptLine(one.event_id, one.kind, one.at, one.is_ready, one.recipient, one.group_id)
        for one in site().use_cases.asking.receipts(person_id(), learner_id)
    ]
    return sorted(lines, key=lambda line: (line.at, line.event_id), reverse=True)


def _file(event_id: UUID) -> Response:
    name = f"dolen-receipt-{reference_of(event_id)}.tlog-proof"
    return Response(
        site().use_cases.receipt(person_id(), event_id),
        mimetype="text/plain",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
