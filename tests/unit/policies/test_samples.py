"""The protocols that ship: every kind of agreement, a school, a charity, and no marker that tells a secret."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

import policies
from hub.demo.partnership import demo_protocol
from policies import AccessRequest, Basis, Catalogue, ConsentFact, Facts, Protocol, compile_snapshot, decide
from policies.bars import barrable
from policies.model import EraseBy, ProtocolKind, Sector
from policies.words import Words

CATALOGUE = policies.load_catalogue()
SAMPLES = {
    path.stem: policies.load_protocol(path, CATALOGUE)
    for path in sorted((Path(policies.__file__).parent / "samples").glob("*.yaml"))
    if path.stem != "properties"
}
SUPPORT, SCHOOL = SAMPLES["family-support"], SAMPLES["school"]
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
TWO_YEARS = timedelta(days=731)


@pytest.fixture
def catalogue() -> Catalogue:
    return CATALOGUE


def test_the_samples_cover_every_kind_of_agreement_and_all_five_sorts_of_partner() -> None:
    assert {one.kind for one in SAMPLES.values()} == set(ProtocolKind)
    sectors = {partner.sector for one in SAMPLES.values() for partner in one.partners.values()}
    assert sectors == set(Sector) - {Sector.FURTHER_EDUCATION}


@pytest.mark.parametrize("name", SAMPLES)
def test_no_sample_marks_a_field_that_a_bar_could_take_away(name: str, catalogue: Catalogue) -> None:
    told = [
        (rule.id, catalogue.ids(rule.mask & barrable(catalogue)))
        for rule in SAMPLES[name].rules
        if rule.withheld_marker
    ]
    assert [row for row in told if row[1]] == []


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_is_looked_at_again_within_two_years(name: str) -> None:
    assert SAMPLES[name].review_on - SAMPLES[name].in_force_from <= TWO_YEARS


@pytest.mark.parametrize("name", SAMPLES)
def test_no_row_of_a_sample_leaves_onward_sharing_open(name: str) -> None:
    assert all(rule.obligations.no_onward_sharing for rule in SAMPLES[name].rules)


def _sentences(protocol: Protocol) -> Iterator[Words]:
    yield from (protocol.title, protocol.introduction)
    yield from (rule.why for rule in protocol.rules)
    yield from (purpose.words for purpose in protocol.purposes.values())
    yield from (role.title for role in protocol.roles.values())
    yield from (entry.words for entry in (*protocol.admission, *protocol.retention))
    undertakings = protocol.undertakings
    yield from (undertakings.benefits, undertakings.informing, undertakings.rights)
    yield from (undertakings.security, undertakings.records, undertakings.complaints)
    for partner in protocol.partners.values():
        yield from (partner.designated_person, partner.ask.title)


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sentence_of_a_sample_is_said_in_both_languages(name: str) -> None:
    """Names of bodies can be alike in both; sentences and offices can't, unless somebody forgot to translate."""
    assert [words.en for words in _sentences(SAMPLES[name]) if words.en == words.cy] == []


def test_the_charity_gets_nothing_without_consent_and_without_its_tie() -> None:
    assert {rule.basis for rule in SUPPORT.rules} == {Basis.CONSENT}
    assert {rule.obligations.erase_by for rule in SUPPORT.rules} == {EraseBy.CONSENT_ENDS}
    snapshot = compile_snapshot(CATALOGUE, [SUPPORT])
    wanted = CATALOGUE.everything
    request = AccessRequest("cymorth-teulu-afon", "family-worker", "family-support", "dyffryn-social-care", wanted, NOW)
    agreed = ConsentFact(
        "c-1", "dyffryn-social-care", "cymorth-teulu-afon", "family-support", wanted, NOW, NOW + timedelta(days=9),
        SUPPORT.ref,
    )  # fmt: skip
    tied = frozenset({"cymorth-teulu-afon"})
    assert decide(snapshot, request, Facts(live_ties=tied, age=9)).allowed == 0
    assert decide(snapshot, request, Facts(consents=(agreed,), age=9)).allowed == 0
    allowed = decide(snapshot, request, Facts(consents=(agreed,), live_ties=tied, age=9)).allowed
    assert set(CATALOGUE.ids(allowed)) >= {"identity.given_name", "social_care.category_of_need"}
    grown = decide(snapshot, request, Facts(consents=(agreed,), live_ties=tied, age=18)).allowed
    assert CATALOGUE.ids(grown) == ("identity.given_name", "identity.home_language", "identity.preferred_name")


def test_the_school_sees_the_plan_of_its_own_pupils_only() -> None:
    snapshot = compile_snapshot(CATALOGUE, [SCHOOL])
    request = AccessRequest("ysgol-dyffryn", "alnco", "aln-plan", "dyffryn-education", CATALOGUE.everything, NOW)
    assert decide(snapshot, request, Facts(age=10)).allowed == 0
    pupil = decide(snapshot, request, Facts(age=10, live_ties=frozenset({"ysgol-dyffryn"})))
    assert "plan.provision" in CATALOGUE.ids(pupil.by_obligation)
    assert "plan.transition" not in CATALOGUE.ids(pupil.allowed)


def test_the_demo_s_protocol_is_never_near_its_review() -> None:
    for today in (date(2026, 11, 25), date(2031, 2, 28), date(2032, 2, 29)):
        protocol = policies.parse_protocol(demo_protocol(today).encode(), CATALOGUE)
        assert protocol.in_force_from < today
        assert timedelta(days=690) < protocol.review_on - today < TWO_YEARS
        assert protocol.review_on - protocol.in_force_from <= TWO_YEARS
