"""The subgraph of the integration room."""

import strawberry

from schema.build import build
from schema.pagination import Connection
from services.hosting.entities import entities
from services.integration import resolvers
from services.integration.types import Import


@strawberry.type
class Query:
    imports: Connection[Import] = strawberry.field(resolver=resolvers.imports)


schema = build(Query, entities=entities)
