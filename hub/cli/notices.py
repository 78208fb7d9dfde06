"""`dolen notices`: those that somebody must look at."""

from __future__ import annotations

from uuid import UUID

import click

from hub.cli.printing import moment, say, say_json, say_table
from hub.cli.running import load_settings, opened_stores
from hub.database import reading, unit_of_work
from hub.telling.model import NoticeLine
from hub.telling.watch import notice_counts, notices_to_watch
from hub.telling.watch import replay as make_due

_HEAD = ("notice", "reference", "kind", "for", "agency", "state", "tries", "why", "created", "told", "overdue")


@click.group(invoke_without_command=True)
@click.pass_context
def notices(ctx: click.Context) -> None:
    """Look after notices that nobody got, or that nobody has acknowledged in time. Alone, it lists them.

    \b
    Example:
      dolen notices list
    """
    if ctx.invoked_subcommand is None:
        ctx.invoke(listing)


@notices.command("list")
@click.option("--limit", type=click.IntRange(1, 10_000), default=200, show_default=True, help="At most so many.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def listing(limit: int, as_json: bool) -> None:
    """List notices that were given up, are late, or were not acknowledged within three working days, oldest first.

    \b
    Example:
      dolen notices list --json
    """
    with opened_stores(load_settings()) as stores, reading(stores.engine) as connection:
        lines = notices_to_watch(connection, at=stores.clock(), limit=limit)
        counts = notice_counts(connection, at=stores.clock())
    by_state = {state.value: count for state, count in counts.by_state.items()}
    if as_json:
        say_json({"counts": by_state, "oldest_due_at": counts.oldest_due_at, "notices": [_line(one) for one in lines]})
        return
    say(", ".join(f"{count} {state}" for state, count in by_state.items()))
    if lines:
        say_table(_HEAD, [["-" if cell is None else cell for cell in _line(one).values()] for one in lines])
        say("What was given up can be tried again: dolen notices replay NOTICE")
    else:
        say("No notice needs looking at.")


@notices.command()
@click.argument("notice", type=click.UUID)
def replay(notice: UUID) -> None:
    """Try a notice again that was given up, its attempts counted anew. It is told once at most to each person.

    \b
    Example:
      dolen notices replay 0197f6a2-7c1b-7e60-8f4e-2f1f0a4b9c11
    """
    with opened_stores(load_settings()) as stores:
        with unit_of_work(stores.engine) as connection:
            make_due(connection, notice, at=stores.clock())
        stores.doorbell.ring("notices")
    say(f"Notice {notice} is due again; the hub tells it with its next sweep.")


def _line(one: NoticeLine) -> dict[str, object]:
    return {
        "notice": str(one.notice_id),
        "reference": one.reference,
        "kind": one.kind,
        "for": one.role,
        "agency": one.agency_id,
        "state": one.state.value,
        "attempts": one.attempts,
        "last_failure": one.last_failure,
        "created_at": moment(one.created_at),
        "told_at": None if one.told_at is None else moment(one.told_at),
        "overdue": one.is_overdue,
    }
