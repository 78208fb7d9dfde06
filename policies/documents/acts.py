"""Acts and their parts in Welsh. Acts of the Senedd have a Welsh title; an Act that is not listed keeps its own."""

from __future__ import annotations

import re

from policies.words import Words

_ACTS = {
    "Additional Learning Needs and Education Tribunal (Wales) Act 2018": (
        "Deddf Anghenion Dysgu Ychwanegol a’r Tribiwnlys Addysg (Cymru) 2018"
    ),
    "Social Services and Well-being (Wales) Act 2014": "Deddf Gwasanaethau Cymdeithasol a Llesiant (Cymru) 2014",
    "National Health Service (Wales) Act 2006": "Deddf y Gwasanaeth Iechyd Gwladol (Cymru) 2006",
    "Children Act 1989": "Deddf Plant 1989",
    "Children Act 2004": "Deddf Plant 2004",
    "Education Act 2002": "Deddf Addysg 2002",
    "Data Protection Act 2018": "Deddf Diogelu Data 2018",
}
_PARTS = (
    (r"\bsections\b", "adrannau"),
    (r"\bsection\b", "adran"),
    (r"\barticle\b", "erthygl"),
    (r"\bregulation\b", "rheoliad"),
    (r"\bSchedule\b", "Atodlen"),
    (r"\bparagraph\b", "paragraff"),
    (r"(?<=\d) to (?=\d)", " i "),
    (r"(?<=\d) and (?=\d)", " a "),
)
_PURPOSES = {
    "statutory purposes": "dibenion statudol",
    "health or social care purposes": "dibenion iechyd neu ofal cymdeithasol",
    "safeguarding of children and of individuals at risk": "diogelu plant ac unigolion sy’n wynebu risg",
}


def power_words(act: str, section: str) -> Words:
    """An Act and its section in both languages."""
    return Words(f"{act}, {section}", f"{act_words(act).cy}, {_parts(section)}")


def act_words(act: str) -> Words:
    """The title of an Act."""
    return Words(act, _ACTS.get(act, act))


def section_words(section: str) -> Words:
    """A section, a Schedule or a regulation by its number."""
    return Words(section, _parts(section))


def condition_words(text: str) -> Words:
    """A condition of Data Protection Act 2018 Schedule 1; whatever else stands there is left as it was written."""
    act, comma, rest = text.partition(", ")
    place, bracket, purpose = rest.partition(" (")
    if act not in _ACTS or not comma:
        return Words(text, text)
    told = purpose.removesuffix(")")
    named = f" ({_PURPOSES.get(told, told)})" if bracket else ""
    return Words(text, f"{_ACTS[act]}, {_parts(place)}{named}")


def _parts(text: str) -> str:
    for pattern, welsh in _PARTS:
        text = re.sub(pattern, welsh, text)
    return text
