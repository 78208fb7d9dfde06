"""A hub made by hand, from nothing to the first records, with no personal value on a command line or in an answer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hub.demo.partnership import Partnership, source_of
from hub.demo.people import CHILD_UPN
from hub.oauth.assertions import new_client_key, public_jwks
from tests.integration.cli.agreeing import agree
from tests.integration.cli.command import ROOT, Dolen

NAME, EMAIL = "Marged Llongyfarchiadau-Enghraifft", "marged@dyffryn-education.example"
PARTNERS = {"dyffryn-education": "education", "afon-health": "health", "dyffryn-social-care": "social_care"}
SCOPES = ("--scope", "records:read", "--scope", "learners:lookup")


@pytest.fixture
def made(bare: Dolen) -> Dolen:
    """A real hub with the sample protocol, one partner and its duty person."""
    bare.run("init")
    sample = (ROOT / "policies/samples/three-partners.yaml").read_text(encoding="utf-8")
    (bare.home / "protocols/aln.yaml").write_text(sample, encoding="utf-8")
    for agency, sector in PARTNERS.items():
        bare.run("agency", "add", agency, "--sector", sector, "--name-en", "Dyffryn", "--name-cy", "Dyffryn")
    agree(bare, bare.home / "protocols/aln.yaml", partners=PARTNERS, keys=bare.home.parent)
    person = _add_person(bare, "duty_desk", {"name": NAME, "email": EMAIL, "language": "cy"})
    bare.run("agency", "duty", "dyffryn-education", "--person", person)
    return bare


def _add_person(dolen: Dolen, role: str, contact: dict[str, object]) -> str:
    answer = dolen.run("person", "add", "--role", role, "--agency", "dyffryn-education", stdin=contact)
    assert not any(str(value) in answer.output for name, value in contact.items() if name in {"name", "email"})
    return answer.stdout.strip()


def test_init_says_what_to_do_next_and_may_be_run_again(bare: Dolen) -> None:
    told = bare.run("init").stdout
    assert all(f"dolen {word}" in told for word in ("policy check", "agency add", "person add", "client add", "serve"))
    assert "dolen.example/ledger+" in told
    before = bare.contents()
    bare.run("init")
    assert bare.contents() == before
    assert (bare.home.stat().st_mode & 0o777, (bare.home / "secrets").stat().st_mode & 0o777) == (0o700, 0o700)


def test_a_hub_made_by_hand_brings_records_and_hands_out_tokens(made: Dolen, tmp_path: Path) -> None:
    jwks = tmp_path / "keys.json"
    jwks.write_text(json.dumps(public_jwks(new_client_key())))
    made.run(
        *("client", "add", "school-system", "--agency", "dyffryn-education", "--jwks", str(jwks)),
        *("--purpose", "aln-plan", "--role", "alnco", *SCOPES),
    )
    report = made.json("sync", "school-census", "--source", str(source_of("school-census")))
    assert report["created"] > 0
    answer = made.run("token", "school-system")
    assert answer.stdout.count(".") == 2
    assert answer.stdout.count("\n") == 1
    assert made.json("client", "list")["clients"][0]["scopes"] == ["records:read", "learners:lookup"]
    made.run("client", "off", "school-system")
    assert "dolen client" in made.run("token", "school-system", expect=1).stderr
    made.run("client", "on", "school-system")
    assert made.run("token", "school-system").exit_code == 0


def test_a_learner_is_found_tied_and_handed_over(made: Dolen) -> None:
    made.run("sync", "school-census", "--source", str(source_of("school-census")))
    answer = made.run("learner", "find", "--agency", "dyffryn-education", stdin={"upn": CHILD_UPN})
    assert CHILD_UPN not in answer.output
    learner = json.loads(answer.stdout)["learner"]
    parent = made.run(
        "person", "add", "--role", "family", stdin={"name": NAME, "email": "m@teulu.example"}
    ).stdout.strip()
    officer = _add_person(made, "accountable", {"name": "Rhys Cydlynydd", "email": "rhys@dyffryn-education.example"})
    evidence = "Seen at the school office: entry 4711-Enghraifft"
    tie = made.run(
        *("tie", "add", "--learner", learner, "--person", parent, "--kind", "mother", "--standing", "parent"),
        *("--from-on", "2025-09-01", "--checked-by", officer),
        stdin={"evidence_kind": "birth_registration", "evidence": evidence},
    )
    assert evidence not in tie.output
    over = made.run("handover", "--learner", learner, "--to", officer, stdin={"because": "Moved to Ysgol Enghraifft"})
    assert "Ysgol" not in over.output
    kinds = (
        "SELECT group_concat(kind) FROM (SELECT kind FROM notice WHERE kind != 'records_brought' ORDER BY created_at)"
    )
    assert made.value(kinds) == "tie_changed,accountable_handed_over"
    assert made.value("SELECT count(*) FROM ledger_outbox WHERE stream LIKE 'sight:%'") == 2
    assert made.value("SELECT count(*) FROM accountable a JOIN learner l ON l.accountable_id = a.id") > 0
    files = b"".join(path.read_bytes() for path in made.home.rglob("*") if path.is_file())
    assert not any(value.encode() in files for value in (NAME, EMAIL, evidence, "Ysgol Enghraifft", CHILD_UPN))


def test_a_parent_cannot_be_made_accountable(dolen: Dolen, partnership: Partnership) -> None:
    child, parent = str(partnership.child), str(partnership.people["parent"])
    before = dolen.value("SELECT count(*) FROM accountable")
    answer = dolen.run("handover", "--learner", child, "--to", parent, stdin={"because": "x"}, expect=1)
    assert "cannot be an accountable person" in answer.stderr
    assert dolen.value("SELECT count(*) FROM accountable") == before
    nobody = "00000000-0000-7000-8000-000000000001"
    answer = dolen.run("handover", "--learner", nobody, "--to", parent, stdin={"because": "x"}, expect=1)
    assert "dolen learner find" in answer.stderr


def test_nobody_is_found_by_a_number_that_the_partner_does_not_know(dolen: Dolen) -> None:
    for number in ("H801200001001", "not a number"):
        answer = dolen.run("learner", "find", "--agency", "dyffryn-education", stdin={"upn": number}, expect=1)
        assert number not in answer.output


BAD_PEOPLE: dict[str, object] = {
    "not an object": ["Marged"],
    "no name": {"email": EMAIL},
    "unknown member": {"name": NAME, "nickname": "Mags-4711"},
    "a number": {"name": 4711},
    "an odd address": {"name": NAME, "email": "mags-4711"},
    "an odd language": {"name": NAME, "language": "mags-4711"},
    "an odd flag": {"name": NAME, "is_safe_to_contact": "mags-4711"},
}


@pytest.mark.parametrize("name", BAD_PEOPLE)
def test_a_person_in_the_wrong_form_is_refused_without_being_quoted(name: str, dolen: Dolen) -> None:
    before = dolen.contents()
    answer = dolen.run("person", "add", "--role", "family", stdin=BAD_PEOPLE[name], expect=2)
    assert not any(word in answer.output for word in ("Marged", "4711", EMAIL))
    assert "to do:" in answer.stderr
    assert dolen.contents() == before


def test_what_is_no_json_is_refused(dolen: Dolen, tmp_path: Path) -> None:
    broken = tmp_path / "person.json"
    for content in (b"\xff\xfe", b'{"name": "a", "name": "b"}', b"[" * 10_000, b" " * 100_000):
        broken.write_bytes(content)
        answer = dolen.run("person", "add", "--role", "family", "--from", str(broken), expect=2)
        assert "no JSON that can be taken" in answer.stderr


def test_two_people_cannot_sign_in_with_one_address(dolen: Dolen) -> None:
    person = {"name": NAME, "email": "angharad@teulu.example"}
    answer = dolen.run("person", "add", "--role", "family", stdin=person, expect=1)
    assert "angharad" not in answer.output
    assert "one address signs in one person" in answer.stderr


@pytest.mark.parametrize("agency", ["hub", "A", "dyffryn_education", "x" * 41, "../etc"])
def test_an_id_that_is_none_makes_no_partner_and_no_keyring(agency: str, dolen: Dolen) -> None:
    before = dolen.contents()
    dolen.run("agency", "add", agency, "--sector", "health", "--name-en", "A", "--name-cy", "A", expect=1)
    assert dolen.contents() == before


def test_a_partner_that_is_there_keeps_its_name_and_its_keyring(dolen: Dolen) -> None:
    before = dolen.contents()
    dolen.run("agency", "add", "afon-health", "--sector", "health", "--name-en", "A", "--name-cy", "A", expect=1)
    assert dolen.contents() == before


def test_a_duty_person_is_one_of_the_partner_s_own(dolen: Dolen, partnership: Partnership) -> None:
    stranger = str(partnership.people["anwen"])
    answer = dolen.run("agency", "duty", "afon-health", "--person", stranger, expect=1)
    assert "dolen person list" in answer.stderr
    assert len(dolen.json("person", "list", "--agency", "afon-health")["people"]) == 1


def test_private_keys_are_not_taken_in_and_not_shown(dolen: Dolen, tmp_path: Path) -> None:
    key = new_client_key()
    jwks = tmp_path / "keys.json"
    jwks.write_text(json.dumps({"keys": [key]}))
    add = ("client", "add", "other", "--agency", "afon-health", "--jwks", str(jwks), *SCOPES)
    answer = dolen.run(*add, expect=1)
    assert str(key["d"]) not in answer.output
    jwks.write_text('{"keys": []}')
    assert "key set" in dolen.run(*add, expect=1).stderr
    assert len(dolen.json("client", "list")["clients"]) == 3


def test_somebody_who_left_is_found_by_the_doctor(dolen: Dolen, partnership: Partnership) -> None:
    dolen.run("person", "off", str(partnership.people["heledd"]))
    told = dolen.run("doctor", expect=1).stdout
    assert "1 learner(s) have an accountable person who is no longer active" in told
    assert "dolen handover" in told
