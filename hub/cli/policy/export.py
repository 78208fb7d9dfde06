"""`dolen policy export`: a protocol as a bilingual document for signature, as data, or as a table."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from pathlib import Path

import click

from hub.cli.faults import Unusable
from hub.cli.policy.sources import protocol_named
from hub.steering.paper import as_html, as_pdf
from policies.canonical import as_json
from policies.documents.export_table import table_of
from policies.documents.paper import paper_of
from policies.fields import Catalogue
from policies.load_catalogue import load_catalogue
from policies.model import Protocol


@click.command()
@click.argument("source", metavar="FILE|ID/VERSION")
@click.option("--to", "kind", type=click.Choice(["html", "pdf", "json", "csv"]), required=True, help="Of what kind.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Where to. Without it: standard output.")
def export(source: str, kind: str, out: Path | None) -> None:
    """Write a whole protocol as one document in both languages (html, pdf), as data (json), or its table alone (csv).

    The PDF is tagged and made for signature; it carries the digest of the very bytes that partners sign.

    \b
    Example:
      dolen policy export drafts/aln.yaml --to pdf --out aln.pdf
      dolen policy export dyffryn-afon-aln/1 --to html > aln.html
    """
    content = _WRITERS[kind](protocol_named(source), load_catalogue())
    if out is None:
        click.echo(content, nl=False)
        return
    try:
        out.write_bytes(content)
    except OSError:
        raise Unusable(
            f"{out}: can't be written", kept="nothing", todo="name a file in a folder that is there"
        ) from None
    click.echo(f"{out}: {len(content)} bytes", err=True)


def _html(protocol: Protocol, catalogue: Catalogue) -> bytes:
    paper = paper_of(protocol, catalogue)
    return as_html(paper.document, paper).encode()


def _pdf(protocol: Protocol, catalogue: Catalogue) -> bytes:
    return as_pdf(paper_of(protocol, catalogue))


def _json(protocol: Protocol, catalogue: Catalogue) -> bytes:
    return (json.dumps(as_json(protocol, catalogue), indent=2, ensure_ascii=False) + "\n").encode()


def _csv(protocol: Protocol, catalogue: Catalogue) -> bytes:
    """With a byte order mark, without which some spreadsheets take Welsh for another alphabet."""
    made = io.StringIO(newline="")
    csv.writer(made).writerows(table_of(protocol, catalogue))
    return ("\ufeff" + made.getvalue()).encode()


_WRITERS: Mapping[str, Callable[[Protocol, Catalogue], bytes]] = {
    "html": _html,
    "pdf": _pdf,
    "json": _json,
    "csv": _csv,
}
