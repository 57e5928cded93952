"""Commands on instructions: load the facts, let the rules decide, write effect and events in one transaction."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from graph import ledger
from graph.model.enums import EventKind, InstructionAction, OrganizationKind
from graph.model.identity import record_id
from graph.model.instants import OPEN, TICK
from graph.queries import instructions as queries
from graph.queries.watermark import take_gate
from graph.session import Database, Row, Transaction
from schema.errors import RefusalCode
from services.campaign import rules
from services.campaign.calendar import UnknownYear, works
from services.campaign.rules import ASSUMED, Refused, Reply, Rulebook
from services.hosting.commanding import (
    LATEST,
    NAMES_OTHERS,
    SOURCE,
    Done,
    RefusedError,
    acting,
    carry_out,
    check_kinds,
    event_properties,
    refused_at,
    taken_at,
)
from services.hosting.identity import Caller

DONE: dict[InstructionAction, tuple[str, str]] = {
    InstructionAction.ACKNOWLEDGE: ("acknowledgedAt", "ACKNOWLEDGED_BY"),
    InstructionAction.ACT: ("actedAt", "ACTED_BY"),
    InstructionAction.ANSWER: ("answeredAt", "ANSWERED_BY"),
}
"""Which property says when a step was taken, and which relationship by whom."""


@dataclass(frozen=True)
class Issue:
    key: str
    text: str
    recipients: tuple[str, ...]
    issuer: str | None = None
    task: str | None = None
    issued_at: datetime | None = None
    acknowledge_by: datetime | None = None
    act_by: datetime | None = None
    answer_by: datetime | None = None
    person: str | None = None
    post: str | None = None
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class Respond:
    """A step of one recipient. `organization`: which, where the person is of several or no person is named."""

    key: str
    instruction: str
    action: InstructionAction
    organization: str | None = None
    at: datetime | None = None
    person: str | None = None
    post: str | None = None
    evidence: tuple[str, ...] = ()
    note: str | None = None


async def issue(database: Database, command: Issue, caller: Caller, now: datetime, rulebook: Rulebook) -> Done:
    """Issue an instruction; clocks that it does not name are the rulebook's. Raises RefusedError."""
    _check_issue(command, now)
    issued_at = command.issued_at or now

    async def work(transaction: Transaction, key: str) -> Done:
        person, post = await acting(transaction, caller, command.person, command.post, issued_at, "issuedBy")
        named = {f"recipients.{at}": (record, ("Organization",)) for at, record in enumerate(command.recipients)}
        named |= {
            "issuer": (command.issuer, ("Organization",)),
            "task": (command.task, ("Task",)),
            "issuedBy": (person, ("Person",)),
            "post": (post, ("Post",)),
        }
        await check_kinds(transaction, named)
        issuer = await _issuer(transaction, command, caller, person, issued_at, rulebook)
        reply, assumed = _clocks(command, issued_at, rulebook)
        recorded_at = await take_gate(transaction, now)
        issued = _Issued(key, issued_at, person, post, reply, recorded_at)
        text, version = command.text.strip(), rulebook.version
        row = {"text": text, "recipients": ";".join(command.recipients), "rulebook": version, "issuer": issuer or ""}
        row |= {"task": command.task or "", "assumedClocks": ";".join(assumed)}
        instruction, event = issued.begun("instruction", row, evidence=command.evidence)
        about = {"text": text, "issuedAt": issued_at, "rulebook": version, "assumedClocks": assumed}
        told: list[dict[str, object]] = []
        for number, organization in enumerate(command.recipients, start=1):
            of = {"instruction": instruction["id"]}
            recipient, its_event = issued.begun("recipient", of, f"/{number:04}", organization)
            recipient |= {"state": reply.state.value, "dueAt": reply.due_at, "organizationId": organization}
            told.append({"organization": organization, "recipient": recipient, "event": its_event})
        await transaction.run(
            queries.ISSUE.cypher,
            {
                "instruction": instruction | about,
                "event": event,
                "recipients": told,
                "issuer": issuer,
                "task": command.task,
                "person": person,
                "post": post,
            },
        )
        return Done({"instruction": instruction["id"], "event": event["id"]}, recorded_at)

    return await carry_out(database, command, caller, now, work)


