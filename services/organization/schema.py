"""The subgraph of the organization room."""

import strawberry

from schema.build import build
from schema.pagination import Connection
from services.hosting.entities import entities
from services.hosting.reading import listing, lookup
from services.organization.types import Area, Organization, Person, Post


@strawberry.type
class Query:
    organization: Organization | None = lookup("Organization")
    organizations: Connection[Organization] = listing("Organization")
    post: Post | None = lookup("Post")
    posts: Connection[Post] = listing("Post")
    person: Person | None = lookup("Person")
    persons: Connection[Person] = listing("Person")
    area: Area | None = lookup("Area")
    areas: Connection[Area] = listing("Area")


schema = build(Query, entities=entities)
