"""Who takes part in the demo. Nobody here exists; addresses end in `.example` (RFC 2606)."""

from __future__ import annotations

from dataclasses import dataclass

from hub.directory.model import Agency, Contact, Language, PersonRole, Sector

HEALTH = Agency("afon-health", Sector.HEALTH, "Afon Health Board", "Bwrdd Iechyd Afon")
EDUCATION = Agency("dyffryn-education", Sector.EDUCATION, "Dyffryn Education Service", "Gwasanaeth Addysg Dyffryn")
SOCIAL_CARE = Agency(
    "dyffryn-social-care", Sector.SOCIAL_CARE, "Dyffryn Social Services", "Gwasanaethau Cymdeithasol Dyffryn"
)
PARTNERS = (HEALTH, EDUCATION, SOCIAL_CARE)

KIND_OF = {HEALTH.id: "fhir-r4", EDUCATION.id: "school-census", SOCIAL_CARE.id: "ssda903"}
"""Which connector each partner's records come through."""


@dataclass(frozen=True, slots=True)
class Cast:
    """One person of the demo: a key for the story, where they work (None: family), as what, and how to reach them."""

    key: str
    agency_id: str | None
    role: PersonRole
    contact: Contact


def _works(key: str, agency: Agency, role: PersonRole, name: str, *, language: Language) -> Cast:
    email = f"{key}@{agency.id}.example"
    return Cast(key, agency.id, role, Contact(name=name, email=email, language=language))


PARENT = Cast(
    "parent",
    None,
    PersonRole.FAMILY,
    Contact(
        name="Angharad Prydderch-Enghraifft",
        email="angharad@teulu.example",
        phone="07700 900417",
        address="Tŷ Enghraifft, 4 Stryd y Dychymyg, Dyffryn ZZ9 9QX",
        language=Language.WELSH,
    ),
)
ACCOUNTABLE = _works(
    "heledd", EDUCATION, PersonRole.ACCOUNTABLE, "Heledd Cydlynydd-Enghraifft", language=Language.ENGLISH
)
DUTY = {
    HEALTH.id: _works("dylan", HEALTH, PersonRole.DUTY_DESK, "Dylan Arweinydd-Enghraifft", language=Language.ENGLISH),
    EDUCATION.id: _works("anwen", EDUCATION, PersonRole.DUTY_DESK, "Anwen Swyddog-Enghraifft", language=Language.WELSH),
    SOCIAL_CARE.id: _works(
        "pryderi", SOCIAL_CARE, PersonRole.DUTY_DESK, "Pryderi Gweithiwr-Enghraifft", language=Language.UNKNOWN
    ),
}
CAST = (PARENT, ACCOUNTABLE, *DUTY.values())

CHILD_UPN = "N668400221101"
"""UPN of the child whom all three partners know, and whose parent decides in the story."""
