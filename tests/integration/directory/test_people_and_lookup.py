"""People, ties, clients; finding a handle by number and a person by address; and nothing of it in the clear."""

from __future__ import annotations

import base64
import json
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text

from connectors.base import Identifier, IdentifierKind
from hub.database import new_id, reading, unit_of_work
from hub.directory.contact import contact_of
from hub.directory.errors import BadSlug, EmailTaken, NobodyThere, PrivateKeyShown, UnknownAgency, UnknownPerson
from hub.directory.hand_over import hand_over
from hub.directory.lookup import find_handle, person_by_email
from hub.directory.model import Agency, Client, Contact, Language, PersonRole, Sector, Standing, TieKind
from hub.directory.queries import parties
from hub.directory.register import (
    change_contact,
    draft_person,
    name_duty_person,
    register_agency,
    register_client,
    register_person,
    set_client_active,
    set_person_active,
)
from hub.directory.ties import add_tie, end_tie, people_with_sight, standing_of, ties_of_learner, ties_of_person
from hub.sealing.key_store import KeyStore
from hub.sealing.model import learner_key, person_key
from tests.integration.directory.world import NHS_ANWEN, NHS_IFAN, NOW, Watch, World, child, make_keyrings, nhs, pupil

UPN, WRONG_UPN = "N660123456789", "A660123456789"
TODAY = NOW.date()


def find(world: World, agency_id: str, *identifiers: Identifier) -> UUID | None:
    with reading(world.engine) as connection:
        return find_handle(connection, world.keys, agency_id=agency_id, identifiers=identifiers)


def test_an_agency_finds_its_own_handles_only(world: World) -> None:
    mine = world.bring("health", [child("1", nhs(), pupil(UPN))])[0]
    theirs = world.bring("education", [child("7", nhs())])[0]
    assert mine.learner_id == theirs.learner_id
    assert find(world, "health", nhs()) == mine.handle_id
    assert find(world, "education", nhs()) == theirs.handle_id
    assert find(world, "social", nhs()) is None
    # Education holds the child, but the pupil number came from health: not education's to learn from a lookup.
    assert find(world, "education", pupil(UPN)) is None
    assert find(world, "health", nhs(NHS_IFAN)) is None


def test_several_identifiers_must_mean_the_same_child(world: World) -> None:
    one, other = world.bring("health", [child("1", nhs(NHS_ANWEN), pupil(UPN)), child("2", nhs(NHS_IFAN))])
    assert find(world, "health", nhs(NHS_ANWEN), pupil(UPN)) == one.handle_id
    assert find(world, "health", nhs(NHS_IFAN), pupil(UPN)) is None
    assert find(world, "health") is None
    assert find(world, "health", nhs(NHS_IFAN)) == other.handle_id


def test_a_local_number_finds_its_handle_in_its_own_system(world: World) -> None:
    one = world.bring("health", [child("1", system="hospital")])[0]
    assert find(world, "health", Identifier(IdentifierKind.LOCAL, "1", system="hospital")) == one.handle_id
    assert find(world, "health", Identifier(IdentifierKind.LOCAL, "1", system="clinic")) is None


def test_wrong_and_ambiguous_numbers_find_nobody(world: World) -> None:
    world.bring("education", [child("1", pupil(WRONG_UPN)), child("2", pupil(UPN)), child("3", pupil(UPN))])
    assert find(world, "education", pupil(WRONG_UPN)) is None
    assert find(world, "education", Identifier(IdentifierKind.UPN, WRONG_UPN)) is None
    assert find(world, "education", pupil(UPN)) is None


