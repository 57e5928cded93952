"""What a client is told when an answer or a change is refused."""

from enum import StrEnum

import strawberry
from graphql import GraphQLError

from graph.compile.errors import ReadError
from schema.enums import InstructionAction, ProblemAction, TransferAction


def as_graphql(error: ReadError) -> GraphQLError:
    return GraphQLError(error.message, extensions={"code": error.code.value})


@strawberry.enum(description="Why a change was refused. 拒绝原因")
class RefusalCode(StrEnum):
    NOT_FOUND = "NOT_FOUND"
    NOT_ALLOWED = "NOT_ALLOWED"
    BAD_INPUT = "BAD_INPUT"
    IDEMPOTENCY_CONFLICT = "IDEMPOTENCY_CONFLICT"
    ILLEGAL_TRANSITION = "ILLEGAL_TRANSITION"
    OUT_OF_ORDER = "OUT_OF_ORDER"
    MISSING_ORGANIZATION = "MISSING_ORGANIZATION"
    MISSING_EVIDENCE = "MISSING_EVIDENCE"
    MISSING_NOTE = "MISSING_NOTE"
    MISSING_PERSON = "MISSING_PERSON"
    MISSING_DUE_AT = "MISSING_DUE_AT"
    BAD_DUE_AT = "BAD_DUE_AT"
    SAME_PERSON = "SAME_PERSON"
    UNKNOWN_WORKING_DAYS = "UNKNOWN_WORKING_DAYS"
    BAD_INTERVAL = "BAD_INTERVAL"
    SUPERSEDED = "SUPERSEDED"
    NOTHING_TO_CHANGE = "NOTHING_TO_CHANGE"
    CHAIN_TOO_LONG = "CHAIN_TOO_LONG"


@strawberry.federation.type(shareable=True, description="One thing that was wrong, and where. 错误")
class InputError:
    path: str = strawberry.federation.field(description="The field of the input, '' for the whole.")
    message: str = strawberry.federation.field(description="What was wrong and what would be right.")


@strawberry.federation.type(shareable=True, description="A change that was not made, and what would be right. 拒绝")
class Refusal:
    code: RefusalCode
    message: str
    errors: list[InputError]
    possible: list[ProblemAction] = strawberry.federation.field(description="Actions that are possible now.")
    possible_steps: list[InstructionAction] = strawberry.federation.field(
        description="Of a recipient of an instruction: the steps that are possible now."
    )
    possible_receipts: list[TransferAction] = strawberry.federation.field(
        description="Of a transfer: what the one who receives it may do with it now."
    )
