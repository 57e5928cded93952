"""Covert films: what one shows is opened, registered and assigned in one transaction, to be put right at once."""

import re
from dataclasses import dataclass
from datetime import datetime

from graph.model.enums import EventKind, Origin, ProblemAction, Severity, Supervising, SupervisionStep
from graph.model.identity import record_id
from graph.queries import sweeps as queries
from graph.queries.watermark import take_gate
from graph.session import Database, Transaction
from schema.errors import RefusalCode
from services.campaign.rules import Rulebook
from services.hosting.commanding import SOURCE, Done, carry_out, check_kinds, refused_at
from services.hosting.identity import Caller
from services.oversight.chains import Beginning, Doing, begin
from services.oversight.rules import Step
from services.oversight.supervising import due_by, supervising
from services.oversight.writing import Opening, open_problem, write_step

MOST = 200
"""Problems that one film may show: they are written in one transaction."""
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Shown:
    """A problem that the film shows. `organization`: which must put it right."""

    title: str
    site: str
    organization: str
    severity: Severity
    discovered_at: datetime | None = None
    task: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class RecordCovertFilm:
    """`recorded_at`: when the county was told of it, from which its problems are to be put right."""

    key: str
    title: str
    taken_by: str
    taken_at: datetime
    file: str
    sha256: str
    problems: tuple[Shown, ...]
    at: datetime | None = None
    person: str | None = None
    post: str | None = None
    note: str | None = None


async def record_covert_film(
    database: Database, command: RecordCovertFilm, caller: Caller, now: datetime, rulebook: Rulebook
) -> Done:
    """Record a covert film with the problems that it shows. Raises RefusedError."""
    at = command.at or now
    _check(command, at, now)
    due_at = due_by(None, SupervisionStep.RECTIFY_FILMED, at, rulebook, "at")

    async def work(transaction: Transaction, key: str) -> Done:
        person, post, organization = await supervising(
            transaction, caller, Supervising.FILM, command.person, command.post, at, rulebook, "recordedBy"
        )
        named: dict[str, tuple[str | None, tuple[str, ...]]] = {}
        for number, one in enumerate(command.problems):
            named[f"problems.{number}.site"] = (one.site, ("Site",))
            named[f"problems.{number}.organization"] = (one.organization, ("Organization",))
            named[f"problems.{number}.task"] = (one.task, ("Task",))
        await check_kinds(transaction, named)
        for found in await transaction.run(queries.FILM_OF, {"sha256": command.sha256}):
            raise refused_at("sha256", f"this file was recorded already, as the film {found['film']}")
        doing = Doing(at, person, post, await take_gate(transaction, now))
        film = Beginning(
            name=f"covert-film/{key}",
            kind=EventKind.FILMED,
            properties={
                "title": command.title.strip(),
                "takenBy": command.taken_by.strip(),
                "takenAt": command.taken_at,
                "file": command.file.strip(),
                "sha256": command.sha256,
                "rulebook": rulebook.version,
                "note": command.note,
            },
            links=(("RECORDED_BY", person),),
            evidence=(command.sha256,),
        )
        (recorded,) = await begin(transaction, "CovertFilm", doing, [film])
        problems = [
            await _open(
                transaction, f"shown-{number:04}/{key}", one, command, recorded, doing, organization, due_at, rulebook
            )
            for number, one in enumerate(command.problems, start=1)
        ]
        event = record_id(SOURCE, f"event/{film.name}")
        return Done({"covertFilm": recorded, "problems": problems, "event": event}, doing.recorded_at)

    return await carry_out(database, command, caller, now, work)


async def _open(
    transaction: Transaction,
    key: str,
    one: Shown,
    command: RecordCovertFilm,
    film: str,
    doing: Doing,
    organization: str,
    due_at: datetime,
    rulebook: Rulebook,
) -> str:
    """What the film shows needs nobody to say that it is a problem, and waits for nobody to be assigned."""
    opening = Opening(
        title=one.title,
        origin=Origin.COVERT_FILM,
        severity=one.severity,
        discovered_at=one.discovered_at or command.taken_at,
        site=one.site,
        task=one.task,
        evidence=(command.sha256,),
        note=one.note,
        links=(("FOUND_BY", film),),
    )
    clock = rulebook.problem_clock(one.severity)
    standing = await open_problem(transaction, key, opening, (doing.person, doing.post), clock, doing.recorded_at)
    for name, step in (
        ("registered", Step(ProblemAction.REGISTER, doing.at, doing.person, doing.post, organization)),
        (
            "assigned",
            Step(ProblemAction.ASSIGN, doing.at, doing.person, doing.post, organization, one.organization, due_at),
        ),
    ):
        standing = await write_step(transaction, standing, step, f"{name}-{key}", doing.recorded_at)
    return standing.problem


def _check(command: RecordCovertFilm, at: datetime, now: datetime) -> None:
    for path, text in (("title", command.title), ("takenBy", command.taken_by), ("file", command.file)):
        if not text.strip():
            raise refused_at(path, "it is empty; say what the film is called, who took it and what its file is called")
    if not _SHA256.fullmatch(command.sha256):
        raise refused_at("sha256", f"{command.sha256!r} is no SHA-256; give 64 digits of 0-9 and a-f")
    if at > now:
        raise refused_at("at", f"{at.isoformat()} lies in the future")
    if command.taken_at > at:
        message = f"{command.taken_at.isoformat()} lies after {at.isoformat()}, when the county was told of it"
        raise refused_at("takenAt", message, RefusalCode.OUT_OF_ORDER)
    if not 0 < len(command.problems) <= MOST:
        raise refused_at("problems", f"a film shows 1 to {MOST} problems; it has {len(command.problems)}")
    for number, one in enumerate(command.problems):
        if not one.title.strip():
            raise refused_at(f"problems.{number}.title", "the title is empty; say in a few words what the film shows")
        if one.discovered_at is not None and one.discovered_at > at:
            message = f"{one.discovered_at.isoformat()} lies after {at.isoformat()}, when the county was told of it"
            raise refused_at(f"problems.{number}.discoveredAt", message, RefusalCode.OUT_OF_ORDER)
