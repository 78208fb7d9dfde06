"""Putting an agreed version in force, holding it back, letting it go on."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from hub.database import unit_of_work
from hub.protocols import queries
from hub.protocols.errors import ProtocolRefused, UnknownProtocol, WrongState
from hub.protocols.model import Standing, State
from hub.protocols.verify import verified
from hub.steering.ageing import end_of
from hub.steering.propose import check_order
from hub.steering.step import Steering, Taken, hub_key, take_step
from policies.conditions import midnight
from policies.model import Protocol, ProtocolRef


class PastReview(ProtocolRefused):
    """A version whose review date has come permits nothing, and can't be put in force."""

    def __init__(self, ref: ProtocolRef, on: str) -> None:
        super().__init__(
            f"the review date of protocol {ref} has come ({on}): it permits nothing",
            todo="let the partners review it and sign the reviewed version",
        )


def enforce(room: Steering, ref: ProtocolRef) -> Standing:
    """Put an agreed version in force: it permits from its first day on, or from this commit if that day has come.

    Raises UnknownProtocol; WrongState unless it is agreed; ProtocolRefused when its signatures no longer verify;
    Overlapping; PastReview.
    """
    key = hub_key(room.keys)
    with unit_of_work(room.engine) as connection:
        standing, versions = _locked(connection, ref)
        if standing.state is not State.AGREED:
            raise WrongState(ref, standing.state.value, wanted="agreed")
        protocol = _verified(room, connection, standing)
        at = room.clock()
        _check_review(protocol, at)
        check_order(room.book, connection, protocol, versions)
        queries.set_state(connection, ref, State.IN_FORCE, at=at)
        take_step(connection, key, Taken(ref, standing.digest, State.IN_FORCE, at))
    room.book.refresh(room.engine)  # so that the first read does not have to
    return standing._replace(state=State.IN_FORCE)


def suspend(room: Steering, ref: ProtocolRef) -> Standing:
    """Hold a version back: from this commit it permits nothing, for the very next read in every process.

    A version below it does not come back to life. Raises UnknownProtocol, or WrongState unless it is in force.
    """
    key = hub_key(room.keys)
    with unit_of_work(room.engine) as connection:
        standing, _ = _locked(connection, ref)
        if standing.state is not State.IN_FORCE:
            raise WrongState(ref, standing.state.value, wanted="in force")
        at = room.clock()
        queries.set_state(connection, ref, State.SUSPENDED, at=at)
        take_step(connection, key, Taken(ref, standing.digest, State.SUSPENDED, at))
    return standing._replace(state=State.SUSPENDED)


def resume(room: Steering, ref: ProtocolRef) -> Standing:
    """Let a suspended version permit again.

    Raises UnknownProtocol; WrongState unless it is suspended; ProtocolRefused when its time is over by now
    (WrongState, PastReview) or its signatures no longer verify.
    """
    key = hub_key(room.keys)
    with unit_of_work(room.engine) as connection:
        standing, versions = _locked(connection, ref)
        if standing.state is not State.SUSPENDED:
            raise WrongState(ref, standing.state.value, wanted="suspended")
        protocol = _verified(room, connection, standing)
        at = room.clock()
        ends = end_of(room.book, connection, protocol, versions)
        if ends is not None and at >= ends.at:
            raise WrongState(ref, ends.state.value, wanted="suspended and not over")
        _check_review(protocol, at)  # `ends` is None where a later version does not verify
        queries.set_state(connection, ref, State.IN_FORCE, at=at)
        take_step(connection, key, Taken(ref, standing.digest, State.IN_FORCE, at))
    return standing._replace(state=State.IN_FORCE)


def _locked(connection: Connection, ref: ProtocolRef) -> tuple[Standing, list[Standing]]:
    versions = queries.lock_versions(connection, ref.id)
    for one in versions:
        if one.version == ref.version:
            return one, versions
    raise UnknownProtocol(ref)


def _check_review(protocol: Protocol, at: datetime) -> None:
    if at >= midnight(protocol.review_on):
        raise PastReview(protocol.ref, protocol.review_on.isoformat())


def _verified(room: Steering, connection: Connection, standing: Standing) -> Protocol:
    protocol = verified(connection, standing, room.book.catalogue)
    if protocol is None:
        raise ProtocolRefused(
            f"what is registered as protocol {standing.ref} is not what its partners signed",
            todo="compare the database with the last good backup; `dolen doctor` names whose signature fails",
        )
    return protocol
