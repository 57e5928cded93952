"""Organizations, posts, persons, areas, and who answers for what."""

from typing import TYPE_CHECKING, Annotated

import strawberry

from schema.declaration import node
from schema.enums import AreaKind, OrganizationKind, Role
from schema.pagination import Connection, facts, paged
from schema.scalars import Instant

if TYPE_CHECKING:
    from services.campaign.types import Basis, Campaign, Directive, Task
    from services.oversight.types import Event, Problem, Regulation, Site, SiteKind

LazyBasis = Annotated["Basis", strawberry.lazy("services.campaign.types")]
LazyTask = Annotated["Task", strawberry.lazy("services.campaign.types")]
LazySite = Annotated["Site", strawberry.lazy("services.oversight.types")]
LazySiteKind = Annotated["SiteKind", strawberry.lazy("services.oversight.types")]
LazyCampaign = Annotated["Campaign", strawberry.lazy("services.campaign.types")]
LazyDirective = Annotated["Directive", strawberry.lazy("services.campaign.types")]
LazyEvent = Annotated["Event", strawberry.lazy("services.oversight.types")]
LazyProblem = Annotated["Problem", strawberry.lazy("services.oversight.types")]
LazyRegulation = Annotated["Regulation", strawberry.lazy("services.oversight.types")]


@node("Organization")
class Organization:
    id: strawberry.ID
    source: str
    source_id: str
    recorded_at: Instant
    name: str
    kind: OrganizationKind
    credit_code: str | None
    parent: "Organization | None"
    children: Connection["Organization"] = paged()
    head_post: "Post | None"
    posts: Connection["Post"] = paged()
    governs: Connection["Area"] = paged()
    operates: Connection[LazySite] = paged()
    regulations: list[LazyRegulation] = facts()


@node("Post")
class Post:
    id: strawberry.ID
    source: str
    source_id: str
    recorded_at: Instant
    title: str
    organization: Organization | None
    holders: list["Person"]
    reports_to: list["Post"]
    reports: Connection["Post"] = paged()
    memberships: list["Membership"] = facts()
    responsibilities: list["Responsibility"] = facts()


@node("Person")
class Person:
    id: strawberry.ID
    source: str
    source_id: str
    recorded_at: Instant
    name: str
    phone: str | None
    posts: list[Post]
    memberships: list["Membership"] = facts()


@node("Area")
class Area:
    id: strawberry.ID
    source: str
    source_id: str
    recorded_at: Instant
    name: str
    kind: AreaKind
    code: str | None
    parent: "Area | None"
    children: Connection["Area"] = paged()
    sites: Connection[LazySite] = paged()
    organization: Organization | None
    responsibilities: list["Responsibility"] = facts()


@node("Membership")
class Membership:
    id: strawberry.ID
    source: str
    source_id: str
    person: Person
    post: Post
    valid_from: Instant
    valid_to: Instant | None
    recorded_at: Instant
    superseded_at: Instant | None
    basis: LazyBasis | None


AnsweredFor = Annotated[
    Area | LazySite | LazyTask | LazySiteKind,
    strawberry.union("ResponsibilitySubject", description="What a post answers for. 责任对象"),
]


@node("Responsibility")
class Responsibility:
    id: strawberry.ID
    source: str
    source_id: str
    role: Role
    post: Post
    subject: AnsweredFor
    valid_from: Instant
    valid_to: Instant | None
    recorded_at: Instant
    superseded_at: Instant | None
    basis: LazyBasis | None


@node("Reporting")
class Reporting:
    id: strawberry.ID
    source: str
    source_id: str
    post: Post
    reports_to: Post
    valid_from: Instant
    valid_to: Instant | None
    recorded_at: Instant
    superseded_at: Instant | None
    basis: LazyBasis | None


@node("Heads")
class Heads:
    id: strawberry.ID
    source: str
    source_id: str
    post: Post
    organization: Organization
    valid_from: Instant
    valid_to: Instant | None
    recorded_at: Instant
    superseded_at: Instant | None
    basis: LazyBasis | None


Called = Annotated[
    Organization | Post | Person | Area | LazySite | LazyDirective | LazyCampaign | LazyTask | LazyProblem,
    strawberry.union("NameSubject", description="What has a name or a title. 名称对象"),
]


@node("Name")
class Name:
    id: strawberry.ID
    source: str
    source_id: str
    text: str
    subject: Called
    valid_from: Instant
    valid_to: Instant | None
    recorded_at: Instant
    superseded_at: Instant | None
    basis: LazyBasis | None
