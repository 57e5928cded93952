"""What clients send of covert films and sweeps."""

import strawberry

from schema.enums import Severity, SiteType
from schema.scalars import Instant
from services.oversight.films import RecordCovertFilm, Shown
from services.oversight.sweeps import CloseSweep, StartSweep

_KEY = "The same key with the same input gives the first answer again."
_PERSON = "The caller's person, if not given. Only integrators may name another."
_POST = "In which post; if they hold just one that may do it, that."


@strawberry.input(description="A problem that a covert film shows, at a site. 暗访问题")
class ShownProblemInput:
    title: str
    site: strawberry.ID
    organization: strawberry.ID = strawberry.field(description="The one that must put it right at once.")
    severity: Severity = Severity.SERIOUS
    discovered_at: Instant | None = strawberry.field(
        default=None, description="When that was filmed; when the film was taken, if not given."
    )
    task: strawberry.ID | None = None
    note: str | None = None

    def plain(self) -> Shown:
        return Shown(
            title=self.title,
            site=self.site,
            organization=self.organization,
            severity=self.severity,
            discovered_at=self.discovered_at,
            task=self.task,
            note=self.note,
        )


@strawberry.input(description="A covert film; each problem is reported, registered and assigned at once. 登记暗访片")
class RecordCovertFilmInput:
    idempotency_key: str = strawberry.field(description=_KEY)
    title: str
    taken_by: str = strawberry.field(description="Who took it, as they are called: it may be a body of the city.")
    taken_at: Instant
    file: str = strawberry.field(description="The file's name.")
    sha256: str = strawberry.field(description="SHA-256 of the file, 64 digits of 0-9 and a-f.")
    problems: list[ShownProblemInput]
    at: Instant | None = strawberry.field(
        default=None, description="When the county was told of it, from which the clock runs; now, if not given."
    )
    recorded_by: strawberry.ID | None = strawberry.field(default=None, description=_PERSON)
    post: strawberry.ID | None = strawberry.field(default=None, description=_POST)
    note: str | None = None

    def plain(self) -> RecordCovertFilm:
        return RecordCovertFilm(
            key=self.idempotency_key,
            title=self.title,
            taken_by=self.taken_by,
            taken_at=self.taken_at,
            file=self.file,
            sha256=self.sha256,
            problems=tuple(one.plain() for one in self.problems),
            at=self.at,
            person=self.recorded_by,
            post=self.post,
            note=self.note,
        )


@strawberry.input(description="A sweep of all sites that are like the one of a problem. 举一反三排查")
class StartSweepInput:
    idempotency_key: str = strawberry.field(description=_KEY)
    problem: strawberry.ID
    area: strawberry.ID | None = strawberry.field(
        default=None, description="Only sites there and in the areas below it; everywhere, if not given."
    )
    site_kinds: list[SiteType] | None = strawberry.field(
        default=None, description="The kinds of site that are alike; that of the problem's site, if not given."
    )
    key_project: bool | None = strawberry.field(
        default=None, description="Only sites on, or not on, the list of key projects; both, if not given."
    )
    checklist: str | None = strawberry.field(
        default=None, description="The rulebook's code; the one for these kinds, if there is just one."
    )
    due_at: Instant | None = strawberry.field(
        default=None, description="By when each site must be inspected; the rulebook's, if not given."
    )
    at: Instant | None = strawberry.field(default=None, description="When it starts; now, if not given.")
    started_by: strawberry.ID | None = strawberry.field(default=None, description=_PERSON)
    post: strawberry.ID | None = strawberry.field(default=None, description=_POST)
    note: str | None = None

    def plain(self) -> StartSweep:
        return StartSweep(
            key=self.idempotency_key,
            problem=self.problem,
            area=self.area,
            site_kinds=None if self.site_kinds is None else tuple(self.site_kinds),
            key_project=self.key_project,
            checklist=self.checklist,
            due_at=self.due_at,
            at=self.at,
            person=self.started_by,
            post=self.post,
            note=self.note,
        )


@strawberry.input(description="The end of a sweep: when no site remains, or for a reason. 结束排查")
class CloseSweepInput:
    idempotency_key: str = strawberry.field(description=_KEY)
    sweep: strawberry.ID
    reason: str | None = strawberry.field(
        default=None, description="Needed where sites remain, and then from another person than who started it."
    )
    at: Instant | None = strawberry.field(default=None, description="When it was closed; now, if not given.")
    person: strawberry.ID | None = strawberry.field(default=None, description=_PERSON)
    post: strawberry.ID | None = strawberry.field(default=None, description=_POST)
    evidence: list[str] | None = strawberry.field(default=None, description="Names or SHA-256 sums of files.")

    def plain(self) -> CloseSweep:
        return CloseSweep(
            key=self.idempotency_key,
            sweep=self.sweep,
            reason=self.reason,
            at=self.at,
            person=self.person,
            post=self.post,
            evidence=tuple(self.evidence or ()),
        )
