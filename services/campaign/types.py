"""Directives with their clauses, campaigns, lines of work and tasks."""

from typing import TYPE_CHECKING, Annotated

import strawberry

from schema.declaration import node
from schema.pagination import facts
from schema.scalars import Day, Instant

if TYPE_CHECKING:
    from services.organization.types import Organization, Responsibility

LazyOrganization = Annotated["Organization", strawberry.lazy("services.organization.types")]
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
