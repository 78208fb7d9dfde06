"""The schema of protocol files, as a hub serves it."""

from __future__ import annotations

from click.testing import CliRunner

from hub.app import create_app
from hub.cli import cli
from hub.wiring.build import SilentDoorbell
from policies.schema import schema
from tests.hubs import World


def test_anybody_may_fetch_the_schema_and_the_command_prints_the_same(small_world: World) -> None:
    app = create_app(small_world.settings, SilentDoorbell(), hub=small_world.hub)
    answer = app.test_client().get("/schemas/dolen-protocol-v1.json")
    assert (answer.status_code, answer.mimetype) == (200, "application/schema+json")
    assert answer.data == schema() == CliRunner().invoke(cli, ["policy", "schema"]).stdout_bytes
