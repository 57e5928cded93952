"""Transfers: problems are handed to the discipline office, each on facts in the ledger; it gives a receipt."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from graph.model.enums import (
    EventKind,
    GroundKind,
    OrganizationKind,
    ProblemAction,
    Supervising,
    SupervisionStep,
    TransferAction,
    TransferState,
)
from graph.model.instants import OPEN, TICK
from graph.queries import supervision as queries
from graph.queries.watermark import take_gate
from graph.session import Database, Transaction
from schema.errors import RefusalCode
from services.campaign.rules import Rulebook
from services.hosting.commanding import Done, RefusedError, carry_out, check_kinds, refused_at, taken_at
from services.hosting.identity import Caller
from services.oversight import rules, writing
from services.oversight.chains import Beginning, Doing, begin, change, lock
from services.oversight.rules import Step, Told
from services.oversight.supervising import due_by, supervising

MOST = 50
"""Problems of one transfer."""

RECEIVED: dict[TransferAction, tuple[TransferState, str, str]] = {
    TransferAction.ACKNOWLEDGE: (TransferState.ACKNOWLEDGED, "acknowledgedAt", "RECEIPT_BY"),
    TransferAction.ACCEPT: (TransferState.ACCEPTED, "decidedAt", "DECIDED_BY"),
    TransferAction.RETURN: (TransferState.RETURNED, "decidedAt", "DECIDED_BY"),
}
"""What an action makes of it, which property says when, and which relationship by whom."""


@dataclass(frozen=True)
class Ground:
    """What a problem is transferred for. `events`: that show it; none given, all of the ledger that can."""

    problem: str
    kind: GroundKind
    events: tuple[str, ...] = ()
    statement: str | None = None


@dataclass(frozen=True)
class TransferProblems:
    key: str
    to: str
    statement: str
    grounds: tuple[Ground, ...]
    acknowledge_by: datetime | None = None
    decide_by: datetime | None = None
    at: datetime | None = None
    person: str | None = None
    post: str | None = None


@dataclass(frozen=True)
class ReceiveTransfer:
    key: str
    transfer: str
    action: TransferAction
    reason: str | None = None
    at: datetime | None = None
    person: str | None = None
    post: str | None = None


async def transfer_problems(
    database: Database, command: TransferProblems, caller: Caller, now: datetime, rulebook: Rulebook
) -> Done:
    """Hand problems to the discipline office. Raises RefusedError."""
    at = taken_at(command.at, now)
    _check(command)
    acknowledge_by = due_by(command.acknowledge_by, SupervisionStep.ACKNOWLEDGE_TRANSFER, at, rulebook, "acknowledgeBy")
    decide_by = due_by(command.decide_by, SupervisionStep.DECIDE_TRANSFER, at, rulebook, "decideBy")
    if decide_by < acknowledge_by:
        message = "it can't be decided before it is acknowledged; give a later time"
        raise refused_at("decideBy", message, RefusalCode.BAD_DUE_AT)

    async def work(transaction: Transaction, key: str) -> Done:
        person, post, organization = await supervising(
            transaction, caller, Supervising.TRANSFER, command.person, command.post, at, rulebook, "transferredBy"
        )
        named = {f"grounds.{number}.problem": (one.problem, ("Problem",)) for number, one in enumerate(command.grounds)}
        await check_kinds(transaction, {**named, "to": (command.to, ("Organization",))})
        await _check_receiver(transaction, command.to, rulebook)
        problems = sorted({one.problem for one in command.grounds})
        standings = [await writing.lock(transaction, problem) for problem in problems]
        step = Step(
            ProblemAction.TRANSFER, at, person, post, organization, to_organization=command.to,
            note=command.statement.strip(),
        )  # fmt: skip
        for standing in standings:
            writing.after(standing, step)
        behind = await _behind(transaction, command)
        earliest = max(now, *(standing.changed_at + TICK for standing in standings))
        doing = Doing(at, person, post, await take_gate(transaction, earliest))
        for number, standing in enumerate(standings, start=1):
            await writing.write_step(transaction, standing, step, f"{key}/{number:04}", doing.recorded_at)
        sent = Beginning(
            name=f"transfer/{key}",
            properties={
                "state": TransferState.SENT.value,
                "statement": command.statement.strip(),
                "transferredAt": at,
                "acknowledgeBy": acknowledge_by,
                "decideBy": decide_by,
                "rulebook": rulebook.version,
            },
            links=(("HANDED_FROM", organization), ("HANDED_TO", command.to), ("HANDED_BY", person)),
            kind=EventKind.TRANSFER,
            to_organization=command.to,
            due_at=acknowledge_by,
            note=command.statement.strip(),
        )
        (transfer,) = await begin(transaction, "Transfer", doing, [sent])
        grounds = [
            Beginning(
                name=f"transfer-ground/{key}/{number:04}",
                properties={"kind": one.kind.value, "statement": one.statement},
                links=(("GROUND_OF", transfer), ("GROUND_AT", one.problem), ("RESTS_ON", event)),
            )
            for number, (one, event) in enumerate(behind, start=1)
        ]
        await begin(transaction, "TransferGround", doing, grounds)
        return Done({"transfer": transfer}, doing.recorded_at)

    return await carry_out(database, command, caller, now, work)


async def receive_transfer(
    database: Database, command: ReceiveTransfer, caller: Caller, now: datetime, rulebook: Rulebook
) -> Done:
    """Acknowledge a transfer, accept it, or return it with a reason; late ones are recorded. Raises RefusedError."""
    at = taken_at(command.at, now)
    returned = command.action is TransferAction.RETURN
    reason = (command.reason or "").strip()
    if returned and not reason:
        raise refused_at("reason", "say why it is returned", RefusalCode.MISSING_NOTE)

    async def work(transaction: Transaction, key: str) -> Done:
        person, post, organization = await supervising(
            transaction, caller, Supervising.RECEIVE, command.person, command.post, at, rulebook, "person"
        )
        locked = await lock(transaction, "Transfer", command.transfer, "transfer")
        if organization != locked.to("HANDED_TO"):
            message = "it was handed to another organization; somebody of that one must receive it"
            raise refused_at("person", message, RefusalCode.NOT_ALLOWED)
        state = TransferState(locked.properties["state"])
        can = rules.receipts(state)
        if command.action not in can:
            message = f"{command.action} is not possible while it is {state}. Possible: {', '.join(can) or 'nothing'}."
            errors = (("action", message),)
            raise RefusedError(RefusalCode.ILLEGAL_TRANSITION, message, errors, receipts=can)
        before = locked.at("acknowledgedAt") or locked.at("transferredAt") or at
        if at < before:
            message = f"{at.isoformat()} lies before the step in front of it at {before.isoformat()}"
            raise refused_at("at", message, RefusalCode.OUT_OF_ORDER)
        earliest = max(now, locked.changed_at + TICK)
        doing = Doing(at, person, post, await take_gate(transaction, earliest))
        new, done_at, by = RECEIVED[command.action]
        changed: dict[str, Any] = {"state": new.value, done_at: at}
        if returned:
            changed["returnReason"] = reason
        event = await change(
            transaction,
            "Transfer",
            doing,
            locked,
            key,
            EventKind[command.action.name],
            changed,
            links=((by, person),),
            note=reason or None,
        )
        return Done({"transfer": command.transfer, "event": event}, doing.recorded_at)

    return await carry_out(database, command, caller, now, work)


def _check(command: TransferProblems) -> None:
    if not command.statement.strip():
        raise refused_at("statement", "say why it is transferred", RefusalCode.MISSING_NOTE)
    if not 0 < len({one.problem for one in command.grounds}) <= MOST:
        raise refused_at("grounds", f"a transfer is of 1 to {MOST} problems, each with what it is transferred for")
    for number, one in enumerate(command.grounds):
        if any((one.problem, one.kind) == (other.problem, other.kind) for other in command.grounds[:number]):
            raise refused_at(f"grounds.{number}", "this problem is transferred for this already; name its events there")


async def _check_receiver(transaction: Transaction, to: str, rulebook: Rulebook) -> None:
    may = rulebook.may_supervise(Supervising.RECEIVE)
    (found,) = await transaction.run(queries.KIND, {"organization": to})
    if OrganizationKind(found["kind"]) not in may:
        raise refused_at("to", f"only {', '.join(may)} receive what is transferred", RefusalCode.NOT_ALLOWED)


async def _behind(transaction: Transaction, command: TransferProblems) -> list[tuple[Ground, str]]:
    """Each ground with each event that it rests on. Raises RefusedError for a word with nothing behind it."""
    found: list[tuple[Ground, str]] = []
    for number, one in enumerate(command.grounds):
        rows = await transaction.run(queries.HAPPENED, {"problem": one.problem, "open": OPEN})
        events = rules.rests_on(one.kind, [Told(row["id"], row["kind"], row["wrong"]) for row in rows], one.events)
        if isinstance(events, str):
            raise refused_at(
                f"grounds.{number}.{'events' if one.events else 'kind'}", events, RefusalCode.MISSING_EVIDENCE
            )
        found += [(one, event) for event in events]
    return found
