"""The baseline: Flask and SQLAlchemy alone. The stored text is the answer; no token, no rule, no key.

Engines are made as the hub makes its own, so that a commit is as durable here as there.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

from flask import Flask, Response
from sqlalchemy import Column, DateTime, Engine, MetaData, String, Table, Text, Uuid, insert, select

from hub.database import make_engine, new_id, reading, unit_of_work

_URL = "DOLEN_BENCH_BARE_URL"

_metadata = MetaData()
_document = Table("document", _metadata, Column("id", Uuid, primary_key=True), Column("body", Text, nullable=False))
_audit = Table(
    "audit",
    _metadata,
    Column("id", Uuid, primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("client", String(80), nullable=False),
    Column("document_id", Uuid, nullable=False),
)


def app() -> Flask:
    """Two routes: a read by primary key with one audit row committed, and the same read without it."""
    engine = make_engine(os.environ[_URL])
    flask = Flask("bare")

    @flask.get("/audited/<uuid:document_id>")
    def audited(document_id: UUID) -> Response:
        with unit_of_work(engine) as connection:
            body = connection.execute(select(_document.c.body).where(_document.c.id == document_id)).scalar_one()
            connection.execute(
                insert(_audit).values(id=new_id(), at=datetime.now(UTC), client="bench", document_id=document_id)
            )
        return Response(body, mimetype="application/json")

    @flask.get("/read/<uuid:document_id>")
    def read(document_id: UUID) -> Response:
        with reading(engine) as connection:
            body = connection.execute(select(_document.c.body).where(_document.c.id == document_id)).scalar_one()
        return Response(body, mimetype="application/json")

    return flask


def fill(url: str, bodies: Mapping[UUID, str]) -> None:
    """Make the tables of `app` and put the documents in."""
    engine: Engine = make_engine(url)
    try:
        _metadata.create_all(engine)
        with unit_of_work(engine) as connection:
            connection.execute(insert(_document), [{"id": name, "body": body} for name, body in bodies.items()])
    finally:
        engine.dispose()


def environment(url: str) -> dict[str, str]:
    """What `app` needs."""
    return {**os.environ, _URL: url}
