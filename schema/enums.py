"""The model's closed lists as GraphQL enums, each value described by its Chinese term. Types take them from here."""

from typing import Any

import strawberry

from graph.model.enums import (
    AccountabilityCaseStatus,
    AreaKind,
    AuthorityLevel,
    BreachKind,
    Capacity,
    ChangeKind,
    Concerned,
    CustodyReason,
    EventKind,
    EvidenceKind,
    ExculpatoryReason,
    FactKind,
    FindingKind,
    FindingSubject,
    Gap,
    GroundKind,
    Indicator,
    InstructionAction,
    ItemOutcome,
    Level,
    LineKind,
    LookBackOutcome,
    OrganizationKind,
    Origin,
    ProblemAction,
    ProblemStatus,
    RecipientState,
    Role,
    RollupDimension,
    Selection,
    Severity,
    SiteType,
    SubjectKind,
    SweepStatus,
    SweptSiteState,
    TargetIndicator,
    Term,
    TransferAction,
    TransferState,
)


def _register(term: type[Term]) -> None:
    made: Any = strawberry.enum(term, description=(term.__doc__ or "").strip() or None)
    for value in made.__strawberry_definition__.values:
        value.description = term[value.name].zh


for _term in Term.__subclasses__():
    _register(_term)

__all__ = [
    "AccountabilityCaseStatus",
    "AreaKind",
    "AuthorityLevel",
    "BreachKind",
    "Capacity",
    "ChangeKind",
    "Concerned",
    "CustodyReason",
    "EventKind",
    "EvidenceKind",
    "ExculpatoryReason",
    "FactKind",
    "FindingKind",
    "FindingSubject",
    "Gap",
    "GroundKind",
    "Indicator",
    "InstructionAction",
    "ItemOutcome",
    "Level",
    "LineKind",
    "LookBackOutcome",
    "OrganizationKind",
    "Origin",
    "ProblemAction",
    "ProblemStatus",
    "RecipientState",
    "Role",
    "RollupDimension",
    "Selection",
    "Severity",
    "SiteType",
    "SubjectKind",
    "SweepStatus",
    "SweptSiteState",
    "TargetIndicator",
    "TransferAction",
    "TransferState",
]  # fmt: skip
