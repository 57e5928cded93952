"""What clients send of rectification: what was fed back from above, and look-backs."""

import strawberry

from schema.enums import AuthorityLevel, LookBackOutcome, Severity
from schema.scalars import Instant
from services.oversight.feedback import FedBack, RecordFeedback
from services.oversight.inputs import EvidenceInput
from services.oversight.look_backs import ChooseLookBack, DrawLookBacks, RecordLookBack

_KEY = "The same key with the same input gives the first answer again."
_PERSON = "The caller's person, if not given. Only integrators may name another."
_POST = "In which post; if they hold just one that may do it, that."


@strawberry.input(description="A problem that the authority names; `site` or `area` is needed. 反馈问题")
class FedBackProblemInput:
    title: str
    severity: Severity = Severity.NORMAL
    due_at: Instant | None = strawberry.field(default=None, description="The deadline that the authority set.")
    discovered_at: Instant | None = strawberry.field(
        default=None, description="When the authority found it; when it was received, if not given."
    )
    site: strawberry.ID | None = None
    area: strawberry.ID | None = None
    task: strawberry.ID | None = None
    number: str | None = strawberry.field(default=None, description="How people call it; made up if not given.")
    note: str | None = None

    def plain(self) -> FedBack:
        return FedBack(
            title=self.title,
            severity=self.severity,
            due_at=self.due_at,
            discovered_at=self.discovered_at,
            site=self.site,
            area=self.area,
            task=self.task,
            number=self.number,
            note=self.note,
        )


@strawberry.input(description="What an authority fed back; each problem is reported and registered. 登记上级反馈")
class RecordFeedbackInput:
    idempotency_key: str = strawberry.field(description=_KEY)
    level: AuthorityLevel
    document: str = strawberry.field(description="The document's number or title.")
    problems: list[FedBackProblemInput]
    authority: str | None = strawberry.field(default=None, description="What the inspecting authority is called.")
    batch: str | None = None
    received_at: Instant | None = strawberry.field(default=None, description="Now, if not given.")
    recorded_by: strawberry.ID | None = strawberry.field(default=None, description=_PERSON)
    post: strawberry.ID | None = strawberry.field(default=None, description=_POST)
    note: str | None = None

    def plain(self) -> RecordFeedback:
        return RecordFeedback(
            key=self.idempotency_key,
            level=self.level,
            document=self.document,
            problems=tuple(one.plain() for one in self.problems),
            authority=self.authority,
            batch=self.batch,
            received_at=self.received_at,
            person=self.recorded_by,
            post=self.post,
            note=self.note,
        )


@strawberry.input(description="A draw by seeded chance from the closed problems of a scope. 随机抽取回头看")
class DrawLookBacksInput:
    idempotency_key: str = strawberry.field(description=_KEY)
    seed: str = strawberry.field(description="What chance is seeded with: such that nobody could choose it to please.")
    size: int = strawberry.field(description="How many; all of the scope where there are no more.")
    closed_from: Instant | None = strawberry.field(default=None, description="Only problems closed at or after this.")
    closed_until: Instant | None = strawberry.field(default=None, description="Only problems closed before this.")
    area: strawberry.ID | None = strawberry.field(
        default=None, description="Only problems there and in the areas below it."
    )
    task: strawberry.ID | None = None
    feedback: strawberry.ID | None = None
    due_at: Instant | None = strawberry.field(
        default=None, description="By when to look; the rulebook's, if not given."
    )
    at: Instant | None = strawberry.field(default=None, description="When it was drawn; now, if not given.")
    drawn_by: strawberry.ID | None = strawberry.field(default=None, description=_PERSON)
    post: strawberry.ID | None = strawberry.field(default=None, description=_POST)

    def plain(self) -> DrawLookBacks:
        return DrawLookBacks(
            key=self.idempotency_key,
            seed=self.seed,
            size=self.size,
            closed_from=self.closed_from,
            closed_until=self.closed_until,
            area=self.area,
            task=self.task,
            feedback=self.feedback,
            due_at=self.due_at,
            at=self.at,
            person=self.drawn_by,
            post=self.post,
        )


@strawberry.input(description="A closed problem that is to be looked back at. 指定回头看")
class ChooseLookBackInput:
    idempotency_key: str = strawberry.field(description=_KEY)
    problem: strawberry.ID
    reason: str = strawberry.field(description="Why this one.")
    due_at: Instant | None = strawberry.field(
        default=None, description="By when to look; the rulebook's, if not given."
    )
    at: Instant | None = strawberry.field(default=None, description="When it was chosen; now, if not given.")
    chosen_by: strawberry.ID | None = strawberry.field(default=None, description=_PERSON)
    post: strawberry.ID | None = strawberry.field(default=None, description=_POST)

    def plain(self) -> ChooseLookBack:
        return ChooseLookBack(
            key=self.idempotency_key,
            problem=self.problem,
            reason=self.reason,
            due_at=self.due_at,
            at=self.at,
            person=self.chosen_by,
            post=self.post,
        )


@strawberry.input(description="What a look-back found; what does not hold is reopened. 登记回头看结果")
class RecordLookBackInput:
    idempotency_key: str = strawberry.field(description=_KEY)
    look_back: strawberry.ID
    outcome: LookBackOutcome
    attachments: list[EvidenceInput] = strawberry.field(description="At least one, whatever was found.")
    due_at: Instant | None = strawberry.field(
        default=None, description="By when what is reopened must be put right; by its severity, if not given."
    )
    at: Instant | None = strawberry.field(default=None, description="When somebody looked; now, if not given.")
    person: strawberry.ID | None = strawberry.field(default=None, description=_PERSON)
    post: strawberry.ID | None = strawberry.field(default=None, description=_POST)
    note: str | None = None

    def plain(self) -> RecordLookBack:
        return RecordLookBack(
            key=self.idempotency_key,
            look_back=self.look_back,
            outcome=self.outcome,
            attachments=tuple(one.plain() for one in self.attachments),
            due_at=self.due_at,
            at=self.at,
            person=self.person,
            post=self.post,
            note=self.note,
        )
