"""The box for a single value: it opens for its owner and its row, and for nothing else."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.sealing.errors import EnvelopeBroken, WrongKey
from hub.sealing.model import SubjectKey, handle_directory_key, learner_key, person_key
from hub.sealing.opening import open_text
from hub.sealing.reseal import reseal
from hub.sealing.text import seal_text
from tests.unit.sealing.boxes import HANDLE, OTHER

KEY = SubjectKey(learner_key(HANDLE), bytes(range(32)))
PURPOSE = f"tie.evidence/{OTHER}"


def seal(data: bytes) -> bytes:
    return seal_text(KEY, owner=KEY.owner, purpose=PURPOSE, data=data)


@given(st.binary(max_size=200))
def test_what_was_sealed_comes_back(data: bytes) -> None:
    assert open_text(KEY, seal(data), owner=KEY.owner, purpose=PURPOSE) == data


def test_a_box_moved_to_another_row_owner_or_key_does_not_open() -> None:
    box = seal(b"seen by Anwen")
    with pytest.raises(WrongKey):
        open_text(KEY, box, owner=KEY.owner, purpose="tie.evidence/other")
    for owner in (learner_key(OTHER), person_key(HANDLE), handle_directory_key(HANDLE)):
        with pytest.raises(WrongKey):
            open_text(KEY, box, owner=owner, purpose=PURPOSE)
    with pytest.raises(WrongKey):
        open_text(SubjectKey(KEY.owner, bytes(32)), box, owner=KEY.owner, purpose=PURPOSE)


def test_every_single_bit_flipped_is_refused() -> None:
    box = seal(b"value")
    for place in range(len(box) * 8):
        broken = bytearray(box)
        broken[place // 8] ^= 1 << place % 8
        with pytest.raises(EnvelopeBroken):
            open_text(KEY, bytes(broken), owner=KEY.owner, purpose=PURPOSE)


@given(st.binary(max_size=160))
def test_any_other_bytes_are_refused(junk: bytes) -> None:
    with pytest.raises(EnvelopeBroken):
        open_text(KEY, junk, owner=KEY.owner, purpose=PURPOSE)


def test_the_length_shows_in_steps_of_32_only() -> None:
    assert {len(seal(b"x" * length)) for length in range(32)} == {len(seal(b""))}
    assert len(seal(b"x" * 32)) == len(seal(b"")) + 32


def test_a_value_is_not_sealed_under_somebody_elses_key() -> None:
    with pytest.raises(ValueError, match="own owner"):
        seal_text(KEY, owner=learner_key(OTHER), purpose=PURPOSE, data=b"")


def test_resealing_changes_what_is_named_and_keeps_the_rest() -> None:
    box = seal(b'{"family_name":"Testwr","sex":"female"}')
    changed = reseal(KEY, box, purpose=PURPOSE, fields={"sex": "male", "birth_date": "2015-03-14"})
    opened = json.loads(open_text(KEY, changed, owner=KEY.owner, purpose=PURPOSE))
    assert opened == {"family_name": "Testwr", "sex": "male", "birth_date": "2015-03-14"}
