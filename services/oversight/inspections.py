"""Inspections: what was found of each item of a checklist, and the problem that each failed item opens, all at once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from graph import ledger
from graph.model.enums import EventKind, ItemOutcome, Origin, SiteType, Supervising
from graph.model.identity import record_id
from graph.queries import inspections as queries
from graph.queries.watermark import take_gate
from graph.session import Database, Transaction
from schema.errors import RefusalCode
from services.campaign.rules import Checklist, ChecklistItem, ItemFound, Rulebook, is_reference, result_faults
from services.hosting.commanding import (
    SOURCE,
    Done,
    RefusedError,
    carry_out,
    check_kinds,
    event_properties,
    refused_at,
)
from services.hosting.identity import Caller
from services.oversight.supervising import supervising
from services.oversight.sweeps import InSweep, counted
from services.oversight.writing import Opening, open_problem


@dataclass(frozen=True)
class Inspect:
    key: str
    site: str
    checklist: str
    results: tuple[ItemFound, ...]
    inspected_at: datetime | None = None
    task: str | None = None
    sweep: str | None = None
    person: str | None = None
    post: str | None = None
    evidence: tuple[str, ...] = ()
    note: str | None = None


@dataclass(frozen=True)
class _Inspected:
    """An inspection that may be recorded: by whom, when, by which checklist."""

    command: Inspect
    key: str
    person: str
    post: str | None
    at: datetime
    checklist: Checklist
    rulebook: Rulebook
    recorded_at: datetime

    @property
    def id(self) -> str:
        return record_id(SOURCE, f"inspection/{self.key}")

    def key_of(self, number: int) -> str:
        """Of which the ids of an item's records are made; no caller's key begins so."""
        return f"item-{number:04}/{self.key}"


async def inspect(database: Database, command: Inspect, caller: Caller, now: datetime, rulebook: Rulebook) -> Done:
    """Record an inspection by a checklist of the rulebook. Raises RefusedError."""
    if command.inspected_at is not None and command.inspected_at > now:
        raise refused_at("inspectedAt", f"{command.inspected_at.isoformat()} lies in the future")
    at = command.inspected_at or now

    async def work(transaction: Transaction, key: str) -> Done:
        person, post, _ = await supervising(
            transaction, caller, Supervising.INSPECT, command.person, command.post, at, rulebook, "inspectedBy"
        )
        await check_kinds(
            transaction,
            {
                "site": (command.site, ("Site",)),
                "task": (command.task, ("Task",)),
                "sweep": (command.sweep, ("Sweep",)),
            },
        )
        checklist = await _checklist(transaction, command, rulebook)
        in_sweep = None
        if command.sweep is not None:
            in_sweep = await counted(transaction, command.sweep, command.site, checklist.code, at)
        recorded_at = await take_gate(transaction, now)
        inspected = _Inspected(command, key, person, post, at, checklist, rulebook, recorded_at)
        problems = _problems(inspected)
        entry = _entry(inspected, problems)
        sealed = ledger.seal(entry, None)
        await transaction.run(
            queries.INSPECT.cypher,
            {
                "inspection": {**_properties(inspected, problems), "position": 1, "hash": sealed.hash},
                "event": event_properties(entry, sealed, f"event/{key}", recorded_at),
                "links": _links(inspected, in_sweep),
                "person": person,
                "post": post,
            },
        )
        await _open_problems(transaction, inspected)
        results = list(_results(inspected, problems))
        await transaction.run(queries.RESULTS.cypher, {"inspection": inspected.id, "results": results})
        return Done(
            {"inspection": inspected.id, "event": entry.id, "problems": list(problems.values())},
            recorded_at,
        )

    return await carry_out(database, command, caller, now, work)


async def _checklist(transaction: Transaction, command: Inspect, rulebook: Rulebook) -> Checklist:
    """The checklist, of which everything was looked at. Raises RefusedError with all that is wrong."""
    (site,) = await transaction.run(queries.SITE, {"site": command.site})
    faults = list(result_faults(command.checklist, SiteType(site["kind"]), command.results, rulebook.checklists))
    checklist = rulebook.checklist(command.checklist)
    if checklist is None or faults:
        errors = tuple((fault.path, fault.message) for fault in faults)
        raise RefusedError(RefusalCode(faults[0].code), "; ".join(message for _, message in errors), errors)
    return checklist


async def _open_problems(transaction: Transaction, inspected: _Inspected) -> None:
    command = inspected.command
    for number, item, found in _found(inspected):
        if found.outcome is not ItemOutcome.FAILED:
            continue
        opening = Opening(
            title=f"不合格：{item.zh}",
            origin=Origin.INSPECTION,
            severity=item.severity,
            discovered_at=inspected.at,
            site=command.site,
            task=command.task,
            evidence=found.evidence,
            note=found.note,
            links=(("FOUND_BY", inspected.id),),
        )
        by, clock = (inspected.person, inspected.post), inspected.rulebook.problem_clock(item.severity)
        await open_problem(transaction, inspected.key_of(number), opening, by, clock, inspected.recorded_at)


def _problems(inspected: _Inspected) -> dict[str, str]:
    """The problem of each item that failed, in the order of the checklist: item's code → its id."""
    return {
        item.code: record_id(SOURCE, f"problem/{inspected.key_of(number)}")
        for number, item, found in _found(inspected)
        if found.outcome is ItemOutcome.FAILED
    }


