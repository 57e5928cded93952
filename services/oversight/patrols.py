"""Patrols: planned along a route, then done, with what was visited and what was found."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from graph.model.enums import EventKind, Origin, Severity, Supervising
from graph.model.instants import TICK
from graph.queries import supervision as queries
from graph.queries.watermark import take_gate
from graph.session import Database, Transaction
from schema.errors import RefusalCode
from services.campaign.rules import Rulebook
from services.hosting.commanding import Done, carry_out, check_kinds, refused_at, taken_at
from services.hosting.identity import Caller
from services.oversight.chains import Beginning, Doing, begin, change, lock
from services.oversight.supervising import supervising
from services.oversight.writing import Opening, open_problem, places_of

LONGEST_ROUTE = 100


@dataclass(frozen=True)
class PlanPatrol:
    """`route`: ids of areas and sites, in the order in which they are visited."""

    key: str
    purpose: str
    route: tuple[str, ...]
    starts_at: datetime
    ends_at: datetime
    at: datetime | None = None
    person: str | None = None
    post: str | None = None


@dataclass(frozen=True)
class Visit:
    stop: str
    visited_at: datetime
    note: str | None = None


@dataclass(frozen=True)
class FoundOnPatrol:
    title: str
    severity: Severity
    discovered_at: datetime | None = None
    site: str | None = None
    area: str | None = None
    task: str | None = None
    evidence: tuple[str, ...] = ()
    note: str | None = None


@dataclass(frozen=True)
class CompletePatrol:
    key: str
    patrol: str
    visits: tuple[Visit, ...]
    problems: tuple[FoundOnPatrol, ...]
    at: datetime | None = None
    person: str | None = None
    post: str | None = None
    note: str | None = None


async def plan_patrol(
    database: Database, command: PlanPatrol, caller: Caller, now: datetime, rulebook: Rulebook
) -> Done:
    """Plan a patrol. Raises RefusedError."""
    at = taken_at(command.at, now)
    if not command.purpose.strip():
        raise refused_at("purpose", "the purpose is empty; say what is looked for")
    if not 0 < len(command.route) <= LONGEST_ROUTE:
        raise refused_at("route", f"a route has 1 to {LONGEST_ROUTE} areas and sites; it has {len(command.route)}")
    if command.ends_at <= command.starts_at:
        message = f"{command.ends_at.isoformat()} is not after the beginning at {command.starts_at.isoformat()}"
        raise refused_at("endsAt", message, RefusalCode.BAD_INTERVAL)

    async def work(transaction: Transaction, key: str) -> Done:
        person, post, organization = await supervising(
            transaction, caller, Supervising.PATROL, command.person, command.post, at, rulebook, "plannedBy"
        )
        named = {f"route.{number}": (record, ("Area", "Site")) for number, record in enumerate(command.route)}
        kinds = await check_kinds(transaction, named)
        doing = Doing(at, person, post, await take_gate(transaction, now))
        planned = Beginning(
            name=f"patrol/{key}",
            properties={
                "purpose": command.purpose.strip(),
                "startsAt": command.starts_at,
                "endsAt": command.ends_at,
            },
            links=(("PATROLLED_AS", post), ("PATROLLED_FOR", organization), ("PLANNED_BY", person)),
            due_at=command.ends_at,
        )
        (patrol,) = await begin(transaction, "Patrol", doing, [planned])
        stops = [
            Beginning(
                name=f"patrol-stop/{key}/{number:04}",
                properties={},
                links=(("STOP_OF", patrol), ("STOPS_IN" if kinds[record] == "Area" else "STOPS_AT", record)),
            )
            for number, record in enumerate(command.route, start=1)
        ]
        await begin(transaction, "PatrolStop", doing, stops)
        return Done({"patrol": patrol}, doing.recorded_at)

    return await carry_out(database, command, caller, now, work)


async def complete_patrol(
    database: Database, command: CompletePatrol, caller: Caller, now: datetime, rulebook: Rulebook
) -> Done:
    """Say what was visited and found on a patrol; what was not visited stays seen. Raises RefusedError."""
    at = taken_at(command.at, now)
    _check_found(command, at)

    async def work(transaction: Transaction, key: str) -> Done:
        person, post, organization = await supervising(
            transaction, caller, Supervising.PATROL, command.person, command.post, at, rulebook, "person"
        )
        locked = await lock(transaction, "Patrol", command.patrol, "patrol")
        if locked.at("doneAt") is not None:
            raise refused_at("patrol", "this patrol was done already", RefusalCode.ILLEGAL_TRANSITION)
        if organization != locked.to("PATROLLED_FOR"):
            message = "another organization patrols here; somebody of that one must say what was found"
            raise refused_at("person", message, RefusalCode.NOT_ALLOWED)
        starts_at = locked.at("startsAt") or at
        stops = {row["stop"] for row in await transaction.run(queries.STOPS, {"patrol": command.patrol})}
        for number, visit in enumerate(command.visits):
            if visit.stop not in stops:
                raise refused_at(f"visits.{number}.stop", "it is not on this route", RefusalCode.NOT_FOUND)
            if not starts_at <= visit.visited_at <= at:
                message = f"{visit.visited_at.isoformat()} is not between the beginning and the end of the patrol"
                raise refused_at(f"visits.{number}.visitedAt", message, RefusalCode.OUT_OF_ORDER)
        await check_kinds(transaction, places_of(command.problems))
        visited = [(visit, await lock(transaction, "PatrolStop", visit.stop, "visits")) for visit in command.visits]
        earliest = max(now, locked.changed_at + TICK)
        doing = Doing(at, person, post, await take_gate(transaction, earliest))
        for number, (visit, stop) in enumerate(visited, start=1):
            seen: dict[str, Any] = {"visitedAt": visit.visited_at, "note": visit.note}
            await change(transaction, "PatrolStop", doing, stop, f"{key}/stop/{number:04}", EventKind.COMPLETE, seen)
        for number, one in enumerate(command.problems, start=1):
            opening = Opening(
                title=one.title,
                origin=Origin.PATROL,
                severity=one.severity,
                discovered_at=one.discovered_at or at,
                site=one.site,
                area=one.area,
                task=one.task,
                evidence=one.evidence,
                note=one.note,
                links=(("FOUND_ON", command.patrol),),
            )
            clock = rulebook.problem_clock(one.severity)
            await open_problem(transaction, f"{key}/{number:04}", opening, (person, post), clock, doing.recorded_at)
        state: dict[str, Any] = {"doneAt": at, "note": command.note}
        done_by = (("PATROLLED_BY", person),)
        await change(transaction, "Patrol", doing, locked, key, EventKind.COMPLETE, state, done_by, note=command.note)
        return Done({"patrol": command.patrol}, doing.recorded_at)

    return await carry_out(database, command, caller, now, work)


def _check_found(command: CompletePatrol, at: datetime) -> None:
    if len({visit.stop for visit in command.visits}) < len(command.visits):
        raise refused_at("visits", "a stop is named twice; name each once")
    for number, one in enumerate(command.problems):
        path = f"problems.{number}"
        if not one.title.strip():
            raise refused_at(f"{path}.title", "the title is empty; say in a few words what was found")
        if one.site is None and one.area is None:
            raise refused_at(f"{path}.site", "a problem needs a site or an area; give the id of one")
        if one.discovered_at is not None and one.discovered_at > at:
            message = f"{one.discovered_at.isoformat()} lies after the patrol was done"
            raise refused_at(f"{path}.discoveredAt", message, RefusalCode.OUT_OF_ORDER)
