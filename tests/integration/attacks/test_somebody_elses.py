"""Attacks with good credentials on what is somebody else's: another parent's, another partner's."""

from __future__ import annotations

import json
from uuid import UUID, uuid4

from flask.testing import FlaskClient

from consent.ledger.leaf import read_opening
from consent.ledger.outbox import entries_of, opening_context
from hub.asking.model import NewRequest
from hub.database import reading
from hub.demo.people import EDUCATION, HEALTH, SOCIAL_CARE
from hub.directory.model import Principal
from hub.directory.streams import handle_stream, opening_purpose, owner_of
from hub.sealing.opening import open_text
from tests.hubs import SHOWN
from tests.integration.attacks.conftest import Target
from tests.integration.consenting.test_decisions import another_parent


def _csrf(browser: FlaskClient, address: str) -> str:
    page = browser.get(address).get_data(as_text=True)
    return page.partition('name="csrf_token" value="')[2].partition('"')[0]


def test_another_parent_reaches_nothing_that_this_one_decided(target: Target) -> None:
    world = target.world
    granted = world.grant()
    world.hub.sequence()
    other = target.browser_of(another_parent(world))
    child = f"/en/learners/{world.child}"
    for address in (
        f"{child}/receipts/{granted.event_id}",
        f"{child}/consents/{granted.consent_id}/withdraw",
        f"{child}/receipts/{uuid4()}",
        f"{child}/consents/{uuid4()}/withdraw",
    ):
        assert other.get(address).status_code == 404
    form = {"csrf_token": _csrf(other, f"{child}/decisions"), "journey": str(uuid4()), "shown": "00" * 32}
    assert other.post(f"{child}/consents/{granted.consent_id}/withdraw", data=form).status_code == 404
    for address in (f"{child}/decisions", f"{child}/receipts", f"{child}/sharing", f"{child}/looked"):
        page = other.get(address)
        assert page.status_code == 200
        said = page.get_data(as_text=True)
        assert str(granted.consent_id) not in said
        assert str(granted.event_id) not in said
        assert str(world.parent) not in said
        assert "Angharad" not in said


def test_a_worker_who_is_accountable_decides_nothing_for_the_family(target: Target) -> None:
    world = target.world
    worker = target.browser_of(world.partnership.people["heledd"])
    child = f"/en/learners/{world.child}"
    for address in ("decisions", "receipts", "sharing", "looked", "offers/abc"):
        answer = worker.get(f"{child}/{address}")
        assert answer.status_code == 404 or "<form" not in answer.get_data(as_text=True).partition("<main")[2]
    assert world.hub.consents(world.parent, world.child) == []


def test_what_is_another_partners_answers_like_what_is_nowhere(target: Target) -> None:
    world = target.world
    disclosure = world.read().id
    addresses = (
        ("records:read", "/v1/learners/{}/records", world.handle(HEALTH.id)),
        ("records:read", "/v1/learners/{}/records", world.child),
        ("consents:read", "/v1/consents?learner={}", world.handle(HEALTH.id)),
        ("consents:read", "/v1/consents?learner={}", world.child),
        ("disclosures:read", "/v1/disclosures/{}", _healths_disclosure(target)),
        ("requests:write", "/v1/requests/{}", _healths_request(target)),
    )
    for scope, address, theirs in addresses:
        token = target.token(scope)
        found, nowhere = (target.ask(address.format(one), token) for one in (theirs, uuid4()))
        assert (found.status_code, found.get_data()) == (nowhere.status_code, nowhere.get_data()) == (404, found.data)
        assert dict(found.headers) == dict(nowhere.headers)
    mine = target.ask(f"/v1/disclosures/{disclosure}", target.token("disclosures:read"))
    assert mine.status_code == 200
    assert str(world.child) not in mine.get_data(as_text=True)


def _healths_disclosure(target: Target) -> UUID:
    return target.world.read(agency=HEALTH.id, role="clinician").id


def _healths_request(target: Target) -> UUID:
    world = target.world
    health = Principal(HEALTH.id, "afon-health-system", "smart", "aln-plan", "clinician")
    new = NewRequest(world.handle(HEALTH.id), EDUCATION.id, ("education.exclusions",), "For the clinic")
    return world.hub.asking.ask(health, new)[0].id


def test_consents_are_told_without_who_gave_them_and_without_the_hubs_own_ids(target: Target) -> None:
    world = target.world
    world.grant()
    world.hub.refuse(other := another_parent(world), world.offer(), shown=SHOWN)
    answer = target.ask(f"/v1/consents?learner={world.handle()}", target.token("consents:read"))
    assert answer.status_code == 200
    said = json.dumps(answer.get_json())
    assert len(answer.get_json()["consents"]) == 1  # a plain no is not told to a recipient
    for hidden in (world.child, world.parent, other, world.handle(HEALTH.id)):
        assert str(hidden) not in said


def test_the_stream_of_one_partner_tells_nothing_of_the_records_of_another(target: Target) -> None:
    world = target.world
    world.grant()
    shown = {one.record_id: one.holder for one in world.read().records}
    assert set(shown.values()) >= {HEALTH.id, EDUCATION.id}
    for agency in (HEALTH.id, EDUCATION.id, SOCIAL_CARE.id):
        others = {str(record) for record, holder in shown.items() if holder != agency}
        for body in _bodies(target, agency):
            assert not any(record in body for record in others)
            if agency != HEALTH.id:
                assert '"health.' not in body


def _bodies(target: Target, agency_id: str) -> list[str]:
    hub, stream = target.world.hub, handle_stream(target.world.handle(agency_id))
    bodies = []
    with reading(hub.engine) as connection:
        for entry in entries_of(connection, stream):
            owner = owner_of(entry.owner)
            purpose = opening_purpose(opening_context(entry.id))
            opened = open_text(hub.keys.unwrap(owner), entry.sealed_opening, owner=owner, purpose=purpose)
            bodies.append(json.dumps(dict(read_opening(opened).body)))
    assert bodies
    return bodies


def test_a_token_of_one_purpose_or_role_is_not_stretched(target: Target) -> None:
    token = target.token("records:read")
    address = f"/v1/learners/{target.world.handle()}/records"
    assert target.ask(address, token).get_json()["role"] == "alnco"
    for extra in ("?purpose=safeguarding", "?role=aln-officer", "?agency=afon-health", "?authorization_details=[]"):
        assert target.ask(address + extra, token).status_code == 400
    lookup = target.ask("/v1/learners/lookup", token, json={"identifiers": [{"kind": "upn", "value": "N668400221101"}]})
    assert lookup.status_code == 403


def test_a_client_that_is_moved_to_another_partner_loses_its_tokens(target: Target) -> None:
    token = target.token("records:read")
    target.tamper(
        "client", "UPDATE client SET agency_id = :other WHERE agency_id = :own", own=EDUCATION.id, other=HEALTH.id
    )
    assert target.ask(f"/v1/learners/{target.world.handle()}/records", token).status_code == 401
    assert target.ask(f"/v1/learners/{target.world.handle(HEALTH.id)}/records", token).status_code == 401
