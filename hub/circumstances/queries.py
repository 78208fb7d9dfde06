"""All SQL that a decision needs of this room: one question about one learner, answered under the learner's lock."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    JSON,
    Connection,
    Date,
    Integer,
    String,
    Uuid,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    type_coerce,
    union_all,
    update,
)

from hub.circumstances.tables import (
    access_request,
    agency_tie,
    bar,
    level_of_need,
    objection,
    override,
    override_keeps_from,
)
from hub.database import Instant
from hub.directory.tables import agency

BAR, OVERRIDE, OBJECTION, TIE = 1, 2, 3, 4
REJECTED = "rejected"
"""The one answer to an objection that lets the task go on."""


@dataclass(frozen=True, slots=True)
class StandingRow:
    """One row that counts at the asked instant; `what` says which of the four it is.

    `agency` is whom it is about: the recipient (None: everybody), for a tie its agency. `code` is a bar's kind or a
    purpose, `extra` an override's role or an objection's holder.
    """

    what: int
    id: UUID
    agency: str | None
    code: str
    extra: str | None
    ordinals: Sequence[int]
    from_at: datetime | None
    until_at: datetime | None


_COUNTS = and_(objection.c.withdrawn_at.is_(None), or_(objection.c.answer.is_(None), objection.c.answer != REJECTED))
_LEARNER, _AT, _ON = bindparam("learner", type_=Uuid), bindparam("at", type_=Instant), bindparam("on", type_=Date)
_NO_TEXT, _NO_INSTANT, _NO_LIST = cast(null(), String), cast(null(), Instant), cast(null(), JSON)

# An override that nobody has confirmed ends when its hour is over, by this very expression: no job has to run for it.
_OVERRIDE_ENDS = type_coerce(
    case(
        (override.c.ended_at.is_not(None), override.c.ended_at),
        (override.c.confirmed_at.is_(None), override.c.confirm_by),
        else_=override.c.until_at,
    ),
    Instant,
)

# Built once: every governed read runs it. One question, because on PostgreSQL each costs a round trip.
_STANDING = union_all(
    select(
        literal(BAR, Integer).label("what"),
        bar.c.id,
        cast(bar.c.recipient_id, String).label("agency"),
        bar.c.kind.label("code"),
        _NO_TEXT.label("extra"),
        bar.c.ordinals,
        bar.c.set_at.label("from_at"),
        _NO_INSTANT.label("until_at"),
    ).where(bar.c.learner_id == _LEARNER, bar.c.lifted_at.is_(None)),
    select(
        literal(OVERRIDE, Integer),
        override.c.id,
        override.c.agency_id,
        override.c.purpose,
        override.c.role,
        override.c.ordinals,
        override.c.made_at,
        _OVERRIDE_ENDS,
    ).where(override.c.learner_id == _LEARNER, _OVERRIDE_ENDS > _AT),
    select(
        literal(OBJECTION, Integer),
        objection.c.id,
        objection.c.recipient_id,
        objection.c.purpose,
        objection.c.holder_id,
        objection.c.ordinals,
        objection.c.made_at,
        _NO_INSTANT,
    ).where(objection.c.learner_id == _LEARNER, _COUNTS),
    select(
        literal(TIE, Integer),
        agency_tie.c.id,
        agency_tie.c.agency_id,
        agency_tie.c.kind,
        _NO_TEXT,
        _NO_LIST,
        _NO_INSTANT,
        _NO_INSTANT,
    ).where(
        agency_tie.c.learner_id == _LEARNER,
        agency_tie.c.from_on <= _ON,
        or_(agency_tie.c.until_on.is_(None), agency_tie.c.until_on > _ON),
    ),
).order_by("what", "id")


def standing(connection: Connection, learner_id: UUID, *, at: datetime, on: date) -> list[StandingRow]:
    """Every bar, override, objection and live tie of this learner that counts at `at` (`on`: that day in Wales)."""
    rows = connection.execute(_STANDING, {"learner": learner_id, "at": at, "on": on})
    return [
        StandingRow(
            what=row.what,
            id=row.id,
            agency=row.agency,
            code=row.code,
            extra=row.extra,
            ordinals=tuple(row.ordinals or ()),
            from_at=row.from_at,
            until_at=row.until_at,
        )
        for row in rows
    ]


_NEWEST_LEVEL = (
    select(level_of_need.c.id, level_of_need.c.sealed_level)
    .where(level_of_need.c.learner_id == _LEARNER)
    .order_by(level_of_need.c.set_at.desc(), level_of_need.c.id.desc())
    .limit(1)
)


def newest_level(connection: Connection, learner_id: UUID) -> tuple[UUID, bytes] | None:
    """id and sealed level of the level of need that counts, the one set last."""
    row = connection.execute(_NEWEST_LEVEL, {"learner": learner_id}).one_or_none()
    return None if row is None else (row.id, row.sealed_level)


def insert_level(connection: Connection, values: Mapping[str, object]) -> None:
    """Add a level of need; what was set before stays."""
    connection.execute(insert(level_of_need).values(values))


@dataclass(frozen=True, slots=True)
class AgencyTieRow:
    """A stored tie of an agency."""

    id: UUID
    learner_id: UUID
    agency_id: str
    kind: str
    from_on: date
    until_on: date | None


def agency_ties(connection: Connection, learner_id: UUID) -> list[AgencyTieRow]:
    """Every tie of an agency to this learner, oldest first."""
    rows = connection.execute(
        select(agency_tie).where(agency_tie.c.learner_id == learner_id).order_by(agency_tie.c.from_on, agency_tie.c.id)
    )
    return [AgencyTieRow(row.id, row.learner_id, row.agency_id, row.kind, row.from_on, row.until_on) for row in rows]


def insert_agency_tie(connection: Connection, values: Mapping[str, object]) -> None:
    """Add a tie of an agency."""
    connection.execute(insert(agency_tie).values(values))


def end_agency_tie(connection: Connection, tie_id: UUID, *, until_on: date) -> None:
    """Give an open tie of an agency its end."""
    connection.execute(
        update(agency_tie).where(agency_tie.c.id == tie_id, agency_tie.c.until_on.is_(None)).values(until_on=until_on)
    )


# ---- what is hidden from somebody


def overrides_hidden_from(
    connection: Connection, learner_id: UUID, *, person_id: UUID, is_family: bool, at: datetime
) -> frozenset[UUID]:
    """Overrides about this learner that the person may not know of at `at`: kept from them by whoever made it, or, for
    the family, with their sight put off to a later instant.
    """
    kept = exists().where(
        override_keeps_from.c.agency_id == override.c.agency_id,
        override_keeps_from.c.override_id == override.c.id,
        override_keeps_from.c.person_id == person_id,
    )
    hidden = or_(kept, override.c.sight_from > at) if is_family else kept
    return frozenset(
        connection.execute(select(override.c.id).where(override.c.learner_id == learner_id, hidden)).scalars()
    )


def kept_from(connection: Connection, override_ids: Collection[UUID]) -> frozenset[UUID]:
    """Everybody who must not know of one of these overrides."""
    statement = select(override_keeps_from.c.person_id).where(override_keeps_from.c.override_id.in_(override_ids))
    return frozenset(connection.execute(statement).scalars()) if override_ids else frozenset()


def barred_since(connection: Connection, learner_id: UUID, kinds: Collection[str]) -> datetime | None:
    """Since when a bar of one of these kinds has stood for the learner, against everybody; None: none stands."""
    statement = select(func.min(bar.c.set_at)).where(
        bar.c.learner_id == learner_id,
        bar.c.lifted_at.is_(None),
        bar.c.recipient_id.is_(None),
        bar.c.kind.in_(kinds),
    )
    return connection.execute(select(type_coerce(statement.scalar_subquery(), Instant))).scalar_one()


def agencies_of_sectors(connection: Connection, sectors: Collection[str]) -> frozenset[str]:
    """Agencies of these sectors."""
    return frozenset(connection.execute(select(agency.c.id).where(agency.c.sector.in_(sectors))).scalars())


def is_request_of(connection: Connection, request_id: UUID, agencies: Collection[str]) -> bool:
    """Whether this is a request by one of these agencies."""
    found = select(access_request.c.id).where(
        access_request.c.id == request_id, access_request.c.agency_id.in_(agencies)
    )
    return connection.execute(found).first() is not None


def objections_by(connection: Connection, learner_id: UUID, person_id: UUID) -> list[StandingRow]:
    """The objections of one person about this learner that count, in the shape of `standing`."""
    statement = (
        select(objection)
        .where(objection.c.learner_id == learner_id, objection.c.person_id == person_id, _COUNTS)
        .order_by(objection.c.id)
    )
    return [
        StandingRow(
            what=OBJECTION,
            id=row.id,
            agency=row.recipient_id,
            code=row.purpose,
            extra=row.holder_id,
            ordinals=tuple(row.ordinals),
            from_at=row.made_at,
            until_at=None,
        )
        for row in connection.execute(statement)
    ]
