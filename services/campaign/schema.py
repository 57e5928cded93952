"""The subgraph of the campaign room."""

from typing import Any

import strawberry

from graph.compile.worklists import EVERYTHING, RECIPIENTS, page
from schema.build import build
from schema.enums import InstructionAction
from schema.pagination import Connection
from schema.scalars import Instant
from services.campaign import commands
from services.campaign.commands import Issue, Respond
from services.campaign.inputs import (
    AcknowledgeInstructionInput,
    ActOnInstructionInput,
    AnswerInstructionInput,
    IssueInstructionInput,
    RecipientFilter,
    RecipientOrder,
)
from services.campaign.rulebook import current
from services.campaign.types import (
    Campaign,
    Clause,
    Directive,
    Instruction,
    InstructionOutcome,
    Recipient,
    Task,
)
from services.hosting.changing import Info, outcome
from services.hosting.entities import entities
from services.hosting.reading import answer, conditions, listing, lookup

RECORDS = {"instruction": "Instruction", "recipient": "Recipient", "event": "Event"}
"""What the payload holds."""


async def _recipients(
    info: Info,
    filter: RecipientFilter | None = None,  # noqa: A002 - the argument's name in the schema
    order_by: RecipientOrder = RecipientOrder.ANSWER_BY_ASC,
    first: int | None = 20,
    after: str | None = None,
    as_of: Instant | None = None,
    known_at: Instant | None = None,
) -> Any:
    """What organizations were instructed, each with how far it is; of one organization, what it has to do. 受令清单"""
    del first, after  # read from the selection, as those of nested lists are
    where = conditions({"organization": filter.organization}, filter.state) if filter else EVERYTHING
    row = await answer(info, lambda s, m, v: page(RECIPIENTS, where, order_by.value, s, m, v), as_of, known_at)
    return row["data"]


@strawberry.type
class Query:
    directive: Directive | None = lookup("Directive")
    directives: Connection[Directive] = listing("Directive")
    clause: Clause | None = lookup("Clause")
    clauses: Connection[Clause] = listing("Clause")
    campaign: Campaign | None = lookup("Campaign")
    campaigns: Connection[Campaign] = listing("Campaign")
    task: Task | None = lookup("Task")
    tasks: Connection[Task] = listing("Task")
    instruction: Instruction | None = lookup("Instruction")
    instructions: Connection[Instruction] = listing("Instruction")
    recipient: Recipient | None = lookup("Recipient")
    recipients: Connection[Recipient] = strawberry.field(resolver=_recipients)


async def _issue(info: Info, input: IssueInstructionInput) -> Any:  # noqa: A002 - the argument's name in the schema
    """Issue an instruction to organizations. 下达指令"""
    command = Issue(
        key=input.idempotency_key,
        text=input.text,
        recipients=tuple(input.recipients),
        issuer=input.issuer,
        task=input.task,
        issued_at=input.issued_at,
        acknowledge_by=input.acknowledge_by,
        act_by=input.act_by,
        answer_by=input.answer_by,
        person=input.issued_by,
        post=input.post,
        evidence=tuple(input.evidence or ()),
    )
    context = info.context
    return await outcome(
        info,
        commands.issue(context.database, command, context.caller, context.clock(), current()),
        "InstructionPayload",
        RECORDS,
    )


async def _acknowledge(info: Info, input: AcknowledgeInstructionInput) -> Any:  # noqa: A002 - as above
    """Acknowledge an instruction. 回复收到"""
    return await _respond(info, InstructionAction.ACKNOWLEDGE, input, input.note)


async def _act(info: Info, input: ActOnInstructionInput) -> Any:  # noqa: A002 - as above
    """Say that an instruction was acted on, with evidence. 落实指令"""
    return await _respond(info, InstructionAction.ACT, input, input.note)


async def _answer(info: Info, input: AnswerInstructionInput) -> Any:  # noqa: A002 - as above
    """Answer an instruction. 反馈指令"""
    return await _respond(info, InstructionAction.ANSWER, input, input.answer)


async def _respond(
    info: Info,
    action: InstructionAction,
    given: AcknowledgeInstructionInput | ActOnInstructionInput | AnswerInstructionInput,
    note: str | None,
) -> Any:
    command = Respond(
        key=given.idempotency_key,
        instruction=given.instruction,
        action=action,
        organization=given.organization,
        at=given.at,
        person=given.person,
        post=given.post,
        evidence=tuple(given.evidence or ()),
        note=note,
    )
    context = info.context
    done = commands.respond(context.database, command, context.caller, context.clock())
    return await outcome(info, done, "InstructionPayload", RECORDS)


@strawberry.type
class Mutation:
    issue_instruction: InstructionOutcome = strawberry.field(resolver=_issue)
    acknowledge_instruction: InstructionOutcome = strawberry.field(resolver=_acknowledge)
    act_on_instruction: InstructionOutcome = strawberry.field(resolver=_act)
    answer_instruction: InstructionOutcome = strawberry.field(resolver=_answer)


schema = build(Query, Mutation, entities=entities)
