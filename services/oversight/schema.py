"""The subgraph of the oversight room."""

import strawberry

from schema.build import build
from schema.pagination import Connection
from services.hosting.reading import listing, lookup
from services.oversight import resolvers
from services.oversight.types import Event, Problem, Site


@strawberry.type
class Query:
    site: Site | None = lookup("Site")
    sites: Connection[Site] = listing("Site")
    problem: Problem | None = lookup("Problem")
    problems: Connection[Problem] = strawberry.field(resolver=resolvers.problems)
    problem_count: int = strawberry.field(resolver=resolvers.problem_count)
    event: Event | None = lookup("Event")


schema = build(Query)
