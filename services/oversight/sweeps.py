"""Sweeps (举一反三): the sites that are like one with a problem, fixed at the start, each inspected by a deadline."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from graph.model.enums import EventKind, SiteType, Supervising, SupervisionStep, SweepStatus
from graph.model.identity import record_id
from graph.model.instants import TICK, utc
from graph.queries import sweeps as queries
from graph.queries.watermark import take_gate
from graph.session import Database, Row, Transaction
from schema.errors import RefusalCode
from services.campaign.rules import Checklist, Rulebook
from services.hosting.commanding import (
    LATEST,
    SOURCE,
    Done,
    RefusedError,
    carry_out,
    check_kinds,
    refused_at,
    taken_at,
)
from services.hosting.identity import Caller
from services.oversight import rules, writing
from services.oversight.chains import Beginning, Doing, Locked, begin, change, lock
from services.oversight.rules import SweepRefused, SweepStands
from services.oversight.supervising import due_by, supervising


@dataclass(frozen=True)
class StartSweep:
    """`site_kinds` None: that of the problem's site. `key_project` None: whether or not they are on the list."""

    key: str
    problem: str
    area: str | None = None
    site_kinds: tuple[SiteType, ...] | None = None
    key_project: bool | None = None
    checklist: str | None = None
    due_at: datetime | None = None
    at: datetime | None = None
    person: str | None = None
    post: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class CloseSweep:
    key: str
    sweep: str
    reason: str | None = None
    at: datetime | None = None
    person: str | None = None
    post: str | None = None
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class InSweep:
    """An inspection that counts for a sweep: the site of it, and what it leads to."""

    sweep: str
    swept: str

    @property
    def links(self) -> tuple[tuple[str, str], ...]:
        return ("FOR_SWEEP", self.sweep), ("CHECKS", self.swept)


async def start_sweep(
    database: Database, command: StartSweep, caller: Caller, now: datetime, rulebook: Rulebook
) -> Done:
    """Start a sweep from a problem, over the sites that are alike at that instant. Raises RefusedError."""
    at = taken_at(command.at, now)
    due_at = due_by(command.due_at, SupervisionStep.SWEEP, at, rulebook, "dueAt")

    async def work(transaction: Transaction, key: str) -> Done:
        person, post, _ = await supervising(
            transaction, caller, Supervising.SWEEP, command.person, command.post, at, rulebook, "startedBy"
        )
        await check_kinds(transaction, {"problem": (command.problem, ("Problem",)), "area": (command.area, ("Area",))})
        await writing.lock(transaction, command.problem)  # no two sweeps start from it
        (origin,) = await transaction.run(queries.ORIGIN, {"problem": command.problem})
        kinds = _kinds(command, origin, at)
        checklist = rules.checklist_for(kinds, command.checklist, rulebook.checklists)
        if isinstance(checklist, SweepRefused):
            raise _refused(checklist)
        sites = await _alike(transaction, command, kinds, origin, at)
        doing = Doing(at, person, post, await take_gate(transaction, now))
        beginning = _beginning(command, key, kinds, checklist, sites, due_at, doing, rulebook)
        (sweep,) = await begin(transaction, "Sweep", doing, [beginning])
        await transaction.run(
            queries.ADD.cypher,
            {
                "sweep": sweep,
                "rows": [{"site": site, "swept": _swept(sweep, site)} for site in sites],
                "dueAt": utc(due_at),
                "recordedAt": doing.recorded_at,
            },
        )
        return Done({"sweep": sweep, "event": record_id(SOURCE, f"event/{beginning.name}")}, doing.recorded_at)

    return await carry_out(database, command, caller, now, work)


async def close_sweep(
    database: Database, command: CloseSweep, caller: Caller, now: datetime, rulebook: Rulebook
) -> Done:
    """Close a sweep: when no site remains, or for a reason that is said. Raises RefusedError."""
    at = taken_at(command.at, now)

    async def work(transaction: Transaction, key: str) -> Done:
        person, post, _ = await supervising(
            transaction, caller, Supervising.SWEEP, command.person, command.post, at, rulebook, "person"
        )
        await check_kinds(transaction, {"sweep": (command.sweep, ("Sweep",))})
        locked = await lock(transaction, "Sweep", command.sweep, "sweep")
        (left,) = await transaction.run(queries.LEFT, {"sweep": command.sweep})
        refused = rules.closing(_stands(locked), at, person, command.reason, left["remaining"], left["last"])
        if refused is not None:
            raise _refused(refused)
        doing = Doing(at, person, post, await take_gate(transaction, max(now, locked.changed_at + TICK)))
        reason = (command.reason or "").strip() or None
        event = await change(
            transaction,
            "Sweep",
            doing,
            locked,
            key,
            EventKind.SWEEP_CLOSED,
            {"status": SweepStatus.CLOSED.value, "closedAt": at, "closeReason": reason if left["remaining"] else None},
            links=(("CLOSED_BY", person),),
            evidence=command.evidence,
            note=reason,
        )
        return Done({"sweep": command.sweep, "event": event}, doing.recorded_at)

    return await carry_out(database, command, caller, now, work)