def test_numbers_indexed_before_a_rotation_are_found_after_it(sqlite_world: World, tmp_path: Path) -> None:
    keyrings = make_keyrings(tmp_path / "own")
    world = sqlite_world
    world.keyrings, world.keys = keyrings, KeyStore(world.both.keys, keyrings, Watch(), cache_seconds=60, cache_size=9)
    before = world.bring("health", [child("1", nhs())])[0]
    person = world.person("Mam Anwen")
    keyrings.rotate("health")
    keyrings.rotate("hub")
    assert find(world, "health", nhs()) == before.handle_id
    assert world.bring("health", [child("1", nhs())])[0].handle_id == before.handle_id
    assert world.bring("education", [child("7", nhs())])[0].learner_id == before.learner_id
    with reading(world.engine) as connection:
        found = person_by_email(connection, world.keys, email="mam.anwen@example.test")
        assert found is not None
        assert found.id == person
        assert connection.execute(text("SELECT count(*) FROM identifier WHERE agency_id = 'health'")).scalar_one() == 2
    with pytest.raises(EmailTaken):
        world.person("Mam Anwen")


def test_a_person_signs_in_by_address_however_it_is_written(world: World) -> None:
    mam = world.person("Mam Anwen")
    with reading(world.engine) as connection:
        found = person_by_email(connection, world.keys, email=" MAM.Anwen@Example.TEST ")
        assert found is not None
        assert (found.id, found.role, found.agency_id) == (mam, PersonRole.FAMILY, None)
        assert person_by_email(connection, world.keys, email="nobody@example.test") is None
    with unit_of_work(world.engine) as connection:
        set_person_active(connection, mam, is_active=False)
    with reading(world.engine) as connection:
        assert person_by_email(connection, world.keys, email="mam.anwen@example.test") is None


def test_one_address_is_one_person(world: World) -> None:
    world.person("Mam Anwen")
    with pytest.raises(EmailTaken):
        world.person("Mam Anwen")
    draft = [
        draft_person(world.keys, agency_id=None, role=PersonRole.FAMILY, contact=Contact("X", email="x@example.test"))
        for _ in range(2)
    ]
    with world.engine.connect() as connection:
        register_person(connection, draft[0], at=NOW)
        connection.commit()
        with pytest.raises(EmailTaken):
            parties.insert_person(
                connection,
                draft[1].id,
                {
                    "agency_id": None,
                    "role": "family",
                    "sealed_contact": b"",
                    "email_index": draft[1].email_indexes[-1],
                    "email_key_version": 1,
                    "is_active": True,
                    "created_at": NOW,
                },
            )


def test_contacts_come_back_and_can_be_changed(world: World) -> None:
    mam = world.person("Mam Anwen")
    contact = Contact("Mam", "new@example.test", "01970 1", "1 Heol Fawr", Language.WELSH, is_safe_to_contact=False)
    with unit_of_work(world.engine) as connection:
        assert contact_of(connection, world.keys, person_key(mam)).name == "Mam Anwen"
        change_contact(connection, world.keys, person_id=mam, contact=contact)
    with reading(world.engine) as connection:
        assert contact_of(connection, world.keys, person_key(mam)) == contact
        found = person_by_email(connection, world.keys, email="new@example.test")
        assert found is not None
        assert person_by_email(connection, world.keys, email="mam.anwen@example.test") is None
    assert "Heol" not in repr(contact)


def test_a_learners_name_is_the_one_that_the_asking_partner_gave(world: World) -> None:
    learner = world.bring("health", [child("1", nhs(), given="Anwen Mair", family="Testwr")])[0].learner_id
    world.bring("education", [child("7", nhs(), given="Anwen", family="Arall")])
    world.bring("social", [child("9", nhs(), family="")])
    with reading(world.engine) as connection:
        assert contact_of(connection, world.keys, learner_key(learner)).name == "Anwen Mair Testwr"
        named = contact_of(connection, world.keys, learner_key(learner), as_known_to="education")
        assert named.name == "Anwen Arall"
        for subject, agency_id in ((learner_key(learner), "social"), (learner_key(new_id()), None)):
            with pytest.raises(NobodyThere):
                contact_of(connection, world.keys, subject, as_known_to=agency_id)
        with pytest.raises(NobodyThere):
            contact_of(connection, world.keys, person_key(new_id()))


