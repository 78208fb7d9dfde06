"""The facts that a decision rests on, read inside the transaction that holds the learner's lock."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from consent import events
from consent.model import ConsentKind, ConsentState
from consent.status import effective, question_of
from hub.circumstances.standing import Circumstances, circumstances_of
from policies.facts import ConsentFact, Facts
from policies.fields import Catalogue
from policies.model import ProtocolRef


@dataclass(frozen=True, slots=True)
class LearnerFacts:
    """What is true of one learner now, for every holder, recipient and purpose."""

    consents: tuple[ConsentFact, ...]
    circumstances: Circumstances

    def as_facts(self) -> Facts:
        """In the shape that `policies.decision.decide` takes."""
        known = self.circumstances
        return Facts(
            consents=self.consents,
            bars=known.bars,
            objections=known.objections,
            overrides=known.overrides,
            live_ties=known.live_ties,
        )


def gather(
    connection: Connection, learner_id: UUID, *, deciders: Collection[UUID], catalogue: Catalogue, at: datetime
) -> LearnerFacts:
    """The consents about this learner that stand at `at`, and the learner's circumstances.

    Only consents to data sharing count: willingness for e-mail or a statutory consent never opens a field. Only answers
    of `deciders` count, the people who have standing now. Where several of them answered the same question the narrower
    answer holds (`consent.status.effective`).
    """
    states = [
        state
        for state in events.states_of(connection, learner_id, at=at, kind=ConsentKind.DATA_SHARING)
        if state.decided_by in deciders
    ]
    narrowest = effective(states)
    facts = (_fact(state, narrowest[question_of(state)], catalogue) for state in states)
    return LearnerFacts(
        consents=tuple(fact for fact in facts if fact is not None),
        circumstances=circumstances_of(connection, learner_id, catalogue=catalogue, at=at),
    )


def _fact(state: ConsentState, fields: frozenset[str], catalogue: Catalogue) -> ConsentFact | None:
    if state.valid_from is None or state.valid_until is None:
        return None
    mask = catalogue.known_mask(state.field_ids & fields)
    if not mask:
        return None
    return ConsentFact(
        consent_id=str(state.consent_id),
        holder=state.holder,
        recipient=state.recipient,
        purpose=state.purpose,
        mask=mask,
        valid_from=state.valid_from,
        valid_until=state.valid_until,
        protocol=_protocol(state),
    )


def _protocol(state: ConsentState) -> ProtocolRef | None:
    if state.protocol_id is None or state.protocol_version is None or not state.protocol_version.isascii():
        return None
    return ProtocolRef(state.protocol_id, int(state.protocol_version)) if state.protocol_version.isdigit() else None