async def counted(transaction: Transaction, sweep: str, site: str, checklist: str, at: datetime) -> InSweep:
    """That an inspection counts for a sweep, which nobody closes until the transaction ends. Raises RefusedError."""
    stands = _stands(await lock(transaction, "Sweep", sweep, "sweep"))
    swept = record_id(SOURCE, _name(sweep, site))
    (found,) = await transaction.run(queries.SWEPT, {"swept": swept})
    refused = rules.inspected_for(stands, checklist, at, found["swept"] is not None, found["inspection"])
    if refused is not None:
        raise _refused(refused)
    return InSweep(sweep, swept)


def _kinds(command: StartSweep, origin: Row, at: datetime) -> tuple[SiteType, ...]:
    """Of which kinds the sites are. Raises RefusedError."""
    if origin["sweep"] is not None:
        message = f"a sweep was started from this problem already: {origin['sweep']}"
        raise refused_at("problem", message, RefusalCode.ILLEGAL_TRANSITION)
    discovered_at = origin["discoveredAt"]
    if at < discovered_at:
        message = f"{at.isoformat()} lies before the problem was found at {discovered_at.isoformat()}"
        raise refused_at("at", message, RefusalCode.OUT_OF_ORDER)
    if command.site_kinds:
        return tuple(kind for kind in SiteType if kind in command.site_kinds)
    if origin["kind"] is None:
        raise refused_at("siteKinds", "the problem was found at no site; name the kinds of site that are alike")
    return (SiteType(origin["kind"]),)


async def _alike(
    transaction: Transaction, command: StartSweep, kinds: tuple[SiteType, ...], origin: Row, at: datetime
) -> list[str]:
    """The sites that are like the problem's, which is not among them. Raises RefusedError where there are none."""
    asked: dict[str, Any] = {
        "kinds": [kind.value for kind in kinds],
        "origin": origin["site"],
        "keyProject": command.key_project,
        "now": LATEST,
    }
    if command.area is not None:
        found = await transaction.run(queries.ALIKE_IN, {**asked, "area": command.area, "at": at})
    else:
        found = await transaction.run(queries.ALIKE, asked)
    if not found:
        message = f"there is no other site of the kind {', '.join(kinds)} there; name a larger area or other kinds"
        raise refused_at("area" if command.area else "siteKinds", message, RefusalCode.NOT_FOUND)
    return [row["site"] for row in found]


def _beginning(
    command: StartSweep,
    key: str,
    kinds: tuple[SiteType, ...],
    checklist: Checklist,
    sites: list[str],
    due_at: datetime,
    doing: Doing,
    rulebook: Rulebook,
) -> Beginning:
    return Beginning(
        name=f"sweep/{key}",
        kind=EventKind.SWEEP_STARTED,
        properties={
            "status": SweepStatus.OPEN.value,
            "startedAt": doing.at,
            "dueAt": due_at,
            "siteKinds": [kind.value for kind in kinds],
            "keyProject": command.key_project,
            "checklist": checklist.code,
            "rulebook": rulebook.version,
            "sitesHash": rules.fingerprint(sites),
        },
        links=(("SWEEP_OF", command.problem), ("SWEEP_IN", command.area), ("STARTED_BY", doing.person)),
        due_at=due_at,
        note=command.note,
    )


def _name(sweep: str, site: str) -> str:
    return f"swept-site/{sweep}/{site}"


def _swept(sweep: str, site: str) -> dict[str, str]:
    name = _name(sweep, site)
    return {"id": record_id(SOURCE, name), "source": SOURCE, "sourceId": name}


def _stands(locked: Locked) -> SweepStands:
    return SweepStands(
        started_at=locked.properties["startedAt"],
        started_by=locked.to("STARTED_BY"),
        checklist=locked.properties["checklist"],
        closed_at=locked.at("closedAt"),
    )


def _refused(refused: SweepRefused) -> RefusedError:
    return refused_at(refused.path, refused.message, RefusalCode(refused.code))
