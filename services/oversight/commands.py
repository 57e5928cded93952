"""Commands on problems: load the facts, let the rules decide, write effect and event in one transaction."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from graph import ledger
from graph.model.enums import EventKind, ProblemAction, Severity
from graph.model.identity import record_id
from graph.model.instants import OPEN, SHANGHAI, TICK
from graph.queries import problems as queries
from graph.queries.watermark import take_gate
from graph.session import Database, Transaction
from schema.errors import RefusalCode
from services.hosting.commanding import (
    LATEST,
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
from services.oversight import rules
from services.oversight.rules import Life, Step


@dataclass(frozen=True)
class Report:
    key: str
    title: str
    origin: str
    severity: Severity
    discovered_at: datetime | None = None
    site: str | None = None
    area: str | None = None
    task: str | None = None
    number: str | None = None
    person: str | None = None
    post: str | None = None
    evidence: tuple[str, ...] = ()
    note: str | None = None


@dataclass(frozen=True)
class Act:
    key: str
    problem: str
    action: ProblemAction
    at: datetime | None = None
    person: str | None = None
    post: str | None = None
    to_organization: str | None = None
    due_at: datetime | None = None
    evidence: tuple[str, ...] = ()
    note: str | None = None


async def report(database: Database, command: Report, caller: Caller, now: datetime, clock: timedelta | None) -> Done:
    """Report a problem; `clock` is what an assignment gives it that names no deadline. Raises RefusedError."""
    _check_report(command, now)

    async def work(transaction: Transaction, key: str) -> Done:
        discovered_at = command.discovered_at or now
        person, post = await acting(transaction, caller, command.person, command.post, discovered_at, "reportedBy")
        await check_kinds(
            transaction,
            {
                "site": (command.site, ("Site",)),
                "area": (command.area, ("Area",)),
                "task": (command.task, ("Task",)),
                "reportedBy": (person, ("Person",)),
                "post": (post, ("Post",)),
            },
        )
        source_id = f"problem/{key}"
        problem = record_id(SOURCE, source_id)
        life = rules.begin(discovered_at, clock)
        entry = ledger.Entry(
            id=record_id(SOURCE, f"event/{key}"),
            subject=problem,
            position=1,
            kind=EventKind.REPORTED,
            at=discovered_at,
            actor=person,
            post=post,
            evidence=command.evidence,
            note=command.note,
            row={name: str(value) for name, value in _row_of(command).items() if value is not None},
        )
        sealed = ledger.seal(entry, None)
        recorded_at = await take_gate(transaction, now)
        number = command.number or f"{discovered_at.astimezone(SHANGHAI):%Y%m%d}-{problem[:6]}"
        node = {
            "id": problem,
            "source": SOURCE,
            "sourceId": source_id,
            "number": number,
            "title": command.title.strip(),
            "origin": command.origin,
            "severity": command.severity.value,
            "discoveredAt": discovered_at,
            "siteId": command.site or "",
            "taskId": command.task or "",
            "recordedAt": recorded_at,
            **_state(life, 1, sealed, recorded_at),
        }
        await transaction.run(
            queries.REPORT.cypher,
            {
                "problem": node,
                "event": event_properties(entry, sealed, f"event/{key}", recorded_at),
                "site": command.site,
                "area": command.area,
                "task": command.task,
                "reporter": person,
                "post": post,
            },
        )
        return Done({"problem": problem, "event": entry.id}, recorded_at)

    return await carry_out(database, command, caller, now, work)


async def act(database: Database, command: Act, caller: Caller, now: datetime) -> Done:
    """Carry out an action. Raises RefusedError."""
    at = taken_at(command.at, now)

    async def work(transaction: Transaction, key: str) -> Done:
        person, post = await acting(transaction, caller, command.person, command.post, at, "person")
        await check_kinds(
            transaction,
            {
                "problem": (command.problem, ("Problem",)),
                "person": (person, ("Person",)),
                "post": (post, ("Post",)),
                "toOrganization": (command.to_organization, ("Organization",)),
            },
        )
        (found,) = await transaction.run(queries.LOCK, {"problem": command.problem, "now": LATEST})
        if found["importing"] is not None:
            message = "an import is changing this problem; send the same command again when it is complete"
            raise RefusedError(RefusalCode.NOT_ALLOWED, message, (("problem", message),))
        life = rules.load(found["life"])
        step = Step(
            action=command.action,
            at=at,
            person=person,
            post=post,
            organization=await _home(transaction, post, at),
            to_organization=command.to_organization,
            due_at=command.due_at,
            evidence=command.evidence,
            note=command.note,
        )
        after = rules.apply(life, step)
        if isinstance(after, rules.Refused):
            code = RefusalCode(after.code)
            raise RefusedError(code, after.message, ((after.path, after.message),), after.possible)
        entry = ledger.Entry(
            id=record_id(SOURCE, f"event/{key}"),
            subject=command.problem,
            position=found["position"] + 1,
            kind=command.action,
            at=at,
            actor=person,
            post=post,
            to_organization=command.to_organization,
            due_at=_deadline_set(command, life, after),
            evidence=command.evidence,
            note=command.note,
        )
        sealed = ledger.seal(entry, found["hash"])
        recorded_at = await take_gate(transaction, max(now, found["changedAt"].to_native() + TICK))
        await transaction.run(
            queries.ACT.cypher,
            {
                "problem": command.problem,
                "now": recorded_at,
                "state": _state(after, entry.position, sealed, recorded_at),
                "event": event_properties(entry, sealed, f"event/{key}", recorded_at),
                "assignedTo": after.assigned_to or "",
                "person": person,
                "post": post,
                "toOrganization": command.to_organization,
            },
        )
        return Done({"problem": command.problem, "event": entry.id}, recorded_at)

    return await carry_out(database, command, caller, now, work)


def _deadline_set(command: Act, before: Life, after: Life) -> datetime | None:
    """What the event says of the deadline: an assignment by the clock too, so that the event alone tells it."""
    if command.action is ProblemAction.ASSIGN and after.due_at != before.due_at:
        return after.due_at
    return command.due_at


def _check_report(command: Report, now: datetime) -> None:
    if not command.title.strip():
        raise refused_at("title", "the title is empty; say in a few words what was found")
    if command.site is None and command.area is None:
        raise refused_at("site", "a problem needs a site or an area; give the id of one")
    if command.discovered_at is not None and command.discovered_at > now:
        raise refused_at("discoveredAt", f"{command.discovered_at.isoformat()} lies in the future")


def _row_of(command: Report) -> dict[str, object]:
    return {
        "title": command.title.strip(),
        "origin": command.origin,
        "severity": command.severity.value,
        "site": command.site,
        "area": command.area,
        "task": command.task,
    }


async def _home(transaction: Transaction, post: str | None, at: datetime) -> str | None:
    if post is None:
        return None
    rows = await transaction.run(queries.HOME_OF_POST, {"post": post, "at": at, "now": LATEST})
    return rows[0]["organization"] if rows else None


def _state(life: Life, position: int, sealed: ledger.Sealed, now: datetime) -> dict[str, object]:
    """The columns of a problem that its life sets."""
    return {
        "status": life.status.value,
        "dueAt": life.due_at or OPEN,
        "assignedToId": life.assigned_to or "",
        "life": rules.dump(life),
        "position": position,
        "hash": sealed.hash,
        "changedAt": now,
    }
