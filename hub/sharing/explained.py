"""One answer to "why": the value that command line, API and pages all render."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from hub.sealing.model import Json
from hub.sharing.model import GroupSight
from policies.changes import Step, Way
from policies.explanation import RuleUse
from policies.fields import Catalogue
from policies.model import Protocol, ProtocolRef
from policies.saying import say_reason, say_step
from policies.told import FieldExplained
from policies.words import Words


@dataclass(frozen=True, slots=True)
class Explained:
    """Why one recipient, in one role, may or may not see each field of each holder for one purpose, at one instant."""

    at: datetime
    recipient: str
    role: str
    purpose: str
    fields: tuple[FieldExplained, ...]
    catalogue: Catalogue
    protocols: Mapping[ProtocolRef, Protocol]

    def as_json(self) -> dict[str, Json]:
        """The body of `POST /v1/explain`, and what `dolen policy explain --json` prints."""
        return {
            "at": self.at.isoformat(),
            "recipient": self.recipient,
            "role": self.role,
            "purpose": self.purpose,
            "fields": [_field(one, self.catalogue) for one in self.fields],
            "rules": [_rule(use) for use in self.rules],
            "reasons": {code: _words(say_reason(code)) for code in sorted({one.code for one in self.fields})},
        }

    @property
    def rules(self) -> tuple[RuleUse, ...]:
        """Every row that speaks of one of the fields, once."""
        return distinct(use for one in self.fields for use in one.rules)


@dataclass(frozen=True, slots=True)
class RowExplained:
    """Why a row of "who can see what" is as it is, as somebody with standing may know it."""

    row: GroupSight
    at: datetime
    fields: tuple[FieldExplained, ...]
    catalogue: Catalogue
    protocols: Mapping[ProtocolRef, Protocol]

    @property
    def rules(self) -> tuple[RuleUse, ...]:
        """Every row of a protocol that speaks of one of the fields, once."""
        return distinct(use for one in self.fields for use in one.rules)


def distinct(uses: Iterable[RuleUse]) -> tuple[RuleUse, ...]:
    """These rows, each once, by protocol and row id."""
    by_name = {(str(use.protocol), use.rule.id): use for use in uses}
    return tuple(by_name[name] for name in sorted(by_name))


def _field(one: FieldExplained, catalogue: Catalogue) -> dict[str, Json]:
    return {
        "field": one.field_id,
        "holder": one.holder,
        "allowed": one.allowed,
        "reason": one.code,
        "withheld_marker": one.is_marked,
        "rules": [{"protocol": str(use.protocol), "row": use.rule.id} for use in one.rules],
        "consents": list(one.consent_ids),
        "overrides": list(one.override_ids),
        "until": None if one.until is None else one.until.isoformat(),
        "would_open": [_way(way, catalogue) for way in one.ways],
    }


def _way(way: Way, catalogue: Catalogue) -> dict[str, Json]:
    return {
        "protocol": None if way.protocol is None else str(way.protocol),
        "row": way.rule_id,
        "steps": [_step(step, catalogue) for step in way.steps],
    }


def _step(step: Step, catalogue: Catalogue) -> dict[str, Json]:
    return {
        "change": step.change.value,
        "at": None if step.at is None else step.at.isoformat(),
        "group": step.group,
        "says": _words(say_step(step, catalogue)),
    }


def _rule(use: RuleUse) -> dict[str, Json]:
    rule = use.rule
    return {
        "protocol": str(use.protocol),
        "row": rule.id,
        "holder": rule.holder,
        "basis": rule.basis.value,
        "article_6": rule.article_6,
        "article_9": rule.article_9,
        "powers": [{"act": power.act, "section": power.section} for power in rule.powers],
        "why": _words(rule.why),
    }


def _words(words: Words) -> dict[str, Json]:
    return {"en": words.en, "cy": words.cy}
