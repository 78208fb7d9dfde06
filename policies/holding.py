"""Which sectors hold which fields themselves, by the part of the catalogue that a field is in."""

from __future__ import annotations

from policies.fields import Field
from policies.model import Sector

_SCHOOLING = frozenset((Sector.EDUCATION, Sector.SCHOOL, Sector.FURTHER_EDUCATION))
_HELD_BY = {
    "health": frozenset((Sector.HEALTH,)),
    "education": _SCHOOLING,
    "plan": _SCHOOLING,
    "social_care": frozenset((Sector.SOCIAL_CARE,)),
}
_EVERYBODY = frozenset(Sector)


def held_by(entry: Field) -> frozenset[Sector]:
    """Sectors of which a partner holds this field itself; what is in no sector's part, everybody holds."""
    return _HELD_BY.get(entry.id.split(".", 1)[0], _EVERYBODY)
