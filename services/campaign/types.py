"""Directives with their clauses, campaigns, lines of work and tasks; instructions; what a change answers."""

from typing import TYPE_CHECKING, Annotated

import strawberry

from schema.declaration import node
from schema.enums import BreachKind, InstructionAction, RecipientState
from schema.errors import Refusal
from schema.pagination import Connection, facts, paged
from schema.scalars import Day, Instant

if TYPE_CHECKING:
    from services.organization.types import Organization, Person, Responsibility
    from services.oversight.types import Event

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
    lines_of_work: list["LineOfWork"]
    tasks: list["Task"]


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
