"""How a problem is opened and a step of its life written, within a command's transaction: one way for all commands.

A command that opens several problems, or acts on several, first locks what it acts on, then takes its gate once, and
then writes: see `graph.queries.watermark`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from graph import ledger
from graph.model.enums import EventKind, ProblemAction, Severity
from graph.model.identity import record_id
from graph.model.instants import OPEN, SHANGHAI
from graph.queries import problems as queries
from graph.session import Transaction
from schema.errors import RefusalCode
from services.hosting.commanding import LATEST, SOURCE, RefusedError, event_properties
from services.oversight import rules
from services.oversight.rules import Life, Step


@dataclass(frozen=True)
class Opening:
    """What was found. `links`: what else it leads to, (relationship, id), of the problem's references."""

    title: str
    origin: str
    severity: Severity
    discovered_at: datetime
    site: str | None = None
    area: str | None = None
    task: str | None = None
    number: str | None = None
    evidence: tuple[str, ...] = ()
    note: str | None = None
    links: tuple[tuple[str, str], ...] = ()


class Found(Protocol):
    """What was found, in a command that opens several problems."""

    @property
    def site(self) -> str | None: ...
    @property
    def area(self) -> str | None: ...
    @property
    def task(self) -> str | None: ...


def places_of(problems: Sequence[Found]) -> dict[str, tuple[str | None, tuple[str, ...]]]:
    """The records that the command's `problems` name, for `check_kinds`."""
    named: dict[str, tuple[str | None, tuple[str, ...]]] = {}
    for number, one in enumerate(problems):
        named[f"problems.{number}.site"] = (one.site, ("Site",))
        named[f"problems.{number}.area"] = (one.area, ("Area",))
        named[f"problems.{number}.task"] = (one.task, ("Task",))
    return named


@dataclass(frozen=True)
class Standing:
    """A problem whose lock is held. `event`: the last that this transaction has written of it."""

    problem: str
    life: Life
    position: int
    hash: str
    changed_at: datetime
    severity: Severity
    event: str = ""


async def open_problem(
    transaction: Transaction,
    key: str,
    opening: Opening,
    by: tuple[str | None, str | None],
    clock: timedelta | None,
    recorded_at: datetime,
) -> Standing:
    """Write a problem with the event that it was reported. `key`: of which its id is made; `by`: person and post."""
    life, written = opened(key, opening, by, clock, recorded_at)
    problem, event = written["problem"], written["event"]
    await transaction.run(queries.REPORT.cypher, written)
    return Standing(problem["id"], life, 1, problem["hash"], recorded_at, opening.severity, event["id"])


def opened(
    key: str,
    opening: Opening,
    by: tuple[str | None, str | None],
    clock: timedelta | None,
    recorded_at: datetime,
) -> tuple[Life, dict[str, Any]]:
    """The life of a problem that begins, and what REPORT is bound to. `key` and `by`: as for `open_problem`."""
    person, post = by
    source_id = f"problem/{key}"
    problem = record_id(SOURCE, source_id)
    life = rules.begin(opening.discovered_at, clock)
    said = {
        "title": opening.title.strip(),
        "origin": opening.origin,
        "severity": opening.severity.value,
        "site": opening.site,
        "area": opening.area,
        "task": opening.task,
        **dict(opening.links),
    }
    entry = ledger.Entry(
        id=record_id(SOURCE, f"event/{key}"),
        subject=problem,
        position=1,
        kind=EventKind.REPORTED,
        at=opening.discovered_at,
        actor=person,
        post=post,
        evidence=opening.evidence,
        note=opening.note,
        row={name: str(value) for name, value in said.items() if value is not None},
    )
    sealed = ledger.seal(entry, None)
    node = {
        "id": problem,
        "source": SOURCE,
        "sourceId": source_id,
        "number": opening.number or f"{opening.discovered_at.astimezone(SHANGHAI):%Y%m%d}-{problem[:6]}",
        "title": opening.title.strip(),
        "origin": opening.origin,
        "severity": opening.severity.value,
        "discoveredAt": opening.discovered_at,
        "siteId": opening.site or "",
        "taskId": opening.task or "",
        "reportedById": person or "",
        "recordedAt": recorded_at,
        **state_of(life, 1, sealed, recorded_at),
    }
    links = {
        "FOUND_AT": opening.site,
        "FOUND_IN": opening.area,
        "FALLS_UNDER": opening.task,
        "REPORTED_BY": person,
        **dict(opening.links),
    }
    written = {
        "problem": node,
        "event": event_properties(entry, sealed, f"event/{key}", recorded_at),
        "links": [{"type": name, "to": record} for name, record in links.items() if record is not None],
        "person": person,
        "post": post,
    }
    return life, written


