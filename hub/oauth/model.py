"""Clients as this server sees them, what a token may be asked for, and the stored token."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from hub.oauth.profiles import PROFILES, Profile

AUTH_METHOD = "private_key_jwt"
GRANT_TYPE = "client_credentials"
DETAILS_TYPE = "dolen_record_access"


class Scope(StrEnum):
    """What a token can reach. Which learner and which field is decided by protocol and consent, never by a scope."""

    RECORDS_READ = "records:read"
    LEARNERS_LOOKUP = "learners:lookup"
    ASSESSMENTS_WRITE = "assessments:write"
    CONSENTS_READ = "consents:read"
    DISCLOSURES_READ = "disclosures:read"
    OVERRIDES_BEGIN = "overrides:begin"
    POLICY_READ = "policy:read"
    REQUESTS_WRITE = "requests:write"


@dataclass(frozen=True, slots=True)
class RegisteredClient:
    """One system of one agency. `is_active` is false too where its agency is not active."""

    client_id: str
    agency_id: str
    profile_name: str
    alg: str
    scopes: frozenset[str]
    purposes: frozenset[str]
    roles: frozenset[str]
    is_active: bool
    jwks: Mapping[str, object] = field(repr=False)

    @property
    def profile(self) -> Profile | None:
        """The rules that it follows; None where its row names a profile that this server does not speak."""
        return PROFILES.get(self.profile_name)

    def check_endpoint_auth_method(self, method: str, _endpoint: str) -> bool:
        """Asked by Authlib, for every endpoint alike: there is one method."""
        return method == AUTH_METHOD


@dataclass(frozen=True, slots=True)
class AccessDetails:
    """Why records are asked for: the one object of `authorization_details` (RFC 9396)."""

    purpose: str
    role: str

    def as_json(self) -> list[dict[str, str]]:
        """The array as it stands in requests, answers, tokens and rows."""
        return [{"type": DETAILS_TYPE, "purpose": self.purpose, "role": self.role}]


@dataclass(frozen=True, slots=True)
class StoredToken:
    """The row that makes a token good."""

    jti: UUID
    client_id: str
    agency_id: str
    issued_at: datetime
    expires_at: datetime
    scopes: frozenset[str]
    details: AccessDetails | None
    revoked_at: datetime | None = None

    def is_live(self, client: RegisteredClient, *, at: datetime) -> bool:
        """True while the token may be used: its row, its client and what that client may still ask for."""
        return (
            self.revoked_at is None
            and at < self.expires_at
            and client.is_active
            and client.client_id == self.client_id
            and client.agency_id == self.agency_id
            and self.scopes <= client.scopes
            and (self.details is None or is_within(self.details, client))
        )


def is_within(details: AccessDetails, client: RegisteredClient) -> bool:
    """True where this client is registered for that purpose and that role."""
    return details.purpose in client.purposes and details.role in client.roles
