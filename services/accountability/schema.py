"""The subgraph of the accountability room."""

from collections.abc import AsyncGenerator
from typing import Any

import strawberry

from schema.build import build
from schema.pagination import Connection
from services.accountability import comparing, evidence, resolvers
from services.accountability.accountable import accountable_for
from services.accountability.commands import record_wrongly_done, withdraw_finding
from services.accountability.findings import findings
from services.accountability.gaps import gaps
from services.accountability.inputs import RecordWronglyDoneInput, WithdrawFindingInput
from services.accountability.types import (
    AccountableProblem,
    Finding,
    FindingOutcome,
    LoggedEvent,
    ResponsibilityGap,
    Trace,
    TraceComparison,
)
from services.campaign.rulebook import current
from services.hosting.changing import Info, outcome
from services.hosting.entities import entities
from services.hosting.reading import lookup

FINDING = {"finding": "Finding", "event": "Event"}
"""What the payload holds."""


@strawberry.type
class Query:
    trace: Trace | None = strawberry.field(resolver=resolvers.trace)
    trace_comparison: TraceComparison | None = strawberry.field(resolver=comparing.trace_comparison)
    accountable_for: Connection[AccountableProblem] = strawberry.field(resolver=accountable_for)
    gaps: Connection[ResponsibilityGap] = strawberry.field(resolver=gaps)
    finding: Finding | None = lookup("Finding")
    findings: Connection[Finding] = strawberry.field(resolver=findings)
    ledger: evidence.Ledger | None = strawberry.field(resolver=evidence.ledger)


async def _record(info: Info, input: RecordWronglyDoneInput) -> Any:  # noqa: A002 - the argument's name in the schema
    """Record that somebody did something wrong: a finding by those who oversee. 记录乱作为"""
    context = info.context
    done = record_wrongly_done(context.database, input.plain(), context.caller, context.clock(), current())
    return await outcome(info, done, "FindingPayload", FINDING)


async def _withdraw(info: Info, input: WithdrawFindingInput) -> Any:  # noqa: A002 - as above
    """Withdraw a finding that a person recorded, with the reason. 撤回责任认定线索"""
    context = info.context
    done = withdraw_finding(context.database, input.plain(), context.caller, context.clock())
    return await outcome(info, done, "FindingPayload", FINDING)


@strawberry.type
class Mutation:
    record_wrongly_done: FindingOutcome = strawberry.field(resolver=_record)
    withdraw_finding: FindingOutcome = strawberry.field(resolver=_withdraw)


@strawberry.type
class Subscription:
    events: AsyncGenerator[LoggedEvent] = strawberry.subscription(
        resolver=resolvers.events,
        description="Every event in the log's order: those after the cursor `after` (none: from now on; `beginning`: "
        "all there were), then each as it comes. `subject`: only of the record with that id; `kinds`: only these. "
        "Of findings, only of those that you may see. 存证动态",
    )


schema = build(Query, Mutation, subscription=Subscription, entities=entities)