async def lock(transaction: Transaction, problem: str) -> Standing:
    """The problem as it stands, which nobody else changes until the transaction ends. Raises RefusedError."""
    (found,) = await transaction.run(queries.LOCK, {"problem": problem, "now": LATEST})
    if found["importing"] is not None:
        message = "an import is changing this problem; send the same command again when it is complete"
        raise RefusedError(RefusalCode.NOT_ALLOWED, message, (("problem", message),))
    return Standing(
        problem,
        rules.load(found["life"]),
        found["position"],
        found["hash"],
        found["changedAt"],
        Severity(found["severity"]),
    )


def after(standing: Standing, step: Step) -> Life:
    """The life after the step. Raises RefusedError with what is possible."""
    life = rules.apply(standing.life, step)
    if isinstance(life, rules.Refused):
        raise refusal(life)
    return life


def refuse(refused: rules.Refused | None) -> None:
    """Raises RefusedError where something is refused."""
    if refused is not None:
        raise refusal(refused)


def refusal(refused: rules.Refused) -> RefusedError:
    """What the rules refuse, with what is possible."""
    code, message = RefusalCode(refused.code), refused.message
    return RefusedError(code, message, ((refused.path, message),), refused.possible)


async def write_step(
    transaction: Transaction, standing: Standing, step: Step, key: str, recorded_at: datetime
) -> Standing:
    """Write a step with its event, whose id is made of `key`; the problem as it stands then. Raises RefusedError."""
    life = after(standing, step)
    source_id = f"event/{key}"
    entry = ledger.Entry(
        id=record_id(SOURCE, source_id),
        subject=standing.problem,
        position=standing.position + 1,
        kind=step.action,
        at=step.at,
        actor=step.person,
        post=step.post,
        to_organization=step.to_organization,
        due_at=_deadline_set(step, standing.life, life),
        evidence=step.evidence,
        note=step.note,
    )
    return await _write(transaction, standing, life, entry, source_id, recorded_at)


async def write_passed(transaction: Transaction, standing: Standing, life: Life, recorded_at: datetime) -> Standing:
    """Write that a deadline passed, which made `life` of the problem. Nobody acts; it took place at the deadline."""
    assert life.passed is not None  # noqa: S101 - that was noticed
    position = standing.position + 1
    source_id = f"event/{standing.problem}/{position}/{EventKind.DEADLINE_PASSED}"
    entry = ledger.Entry(
        id=record_id(SOURCE, source_id),
        subject=standing.problem,
        position=position,
        kind=EventKind.DEADLINE_PASSED,
        at=life.passed,
    )
    return await _write(transaction, standing, life, entry, source_id, recorded_at)


async def _write(
    transaction: Transaction, standing: Standing, life: Life, entry: ledger.Entry, source_id: str, recorded_at: datetime
) -> Standing:
    sealed = ledger.seal(entry, standing.hash)
    await transaction.run(
        queries.ACT.cypher,
        {
            "problem": standing.problem,
            "now": recorded_at,
            "state": state_of(life, entry.position, sealed, recorded_at),
            "event": event_properties(entry, sealed, source_id, recorded_at),
            "assignedTo": life.assigned_to or "",
            "person": entry.actor,
            "post": entry.post,
            "toOrganization": entry.to_organization,
        },
    )
    return replace(
        standing, life=life, position=entry.position, hash=sealed.hash, changed_at=recorded_at, event=entry.id
    )


async def home_of(transaction: Transaction, post: str | None, at: datetime) -> str | None:
    """The organization that a post belongs to at an instant."""
    if post is None:
        return None
    rows = await transaction.run(queries.HOME_OF_POST, {"post": post, "at": at, "now": LATEST})
    return rows[0]["organization"] if rows else None


def state_of(life: Life, position: int, sealed: ledger.Sealed, now: datetime) -> dict[str, object]:
    """The columns of a problem that its life sets."""
    return {
        "status": life.status.value,
        "dueAt": life.due_at or OPEN,
        "fallsDueAt": rules.falls_due_at(life),
        "verifiedAt": life.verified_at,
        "assignedToId": life.assigned_to or "",
        "life": rules.dump(life),
        "position": position,
        "hash": sealed.hash,
        "changedAt": now,
    }


def _deadline_set(step: Step, before: Life, life: Life) -> datetime | None:
    """What the event says of the deadline: an assignment by the clock too, so that the event alone tells it."""
    if step.action is ProblemAction.ASSIGN and life.due_at != before.due_at:
        return life.due_at
    return step.due_at
