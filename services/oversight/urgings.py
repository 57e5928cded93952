"""Urging: whoever has a problem in hand is told to get on with it, and must answer in time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from graph.model.enums import EventKind, ProblemAction, Supervising, SupervisionStep
from graph.model.instants import TICK
from graph.queries.watermark import take_gate
from graph.session import Database, Transaction
from schema.errors import RefusalCode
from services.campaign.rules import Rulebook
from services.hosting.commanding import Done, RefusedError, acting, carry_out, check_kinds, refused_at, taken_at
from services.hosting.identity import Caller
from services.oversight import rules, writing
from services.oversight.chains import Beginning, Doing, begin, change, lock
from services.oversight.rules import Step
from services.oversight.supervising import due_by, organizations_of, supervising


@dataclass(frozen=True)
class UrgeProblem:
    key: str
    problem: str
    reason: str
    answer_by: datetime | None = None
    at: datetime | None = None
    person: str | None = None
    post: str | None = None


@dataclass(frozen=True)
class AnswerUrging:
    key: str
    urging: str
    answer: str
    at: datetime | None = None
    person: str | None = None
    post: str | None = None
    evidence: tuple[str, ...] = ()


async def urge_problem(
    database: Database, command: UrgeProblem, caller: Caller, now: datetime, rulebook: Rulebook
) -> Done:
    """Urge the organization that has a problem in hand. Raises RefusedError."""
    at = taken_at(command.at, now)
    if not command.reason.strip():
        raise refused_at("reason", "say why it is urged", RefusalCode.MISSING_NOTE)
    answer_by = due_by(command.answer_by, SupervisionStep.ANSWER_URGING, at, rulebook, "answerBy")

    async def work(transaction: Transaction, key: str) -> Done:
        person, post, organization = await supervising(
            transaction, caller, Supervising.URGE, command.person, command.post, at, rulebook, "urgedBy"
        )
        await check_kinds(transaction, {"problem": (command.problem, ("Problem",))})
        standing = await writing.lock(transaction, command.problem)
        urged = standing.life.held_by
        step = Step(
            ProblemAction.URGE, at, person, post, organization, to_organization=urged, due_at=None,
            note=command.reason.strip(),
        )  # fmt: skip
        writing.after(standing, step)
        if urged is None:
            message = "nobody has it in hand whom one could urge; register and assign it first"
            can = rules.possible(standing.life)
            raise RefusedError(RefusalCode.MISSING_ORGANIZATION, message, (("problem", message),), can)
        if urged == organization:
            message = "it is in the hands of the organization that urges; act on it instead"
            raise refused_at("problem", message, RefusalCode.NOT_ALLOWED)
        earliest = max(now, standing.changed_at + TICK)
        doing = Doing(at, person, post, await take_gate(transaction, earliest))
        standing = await writing.write_step(transaction, standing, step, f"{key}/problem", doing.recorded_at)
        one = Beginning(
            name=f"urging/{key}",
            properties={
                "number": standing.life.urgings,
                "reason": command.reason.strip(),
                "urgedAt": at,
                "answerBy": answer_by,
                "rulebook": rulebook.version,
            },
            links=(
                ("URGES", command.problem),
                ("URGED", urged),
                ("URGED_FOR", organization),
                ("URGED_BY", person),
            ),
            kind=EventKind.URGE,
            to_organization=urged,
            due_at=answer_by,
            note=command.reason.strip(),
        )
        (urging,) = await begin(transaction, "Urging", doing, [one])
        return Done({"urging": urging, "problem": command.problem, "event": standing.event}, doing.recorded_at)

    return await carry_out(database, command, caller, now, work)


async def answer_urging(database: Database, command: AnswerUrging, caller: Caller, now: datetime) -> Done:
    """Answer for the organization that was urged; late answers are recorded, and late. Raises RefusedError."""
    at = taken_at(command.at, now)
    if not command.answer.strip():
        raise refused_at("answer", "say what was done, and how it stands", RefusalCode.MISSING_NOTE)

    async def work(transaction: Transaction, key: str) -> Done:
        person, post = await acting(transaction, caller, command.person, command.post, at, "person")
        if person is None:
            message = "say who answers: sign in as that person, or name them as an integrator"
            raise refused_at("person", message, RefusalCode.MISSING_PERSON)
        locked = await lock(transaction, "Urging", command.urging, "urging")
        if locked.at("answeredAt") is not None:
            raise refused_at("urging", "this urging was answered already", RefusalCode.ILLEGAL_TRANSITION)
        if locked.to("URGED") not in await organizations_of(transaction, person, at):
            message = "the person holds no post of the organization that was urged at that time"
            raise refused_at("person", message, RefusalCode.NOT_ALLOWED)
        urged_at = locked.at("urgedAt") or at
        if at < urged_at:
            message = f"{at.isoformat()} lies before it was urged at {urged_at.isoformat()}"
            raise refused_at("at", message, RefusalCode.OUT_OF_ORDER)
        earliest = max(now, locked.changed_at + TICK)
        doing = Doing(at, person, post, await take_gate(transaction, earliest))
        state: dict[str, Any] = {"answeredAt": at, "answer": command.answer.strip()}
        event = await change(
            transaction,
            "Urging",
            doing,
            locked,
            key,
            EventKind.ANSWER,
            state,
            links=(("URGING_ANSWERED_BY", person),),
            evidence=command.evidence,
            note=command.answer.strip(),
        )
        return Done({"urging": command.urging, "problem": locked.to("URGES") or "", "event": event}, doing.recorded_at)

    return await carry_out(database, command, caller, now, work)
