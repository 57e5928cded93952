"""The subgraph of the oversight room."""

from collections.abc import AsyncGenerator, Awaitable
from typing import Any

import strawberry

from schema.build import build
from schema.pagination import Connection
from services.campaign.rulebook import current
from services.campaign.rules import ItemFound
from services.hosting.changing import Info, outcome
from services.hosting.commanding import Done
from services.hosting.entities import entities
from services.hosting.reading import listing, lookup
from services.oversight import commands, resolvers
from services.oversight.commands import Act, Report
from services.oversight.inputs import ActOnProblemInput, RecordInspectionInput, ReportProblemInput
from services.oversight.inspection_types import Checklist, Inspection, InspectionOutcome
from services.oversight.inspections import Inspect, inspect
from services.oversight.rectification_fields import RectificationMutation, RectificationQuery
from services.oversight.supervision_fields import SupervisionMutation, SupervisionQuery
from services.oversight.sweep_fields import SweepMutation, SweepQuery
from services.oversight.types import Event, Problem, ProblemEvent, ProblemOutcome, Site

INSPECTED = {"inspection": "Inspection", "problems": "Problem", "event": "Event"}
"""What the payload of an inspection holds."""


@strawberry.type
class Query(RectificationQuery, SupervisionQuery, SweepQuery):
    site: Site | None = lookup("Site")
    sites: Connection[Site] = listing("Site")
    problem: Problem | None = lookup("Problem")
    problems: Connection[Problem] = strawberry.field(resolver=resolvers.problems)
    problem_count: int = strawberry.field(resolver=resolvers.problem_count)
    event: Event | None = lookup("Event")
    inspection: Inspection | None = lookup("Inspection")
    inspections: Connection[Inspection] = listing("Inspection")
    checklist: Checklist | None = strawberry.field(resolver=resolvers.checklist)
    checklists: list[Checklist] = strawberry.field(resolver=resolvers.checklists)


async def _report(info: Info, input: ReportProblemInput) -> Any:  # noqa: A002 - the argument's name in the schema
    """Report a problem. 上报问题"""
    command = Report(
        key=input.idempotency_key,
        title=input.title,
        origin=input.origin,
        severity=input.severity,
        discovered_at=input.discovered_at,
        site=input.site,
        area=input.area,
        task=input.task,
        number=input.number,
        person=input.reported_by,
        post=input.post,
        evidence=tuple(input.evidence or ()),
        note=input.note,
    )
    clock = current().problem_clock(input.severity)
    context = info.context
    return await _outcome(info, commands.report(context.database, command, context.caller, context.clock(), clock))


async def _act(info: Info, input: ActOnProblemInput) -> Any:  # noqa: A002 - the argument's name in the schema
    """Carry out an action on a problem. 处置问题"""
    command = Act(
        key=input.idempotency_key,
        problem=input.problem,
        action=input.action,
        at=input.at,
        person=input.person,
        post=input.post,
        to_organization=input.to_organization,
        due_at=input.due_at,
        evidence=tuple(input.evidence or ()),
        note=input.note,
        attachments=tuple(one.plain() for one in input.attachments or ()),
    )
    context = info.context
    return await _outcome(info, commands.act(context.database, command, context.caller, context.clock(), current()))


async def _inspect(info: Info, input: RecordInspectionInput) -> Any:  # noqa: A002 - the argument's name in the schema
    """Record an inspection of a site by a checklist; each item that failed opens a problem. 检查"""
    command = Inspect(
        key=input.idempotency_key,
        site=input.site,
        checklist=input.checklist,
        results=tuple(
            ItemFound(found.item, found.outcome, found.note, tuple(found.evidence or ())) for found in input.results
        ),
        inspected_at=input.inspected_at,
        task=input.task,
        sweep=input.sweep,
        person=input.inspected_by,
        post=input.post,
        evidence=tuple(input.evidence or ()),
        note=input.note,
    )
    context = info.context
    done = inspect(context.database, command, context.caller, context.clock(), current())
    return await outcome(info, done, "InspectionPayload", INSPECTED)


async def _outcome(info: Info, command: Awaitable[Done]) -> Any:
    return await outcome(info, command, "ProblemPayload", {"problem": "Problem", "event": "Event"})


@strawberry.type
class Mutation(RectificationMutation, SupervisionMutation, SweepMutation):
    report_problem: ProblemOutcome = strawberry.field(resolver=_report)
    act_on_problem: ProblemOutcome = strawberry.field(resolver=_act)
    record_inspection: InspectionOutcome = strawberry.field(resolver=_inspect)


@strawberry.type
class Subscription:
    problem_events: AsyncGenerator[ProblemEvent] = strawberry.subscription(
        resolver=resolvers.problem_events,
        description="Events of problems in the log's order: those after the cursor `after` (none: from now on; "
        "`beginning`: all there were), then each as it comes. `area`: only of problems there and in the areas below "
        "it, as they lie now. 问题动态",
    )


schema = build(Query, Mutation, Subscription, entities=entities)
