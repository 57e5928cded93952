"""Checklists, inspections by them, and what an inspection answers."""

from typing import TYPE_CHECKING, Annotated

import strawberry

from schema.declaration import node
from schema.enums import ItemOutcome, Severity, SiteType
from schema.errors import Refusal
from schema.pagination import Connection, paged
from schema.scalars import Instant

if TYPE_CHECKING:
    from services.campaign.types import Basis, Task
    from services.organization.types import Person, Post
    from services.oversight.sweep_types import Sweep, SweptSite
    from services.oversight.types import Event, Problem, Site

LazyBasis = Annotated["Basis", strawberry.lazy("services.campaign.types")]
LazyTask = Annotated["Task", strawberry.lazy("services.campaign.types")]
LazyPerson = Annotated["Person", strawberry.lazy("services.organization.types")]
LazyPost = Annotated["Post", strawberry.lazy("services.organization.types")]
LazySweep = Annotated["Sweep", strawberry.lazy("services.oversight.sweep_types")]
LazySweptSite = Annotated["SweptSite", strawberry.lazy("services.oversight.sweep_types")]
LazyEvent = Annotated["Event", strawberry.lazy("services.oversight.types")]
LazyProblem = Annotated["Problem", strawberry.lazy("services.oversight.types")]
LazySite = Annotated["Site", strawberry.lazy("services.oversight.types")]


@strawberry.federation.type(shareable=True, description="What is looked at when a site is inspected. 检查项目")
class ChecklistItem:
    code: str
    title: str
    title_en: str
    severity: Severity = strawberry.federation.field(description="Of the problem that it opens where it fails.")
    basis: str = strawberry.federation.field(
        description="A clause as source:id, the name of a document, or ASSUMED: chosen where no document says it."
    )


@strawberry.federation.type(shareable=True, description="The items by which sites of some kinds are inspected. 清单")
class Checklist:
    code: str
    title: str
    title_en: str
    site_kinds: list[SiteType]
    basis: str = strawberry.federation.field(description="As of an item.")
    rulebook: str = strawberry.federation.field(description="Version of the rules that it is from.")
    items: list[ChecklistItem]


@node("ItemResult")
class ItemResult:
    id: strawberry.ID
    source: str
    source_id: str
    recorded_at: Instant
    item: str
    title: str
    severity: Severity
    outcome: ItemOutcome
    note: str | None
    evidence: list[str]
    basis: LazyBasis
    inspection: "Inspection"
    problem: LazyProblem | None


@node("Inspection")
class Inspection:
    id: strawberry.ID
    source: str
    source_id: str
    recorded_at: Instant
    checklist: str
    checklist_title: str
    rulebook: str
    inspected_at: Instant
    passed: bool
    note: str | None
    evidence: list[str]
    site: LazySite
    task: LazyTask | None
    sweep: LazySweep | None
    swept_site: LazySweptSite | None
    inspected_by: LazyPerson
    post: LazyPost
    results: list[ItemResult]
    problems: list[LazyProblem]
    events: Connection[LazyEvent] = paged()


@strawberry.federation.type(shareable=True, description="An inspection that was recorded, and what it opened.")
class InspectionPayload:
    inspection: Inspection
    problems: list[LazyProblem] = strawberry.federation.field(
        description="Of each item that failed, in the order of the checklist."
    )
    event: LazyEvent


InspectionOutcome = Annotated[InspectionPayload | Refusal, strawberry.union("InspectionOutcome")]
