"""What clients send to change something. Fields are named as the columns of the exchange bundle."""

import strawberry

from schema.enums import EvidenceKind, ItemOutcome, Origin, ProblemAction, Severity
from schema.scalars import Instant
from services.oversight.evidencing import Attachment


@strawberry.input(description="A problem to be reported; `site` or `area` is needed. 上报问题")
class ReportProblemInput:
    idempotency_key: str = strawberry.field(
        description="The same key with the same input gives the first answer again."
    )
    title: str
    origin: Origin
    severity: Severity = Severity.NORMAL
    discovered_at: Instant | None = strawberry.field(default=None, description="Now, if not given.")
    site: strawberry.ID | None = None
    area: strawberry.ID | None = None
    task: strawberry.ID | None = None
    number: str | None = strawberry.field(default=None, description="How people call it; made up if not given.")
    reported_by: strawberry.ID | None = strawberry.field(default=None, description="The caller's person, if not given.")
    post: strawberry.ID | None = strawberry.field(
        default=None, description="In which post; if they hold just one, that."
    )
    evidence: list[str] | None = strawberry.field(default=None, description="Names or SHA-256 sums of files.")
    note: str | None = None


@strawberry.input(description="A file that shows something: which, of what kind, taken when and by whom. 佐证")
class EvidenceInput:
    kind: EvidenceKind
    sha256: str = strawberry.field(description="SHA-256 of the file, 64 hexadecimal digits in lower case.")
    reference: str = strawberry.field(description="Where the file is kept.")
    taken_at: Instant
    taken_by: strawberry.ID | None = strawberry.field(default=None, description="The person who took it.")

    def plain(self) -> Attachment:
        return Attachment(self.kind, self.sha256, self.reference, self.taken_at, self.taken_by)


@strawberry.input(description="An action on a problem. 处置问题")
class ActOnProblemInput:
    idempotency_key: str = strawberry.field(
        description="The same key with the same input gives the first answer again."
    )
    problem: strawberry.ID
    action: ProblemAction
    at: Instant | None = strawberry.field(default=None, description="When it was done; now, if not given.")
    person: strawberry.ID | None = strawberry.field(
        default=None, description="Who did it: the caller's person, if not given. Only integrators may name another."
    )
    post: strawberry.ID | None = strawberry.field(
        default=None, description="In which post; if they hold just one, that."
    )
    to_organization: strawberry.ID | None = strawberry.field(default=None, description="ASSIGN: the one that must act.")
    due_at: Instant | None = strawberry.field(default=None, description="The deadline that it sets or asks for.")
    evidence: list[str] | None = strawberry.field(default=None, description="Names or SHA-256 sums of files.")
    note: str | None = None
    attachments: list[EvidenceInput] | None = strawberry.field(
        default=None, description="Evidence that is described; its sums stand beside `evidence` in the event."
    )


@strawberry.input(description="What was found of one item of a checklist. 逐项检查结果")
class ItemResultInput:
    item: str = strawberry.field(description="The item's code in the rulebook.")
    outcome: ItemOutcome
    note: str | None = strawberry.field(default=None, description="Needed to say why an item does not apply.")
    evidence: list[str] | None = strawberry.field(
        default=None, description="Names or SHA-256 sums of files; of what failed this or a note is needed."
    )


@strawberry.input(description="An inspection of a site by a checklist; each item that failed opens a problem. 检查")
class RecordInspectionInput:
    idempotency_key: str = strawberry.field(
        description="The same key with the same input gives the first answer again."
    )
    site: strawberry.ID
    checklist: str = strawberry.field(description="The checklist's code in the rulebook; one for this kind of site.")
    results: list[ItemResultInput] = strawberry.field(description="One for each item of the checklist.")
    inspected_at: Instant | None = strawberry.field(default=None, description="Now, if not given.")
    task: strawberry.ID | None = None
    sweep: strawberry.ID | None = strawberry.field(
        default=None, description="The sweep that it is made for, of which the site must be one."
    )
    inspected_by: strawberry.ID | None = strawberry.field(
        default=None, description="The caller's person, if not given. Only integrators may name another."
    )
    post: strawberry.ID | None = strawberry.field(
        default=None, description="In which post; if they hold just one in which they may inspect, that."
    )
    evidence: list[str] | None = strawberry.field(default=None, description="Names or SHA-256 sums of files.")
    note: str | None = None
