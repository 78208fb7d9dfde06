"""The words of requests, objections and answers: sealed under the learner's key, opened for who asks and who answers.

One of the few functions that may open sealed bytes (docs/decisions/0003-who-may-open.md). What it opens is what
somebody wrote to be read by the other side, never a value of a record.
"""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from hub.asking.errors import WordsRefused
from hub.asking.model import MAX_WORDS
from hub.sealing.key_store import KeyStore
from hub.sealing.model import SubjectKey, learner_key
from hub.sealing.opening import open_text
from hub.sealing.text import seal_text


class Written(StrEnum):
    """Which words; the value is part of what they are sealed for."""

    REQUEST = "access_request.words"
    REQUEST_ANSWER = "access_request.answer"
    OBJECTION = "objection.words"
    OBJECTION_ANSWER = "objection.answer"


def words_of(keys: KeyStore, learner_id: UUID, *, what: Written, row_id: UUID, sealed: bytes) -> str:
    """Open the words of one row. The caller has checked that whoever gets them asked, or answers for the holder."""
    owner = learner_key(learner_id)
    return open_text(keys.unwrap(owner), sealed, owner=owner, purpose=f"{what.value}/{row_id}").decode()


def sealed_words(key: SubjectKey, *, what: Written, row_id: UUID, words: str) -> bytes:
    """Seal words under the learner's key."""
    return seal_text(key, owner=key.owner, purpose=f"{what.value}/{row_id}", data=words.encode())


def checked_words(words: str, *, may_be_empty: bool = False) -> str:
    """Words without the white space around them; raises WordsRefused."""
    found = words.strip()
    is_text = all(sign.isprintable() or sign in "\n\r\t" for sign in found)
    if len(found) > MAX_WORDS or not is_text or (not found and not may_be_empty):
        raise WordsRefused
    return found