def test_the_duty_person_is_one_of_the_agencys_own(world: World) -> None:
    other = world.person("Other", agency_id="health", role=PersonRole.TEAM_LEAD)
    for somebody in (world.duty["education"], world.person("Mam Anwen"), new_id()):
        with pytest.raises(UnknownPerson), unit_of_work(world.engine) as connection:
            name_duty_person(connection, agency_id="health", person_id=somebody, at=NOW)
    with unit_of_work(world.engine) as connection:
        name_duty_person(connection, agency_id="health", person_id=other, at=NOW)
        agency = parties.agency_by_id(connection, "health")
        assert agency is not None
        assert agency.duty_person_id == other
        assert [one.id for one in parties.people_of(connection, "health", role=PersonRole.TEAM_LEAD)] == [other]


@pytest.mark.parametrize("slug", ["Health", "h", "1health", "health board", "../x", "x" * 41, "health\n"])
def test_an_agencys_id_is_a_short_slug(sqlite_world: World, slug: str) -> None:
    with pytest.raises(BadSlug), unit_of_work(sqlite_world.engine) as connection:
        register_agency(connection, Agency(slug, Sector.HEALTH, "x", "x"), at=NOW)


def a_client(jwks: object, agency_id: str = "education") -> Client:
    return Client("system-1", agency_id, "smart", json.dumps(jwks), "ES384", ("records:read",), ("aln-plan",), ("aln",))


def test_a_client_comes_with_public_keys_only(world: World) -> None:
    key = {"kty": "EC", "crv": "P-384", "x": "AA", "y": "BB", "kid": "1", "use": "sig", "alg": "ES384"}
    for bad in ({"keys": [key | {"d": "CC"}]}, {"keys": [{"kty": "oct", "k": "AA"}]}, {"keys": []}, [], {}, "x"):
        with pytest.raises(PrivateKeyShown), unit_of_work(world.engine) as connection:
            register_client(connection, a_client(bad), at=NOW)
    with pytest.raises(UnknownAgency), unit_of_work(world.engine) as connection:
        register_client(connection, a_client({"keys": [key]}, agency_id="nobody"), at=NOW)
    with unit_of_work(world.engine) as connection:
        register_client(connection, a_client({"keys": [key]}), at=NOW)
    with unit_of_work(world.engine) as connection:
        stored = parties.client_by_id(connection, "system-1")
        assert stored == a_client({"keys": [key]})
        assert set_client_active(connection, "system-1", is_active=False)
        assert not set_client_active(connection, "system-2", is_active=False)
        assert not parties.clients_of(connection, "education")[0].is_active


def tie(world: World, learner: UUID, person: UUID, *, standing: Standing | None, until: date | None = None) -> UUID:
    with unit_of_work(world.engine) as connection:
        return add_tie(
            connection,
            world.keys,
            learner_id=learner,
            person_id=person,
            kind=TieKind.MOTHER,
            standing=standing,
            evidence_kind="birth_certificate",
            evidence="certificate 12345678 seen",
            from_on=date(2026, 1, 1),
            until_on=until,
            checked_by=world.duty["health"],
            at=NOW,
        )


def test_only_a_tie_with_standing_that_holds_that_day_lets_somebody_act(world: World) -> None:
    learner = world.bring("health", [child("1")])[0].learner_id
    mam, carer, former = (world.person(name) for name in ("Mam Anwen", "Gofalwr", "Hen Nain"))
    tie(world, learner, mam, standing=Standing.PARENT)
    tie(world, learner, carer, standing=None)
    tie(world, learner, former, standing=Standing.CASE_FRIEND, until=date(2026, 11, 2))
    with reading(world.engine) as connection:
        assert standing_of(connection, learner, mam, on=TODAY) is Standing.PARENT
        assert standing_of(connection, learner, mam, on=date(2025, 12, 31)) is None
        assert standing_of(connection, learner, carer, on=TODAY) is None
        assert standing_of(connection, learner, former, on=date(2026, 11, 1)) is Standing.CASE_FRIEND
        assert standing_of(connection, learner, former, on=TODAY) is None
        assert standing_of(connection, new_id(), mam, on=TODAY) is None
        assert [one.person_id for one in people_with_sight(connection, learner, at=NOW)] == [mam]
        assert len(ties_of_learner(connection, learner, on=TODAY)) == 2
        assert [one.learner_id for one in ties_of_person(connection, mam, on=TODAY)] == [learner]


