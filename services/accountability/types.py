"""The trace: who answered for a subject, on which line, at which level, on which basis."""

from typing import TYPE_CHECKING, Annotated

import strawberry

from schema.declaration import node
from schema.enums import (
    AccountabilityCaseStatus,
    Capacity,
    ChangeKind,
    CustodyReason,
    ExculpatoryReason,
    FactKind,
    FindingKind,
    Gap,
    Level,
    LineKind,
    Role,
    Severity,
)
from schema.errors import Refusal
from schema.pagination import Connection, paged
from schema.scalars import Instant

if TYPE_CHECKING:
    from services.campaign.types import Basis, Instruction, Task
    from services.organization.types import Area, Membership, Organization, Person, Post
    from services.oversight.types import Event, Problem, Site, SiteKind

LazyBasis = Annotated["Basis", strawberry.lazy("services.campaign.types")]
LazyInstruction = Annotated["Instruction", strawberry.lazy("services.campaign.types")]
LazyArea = Annotated["Area", strawberry.lazy("services.organization.types")]
LazyMembership = Annotated["Membership", strawberry.lazy("services.organization.types")]
LazyOrganization = Annotated["Organization", strawberry.lazy("services.organization.types")]
LazyPerson = Annotated["Person", strawberry.lazy("services.organization.types")]
LazyPost = Annotated["Post", strawberry.lazy("services.organization.types")]
LazyEvent = Annotated["Event", strawberry.lazy("services.oversight.types")]
LazyTask = Annotated["Task", strawberry.lazy("services.campaign.types")]
LazySite = Annotated["Site", strawberry.lazy("services.oversight.types")]
LazySiteKind = Annotated["SiteKind", strawberry.lazy("services.oversight.types")]
LazyProblem = Annotated["Problem", strawberry.lazy("services.oversight.types")]

field = strawberry.federation.field


@strawberry.federation.type(
    shareable=True, description="A post with who held it, or a gap where nobody answers. 责任环节"
)
class Hop:
    level: Level
    role: Role | None
    organization: LazyOrganization | None
    post: LazyPost | None
    area: LazyArea | None = field(description="On the TERRITORIAL line: the area answered for.")
    holder: LazyPerson | None = field(description="Null where nobody held the post.")
    capacity: Capacity | None
    gap: Gap | None = field(description="Null where exactly one person answers. 缺口")
    distance: int = field(description="How many steps from the subject.")
    valid_from: Instant | None = field(description="Of the record that put the post there, as all below.")
    valid_to: Instant | None = field(description="Null: still.")
    recorded_at: Instant | None
    backdated: bool = field(description="What it rests on was recorded after the subject was. 事后补录")
    basis: LazyBasis | None
    membership: LazyMembership | None = field(description="The record by which the holder held the post.")


@strawberry.federation.type(shareable=True, description="One line of responsibility. 责任线")
class Line:
    kind: LineKind
    hops: list[Hop]


@strawberry.federation.type(
    shareable=True, description="An interval in which the problem was in somebody's hands. 经手"
)
class Custody:
    from_: Instant = field(name="from")
    until: Instant
    organization: LazyOrganization | None = field(description="Null where nobody had it, or nobody registered it yet.")
    post: LazyPost | None = field(description="The post that took it up; null where none did yet.")
    holder: LazyPerson | None
    reason: CustodyReason = field(description="What began the interval.")
    late: bool = field(description="The clock that applied had run out at its end. 超期")


@strawberry.federation.type(shareable=True, description="What speaks for a person. 有利情节")
class Exculpatory:
    holder: LazyPerson
    reason: ExculpatoryReason
    event: LazyEvent | None = field(description="The event that shows it, where one does.")
    membership: LazyMembership | None = field(description="The membership that shows it, where one does.")


@strawberry.federation.type(shareable=True, description="The version of the rules that was used. 规则版本")
class RulebookVersion:
    version: str


@strawberry.federation.type(
    shareable=True,
    description="An open problem whose trace shares a person or a gap with another. 同类问题",
)
class SimilarProblem:
    problem: LazyProblem
    holders: list[LazyPerson] = field(description="Who stands on both traces, in the order of their ids.")
    gaps: list[Gap] = field(description="Which gaps both traces have. 共同缺口")


