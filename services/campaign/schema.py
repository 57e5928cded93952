"""The subgraph of the campaign room."""

import strawberry

from schema.build import build
from schema.pagination import Connection
from services.campaign.types import Campaign, Clause, Directive, Task
from services.hosting.entities import entities
from services.hosting.reading import listing, lookup


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


schema = build(Query, entities=entities)
