"""The one table: exception class to problem. An error that is not in it, nor a class above it, is `internal`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import (
    BadRequest,
    MethodNotAllowed,
    NotFound,
    RequestEntityTooLarge,
    ServiceUnavailable,
    TooManyRequests,
    UnsupportedMediaType,
)

from connectors.reasons import Unfit, UnreadableSource
from connectors.registry import UnknownKind
from consent.errors import ConsentError, UnknownConsent
from consent.ledger.errors import LedgerError, NotYetSequenced, UnknownEntry
from hub.api import errors as api
from hub.asking import errors as asking
from hub.circumstances import errors as circumstances
from hub.consenting import errors as consenting
from hub.directory import errors as directory
from hub.oauth import errors as oauth
from hub.problems import kinds
from hub.problems.model import Problem
from hub.protocols import errors as protocols
from hub.safeguarding import errors as safeguarding
from hub.sealing.errors import KeyringUnavailable, SealingError
from hub.sharing import errors as sharing
from hub.syncing import errors as syncing
from hub.telling import errors as telling
from hub.web import errors as web
from hub.wiring.identifiers import UnknownIdentifierKind
from policies.errors import PolicyFileError, PolicyFilesRefused

PROBLEMS: Mapping[type[BaseException], Problem] = MappingProxyType(
    {
        # What Flask and Werkzeug raise.
        BadRequest: kinds.REQUEST_REFUSED,
        NotFound: kinds.NOT_FOUND,
        MethodNotAllowed: kinds.METHOD_NOT_ALLOWED,
        RequestEntityTooLarge: kinds.TOO_LARGE,
        UnsupportedMediaType: kinds.UNSUPPORTED_MEDIA_TYPE,
        TooManyRequests: kinds.TOO_MANY_REQUESTS,
        ServiceUnavailable: kinds.UNAVAILABLE,
        # The database is away, locked for too long, or has no connection left.
        OperationalError: kinds.UNAVAILABLE,
        PoolTimeout: kinds.UNAVAILABLE,
        # hub.api
        api.ApiError: kinds.REQUEST_REFUSED,
        api.BodyUnreadable: kinds.MALFORMED_JSON,
        api.WrongContentType: kinds.UNSUPPORTED_MEDIA_TYPE,
        api.NoSuchLearner: kinds.NOT_FOUND,
        api.NothingSigned: kinds.NOT_FOUND,
        # hub.oauth
        oauth.OAuthError: kinds.INTERNAL,
        oauth.TokenMissing: kinds.UNAUTHORISED,
        oauth.TokenRefused: kinds.UNAUTHORISED,
        oauth.ScopeMissing: kinds.INSUFFICIENT_SCOPE,
        oauth.TooOften: kinds.TOO_MANY_REQUESTS,
        UnknownIdentifierKind: kinds.REQUEST_REFUSED,
        # hub.protocols
        protocols.ProtocolRefused: kinds.INTERNAL,
        protocols.UnknownProtocol: kinds.NOT_FOUND,
        # hub.sharing
        sharing.NotKnownHere: kinds.NOT_FOUND,
        sharing.QueryRefused: kinds.REQUEST_REFUSED,
        sharing.FieldRefused: kinds.FIELD_REFUSED,
        sharing.PurposeMissing: kinds.PURPOSE_MISSING,
        sharing.NotRecorded: kinds.UNAVAILABLE,
        sharing.FactsMoved: kinds.UNAVAILABLE,
        # hub.syncing and what connectors refuse
        syncing.UnknownAgency: kinds.NOT_SET_UP,
        syncing.NothingAdmitted: kinds.NOT_SET_UP,
        syncing.BatchNotStored: kinds.UNAVAILABLE,
        UnknownKind: kinds.UNKNOWN_KIND,
        UnreadableSource: kinds.UNREADABLE_SOURCE,
        Unfit: kinds.UNREADABLE_SOURCE,
        # hub.consenting, and consents themselves
        consenting.NotStanding: kinds.NOT_STANDING,
        consenting.OfferChanged: kinds.CHANGED,
        consenting.NotYourConsent: kinds.NOT_FOUND,
        consenting.UntilRefused: kinds.DECISION_REFUSED,
        consenting.ReceiptNotReady: kinds.NOT_READY,
        consenting.NoSuchReceipt: kinds.NOT_FOUND,
        ConsentError: kinds.DECISION_REFUSED,
        UnknownConsent: kinds.NOT_FOUND,
        # hub.safeguarding
        safeguarding.SafeguardingError: kinds.SAFEGUARDING_REFUSED,
        safeguarding.NotForYou: kinds.NOT_FOUND,
        safeguarding.NotOpen: kinds.CHANGED,
        safeguarding.TooManyOverrides: kinds.TOO_MANY_OVERRIDES,
        # hub.asking
        asking.AskingError: kinds.DECISION_REFUSED,
        asking.NotForYou: kinds.NOT_FOUND,
        asking.WordsRefused: kinds.REQUEST_REFUSED,
        asking.FieldsRefused: kinds.REQUEST_REFUSED,
        asking.AllowedAlready: kinds.ALLOWED_ALREADY,
        asking.NothingToObjectTo: kinds.CHANGED,
        asking.TooManyOpen: kinds.TOO_MANY_OPEN,
        asking.AnsweredAlready: kinds.CHANGED,
        # hub.telling: only NotYours can reach somebody who asks; the others stay between workers and rows.
        telling.NotYours: kinds.NOT_FOUND,
        telling.MailUnavailable: kinds.UNAVAILABLE,
        telling.MailRefused: kinds.INTERNAL,
        telling.NobodyToTell: kinds.INTERNAL,
        telling.MayNotKnow: kinds.NOT_FOUND,
        telling.LeaseLost: kinds.INTERNAL,
        telling.NotDead: kinds.CHANGED,
        # hub.directory
        directory.DirectoryError: kinds.INTERNAL,
        directory.UnknownAgency: kinds.NOT_SET_UP,
        directory.NoDutyPerson: kinds.NOT_SET_UP,
        directory.UnknownLearner: kinds.NOT_FOUND,
        directory.UnknownPerson: kinds.NOT_FOUND,
        # hub.circumstances: raised to the command line only.
        circumstances.CircumstanceError: kinds.INTERNAL,
        circumstances.NotKnownToAgency: kinds.NOT_FOUND,
        circumstances.NoSuchAgencyTie: kinds.NOT_FOUND,
        circumstances.LevelNotTheirs: kinds.NOT_STANDING,
        # hub.sealing: keys or sealed bytes that cannot be used deny, and say nothing more.
        SealingError: kinds.INTERNAL,
        KeyringUnavailable: kinds.UNAVAILABLE,
        # consent.ledger
        LedgerError: kinds.UNAVAILABLE,
        UnknownEntry: kinds.NOT_FOUND,
        NotYetSequenced: kinds.NOT_READY,
        # policies: at the start of a process, not at a request.
        PolicyFileError: kinds.INTERNAL,
        PolicyFilesRefused: kinds.INTERNAL,
        # hub.web answers with pages of its own; these are here for addresses that no page owns.
        web.PageRefused: kinds.REQUEST_REFUSED,
        web.NotHere: kinds.NOT_FOUND,
        web.TimedOut: kinds.UNAUTHORISED,
        web.TooMany: kinds.TOO_MANY_REQUESTS,
        web.Changed: kinds.CHANGED,
    }
)

KINDS: Mapping[str, Problem] = MappingProxyType({problem.slug: problem for problem in PROBLEMS.values()})


def problem_of(error: BaseException) -> Problem | None:
    """The problem for this error by the nearest class above it; None where nobody has thought about it."""
    return next((PROBLEMS[above] for above in type(error).__mro__ if above in PROBLEMS), None)
