"""What clients send to change something. Fields are named as the columns of the exchange bundle."""

from enum import Enum

import strawberry

from schema.enums import RecipientState
from schema.scalars import Instant


@strawberry.input(description="Which recipients of instructions; all conditions hold together. 受令单位筛选")
class RecipientFilter:
    organization: strawberry.ID | None = strawberry.field(default=None, description="The organization that is told.")
    state: list[RecipientState] | None = strawberry.field(default=None, description="Any of these; none given: all.")


@strawberry.enum(description="In which order recipients stand: by when they are to have answered.")
class RecipientOrder(Enum):
    ANSWER_BY_ASC = "ANSWER_BY_ASC"
    ANSWER_BY_DESC = "ANSWER_BY_DESC"


@strawberry.input(description="An instruction to organizations; a clock not given is the rulebook's. 下达指令")
class IssueInstructionInput:
    idempotency_key: str = strawberry.field(
        description="The same key with the same input gives the first answer again."
    )
    text: str = strawberry.field(description="What is to be done.")
    recipients: list[strawberry.ID] = strawberry.field(description="The organizations that are to do it.")
    issuer: strawberry.ID | None = strawberry.field(
        default=None, description="The organization that issues it; that of the person, if not given."
    )
    task: strawberry.ID | None = None
    issued_at: Instant | None = strawberry.field(default=None, description="Now, if not given.")
    acknowledge_by: Instant | None = None
    act_by: Instant | None = None
    answer_by: Instant | None = None
    issued_by: strawberry.ID | None = strawberry.field(
        default=None, description="The caller's person, if not given. Only integrators may name another."
    )
    post: strawberry.ID | None = strawberry.field(
        default=None, description="In which post; if they hold just one, that."
    )
    evidence: list[str] | None = strawberry.field(default=None, description="Names or SHA-256 sums of files.")


@strawberry.input
class _Step:
    idempotency_key: str = strawberry.field(
        description="The same key with the same input gives the first answer again."
    )
    instruction: strawberry.ID
    organization: strawberry.ID | None = strawberry.field(
        default=None, description="The recipient; if the person is of just one, that."
    )
    at: Instant | None = strawberry.field(default=None, description="When it was done; now, if not given.")
    person: strawberry.ID | None = strawberry.field(
        default=None, description="Who did it: the caller's person, if not given. Only integrators may name another."
    )
    post: strawberry.ID | None = strawberry.field(
        default=None, description="In which post; if they hold just one of the recipient, that."
    )
    evidence: list[str] | None = strawberry.field(default=None, description="Names or SHA-256 sums of files.")


@strawberry.input(description="That a recipient has received an instruction. 回复收到")
class AcknowledgeInstructionInput(_Step):
    note: str | None = None


@strawberry.input(description="That a recipient has done what it was told; evidence is needed. 落实指令")
class ActOnInstructionInput(_Step):
    note: str | None = None


@strawberry.input(description="What a recipient answers: what was done, and how it stands. 反馈指令")
class AnswerInstructionInput(_Step):
    answer: str = strawberry.field(description="May not be empty.")
