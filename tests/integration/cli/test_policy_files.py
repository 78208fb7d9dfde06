"""`dolen policy check`, `diff` and `matrix` on files, as somebody who writes a protocol uses them."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import policies
from policies import load_catalogue, load_protocol
from policies.signing import sign, signature_file
from policies.signing_keys import public_file, public_half
from tests.integration.cli.command import Dolen
from tests.unit.policies.test_protocol_files import SMALL

SAMPLES = Path(policies.__file__).parent / "samples"
ON = ("--on", "2026-11-25")


@pytest.fixture
def dolen(tmp_path: Path) -> Dolen:
    """The command line without any hub."""
    return Dolen(tmp_path / "no-home")


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    """One small protocol in a folder of its own, beside properties that keep everything else back."""
    folder = tmp_path / "drafts"
    folder.mkdir()
    path = folder / "small.yaml"
    path.write_text(SMALL.replace("2026-01-01", "2026-02-01"), encoding="utf-8")
    catalogue = load_catalogue()
    others = [f"        - {entry.id}\n" for entry in catalogue.fields if entry.id != "health.speech.fluency"]
    text = "format: dolen-properties/v1\nproperties:\n  - id: rest\n    words: {en: R, cy: G}\n    about:\n"
    (folder / "properties.yaml").write_text(
        text + "      fields:\n" + "".join(others) + "    never: true\n", encoding="utf-8"
    )
    return path


def signed(path: Path, agency: str) -> Ed25519PrivateKey:
    """A partner's signature beside the protocol, and the key it was made with."""
    catalogue, key = load_catalogue(), Ed25519PrivateKey.generate()
    protocol = load_protocol(path, catalogue)
    content = signature_file(sign(protocol, catalogue, agency=agency, key=key, on=protocol.in_force_from))
    path.with_name(f"{path.stem}.{agency}.sig.json").write_bytes(content)
    return key


# ---- check


def test_the_samples_are_good_drafts(dolen: Dolen) -> None:
    answer = dolen.json("policy", "check", str(SAMPLES), "--draft", *ON)
    assert (answer["ok"], answer["problems"], answer["notices"]) == (True, [], [])
    assert len(answer["properties"]) >= 10
    assert "All is well." in dolen.run("policy", "check", str(SAMPLES), "--draft", *ON).stdout


def test_a_draft_is_checked_without_signatures_and_a_protocol_with_them(dolen: Dolen, draft: Path) -> None:
    dolen.run("policy", "check", str(draft), "--draft", *ON)
    answer = dolen.json("policy", "check", str(draft), *ON, expect=1)
    assert [one["check"] for one in answer["problems"]] == ["unsigned", "unsigned"]
    signed(draft, "afon")
    assert len(dolen.json("policy", "check", str(draft), *ON, expect=1)["problems"]) == 1
    signed(draft, "bryn")
    answer = dolen.json("policy", "check", str(draft), *ON)
    assert (answer["protocols"][0]["signed_by"], answer["protocols"][0]["verified"]) == (["afon", "bryn"], [])
    assert "signed by afon (not verified here), bryn" in dolen.run("policy", "check", str(draft), *ON).stdout


def test_a_signature_is_verified_where_the_public_key_is_given(dolen: Dolen, draft: Path, tmp_path: Path) -> None:
    keys = {agency: signed(draft, agency) for agency in ("afon", "bryn")}
    files = {agency: tmp_path / f"{agency}.pub.pem" for agency in keys}
    for agency, path in files.items():
        path.write_bytes(public_file(public_half(keys[agency])))
    given = ("--key", f"afon={files['afon']}", "--key", f"bryn={files['bryn']}")
    answer = dolen.json("policy", "check", str(draft), *ON, *given)
    assert answer["protocols"][0]["verified"] == ["afon", "bryn"]
    wrong = ("--key", f"afon={files['bryn']}")
    (first, second) = dolen.json("policy", "check", str(draft), *ON, *wrong, expect=1)["problems"]
    assert "was not made with the key" in first["problem"]
    assert first["file"].endswith("small.afon.sig.json")
    assert "no signature of `afon`" in second["problem"]
    dolen.run("policy", "check", str(draft), *ON, "--key", "afon=nowhere", expect=2)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"{}", "members"),
        (b"not json", "not JSON"),
        (b"[" * 20_000, "too large"),
    ],
)
def test_a_signature_file_that_is_none_is_refused_with_its_name(
    dolen: Dolen, draft: Path, content: bytes, problem: str
) -> None:
    signed(draft, "afon")
    draft.with_name("small.bryn.sig.json").write_bytes(content)
    problems = dolen.json("policy", "check", str(draft), *ON, expect=1)["problems"]
    assert any(problem in one["problem"] and one["file"].endswith("small.bryn.sig.json") for one in problems)


def test_a_signature_over_other_words_does_not_count(dolen: Dolen, draft: Path, tmp_path: Path) -> None:
    for agency in ("afon", "bryn"):
        signed(draft, agency)
    draft.write_text(draft.read_text(encoding="utf-8").replace("To help", "To help more"), encoding="utf-8")
    problems = dolen.json("policy", "check", str(draft), *ON, expect=1)["problems"]
    assert sum("over other bytes" in one["problem"] for one in problems) == 2
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    problems = dolen.json("policy", "check", str(draft), *ON, "--signatures", str(elsewhere), expect=1)["problems"]
    assert all("no signature" in one["problem"] for one in problems)


