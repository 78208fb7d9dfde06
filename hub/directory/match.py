"""Whether a newcomer is a learner that some partner knows already.

Linking two children wrongly shows one child's records to the other's partners, so doubt never links: a valid number
must meet, the birth dates must agree, and nothing may speak against it. What is in doubt is written down for a person.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Connection

from hub.directory.identifying import MATCHED
from hub.directory.model import Demographics, IdentifierKind, Match
from hub.directory.queries import handles
from hub.directory.sealed import demographics_purpose
from hub.sealing.key_store import KeyStore
from hub.sealing.model import handle_directory_key
from hub.sealing.opening import open_text

Number = tuple[IdentifierKind, bytes]
"""A kind and a matching index."""

_UNIQUE = (IdentifierKind.NHS_NUMBER, IdentifierKind.ULN)  # a child has one for life; a pupil may have several UPNs
_FULL_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


class Doubt(StrEnum):
    """Why a handle was not linked to a learner whose number it shares."""

    SEVERAL = "several"
    SAME_SYSTEM = "same_system"
    NUMBER = "number"
    BIRTH_DATE = "birth_date"
    GIVEN_NAME = "given_name"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A handle to match: what its agency says, and the learner it gets if nobody knows the child (or has already)."""

    agency_id: str
    system: str
    learner_id: UUID
    numbers: frozenset[Number]
    said: Demographics = field(repr=False)
    is_new: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """The learner of a proposal, how it was found, and the learners that somebody should look at."""

    learner_id: UUID
    match: Match
    doubt: Doubt | None = None
    candidates: tuple[UUID, ...] = ()


@dataclass(slots=True)
class _Known:
    numbers: set[Number] = field(default_factory=set)
    systems: set[tuple[str, str]] = field(default_factory=set)
    said: list[Demographics] = field(default_factory=list, repr=False)


def match(connection: Connection, keys: KeyStore, proposals: Sequence[Proposal]) -> list[Verdict]:
    """A verdict for each proposal, in their order; earlier proposals of the list count as known for later ones.

    Opens what partners say of the candidates, and answers with none of it. Take the matching turn first.
    """
    candidates = handles.learners_by_match_index(connection, {index for one in proposals for _, index in one.numbers})
    known: defaultdict[UUID, _Known] = defaultdict(_Known)
    for row in handles.identifiers_of_learners(connection, candidates):
        if row.match_index is not None:
            known[row.learner_id].numbers.add((_indexed(row.kind), row.match_index))
        if row.finds_handle:
            known[row.learner_id].systems.add((row.agency_id, row.system))
    rows = handles.demographics_of_learners(connection, candidates)
    unwrapped = keys.unwrap_many(handle_directory_key(row.handle_id) for row in rows)
    for row in rows:
        owner, purpose = handle_directory_key(row.handle_id), demographics_purpose(row.agency_id, row.handle_id)
        known[row.learner_id].said.append(_said(open_text(unwrapped[owner], row.sealed, owner=owner, purpose=purpose)))
    return _verdicts(proposals, known)


def _verdicts(proposals: Iterable[Proposal], known: defaultdict[UUID, _Known]) -> list[Verdict]:
    by_number: defaultdict[Number, set[UUID]] = defaultdict(set)
    for learner_id, one in known.items():
        for number in one.numbers:
            by_number[number].add(learner_id)
    verdicts = []
    for proposal in proposals:
        verdict = _verdict(proposal, known, by_number)
        verdicts.append(verdict)
        if proposal.is_new:
            entry = known[verdict.learner_id]
            entry.numbers |= proposal.numbers
            entry.systems.add((proposal.agency_id, proposal.system))
            entry.said.append(proposal.said)
            for number in proposal.numbers:
                by_number[number].add(verdict.learner_id)
    return verdicts


def _verdict(proposal: Proposal, known: dict[UUID, _Known], by_number: dict[Number, set[UUID]]) -> Verdict:
    own = Match.NEW if proposal.is_new else Match.KNOWN
    met = {learner for number in proposal.numbers for learner in by_number.get(number, ())} - {proposal.learner_id}
    if not met:
        return Verdict(proposal.learner_id, own)
    candidates = tuple(sorted(met))
    doubt = Doubt.SEVERAL if len(met) > 1 else _objection(proposal, known[candidates[0]])
    if doubt is None and not proposal.is_new:
        doubt = Doubt.LATER
    if doubt is not None:
        return Verdict(proposal.learner_id, own, doubt, candidates)
    shared = {kind for kind, _ in proposal.numbers & known[candidates[0]].numbers}
    return Verdict(candidates[0], Match(next(kind for kind in MATCHED if kind in shared).value))


def _objection(proposal: Proposal, one: _Known) -> Doubt | None:
    if (proposal.agency_id, proposal.system) in one.systems:
        return Doubt.SAME_SYSTEM  # the agency itself numbers them as two children
    for kind in _UNIQUE:
        mine, theirs = _of_kind(proposal.numbers, kind), _of_kind(one.numbers, kind)
        if mine and theirs and not mine & theirs:
            return Doubt.NUMBER
    dates = {said.birth_date for said in one.said if _is_full(said.birth_date)}
    if not _is_full(proposal.said.birth_date) or dates != {proposal.said.birth_date}:
        return Doubt.BIRTH_DATE
    named = [said for said in one.said if said.given_names]
    if proposal.said.given_names and named and not any(_same_name(proposal.said, said) for said in named):
        return Doubt.GIVEN_NAME
    return None


def _of_kind(numbers: Iterable[Number], kind: IdentifierKind) -> set[bytes]:
    return {index for one, index in numbers if one is kind}


def _is_full(birth_date: str | None) -> bool:
    return birth_date is not None and _FULL_DATE.fullmatch(birth_date) is not None


def _same_name(one: Demographics, other: Demographics) -> bool:
    # "Sam" and "Samuel" agree; so do first and middle names in another order.
    return any(mine.startswith(theirs) or theirs.startswith(mine) for mine in _plain(one) for theirs in _plain(other))


def _plain(said: Demographics) -> set[str]:
    words = " ".join(said.given_names).replace("-", " ").split()
    folded = (unicodedata.normalize("NFKD", word).casefold() for word in words)
    return {plain for word in folded if (plain := "".join(sign for sign in word if sign.isalpha()))}


def _indexed(kind: str) -> IdentifierKind:
    return IdentifierKind.UPN if kind == IdentifierKind.FORMER_UPN else IdentifierKind(kind)


def _said(data: bytes) -> Demographics:
    fields = json.loads(data)
    return Demographics(
        given_names=tuple(fields.get("given_names", ())),
        family_name=fields.get("family_name"),
        birth_date=fields.get("birth_date"),
        sex=fields.get("sex"),
    )
