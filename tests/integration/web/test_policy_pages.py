"""Pages of what versions change and of the register of processing, for workers: the answers of the command line."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from html import unescape

import pytest
from click.testing import CliRunner

from hub.cli import cli
from hub.demo.people import ACCOUNTABLE, EDUCATION
from policies.documents.register import HEAD
from policies.model import ProtocolRef
from tests.hubs import World, small_world, sqlite_world  # noqa: F401
from tests.integration.steering.lives import as_version, source_of
from tests.integration.web.browser import Browser
from tests.integration.web.reading import texts
from tests.integration.web.test_protocol_pages import SAMPLES, Site, site, words_of  # noqa: F401

LANGUAGES = ("en", "cy")
FIRST, SECOND = "dyffryn-afon-demo/1", "dyffryn-afon-demo/2"


def worker(site: Site) -> Browser:  # noqa: F811
    """A browser of somebody who works for the education service."""
    return site.browser(site.world.partnership.people[ACCOUNTABLE.key])


def propose_second(world: World) -> None:
    """A second version without one row."""
    text = as_version(source_of(world), 2, begins=world.hub.clock().date() + timedelta(days=5))
    begin = text.index("  - id: he-speech\n")
    text = text[:begin] + text[text.index("\n  - id: ", begin) + 1 :]
    world.hub.protocols.propose(text.encode(), file="second.yaml")


def printed(world: World, *arguments: str) -> str:
    """What a command of `dolen policy` prints."""
    env = {
        "DOLEN_HOME": str(world.settings.home),
        "DOLEN_DATABASE_URL": world.settings.main_database,
        "DOLEN_KEYS_URL": world.settings.key_database,
    }
    found = CliRunner().invoke(cli, ["policy", *arguments], env=env, prog_name="dolen")
    assert found.exit_code in (0, 1), found.output
    return found.stdout


def rows_of(browser: Browser) -> list[list[str]]:
    """The cells of each row below the heads of the tables."""
    bodies = re.findall(r"<tbody.*?</tbody>", browser.answer.text, re.S)
    rows = [row for body in bodies for row in re.findall(r"<tr.*?</tr>", body, re.S)]
    return [
        [unescape(re.sub(r"<[^>]+>", "", cell)).strip() for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.S)]
        for row in rows
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_of_a_difference_says_what_the_command_line_says(site: Site, language: str) -> None:  # noqa: F811
    world = site.world
    propose_second(world)
    browser, names = worker(site), world.hub.words(language)
    browser.open(f"/{language}/policy/protocols")
    assert f'href="/{language}/policy/diff"' in browser.answer.text
    browser.open(f"/{language}/policy/diff")
    assert "<table" not in browser.answer.text
    browser.open(f"/{language}/policy/diff?from={FIRST}&to={SECOND}")
    told = json.loads(printed(world, "diff", FIRST, SECOND, "--json"))
    plain = " ".join(printed(world, "diff", FIRST, SECOND).split())
    rows = rows_of(browser)
    assert len(rows) == len(told["rules"]) + len(told["others"]) + len(told["asked_again"])
    assert told["rules"]
    for row, rule in zip(rows, told["rules"], strict=False):
        assert row[1:4] == [
            names.agency(rule["holder"]),
            names.agency(rule["recipient"]),
            names.purpose(rule["purpose"]),
        ]
        assert row[4] == ", ".join(names.role(one) for one in rule["roles"])
        assert row[5] == "; ".join(names.field(one) for one in rule["fields"])
        assert " ".join(row[6].split()) in plain
    assert all("scope=" in head for head in re.findall(r"<th [^>]*>", browser.answer.text))
    assert browser.answer.text.count("<caption") == browser.answer.text.count("<table")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_version_compared_with_itself_means_the_same(site: Site, language: str) -> None:  # noqa: F811
    browser = worker(site)
    browser.open(f"/{language}/policy/diff?from={FIRST}&to={FIRST}")
    assert {"en": "They mean the same.", "cy": "Yr un yw eu hystyr."}[language] in browser.text
    assert "<table" not in browser.answer.text


@pytest.mark.parametrize(
    "query", ["from=x", "from=&to=", f"from={FIRST}", "from=%00&to=%ff", f"from={FIRST}&to=no-such/1", "other=1"]
)
def test_what_is_no_version_is_said_beside_its_field(site: Site, query: str) -> None:  # noqa: F811
    browser = worker(site)
    browser.open(f"/en/policy/diff?{query}", 422)
    assert "Choose the later version from the list" in browser.text
    assert 'id="to-error"' in browser.answer.text


def test_a_version_of_others_answers_as_one_that_is_none(site: Site) -> None:  # noqa: F811
    life = site.world.hub.protocols
    theirs: ProtocolRef = life.propose((SAMPLES / "joint-team.yaml").read_bytes(), file="joint-team.yaml").ref
    browser = worker(site)
    browser.open(f"/en/policy/diff?from={FIRST}&to={theirs}", 422)
    assert theirs.id not in browser.answer.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_register_on_the_page_is_that_of_the_command_line(site: Site, language: str) -> None:  # noqa: F811
    browser = worker(site)
    browser.open(f"/{language}/policy/records")
    told = json.loads(printed(site.world, "records", "--partner", EDUCATION.id, "--json"))
    assert rows_of(browser) == [[cell[language].strip() for cell in row] for row in told["processing"]["rows"]]
    assert rows_of(browser)
    assert len(re.findall(r'<th scope="col"', browser.answer.text)) == len(HEAD)
    file = browser.client.get(f"/{language}/policy/records/register.csv")
    assert (file.status_code, file.mimetype) == (200, "text/csv")
    (size,) = (one["bytes"] for one in told["files"] if one["file"] == "register.csv")
    assert len(file.data) == size


def test_no_english_is_left_unmarked_on_the_welsh_pages(site: Site) -> None:  # noqa: F811
    browser = worker(site)
    for path in ("policy/diff", "policy/records"):
        english = {one for one in texts(browser.open(f"/en/{path}"), "en") if re.search(r"[a-z] [a-z]", one)}
        assert english
        assert [one for one in texts(browser.open(f"/cy/{path}"), "cy") if one in english] == []


@pytest.mark.parametrize("path", ["diff", f"diff?from={FIRST}&to={FIRST}", "records", "records/register.csv"])
def test_none_of_it_is_there_for_a_family(site: Site, path: str) -> None:  # noqa: F811
    browser = site.browser(site.world.parent)
    for language in LANGUAGES:
        browser.open(f"/{language}/policy/{path}", 404)
        assert FIRST not in browser.answer.text
