"""A token is good while its signature, its row, its client and its agency are, and for what it was issued for."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from joserfc import jws
from joserfc.jwk import ECKey
from sqlalchemy import delete, select

from hub.database import reading, unit_of_work
from hub.oauth.compact import take_apart
from hub.oauth.errors import ClientUnavailable, GrantRefused
from hub.oauth.forget_old import forget_old
from hub.oauth.keys import load_keys
from hub.oauth.tables import access_token, assertion_used
from hub.oauth.tokens import issue_token
from tests.integration.oauth.world import START, Partner, World, b64, probe, signed


def resigned(world: World, token: str, *, header: dict[str, object], claims: dict[str, object]) -> str:
    """The token with changed header and claims, signed with the hub's own key; `...` leaves a member out."""
    apart = take_apart(token)
    head = {name: value for name, value in {**apart.header, **header}.items() if value is not ...}
    body = {name: value for name, value in {**apart.claims, **claims}.items() if value is not ...}
    return signed(head, body, load_keys(world.settings).current.as_dict(private=True))


def test_a_good_token_says_who_asks_and_why(partner: Partner) -> None:
    answer = partner.world.http.get("/v1/probe", headers={"Authorization": f"Bearer {partner.token()}"})
    assert answer.get_json() == {
        "agency": partner.agency_id,
        "client": partner.client_id,
        "purpose": "aln-plan",
        "role": "aln-coordinator",
    }


def test_a_token_without_the_scope_is_refused_with_403(partner: Partner) -> None:
    assert partner.probe(partner.token(scope="consents:read")) == 403


@pytest.mark.parametrize("typ", [..., "JWT", "jwt", "AT+JWT", "application/at+jwt", "", None])
def test_a_token_whose_type_is_missing_or_another_is_refused(partner: Partner, typ: object) -> None:
    token = partner.token()
    assert partner.probe(resigned(partner.world, token, header={}, claims={})) == 200
    assert partner.probe(resigned(partner.world, token, header={"typ": typ}, claims={})) == 401


def test_a_token_bound_to_a_key_is_not_taken_as_a_bearer_token(partner: Partner) -> None:
    token = partner.token()
    assert partner.probe(resigned(partner.world, token, header={}, claims={"cnf": {"jkt": "x"}})) == 401


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://other.example"},
        {"aud": "https://other.example/v1"},
        {"aud": ["https://hub.example/v1"]},
        {"aud": "https://hub.example"},
        {"jti": ...},
        {"jti": "not-a-uuid"},
        {"jti": None},
        {"jti": {"a": 1}},
        {"scope": ...},
        {"act": {"sub": "x"}},
    ],
)
def test_a_claim_of_others_is_refused_even_under_our_own_signature(partner: Partner, claims: dict[str, object]) -> None:
    assert partner.probe(resigned(partner.world, partner.token(), header={}, claims=claims)) == 401


def test_a_claim_cannot_reach_further_than_the_stored_row(partner: Partner) -> None:
    token = partner.token(scope="consents:read")
    assert partner.probe(resigned(partner.world, token, header={}, claims={"scope": {"a": 1}})) == 403
    assert partner.probe(resigned(partner.world, token, header={}, claims={"scope": "records:read"})) == 403
    other = Partner(partner.world).registered()
    claimed = resigned(partner.world, partner.token(), header={}, claims={"client_id": other.client_id})
    answer = partner.world.http.get("/v1/probe", headers={"Authorization": f"Bearer {claimed}"})
    assert answer.get_json()["client"] == partner.client_id


def test_a_well_signed_token_without_a_row_is_refused(partner: Partner) -> None:
    token = partner.token()
    assert partner.probe(resigned(partner.world, token, header={}, claims={"jti": str(uuid4())})) == 401
    with unit_of_work(partner.world.engine) as connection:
        connection.execute(delete(access_token).where(access_token.c.client_id == partner.client_id))
    assert partner.probe(token) == 401


def test_every_single_changed_character_spoils_a_token(partner: Partner) -> None:
    token = partner.token()
    for place in range(0, len(token), 7):
        changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        assert partner.probe(changed) == 401
    assert partner.probe(token) == 200


