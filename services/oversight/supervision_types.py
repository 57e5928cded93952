"""Patrols, urging and transfers; what a change of them answers."""

from typing import TYPE_CHECKING, Annotated

import strawberry

from schema.declaration import node
from schema.enums import GroundKind, TransferState
from schema.errors import Refusal
from schema.pagination import Connection, paged
from schema.scalars import Instant
from services.oversight.types import Event, Problem, Site

if TYPE_CHECKING:
    from services.organization.types import Area, Organization, Person, Post

LazyArea = Annotated["Area", strawberry.lazy("services.organization.types")]
LazyOrganization = Annotated["Organization", strawberry.lazy("services.organization.types")]
LazyPerson = Annotated["Person", strawberry.lazy("services.organization.types")]
LazyPost = Annotated["Post", strawberry.lazy("services.organization.types")]


@node("Patrol")
class Patrol:
    id: strawberry.ID
    source: str
    source_id: str
    recorded_at: Instant
    purpose: str
    starts_at: Instant
    ends_at: Instant
    done_at: Instant | None
    late: bool
    note: str | None
    post: LazyPost | None
    organization: LazyOrganization | None
    planned_by: LazyPerson | None
    done_by: LazyPerson | None
    stops: list["PatrolStop"]
    problems: Connection[Problem] = paged()
    events: Connection[Event] = paged()


@node("PatrolStop")
class PatrolStop:
    id: strawberry.ID
    patrol: Patrol
    area: LazyArea | None
    site: Site | None
    visited_at: Instant | None
    note: str | None


@node("Urging")
class Urging:
    id: strawberry.ID
    source: str
    source_id: str
    recorded_at: Instant
    problem: Problem
    number: int
    reason: str
    urged_at: Instant
    urged_by: LazyPerson | None
    urged_for: LazyOrganization | None
    organization: LazyOrganization
    answer_by: Instant
    late: bool
    rulebook: str
    answered_at: Instant | None
    answered_by: LazyPerson | None
    answer: str | None
    events: Connection[Event] = paged()


@node("Transfer")
class Transfer:
    id: strawberry.ID
    source: str
    source_id: str
    recorded_at: Instant
    state: TransferState
    statement: str
    sender: LazyOrganization
    receiver: LazyOrganization
    transferred_at: Instant
    transferred_by: LazyPerson | None
    acknowledge_by: Instant
    acknowledged_at: Instant | None
    acknowledged_by: LazyPerson | None
    acknowledged_late: bool
    decide_by: Instant
    decided_at: Instant | None
    decided_by: LazyPerson | None
    decided_late: bool
    return_reason: str | None
    rulebook: str
    grounds: Connection["TransferGround"] = paged()
    events: Connection[Event] = paged()


@node("TransferGround")
class TransferGround:
    id: strawberry.ID
    kind: GroundKind
    statement: str | None
    transfer: Transfer
    problem: Problem
    event: Event


@strawberry.federation.type(shareable=True, description="A patrol that was planned or done.")
class PatrolPayload:
    patrol: Patrol


PatrolOutcome = Annotated[PatrolPayload | Refusal, strawberry.union("PatrolOutcome")]


@strawberry.federation.type(shareable=True, description="An urging, or the answer to one, with its problem.")
class UrgingPayload:
    urging: Urging
    problem: Problem
    event: Event


UrgingOutcome = Annotated[UrgingPayload | Refusal, strawberry.union("UrgingOutcome")]


@strawberry.federation.type(shareable=True, description="A transfer that was sent or received.")
class TransferPayload:
    transfer: Transfer
    event: Event | None = strawberry.federation.field(description="That it was received; null when it is sent.")


TransferOutcome = Annotated[TransferPayload | Refusal, strawberry.union("TransferOutcome")]
