"""The tables of a school census: how each is told, and where its columns go.

Columns after the Department for Education's "School census: business and technical specification", as pupil-level
extracts give them. Welsh returns (PLASC) ask the same of a pupil under other names.
"""

from __future__ import annotations

from enum import StrEnum


class Form(StrEnum):
    """How the cells of a column are read."""

    TEXT = "text"
    CODE = "code"
    DAY = "day"
    WHOLE = "whole"
    NUMBER = "number"
    TRUTH = "truth"


PUPILS, NEEDS, EXCLUSIONS, LEAVERS = "pupils", "needs", "exclusions", "leavers"
_PUPIL, _LEFT = "pupilonrolltableid", "pupilnolongeronrolltableid"
_REQUIRED = {
    PUPILS: frozenset({_PUPIL, "nativeid", "dob", "upn", "surname"}),
    NEEDS: frozenset({_PUPIL, "sentyperank", "sentype"}),
    EXCLUSIONS: frozenset({_PUPIL, "termlyexclusionsonrolltableid"}),
    LEAVERS: frozenset({_LEFT, "nativeid", "dob", "upn", "surname", "leavingdate"}),
}

KEY = {PUPILS: _PUPIL, NEEDS: _PUPIL, EXCLUSIONS: _PUPIL, LEAVERS: _LEFT}
"""Column that names the pupil. It is the same for a pupil in every table and term of one extract."""

_PERSON = {
    "forename": (Form.TEXT, "identity.given_name"),
    "surname": (Form.TEXT, "identity.family_name"),
    "preferredsurname": (Form.TEXT, "identity.preferred_name"),
    "dob": (Form.DAY, "identity.birth_date"),
    "sex": (Form.CODE, "identity.sex"),
    "ethnicity": (Form.CODE, "identity.ethnicity"),
    "language": (Form.CODE, "identity.home_language"),
    "nativeid": (Form.CODE, "education.school"),
    "entrydate": (Form.DAY, "education.entered_on"),
    "parttime": (Form.TRUTH, "education.part_time"),
    "termlysessionspossible": (Form.WHOLE, "education.sessions_possible"),
    "boarder": (Form.CODE, "education.boarder"),
}
COLUMNS = {
    PUPILS: _PERSON
    | {
        "ncyearactual": (Form.CODE, "education.year_group"),
        "enrolstatus": (Form.CODE, "education.enrolment_status"),
        "hoursatsetting": (Form.NUMBER, "education.hours_at_setting"),
        "senprovision": (Form.CODE, "education.aln.provision"),
        "senunitindicator": (Form.TRUTH, "education.aln.unit"),
        "resourcedprovisionindicator": (Form.TRUTH, "education.aln.resourced_provision"),
        "topupfunding": (Form.TRUTH, "education.top_up_funding"),
        "servicechild": (Form.CODE, "education.service_child"),
        "youngcarer": (Form.CODE, "education.young_carer"),
        "classtype": (Form.CODE, "education.class_type"),
    },
    LEAVERS: _PERSON
    | {
        "leavingdate": (Form.DAY, "education.left_on"),
        "ncyearleaving": (Form.CODE, "education.year_group"),
    },
}
"""Form and field id of every column that is carried, by table."""


def detect(columns: frozenset[str]) -> str | None:
    """Name of the table that has these columns; None for the tables of a census that are not carried."""
    return next((name for name, required in _REQUIRED.items() if required <= columns), None)
