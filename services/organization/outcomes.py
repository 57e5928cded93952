"""What a change of a fact answers: the record that was made, what it took the place of, and the events that say so."""

from typing import Annotated, Any

import strawberry

from schema.enums import Level, LineKind
from schema.errors import Refusal
from services.organization.types import (
    Heads,
    LazyEvent,
    LazyProblem,
    LazyRegulation,
    Membership,
    Name,
    Reporting,
    Responsibility,
)


def _field(description: str) -> Any:
    return strawberry.federation.field(description=description)


def _superseded() -> Any:
    return _field("The version whose place was taken; null where the fact was not told before.")


def _ended() -> Any:
    return _field("Of a move: the new version of the fact that ended; else null.")


@strawberry.federation.type(shareable=True)
class Evidenced:
    event: LazyEvent = _field("The event that records the change, with its reason.")
    ending_event: LazyEvent | None = _field("Of a move: the event on the chain of the fact that ended; else null.")


@strawberry.federation.type(shareable=True, description="Where in a trace others would answer. 责任变化")
class ChangedPart:
    line: LineKind
    level: Level


@strawberry.federation.type(shareable=True, description="A problem whose trace would name others. 受影响问题")
class ChangedTrace:
    problem: LazyProblem
    parts: list[ChangedPart] = _field("On which lines and levels, in the order of a trace.")


def _first(first: int = 20) -> Any:
    raise NotImplementedError(first)  # read from the selection, never called


@strawberry.federation.type(shareable=True, description="What a change would do, if it were made. 试算结果")
class Foreseen:
    changed: int = _field(
        "How many problems' traces would name others on their DIRECT and SUPERVISORY levels, each as of its discovery."
    )
    exact: bool = _field("False: at least so many; older problems that it may touch were not looked at.")
    problems: list[ChangedTrace] = strawberry.federation.field(
        resolver=_first, description="The first of them, the newest first."
    )


def _payload(zh: str) -> Any:
    description = f"A change that was made, with the events that record it. {zh}变更结果"
    return strawberry.federation.type(shareable=True, description=description)


@_payload("任职")
class MembershipPayload(Evidenced):
    membership: Membership
    superseded: Membership | None = _superseded()
    ended: Membership | None = _ended()


@_payload("责任")
class ResponsibilityPayload(Evidenced):
    responsibility: Responsibility
    superseded: Responsibility | None = _superseded()
    ended: Responsibility | None = _ended()


@_payload("监管归属")
class RegulationPayload(Evidenced):
    regulation: LazyRegulation
    superseded: LazyRegulation | None = _superseded()
    ended: LazyRegulation | None = _ended()


@_payload("汇报关系")
class ReportingPayload(Evidenced):
    reporting: Reporting
    superseded: Reporting | None = _superseded()
    ended: Reporting | None = _ended()


@_payload("主要负责")
class HeadsPayload(Evidenced):
    heads: Heads
    superseded: Heads | None = _superseded()
    ended: Heads | None = _ended()


@_payload("名称")
class NamePayload(Evidenced):
    name: Name
    superseded: Name | None = _superseded()
    ended: Name | None = _ended()


MembershipOutcome = Annotated[MembershipPayload | Foreseen | Refusal, strawberry.union("MembershipOutcome")]
ResponsibilityOutcome = Annotated[ResponsibilityPayload | Foreseen | Refusal, strawberry.union("ResponsibilityOutcome")]
RegulationOutcome = Annotated[RegulationPayload | Foreseen | Refusal, strawberry.union("RegulationOutcome")]
ReportingOutcome = Annotated[ReportingPayload | Foreseen | Refusal, strawberry.union("ReportingOutcome")]
HeadsOutcome = Annotated[HeadsPayload | Foreseen | Refusal, strawberry.union("HeadsOutcome")]
NameOutcome = Annotated[NamePayload | Foreseen | Refusal, strawberry.union("NameOutcome")]
