"""Problems fed back by the province, the city or the county: recorded as one, with the deadlines that were set."""

from dataclasses import dataclass
from datetime import datetime

from graph.model.enums import AuthorityLevel, Origin, ProblemAction, Severity, Supervising
from graph.queries.watermark import take_gate
from graph.session import Database, Transaction
from schema.errors import RefusalCode
from services.campaign.rules import Rulebook
from services.hosting.commanding import Done, carry_out, check_kinds, refused_at
from services.hosting.identity import Caller
from services.oversight.chains import Beginning, Doing, begin
from services.oversight.rules import Step
from services.oversight.supervising import supervising
from services.oversight.writing import Opening, open_problem, places_of, write_step

MOST = 200
"""Problems that one feedback may name: they are written in one transaction."""


@dataclass(frozen=True)
class FedBack:
    """A problem that the authority names. `due_at`: the deadline that it set."""

    title: str
    severity: Severity
    due_at: datetime | None = None
    discovered_at: datetime | None = None
    site: str | None = None
    area: str | None = None
    task: str | None = None
    number: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class RecordFeedback:
    key: str
    level: AuthorityLevel
    document: str
    problems: tuple[FedBack, ...]
    authority: str | None = None
    batch: str | None = None
    received_at: datetime | None = None
    person: str | None = None
    post: str | None = None
    note: str | None = None


async def record_feedback(
    database: Database, command: RecordFeedback, caller: Caller, now: datetime, rulebook: Rulebook
) -> Done:
    """Record a feedback; each of its problems is reported and registered. Raises RefusedError."""
    received_at = command.received_at or now
    _check(command, received_at, now)

    async def work(transaction: Transaction, key: str) -> Done:
        person, post, organization = await supervising(
            transaction,
            caller,
            Supervising.FEED_BACK,
            command.person,
            command.post,
            received_at,
            rulebook,
            "recordedBy",
        )
        await check_kinds(transaction, places_of(command.problems))
        doing = Doing(received_at, person, post, await take_gate(transaction, now))
        (feedback,) = await begin(
            transaction,
            "Feedback",
            doing,
            [
                Beginning(
                    name=f"feedback/{key}",
                    properties={
                        "level": command.level.value,
                        "authority": command.authority,
                        "document": command.document.strip(),
                        "batch": command.batch,
                        "receivedAt": received_at,
                        "note": command.note,
                    },
                    links=(("RECORDED_BY", person), ("RECEIVED_BY", organization)),
                )
            ],
        )
        for number, one in enumerate(command.problems, start=1):
            await _open(transaction, f"{key}/{number:04}", one, command.level, feedback, doing, organization, rulebook)
        return Done({"feedback": feedback}, doing.recorded_at)

    return await carry_out(database, command, caller, now, work)


async def _open(
    transaction: Transaction,
    key: str,
    one: FedBack,
    level: AuthorityLevel,
    feedback: str,
    doing: Doing,
    organization: str,
    rulebook: Rulebook,
) -> None:
    """A problem that is fed back needs nobody to say that it is one: it is registered, with the deadline set above."""
    opening = Opening(
        title=one.title,
        origin=Origin[level.name],
        severity=one.severity,
        discovered_at=one.discovered_at or doing.at,
        site=one.site,
        area=one.area,
        task=one.task,
        number=one.number,
        note=one.note,
        links=(("FED_BACK_IN", feedback),),
    )
    by = (doing.person, doing.post)
    clock = rulebook.problem_clock(one.severity)
    standing = await open_problem(transaction, key, opening, by, clock, doing.recorded_at)
    step = Step(
        ProblemAction.REGISTER, doing.at, doing.person, doing.post, organization=organization, due_at=one.due_at
    )
    await write_step(transaction, standing, step, f"{key}/registered", doing.recorded_at)


def _check(command: RecordFeedback, received_at: datetime, now: datetime) -> None:
    if not command.document.strip():
        raise refused_at("document", "the document is empty; give its number or title")
    if not 0 < len(command.problems) <= MOST:
        raise refused_at("problems", f"a feedback names 1 to {MOST} problems; it has {len(command.problems)}")
    if received_at > now:
        raise refused_at("receivedAt", f"{received_at.isoformat()} lies in the future")
    for number, one in enumerate(command.problems):
        path = f"problems.{number}"
        found = one.discovered_at or received_at
        if not one.title.strip():
            raise refused_at(f"{path}.title", "the title is empty; say in a few words what was found")
        if one.site is None and one.area is None:
            raise refused_at(f"{path}.site", "a problem needs a site or an area; give the id of one")
        if found > received_at:
            message = f"{found.isoformat()} lies after the feedback was received at {received_at.isoformat()}"
            raise refused_at(f"{path}.discoveredAt", message, RefusalCode.OUT_OF_ORDER)
        if one.due_at is not None and one.due_at < found:
            message = f"{one.due_at.isoformat()} lies before the problem was found at {found.isoformat()}"
            raise refused_at(f"{path}.dueAt", message, RefusalCode.BAD_DUE_AT)
