"""All SQL of the authorization server. Nothing here commits."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, Row, and_, bindparam, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from hub.database import is_sqlite
from hub.directory.tables import agency, client
from hub.oauth.model import AccessDetails, RegisteredClient, StoredToken
from hub.oauth.tables import access_token, assertion_used, client_pace

_CLIENT = (
    client.c.client_id,
    client.c.agency_id,
    client.c.profile,
    client.c.jwks,
    client.c.token_endpoint_auth_signing_alg,
    client.c.scopes,
    client.c.purposes,
    client.c.roles,
    and_(client.c.is_active, agency.c.is_active).label("client_is_active"),
)


# Made once: building it anew for every request costs more than the database needs to answer it.
_CLIENT_BY_ID = (
    select(*_CLIENT).join(agency, agency.c.id == client.c.agency_id).where(client.c.client_id == bindparam("client_id"))
)
_TOKEN_WITH_CLIENT = (
    select(
        *_CLIENT,
        access_token.c.jti,
        access_token.c.agency_id.label("token_agency_id"),
        access_token.c.issued_at,
        access_token.c.expires_at,
        access_token.c.revoked_at,
        access_token.c.authorization_details,
        access_token.c.scopes.label("token_scopes"),
    )
    .join(client, client.c.client_id == access_token.c.client_id)
    .join(agency, agency.c.id == client.c.agency_id)
    .where(access_token.c.jti == bindparam("jti"))
)


def client_by_id(connection: Connection, client_id: str) -> RegisteredClient | None:
    """The client with this id, active or not."""
    row = connection.execute(_CLIENT_BY_ID, {"client_id": client_id}).one_or_none()
    return None if row is None else _client(row)


def token_with_client(connection: Connection, jti: UUID) -> tuple[StoredToken, RegisteredClient] | None:
    """The stored token and its client as they are now, read together."""
    row = connection.execute(_TOKEN_WITH_CLIENT, {"jti": jti}).one_or_none()
    return None if row is None else (_token(row), _client(row))


def insert_token(connection: Connection, token: StoredToken) -> None:
    """Store what makes a token good; to be committed before the token is handed out."""
    connection.execute(
        insert(access_token).values(
            jti=token.jti,
            client_id=token.client_id,
            agency_id=token.agency_id,
            issued_at=token.issued_at,
            expires_at=token.expires_at,
            revoked_at=None,
            authorization_details=None if token.details is None else token.details.as_json(),
            scopes=sorted(token.scopes),
        )
    )


def revoke_token(connection: Connection, jti: UUID, *, at: datetime) -> None:
    """Revoke a token for good; the instant of the first revocation stays."""
    connection.execute(
        update(access_token).where(access_token.c.jti == jti, access_token.c.revoked_at.is_(None)).values(revoked_at=at)
    )


def use_assertion(connection: Connection, *, client_id: str, jti: str, expires_at: datetime) -> bool:
    """Mark an assertion as used; False where it was already, in whichever process."""
    dialect_insert = sqlite.insert(assertion_used) if is_sqlite(connection) else postgresql.insert(assertion_used)
    marked = dialect_insert.values(client_id=client_id, jti=jti, expires_at=expires_at).on_conflict_do_nothing()
    # RETURNING, because an INSERT's row count is not told by every driver.
    return connection.execute(marked.returning(assertion_used.c.jti)).one_or_none() is not None


def count_up(connection: Connection, *, client_id: str, what: str, window_at: datetime) -> int:
    """Count one more in this window, and answer the count, this one included."""
    dialect_insert = sqlite.insert(client_pace) if is_sqlite(connection) else postgresql.insert(client_pace)
    counted = dialect_insert.values(client_id=client_id, what=what, window_at=window_at, count=1).on_conflict_do_update(
        index_elements=[client_pace.c.client_id, client_pace.c.what, client_pace.c.window_at],
        set_={"count": client_pace.c.count + 1},
    )
    return int(connection.execute(counted.returning(client_pace.c.count)).scalar_one())


def delete_expired(
    connection: Connection, *, tokens_before: datetime, assertions_before: datetime, pace_before: datetime
) -> int:
    """Delete rows that can no longer matter; answers how many."""
    pace = connection.execute(delete(client_pace).where(client_pace.c.window_at < pace_before))
    tokens = connection.execute(delete(access_token).where(access_token.c.expires_at < tokens_before))
    assertions = connection.execute(delete(assertion_used).where(assertion_used.c.expires_at < assertions_before))
    return pace.rowcount + tokens.rowcount + assertions.rowcount


def _client(row: Row[*tuple[object, ...]]) -> RegisteredClient:
    fields = row._mapping
    return RegisteredClient(
        client_id=fields["client_id"],
        agency_id=fields["agency_id"],
        profile_name=fields["profile"],
        alg=fields["token_endpoint_auth_signing_alg"],
        scopes=frozenset(fields["scopes"]),
        purposes=frozenset(fields["purposes"]),
        roles=frozenset(fields["roles"]),
        is_active=bool(fields["client_is_active"]),
        jwks=fields["jwks"],
    )


def _token(row: Row[*tuple[object, ...]]) -> StoredToken:
    fields = row._mapping
    details = fields["authorization_details"]
    return StoredToken(
        jti=fields["jti"],
        client_id=fields["client_id"],
        agency_id=fields["token_agency_id"],
        issued_at=fields["issued_at"],
        expires_at=fields["expires_at"],
        revoked_at=fields["revoked_at"],
        scopes=frozenset(fields["token_scopes"]),
        details=None if details is None else AccessDetails(purpose=details[0]["purpose"], role=details[0]["role"]),
    )
