"""What can go wrong between an agency's system and this server. No message holds a token, a key or an assertion."""

from __future__ import annotations

from enum import StrEnum


class OAuthError(Exception):
    """Whatever this folder raises."""


class TokenMissing(OAuthError):
    """The request brings no bearer token."""


class TokenRefused(OAuthError):
    """The token is not good: not ours, altered, expired, revoked, or its client is no longer active."""


class ScopeMissing(OAuthError):
    """The token is good, and does not reach this far."""

    def __init__(self, scope: str) -> None:
        super().__init__(f"scope {scope} is needed")
        self.scope = scope


class Refusal(StrEnum):
    """Why a client assertion was refused: for the log, never for the answer."""

    MALFORMED = "malformed"
    HEADER = "header"
    ALGORITHM = "algorithm"
    UNKNOWN_CLIENT = "unknown_client"
    UNKNOWN_KEY = "unknown_key"
    SIGNATURE = "signature"
    SUBJECT = "subject"
    AUDIENCE = "audience"
    TIMES = "times"
    JTI = "jti"
    REPLAYED = "replayed"


class AssertionRefused(OAuthError):
    """A client could not prove who it is."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(f"client assertion refused: {reason}")
        self.reason = reason


class GrantRefused(OAuthError):
    """The client is known and asks for what it may not have."""

    def __init__(self, code: str) -> None:
        super().__init__(f"token refused: {code}")
        self.code = code


class TooOften(OAuthError):
    """A client did something more often than it may; again after `retry_after` seconds."""

    def __init__(self, client_id: str, retry_after: int) -> None:
        super().__init__(f"client {client_id} must wait {retry_after} s")
        self.retry_after = retry_after


class ClientUnavailable(OAuthError):
    """No active client has this id."""

    def __init__(self, client_id: str) -> None:
        super().__init__(f"no active client {client_id}")
        self.client_id = client_id


class RegistrationRefused(OAuthError):
    """A client cannot be registered like this: profile, algorithm or keys do not fit each other."""


class SigningKeyRefused(OAuthError):
    """A key file of this server is missing, unreadable, or readable by others."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"signing key file {name}: {reason}")
        self.name = name
        self.reason = reason


class IssuerRefused(OAuthError):
    """The public address of the hub cannot be an issuer (RFC 8414 section 2)."""
