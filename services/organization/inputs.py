"""What clients send to change a fact. Fields are named as the columns of the exchange bundle."""

from typing import Any

import strawberry

from schema.enums import Capacity, Role
from schema.scalars import Instant


def _described(description: str) -> Any:
    return strawberry.field(description=description)


def _optional(description: str) -> Any:
    """A field that is left as it is where nothing is given, and emptied by null."""
    return strawberry.field(default=strawberry.UNSET, description=description)


def _or_none(description: str) -> Any:
    return strawberry.field(default=None, description=description)


def _input(description: str) -> Any:
    return strawberry.input(description=description)


@strawberry.input
class Change:
    idempotency_key: str = _described("The same key with the same input gives the first answer again.")
    reason: str = _described("Why; kept with the change for ever.")
    dry_run: bool = strawberry.field(
        default=False, description="Change nothing, and say which problems' traces would name others. 试算"
    )


@strawberry.input
class RecordInput(Change):
    valid_from: Instant = _described("The first instant at which it holds.")
    valid_to: Instant | None = _or_none("The first instant at which it no longer holds; null: still.")
    basis: str | None = _or_none("A clause's id, a text that names a document, or ASSUMED.")


@_input("A fact that ends. 终止")
class EndInput(Change):
    fact: strawberry.ID = _described("The version that is known now.")
    valid_to: Instant = _described("The first instant at which it no longer holds; at its validFrom: it never held.")
    basis: str | None = _or_none("What the end rests on; kept with the change.")


@strawberry.input
class CorrectInput(Change):
    fact: strawberry.ID = _described("The version that is known now. What is not given stays as it is.")
    valid_from: Instant | None = _optional("The first instant at which it holds.")
    valid_to: Instant | None = _optional("The first instant at which it no longer holds; null: still.")
    basis: str | None = _optional("A clause's id, a text that names a document, or ASSUMED; null: none.")


@strawberry.input
class MoveInput(Change):
    fact: strawberry.ID = _described("The version that is known now. What is not given stays as it is.")
    at: Instant = _described("The instant at which it ends and the other begins.")
    valid_to: Instant | None = _optional("Until when the other holds; as long as the fact, if not given; null: still.")
    basis: str | None = _or_none("What the other rests on: a clause's id, a text that names a document, or ASSUMED.")


@_input("A membership to be recorded. 任职录入")
class RecordMembershipInput(RecordInput):
    person: strawberry.ID = _described("The person.")
    post: strawberry.ID = _described("The post.")


@_input("A responsibility to be recorded. 责任录入")
class RecordResponsibilityInput(RecordInput):
    post: strawberry.ID = _described("The post.")
    subject: strawberry.ID = _described("An area, a site, a task, or a kind of site (its id or its name).")
    role: Role = _described("In which role; SUPERIOR follows from reporting lines.")


@_input("A regulation to be recorded. 监管归属录入")
class RecordRegulationInput(RecordInput):
    organization: strawberry.ID = _described("The organization.")
    subject: strawberry.ID = _described("A site, or a kind of site (its id or its name).")
    capacity: Capacity = _described("INDUSTRY, BUSINESS or PRODUCTION.")


@_input("A reporting line to be recorded. 汇报关系录入")
class RecordReportingInput(RecordInput):
    post: strawberry.ID = _described("The post.")
    reports_to: strawberry.ID = _described("The post above it.")


@_input("A head of an organization to be recorded. 主要负责录入")
class RecordHeadsInput(RecordInput):
    post: strawberry.ID = _described("The post.")
    organization: strawberry.ID = _described("The organization that it heads.")


@_input("A name to be recorded. 名称录入")
class RecordNameInput(RecordInput):
    subject: strawberry.ID = _described("Anything with a name or a title.")
    text: str = _described("The name.")


@_input("A membership to be corrected. 任职更正")
class CorrectMembershipInput(CorrectInput):
    person: strawberry.ID | None = _optional("The person.")
    post: strawberry.ID | None = _optional("The post.")


@_input("A responsibility to be corrected. 责任更正")
class CorrectResponsibilityInput(CorrectInput):
    post: strawberry.ID | None = _optional("The post.")
    subject: strawberry.ID | None = _optional("An area, a site, a task, or a kind of site (its id or its name).")
    role: Role | None = _optional("In which role; SUPERIOR follows from reporting lines.")


@_input("A regulation to be corrected. 监管归属更正")
class CorrectRegulationInput(CorrectInput):
    organization: strawberry.ID | None = _optional("The organization.")
    subject: strawberry.ID | None = _optional("A site, or a kind of site (its id or its name).")
    capacity: Capacity | None = _optional("INDUSTRY, BUSINESS or PRODUCTION.")


@_input("A reporting line to be corrected. 汇报关系更正")
class CorrectReportingInput(CorrectInput):
    post: strawberry.ID | None = _optional("The post.")
    reports_to: strawberry.ID | None = _optional("The post above it.")


@_input("A head of an organization to be corrected. 主要负责更正")
class CorrectHeadsInput(CorrectInput):
    post: strawberry.ID | None = _optional("The post.")
    organization: strawberry.ID | None = _optional("The organization that it heads.")


@_input("A name to be corrected. 名称更正")
class CorrectNameInput(CorrectInput):
    subject: strawberry.ID | None = _optional("Anything with a name or a title.")
    text: str | None = _optional("The name.")


@_input("A membership that ends, and another that begins. 任职变动")
class MoveMembershipInput(MoveInput):
    person: strawberry.ID | None = _optional("The person.")
    post: strawberry.ID | None = _optional("The post.")


@_input("A responsibility that ends, and another that begins. 责任变动")
class MoveResponsibilityInput(MoveInput):
    post: strawberry.ID | None = _optional("The post.")
    subject: strawberry.ID | None = _optional("An area, a site, a task, or a kind of site (its id or its name).")
    role: Role | None = _optional("In which role; SUPERIOR follows from reporting lines.")


@_input("A regulation that ends, and another that begins. 监管归属变动")
class MoveRegulationInput(MoveInput):
    organization: strawberry.ID | None = _optional("The organization.")
    subject: strawberry.ID | None = _optional("A site, or a kind of site (its id or its name).")
    capacity: Capacity | None = _optional("INDUSTRY, BUSINESS or PRODUCTION.")


@_input("A reporting line that ends, and another that begins. 汇报关系变动")
class MoveReportingInput(MoveInput):
    post: strawberry.ID | None = _optional("The post.")
    reports_to: strawberry.ID | None = _optional("The post above it.")


@_input("A head of an organization that ends, and another that begins. 主要负责变动")
class MoveHeadsInput(MoveInput):
    post: strawberry.ID | None = _optional("The post.")
    organization: strawberry.ID | None = _optional("The organization that it heads.")


@_input("A name that ends, and another that begins. 名称变动")
class MoveNameInput(MoveInput):
    subject: strawberry.ID | None = _optional("Anything with a name or a title.")
    text: str | None = _optional("The name.")