def test_an_ended_tie_and_an_inactive_person_have_no_sight(world: World) -> None:
    learner = world.bring("health", [child("1")])[0].learner_id
    mam, tad = world.person("Mam Anwen"), world.person("Tad Anwen")
    of_mam = tie(world, learner, mam, standing=Standing.PARENT)
    tie(world, learner, tad, standing=Standing.PARENT)
    with unit_of_work(world.engine) as connection:
        assert end_tie(connection, of_mam, until_on=TODAY, checked_by=world.duty["health"], at=NOW)
        assert not end_tie(connection, of_mam, until_on=TODAY, checked_by=world.duty["health"], at=NOW)
        set_person_active(connection, tad, is_active=False)
        assert people_with_sight(connection, learner, at=NOW) == []


def test_a_tie_begins_and_ends_by_the_day_in_wales(world: World) -> None:
    learner, mam = world.bring("health", [child("1")])[0].learner_id, world.person("Mam Anwen")
    tie(world, learner, mam, standing=Standing.PARENT, until=date(2026, 7, 2))
    with reading(world.engine) as connection:
        before, after = datetime(2026, 7, 1, 22, 59, tzinfo=UTC), datetime(2026, 7, 1, 23, 1, tzinfo=UTC)
        assert people_with_sight(connection, learner, at=before)
        assert not people_with_sight(connection, learner, at=after)


def test_a_tie_needs_people_that_there_are(world: World) -> None:
    learner = world.bring("health", [child("1")])[0].learner_id
    with pytest.raises(UnknownPerson):
        tie(world, learner, new_id(), standing=None)


def forms(value: str) -> set[bytes]:
    """How a value could stand in a file by accident."""
    plain = value.encode()
    encoded = {base64.b64encode(b"\0" * skip + plain)[-(-skip * 8 // 6) : -4] for skip in range(3)}
    return {plain, plain.upper(), value.encode("utf-16-le"), plain.hex().encode(), *encoded}


def test_nothing_personal_rests_in_the_clear(sqlite_world: World, tmp_path: Path) -> None:
    world = sqlite_world
    learner = world.bring(
        "health", [child("LOCAL-773311", nhs(), pupil(UPN), given="Anwenmair", family="Testwrfamily")]
    )[0].learner_id
    contact = Contact("Mamgu Canari", "mamgu@canari.test", "01970 555777", "Heol Canari 17", Language.WELSH)
    draft = draft_person(world.keys, agency_id=None, role=PersonRole.FAMILY, contact=contact)
    with unit_of_work(world.engine) as connection:
        mamgu = register_person(connection, draft, at=NOW)
    tie(world, learner, mamgu, standing=Standing.PARENT)
    with unit_of_work(world.engine) as connection:
        at = world.watch.later(hours=1)
        to = world.duty["education"]
        hand_over(connection, world.keys, learner_id=learner, to_person_id=to, because="reason-canari", at=at)
        connection.execute(text("UPDATE agency SET name_en = 'positive-control' WHERE id = 'health'"))
    planted = [
        "LOCAL-773311", NHS_ANWEN, UPN, "Anwenmair", "Testwrfamily", "2015-03-14", "Mamgu Canari", "mamgu@canari.test",
        "01970 555777", "Heol Canari 17", "certificate 12345678", "reason-canari",
    ]  # fmt: skip
    files = [path for path in tmp_path.iterdir() if path.is_file()]
    assert {path.name for path in files} >= {"dolen.db", "dolen.db-wal", "keys.db"}
    stored = b"".join(path.read_bytes() for path in files)
    assert b"positive-control" in stored
    assert [value for value in planted if any(form in stored for form in forms(value))] == []
