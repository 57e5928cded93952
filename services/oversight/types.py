"""Sites, who regulates them, problems and their events; what a change answers."""

from typing import TYPE_CHECKING, Annotated

import strawberry

from schema.declaration import node
from schema.enums import (
    AuthorityLevel,
    Capacity,
    EventKind,
    EvidenceKind,
    LookBackOutcome,
    Origin,
    ProblemStatus,
    Selection,
    Severity,
    SiteType,
)
from schema.errors import Refusal
from schema.pagination import Connection, facts, paged
from schema.scalars import Instant
from services.accountability.rules import first_holders
from services.campaign.rulebook import current
from services.hosting.judging import judged_by

if TYPE_CHECKING:
    from services.campaign.types import Basis, Instruction, Recipient, Task
    from services.organization.types import Area, Organization, Person, Post, Responsibility
    from services.oversight.inspection_types import Inspection
    from services.oversight.supervision_types import Patrol, Transfer, TransferGround, Urging
    from services.oversight.sweep_types import CovertFilm, Sweep

LazyPatrol = Annotated["Patrol", strawberry.lazy("services.oversight.supervision_types")]
LazyTransfer = Annotated["Transfer", strawberry.lazy("services.oversight.supervision_types")]
LazyTransferGround = Annotated["TransferGround", strawberry.lazy("services.oversight.supervision_types")]
LazyUrging = Annotated["Urging", strawberry.lazy("services.oversight.supervision_types")]
LazyBasis = Annotated["Basis", strawberry.lazy("services.campaign.types")]
LazyInstruction = Annotated["Instruction", strawberry.lazy("services.campaign.types")]
LazyRecipient = Annotated["Recipient", strawberry.lazy("services.campaign.types")]
LazyTask = Annotated["Task", strawberry.lazy("services.campaign.types")]
LazyArea = Annotated["Area", strawberry.lazy("services.organization.types")]
LazyOrganization = Annotated["Organization", strawberry.lazy("services.organization.types")]
LazyPerson = Annotated["Person", strawberry.lazy("services.organization.types")]
LazyPost = Annotated["Post", strawberry.lazy("services.organization.types")]
LazyResponsibility = Annotated["Responsibility", strawberry.lazy("services.organization.types")]
LazyCovertFilm = Annotated["CovertFilm", strawberry.lazy("services.oversight.sweep_types")]
LazySweep = Annotated["Sweep", strawberry.lazy("services.oversight.sweep_types")]
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


judged_by(lambda beside, at: first_holders(beside, at, current()))


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
    covert_film: LazyCovertFilm | None
    sweep: LazySweep | None
    feedback: "Feedback | None"
    patrol: LazyPatrol | None
    events: Connection["Event"] = paged()
    attachments: Connection["Evidence"] = paged()
    look_backs: Connection["LookBack"] = paged()
    urgings: Connection[LazyUrging] = paged()
    grounds: Connection[LazyTransferGround] = paged()


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
    covert_film: LazyCovertFilm | None
    sweep: LazySweep | None
    feedback: "Feedback | None"
    draw: "Draw | None"
    look_back: "LookBack | None"
    patrol: LazyPatrol | None
    urging: LazyUrging | None
    transfer: LazyTransfer | None
    attachments: list["Evidence"]
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


@strawberry.federation.type(shareable=True, description="How far the problems of a feedback are. 整改进度")
class FeedbackProgress:
    total: int = strawberry.federation.field(description="Of the problems that it names.")
    open: int = strawberry.federation.field(description="Neither closed nor rejected.")
    overdue: int = strawberry.federation.field(description="Open, and their clock ran out.")
    submitted: int = strawberry.federation.field(description="Submitted as rectified, and not yet verified.")
    closed: int
    rejected: int
    false_rectifications: int = strawberry.federation.field(
        description="Found by a look-back not to be rectified, whatever became of them since."
    )


@node("Feedback")
class Feedback:
    id: strawberry.ID
    source: str
    source_id: str
    recorded_at: Instant
    level: AuthorityLevel
    authority: str | None
    document: str
    batch: str | None
    received_at: Instant
    note: str | None
    recorded_by: LazyPerson | None
    organization: LazyOrganization | None
    progress: FeedbackProgress
    problems: Connection[Problem] = paged()
    events: Connection[Event] = paged()


@node("Evidence")
class Evidence:
    id: strawberry.ID
    source: str
    source_id: str
    recorded_at: Instant
    kind: EvidenceKind
    sha256: str
    reference: str
    taken_at: Instant
    taken_by: LazyPerson | None
    event: Event | None
    problem: Problem | None


@node("Draw")
class Draw:
    id: strawberry.ID
    source: str
    source_id: str
    recorded_at: Instant
    seed: str
    drawn_at: Instant
    size: int
    population_size: int
    population: list[str]
    population_hash: str
    closed_from: Instant | None
    closed_until: Instant | None
    area: LazyArea | None
    task: LazyTask | None
    feedback: Feedback | None
    drawn_by: LazyPerson | None
    look_backs: Connection["LookBack"] = paged()
    events: Connection[Event] = paged()


@node("LookBack")
class LookBack:
    id: strawberry.ID
    source: str
    source_id: str
    recorded_at: Instant
    problem: Problem
    selection: Selection
    draw: Draw | None
    reason: str | None
    ordered_at: Instant
    ordered_by: LazyPerson | None
    due_at: Instant
    late: bool
    rulebook: str
    looked_at: Instant | None
    looked_by: LazyPerson | None
    outcome: LookBackOutcome | None
    note: str | None
    events: Connection[Event] = paged()


@strawberry.federation.type(shareable=True, description="A feedback that was recorded, with its problems.")
class FeedbackPayload:
    feedback: Feedback


FeedbackOutcome = Annotated[FeedbackPayload | Refusal, strawberry.union("FeedbackOutcome")]


@strawberry.federation.type(shareable=True, description="A draw that was made, with what was drawn.")
class DrawPayload:
    draw: Draw


DrawOutcome = Annotated[DrawPayload | Refusal, strawberry.union("DrawOutcome")]


@strawberry.federation.type(shareable=True, description="A look-back that was ordered or done, with its problem.")
class LookBackPayload:
    look_back: LookBack
    problem: Problem
    event: Event | None = strawberry.federation.field(description="That somebody looked; null for an order.")


LookBackChange = Annotated[LookBackPayload | Refusal, strawberry.union("LookBackChange")]