def _links(inspected: _Inspected, in_sweep: InSweep | None) -> list[dict[str, str]]:
    command = inspected.command
    links = {
        "INSPECTED_AT": command.site,
        "INSPECTED_BY": inspected.person,
        "INSPECTED_AS": inspected.post,
        "FALLS_UNDER": command.task,
        **dict(in_sweep.links if in_sweep else ()),
    }
    return [{"type": name, "to": record} for name, record in links.items() if record is not None]


def _found(inspected: _Inspected) -> Iterator[tuple[int, ChecklistItem, ItemFound]]:
    found = {one.item: one for one in inspected.command.results}
    for number, item in enumerate(inspected.checklist.items, start=1):
        yield number, item, found[item.code]


def _properties(inspected: _Inspected, problems: Mapping[str, str]) -> dict[str, Any]:
    command = inspected.command
    return {
        "id": inspected.id,
        "source": SOURCE,
        "sourceId": f"inspection/{inspected.key}",
        "checklist": inspected.checklist.code,
        "checklistTitle": inspected.checklist.zh,
        "rulebook": inspected.rulebook.version,
        "inspectedAt": inspected.at,
        "passed": not problems,
        "note": command.note,
        "evidence": list(command.evidence),
        "recordedAt": inspected.recorded_at,
        "changedAt": inspected.recorded_at,
    }


def _results(inspected: _Inspected, problems: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """A row {result, clause, problem} for each item."""
    for number, item, found in _found(inspected):
        source_id = f"result/{inspected.key_of(number)}"
        result = {
            "id": record_id(SOURCE, source_id),
            "source": SOURCE,
            "sourceId": source_id,
            "item": item.code,
            "title": item.zh,
            "severity": item.severity.value,
            "outcome": found.outcome.value,
            "note": found.note,
            "evidence": list(found.evidence),
            "basis": item.basis,
            "recordedAt": inspected.recorded_at,
            "changedAt": inspected.recorded_at,
        }
        clause = record_id(*item.basis.split(":", 1)) if is_reference(item.basis) else None
        yield {"result": result, "clause": clause, "problem": problems.get(item.code)}


def _entry(inspected: _Inspected, problems: Mapping[str, str]) -> ledger.Entry:
    """The event: it says what was found of each item, so that none can be changed afterwards unseen."""
    command = inspected.command
    row = {
        "site": command.site,
        "checklist": inspected.checklist.code,
        "rulebook": inspected.rulebook.version,
        "passed": "false" if problems else "true",
        **({"task": command.task} if command.task else {}),
        **({"sweep": command.sweep} if command.sweep else {}),
    }
    for _, item, found in _found(inspected):
        row[f"item.{item.code}"] = found.outcome.value
        row |= {f"note.{item.code}": found.note} if found.note else {}
        row |= {f"evidence.{item.code}": ";".join(found.evidence)} if found.evidence else {}
        row |= {f"problem.{item.code}": problems[item.code]} if item.code in problems else {}
    return ledger.Entry(
        id=record_id(SOURCE, f"event/{inspected.key}"),
        subject=inspected.id,
        position=1,
        kind=EventKind.INSPECTED,
        at=inspected.at,
        actor=inspected.person,
        post=inspected.post,
        evidence=command.evidence,
        note=command.note,
        row=row,
    )