async def respond(database: Database, command: Respond, caller: Caller, now: datetime) -> Done:
    """Take a step for one recipient. Raises RefusedError."""
    at = taken_at(command.at, now)

    async def work(transaction: Transaction, key: str) -> Done:
        person, post = await acting(transaction, caller, command.person, command.post, at, "person")
        await check_kinds(
            transaction,
            {
                "instruction": (command.instruction, ("Instruction",)),
                "organization": (command.organization, ("Organization",)),
                "person": (person, ("Person",)),
                "post": (post, ("Post",)),
            },
        )
        standing = await _standing(transaction, person, command.post, at)
        found = await transaction.run(queries.RECIPIENTS, {"instruction": command.instruction})
        recipients: dict[str, str] = {row["organization"]: row["recipient"] for row in found}
        organization = _recipient(command, person, recipients, {row["organization"] for row in standing})
        posts = {row["post"] for row in standing if row["organization"] == organization}
        recipient = recipients[organization]
        (stands,) = await transaction.run(queries.LOCK, {"recipient": recipient})
        step = rules.Step(command.action, at, person, bool(posts), command.evidence, command.note)
        after = rules.apply(_reply(stands), step)
        if isinstance(after, Refused):
            raise _refused(after)
        entry = ledger.Entry(
            id=record_id(SOURCE, f"event/{key}"),
            subject=recipient,
            position=stands["position"] + 1,
            kind=EventKind(command.action),
            at=at,
            actor=person,
            post=posts.pop() if len(posts) == 1 else post,
            evidence=command.evidence,
            note=command.note,
        )
        sealed = ledger.seal(entry, stands["hash"])
        recorded_at = await take_gate(transaction, max(now, stands["changedAt"] + TICK))
        done_at, by = DONE[command.action]
        state: dict[str, object] = {
            "state": after.state.value,
            "dueAt": after.due_at or OPEN,
            done_at: at,
            "position": entry.position,
            "hash": sealed.hash,
            "changedAt": recorded_at,
        }
        if command.action is InstructionAction.ANSWER:
            state["answer"] = command.note
        await transaction.run(
            queries.STEP.cypher,
            {
                "recipient": recipient,
                "now": recorded_at,
                "state": state,
                "event": event_properties(entry, sealed, f"event/{key}", recorded_at),
                "by": by,
                "person": person,
                "post": entry.post,
            },
        )
        return Done(
            {"instruction": command.instruction, "recipient": recipient, "event": entry.id},
            recorded_at,
        )

    return await carry_out(database, command, caller, now, work)