@strawberry.federation.type(shareable=True, description="Who answered for the subject. 责任链")
class Trace:
    as_of: Instant
    known_at: Instant
    lines: list[Line]
    custody: list[Custody] = field(description="Of a problem: whose hands each minute was in, in order.")
    exculpatory: list[Exculpatory] = field(description="Of a problem: what speaks for those on the trace.")
    rulebook: RulebookVersion
    similar: Connection[SimilarProblem] = paged(
        "Open problems on whose trace, at their own discovery and as far as was known at `knownAt`, the DIRECT or "
        "SUPERVISORY hops have a person or a gap of this trace's; newest first, without the subject itself. 同类问题"
    )


@strawberry.federation.type(shareable=True, description="What a trace is of. 时点")
class TraceMoment:
    as_of: Instant
    known_at: Instant


@strawberry.federation.type(
    shareable=True, description="A version of a record that made a difference between two traces. 变动依据记录"
)
class ChangingRecord:
    id: strawberry.ID
    kind: FactKind
    valid_from: Instant
    valid_to: Instant | None = field(description="Null: still.")
    recorded_at: Instant
    basis: LazyBasis | None
    superseded: strawberry.ID | None = field(description="The version that it took the place of.")


@strawberry.federation.type(
    shareable=True, description="What became of a hop from one trace to the other. 责任环节变化"
)
class TraceChange:
    kind: ChangeKind
    line: LineKind
    before: Hop | None = field(description="Null where it was added.")
    after: Hop | None = field(description="Null where it was removed.")
    records: list[ChangingRecord] = field(
        description="But for each of these it would not be so; none where the subject itself was recorded otherwise."
    )


@strawberry.federation.type(shareable=True, description="Two traces of one subject, compared. 责任链对比")
class TraceComparison:
    before: TraceMoment
    after: TraceMoment
    changes: list[TraceChange]
    rulebook: RulebookVersion


@strawberry.federation.type(shareable=True, description="An event, as it comes in the log. 存证动态")
class LoggedEvent:
    cursor: str = field(description="To go on after this event.")
    event: LazyEvent


@strawberry.federation.type(shareable=True, description="A problem that a person answered for. 所负责的问题")
class AccountableProblem:
    level: Level = field(description="The most direct level at which the person is on its trace.")
    role: Role = field(description="Of the hop that has that level, as the post; the first where several have it.")
    post: LazyPost
    problem: LazyProblem


GapSubject = Annotated[
    LazyArea | LazyTask | LazySiteKind | LazyPost | LazySite,
    strawberry.union("GapSubject", description="What nobody answers for, or the post that not one person holds."),
]


@strawberry.federation.type(shareable=True, description="Where nobody answers, or not exactly one person. 责任缺口")
class ResponsibilityGap:
    kind: Gap
    since: Instant | None = field(description="Since when it is so without a break; null: as far back as is recorded.")
    subject: GapSubject
    description: str = field(description="What is missing, in Chinese. 说明")


FindingSubject = Annotated[
    LazyProblem | LazyInstruction, strawberry.union("FindingSubject", description="What a finding is about.")
]


@node("FindingRule")
class FindingRule:
    id: strawberry.ID
    code: str
    version: str
    title: str
    basis: LazyBasis | None


@node("AccountabilityCase")
class AccountabilityCase:
    id: strawberry.ID
    status: AccountabilityCaseStatus


@strawberry.federation.type(
    shareable=True, description="Whom a finding concerns, by the trace at that moment; nobody is judged by it. 责任人"
)
class Accountable:
    level: Level
    gap: Gap | None = field(description="Why nobody is named, or not one; null where exactly one person answered.")
    person: LazyPerson | None = field(description="Who held the post then; null: nobody, or not known.")
    post: LazyPost | None
    organization: LazyOrganization | None


@node("Finding")
class Finding:
    id: strawberry.ID
    source: str
    source_id: str
    recorded_at: Instant
    kind: FindingKind
    severity: Severity
    detected_at: Instant
    summary: str
    withdrawn_at: Instant | None
    withdrawn_because: str | None
    statement: str | None
    evidence: list[str]
    done_by: LazyPerson | None
    recorded_by: LazyPerson | None
    basis: LazyBasis | None
    subject: FindingSubject
    accountable: list[Accountable]
    rule: FindingRule
    events: list[LazyEvent]
    case: AccountabilityCase | None


@strawberry.federation.type(shareable=True, description="A finding that was recorded or withdrawn.")
class FindingPayload:
    finding: Finding
    event: LazyEvent = field(description="That it was.")


FindingOutcome = Annotated[FindingPayload | Refusal, strawberry.union("FindingOutcome")]
