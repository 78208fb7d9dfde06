"""Faults in the decision: each is one slip that a tired programmer could make."""

from __future__ import annotations

from tests.faults.planting import Fault

DISCLOSE = "tests/integration/sharing/test_disclose.py"
ORACLES = "tests/unit/policies/test_decision_against_oracles.py"
REFERENCE = ORACLES, "slow_reference"
PROPERTIES = "tests/unit/policies/test_decision_properties.py"
_DECISION = "policies/decision.py"
_CONDITIONS = "policies/conditions.py"
_COVERAGE = "policies/coverage.py"
_SNAPSHOT = "policies/snapshot.py"

_CONSENT = (
    Fault(
        "consent-of-another-recipient-counts",
        _DECISION,
        "or fact.recipient != request.recipient\n",
        "or False\n",
        *REFERENCE,
    ),
    Fault(
        "consent-for-another-purpose-counts",
        _DECISION,
        "or fact.purpose != request.purpose\n",
        "or False\n",
        *REFERENCE,
    ),
    Fault(
        "consent-to-another-holder-counts",
        _DECISION,
        "fact.holder != request.holder\n",
        "False\n",
        *REFERENCE,
    ),
    Fault(
        "consent-never-ends",
        _DECISION,
        "if fact.valid_until <= request.at:",
        "if False:",
        *REFERENCE,
    ),
    Fault(
        "a-consent-lasts-an-instant-too-long",
        _DECISION,
        "if fact.valid_until <= request.at:",
        "if fact.valid_until < request.at:",
        PROPERTIES,
        "last_instant",
    ),
    Fault(
        "a-consent-counts-before-it-begins",
        _DECISION,
        "elif request.at < fact.valid_from:",
        "elif False:",
        *REFERENCE,
    ),
    Fault(
        "a-consent-opens-fields-that-it-does-not-name",
        _DECISION,
        "good = fact.mask & need & _good_for",
        "good = need & _good_for",
        *REFERENCE,
    ),
    Fault(
        "a-consent-of-an-unknown-version-reaches-everything",
        _DECISION,
        "    if protocol is None:\n        return 0\n",
        "    if protocol is None:\n        return -1\n",
        PROPERTIES,
        "nobody_knows_the_version",
    ),
    Fault(
        "a-consent-stretches-to-every-later-version",
        _DECISION,
        "cell.covers.get(protocol, 0)",
        "-1",
        PROPERTIES,
        "never_reaches_what_its_own_version",
    ),
    Fault(
        "a-consent-that-was-not-needed-is-recorded-as-used",
        _DECISION,
        "need = consent & open_to & ~(by_obligation | by_task)",
        "need = consent & open_to",
        *REFERENCE,
    ),
    Fault(
        "a-protocol-that-a-consent-does-not-reach-is-recorded",
        _DECISION,
        "if len(speaking) > 1:  # alone, it is the one that allows",
        "if False:",
        *REFERENCE,
    ),
    Fault(
        "a-purpose-in-other-words-is-the-same-purpose",
        _COVERAGE,
        "if before.purposes.get(purpose) == protocol.purposes.get(purpose):",
        "if True:",
        *REFERENCE,
    ),
    Fault(
        "one-row-that-is-no-wider-is-enough",
        _COVERAGE,
        "return covered & ~wider",
        "return covered",
        *REFERENCE,
    ),
    Fault(
        "obligations-may-be-dropped-in-a-new-version",
        _COVERAGE,
        "return obliges_as_much(rule.obligations, old.obligations) and is_within(rule.when, old.when)",
        "return is_within(rule.when, old.when)",
        *REFERENCE,
    ),
    Fault(
        "conditions-may-be-dropped-in-a-new-version",
        _COVERAGE,
        "return obliges_as_much(rule.obligations, old.obligations) and is_within(rule.when, old.when)",
        "return obliges_as_much(rule.obligations, old.obligations)",
        *REFERENCE,
    ),
)

_BARS_AND_OVERRIDES = (
    Fault(
        "bars-are-forgotten",
        _DECISION,
        "open_to = wanted & ~bars",
        "open_to = wanted",
        *REFERENCE,
    ),
    Fault(
        "a-bar-for-one-recipient-binds-nobody",
        _DECISION,
        "if bar.recipient in (None, request.recipient) and",
        "if bar.recipient is None and",
        *REFERENCE,
    ),
    Fault(
        "bars-do-not-bind-the-holder",
        _DECISION,
        "    allowed = wanted & ~bars\n",
        "    allowed = wanted\n",
        *REFERENCE,
    ),
    Fault(
        "an-override-passes-every-bar",
        _DECISION,
        "            if mask and facts.bars:\n",
        "            if False:\n",
        PROPERTIES,
        "court_order",
    ),
    Fault(
        "a-protocol-may-let-a-court-order-be-passed",
        _SNAPSHOT,
        " - NEVER_PASSED",
        "",
        PROPERTIES,
        "court_order",
    ),
    Fault(
        "every-role-passes-bars",
        _SNAPSHOT,
        "frozenset(one.kind for one in protocol.bars if role in one.roles)",
        "frozenset(one.kind for one in protocol.bars if role)",
        *REFERENCE,
    ),
    Fault(
        "override-only-is-open",
        _DECISION,
        "    allowed = by_obligation | by_task | granted\n",
        "    allowed = by_obligation | by_task | granted | (override_only & open_to)\n",
        *REFERENCE,
    ),
    Fault(
        "an-override-never-ends",
        _DECISION,
        "== asked and one.valid_from <= request.at < one.valid_until",
        "== asked and one.valid_from <= request.at",
        *REFERENCE,
    ),
    Fault(
        "an-override-serves-every-role",
        _DECISION,
        "if (one.recipient, one.role, one.purpose) == asked",
        "if (one.recipient, one.purpose) == (asked[0], asked[2])",
        *REFERENCE,
    ),
    Fault(
        "an-override-opens-fields-that-it-does-not-name",
        _DECISION,
        "mask = one.mask & override_only & wanted",
        "mask = override_only & wanted",
        *REFERENCE,
    ),
    Fault(
        "an-override-opens-what-no-row-keeps-for-it",
        _DECISION,
        "mask = one.mask & override_only & wanted",
        "mask = one.mask & wanted",
        *REFERENCE,
    ),
)

