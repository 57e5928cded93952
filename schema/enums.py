"""The model's closed lists as GraphQL enums, each value described by its Chinese term. Types take them from here."""

from typing import Any, cast

import strawberry
from graphql import GraphQLEnumValue

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


def grow(schema: strawberry.Schema) -> None:
    """Give a schema the kinds of site that a rulebook has brought since it was made."""
    named: Any = schema._schema.get_type(SiteType.__name__)  # pyright: ignore[reportPrivateUsage]
    if named is None:
        return
    named.values = {kind.name: GraphQLEnumValue(kind.value, description=kind.zh) for kind in SiteType}
    worked_out = cast("dict[str, object]", vars(named))
    worked_out.pop("_value_lookup", None)  # from the values that there were before


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
