"""`dolen verify`: check a receipt alone. No home, no database, no network: a file and public keys."""

from __future__ import annotations

from pathlib import Path

import click

from consent.ledger.policy import MAX_BYTES as MAX_POLICY
from consent.ledger.policy import Policy, PolicyMalformed, parse_policy
from consent.ledger.proof import MAX_BYTES as MAX_RECEIPT
from consent.ledger.verify import Checked, Outcome, Verdict, verify_receipt
from hub.cli.faults import Unusable
from hub.cli.printing import say, say_json, say_pairs

_HEADLINE = {
    Outcome.GOOD: "This receipt is genuine.",
    Outcome.FALSE: "This receipt is NOT genuine.",
    Outcome.MALFORMED: "This is not a receipt.",
    Outcome.QUORUM_SHORT: "This receipt is genuine as far as it goes, but too few witnesses have signed it.",
}


@click.command()
@click.argument("receipt", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--policy",
    "policy_file",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Whom you trust: the log's public key, and witnesses.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def verify(receipt: Path, policy_file: Path, as_json: bool) -> None:
    """Check RECEIPT (a .tlog-proof file) with the public keys of a policy file, and say what it proves.

    Needs nothing of the hub: anybody may run it anywhere. Exit code 0: genuine; 1: not genuine; 2: unreadable, or not a
    receipt; 3: genuine, with fewer witnesses than your policy asks for.

    \b
    Example:
      dolen verify consent.tlog-proof --policy verify.policy
    """
    verdict = verify_receipt(_bytes(receipt, MAX_RECEIPT), _policy(policy_file))
    if as_json:
        say_json(_as_json(verdict))
    else:
        _say(verdict)
    raise click.exceptions.Exit(verdict.exit_code)


def _policy(path: Path) -> Policy:
    try:
        return parse_policy(_bytes(path, MAX_POLICY))
    except PolicyMalformed as problem:
        raise Unusable(
            f"the policy file cannot be followed: {problem}",
            todo="get it again from whom you have it: one `log` line with a key, and a `quorum` line at least",
        ) from None


def _bytes(path: Path, most: int) -> bytes:
    """The file, or one byte more than `most` of it, which its reader then refuses."""
    try:
        with path.open("rb") as file:
            return file.read(most + 1)
    except OSError as problem:
        raise Unusable(
            f"{path} cannot be read ({problem.strerror or type(problem).__name__})",
            todo="check the name, and who may read it",
        ) from None


def _as_json(verdict: Verdict) -> dict[str, object]:
    answer: dict[str, object] = {
        "outcome": verdict.outcome.value,
        "exit_code": verdict.exit_code,
        "reason": verdict.reason,
    }
    checked = verdict.checked
    if checked is not None:
        answer["proved"] = {
            "origin": checked.origin,
            "size": checked.size,
            "index": checked.index,
            "witnesses": list(checked.witnesses),
            "withheld": checked.withheld,
            "body": dict(checked.body),
        }
    return answer


def _say(verdict: Verdict) -> None:
    say(_HEADLINE[verdict.outcome])
    say(verdict.reason)
    if verdict.checked is not None:
        _say_checked(verdict.checked)


def _say_checked(checked: Checked) -> None:
    witnesses = ", ".join(checked.witnesses) or "none"
    say_pairs(
        [("log", checked.origin), ("entry", f"{checked.index} of {checked.size}"), ("witnesses", witnesses)],
        indent="  ",
    )
    say("What was recorded:")
    say_pairs([(name, _shown(value)) for name, value in sorted(checked.body.items())])
    if checked.withheld:
        say(f"{checked.withheld} field(s) of the entry are not shown in this copy.")


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
