"""Field catalogue, protocols, decision. Pure: no I/O but reading its own files."""

from policies.bars import BarKind
from policies.decision import OWN_RECORD, Decision, ProtocolUse, Reason, decide, intersect
from policies.errors import (
    CatalogueError,
    CatalogueRefused,
    PolicyFileError,
    PolicyFilesRefused,
    ProtocolError,
    ProtocolsRefused,
)
from policies.explanation import Explanation, FieldReason, RuleUse, explain
from policies.facts import (
    NO_FACTS,
    AccessRequest,
    BarFact,
    ConsentFact,
    Facts,
    ObjectionFact,
    OverrideFact,
    ReadFact,
)
from policies.fields import Catalogue, CodeList, Field, FieldType, Group, Question, Sensitivity, UnknownField
from policies.load_catalogue import load_catalogue
from policies.model import (
    Basis,
    Condition,
    Office,
    Protocol,
    ProtocolRef,
    Rule,
    admits,
)
from policies.protocols import load_protocol, load_protocols, parse_protocol
from policies.snapshot import Cell, Snapshot, compile_snapshot
from policies.values import Refusal, ValueRefused, check_value
from policies.words import Words

__all__ = [
    "NO_FACTS",
    "OWN_RECORD",
    "AccessRequest",
    "BarFact",
    "BarKind",
    "Basis",
    "Catalogue",
    "CatalogueError",
    "CatalogueRefused",
    "Cell",
    "CodeList",
    "Condition",
    "ConsentFact",
    "Decision",
    "Explanation",
    "Facts",
    "Field",
    "FieldReason",
    "FieldType",
    "Group",
    "ObjectionFact",
    "Office",
    "OverrideFact",
    "PolicyFileError",
    "PolicyFilesRefused",
    "Protocol",
    "ProtocolError",
    "ProtocolRef",
    "ProtocolUse",
    "ProtocolsRefused",
    "Question",
    "ReadFact",
    "Reason",
    "Refusal",
    "Rule",
    "RuleUse",
    "Sensitivity",
    "Snapshot",
    "UnknownField",
    "ValueRefused",
    "Words",
    "admits",
    "check_value",
    "compile_snapshot",
    "decide",
    "explain",
    "intersect",
    "load_catalogue",
    "load_protocol",
    "load_protocols",
    "parse_protocol",
]
