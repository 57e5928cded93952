"""Sites, who regulates them, problems and their events; what a change answers."""

from typing import TYPE_CHECKING, Annotated

import strawberry

from schema.declaration import node
from schema.enums import (
    Capacity,
    EventKind,
    Origin,
    ProblemStatus,
    Severity,
    SiteType,
)
from schema.errors import Refusal
from schema.pagination import Connection, facts, paged
from schema.scalars import Instant
from services.accountability.rules import first_holders
from services.campaign.rulebook import shipped
from services.hosting.judging import judged_by

if TYPE_CHECKING:
    from services.campaign.types import Basis, Instruction, Recipient, Task
    from services.organization.types import Area, Organization, Person, Post, Responsibility
    from services.oversight.inspection_types import Inspection

LazyBasis = Annotated["Basis", strawberry.lazy("services.campaign.types")]
LazyInstruction = Annotated["Instruction", strawberry.lazy("services.campaign.types")]
LazyRecipient = Annotated["Recipient", strawberry.lazy("services.campaign.types")]
LazyTask = Annotated["Task", strawberry.lazy("services.campaign.types")]
LazyArea = Annotated["Area", strawberry.lazy("services.organization.types")]
LazyOrganization = Annotated["Organization", strawberry.lazy("services.organization.types")]
LazyPerson = Annotated["Person", strawberry.lazy("services.organization.types")]
LazyPost = Annotated["Post", strawberry.lazy("services.organization.types")]
LazyResponsibility = Annotated["Responsibility", strawberry.lazy("services.organization.types")]
LazyInspection = Annotated["Inspection", strawberry.lazy("services.oversight.inspection_types")]


@node("SiteKind")
class SiteKind:
    id: strawberry.ID
    kind: SiteType
    regulations: list["Regulation"] = facts()
    responsibilities: list[LazyResponsibility] = facts()


@node("Site")
class Site:
    id: strawberry.ID
    source: str
    source_id: str
    recorded_at: Instant
    name: str
    kind: SiteType
    key_project: bool | None
    longitude: float | None
    latitude: float | None
    area: LazyArea | None
    operator: LazyOrganization | None
    regulations: list["Regulation"] = facts()
    responsibilities: list[LazyResponsibility] = facts()
    problems: Connection["Problem"] = paged()
    inspections: Connection[LazyInspection] = paged()


Regulated = Annotated[Site | SiteKind, strawberry.union("RegulationSubject", description="What is regulated. 监管对象")]


@node("Regulation")
class Regulation:
    id: strawberry.ID
    source: str
    source_id: str
    capacity: Capacity
    organization: LazyOrganization
    subject: Regulated
    valid_from: Instant
    valid_to: Instant | None
    recorded_at: Instant
    superseded_at: Instant | None
    basis: LazyBasis | None


@strawberry.federation.type(shareable=True, description="Who answers first. 责任人")
class Responsible:
    holder: LazyPerson
    post: LazyPost


judged_by(lambda beside, at: first_holders(beside, at, shipped()))


@node("Problem")
class Problem:
    id: strawberry.ID
    source: str
    source_id: str
    recorded_at: Instant
    number: str
    title: str
    status: ProblemStatus
    origin: Origin
    severity: Severity
    discovered_at: Instant
    due_at: Instant | None
    overdue: bool
    site: Site | None
    area: LazyArea | None
    task: LazyTask | None
    reported_by: LazyPerson | None
    assigned_to: LazyOrganization | None
    responsible: Responsible | None
    inspection: LazyInspection | None
    events: Connection["Event"] = paged()


@node("Event")
class Event:
    id: strawberry.ID
    kind: EventKind
    at: Instant
    recorded_at: Instant
    position: int
    data: str
    hash: str
    previous_hash: str | None
    log_index: int | None
    evidence: list[str] | None
    note: str | None
    due_at: Instant | None
    problem: Problem | None
    instruction: LazyInstruction | None
    recipient: LazyRecipient | None
    inspection: LazyInspection | None
    actor: LazyPerson | None
    post: LazyPost | None
    to_organization: LazyOrganization | None


@strawberry.federation.type(shareable=True, description="An event of a problem, as it comes in the log. 问题动态")
class ProblemEvent:
    cursor: str = strawberry.federation.field(description="To go on after this event.")
    event: Event
    problem: Problem = strawberry.federation.field(description="As it stands now, not as the event left it.")


@strawberry.federation.type(shareable=True, description="A change that was made, with the event that records it.")
class ProblemPayload:
    problem: Problem
    event: Event


ProblemOutcome = Annotated[ProblemPayload | Refusal, strawberry.union("ProblemOutcome")]
