"""Commands on problems: load the facts, let the rules decide, write effect and event in one transaction."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from graph.model.enums import AuthorityLevel, ProblemAction, Severity
from graph.model.instants import TICK
from graph.queries import supervision
from graph.queries.watermark import take_gate
from graph.session import Database, Transaction
from services.campaign.rulebook import current
from services.campaign.rules import Rulebook
from services.hosting.commanding import Done, Named, acting, carry_out, check_kinds, claim_of, refused_at, taken_at, who
from services.hosting.identity import Caller
from services.oversight import rules
from services.oversight.chains import Doing
from services.oversight.evidencing import Attachment, attach, check_evidence, named, sums
from services.oversight.reporting import Asked, reported
from services.oversight.rules import Step
from services.oversight.writing import Opening, Standing, after, home_of, lock, open_problem, refuse, write_step


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
    attachments: tuple[Attachment, ...] = ()


async def report(database: Database, command: Report, caller: Caller, now: datetime, clock: timedelta | None) -> Done:
    """Report a problem; `clock` is what an assignment gives it that names no deadline. Raises RefusedError."""
    opening = _opening(command, now)
    key, request = claim_of(command, caller)
    person = who(caller, command.person, "reportedBy")
    asked = Asked(command, caller, opening, key, request, person, command.post, clock, now)
    return await reported(database, asked) or await _report_alone(database, asked)


async def _report_alone(database: Database, asked: Asked) -> Done:
    known = Named(asked.ids())

    async def work(transaction: Transaction, key: str) -> Done:
        found = asked.opening.discovered_at
        by = await acting(transaction, asked.caller, asked.person, asked.post, found, "reportedBy")
        await check_kinds(transaction, asked.naming(), known.kinds)
        recorded_at = await take_gate(transaction, asked.now)
        standing = await open_problem(transaction, key, asked.opening, by, asked.clock, recorded_at)
        return Done({"problem": standing.problem, "event": standing.event}, recorded_at)

    return await carry_out(database, asked.command, asked.caller, asked.now, work, known)


async def act(
    database: Database, command: Act, caller: Caller, now: datetime, rulebook: Rulebook | None = None
) -> Done:
    """Carry out an action. `rulebook`: the current one, if not given. Raises RefusedError."""
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
            }
            | named(command.attachments),
        )
        standing = await lock(transaction, command.problem)
        step = Step(
            action=command.action,
            at=at,
            person=person,
            post=post,
            organization=await home_of(transaction, post, at),
            to_organization=command.to_organization,
            due_at=command.due_at,
            evidence=command.evidence + sums(command.attachments),
            note=command.note,
        )
        after(standing, step)  # refused before a gate is taken
        check_evidence(command.attachments, standing.life.discovered_at, at)
        await _check_rectification(transaction, standing, step, len(command.attachments), rulebook or current())
        recorded_at = await take_gate(transaction, max(now, standing.changed_at + TICK))
        done = await write_step(transaction, standing, step, key, recorded_at)
        doing = Doing(at, person, post, recorded_at)
        await attach(transaction, key, doing, done.event, done.problem, command.attachments)
        return Done({"problem": done.problem, "event": done.event}, recorded_at)

    return await carry_out(database, command, caller, now, work)


async def _check_rectification(
    transaction: Transaction, standing: Standing, step: Step, described: int, rulebook: Rulebook
) -> None:
    """What the rulebook asks of the rectification of a problem that was fed back from above. Raises RefusedError."""
    if step.action not in (ProblemAction.SUBMIT, ProblemAction.VERIFY):
        return
    for row in await transaction.run(supervision.FED_BACK_FROM, {"problem": standing.problem}):
        rule = rulebook.rectification(AuthorityLevel(row["level"]))
        needed = rules.undescribed(standing.life, step, described) if rule.described else None
        refuse(needed or rules.dependent(standing.life, step, rule.verified_by))


def _opening(command: Report, now: datetime) -> Opening:
    """What is reported. Raises RefusedError."""
    if not command.title.strip():
        raise refused_at("title", "the title is empty; say in a few words what was found")
    if command.site is None and command.area is None:
        raise refused_at("site", "a problem needs a site or an area; give the id of one")
    if command.discovered_at is not None and command.discovered_at > now:
        raise refused_at("discoveredAt", f"{command.discovered_at.isoformat()} lies in the future")
    return Opening(
        title=command.title,
        origin=command.origin,
        severity=command.severity,
        discovered_at=command.discovered_at or now,
        site=command.site,
        area=command.area,
        task=command.task,
        number=command.number,
        evidence=command.evidence,
        note=command.note,
    )
