"""Why a unit, a file or a source is refused."""

from __future__ import annotations

from enum import StrEnum


class ReasonCode(StrEnum):
    """Why a unit was rejected. `docs/connecting.md` says for each what to do about it."""

    TOO_LARGE = "too_large"
    TOO_DEEP = "too_deep"
    WRONG_ENCODING = "wrong_encoding"
    CONTROL_CHARACTER = "control_character"
    NOT_JSON = "not_json"
    NOT_XML = "not_xml"
    FORBIDDEN_XML = "forbidden_xml"
    UNSAFE_ARCHIVE = "unsafe_archive"
    NOT_A_RESOURCE = "not_a_resource"
    WRONG_FHIR_VERSION = "wrong_fhir_version"
    INVALID_RESOURCE = "invalid_resource"
    NO_SUBJECT = "no_subject"
    SUBJECT_NOT_A_PATIENT = "subject_not_a_patient"
    UNRESOLVED_SUBJECT = "unresolved_subject"
    CONFLICTING_REPEAT = "conflicting_repeat"
    NOT_A_TABLE = "not_a_table"
    RAGGED_ROW = "ragged_row"
    NO_KEY = "no_key"
    NO_MATCHING_PUPIL = "no_matching_pupil"
    INVALID_VALUE = "invalid_value"
    CONFLICTING_BIRTH_DATE = "conflicting_birth_date"


REMEDIES: dict[ReasonCode, str] = {
    ReasonCode.TOO_LARGE: "send it in smaller parts",
    ReasonCode.TOO_DEEP: "ask the sender what nests so deep; real records do not",
    ReasonCode.WRONG_ENCODING: "save it as UTF-8",
    ReasonCode.CONTROL_CHARACTER: "remove control characters at the source",
    ReasonCode.NOT_JSON: "check that it is complete, well-formed JSON",
    ReasonCode.NOT_XML: "check that it is complete, well-formed XML",
    ReasonCode.FORBIDDEN_XML: "leave out the document type and entities",
    ReasonCode.UNSAFE_ARCHIVE: "pack it again as a plain ZIP without a password",
    ReasonCode.NOT_A_RESOURCE: "send FHIR R4 resources or Bundles",
    ReasonCode.WRONG_FHIR_VERSION: "export as FHIR R4 (4.0.1)",
    ReasonCode.INVALID_RESOURCE: "correct the resource: a required part is missing or a value has the wrong form",
    ReasonCode.NO_SUBJECT: "say at the source whom it is about",
    ReasonCode.SUBJECT_NOT_A_PATIENT: "nothing: it is about a group, a device or a place, not about a child",
    ReasonCode.UNRESOLVED_SUBJECT: "send the patient in the same file or folder",
    ReasonCode.CONFLICTING_REPEAT: "keep one of the two at the source",
    ReasonCode.NOT_A_TABLE: "send a CSV file with a header row",
    ReasonCode.RAGGED_ROW: "give the row as many cells as the header has",
    ReasonCode.NO_KEY: "fill in the child's number",
    ReasonCode.NO_MATCHING_PUPIL: "send the pupil table of the same term with it",
    ReasonCode.INVALID_VALUE: "correct the date or number",
    ReasonCode.CONFLICTING_BIRTH_DATE: "give every child a number of its own",
}
"""What to do about each reason, in one line; docs/connecting.md says more."""


class Unfit(Exception):
    """One file or unit can't be used, for `reason`; raised and turned into a `Rejected` inside this package."""

    def __init__(self, reason: ReasonCode) -> None:
        """`reason` is all that may be known of the cause: the text at fault never travels."""
        super().__init__(reason.value)
        self.reason = reason


class UnreadableSource(Exception):
    """The source as a whole can't be read, or is not of the kind asked for; nothing more of it will come."""

    def __init__(self, reason: str, remedy: str) -> None:
        """`reason` says what happened and `remedy` what to do next; neither quotes the source."""
        super().__init__(f"{reason}: {remedy}")
        self.reason = reason
        self.remedy = remedy


def unreadable(what: str, reason: ReasonCode) -> UnreadableSource:
    """The refusal of a whole source for a reason that units have too."""
    return UnreadableSource(f"{what} ({reason})", REMEDIES[reason])
