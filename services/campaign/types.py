"""Directives with their clauses, campaigns, lines of work and tasks; instructions; what a change answers."""

from typing import TYPE_CHECKING, Annotated

import strawberry

from schema.declaration import node
from schema.enums import BreachKind, InstructionAction, RecipientState, RollupDimension, TargetIndicator
from schema.errors import Refusal
from schema.pagination import Connection, facts, paged
from schema.scalars import Day, Instant

if TYPE_CHECKING:
    from services.organization.types import Area, Organization, Person, Responsibility
    from services.oversight.types import Event

LazyArea = Annotated["Area", strawberry.lazy("services.organization.types")]
LazyOrganization = Annotated["Organization", strawberry.lazy("services.organization.types")]
LazyPerson = Annotated["Person", strawberry.lazy("services.organization.types")]
LazyEvent = Annotated["Event", strawberry.lazy("services.oversight.types")]
LazyResponsibility = Annotated["Responsibility", strawberry.lazy("services.organization.types")]


@node("Directive")
class Directive:
    id: strawberry.ID
    source: str
    source_id: str
    recorded_at: Instant
    title: str
    issued_on: Day
    issuer: str | None
    file: str | None
    clauses: list["Clause"]


@node("Clause")
class Clause:
    id: strawberry.ID
    source: str
    source_id: str
    recorded_at: Instant
    label: str
    start: int | None
    end: int | None
    directive: Directive


@strawberry.federation.type(shareable=True, description="What something rests on. 依据")
class Basis:
    title: str = strawberry.federation.field(description="The directive's title, or the document named, or ASSUMED.")
    clause: Clause | None


def _targets(as_of: Instant | None = None) -> list["TargetProgress"]:
    raise NotImplementedError(as_of)  # as below


def _rollup(by: list[RollupDimension], as_of: Instant | None = None) -> list["RollupRow"]:
    raise NotImplementedError(by, as_of)  # read from the compiled statement's row, never called


@node("Campaign")
class Campaign:
    id: strawberry.ID
    source: str
    source_id: str
    recorded_at: Instant
    title: str
    starts_on: Day
    ends_on: Day
    directive: Directive | None
    targets: list["TargetProgress"] = strawberry.federation.field(resolver=_targets)
    rollup: list["RollupRow"] = strawberry.federation.field(resolver=_rollup)
    lines_of_work: list["LineOfWork"]
    tasks: list["Task"]


@strawberry.federation.type(
    shareable=True,
    description="How far the county is from a target of the year, by the stations' daily means: at `asOf`, by the days "
    "that were over then; after the campaign's last day, as it ended. 目标进度",
)
class TargetProgress:
    indicator: TargetIndicator
    unit: str
    limit: float = strawberry.federation.field(description="The mean at most, or the days at least. 目标值")
    current: float | None = strawberry.federation.field(
        description="The mean of the year's daily means so far, or the good-air days so far. 当前值"
    )
    year_on_year: float | None = strawberry.federation.field(
        description="Against the same days of the year before: of a mean the share, -0.05 is 5 % lower; of days, how "
        "many more. 同比"
    )
    days_left: int = strawberry.federation.field(description="Days of the year that are not over. 剩余天数")
    needed_per_remaining_day: float | None = strawberry.federation.field(
        description="The mean that each day left must be at most, or the share of them that must be good; below 0 or "
        "above 1 it can't be reached any more. Null where no day is left. 日均需达"
    )
    on_track: bool | None = strawberry.federation.field(
        description="The mean is within its limit; good days were so far as many as the rest needs. 进度正常"
    )


