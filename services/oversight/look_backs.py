"""Look-backs: drawn by seeded chance or chosen, and what they found; a rectification that does not hold is reopened."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from graph.model.enums import EventKind, LookBackOutcome, ProblemAction, Selection, Supervising, SupervisionStep
from graph.model.instants import TICK
from graph.queries import supervision as queries
from graph.queries.watermark import take_gate
from graph.session import Database, Transaction
from schema.errors import RefusalCode
from services.campaign.rules import Rulebook
from services.hosting.commanding import LATEST, Done, RefusedError, carry_out, check_kinds, refused_at, taken_at
from services.hosting.identity import Caller
from services.oversight import rules, writing
from services.oversight.chains import Beginning, Doing, begin, change, lock
from services.oversight.evidencing import Attachment, attach, check_evidence, named, sums
from services.oversight.rules import Step
from services.oversight.supervising import due_by, organizations_of, supervising

LARGEST_POPULATION = 10_000
LARGEST_DRAW = 200


@dataclass(frozen=True)
class DrawLookBacks:
    """The scope: None takes part in no condition."""

    key: str
    seed: str
    size: int
    closed_from: datetime | None = None
    closed_until: datetime | None = None
    area: str | None = None
    task: str | None = None
    feedback: str | None = None
    due_at: datetime | None = None
    at: datetime | None = None
    person: str | None = None
    post: str | None = None


@dataclass(frozen=True)
class ChooseLookBack:
    key: str
    problem: str
    reason: str
    due_at: datetime | None = None
    at: datetime | None = None
    person: str | None = None
    post: str | None = None


@dataclass(frozen=True)
class RecordLookBack:
    """`due_at`: by when what is reopened must be put right."""

    key: str
    look_back: str
    outcome: LookBackOutcome
    attachments: tuple[Attachment, ...]
    due_at: datetime | None = None
    at: datetime | None = None
    person: str | None = None
    post: str | None = None
    note: str | None = None


async def draw_look_backs(
    database: Database, command: DrawLookBacks, caller: Caller, now: datetime, rulebook: Rulebook
) -> Done:
    """Draw from the closed problems of a scope. Raises RefusedError."""
    at = taken_at(command.at, now)
    if not command.seed.strip():
        raise refused_at("seed", "the seed is empty; give a text that nobody could choose to their liking")
    if not 0 < command.size <= LARGEST_DRAW:
        raise refused_at("size", f"{command.size} are too few or too many; draw 1 to {LARGEST_DRAW}")
    due_at = due_by(command.due_at, SupervisionStep.LOOK_BACK, at, rulebook, "dueAt")

    async def work(transaction: Transaction, key: str) -> Done:
        person, post, _ = await supervising(
            transaction, caller, Supervising.LOOK_BACK, command.person, command.post, at, rulebook, "drawnBy"
        )
        await check_kinds(
            transaction,
            {
                "area": (command.area, ("Area",)),
                "task": (command.task, ("Task",)),
                "feedback": (command.feedback, ("Feedback",)),
            },
        )
        population = await _population(transaction, command, at)
        drawn = rules.draw(command.seed, population, command.size)
        doing = Doing(at, person, post, await take_gate(transaction, now))
        beginning = Beginning(
            name=f"draw/{key}",
            properties={
                "seed": command.seed,
                "drawnAt": at,
                "size": command.size,
                "populationSize": len(population),
                "population": population,
                "populationHash": rules.fingerprint(population),
                "closedFrom": command.closed_from,
                "closedUntil": command.closed_until,
            },
            links=(
                ("DRAWN_IN", command.area),
                ("DRAWN_UNDER", command.task),
                ("DRAWN_OF", command.feedback),
                ("DRAWN_BY", person),
            ),
            unsealed=frozenset({"population"}),  # its hash and size are sealed
        )
        (draw,) = await begin(transaction, "Draw", doing, [beginning])
        await begin(
            transaction,
            "LookBack",
            doing,
            [
                _ordered(f"{key}/{number:04}", Selection.DRAWN, problem, person, at, due_at, rulebook, draw=draw)
                for number, problem in enumerate(drawn, start=1)
            ],
        )
        return Done({"draw": draw}, doing.recorded_at)

    return await carry_out(database, command, caller, now, work)


async def choose_look_back(
    database: Database, command: ChooseLookBack, caller: Caller, now: datetime, rulebook: Rulebook
) -> Done:
    """Have a closed problem looked back at. Raises RefusedError."""
    at = taken_at(command.at, now)
    if not command.reason.strip():
        raise refused_at("reason", "say why it is chosen", RefusalCode.MISSING_NOTE)
    due_at = due_by(command.due_at, SupervisionStep.LOOK_BACK, at, rulebook, "dueAt")

    async def work(transaction: Transaction, key: str) -> Done:
        person, post, _ = await supervising(
            transaction, caller, Supervising.LOOK_BACK, command.person, command.post, at, rulebook, "chosenBy"
        )
        await check_kinds(transaction, {"problem": (command.problem, ("Problem",))})
        standing = await writing.lock(transaction, command.problem)
        writing.refuse(rules.may_not_look_back(standing.life, None, frozenset()))
        if await transaction.run(queries.PENDING_LOOK_BACK, {"problem": command.problem}):
            message = "somebody is to look back at this problem already; record what they find first"
            raise refused_at("problem", message, RefusalCode.NOT_ALLOWED)
        doing = Doing(at, person, post, await take_gate(transaction, now))
        one = _ordered(
            key, Selection.CHOSEN, command.problem, person, at, due_at, rulebook, reason=command.reason.strip()
        )
        (look_back,) = await begin(transaction, "LookBack", doing, [one])
        return Done({"lookBack": look_back, "problem": command.problem}, doing.recorded_at)

    return await carry_out(database, command, caller, now, work)


async def record_look_back(
    database: Database, command: RecordLookBack, caller: Caller, now: datetime, rulebook: Rulebook
) -> Done:
    """Say what a look-back found; what does not hold is reopened. Raises RefusedError."""
    at = taken_at(command.at, now)
    if not command.attachments:
        message = "a look-back needs evidence of what was found, whatever it is"
        raise refused_at("attachments", message, RefusalCode.MISSING_EVIDENCE)
    reopens = command.outcome in rules.REOPENS
    if command.due_at is not None and not reopens:
        raise refused_at("dueAt", "what holds is not reopened and gets no deadline", RefusalCode.BAD_DUE_AT)

    async def work(transaction: Transaction, key: str) -> Done:
        person, post, organization = await supervising(
            transaction, caller, Supervising.LOOK_BACK, command.person, command.post, at, rulebook, "person"
        )
        await check_kinds(transaction, named(command.attachments))
        locked = await lock(transaction, "LookBack", command.look_back, "lookBack")
        problem = locked.to("LOOKS_BACK_AT") or ""
        standing = await writing.lock(transaction, problem)
        if locked.properties.get("outcome") is not None:
            message = f"somebody looked already, and found {locked.properties['outcome']}"
            raise RefusedError(
                RefusalCode.ILLEGAL_TRANSITION, message, (("lookBack", message),), rules.possible(standing.life)
            )
        ordered_at = locked.at("orderedAt") or at
        if at < ordered_at:
            message = f"{at.isoformat()} lies before it was ordered at {ordered_at.isoformat()}"
            raise refused_at("at", message, RefusalCode.OUT_OF_ORDER)
        writing.refuse(rules.may_not_look_back(standing.life, person, await organizations_of(transaction, person, at)))
        check_evidence(command.attachments, ordered_at, at)
        look = Step(
            ProblemAction.LOOK_BACK, at, person, post, organization, evidence=sums(command.attachments),
            note=command.note,
        )  # fmt: skip
        again = Step(
            ProblemAction.REOPEN, at, person, post, organization, note=command.outcome.value,
            due_at=command.due_at or at + rulebook.problem_clock(standing.severity),
        )  # fmt: skip
        writing.after(standing, look)
        earliest = max(now, standing.changed_at + TICK, locked.changed_at + TICK)
        doing = Doing(at, person, post, await take_gate(transaction, earliest))
        standing = await writing.write_step(transaction, standing, look, f"{key}/problem", doing.recorded_at)
        await attach(transaction, key, doing, standing.event, problem, command.attachments)
        if reopens:
            standing = await writing.write_step(transaction, standing, again, f"{key}/reopened", doing.recorded_at)
        state: dict[str, Any] = {"lookedAt": at, "outcome": command.outcome.value, "note": command.note}
        event = await change(
            transaction,
            "LookBack",
            doing,
            locked,
            key,
            EventKind.LOOK_BACK,
            state,
            links=(("LOOKED_BY", person),),
            evidence=sums(command.attachments),
            note=command.note,
        )
        return Done({"lookBack": command.look_back, "problem": problem, "event": event}, doing.recorded_at)

    return await carry_out(database, command, caller, now, work)


def _ordered(
    name: str,
    selection: Selection,
    problem: str,
    person: str,
    at: datetime,
    due_at: datetime,
    rulebook: Rulebook,
    draw: str | None = None,
    reason: str | None = None,
) -> Beginning:
    return Beginning(
        name=f"look-back/{name}",
        properties={
            "selection": selection.value,
            "reason": reason,
            "orderedAt": at,
            "dueAt": due_at,
            "rulebook": rulebook.version,
        },
        links=(("LOOKS_BACK_AT", problem), ("DRAWN_FROM", draw), ("ORDERED_BY", person)),
        due_at=due_at,
    )


async def _population(transaction: Transaction, command: DrawLookBacks, at: datetime) -> list[str]:
    rows = await transaction.run(
        queries.POPULATION,
        {
            "at": at,
            "now": LATEST,
            "from": command.closed_from,
            "until": command.closed_until,
            "area": command.area,
            "task": command.task,
            "feedback": command.feedback,
            "limit": LARGEST_POPULATION + 1,
        },
    )
    if not rows:
        raise refused_at("", "no closed problem is in this scope that nobody is to look back at already")
    if len(rows) > LARGEST_POPULATION:
        raise refused_at("", f"more than {LARGEST_POPULATION} problems are in this scope; give a narrower one")
    return [row["problem"] for row in rows]
