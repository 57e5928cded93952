"""What clients send of findings: that something was wrongly done, and that this is withdrawn."""

import strawberry

from schema.scalars import Instant
from services.accountability.commands import RecordWronglyDone, WithdrawFinding

_KEY = "The same key with the same input gives the first answer again."
_AT = "When it was said; now, if not given."
_POST = "The caller's post, if they hold several."


@strawberry.input(
    description="That somebody did something wrong about a problem, or about an instruction as one organization "
    "received it. 记录乱作为"
)
class RecordWronglyDoneInput:
    idempotency_key: str = strawberry.field(description=_KEY)
    done_by: strawberry.ID = strawberry.field(
        description="The person: one who stood on the trace at that moment, or who acted on it."
    )
    statement: str = strawberry.field(description="What was wrongly done.")
    events: list[strawberry.ID] = strawberry.field(
        description="What it rests on, one at least: events of the problem, or of the instruction and its recipient."
    )
    evidence: list[str] = strawberry.field(description="Names or SHA-256 sums of files; one at least.")
    problem: strawberry.ID | None = strawberry.field(default=None, description="Either this, or `instruction`.")
    instruction: strawberry.ID | None = None
    organization: strawberry.ID | None = strawberry.field(
        default=None, description="Of an instruction: the recipient that it is about."
    )
    done_at: Instant | None = strawberry.field(
        default=None, description="When it was done; when the last of the events was, if not given."
    )
    basis: str | None = strawberry.field(
        default=None,
        description="What it goes against: a clause's id, a text that names a document, or ASSUMED; what the rule "
        "rests on, if not given.",
    )
    at: Instant | None = strawberry.field(default=None, description=_AT)
    post: strawberry.ID | None = strawberry.field(default=None, description=_POST)

    def plain(self) -> RecordWronglyDone:
        return RecordWronglyDone(
            key=self.idempotency_key,
            person=self.done_by,
            statement=self.statement,
            events=tuple(dict.fromkeys(self.events)),
            evidence=tuple(self.evidence),
            problem=self.problem,
            instruction=self.instruction,
            organization=self.organization,
            done_at=self.done_at,
            basis=self.basis,
            at=self.at,
            post=self.post,
        )


@strawberry.input(description="That what a person recorded is withdrawn; it stays readable. 撤回责任认定线索")
class WithdrawFindingInput:
    idempotency_key: str = strawberry.field(description=_KEY)
    finding: strawberry.ID
    reason: str
    at: Instant | None = strawberry.field(default=None, description=_AT)
    post: strawberry.ID | None = strawberry.field(default=None, description=_POST)

    def plain(self) -> WithdrawFinding:
        return WithdrawFinding(self.idempotency_key, self.finding, self.reason, self.at, self.post)
