"""One process, one schema: the rooms' root types merged; the other types are the same Python classes.


Nothing is proxied. docs/decisions/0001 says why.
"""

from strawberry.tools import merge_types

from schema.build import build
from services.accountability import schema as accountability
from services.campaign import schema as campaign
from services.hosting.entities import entities
from services.integration import schema as integration
from services.organization import schema as organization
from services.oversight import schema as oversight

ROOMS = {
    "organization": organization.schema,
    "campaign": campaign.schema,
    "oversight": oversight.schema,
    "accountability": accountability.schema,
    "integration": integration.schema,
}
"""The subgraph of each room."""

Query = merge_types(
    "Query",
    (organization.Query, campaign.Query, oversight.Query, accountability.Query, integration.Query),
)
Mutation = merge_types(
    "Mutation", (organization.Mutation, campaign.Mutation, oversight.Mutation, accountability.Mutation)
)
Subscription = merge_types("Subscription", (oversight.Subscription, accountability.Subscription))

schema = build(Query, Mutation, Subscription, entities=entities)
