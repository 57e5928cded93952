"""Commands on problems: load the facts, let the rules decide, write effect and event in one transaction.

A refusal changes nothing and is not remembered: the same key may be sent again once what was wrong is put right.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from graph import ledger
from graph.model.enums import EventKind, ProblemAction, Severity
from graph.model.identity import record_id
from graph.model.instants import OPEN, SHANGHAI, TICK, utc
from graph.queries import problems as queries
from graph.queries.watermark import passed, take_gate
from graph.session import Database, Transaction
from schema.errors import RefusalCode
from services.oversight import rules
from services.oversight.rules import Life, Step

SOURCE = "zeren"
"""The source of what is told to zeren itself."""

LATEST = OPEN - TICK
"""Commands go by all that is recorded, whatever clock it was recorded by; not by what an import has pending."""


@dataclass(frozen=True)
class Actor:
    """Who sends a command. `person`: who does it, None for a machine. `may_name_others`: acts for other systems."""

    subject: str
    person: str | None
    may_act: bool
    may_name_others: bool


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


@dataclass(frozen=True)
class Done:
    """What a command came to: the problem, the event that records it, and when that was."""

    problem: str
    event: str
    recorded_at: datetime


class RefusedError(Exception):
    """A command that was not carried out; rolls the transaction back. `errors`: (field of the input, message)."""

    def __init__(
        self,
        code: RefusalCode,
        message: str,
        errors: tuple[tuple[str, str], ...] = (),
        possible: tuple[ProblemAction, ...] = (),
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.errors = errors
        self.possible = possible


async def report(database: Database, command: Report, actor: Actor, now: datetime, clock: timedelta | None) -> Done:
    """Report a problem; `clock` is what an assignment gives it that names no deadline. Raises RefusedError."""
    _check_report(command, now)

    async def work(transaction: Transaction) -> Done:
        key = await _claim(transaction, command.key, actor, command, now)
        if isinstance(key, Done):
            return key
        discovered_at = command.discovered_at or now
        person, post = await _acting(transaction, actor, command.person, command.post, discovered_at, "reportedBy")
        await _check_kinds(
            transaction,
            {
                "site": (command.site, "Site"),
                "area": (command.area, "Area"),
                "task": (command.task, "Task"),
                "reportedBy": (person, "Person"),
                "post": (post, "Post"),
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
                "event": _event(entry, sealed, f"event/{key}", recorded_at),
                "site": command.site,
                "area": command.area,
                "task": command.task,
                "reporter": person,
                "post": post,
            },
        )
        return await _settle(transaction, key, Done(problem, entry.id, recorded_at))

    return await _acknowledged(database, work)


async def act(database: Database, command: Act, actor: Actor, now: datetime) -> Done:
    """Carry out an action. Raises RefusedError."""
    at = command.at or now
    if at > now:
        raise _bad("at", f"{at.isoformat()} lies in the future; give the time at which it was done")

    async def work(transaction: Transaction) -> Done:
        key = await _claim(transaction, command.key, actor, command, now)
        if isinstance(key, Done):
            return key
        person, post = await _acting(transaction, actor, command.person, command.post, at, "person")
        await _check_kinds(
            transaction,
            {
                "problem": (command.problem, "Problem"),
                "person": (person, "Person"),
                "post": (post, "Post"),
                "toOrganization": (command.to_organization, "Organization"),
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
                "event": _event(entry, sealed, f"event/{key}", recorded_at),
                "assignedTo": after.assigned_to or "",
                "person": person,
                "post": post,
                "toOrganization": command.to_organization,
            },
        )
        return await _settle(transaction, key, Done(command.problem, entry.id, recorded_at))

    return await _acknowledged(database, work)


def _deadline_set(command: Act, before: Life, after: Life) -> datetime | None:
    """What the event says of the deadline: an assignment by the clock too, so that the event alone tells it."""
    if command.action is ProblemAction.ASSIGN and after.due_at != before.due_at:
        return after.due_at
    return command.due_at


async def _acknowledged(database: Database, work: Callable[[Transaction], Awaitable[Done]]) -> Done:
    """Do it; when this returns, whoever asks next sees it."""
    done = await database.transact(work)
    await passed(database, done.recorded_at)
    return done


def _check_report(command: Report, now: datetime) -> None:
    if not command.title.strip():
        raise _bad("title", "the title is empty; say in a few words what was found")
    if command.site is None and command.area is None:
        raise _bad("site", "a problem needs a site or an area; give the id of one")
    if command.discovered_at is not None and command.discovered_at > now:
        raise _bad("discoveredAt", f"{command.discovered_at.isoformat()} lies in the future")


def _bad(path: str, message: str) -> RefusedError:
    return RefusedError(RefusalCode.BAD_INPUT, message, ((path, message),))


def _row_of(command: Report) -> dict[str, object]:
    return {
        "title": command.title.strip(),
        "origin": command.origin,
        "severity": command.severity.value,
        "site": command.site,
        "area": command.area,
        "task": command.task,
    }


async def _claim(transaction: Transaction, key: str, actor: Actor, command: Report | Act, now: datetime) -> str | Done:
    """The key in the caller's own space; or, where the command was carried out before, what it came to."""
    if not key.strip() or len(key) > 200:
        raise _bad("idempotencyKey", "give a key of 1 to 200 characters, a new one for each new command")
    if not actor.may_act:
        raise RefusedError(RefusalCode.NOT_ALLOWED, "a viewer changes nothing; sign in with a role that may act")
    scoped = f"{actor.subject}/{key}"
    request = sha256(repr(command).encode()).hexdigest()
    (claimed,) = await transaction.run(queries.CLAIM.cypher, {"key": scoped, "request": request, "now": now})
    if claimed["request"] != request:
        message = "this key was used for another command; a new command needs a new key"
        raise RefusedError(RefusalCode.IDEMPOTENCY_CONFLICT, message, (("idempotencyKey", message),))
    if claimed["outcome"]:
        said = json.loads(claimed["outcome"])
        return Done(said["problem"], said["event"], datetime.fromisoformat(said["recordedAt"]))
    return scoped


