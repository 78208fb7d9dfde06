"""Codes of bars and overrides in words, English and marked for translation."""

from __future__ import annotations

from typing import Final

from hub.safeguarding.model import EvidenceKind, OverrideReason, ReviewOutcome, Stage
from hub.web.language import mark
from policies.bars import BarKind

BARS: Final[dict[str, str]] = {
    BarKind.COURT_ORDER: mark("A court order forbids it"),
    BarKind.HIDDEN_LOCATION: mark("Where the learner is must stay hidden"),
    BarKind.ADOPTION: mark("Who the learner was or became (adoption)"),
    BarKind.THIRD_PARTY: mark("It is about somebody else"),
}

EVIDENCE: Final[dict[str, str]] = {
    EvidenceKind.COURT_ORDER: mark("An order of a court"),
    EvidenceKind.ADOPTION_ORDER: mark("An adoption order"),
    EvidenceKind.POLICE: mark("Information from the police"),
    EvidenceKind.RISK_ASSESSMENT: mark("An assessment of risk"),
    EvidenceKind.STATEMENT: mark("What somebody told us"),
    EvidenceKind.OTHER_DOCUMENT: mark("Another document"),
}

REASONS: Final[dict[str, str]] = {
    OverrideReason.AT_RISK: mark("A child at risk of abuse, neglect or other harm"),
    OverrideReason.IMMINENT_HARM: mark("Somebody is about to come to harm"),
    OverrideReason.MISSING: mark("The learner is missing"),
    OverrideReason.MEDICAL_EMERGENCY: mark("A medical emergency"),
}

STAGES: Final[dict[str, str]] = {
    Stage.WAITS: mark("Open; waits for a second person"),
    Stage.CONFIRMED: mark("Open; confirmed by a second person"),
    Stage.TO_REVIEW: mark("Ended; to be reviewed"),
    Stage.REVIEWED: mark("Ended and reviewed"),
}

OUTCOMES: Final[dict[str, str]] = {
    ReviewOutcome.JUSTIFIED: mark("It was justified"),
    ReviewOutcome.PARTLY_JUSTIFIED: mark("It was justified in part"),
    ReviewOutcome.NOT_JUSTIFIED: mark("It was not justified"),
}

REFUSALS: Final[dict[str, str]] = {
    "fields": mark("Select the fields; a court order must name at least one"),
    "recipient": mark("There is no such partner"),
    "review_on": mark("The day of the review must be a real date, after today and within a year"),
    "evidence": mark("Write what was seen and where, in at most 2,000 characters"),
    "reasons": mark("Write your reasons, in at most 2,000 characters"),
    "words": mark("Write why, in at most 2,000 characters"),
    "kind": mark("Select what forbids it"),
    "evidence-kind": mark("Select what it rests on"),
    "reason": mark("Select a reason"),
    "role": mark("You may not act in this role"),
    "hours": mark("The number of hours must be a whole number from 1 to 24"),
    "keeps_from": mark("Those who must not know cannot be you, or nobody at all would be told"),
    "sight": mark("Give both a day within a year and a reason, or neither"),
    "unconfirmed_before": mark(
        "Your agency has opened these fields before and no second person confirmed it; one that waits can be confirmed"
    ),
    "nobody_to_tell": mark("Your agency has named no safeguarding lead who could be told; it must name one first"),
    "outcome": mark("Select what the review found"),
    "handle": mark("Enter the reference that your own system has for the learner"),
}
"""What is wrong with a part of a form, by the code that the hub refuses it with."""
