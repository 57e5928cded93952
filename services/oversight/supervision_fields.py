"""The fields of supervision: patrols, urging and transfers."""

from typing import Any

import strawberry

from schema.pagination import Connection
from services.campaign.rulebook import current
from services.hosting.changing import Info, outcome
from services.hosting.reading import listing, lookup
from services.oversight.patrols import complete_patrol, plan_patrol
from services.oversight.supervision_inputs import (
    AnswerUrgingInput,
    CompletePatrolInput,
    PlanPatrolInput,
    ReceiveTransferInput,
    TransferProblemsInput,
    UrgeProblemInput,
)
from services.oversight.supervision_types import (
    Patrol,
    PatrolOutcome,
    Transfer,
    TransferOutcome,
    Urging,
    UrgingOutcome,
)
from services.oversight.transfers import receive_transfer, transfer_problems
from services.oversight.urgings import answer_urging, urge_problem

PATROL = {"patrol": "Patrol"}
URGING = {"urging": "Urging", "problem": "Problem", "event": "Event"}
TRANSFER = {"transfer": "Transfer", "event": "Event"}
"""What the payloads hold."""


@strawberry.type
class SupervisionQuery:
    patrol: Patrol | None = lookup("Patrol")
    patrols: Connection[Patrol] = listing("Patrol")
    urging: Urging | None = lookup("Urging")
    urgings: Connection[Urging] = listing("Urging")
    transfer: Transfer | None = lookup("Transfer")
    transfers: Connection[Transfer] = listing("Transfer")


async def _plan(info: Info, input: PlanPatrolInput) -> Any:  # noqa: A002 - the argument's name in the schema
    """Plan a patrol. 制定巡查计划"""
    context = info.context
    done = plan_patrol(context.database, input.plain(), context.caller, context.clock(), current())
    return await outcome(info, done, "PatrolPayload", PATROL)


async def _complete(info: Info, input: CompletePatrolInput) -> Any:  # noqa: A002 - as above
    """Say what was visited and found on a patrol. 完成巡查"""
    context = info.context
    done = complete_patrol(context.database, input.plain(), context.caller, context.clock(), current())
    return await outcome(info, done, "PatrolPayload", PATROL)


async def _urge(info: Info, input: UrgeProblemInput) -> Any:  # noqa: A002 - as above
    """Urge the organization that has a problem in hand. 督办"""
    context = info.context
    done = urge_problem(context.database, input.plain(), context.caller, context.clock(), current())
    return await outcome(info, done, "UrgingPayload", URGING)


async def _answer(info: Info, input: AnswerUrgingInput) -> Any:  # noqa: A002 - as above
    """Answer an urging. 答复督办"""
    context = info.context
    done = answer_urging(context.database, input.plain(), context.caller, context.clock())
    return await outcome(info, done, "UrgingPayload", URGING)


async def _transfer(info: Info, input: TransferProblemsInput) -> Any:  # noqa: A002 - as above
    """Hand problems to the discipline office. 移送问题"""
    context = info.context
    done = transfer_problems(context.database, input.plain(), context.caller, context.clock(), current())
    return await outcome(info, done, "TransferPayload", TRANSFER)


async def _receive(info: Info, input: ReceiveTransferInput) -> Any:  # noqa: A002 - as above
    """Acknowledge a transfer, accept it, or return it with a reason. 接收移送"""
    context = info.context
    done = receive_transfer(context.database, input.plain(), context.caller, context.clock(), current())
    return await outcome(info, done, "TransferPayload", TRANSFER)


@strawberry.type
class SupervisionMutation:
    plan_patrol: PatrolOutcome = strawberry.field(resolver=_plan)
    complete_patrol: PatrolOutcome = strawberry.field(resolver=_complete)
    urge_problem: UrgingOutcome = strawberry.field(resolver=_urge)
    answer_urging: UrgingOutcome = strawberry.field(resolver=_answer)
    transfer_problems: TransferOutcome = strawberry.field(resolver=_transfer)
    receive_transfer: TransferOutcome = strawberry.field(resolver=_receive)
