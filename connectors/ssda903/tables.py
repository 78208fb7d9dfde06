"""The tables of the SSDA903 return: how each is told, what keys its rows, and where its columns go.

Columns after the Department for Education's "Children looked after by local authorities in England: guide to the
SSDA903 collection". Wales left this return in 2016; its own returns are shaped like it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Form(StrEnum):
    """How the cells of a column are read."""

    TEXT = "text"
    CODE = "code"
    DAY = "day"
    LOOSE_DAY = "loose_day"
    """A date of which parts may be unknown (`xx/xx/2001`): kept when it is one."""
    WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class ReturnTable:
    """One table. `keys` and CHILD name a row for ever; `columns` gives form and field id of each column."""

    name: str
    required: frozenset[str]
    keys: tuple[str, ...]
    columns: dict[str, tuple[Form, str]]
    document: tuple[str, str] | None = None
    """Field that takes several columns as one document, and those columns."""
    held_on: str | None = None
    """Column with the day that the row is about."""
    is_yearly: bool = False
    """Whether every year says it anew, so that the year belongs to the row's name."""
    facts: frozenset[str] = field(default=frozenset({"looked_after"}))
    others: frozenset[str] = frozenset()
    """Columns of the table that are known and not carried."""

    @property
    def known(self) -> frozenset[str]:
        """All columns that the return gives this table."""
        packed = frozenset() if self.document is None else frozenset(self.document[1].split())
        return frozenset({"child", "dob"}) | self.required | self.columns.keys() | self.others | packed


_EPISODES = ReturnTable(
    name="episodes",
    required=frozenset({"child", "decom", "rne", "ls", "cin", "place"}),
    keys=("decom",),
    held_on="decom",
    columns={
        "decom": (Form.DAY, "social_care.episode.started_on"),
        "rne": (Form.CODE, "social_care.episode.start_reason"),
        "ls": (Form.CODE, "social_care.legal_status"),
        "cin": (Form.CODE, "social_care.category_of_need"),
        "place": (Form.CODE, "social_care.placement.type"),
        "place_provider": (Form.CODE, "social_care.placement.provider"),
        "dec": (Form.DAY, "social_care.episode.ended_on"),
        "rec": (Form.CODE, "social_care.episode.end_reason"),
        "reason_place_change": (Form.CODE, "social_care.placement.change_reason"),
        "home_post": (Form.TEXT, "social_care.home_postcode"),
        "pl_post": (Form.TEXT, "social_care.placement.postcode"),
        "urn": (Form.CODE, "social_care.placement.urn"),
    },
)
_HEADER = ReturnTable(
    name="header",
    required=frozenset({"child", "sex", "dob", "ethnic", "upn"}),
    keys=(),
    columns={
        "sex": (Form.CODE, "identity.sex"),
        "dob": (Form.DAY, "identity.birth_date"),
        "ethnic": (Form.CODE, "identity.ethnicity"),
        "mother": (Form.CODE, "social_care.mother"),
        "mc_dob": (Form.DAY, "social_care.mother_child_born_on"),
    },
)
_REVIEWS = ReturnTable(
    name="reviews",
    required=frozenset({"child", "review", "review_code"}),
    keys=("review",),
    held_on="review",
    columns={
        "review": (Form.DAY, "social_care.review.held_on"),
        "review_code": (Form.CODE, "social_care.review.participation"),
    },
)
_OC2 = ReturnTable(
    name="oc2",
    required=frozenset({"child", "dob", "sdq_score", "sdq_reason", "health_check"}),
    keys=(),
    is_yearly=True,
    columns={
        "sdq_score": (Form.WHOLE, "social_care.sdq.score"),
        "sdq_reason": (Form.CODE, "social_care.sdq.reason"),
        "convicted": (Form.CODE, "social_care.convicted"),
        "health_check": (Form.CODE, "social_care.health_check"),
        "immunisations": (Form.CODE, "social_care.immunisations"),
        "teeth_check": (Form.CODE, "social_care.dental_check"),
        "health_assessment": (Form.CODE, "social_care.health_assessment"),
        "substance_misuse": (Form.CODE, "social_care.substance_misuse"),
        "intervention_received": (Form.CODE, "social_care.intervention_received"),
        "intervention_offered": (Form.CODE, "social_care.intervention_offered"),
    },
)
_OC3 = ReturnTable(
    name="oc3",
    required=frozenset({"child", "dob", "in_touch", "activ", "accom"}),
    keys=(),
    is_yearly=True,
    facts=frozenset({"care_leaver"}),
    columns={
        "in_touch": (Form.CODE, "social_care.care_leaver.in_touch"),
        "activ": (Form.CODE, "social_care.care_leaver.activity"),
        "accom": (Form.CODE, "social_care.care_leaver.accommodation"),
    },
)
_AD1 = ReturnTable(
    name="ad1",
    required=frozenset({"child", "dob", "date_int", "date_match"}),
    keys=("date_int",),
    held_on="date_int",
    columns={
        "date_int": (Form.DAY, "social_care.adoption.decided_on"),
        "date_match": (Form.DAY, "social_care.adoption.matched_on"),
    },
    document=("social_care.adoption.adopter_details", "foster_care nb_adoptr sex_adoptr ls_adoptr"),
)
_PLACED = ReturnTable(
    name="placed_for_adoption",
    required=frozenset({"child", "dob", "date_placed"}),
    keys=("date_placed",),
    held_on="date_placed",
    columns={"date_placed": (Form.DAY, "social_care.adoption.placed_on")},
    others=frozenset({"date_placed_ceased", "reason_placed_ceased"}),
)
_PERMANENCE = ReturnTable(
    name="previous_permanence",
    required=frozenset({"child", "dob", "prev_perm"}),
    keys=(),
    columns={
        "prev_perm": (Form.CODE, "social_care.previous_permanence"),
        "date_perm": (Form.LOOSE_DAY, "social_care.previous_permanence_on"),
    },
    others=frozenset({"la_perm"}),
)
_MISSING = ReturnTable(
    name="missing",
    required=frozenset({"child", "dob", "missing", "mis_start"}),
    keys=("mis_start",),
    held_on="mis_start",
    columns={
        "missing": (Form.CODE, "social_care.missing.kind"),
        "mis_start": (Form.DAY, "social_care.missing.started_on"),
        "mis_end": (Form.DAY, "social_care.missing.ended_on"),
    },
)
_UASC = ReturnTable(
    name="uasc",
    required=frozenset({"child", "dob", "duc"}),
    keys=(),
    columns={"duc": (Form.DAY, "social_care.uasc_until")},
    others=frozenset({"sex"}),
)
_SOCIAL_WORKER = ReturnTable(
    name="social_worker",
    required=frozenset({"child", "dob", "sw_id", "sw_decom"}),
    keys=("sw_decom",),
    held_on="sw_decom",
    columns={"sw_id": (Form.TEXT, "social_care.social_worker")},
    others=frozenset({"sw_dec", "sw_reason"}),
)

TABLES = {
    table.name: table
    for table in (
        _HEADER,
        _EPISODES,
        _REVIEWS,
        _OC2,
        _OC3,
        _AD1,
        _PLACED,
        _PERMANENCE,
        _MISSING,
        _UASC,
        _SOCIAL_WORKER,
    )
}
"""Tables by name."""


def detect(columns: frozenset[str]) -> str | None:
    """Name of the table whose required columns are all there; of several the one that requires most."""
    fitting = [table for table in TABLES.values() if table.required <= columns]
    return max(fitting, key=lambda table: len(table.required)).name if fitting else None
