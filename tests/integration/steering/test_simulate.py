"""A draft tried before it binds: on today's learners, on recorded disclosures, and without telling of anybody."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from consent.tables import ledger_outbox
from hub.cli import cli
from hub.database import reading
from hub.demo.people import EDUCATION, HEALTH
from hub.sharing.tables import disclosure
from hub.steering.simulate import simulate
from hub.steering.simulated import FieldCounts, Simulation
from policies.protocols import load_protocol
from tests.hubs import World

SPEECH = "health.speech.receptive_language"
DUTY = "health.care_plan.title"
DAYS_90 = timedelta(days=90)


def draft(world: World, folder: Path, *changes: tuple[str, str]) -> Path:
    """A new version of the demo's protocol, with these changes of its text."""
    (file,) = world.settings.protocol_folder.glob("dyffryn-*.yaml")
    text = file.read_text(encoding="utf-8").replace("\nversion: 1\n", "\nversion: 2\n", 1)
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    path = folder / "draft.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def row_without(path: Path, name: str) -> Path:
    """The draft without one row."""
    text = path.read_text(encoding="utf-8")
    begin = text.index(f"  - id: {name}\n")
    end = text.index("\n  - id: ", begin) + 1
    path.write_text(text[:begin] + text[end:], encoding="utf-8")
    return path


def tried(world: World, path: Path) -> Simulation:
    """The draft, tried."""
    return simulate(world.hub.sharing, load_protocol(path, world.hub.catalogue), since=DAYS_90)


def of_field(found: tuple[FieldCounts, ...], name: str, world: World) -> list[FieldCounts]:
    """What would change for one field of health's that education may be shown for the plan."""
    ordinal = world.hub.catalogue.by_id[name].ordinal
    return [
        one for one in found
        if one.ordinal == ordinal and (one.row.recipient, one.row.holder) == (EDUCATION.id, HEALTH.id)
        and one.row.purpose == "aln-plan"
    ]  # fmt: skip


def test_a_draft_that_says_the_same_changes_nothing(world: World, tmp_path: Path) -> None:
    world.grant()
    world.read()
    found = tried(world, draft(world, tmp_path))
    assert (found.today, found.past) == ((), ())
    assert str(found.draft) == "dyffryn-afon-demo/2"
    assert str(found.replaces) == "dyffryn-afon-demo/1"


def test_a_row_that_goes_denies_what_was_shown_and_what_would_be(world: World, tmp_path: Path) -> None:
    world.grant()
    assert SPEECH in {name for one in world.read().records for name in one.fields}
    found = tried(world, row_without(draft(world, tmp_path), "he-speech"))
    (today,) = of_field(found.today, SPEECH, world)
    assert today.counts == {"allowed": 0, "denied": 1, "changed": 0}
    (past,) = of_field(found.past, SPEECH, world)
    assert past.counts == {"allowed": 0, "denied": 1, "changed": 0}
    assert of_field(found.today, DUTY, world) == []


def test_what_becomes_a_duty_is_allowed_for_all_and_changed_for_those_who_agreed(
    small_world: World, tmp_path: Path
) -> None:
    small_world.grant()
    small_world.read()
    duty = ("article_6: 6(1)(a)\n    article_9: 9(2)(a)", "article_6: 6(1)(c)\n    article_9: 9(2)(g)")
    path = draft(small_world, tmp_path)
    text = path.read_text(encoding="utf-8")
    begin = text.index("  - id: he-speech\n")
    end = text.index("\n  - id: ", begin)
    row = text[begin:end].replace("basis: consent", "basis: legal_obligation").replace(*duty)
    path.write_text(text[:begin] + row + text[end:], encoding="utf-8")
    found = tried(small_world, path)
    (today,) = of_field(found.today, SPEECH, small_world)
    assert today.counts["changed"] == 1
    assert today.counts["allowed"] == today.of - 1 > 0
    (past,) = of_field(found.past, SPEECH, small_world)
    assert past.counts == {"allowed": 0, "denied": 0, "changed": 1}


def test_a_disclosure_is_tried_with_the_consent_of_its_own_instant(small_world: World, tmp_path: Path) -> None:
    granted = small_world.grant()
    small_world.read()
    small_world.withdraw(granted)
    found = tried(small_world, draft(small_world, tmp_path))
    assert of_field(found.past, SPEECH, small_world) == []  # it would have been shown under the draft as well


def test_reads_from_before_are_left_out(small_world: World, tmp_path: Path) -> None:
    small_world.grant()
    small_world.read()
    path = row_without(draft(small_world, tmp_path), "he-speech")
    read = load_protocol(path, small_world.hub.catalogue)
    assert simulate(small_world.hub.sharing, read, since=timedelta(0)).past == ()


def run(world: World, *arguments: str, expect: int = 0) -> Result:
    """`dolen policy simulate` on this world's home."""
    env = {
        "DOLEN_HOME": str(world.settings.home),
        "DOLEN_DATABASE_URL": world.settings.main_database,
        "DOLEN_KEYS_URL": world.settings.key_database,
    }
    found = CliRunner().invoke(cli, ["policy", "simulate", *arguments], env=env, prog_name="dolen")
    assert found.exit_code == expect, found.output
    return found


def everything(world: World) -> tuple[int, int]:
    """How many disclosures and entries there are."""
    with reading(world.hub.engine) as connection:
        return (
            connection.execute(select(func.count()).select_from(disclosure)).scalar_one(),
            connection.execute(select(func.count()).select_from(ledger_outbox)).scalar_one(),
        )


def test_what_is_printed_tells_of_nobody_and_nothing_is_recorded(small_world: World, tmp_path: Path) -> None:
    small_world.grant()
    small_world.read()
    before = everything(small_world)
    path = row_without(draft(small_world, tmp_path), "he-speech")
    printed = run(small_world, str(path), "--json").stdout
    found: dict[str, Any] = json.loads(printed)
    assert everything(small_world) == before
    names = {one["field"] for one in found["today"]["fields"]}
    assert SPEECH in names
    for part in ("today", "recorded_disclosures"):
        assert found[part]["learners_touched_at_least"] is None
        told = {one[what] for one in found[part]["fields"] for what in ("allowed", "denied", "changed")}
        assert told <= {"fewer than 5", "not shown"}
    assert str(small_world.child) not in printed
    assert "consents" in found["taken_as_of_then"]
    assert "bars" in found["taken_as_of_now"]
    said = run(small_world, str(path)).stdout
    assert "Today's learners: how many learners are touched is not shown" in said
    assert SPEECH in said


@pytest.mark.parametrize("since", ["90", "0d", "-1d", "d", "99999d", "1w"])
def test_a_period_that_is_none_is_bad_usage(small_world: World, tmp_path: Path, since: str) -> None:
    assert (
        "--since is no number of days"
        in run(small_world, str(draft(small_world, tmp_path)), f"--since={since}", expect=2).output
    )


def test_a_draft_that_does_not_load_is_told_with_its_line(small_world: World, tmp_path: Path) -> None:
    path = draft(small_world, tmp_path, ("kind: reciprocal", "kind: friendly"))
    assert "draft.yaml:" in run(small_world, str(path), expect=1).output
