"""The `dolen` command. Exit codes: 0 good; 1 the answer is no, or something was refused; 2 bad usage or unreadable
input; `verify` also 3, quorum short."""

from __future__ import annotations

from importlib import import_module
from typing import cast

import click

from hub.cli.logs import configure_logs, quieten_crashes

_COMMANDS = {
    "init": "hub.cli.home:init",
    "demo": "hub.cli.demo:demo",
    "serve": "hub.cli.serving:serve",
    "worker": "hub.cli.serving:worker",
    "token": "hub.cli.tokens:token",
    "sync": "hub.cli.syncing:sync",
    "policy": "hub.cli.policy:policy",
    "ledger": "hub.cli.ledger:ledger",
    "verify": "hub.cli.verifying:verify",
    "notices": "hub.cli.notices:notices",
    "keys": "hub.cli.keys:keys",
    "doctor": "hub.cli.doctor.command:doctor",
    "agency": "hub.cli.agencies:agency",
    "client": "hub.cli.clients:client",
    "person": "hub.cli.people:person",
    "learner": "hub.cli.learners:learner",
    "tie": "hub.cli.learners:tie",
    "bar": "hub.cli.bars:bar",
    "handover": "hub.cli.learners:handover",
}
_SENTENCE = 300


class Commands(click.Group):
    """Loads a command when it is asked for, so that `dolen verify` needs no database driver; tells every failure."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Names in the order in which one needs them."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        """The command, or None."""
        module, _, name = _COMMANDS.get(cmd_name, "").partition(":")
        return cast(click.Command, getattr(import_module(module), name)) if module else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Every command with its whole first sentence, wrapped where the terminal is narrow."""
        found = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl([(name, one.get_short_help_str(limit=_SENTENCE)) for name, one in found if one])

    def invoke(self, ctx: click.Context) -> object:
        """Run; whatever is raised leaves as a message without values, and never as a traceback."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.Abort, click.exceptions.Exit, BrokenPipeError):
            raise
        except Exception as failure:
            raise _told(failure) from None


def _told(failure: Exception) -> click.ClickException:
    from hub.cli.known_faults import told

    return told(failure)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="dolen", message="dolen %(version)s")
def cli() -> None:
    """Dolen: sharing between the statutory partners around a learner, with a consent ledger.

    \b
    Settings come from environment variables; `dolen doctor` checks each one.
    Example:
      dolen demo
      dolen init
    """
    configure_logs()


def main() -> None:
    """Run the command line of this process."""
    quieten_crashes()
    cli(prog_name="dolen")