@dataclass(frozen=True)
class _Issued:
    """What the records of one issue have alike."""

    key: str
    at: datetime
    person: str | None
    post: str | None
    reply: Reply
    recorded_at: datetime

    def begun(
        self,
        kind: str,
        row: dict[str, str],
        number: str = "",
        to: str | None = None,
        evidence: tuple[str, ...] = (),
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """The properties of an instruction or recipient, and of the event by which its chain begins."""
        source_id, event = f"{kind}/{self.key}{number}", f"event/{self.key}{number}"
        reply = self.reply
        clocks = {"acknowledgeBy": reply.acknowledge_by, "actBy": reply.act_by, "answerBy": reply.answer_by}
        entry = ledger.Entry(
            id=record_id(SOURCE, event),
            subject=record_id(SOURCE, source_id),
            position=1,
            kind=EventKind.ISSUE,
            at=self.at,
            actor=self.person,
            post=self.post,
            to_organization=to,
            due_at=reply.acknowledge_by,
            evidence=evidence,
            row={name: value for name, value in row.items() if value}
            | {name: ledger.text_of(at) for name, at in clocks.items()},
        )
        sealed = ledger.seal(entry, None)
        record = {"id": entry.subject, "source": SOURCE, "sourceId": source_id, **clocks}
        record |= {"position": 1, "hash": sealed.hash, "recordedAt": self.recorded_at, "changedAt": self.recorded_at}
        return record, event_properties(entry, sealed, event, self.recorded_at)


def _check_issue(command: Issue, now: datetime) -> None:
    if not command.text.strip():
        raise refused_at("text", "the text is empty; say what is to be done")
    if not command.recipients:
        raise refused_at("recipients", "an instruction needs at least one organization that is to do it")
    for at, record in enumerate(command.recipients):
        if record in command.recipients[:at]:
            raise refused_at(f"recipients.{at}", f"{record} is named twice; name each organization once")
    if command.issued_at is not None and command.issued_at > now:
        raise refused_at("issuedAt", f"{command.issued_at.isoformat()} lies in the future")


def _clocks(command: Issue, issued_at: datetime, rulebook: Rulebook) -> tuple[Reply, list[str]]:
    """A recipient's clocks, and those of them that the rulebook had to choose."""
    given = {
        InstructionAction.ACKNOWLEDGE: command.acknowledge_by,
        InstructionAction.ACT: command.act_by,
        InstructionAction.ANSWER: command.answer_by,
    }
    due: dict[InstructionAction, datetime] = {}
    assumed: list[str] = []
    for action, by in given.items():
        rule = rulebook.instruction_clock(action)
        if by is None and rule.basis == ASSUMED:
            assumed.append(action.value)
        try:
            due[action] = by or rulebook.runs_out(rule.clock, issued_at, works)
        except UnknownYear as unknown:
            path = {"ACKNOWLEDGE": "acknowledgeBy", "ACT": "actBy", "ANSWER": "answerBy"}[action]
            raise refused_at(path, str(unknown), RefusalCode.UNKNOWN_WORKING_DAYS) from None
    reply = rules.clocks_of(issued_at, due)
    if isinstance(reply, Refused):
        raise _refused(reply)
    return reply, assumed


async def _issuer(
    transaction: Transaction, command: Issue, caller: Caller, person: str | None, at: datetime, rulebook: Rulebook
) -> str | None:
    """The organization that issues, which must be of a kind that may. None: a machine relays it and names none."""
    kinds = ", ".join(issuer.kind for issuer in rulebook.issuers)
    if person is None:
        if caller.role not in NAMES_OTHERS:
            message = "say who issues it: sign in as that person, or name them as an integrator"
            raise refused_at("issuedBy", message, RefusalCode.MISSING_PERSON)
        if command.issuer is not None:
            (found,) = await transaction.run(queries.KIND, {"organization": command.issuer})
            if not rulebook.may_issue(OrganizationKind(found["kind"])):
                raise refused_at("issuer", f"only {kinds} may issue instructions", RefusalCode.NOT_ALLOWED)
        return command.issuer
    standing = await _standing(transaction, person, command.post, at)
    own = {row["organization"] for row in standing if rulebook.may_issue(OrganizationKind(row["kind"]))}
    if command.issuer is not None and command.issuer not in own:
        message = f"the person holds no post there at that time, or it is not one of {kinds}, which issue instructions"
        raise refused_at("issuer", message, RefusalCode.NOT_ALLOWED)
    if not own:
        message = f"the person holds no post of {kinds} at that time, and only those may issue instructions"
        raise refused_at("issuedBy", message, RefusalCode.NOT_ALLOWED)
    if command.issuer is None and len(own) > 1:
        raise refused_at("issuer", "the person is of several organizations that may issue instructions; name one")
    return command.issuer or own.pop()


async def _standing(transaction: Transaction, person: str | None, post: str | None, at: datetime) -> list[Row]:
    """Rows {post, organization, kind}: of which organizations the posts are that the person holds, or that one post."""
    if person is None:
        return []
    rows = await transaction.run(queries.STANDING, {"person": person, "at": at, "now": LATEST})
    return [row for row in rows if post in (None, row["post"])]


def _recipient(command: Respond, person: str | None, recipients: Collection[str], standing: Collection[str]) -> str:
    """For which recipient organization the step is taken."""
    if command.organization is not None:
        if command.organization not in recipients:
            message = "the instruction was not issued to this organization"
            raise refused_at("organization", message, RefusalCode.NOT_FOUND)
        return command.organization
    if person is None:
        message = "say who does it: sign in as that person, or name them as an integrator"
        raise refused_at("person", message, RefusalCode.MISSING_PERSON)
    own = [organization for organization in recipients if organization in standing]
    if not own:
        message = "the person holds no post of a recipient at that time; someone of a recipient must do it"
        raise refused_at("person", message, RefusalCode.NOT_ALLOWED)
    if len(own) > 1:
        message = f"the person is of several recipients; name one of {', '.join(sorted(own))}"
        raise refused_at("organization", message, RefusalCode.MISSING_ORGANIZATION)
    return own[0]


def _reply(row: Row) -> Reply:
    return Reply(
        row["issuedAt"],
        row["acknowledgeBy"],
        row["actBy"],
        row["answerBy"],
        row["acknowledgedAt"],
        row["actedAt"],
        row["answeredAt"],
    )


def _refused(refused: Refused) -> RefusedError:
    code = RefusalCode(refused.code)
    return RefusedError(code, refused.message, ((refused.path, refused.message),), steps=refused.possible)