@strawberry.federation.type(
    shareable=True,
    description="Problems of a campaign, counted as the ledger stood at `asOf`: what had been recorded by then. "
    "Each problem counts once in each figure; those under no task of the campaign, and those rejected, in none. 统计",
)
class RollupRow:
    area: LazyArea | None = strawberry.federation.field(
        description="Directly below the county, with all that lies in it; the county for what lies in no other. "
        "Null where it is not asked for by AREA."
    )
    line_of_work: "LineOfWork | None" = strawberry.federation.field(
        description="Null where it is not asked for by LINE_OF_WORK."
    )
    open: int = strawberry.federation.field(description="Neither closed nor rejected. 未结案")
    overdue: int = strawberry.federation.field(
        description="Of the open: the deadline was noticed as passed, and its clock runs. 超期"
    )
    closed: int = strawberry.federation.field(description="Closed. 已结案")
    closed_in_time: int = strawberry.federation.field(
        description="Of the closed: by the deadline, or without one. 按期结案"
    )
    assigned: int = strawberry.federation.field(description="Assigned at least once. 已交办")
    submitted: int = strawberry.federation.field(description="Submitted as rectified at least once. 已提交整改")
    reopened: int = strawberry.federation.field(description="Sent back to be done again at least once. 返工")
    extended: int = strawberry.federation.field(description="Given a later deadline at least once. 延期")
    closed_rate: float | None = strawberry.federation.field(description="closed of open and closed. 结案率")
    closed_in_time_rate: float | None = strawberry.federation.field(description="closedInTime of closed. 按期结案率")
    reopened_rate: float | None = strawberry.federation.field(description="reopened of submitted. 返工率")
    extended_rate: float | None = strawberry.federation.field(description="extended of assigned. 延期率")
    counted_to: Instant = strawberry.federation.field(
        description="All that was recorded by then is counted, and nothing later: `asOf`, or how far counting has come."
    )


@node("LineOfWork")
class LineOfWork:
    id: strawberry.ID
    source: str
    source_id: str
    recorded_at: Instant
    code: str
    title: str
    campaign: Campaign
    tasks: list["Task"]


@node("Task")
class Task:
    id: strawberry.ID
    source: str
    source_id: str
    recorded_at: Instant
    title: str
    due_at: Instant | None
    campaign: Campaign
    line_of_work: LineOfWork
    parent: "Task | None"
    basis: Basis | None
    subtasks: list["Task"]
    lead: list[LazyOrganization]
    assisting: list[LazyOrganization]
    responsible: list[LazyOrganization]
    responsibilities: list[LazyResponsibility] = facts()


@node("Instruction")
class Instruction:
    id: strawberry.ID
    source: str
    source_id: str
    recorded_at: Instant
    text: str
    issued_at: Instant
    acknowledge_by: Instant
    act_by: Instant
    answer_by: Instant
    rulebook: str
    assumed_clocks: list[InstructionAction]
    issuer: LazyOrganization | None
    issued_by: LazyPerson | None
    task: Task | None
    recipients: list["Recipient"]
    events: Connection[LazyEvent] = paged()


@node("Recipient")
class Recipient:
    id: strawberry.ID
    source: str
    source_id: str
    recorded_at: Instant
    instruction: Instruction
    organization: LazyOrganization
    state: RecipientState
    due_at: Instant | None
    acknowledge_by: Instant
    act_by: Instant
    answer_by: Instant
    acknowledged_at: Instant | None
    acknowledged_by: LazyPerson | None
    acted_at: Instant | None
    acted_by: LazyPerson | None
    answered_at: Instant | None
    answered_by: LazyPerson | None
    answer: str | None
    breaches: list["Breach"]
    events: Connection[LazyEvent] = paged()


@strawberry.federation.type(shareable=True, description="A clock that ran out before its step was taken. 违反情形")
class Breach:
    kind: BreachKind
    due_at: Instant = strawberry.federation.field(
        description="When the clock ran out; done at that instant is in time."
    )
    done_at: Instant | None = strawberry.federation.field(description="When it was done after all; null: not yet.")


@strawberry.federation.type(shareable=True, description="A change that was made, with the event that records it.")
class InstructionPayload:
    instruction: Instruction
    recipient: Recipient | None = strawberry.federation.field(description="Whose step it was; null for an issue.")
    event: LazyEvent


InstructionOutcome = Annotated[InstructionPayload | Refusal, strawberry.union("InstructionOutcome")]
