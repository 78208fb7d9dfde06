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
