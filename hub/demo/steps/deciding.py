"""Steps 3 to 5: a read by duty, a grant, and a withdrawal that binds the very next read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx

from hub.demo.agency_system import fields_of
from hub.demo.browser import Page
from hub.demo.people import CHILD_UPN, EDUCATION, HEALTH
from hub.demo.stage import Stage
from hub.directory.model import Principal
from hub.sharing.model import RecordQuery
from hub.web.digests import offer_key

_SPEECH = "health.speech"
_NOBODY = "N668400221199"


def read(stage: Stage) -> None:
    """Step 3."""
    tell, system = stage.transcript, stage.education
    token = system.get_token()
    tell.say(f"token for {system.agency_id}: {token['token_type']}, {token['expires_in']} s, scope {token['scope']}")
    tell.check("the token is a bearer token of at most five minutes", holds=0 < int(token["expires_in"]) <= 300)
    found, nobody = system.look_up("upn", CHILD_UPN), system.look_up("upn", _NOBODY)
    tell.check("the learner is found by school number", holds=found.status_code == httpx.codes.OK)
    tell.check("a number that nobody has is answered 404", holds=nobody.status_code == httpx.codes.NOT_FOUND)
    stage.handle = str(found.json()["learner"])
    own = str(stage.world.child_handles[EDUCATION.id])
    tell.check(
        "the answer is education's own handle, not the hub's id", holds=stage.handle == own != str(stage.world.child)
    )
    answer = system.read(stage.handle)
    stage.before = fields_of(answer, HEALTH.id)
    tell.say(f"from health, by duty: {', '.join(sorted(stage.before))}")
    tell.check("health's duty fields are there", holds="health.care_plan.title" in stage.before)
    tell.check("social care's duty fields are there", holds="social_care.legal_status" in fields_of(answer))
    withheld = {one["field"] for one in answer["withheld"]}
    tell.check(
        "no field that needs consent is there", holds=not any(name.startswith(_SPEECH) for name in fields_of(answer))
    )
    tell.check("withheld fields say so, and whom to ask", holds=_says_whom(answer, f"{_SPEECH}.receptive_language"))
    hidden = "health.mental_health.summary"
    tell.check("a restricted field is not even named", holds=hidden not in withheld | fields_of(answer))


def grant(stage: Stage) -> None:
    """Step 4."""
    tell, parent = stage.transcript, stage.parent
    child = stage.world.child
    offer = next(
        one
        for one in stage.hub.offers(stage.people["parent"], child)
        if (one.recipient, one.holder, one.group_id) == (EDUCATION.id, HEALTH.id, _SPEECH)
    )
    page = parent.open(f"/cy/learners/{child}/decisions")
    page = parent.open(page.link(f"/offers/{offer_key(offer)}"))
    until = (stage.hub.clock() + timedelta(days=200)).date()
    stage.chosen = {
        f"{_SPEECH}.receptive_language",
        f"{_SPEECH}.expressive_language",
        f"{_SPEECH}.therapy_recommendation",
    }
    page = parent.send(
        page,
        page.form("/offers/"),
        {
            "fields": sorted(stage.chosen),
            "until-day": str(until.day),
            "until-month": str(until.month),
            "until-year": str(until.year),
        },
    )
    tell.check("the parent sees all answers before deciding", holds=page.address.endswith("/check"))
    page = parent.send(page, page.form("/check"), {})
    _confirmed(stage, page)
    tell.say(f"granted until {until}: {', '.join(sorted(stage.chosen))}")
    after = fields_of(stage.education.read(stage.handle), HEALTH.id)
    tell.check(
        "the next read shows the granted fields, and only them, beside what it showed before",
        holds=after - stage.before == stage.chosen,
    )
    tell.check("nothing that was shown by duty is gone", holds=stage.before <= after)


def withdraw(stage: Stage) -> None:
    """Step 5."""
    tell, parent, child = stage.transcript, stage.parent, stage.world.child
    page = parent.open(f"/cy/learners/{child}/decisions")
    page = parent.open(page.link("/withdraw"))
    page = parent.send(page, page.form("/withdraw"), {})
    _confirmed(stage, page)
    over_http = fields_of(stage.education.read(stage.handle), HEALTH.id)
    tell.check("the very next read, by the web server's process, shows none of them", holds=over_http == stage.before)
    principal = Principal(EDUCATION.id, "dyffryn-education-system", "smart", "aln-plan", "alnco")
    here = stage.hub.disclose(principal, UUID(stage.handle), RecordQuery())
    shown = {name for record in here.records for name in record.fields}
    tell.check("nor does a read by another process", holds=not shown & stage.chosen)


def _says_whom(answer: Mapping[str, Any], name: str) -> bool:
    marked = [one for one in answer["withheld"] if one["field"] == name]
    return bool(marked) and bool(marked[0]["ask"]["en"]) and bool(marked[0]["ask"]["cy"])


def _confirmed(stage: Stage, page: Page) -> None:
    stage.transcript.check(
        "the decision is confirmed with a reference and a receipt", holds="/receipts/" in page.link("/receipts/")
    )
    stage.receipts.append(page.link("/receipts/"))
