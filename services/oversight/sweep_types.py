"""Covert films and sweeps, and what a change of them answers."""

from typing import TYPE_CHECKING, Annotated

import strawberry

from schema.declaration import node
from schema.enums import SiteType, SweepStatus, SweptSiteState
from schema.errors import Refusal
from schema.pagination import Connection, paged
from schema.scalars import Instant

if TYPE_CHECKING:
    from services.organization.types import Area, Person
    from services.oversight.inspection_types import Inspection
    from services.oversight.types import Event, Problem, Site

LazyArea = Annotated["Area", strawberry.lazy("services.organization.types")]
LazyPerson = Annotated["Person", strawberry.lazy("services.organization.types")]
LazyInspection = Annotated["Inspection", strawberry.lazy("services.oversight.inspection_types")]
LazyEvent = Annotated["Event", strawberry.lazy("services.oversight.types")]
LazyProblem = Annotated["Problem", strawberry.lazy("services.oversight.types")]
LazySite = Annotated["Site", strawberry.lazy("services.oversight.types")]


@node("CovertFilm")
class CovertFilm:
    id: strawberry.ID
    source: str
    source_id: str
    recorded_at: Instant
    title: str
    taken_by: str
    taken_at: Instant
    file: str
    sha256: str
    rulebook: str
    note: str | None
    recorded_by: LazyPerson
    problems: list[LazyProblem]
    events: Connection[LazyEvent] = paged()


@node("SweptSite")
class SweptSite:
    id: strawberry.ID
    source: str
    source_id: str
    recorded_at: Instant
    due_at: Instant
    state: SweptSiteState
    late: bool
    sweep: "Sweep"
    site: LazySite
    inspection: LazyInspection | None


@node("Sweep")
class Sweep:
    id: strawberry.ID
    source: str
    source_id: str
    recorded_at: Instant
    status: SweepStatus
    started_at: Instant
    due_at: Instant
    site_kinds: list[SiteType]
    key_project: bool | None
    checklist: str
    rulebook: str
    sites_hash: str
    closed_at: Instant | None
    close_reason: str | None
    checked: int
    failed: int
    remaining: int
    overdue: bool
    origin: LazyProblem
    area: LazyArea | None
    started_by: LazyPerson
    closed_by: LazyPerson | None
    sites: Connection[SweptSite] = paged()
    inspections: Connection[LazyInspection] = paged()
    events: Connection[LazyEvent] = paged()


@strawberry.federation.type(shareable=True, description="A covert film that was recorded, and what it shows.")
class CovertFilmPayload:
    covert_film: CovertFilm
    problems: list[LazyProblem] = strawberry.federation.field(description="In the order in which they were given.")
    event: LazyEvent


@strawberry.federation.type(shareable=True, description="A sweep that was started or closed.")
class SweepPayload:
    sweep: Sweep
    event: LazyEvent


CovertFilmOutcome = Annotated[CovertFilmPayload | Refusal, strawberry.union("CovertFilmOutcome")]
SweepOutcome = Annotated[SweepPayload | Refusal, strawberry.union("SweepOutcome")]
