"""A partner's record system, as the hub sees it: a signed assertion for a token, then the API over HTTP."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx

from hub.demo.partnership import client_id_of, client_key_file
from hub.oauth.assertions import ASSERTION_TYPE, make_assertion
from hub.oauth.model import DETAILS_TYPE
from hub.settings import Settings


@dataclass(slots=True)
class AgencySystem:
    """One partner's system with its own key; `purpose` and `role` are what its tokens are asked for."""

    agency_id: str
    purpose: str
    role: str
    http: httpx.Client
    key: Mapping[str, object] = field(repr=False)
    _token: str = field(default="", repr=False)

    @classmethod
    def of(cls, settings: Settings, agency_id: str, http: httpx.Client, *, purpose: str, role: str) -> AgencySystem:
        """The system of a partner of the demo."""
        key = json.loads(client_key_file(settings, agency_id).read_bytes())
        return cls(agency_id, purpose, role, http, key)

    def get_token(self) -> Mapping[str, Any]:
        """Ask for a token with a fresh assertion (`private_key_jwt`); the answer of the token endpoint."""
        metadata = self.http.get("/.well-known/oauth-authorization-server").raise_for_status().json()
        client_id = client_id_of(self.agency_id)
        assertion = make_assertion(
            self.key, client_id=client_id, audience=metadata["token_endpoint"], at=datetime.now(UTC)
        )
        details = [{"type": DETAILS_TYPE, "purpose": self.purpose, "role": self.role}]
        answer = self.http.post(
            "/oauth/token",
            data={
                "grant_type": "client_credentials",
                "client_assertion_type": ASSERTION_TYPE,
                "client_assertion": assertion,
                "scope": "records:read learners:lookup assessments:write consents:read disclosures:read policy:read",
                "authorization_details": json.dumps(details),
            },
        )
        body: Mapping[str, Any] = answer.raise_for_status().json()
        self._token = body["access_token"]
        return body

    def look_up(self, kind: str, value: str) -> httpx.Response:
        """Ask for the system's own handle of the learner with this identifier."""
        body = {"identifiers": [{"kind": kind, "value": value}]}
        return self.http.post("/v1/learners/lookup", json=body, headers=self._headers())

    def read(self, handle: str) -> Mapping[str, Any]:
        """Read what the partner may see of a learner now."""
        answer = self.http.get(f"/v1/learners/{handle}/records", headers=self._headers())
        body: Mapping[str, Any] = answer.raise_for_status().json()
        return body

    def push(self, document: bytes) -> Mapping[str, Any]:
        """Send a FHIR document with new or changed assessments."""
        headers = {**self._headers(), "Content-Type": "application/fhir+json"}
        answer = self.http.post("/v1/assessments", content=document, headers=headers)
        body: Mapping[str, Any] = answer.raise_for_status().json()
        return body

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}"}


def fields_of(answer: Mapping[str, Any], holder: str | None = None) -> set[str]:
    """Ids of all fields that an answer shows, of one holder or of all."""
    return {name for record in answer["records"] if holder in (None, record["holder"]) for name in record["fields"]}
