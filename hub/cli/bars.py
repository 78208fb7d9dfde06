"""`dolen bar`: what takes fields away whatever protocol and consent say. Words never stand in an argument."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import IO
from uuid import UUID

import click

from hub.cli.personal import FROM, read_members, text_of
from hub.cli.printing import say, say_json, say_table
from hub.cli.running import Stores, load_settings, opened_stores
from hub.protocols.book import PolicyBook
from hub.safeguarding import bars
from hub.safeguarding.model import BarLine, EvidenceKind, NewBar, Safeguarding
from policies.bars import BarKind
from policies.load_catalogue import load_catalogue

_DAY = click.DateTime(formats=["%Y-%m-%d"])
_BY = click.option(
    "--by",
    "person_id",
    type=click.UUID,
    required=True,
    help="Who decides: the learner's accountable person, or the safeguarding lead of a partner that knows the learner.",
)


@click.group()
def bar() -> None:
    """Keep fields of a learner from everybody, or from one partner, whatever protocol and consent say.

    \b
    Example:
      dolen bar set --learner LEARNER --kind hidden_location --by PERSON --review-on 2027-05-01 < evidence.json
    """


@bar.command("set")
@click.option("--learner", "learner_id", type=click.UUID, required=True, help="From `dolen learner find`.")
@click.option("--kind", type=click.Choice([one.value for one in BarKind]), required=True, help="What forbids it.")
@click.option("--field", "fields", multiple=True, metavar="FIELD", help="A field that it names; again for more.")
@click.option("--recipient", metavar="AGENCY", help="Keep it from this partner only; left out: from everybody.")
@click.option("--review-on", type=_DAY, required=True, help="The day on which it is looked at again: within a year.")
@_BY
@FROM
def setting(
    learner_id: UUID,
    kind: str,
    fields: tuple[str, ...],
    recipient: str | None,
    review_on: datetime,
    person_id: UUID,
    source: IO[bytes],
) -> None:
    """Set a bar and print its id. It binds from the next read on, in every process.

    Reads one JSON object: evidence_kind (court_order, adoption_order, police, risk_assessment, statement or
    other_document) and evidence (what was seen, where), which is sealed. A court order keeps the fields that --field
    names; the other kinds cover theirs, and --field adds more. It does not end by itself: on its day the accountable
    person and the safeguarding lead are asked to look again.

    \b
    Example:
      dolen bar set --learner LEARNER --kind court_order --field health.clinic --by LEAD \\
        --review-on 2027-05-01 --from evidence.json
    """
    members = read_members(source, required=("evidence_kind", "evidence"))
    evidence_kind = text_of(members, "evidence_kind")
    if evidence_kind not in set(EvidenceKind):
        raise click.UsageError(f"evidence_kind must be one of {', '.join(one.value for one in EvidenceKind)}")
    new = NewBar(
        learner_id=learner_id,
        kind=BarKind(kind),
        evidence_kind=EvidenceKind(evidence_kind),
        evidence=text_of(members, "evidence") or "",
        review_on=review_on.date(),
        field_ids=fields,
        recipient=recipient,
    )
    with _room() as (room, stores):
        bar_id = bars.set_bar(room, person_id, new)
        stores.doorbell.ring("notices")
    click.echo(str(bar_id))


@bar.command()
@click.argument("bar_id", metavar="BAR", type=click.UUID)
@_BY
@FROM
def lift(bar_id: UUID, person_id: UUID, source: IO[bytes]) -> None:
    """Lift a bar. Reads one JSON object with the member reasons, which is sealed.

    \b
    Example:
      echo '{"reasons": "The order was discharged"}' | dolen bar lift BAR --by LEAD
    """
    reasons = text_of(read_members(source, required=("reasons",)), "reasons") or ""
    with _room() as (room, stores):
        bars.lift_bar(room, person_id, bar_id, reasons=reasons)
        stores.doorbell.ring("notices")
    say(f"Bar {bar_id} is lifted from the next read on.")


@bar.command()
@click.argument("bar_id", metavar="BAR", type=click.UUID)
@click.option("--review-on", type=_DAY, required=True, help="The day on which it is looked at next: within a year.")
@_BY
@FROM
def review(bar_id: UUID, review_on: datetime, person_id: UUID, source: IO[bytes]) -> None:
    """Say that a bar stays, and until when. Reads one JSON object with the member reasons, which is sealed.

    \b
    Example:
      echo '{"reasons": "The risk is as it was"}' | dolen bar review BAR --review-on 2027-11-01 --by LEAD
    """
    reasons = text_of(read_members(source, required=("reasons",)), "reasons") or ""
    with _room() as (room, stores):
        bars.review_bar(room, person_id, bar_id, review_on=review_on.date(), reasons=reasons)
        stores.doorbell.ring("notices")
    say(f"Bar {bar_id} stays; it is looked at again on {review_on.date().isoformat()}.")


@bar.command("list")
@click.option("--learner", "learner_id", type=click.UUID, required=True, help="From `dolen learner find`.")
@_BY
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def listing(learner_id: UUID, person_id: UUID, as_json: bool) -> None:
    """List the bars that stand for a learner, by id, kind, fields and day of review. Evidence stays sealed.

    \b
    Example:
      dolen bar list --learner LEARNER --by LEAD
    """
    with _room() as (room, _):
        lines = [_line(one) for one in bars.bars_of(room, person_id, learner_id)]
    if as_json:
        say_json({"bars": lines})
    else:
        say_table(tuple(_HEADINGS), [[_cell(value) for value in line.values()] for line in lines])


_HEADINGS = ("bar", "kind", "from whom", "fields", "evidence", "review on", "due")


@contextmanager
def _room() -> Iterator[tuple[Safeguarding, Stores]]:
    with opened_stores(load_settings()) as stores:
        # A bar rests on no protocol: the catalogue alone says which fields there are.
        yield Safeguarding(stores.engine, stores.keys, PolicyBook(load_catalogue()), stores.clock), stores


def _line(one: BarLine) -> dict[str, object]:
    return {
        "bar": str(one.bar_id),
        "kind": one.kind,
        "recipient": one.recipient,
        "fields": list(one.field_ids),
        "evidence_kind": one.evidence_kind,
        "review_on": one.review_on.isoformat(),
        "is_due": one.is_due,
    }


def _cell(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(str(one) for one in value) or "by kind"
    if value is None:
        return "everybody"
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)
