"""The kinds of problem, in the words that callers read. A slug never changes its meaning and is never used again."""

from __future__ import annotations

from hub.problems.model import Problem

_NOTHING_CHANGED = "Nothing was changed and nothing was released."

REQUEST_REFUSED = Problem(
    "request-refused",
    400,
    "The request is not what this address takes",
    "A part of the request is missing, unknown, doubled or of the wrong form.",
    _NOTHING_CHANGED,
    "Compare it with /openapi.json; `members` names the places where they are known.",
)
FIELD_REFUSED = Problem(
    "field-refused",
    400,
    "Records cannot be chosen or ordered by this field",
    "A field in `has` or `sort` is not among those that this read shows you, whether it exists or not.",
    "That you asked is recorded; nothing was released.",
    "Use a field that an answer without `has` and `sort` shows, of a type that has an order.",
)
MALFORMED_JSON = Problem(
    "malformed-json",
    400,
    "The body is not unambiguous JSON",
    "The body is not JSON, or has doubled members, numbers that are none, or too many levels.",
    _NOTHING_CHANGED,
    "Send UTF-8 JSON (RFC 8259) with every member once and at most 32 levels.",
)
UNAUTHORISED = Problem(
    "unauthorised",
    401,
    "A good access token is needed",
    "There is no bearer token, or it is not good now.",
    _NOTHING_CHANGED,
    "Get a new token at /oauth/token and send it in the Authorization header.",
)
INSUFFICIENT_SCOPE = Problem(
    "insufficient-scope",
    403,
    "The token does not reach this far",
    "The token is good and lacks the scope that this address needs.",
    _NOTHING_CHANGED,
    "Ask for a token with the scope named in `scope`, if your system is registered for it.",
)
PURPOSE_MISSING = Problem(
    "purpose-missing",
    403,
    "The token names no purpose and role",
    "Records are read for one purpose in one role, and the token names none.",
    _NOTHING_CHANGED,
    "Ask for a token with authorization_details of type dolen_record_access.",
)
NOT_STANDING = Problem(
    "not-standing",
    404,
    "There is no such thing for you",
    "There is no such thing, or it is not for you to decide on.",
    _NOTHING_CHANGED,
    "Check the reference; if it should be yours, ask the partner that keeps your record.",
)
NOT_FOUND = Problem(
    "not-found",
    404,
    "There is no such thing, or it is not yours",
    "Nothing here that is yours has this address, reference or identifier.",
    _NOTHING_CHANGED,
    "Check it; what belongs to others answers in the same way.",
)
METHOD_NOT_ALLOWED = Problem(
    "method-not-allowed",
    405,
    "This address does not take this method",
    "The address exists and was asked in a way that it does not answer.",
    _NOTHING_CHANGED,
    "Use the method in the Allow header.",
)
CHANGED = Problem(
    "changed-meanwhile",
    409,
    "Things have changed since you looked",
    "What you decided on, or asked for, is no longer as it was.",
    "Nothing was changed by this request.",
    "Look again, then decide again.",
)
NOT_READY = Problem(
    "not-ready-yet",
    409,
    "It is recorded, and its proof is not ready yet",
    "The ledger has not signed its place yet.",
    "What was decided is recorded and holds.",
    "Ask again in a minute.",
    retry_after=60,
)
NOT_SET_UP = Problem(
    "not-set-up",
    409,
    "The hub is not set up for this",
    "This partner has no duty person, or no protocol in force says whose records it may bring.",
    "Nothing was kept of what was sent.",
    "Ask the partnership's administrator to complete the set-up, then send it again.",
)
TOO_LARGE = Problem(
    "too-large",
    413,
    "The body is too large",
    "The body is larger than this address takes.",
    "Nothing was kept of it.",
    "Send it in smaller parts, or bring it with `dolen sync`.",
)
UNSUPPORTED_MEDIA_TYPE = Problem(
    "unsupported-media-type",
    415,
    "The body is of another type",
    "This address does not take a body of this content type.",
    "Nothing was kept of it.",
    "Send one of the content types in /openapi.json.",
)
UNKNOWN_KIND = Problem(
    "unknown-kind",
    422,
    "There is no connector of this kind",
    "The hub does not read sources of this kind.",
    "Nothing was kept of what was sent.",
    "Use one of the kinds that `dolen sync --help` names.",
)
UNREADABLE_SOURCE = Problem(
    "unreadable-source",
    422,
    "The content is not a source of this kind",
    "The content as a whole cannot be read as what it was sent as; for FHIR, only R4 is read.",
    "Nothing was kept of it.",
    "Export it again in the format that docs/connecting.md describes, and send it again.",
)
DECISION_REFUSED = Problem(
    "decision-refused",
    422,
    "The decision cannot be taken like this",
    "The fields, the date or the order of events do not fit the consent that it is about.",
    "Every earlier decision holds as before.",
    "Look at what is in force, then decide again.",
)
SAFEGUARDING_REFUSED = Problem(
    "safeguarding-refused",
    422,
    "It cannot be done like this",
    "A role, a field, a day, the words or the people named do not fit, or nobody is named who could be told.",
    _NOTHING_CHANGED,
    "Check each part with your safeguarding lead; the protocol says which fields an override may open to whom.",
)
TOO_MANY_OVERRIDES = Problem(
    "too-many-overrides",
    429,
    "As many overrides were made as may be made in a day",
    "This person, or this partner, has made as many overrides as may be made in 24 hours.",
    _NOTHING_CHANGED,
    "Speak to the safeguarding lead; what is needed so often belongs into a protocol.",
    retry_after=3600,
)
ALLOWED_ALREADY = Problem(
    "allowed-already",
    409,
    "A field need not be asked for",
    "At least one of the fields may be read now for this purpose in this role.",
    _NOTHING_CHANGED,
    "Read the records; ask only for fields that are withheld.",
)
TOO_MANY_OPEN = Problem(
    "too-many-open",
    409,
    "Too much is waiting for an answer already",
    "As many requests or objections as one asker may have about one learner are open.",
    _NOTHING_CHANGED,
    "Wait for answers, or take back what is no longer needed.",
)
TOO_MANY_REQUESTS = Problem(
    "too-many-requests",
    429,
    "Too often",
    "Your system has asked this more often than it may.",
    _NOTHING_CHANGED,
    "Wait as long as Retry-After says.",
)
INTERNAL = Problem(
    "internal",
    500,
    "Something went wrong in the hub",
    "The hub met an error of its own.",
    "Nothing was released; what was not committed before is not kept.",
    "Try again later; if it stays, report the number in `incident`.",
)
UNAVAILABLE = Problem(
    "unavailable",
    503,
    "Something that is needed does not answer",
    "A database, a keyring or the ledger could not be used just now.",
    "Nothing was released; what was not committed before is not kept.",
    "Try again in a moment.",
    retry_after=5,
)
