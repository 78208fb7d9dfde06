"""One small good source per kind, and hostile files that it may meet; `CANARY` is a value that may never show."""

from __future__ import annotations

import io
import json
import zipfile

CANARY = "Zebedee-Quillfeather"
_SUBJECT = {"reference": "Patient/p1"}


def _fhir() -> str:
    patient = {
        "resourceType": "Patient",
        "id": "p1",
        "identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9997915143"}],
        "name": [{"family": CANARY, "given": [CANARY]}],
        "birthDate": "2015-03",
    }
    observations = [
        {
            "resourceType": "Observation",
            "id": f"o{number}",
            "status": "final",
            "code": {"coding": [{"system": "http://loinc.org", "code": "8302-2"}], "text": CANARY},
            "subject": _SUBJECT,
            "effectiveDateTime": "2024-05-01",
            "valueQuantity": {"value": 101.50, "unit": "cm", "code": "cm"},
            "performer": [{"display": CANARY}],
            "note": [{"text": CANARY}],
        }
        for number in range(3)
    ]
    resources = [patient, *observations]
    return json.dumps(
        {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": resource} for resource in resources]}
    )


CENSUS = (
    "pupilonrolltableid,NativeId,dob,surname,forename,upn,sex,senprovision,parttime,hoursatsetting\n"
    f"t1,SCH1,2015-Apr-25 00:00:00,{CANARY},{CANARY},L681404219077,F,S,False,25.0\n"
    f"t2,SCH1,2016-Apr-25 00:00:00,{CANARY},{CANARY},{CANARY},M,N,True,\n"
    f"t3,SCH2,2017-Apr-25 00:00:00,{CANARY},{CANARY},,M,,,\n"
)
RETURN = (
    "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\n"
    f"c1,1,25/04/2015,WBRI,{CANARY},,\n"
    f"c2,2,26/04/2015,{CANARY},D660242915402,,\n"
    "c3,2,27/04/2015,WBRI,UN1,1.0,08/03/2030\n"
)

GOOD = {"fhir-r4": ("good.json", _fhir()), "school-census": ("good.csv", CENSUS), "ssda903": ("good.csv", RETURN)}
"""File name and text of a good source, by kind."""

ASSESSMENTS = {"fhir-r4": 3, "school-census": 3, "ssda903": 3}
"""How many assessments the good source holds."""


def zipped(name: str, content: bytes) -> bytes:
    """`content` as the only member of a ZIP archive."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return packed.getvalue()


def _lying_zip() -> bytes:
    """An archive that declares ten bytes and holds a million."""
    content = zipped("a.csv", b"A" * 1_000_000)
    return content.replace((1_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))


def _encrypted_zip() -> bytes:
    content = bytearray(zipped("a.csv", CANARY.encode()))
    central = content.index(b"PK\x01\x02")
    content[central + 8] |= 1
    return bytes(content)


_GARBAGE = bytes(range(256)) * 40
HOSTILE: dict[str, bytes] = {
    "empty": b"",
    "blank": b" \r\n\t\n ",
    "garbage": _GARBAGE,
    "utf-16": CANARY.encode("utf-16"),
    "utf-32": CANARY.encode("utf-32"),
    "mark only": b"\xef\xbb\xbf",
    "not any text": b"CHILD,DOB\n\x81\x8d\x8f" + CANARY.encode(),
    "nul": b"\x00" * 1000 + CANARY.encode(),
    "one long line": CANARY.encode() * 20_000,
    "open quote": b'CHILD,SEX,DOB,ETHNIC,UPN\nc9,"' + CANARY.encode() * 20_000,
    "commas": b"," * 100_000,
    "many lines": b"\n" * 100_000,
    "same column twice": b"CHILD,CHILD,SEX,DOB,ETHNIC,UPN\n1,2,3,4,5,6\n",
    "formula": b"=cmd|' /C calc'!A0,@SUM(1)\n=1,2\n",
    "json in a table": b'{"a": 1}',
    "truncated json": b'{"resourceType": "Observation", "id": "' + CANARY.encode(),
    "deep json": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "deep list": b"[" * 100_000,
    "deep resource": json.dumps({"resourceType": "Observation"}).encode()[:-1]
    + b',"x":'
    + b"[" * 60
    + b"]" * 60
    + b"}",
    "nan": b'{"resourceType": "Observation", "x": NaN}',
    "huge number": b'{"resourceType": "Observation", "x": ' + b"9" * 10_000 + b"}",
    "huge exponent": b'{"resourceType": "Observation", "x": 1e999999999}',
    "half a character": b'{"resourceType": "Observation", "id": "\\ud800"}',
    "nul in json": b'{"resourceType": "Observation", "id": "\\u0000' + CANARY.encode() + b'"}',
    "word as type": json.dumps({"resourceType": CANARY}).encode(),
    "type is a list": json.dumps({"resourceType": [CANARY]}).encode(),
    "json string": json.dumps(CANARY).encode(),
    "json list": json.dumps([CANARY]).encode(),
    "bundle of nothing": json.dumps({"resourceType": "Bundle", "entry": CANARY}).encode(),
    "bundle of words": json.dumps({"resourceType": "Bundle", "entry": [CANARY, None, 3, {}, {"resource": 5}]}).encode(),
    "wrong parts": json.dumps(
        {"resourceType": "Observation", "status": CANARY, "code": [], "subject": CANARY, "id": f"x {CANARY}"}
    ).encode(),
    "xml bomb": b'<!DOCTYPE b [<!ENTITY a "' + b"x" * 1000 + b'"><!ENTITY c "&a;&a;&a;">]><b>&c;</b>',
    "xml outside": b'<!DOCTYPE b [<!ENTITY a SYSTEM "file:///etc/passwd">]><b>&a;</b>',
    "xml document type": b'<!DOCTYPE b><Observation xmlns="http://hl7.org/fhir"/>',
    "deep xml": b"<a>" * 100_000,
    "other xml": b"<EXPSSDA903><CHILD>" + CANARY.encode() + b"</CHILD></EXPSSDA903>",
    "broken xml": b'<Observation xmlns="http://hl7.org/fhir"><id value="' + CANARY.encode(),
}
"""What may stand in a file, by what is wrong with it."""

ARCHIVES: dict[str, bytes] = {
    "bomb": zipped("good.csv", b"\0" * 50_000_000),
    "lying": _lying_zip(),
    "encrypted": _encrypted_zip(),
    "broken": zipped("a.csv", CANARY.encode())[:-30],
    "no archive": CANARY.encode(),
    "in itself": zipped("inner.zip", zipped("good.csv", CENSUS.encode())),
}
"""ZIP archives that are refused, by what is wrong with them."""

ENDINGS = {"fhir-r4": (".json", ".xml", ".ndjson"), "school-census": (".csv",), "ssda903": (".csv", ".txt")}
"""Endings of the files that a kind opens in a folder."""