def test_a_token_of_another_key_an_unsigned_one_and_an_assertion_are_refused(partner: Partner) -> None:
    token = partner.token()
    apart = take_apart(token)
    stranger = ECKey.generate_key("P-256").as_dict(private=True)
    payload = b64(json.dumps(dict(apart.claims)).encode())
    assert partner.probe(signed(apart.header, dict(apart.claims), stranger)) == 401
    assert partner.probe(f"{b64(json.dumps({**apart.header, 'alg': 'none'}).encode())}.{payload}.") == 401
    assert partner.probe(f"{b64(json.dumps({**apart.header, 'alg': 'none'}).encode())}.{payload}.AAAA") == 401
    assert partner.probe(partner.assertion()) == 401
    embedded = {**apart.header, "jwk": stranger}
    assert partner.probe(signed(embedded, dict(apart.claims), stranger)) == 401


def test_tokens_are_always_signed_with_the_current_key_and_the_next_is_already_trusted(partner: Partner) -> None:
    keys = load_keys(partner.world.settings)
    assert {take_apart(partner.token()).header["kid"] for _ in range(8)} == {keys.current.kid}
    apart = take_apart(partner.token())
    by_next = signed({**apart.header, "kid": keys.next.kid}, dict(apart.claims), keys.next.as_dict(private=True))
    assert partner.probe(by_next) == 200


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Bearer  {t}", "Bearer {t} {t}", "Bearer {t},Bearer {t}", "Basic {t}", "{t}", "DPoP {t}",
     "Bearer {t}\t", "Bearer\t{t}", "Bearer=\"{t}\"", "Bearer é"],
)  # fmt: skip
def test_only_a_plain_bearer_header_is_read(partner: Partner, header: str) -> None:
    answer = partner.world.http.get("/v1/probe", headers={"Authorization": header.format(t=partner.token())})
    assert answer.status_code == 401


def test_a_token_in_the_query_string_or_in_a_body_is_not_read(partner: Partner) -> None:
    token = partner.token()
    assert partner.world.http.get(f"/v1/probe?access_token={token}").status_code == 401
    assert partner.world.http.get("/v1/probe", data={"access_token": token}).status_code == 401


def test_a_deactivated_client_is_refused_with_the_token_that_it_has(partner: Partner) -> None:
    token = partner.token()
    partner.set(is_active=False)
    assert partner.probe(token) == 401
    partner.set(is_active=True)
    assert partner.probe(token) == 200


def test_a_deactivated_agency_is_refused_with_the_tokens_that_it_has(partner: Partner) -> None:
    token = partner.token()
    partner.set_agency(is_active=False)
    assert partner.probe(token) == 401


@pytest.mark.parametrize("column", ["scopes", "purposes", "roles"])
def test_what_a_client_may_no_longer_ask_for_its_token_no_longer_gets(partner: Partner, column: str) -> None:
    token = partner.token()
    partner.set(**{column: []})
    assert partner.probe(token) == 401


def test_a_revoked_token_is_refused_at_the_next_request(partner: Partner) -> None:
    token, other = partner.token(), partner.token()
    assert partner.at_endpoint("/oauth/revoke", token).status_code == 200
    assert partner.probe(token) == 401
    assert partner.probe(other) == 200


def test_the_instant_of_the_first_revocation_stays(partner: Partner) -> None:
    token = partner.token()
    partner.at_endpoint("/oauth/revoke", token)
    partner.world.clock.move(minutes=1)
    partner.at_endpoint("/oauth/revoke", token)
    with reading(partner.world.engine) as connection:
        revoked_at = connection.execute(
            select(access_token.c.revoked_at).where(access_token.c.client_id == partner.client_id)
        ).scalar_one()
    assert revoked_at == START


def test_revocation_answers_alike_for_a_foreign_an_unknown_and_a_broken_token(partner: Partner) -> None:
    other = Partner(partner.world).registered()
    foreign = other.token()
    unknown = resigned(partner.world, foreign, header={}, claims={"jti": str(uuid4())})
    expired = partner.token()
    partner.world.clock.move(minutes=6)
    foreign_now = other.token()
    tokens = (foreign_now, foreign, unknown, expired, partner.token(), "x", "a.b.c", "é" * 50)
    answers = [partner.at_endpoint("/oauth/revoke", token) for token in tokens]
    assert {(answer.status_code, answer.data) for answer in answers} == {(200, b"{}")}
    assert other.probe(foreign_now) == 200, "a client has revoked the token of another"


