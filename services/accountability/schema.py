"""The subgraph of the accountability room."""

from collections.abc import AsyncGenerator

import strawberry

from schema.build import build
from schema.pagination import Connection
from services.accountability import comparing, evidence, resolvers
from services.accountability.accountable import accountable_for
from services.accountability.findings import findings
from services.accountability.gaps import gaps
from services.accountability.types import (
    AccountableProblem,
    Finding,
    LoggedEvent,
    ResponsibilityGap,
    Trace,
    TraceComparison,
)
from services.hosting.entities import entities
from services.hosting.reading import lookup


@strawberry.type
class Query:
    trace: Trace | None = strawberry.field(resolver=resolvers.trace)
    trace_comparison: TraceComparison | None = strawberry.field(resolver=comparing.trace_comparison)
    accountable_for: Connection[AccountableProblem] = strawberry.field(resolver=accountable_for)
    gaps: Connection[ResponsibilityGap] = strawberry.field(resolver=gaps)
    finding: Finding | None = lookup("Finding")
    findings: Connection[Finding] = strawberry.field(resolver=findings)
    ledger: evidence.Ledger | None = strawberry.field(resolver=evidence.ledger)


@strawberry.type
class Subscription:
    events: AsyncGenerator[LoggedEvent] = strawberry.subscription(
        resolver=resolvers.events,
        description="Every event in the log's order: those after the cursor `after` (none: from now on; `beginning`: "
        "all there were), then each as it comes. `subject`: only of the record with that id; `kinds`: only these. "
        "Of findings, only of those that you may see. 存证动态",
    )


schema = build(Query, subscription=Subscription, entities=entities)
