"""Keys of addresses, references for people, hashes of secrets."""

from __future__ import annotations

import re
from dataclasses import replace
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from hub.consenting.model import Offer
from hub.database import new_id
from hub.sharing.model import GroupSight
from hub.web.digests import offer_key, reference_of, row_key
from hub.web.tokens import fresh_code, fresh_secret, mac

OFFER = Offer(UUID(int=1), "h", "r", "p", "g", ("a", "b"), 1, "p", 1)
ROW = GroupSight("r", "p", "h", "g", "consent", ("a", "b"), is_shown=False)


def test_another_version_of_an_offer_is_another_offer() -> None:
    changes = [{"catalogue_version": 2}, {"protocol_version": 2}, {"field_ids": ("ab",)}, {"learner_id": UUID(int=2)}]
    keys = {offer_key(replace(OFFER, **change)) for change in changes}  # type: ignore[arg-type]
    assert len(keys | {offer_key(OFFER)}) == 5
    assert re.fullmatch(r"[0-9a-f]{32}", offer_key(OFFER))


def test_a_row_keeps_its_key_when_it_is_switched_on_or_off() -> None:
    assert row_key(replace(ROW, is_shown=True)) == row_key(ROW)
    assert row_key(replace(ROW, group_id="other")) != row_key(ROW)


@given(st.uuids())
def test_a_reference_can_be_read_out(event_id: UUID) -> None:
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}", reference_of(event_id))


def test_ids_made_one_after_the_other_have_references_of_their_own() -> None:
    assert len({reference_of(new_id()) for _ in range(2000)}) == 2000


def test_a_hash_for_one_use_never_stands_for_another() -> None:
    key = bytes(32)
    assert (
        len({mac(key, "a", b"bc"), mac(key, "ab", b"c"), mac(key, "a", b"b", b"c"), mac(bytes(31) + b"1", "a", b"bc")})
        == 4
    )


def test_secrets_are_long_and_codes_are_six_digits() -> None:
    assert len({fresh_secret() for _ in range(100)}) == 100
    assert all(len(fresh_secret()) == 43 for _ in range(10))
    assert all(re.fullmatch(r"[0-9]{6}", fresh_code()) for _ in range(200))
