"""Every command: an example in its help, JSON where it reports, and nothing personal on the command line."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from connectors.registry import KINDS
from hub.cli import cli
from hub.cli.doctor.checks import CHECKS
from hub.cli.printing import plain
from hub.cli.syncing import SECTOR_OF
from hub.settings import Settings

REPORTING = {
    "sync", "policy check", "policy diff", "policy import-table", "policy matrix", "policy records", "ledger status",
    "ledger checkpoint",
    "ledger fsck", "verify", "notices list", "keys status",
    "doctor", "agency list", "client list", "person list",
}  # fmt: skip
PERSONAL = {"name", "email", "phone", "address", "evidence", "because", "reason", "identifier", "nhs_number", "upn"}
PROMISED = {
    "init", "demo", "serve", "worker", "token", "sync", "policy check", "policy diff",
    "policy matrix", "ledger status", "ledger checkpoint",
    "ledger fsck", "verify", "notices list", "notices replay", "keys status", "keys rotate", "doctor", "agency add",
    "agency duty", "person add", "client add", "tie add", "handover",
}  # fmt: skip


def walk(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    """Every command below a group, by its words."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield " ".join((*path, name)), command
        if isinstance(command, click.Group):
            yield from walk(command, (*path, name))


COMMANDS = dict(walk(cli))


def test_every_promised_command_is_there() -> None:
    assert PROMISED - set(COMMANDS) == set()


@pytest.mark.parametrize("name", ["", *sorted(COMMANDS)])
def test_help_of_every_command_has_an_example_and_needs_no_hub(name: str) -> None:
    answer = CliRunner().invoke(cli, [*name.split(), "--help"], env={"DOLEN_SMTP_PORT": "not a number"})
    assert answer.exit_code == 0
    example = answer.stdout.partition("Example:")[2]
    assert "dolen " in example
    assert name.split()[0:1] == [] or name.split()[0] in example


@pytest.mark.parametrize("name", sorted(REPORTING))
def test_every_command_that_reports_can_do_so_in_json(name: str) -> None:
    assert "as_json" in {parameter.name for parameter in COMMANDS[name].params}


def test_no_command_takes_a_personal_value_as_an_argument() -> None:
    taken = {(name, parameter.name) for name, command in COMMANDS.items() for parameter in command.params}
    assert {(name, parameter) for name, parameter in taken if parameter in PERSONAL} == set()


def test_no_command_reads_the_environment_but_through_the_settings() -> None:
    assert [
        name
        for name, command in COMMANDS.items()
        for one in command.params
        if isinstance(one, click.Option) and one.envvar
    ] == []


@pytest.mark.parametrize(
    "arguments", [["nothing"], ["sync"], ["sync", "hl7", "--source", "x"], ["verify", "x"], ["token"]]
)
def test_bad_usage_is_exit_code_two(arguments: list[str]) -> None:
    assert CliRunner().invoke(cli, arguments).exit_code == 2


def test_every_kind_of_source_has_its_sector() -> None:
    assert set(SECTOR_OF) == set(KINDS)


def test_the_doctor_looks_at_every_setting() -> None:
    looked_at = [name for check in CHECKS for name in check.settings]
    assert sorted(looked_at) == sorted(Settings.model_fields)


def test_what_a_check_needs_comes_before_it() -> None:
    names = [check.name for check in CHECKS]
    assert len(set(names)) == len(names)
    for place, check in enumerate(CHECKS):
        assert set(check.needs) <= set(names[:place]), check.name


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Bwrdd Iechyd Afon – ŵŷ", "Bwrdd Iechyd Afon – ŵŷ"),
        ("a\x1b[2Jb", "a\\u001b[2Jb"),
        ("a\u202eb\n", "a\\u202eb\\u000a"),
    ],
)
def test_nothing_that_is_printed_can_command_a_terminal(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_the_list_of_commands_says_each_first_sentence_whole() -> None:
    told = CliRunner().invoke(cli, ["--help"], terminal_width=80).stdout
    assert "..." not in told.partition("Commands:")[2]