_OBJECTIONS_CONDITIONS_AND_LIMITS = (
    Fault(
        "objections-are-forgotten",
        _DECISION,
        "by_task = task & ~objections & open_to",
        "by_task = task & open_to",
        *REFERENCE,
    ),
    Fault(
        "an-objection-for-one-recipient-stops-all",
        _DECISION,
        "if (one.holder, one.recipient, one.purpose) == asked:",
        "if one.holder == request.holder:",
        *REFERENCE,
    ),
    Fault(
        "an-objection-stops-a-duty",
        _DECISION,
        "by_obligation = obligation & open_to",
        "by_obligation = obligation & ~objections & open_to",
        PROPERTIES,
        "leaves_obligations_alone",
    ),
    Fault(
        "conditions-are-forgotten",
        _DECISION,
        "if not is_met(guard.when, request, facts):",
        "if False:",
        *REFERENCE,
    ),
    Fault(
        "an-age-that-nobody-knows-meets-a-condition",
        _CONDITIONS,
        "    if age is None:\n        return False\n",
        "    if age is None:\n        return True\n",
        PROPERTIES,
        "not_known_of_a_learner",
    ),
    Fault(
        "an-age-band-has-one-year-too-many",
        _CONDITIONS,
        "age < when.age_until",
        "age <= when.age_until",
        *REFERENCE,
    ),
    Fault(
        "another-agencys-tie-is-good-enough",
        _CONDITIONS,
        "request.recipient in facts.live_ties",
        "len(facts.live_ties) > 0",
        *REFERENCE,
    ),
    Fault(
        "limits-are-forgotten",
        _DECISION,
        "elif guard.reads is not None and is_used_up(guard, request, facts):",
        "elif False:",
        *REFERENCE,
    ),
    Fault(
        "one-read-too-many",
        _CONDITIONS,
        "return had >= limit.most",
        "return had > limit.most",
        *REFERENCE,
    ),
    Fault(
        "reads-for-another-purpose-use-up-a-limit",
        _CONDITIONS,
        "            and read.purpose == request.purpose\n",
        "",
        *REFERENCE,
    ),
)

_PROTOCOLS = (
    Fault(
        "a-lapsed-protocol-still-permits",
        _DECISION,
        "current = [cell for cell in cells if cell.starts_at <= at < cell.ends_at]",
        "current = list(cells)",
        *REFERENCE,
    ),
    Fault(
        "a-version-that-was-replaced-still-permits",
        _SNAPSHOT,
        "(starts_at, review_at if ends_at is None else min(review_at, ends_at))",
        "(starts_at, review_at)",
        *REFERENCE,
    ),
    Fault(
        "a-row-for-one-role-serves-all",
        _SNAPSHOT,
        "        for role in rule.roles:\n",
        "        for role in protocol.roles:\n",
        *REFERENCE,
    ),
    Fault(
        "two-bases-for-one-field-are-better-than-one",
        _SNAPSHOT,
        "clear = catalogue.everything & ~_ambiguous(rules)",
        "clear = catalogue.everything",
        *REFERENCE,
    ),
    Fault(
        "an-agency-that-left-still-gets",
        _SNAPSHOT,
        "if cell.recipient in known and cell.holder in known:",
        "if cell.holder in known:",
        PROPERTIES,
        "left_the_directory",
    ),
    Fault(
        "a-suspended-protocol-still-permits",
        "hub/protocols/book.py",
        "counts = one.state is not State.SUSPENDED and ",
        "counts = ",
        DISCLOSE,
        "suspended_protocol",
    ),
    Fault(
        "a-changed-protocol-file-still-permits",
        "hub/protocols/verify.py",
        "protocol is None or not hmac.compare_digest(digest(protocol, catalogue), standing.digest)",
        "protocol is None",
        DISCLOSE,
        "file_that_was_changed",
    ),
)

_EVENTS = (
    Fault(
        "a-withdrawn-consent-still-stands",
        "consent/status.py",
        "return replace(held, status=Status.WITHDRAWN, field_ids=_NOTHING, said_no=held.said_no | held.field_ids)",
        "return held",
        DISCLOSE,
        "gone_from_the_next_read",
    ),
    Fault(
        "the-wider-of-two-answers-holds",
        "consent/status.py",
        "frozenset.intersection(*granted)",
        "frozenset.union(*granted)",
        "tests/unit/consent",
    ),
    Fault(
        "answers-of-people-without-standing-count",
        "hub/sharing/facts.py",
        "if state.decided_by in deciders",
        "if True",
        "tests/integration/consenting/test_decisions.py",
    ),
)

DECISION_FAULTS = (
    *_CONSENT,
    *_BARS_AND_OVERRIDES,
    *_OBJECTIONS_CONDITIONS_AND_LIMITS,
    *_PROTOCOLS,
    *_EVENTS,
)