def test_a_broken_property_is_told_with_its_counter_example(dolen: Dolen, draft: Path, tmp_path: Path) -> None:
    path = tmp_path / "strict.yaml"
    rest = draft.with_name("properties.yaml").read_text(encoding="utf-8")
    path.write_text(rest.replace("    about:", "    only_on: [override_only]\n    about:", 1), encoding="utf-8")
    assert dolen.json("policy", "check", str(draft), "--draft", *ON, "--properties", str(path))["ok"]
    broken = rest + (
        "  - id: speech-by-override\n    words: {en: Speech, cy: Lleferydd}\n"
        "    about: {fields: [health.speech.fluency]}\n    only_on: [override_only]\n"
    )
    path.write_text(broken, encoding="utf-8")
    (one,) = dolen.json("policy", "check", str(draft), "--draft", *ON, "--properties", str(path), expect=1)["problems"]
    assert one["check"] == "broken_property"
    assert one["file"] == str(draft)
    assert "Counter-example: `health.speech.fluency` from `afon` to `bryn`, role `alnco`" in one["problem"]


def test_properties_that_do_not_load_are_told_with_their_line(dolen: Dolen, draft: Path) -> None:
    path = draft.with_name("properties.yaml")
    path.write_text(path.read_text(encoding="utf-8").replace("never: true", "never: maybe"), encoding="utf-8")
    (one,) = dolen.json("policy", "check", str(draft.parent), "--draft", *ON, expect=1)["problems"]
    assert (one["check"], one["file"]) == ("unreadable", str(path))
    assert one["line"] > 5


def test_without_properties_the_fields_that_nobody_sees_are_one_problem(dolen: Dolen, draft: Path) -> None:
    draft.with_name("properties.yaml").unlink()
    (one,) = dolen.json("policy", "check", str(draft), "--draft", *ON, expect=1)["problems"]
    assert one["check"] == "nobody_sees"


# ---- diff


def test_two_files_that_mean_the_same_have_no_difference(dolen: Dolen, draft: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    text = "# A comment\n" + draft.read_text(encoding="utf-8").replace("id: row-one", "id: another-name")
    other.write_text(text, encoding="utf-8")
    answer = dolen.json("policy", "diff", str(draft), str(other))
    assert (answer["same_meaning"], answer["same_bytes"], answer["rules"]) == (True, False, [])
    assert "They mean the same." in dolen.run("policy", "diff", str(draft), str(other)).stdout


def test_a_difference_is_told_cell_by_cell_and_ends_with_exit_code_1(dolen: Dolen, draft: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    text = draft.read_text(encoding="utf-8").replace("version: 1", "version: 2")
    text = text.replace("[health.speech.fluency]", "[health.speech.fluency, health.speech.speech_sounds]")
    text = text.replace("no_onward_sharing: true", "no_onward_sharing: false").replace("2027-01-01", "2027-02-01")
    other.write_text(text, encoding="utf-8")
    answer = dolen.json("policy", "diff", str(draft), str(other), expect=1)
    assert [(one["change"], one["fields"]) for one in answer["rules"]] == [
        ("changed", ["health.speech.fluency"]),
        ("added", ["health.speech.speech_sounds"]),
    ]
    assert answer["others"] == [{"what": "review_on", "before": "2027-01-01", "after": "2027-02-01"}]
    assert [one["fields"] for one in answer["asked_again"]] == [["health.speech.fluency"]]
    told = dolen.run("policy", "diff", str(draft), str(other), expect=1).stdout
    assert "changed: afon to bryn, for aln-plan, roles alnco" in told
    assert "obligations.no_onward_sharing: true -> false" in told
    assert "review_on: 2027-01-01 -> 2027-02-01" in told


def test_what_is_no_protocol_is_bad_usage_or_refused_with_its_line(dolen: Dolen, draft: Path, tmp_path: Path) -> None:
    dolen.run("policy", "diff", str(draft), str(tmp_path / "nowhere.yaml"), expect=2)
    broken = tmp_path / "broken.yaml"
    broken.write_text("format: dolen-protocol/v1\n", encoding="utf-8")
    assert "broken.yaml:1" in dolen.run("policy", "diff", str(draft), str(broken), expect=1).output


# ---- matrix


def test_the_matrix_is_written_as_a_page_and_as_lines_for_a_spreadsheet(dolen: Dolen, tmp_path: Path) -> None:
    page, lines = tmp_path / "matrix.html", tmp_path / "matrix.csv"
    told = dolen.run("policy", "matrix", str(SAMPLES), *ON, "--html", str(page), "--csv", str(lines)).stdout
    assert "dyffryn-afon-aln/1" in told
    text = page.read_text(encoding="utf-8")
    assert text.startswith("<!doctype html>")
    assert "<script" not in text
    assert 'lang="cy"' in text
    with lines.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    health = [row for row in rows if row["holder"] == "afon-health"]
    found = {(row["recipient"], row["purpose"], row["field"]): row["sharing"] for row in health}
    assert found["dyffryn-education", "aln-plan", "health.speech.fluency"] == "consent"
    assert found["dyffryn-education", "safeguarding", "health.mental_health.summary"] == "override_only"
    answer = json.loads(dolen.run("policy", "matrix", str(SAMPLES), *ON, "--json").stdout)
    assert len(answer["holders"]) == 5


def test_on_a_day_without_protocols_nothing_is_shared(dolen: Dolen) -> None:
    answer = dolen.json("policy", "matrix", str(SAMPLES), "--on", "2020-01-01")
    assert (answer["protocols"], answer["holders"]) == ([], [])
