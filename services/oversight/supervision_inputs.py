"""What clients send of supervision: patrols, urging and transfers."""

import strawberry

from schema.enums import GroundKind, Severity, TransferAction
from schema.scalars import Instant
from services.oversight.patrols import CompletePatrol, FoundOnPatrol, PlanPatrol, Visit
from services.oversight.transfers import Ground, ReceiveTransfer, TransferProblems
from services.oversight.urgings import AnswerUrging, UrgeProblem

_KEY = "The same key with the same input gives the first answer again."
_PERSON = "The caller's person, if not given. Only integrators may name another."
_POST = "In which post; if they hold just one that may do it, that."
_AT = "When it was done; now, if not given."
_CLOCK = "The rulebook's, if not given."


@strawberry.input(description="A patrol along areas and sites. 制定巡查计划")
class PlanPatrolInput:
    idempotency_key: str = strawberry.field(description=_KEY)
    purpose: str = strawberry.field(description="What is looked for.")
    route: list[strawberry.ID] = strawberry.field(description="Areas and sites, in the order of the visits.")
    starts_at: Instant
    ends_at: Instant
    at: Instant | None = strawberry.field(default=None, description="When it was planned; now, if not given.")
    planned_by: strawberry.ID | None = strawberry.field(default=None, description=_PERSON)
    post: strawberry.ID | None = strawberry.field(default=None, description=_POST)

    def plain(self) -> PlanPatrol:
        return PlanPatrol(
            key=self.idempotency_key,
            purpose=self.purpose,
            route=tuple(self.route),
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            at=self.at,
            person=self.planned_by,
            post=self.post,
        )


@strawberry.input(description="A stop of the route that was visited. 巡查到点")
class VisitInput:
    stop: strawberry.ID
    visited_at: Instant
    note: str | None = None


@strawberry.input(description="A problem found on a patrol; `site` or `area` is needed. 巡查发现问题")
class FoundOnPatrolInput:
    title: str
    severity: Severity = Severity.NORMAL
    discovered_at: Instant | None = strawberry.field(default=None, description=_AT)
    site: strawberry.ID | None = None
    area: strawberry.ID | None = None
    task: strawberry.ID | None = None
    evidence: list[str] | None = strawberry.field(default=None, description="Names or SHA-256 sums of files.")
    note: str | None = None

    def plain(self) -> FoundOnPatrol:
        return FoundOnPatrol(
            title=self.title,
            severity=self.severity,
            discovered_at=self.discovered_at,
            site=self.site,
            area=self.area,
            task=self.task,
            evidence=tuple(self.evidence or ()),
            note=self.note,
        )


@strawberry.input(description="That a patrol was done, with what was visited and found. 完成巡查")
class CompletePatrolInput:
    idempotency_key: str = strawberry.field(description=_KEY)
    patrol: strawberry.ID
    visits: list[VisitInput] = strawberry.field(description="What is not named was not visited.")
    problems: list[FoundOnPatrolInput] = strawberry.field(default_factory=list)
    at: Instant | None = strawberry.field(default=None, description=_AT)
    person: strawberry.ID | None = strawberry.field(default=None, description=_PERSON)
    post: strawberry.ID | None = strawberry.field(default=None, description=_POST)
    note: str | None = None

    def plain(self) -> CompletePatrol:
        return CompletePatrol(
            key=self.idempotency_key,
            patrol=self.patrol,
            visits=tuple(Visit(one.stop, one.visited_at, one.note) for one in self.visits),
            problems=tuple(one.plain() for one in self.problems),
            at=self.at,
            person=self.person,
            post=self.post,
            note=self.note,
        )


@strawberry.input(description="Whoever has the problem in hand is to get on with it, and to answer. 督办")
class UrgeProblemInput:
    idempotency_key: str = strawberry.field(description=_KEY)
    problem: strawberry.ID
    reason: str
    answer_by: Instant | None = strawberry.field(default=None, description=_CLOCK)
    at: Instant | None = strawberry.field(default=None, description=_AT)
    urged_by: strawberry.ID | None = strawberry.field(default=None, description=_PERSON)
    post: strawberry.ID | None = strawberry.field(default=None, description=_POST)

    def plain(self) -> UrgeProblem:
        return UrgeProblem(
            key=self.idempotency_key,
            problem=self.problem,
            reason=self.reason,
            answer_by=self.answer_by,
            at=self.at,
            person=self.urged_by,
            post=self.post,
        )


@strawberry.input(description="What the organization answers that was urged. 答复督办")
class AnswerUrgingInput:
    idempotency_key: str = strawberry.field(description=_KEY)
    urging: strawberry.ID
    answer: str
    at: Instant | None = strawberry.field(default=None, description=_AT)
    person: strawberry.ID | None = strawberry.field(default=None, description=_PERSON)
    post: strawberry.ID | None = strawberry.field(default=None, description=_POST)
    evidence: list[str] | None = strawberry.field(default=None, description="Names or SHA-256 sums of files.")

    def plain(self) -> AnswerUrging:
        return AnswerUrging(
            key=self.idempotency_key,
            urging=self.urging,
            answer=self.answer,
            at=self.at,
            person=self.person,
            post=self.post,
            evidence=tuple(self.evidence or ()),
        )


@strawberry.input(description="What a problem is transferred for, and the events that show it. 移送依据")
class GroundInput:
    problem: strawberry.ID
    kind: GroundKind
    events: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Events of the problem; none given: all of them that can show it."
    )
    statement: str | None = None


@strawberry.input(description="Problems that are handed to the discipline office. 移送问题")
class TransferProblemsInput:
    idempotency_key: str = strawberry.field(description=_KEY)
    to: strawberry.ID = strawberry.field(description="The discipline office.")
    statement: str
    grounds: list[GroundInput] = strawberry.field(description="Of each problem at least one.")
    acknowledge_by: Instant | None = strawberry.field(default=None, description=_CLOCK)
    decide_by: Instant | None = strawberry.field(default=None, description=_CLOCK)
    at: Instant | None = strawberry.field(default=None, description=_AT)
    transferred_by: strawberry.ID | None = strawberry.field(default=None, description=_PERSON)
    post: strawberry.ID | None = strawberry.field(default=None, description=_POST)

    def plain(self) -> TransferProblems:
        return TransferProblems(
            key=self.idempotency_key,
            to=self.to,
            statement=self.statement,
            grounds=tuple(
                Ground(one.problem, one.kind, tuple(one.events or ()), one.statement) for one in self.grounds
            ),
            acknowledge_by=self.acknowledge_by,
            decide_by=self.decide_by,
            at=self.at,
            person=self.transferred_by,
            post=self.post,
        )


@strawberry.input(description="The receipt of a transfer: acknowledged, accepted, or returned with a reason. 接收移送")
class ReceiveTransferInput:
    idempotency_key: str = strawberry.field(description=_KEY)
    transfer: strawberry.ID
    action: TransferAction
    reason: str | None = strawberry.field(default=None, description="Needed for RETURN.")
    at: Instant | None = strawberry.field(default=None, description=_AT)
    person: strawberry.ID | None = strawberry.field(default=None, description=_PERSON)
    post: strawberry.ID | None = strawberry.field(default=None, description=_POST)

    def plain(self) -> ReceiveTransfer:
        return ReceiveTransfer(
            key=self.idempotency_key,
            transfer=self.transfer,
            action=self.action,
            reason=self.reason,
            at=self.at,
            person=self.person,
            post=self.post,
        )