async def _settle(transaction: Transaction, key: str, done: Done) -> Done:
    outcome = {"problem": done.problem, "event": done.event, "recordedAt": utc(done.recorded_at).isoformat()}
    await transaction.run(queries.SETTLE.cypher, {"key": key, "outcome": json.dumps(outcome)})
    return done


async def _acting(
    transaction: Transaction,
    actor: Actor,
    person: str | None,
    post: str | None,
    at: datetime,
    path: str,
) -> tuple[str | None, str | None]:
    """Who acts, in which post. A person may only act as themself, and only in a post that they hold then."""
    if person is not None and person != actor.person and not actor.may_name_others:
        message = "you may act only as yourself; leave this out, or sign in as an integrator"
        raise RefusedError(RefusalCode.NOT_ALLOWED, message, ((path, message),))
    person = person or actor.person
    if person is None:
        return None, post
    held = [
        row["post"] for row in await transaction.run(queries.POSTS_HELD, {"person": person, "at": at, "now": LATEST})
    ]
    if post is None:
        return person, held[0] if len(held) == 1 else None
    if post not in held:
        message = "the person does not hold this post at that time; name one that they hold, or none"
        raise RefusedError(RefusalCode.NOT_ALLOWED, message, (("post", message),))
    return person, post


async def _check_kinds(transaction: Transaction, named: Mapping[str, tuple[str | None, str]]) -> None:
    ids = sorted({record for record, _ in named.values() if record is not None})
    rows = await transaction.run(queries.KINDS_OF, {"ids": ids, "now": LATEST})
    kinds = {row["id"]: row["kind"] for row in rows}
    errors = tuple(
        (path, f"there is no {kind} {record}")
        for path, (record, kind) in named.items()
        if record is not None and kinds.get(record) != kind
    )
    if errors:
        raise RefusedError(RefusalCode.NOT_FOUND, "; ".join(message for _, message in errors), errors)


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


def _event(entry: ledger.Entry, sealed: ledger.Sealed, source_id: str, now: datetime) -> dict[str, object]:
    return {
        "id": entry.id,
        "source": SOURCE,
        "sourceId": source_id,
        "kind": str(entry.kind),
        "at": entry.at,
        "position": entry.position,
        "data": sealed.data,
        "hash": sealed.hash,
        "previousHash": sealed.previous_hash,
        "evidence": list(entry.evidence),
        "note": entry.note,
        "dueAt": entry.due_at or OPEN,
        "recordedAt": now,
    }
