"""Steps 1 and 2: the partnership stands, and its records come in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import SecretStr

from connectors.base import source_at
from hub.database import reading
from hub.demo.partnership import SAMPLE, bring_all, settle, source_of
from hub.demo.people import EDUCATION, KIND_OF, PARTNERS
from hub.demo.stage import Stage
from hub.directory.model import Client
from hub.directory.queries import parties
from hub.sealing.errors import WrongPassphrase
from hub.sealing.keyring import Keyring, passphrase_files
from hub.sealing.model import HUB
from hub.syncing.model import RowReport
from hub.syncing.run_sync import run_sync
from policies.model import Protocol, ProtocolRef
from policies.protocols import load_protocol
from policies.snapshot import compile_snapshot


def partners(stage: Stage) -> None:
    """Step 1."""
    tell, hub = stage.transcript, stage.hub
    with reading(hub.engine) as connection:
        agencies = parties.all_agencies(connection)
        clients = {agency.id: parties.clients_of(connection, agency.id) for agency in agencies}
        snapshot = hub.sharing.book.snapshot(connection)
    for agency in agencies:
        tell.say(f"{agency.name_en} / {agency.name_cy} ({agency.id}), client {clients[agency.id][0].client_id}")
    tell.check("three partners, each with a client of profile `smart`", holds=_three(clients))
    tell.check("of each client's key only the public half is stored", holds=_public_only(clients))
    tell.check("each partner's keyring opens with its own passphrase and no other", holds=_keyrings_apart(stage))
    tell.check("one protocol is in force between all three", holds=_one_protocol(snapshot.protocols))


def connectors(stage: Stage) -> None:
    """Step 2."""
    tell = stage.transcript
    first = bring_all(stage.hub)
    for report in first:
        _show(stage, report)
        tell.check(
            f"{report.kind}: every unit is accounted for, every quarantined one has its reason", holds=_whole(report)
        )
    tell.check("records of every partner were created", holds=all(report.created for report in first))
    second = bring_all(stage.hub)
    same = all(not report.created and not report.updated for report in second)
    tell.check(
        "a second run creates and updates nothing", holds=same and [r.read for r in second] == [r.read for r in first]
    )
    _try_narrower_admission(stage)
    stage.partnership = settle(stage.hub, stage.people)
    known = set(stage.partnership.child_handles)
    tell.check("one child is known to all three, matched by school number and birth date", holds=known == _ids())


def _ids() -> set[str]:
    return {agency.id for agency in PARTNERS}


def _three(clients: dict[str, list[Client]]) -> bool:
    found = [client for some in clients.values() for client in some]
    return set(clients) == _ids() and len(found) == len(PARTNERS) and all(one.profile == "smart" for one in found)


def _public_only(clients: dict[str, list[Client]]) -> bool:
    return all('"d"' not in client.jwks for some in clients.values() for client in some)


def _keyrings_apart(stage: Stage) -> bool:
    passphrase_of = passphrase_files(stage.settings.secrets_folder)
    owners = [*_ids(), HUB]
    for owner in owners:
        path = stage.settings.home / "keyrings" / f"{owner}.keyring"
        for other in owners:
            if _opens(path, owner, passphrase_of(other)) != (owner == other):
                return False
    return True


def _opens(path: Path, owner: str, passphrase: SecretStr) -> bool:
    try:
        Keyring.open(path, passphrase, agency_id=owner)
    except WrongPassphrase:
        return False
    return True


def _one_protocol(protocols: Mapping[ProtocolRef, Protocol]) -> bool:
    found = list(protocols.values())
    return len(found) == 1 and set(found[0].partners) == _ids()


def _show(stage: Stage, report: RowReport) -> None:
    tell = stage.transcript
    tell.say(
        f"{report.kind}: read {report.read} = created {report.created} + updated {report.updated}"
        f" + unchanged {report.unchanged} + quarantined {report.quarantined}"
        f" + out of scope {report.out_of_scope} + ignored {report.ignored}"
    )
    for what, counts in (("quarantined", report.reasons), ("ignored", report.ignored_types)):
        for name, count in sorted(counts.items()):
            tell.say(f"    {what}: {name} x {count}")


def _whole(report: RowReport) -> bool:
    counted = report.created + report.updated + report.unchanged + report.quarantined + report.out_of_scope
    return report.read == counted + report.ignored and sum(report.reasons.values()) == report.quarantined


def _try_narrower_admission(stage: Stage) -> None:
    """The demo's own rule admits everybody; the sample's admits learners with needs: two pupils fall outside."""
    protocol = load_protocol(SAMPLE, stage.hub.catalogue)
    kind = KIND_OF[EDUCATION.id]
    report = run_sync(
        stage.hub.syncing,
        agency_id=EDUCATION.id,
        kind=kind,
        source=source_at(str(source_of(kind))),
        name=f"{kind}, dry run under the rule 'additional needs or looked after'",
        is_dry_run=True,
        admitting=compile_snapshot(stage.hub.catalogue, [protocol]),
    )
    stage.transcript.say("the same census, dry run, where only learners with needs are admitted:")
    _show(stage, report)
    stage.transcript.check(
        "pupils whom the protocol does not admit are counted as out of scope", holds=report.out_of_scope == 2
    )
