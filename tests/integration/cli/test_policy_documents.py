"""Protocols as documents on the command line: tables in, and what is refused told by file, row and column."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from datetime import date, timedelta
from pathlib import Path

import rfc8785

from policies import load_catalogue, parse_protocol
from policies.canonical import digest
from tests.integration.cli.command import Dolen
from tests.unit.policies.test_import_table import COLUMNS, GOOD
from tests.unit.policies.test_protocol_files import SMALL


def table(path: Path, *rows: dict[str, str]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_good_rows_go_into_the_draft_and_bad_ones_are_told(tmp_path: Path) -> None:
    dolen = Dolen(tmp_path / "nowhere")
    draft = tmp_path / "draft.yaml"
    draft.write_text(SMALL, encoding="utf-8")
    file = table(tmp_path / "t.csv", GOOD, {**GOOD, "id": "row-three", "why_en": "=1+1"})
    told = dolen.run("policy", "import-table", str(file), "--into", str(draft), expect=1)
    assert f"{file}: row 3, column why_en: a formula" in told.stderr
    assert f"1 row(s) taken into {draft}, 1 refused, of 2." in told.stderr
    rules = parse_protocol(draft.read_bytes(), load_catalogue()).rules
    assert [rule.id for rule in rules] == ["row-one", "row-two"]
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_without_a_draft_the_rows_are_printed_as_they_go_into_one(tmp_path: Path) -> None:
    dolen = Dolen(tmp_path / "nowhere")
    file = table(tmp_path / "t.csv", GOOD)
    printed = dolen.run("policy", "import-table", str(file)).stdout
    start = SMALL.index("information:")
    end = SMALL.index("retention:")
    rules = parse_protocol((SMALL[:start] + printed.strip() + "\n" + SMALL[end:]).encode(), load_catalogue()).rules
    assert [rule.id for rule in rules] == ["row-two"]


def test_the_report_accounts_for_every_row_in_json(tmp_path: Path) -> None:
    dolen = Dolen(tmp_path / "nowhere")
    draft = tmp_path / "draft.yaml"
    draft.write_text(SMALL, encoding="utf-8")
    file = table(tmp_path / "t.csv", {**GOOD, "to": "cwm"})
    answer = dolen.json("policy", "import-table", str(file), "--into", str(draft), expect=1)
    assert (answer["rows"], answer["accepted"], answer["refused"], answer["written"]) == (1, 0, 1, None)
    (row,) = answer["report"]
    assert (row["row"], row["id"], [fault["column"] for fault in row["faults"]]) == (2, "row-two", ["to"])
    assert draft.read_text(encoding="utf-8") == SMALL


def test_a_table_that_cannot_be_read_writes_nothing(tmp_path: Path) -> None:
    dolen = Dolen(tmp_path / "nowhere")
    draft = tmp_path / "draft.yaml"
    draft.write_text(SMALL, encoding="utf-8")
    file = tmp_path / "t.csv"
    file.write_bytes(b"id,colour\n")
    told = dolen.run("policy", "import-table", str(file), "--into", str(draft), expect=2)
    assert f"{file}:1: the column `colour` is not known" in told.stderr
    assert "nothing was written" in told.stderr
    draft.write_text(SMALL.replace("sector: health", "sector: police"), encoding="utf-8")
    told = dolen.run("policy", "import-table", str(table(file, GOOD)), "--into", str(draft), expect=1)
    assert f"{draft}:13" in told.stderr
    draft.write_bytes(b"\xff\xfe")
    dolen.run("policy", "import-table", str(file), "--into", str(draft), expect=2)


def test_a_protocol_goes_out_as_paper_data_and_table(tmp_path: Path) -> None:
    dolen = Dolen(tmp_path / "nowhere")
    draft = tmp_path / "draft.yaml"
    draft.write_text(SMALL, encoding="utf-8")
    pdf = tmp_path / "draft.pdf"
    dolen.run("policy", "export", str(draft), "--to", "pdf", "--out", str(pdf))
    assert pdf.read_bytes().startswith(b"%PDF-")
    page = dolen.run("policy", "export", str(draft), "--to", "html").stdout
    assert '<html lang="cy">' in page
    small = parse_protocol(SMALL.encode(), load_catalogue())
    known = digest(small, load_catalogue()).hex()
    assert known in page
    data = json.loads(dolen.run("policy", "export", str(draft), "--to", "json").stdout)
    assert hashlib.sha256(rfc8785.dumps(data)).hexdigest() == known
    out = tmp_path / "out.csv"
    dolen.run("policy", "export", str(draft), "--to", "csv", "--out", str(out))
    answer = dolen.json("policy", "import-table", str(out))
    assert (answer["accepted"], answer["refused"]) == (1, 0)


def test_a_version_in_force_is_named_without_its_file(dolen: Dolen) -> None:
    data = json.loads(dolen.run("policy", "export", "dyffryn-afon-demo/1", "--to", "json").stdout)
    assert (data["id"], len(data["information"])) == ("dyffryn-afon-demo", 30)


def test_a_version_that_is_only_proposed_can_be_put_on_paper(dolen: Dolen, tmp_path: Path) -> None:
    draft = tmp_path / "next.yaml"
    known = dolen.run("policy", "export", "dyffryn-afon-demo/1", "--to", "json").stdout
    text = (dolen.settings.protocol_folder / "dyffryn-afon-demo.yaml").read_text(encoding="utf-8")
    begins = json.loads(known)["in_force_from"]
    later = f"{date.fromisoformat(begins) + timedelta(days=60)}"
    draft.write_text(text.replace("\nversion: 1\n", "\nversion: 2\n").replace(begins, later, 1), encoding="utf-8")
    dolen.run("policy", "propose", str(draft))
    data = json.loads(dolen.run("policy", "export", "dyffryn-afon-demo/2", "--to", "json").stdout)
    assert (data["version"], data["in_force_from"]) == (2, later)


def test_what_cannot_be_exported_is_told(dolen: Dolen, tmp_path: Path) -> None:
    assert "is not in the register" in dolen.run("policy", "export", "no-such/1", "--to", "json", expect=2).stderr
    assert "neither a file" in dolen.run("policy", "export", "no such file", "--to", "json", expect=2).stderr
    draft = tmp_path / "draft.yaml"
    draft.write_text(SMALL.replace("sector: health", "sector: police"), encoding="utf-8")
    assert f"{draft}:13" in dolen.run("policy", "export", str(draft), "--to", "html", expect=1).stderr
    draft.write_text(SMALL, encoding="utf-8")
    nowhere = str(tmp_path / "no" / "folder.pdf")
    dolen.run("policy", "export", str(draft), "--to", "pdf", "--out", nowhere, expect=2)


def test_records_are_made_from_the_protocols_in_force(dolen: Dolen, tmp_path: Path) -> None:
    out = tmp_path / "records"
    answer = dolen.json("policy", "records", "--out", str(out))
    assert (answer["protocols"], answer["written"]) == (["dyffryn-afon-demo/1"], True)
    names = {path.name for path in out.iterdir()}
    agencies = ("afon-health", "dyffryn-education", "dyffryn-social-care")
    notices = {f"privacy-{name}{tail}.html" for name in agencies for tail in ("", "-child")}
    assert names == notices | {"register.csv", "register.html", "flows.csv", "flows.html", "flows.md"}
    with (out / "register.csv").open(encoding="utf-8-sig", newline="") as file:
        head, *rows = list(csv.reader(file))
    assert len(rows) > 15
    assert all(len(row) == len(head) and all(row) for row in rows)
    notice = (out / "privacy-afon-health.html").read_text(encoding="utf-8")
    assert "Hysbysiad preifatrwydd: Bwrdd Iechyd Afon" in notice
    assert "Privacy notice: Afon Health Board" in notice


def test_records_of_one_partner_and_of_files_that_are_named(tmp_path: Path) -> None:
    dolen = Dolen(tmp_path / "nowhere")
    draft = tmp_path / "draft.yaml"
    draft.write_text(SMALL, encoding="utf-8")
    out = tmp_path / "records"
    dolen.run("policy", "records", str(draft), "--out", str(out), "--partner", "bryn")
    assert {path.name for path in out.iterdir() if path.name.startswith("privacy")} == {
        "privacy-bryn.html",
        "privacy-bryn-child.html",
    }
    assert len((out / "register.csv").read_text(encoding="utf-8-sig").splitlines()) == 1
    assert "Afon" in (out / "flows.csv").read_text(encoding="utf-8-sig")
    dolen.run("policy", "records", str(draft), "--partner", "cwm", expect=2)
    dolen.run("policy", "records", str(draft), "--out", str(draft / "in"), expect=2)
    told = dolen.run("policy", "records", str(draft))
    assert "Nothing was written" in told.stderr


def test_hostile_words_of_a_protocol_stay_words_in_every_record(tmp_path: Path) -> None:
    evil = "=cmd|' /C calc'!A0 <script>alert(1)</script> | [x](javascript:y) `z`"
    draft = tmp_path / "draft.yaml"
    quoted = json.dumps(evil)
    text = SMALL.replace("name: {en: Bryn, cy: Bryn}", f"name: {{en: {quoted}, cy: {quoted}}}")
    draft.write_text(text, encoding="utf-8")
    out = tmp_path / "records"
    Dolen(tmp_path / "nowhere").run("policy", "records", str(draft), "--out", str(out))
    for path in out.glob("*.html"):
        assert "<script" not in path.read_text(encoding="utf-8")
    for path in out.glob("*.csv"):
        with path.open(encoding="utf-8-sig", newline="") as file:
            assert not [cell for row in csv.reader(file) for cell in row if cell[:1] in ("=", "+", "-", "@")]
    table = (out / "flows.md").read_text(encoding="utf-8")
    assert "<script" not in table
    assert "[x](" not in table
    assert all(len(re.findall(r"(?<!\\)\|", line)) == 9 for line in table.splitlines())
