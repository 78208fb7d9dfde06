"""The facts that a decision rests on, read inside the transaction that holds the learner's lock."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from consent import events
from consent.model import ConsentKind, ConsentState
from consent.status import effective, question_of
from hub.circumstances.hiding import NOTHING_HIDDEN, Hidden
from hub.circumstances.life import UNKNOWN, Life, life_of
from hub.circumstances.standing import Circumstances, circumstances_of
from hub.directory.ties import day_of
from hub.sealing.model import KeyOwner, SubjectKey
from hub.sharing import queries
from hub.sharing.needs import NOTHING, Needs
from policies.facts import ConsentFact, Facts, ReadFact
from policies.fields import Catalogue
from policies.model import ProtocolRef


@dataclass(frozen=True, slots=True)
class LearnerFacts:
    """What is true of one learner now, for every holder, recipient and purpose."""

    consents: tuple[ConsentFact, ...]
    circumstances: Circumstances
    life: Life = UNKNOWN
    reads: tuple[ReadFact, ...] = ()

    def as_facts(self) -> Facts:
        """In the shape that `policies.decision.decide` takes."""
        known = self.circumstances
        return Facts(
            consents=self.consents,
            bars=known.bars,
            objections=known.objections,
            overrides=known.overrides,
            reads=self.reads,
            age=self.life.age,
            level=self.life.level,
            live_ties=known.live_ties,
        )

    def without_overrides(self, override_ids: Collection[UUID]) -> LearnerFacts:
        """The same without these overrides: for whoever may not know of them."""
        return replace(self, circumstances=self.circumstances.without_overrides(override_ids))


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for besides: what the rows need, with whose keys, and whose earlier reads count.

    `recipient` None: everybody's reads, for a page about them all. `before` is the learner's event number of the read
    that is being decided on, which is not an earlier one. What is `hidden` from who asks does not count.
    """

    needs: Needs = NOTHING
    keys: Mapping[KeyOwner, SubjectKey] = field(default_factory=dict)
    recipient: str | None = None
    before: int | None = None
    hidden: Hidden = NOTHING_HIDDEN


NO_MORE = Asked()


def gather(
    connection: Connection,
    learner_id: UUID,
    *,
    deciders: Collection[UUID],
    catalogue: Catalogue,
    at: datetime,
    asked: Asked = NO_MORE,
) -> LearnerFacts:
    """The consents about this learner that stand at `at`, the learner's circumstances, and what else rows ask for.

    Only consents to data sharing count: willingness for e-mail or a statutory consent never opens a field. Only answers
    of `deciders` count, the people who have standing now. Where several of them answered the same question the narrower
    answer holds (`consent.status.effective`).
    """
    states = events.states_of(connection, learner_id, at=at, kind=ConsentKind.DATA_SHARING)
    return LearnerFacts(
        consents=_consents(states, deciders, catalogue),
        circumstances=circumstances_of(connection, learner_id, catalogue=catalogue, at=at),
        life=life_of(connection, asked.keys, learner_id, on=day_of(at)) if asked.needs.life else UNKNOWN,
        reads=_reads(connection, learner_id, asked, at=at),
    )


def consents_then(
    connection: Connection, learner_id: UUID, *, deciders: Collection[UUID], catalogue: Catalogue, at: datetime
) -> tuple[ConsentFact, ...]:
    """The consents that stood at an instant that is over, by the events up to it; for trying a protocol on what was."""
    states = events.states_then(connection, learner_id, at=at, kind=ConsentKind.DATA_SHARING)
    return _consents(states, deciders, catalogue)


def _consents(
    states: Iterable[ConsentState], deciders: Collection[UUID], catalogue: Catalogue
) -> tuple[ConsentFact, ...]:
    counting = [state for state in states if state.decided_by in deciders]
    narrowest = effective(counting)
    facts = (_fact(state, narrowest[question_of(state)], catalogue) for state in counting)
    return tuple(fact for fact in facts if fact is not None)


def _reads(connection: Connection, learner_id: UUID, asked: Asked, *, at: datetime) -> tuple[ReadFact, ...]:
    longest = asked.needs.longest
    if longest is None:
        return ()
    found = queries.reads_since(
        connection,
        learner_id,
        since=at - longest,
        recipient=asked.recipient,
        before=asked.before,
        hidden=asked.hidden,
    )
    return tuple(
        ReadFact(holder=one.holder, recipient=one.recipient, purpose=one.purpose, mask=one.mask, at=one.at)
        for one in found
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
