"""The subgraph of the organization room."""

import strawberry

from schema.build import build
from schema.pagination import Connection
from services.hosting.entities import entities
from services.hosting.reading import listing, lookup
from services.organization.changes import correcting, ending, moving, recording
from services.organization.commands import HEADS, MEMBERSHIP, NAME, REGULATION, REPORTING, RESPONSIBILITY
from services.organization.inputs import (
    CorrectHeadsInput,
    CorrectMembershipInput,
    CorrectNameInput,
    CorrectRegulationInput,
    CorrectReportingInput,
    CorrectResponsibilityInput,
    MoveHeadsInput,
    MoveMembershipInput,
    MoveNameInput,
    MoveRegulationInput,
    MoveReportingInput,
    MoveResponsibilityInput,
    RecordHeadsInput,
    RecordMembershipInput,
    RecordNameInput,
    RecordRegulationInput,
    RecordReportingInput,
    RecordResponsibilityInput,
)
from services.organization.outcomes import (
    HeadsOutcome,
    MembershipOutcome,
    NameOutcome,
    RegulationOutcome,
    ReportingOutcome,
    ResponsibilityOutcome,
)
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


@strawberry.type
class Mutation:
    record_membership: MembershipOutcome = recording(MEMBERSHIP, RecordMembershipInput)
    record_responsibility: ResponsibilityOutcome = recording(RESPONSIBILITY, RecordResponsibilityInput)
    record_regulation: RegulationOutcome = recording(REGULATION, RecordRegulationInput)
    record_reporting: ReportingOutcome = recording(REPORTING, RecordReportingInput)
    record_heads: HeadsOutcome = recording(HEADS, RecordHeadsInput)
    record_name: NameOutcome = recording(NAME, RecordNameInput)
    end_membership: MembershipOutcome = ending(MEMBERSHIP)
    end_responsibility: ResponsibilityOutcome = ending(RESPONSIBILITY)
    end_regulation: RegulationOutcome = ending(REGULATION)
    end_reporting: ReportingOutcome = ending(REPORTING)
    end_heads: HeadsOutcome = ending(HEADS)
    end_name: NameOutcome = ending(NAME)
    correct_membership: MembershipOutcome = correcting(MEMBERSHIP, CorrectMembershipInput)
    correct_responsibility: ResponsibilityOutcome = correcting(RESPONSIBILITY, CorrectResponsibilityInput)
    correct_regulation: RegulationOutcome = correcting(REGULATION, CorrectRegulationInput)
    correct_reporting: ReportingOutcome = correcting(REPORTING, CorrectReportingInput)
    correct_heads: HeadsOutcome = correcting(HEADS, CorrectHeadsInput)
    correct_name: NameOutcome = correcting(NAME, CorrectNameInput)
    move_membership: MembershipOutcome = moving(MEMBERSHIP, MoveMembershipInput)
    move_responsibility: ResponsibilityOutcome = moving(RESPONSIBILITY, MoveResponsibilityInput)
    move_regulation: RegulationOutcome = moving(REGULATION, MoveRegulationInput)
    move_reporting: ReportingOutcome = moving(REPORTING, MoveReportingInput)
    move_heads: HeadsOutcome = moving(HEADS, MoveHeadsInput)
    move_name: NameOutcome = moving(NAME, MoveNameInput)


schema = build(Query, Mutation, entities=entities)