@pytest.mark.parametrize("hint", ["access_token", "refresh_token", "something-else"])
def test_a_hint_about_the_token_changes_nothing(partner: Partner, hint: str) -> None:
    token = partner.token()
    form = partner.form(grant_type=..., scope=..., authorization_details=..., token=token, token_type_hint=hint)
    assert partner.world.http.post("/oauth/revoke", data=form).status_code == 200
    assert partner.probe(token) == 401


def test_introspection_tells_a_client_about_its_own_good_tokens_only(partner: Partner) -> None:
    other = Partner(partner.world).registered()
    token = partner.token()
    own = partner.at_endpoint("/oauth/introspect", token).get_json()
    assert own["active"] is True
    assert own["client_id"] == own["sub"] == partner.client_id
    assert own["aud"] == "https://hub.example/v1"
    assert own["authorization_details"][0]["purpose"] == "aln-plan"
    assert own["exp"] - own["iat"] == 300
    hidden = [
        other.at_endpoint("/oauth/introspect", token),
        partner.at_endpoint("/oauth/introspect", "x.y.z"),
        partner.at_endpoint("/oauth/introspect", resigned(partner.world, token, header={}, claims={"jti": "0"})),
    ]
    partner.at_endpoint("/oauth/revoke", token)
    hidden.append(partner.at_endpoint("/oauth/introspect", token))
    assert {answer.data for answer in hidden} == {b'{"active": false}'}


@pytest.mark.parametrize("path", ["/oauth/revoke", "/oauth/introspect"])
def test_revocation_and_introspection_need_a_proven_client(partner: Partner, path: str) -> None:
    token = partner.token()
    nobody = Partner(partner.world)
    assert nobody.at_endpoint(path, token).status_code == 401
    assert partner.world.http.post(path, data={"token": token}).status_code == 401
    assert partner.at_endpoint(path, token, client_assertion="x").status_code == 401
    assert partner.probe(token) == 200


@pytest.mark.parametrize("path", ["/oauth/revoke", "/oauth/introspect"])
def test_revocation_and_introspection_need_a_token_parameter(partner: Partner, path: str) -> None:
    form = partner.form(grant_type=..., scope=..., authorization_details=...)
    assert partner.world.http.post(path, data=form).get_json()["error"] == "invalid_request"


def test_the_command_line_issues_a_token_under_the_same_rules(partner: Partner) -> None:
    world = partner.world

    def issue(purpose: str = "aln-plan", role: str = "aln-coordinator", scope: str = "records:read") -> str:
        return issue_token(
            world.engine, world.settings, partner.client_id, purpose=purpose, role=role, scopes=[scope], at=START
        )

    assert partner.probe(issue()) == 200
    for wrong in ({"purpose": "other"}, {"role": "other"}, {"scope": "other"}, {"purpose": "", "role": ""}):
        with pytest.raises(GrantRefused):
            issue(**wrong)
    partner.set(is_active=False)
    with pytest.raises(ClientUnavailable):
        issue()


def test_the_sweep_forgets_what_has_expired_and_nothing_that_still_counts(partner: Partner) -> None:
    world = partner.world
    assertion = partner.assertion()
    token = partner.ask(assertion).get_json()["access_token"]
    forget_old(world.engine, at=START + timedelta(seconds=239))
    assert partner.probe(token) == 200
    assert partner.ask(assertion).status_code == 401
    forget_old(world.engine, at=START + timedelta(days=2))
    with reading(world.engine) as connection:
        for table in (access_token, assertion_used):
            rows = connection.execute(select(table).where(table.c.client_id == partner.client_id)).all()
            assert rows == []
    world.clock.move(minutes=5)
    assert partner.ask(assertion).status_code == 401, "an assertion that was forgotten must have expired"


def test_the_probe_of_these_tests_lets_nobody_in_without_a_token(world: World) -> None:
    assert probe(world.app, "") == 401
    assert jws.JWSRegistry.recommended == ["HS256", "RS256", "ES256"], "joserfc's default set has changed: read it"
