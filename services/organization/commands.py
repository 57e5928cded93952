"""Commands on facts: record one, end it, correct it, let it move. What was told before stays, superseded."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from graph import ledger
from graph.model import MODEL
from graph.model.enums import EventKind, SiteType
from graph.model.facts import LONGEST_CHAIN
from graph.model.identity import record_id, version_id
from graph.model.instants import OPEN, TICK
from graph.queries import facts as queries
from graph.queries.watermark import take_gate
from graph.session import Database, Transaction
from schema.errors import RefusalCode
from services.hosting.commanding import (
    LATEST,
    SOURCE,
    Done,
    RefusedError,
    acting,
    carry_out,
    check_kinds,
    event_properties,
    refused_at,
)
from services.hosting.identity import Caller, Role
from services.organization import rules
from services.organization.rules import Changes, Edge, Refused, Statement, long_chains

KEPT = ("source", "sourceId", "digest")
"""What a version has of the one that it supersedes: its name, and which row of its source it goes by."""


@dataclass(frozen=True)
class Kind:
    """A kind of fact, and what the API calls the parts of a statement of it."""

    label: str
    field: str
    from_: str
    to: str | None = None
    word: str | None = None

    def path(self, part: str) -> str:
        """The field of the input that gives a part of a statement."""
        named = {"from_": self.from_, "to": self.to, "word": self.word, "since": "validFrom", "until": "validTo"}
        return named.get(part) or part


MEMBERSHIP = Kind("Membership", "membership", "person", "post")
RESPONSIBILITY = Kind("Responsibility", "responsibility", "post", "subject", "role")
REGULATION = Kind("Regulation", "regulation", "organization", "subject", "capacity")
REPORTING = Kind("Reporting", "reporting", "post", "reportsTo")
HEADS = Kind("Heads", "heads", "post", "organization")
NAME = Kind("Name", "name", "subject", word="text")


@dataclass(frozen=True)
class Record:
    """Record a fact that was not told yet."""

    kind: Kind
    key: str
    reason: str
    said: Statement


@dataclass(frozen=True)
class End:
    """Let a fact end at an instant; at its beginning: it never held. `basis`: what the end rests on."""

    kind: Kind
    key: str
    reason: str
    fact: str
    until: datetime
    basis: str | None = None


@dataclass(frozen=True)
class Correct:
    """Say of a fact what should have been said."""

    kind: Kind
    key: str
    reason: str
    fact: str
    changes: Changes


@dataclass(frozen=True)
class Move:
    """Let a fact end at an instant and another begin there."""

    kind: Kind
    key: str
    reason: str
    fact: str
    at: datetime
    changes: Changes


Command = Record | End | Correct | Move


@dataclass(frozen=True)
class Told:
    """A fact as it was told last. `position`, `hash`: of the last event on its chain."""

    id: str
    first: str
    version: int
    properties: Mapping[str, Any]
    said: Statement
    recorded_at: datetime
    position: int
    hash: str | None


@dataclass(frozen=True)
class Writing:
    """A statement to be written; `old`: the version that it supersedes, None for a fact of its own."""

    old: Told | None
    said: Statement


async def carry_out_correction(database: Database, command: Command, caller: Caller, now: datetime) -> Done:
    """Carry out a command. Raises RefusedError."""

    async def work(transaction: Transaction, key: str) -> Done:
        return await write(transaction, command, caller, now, key, lambda earliest: take_gate(transaction, earliest))

    return await carry_out(database, command, caller, now, work)


async def write(
    transaction: Transaction,
    command: Command,
    caller: Caller,
    now: datetime,
    key: str,
    record_time: Callable[[datetime], Awaitable[datetime]],
    look: Callable[[Sequence[Statement], Sequence[Statement]], Awaitable[None]] | None = None,
) -> Done:
    """Write what the command says in this transaction. `record_time`: when, given the earliest that it may be.

    `look` is handed what was said and what will be, when nothing can be refused any more and nothing is written yet.
    """
    if not command.reason.strip():
        raise refused_at("reason", "say why, in a few words: the reason is kept with the change")
    if caller.role not in (Role.ADMINISTRATOR, Role.INTEGRATOR):
        message = "only an administrator, or an integrator for its own records, changes who answers for what"
        raise RefusedError(RefusalCode.NOT_ALLOWED, message)
    kind = command.kind
    old = None if isinstance(command, Record) else await _told(transaction, kind, command.fact, caller)
    writings = await _writings(transaction, command, old)
    for writing in writings:
        await _check_ends(transaction, kind, writing.said)
        if kind is REPORTING:
            await _check_chain(transaction, writing)
    clauses = await _clauses(transaction, writings)
    person, post = await acting(transaction, caller, None, None, now, "person")
    earliest = now if old is None else max(now, old.recorded_at + TICK)
    if look is not None:
        await look([] if old is None else [old.said], [writing.said for writing in writings])
    recorded_at = await record_time(earliest)
    made: list[tuple[str, str]] = []
    for number, writing in enumerate(writings, 1):
        place = "" if number == 1 else f"#{number}"
        entry, fact, first = _fact(command, writing, f"{kind.field}{place}/{key}", clauses)
        event_source_id = f"event{place}/{key}"
        entry = entry._replace(id=record_id(SOURCE, event_source_id), at=now, actor=person, post=post)
        sealed = ledger.seal(entry, None if writing.old is None else writing.old.hash)
        parameters = {
            "fact": {**fact, "recordedAt": recorded_at, "position": entry.position, "hash": sealed.hash},
            "event": event_properties(entry, sealed, event_source_id, recorded_at),
            "from": writing.said.from_,
            "to": writing.said.to,
            "clause": clauses.get(writing.said.basis or ""),
            "person": person,
            "post": post,
        }
        if writing.old is None:
            await transaction.run(queries.RECORD[kind.label].cypher, parameters)
        else:
            version = {"first": first, "old": writing.old.id, "version": writing.old.version + 1, "now": recorded_at}
            await transaction.run(queries.SUPERSEDE[kind.label].cypher, {**parameters, **version})
        made.append((fact["id"], entry.id))
    return Done(_records(command, old, made), recorded_at)


async def _told(transaction: Transaction, kind: Kind, fact: str, caller: Caller) -> Told:
    """The version that the command names, which must be the last one told."""
    first = fact.partition("~")[0]
    rows = await transaction.run(queries.LOCK[kind.label], {"first": first, "now": LATEST})
    if not rows:
        raise refused_at("fact", f"there is no {kind.label} {fact}", RefusalCode.NOT_FOUND)
    (row,) = rows
    properties: dict[str, Any] = row["fact"]
    if row["importing"]:
        message = "an import is changing this fact; send the same command again when it is complete"
        raise refused_at("fact", message, RefusalCode.NOT_ALLOWED)
    if row["id"] != fact:
        message = f"another correction took the place of {fact}; what holds now is {row['id']}: look at it, and name it"
        raise refused_at("fact", message, RefusalCode.SUPERSEDED)
    mine = properties["source"] == caller.subject or (
        properties["source"] == SOURCE and properties["sourceId"].partition("/")[2].startswith(f"{caller.subject}/")
    )
    if caller.role is Role.INTEGRATOR and not mine:
        message = f"the fact is of source {properties['source']}; an integrator changes the records of its own source"
        raise refused_at("fact", message, RefusalCode.NOT_ALLOWED)
    said = Statement(
        from_=row["from"],
        to=row["to"],
        since=properties["validFrom"],
        until=properties["validTo"],
        word=properties.get(kind.word or ""),
        basis=row["clause"] or properties.get("basis"),
    )
    position, hash_ = row["last"] or (0, None)
    recorded_at = properties["recordedAt"]
    return Told(row["id"], first, row["version"], properties, said, recorded_at, position, hash_)


async def _writings(transaction: Transaction, command: Command, old: Told | None) -> list[Writing]:
    """What is to be written, first what `record`, `end`, `correct` or `move` is about."""
    match command:
        case Record(said=said):
            return [Writing(None, _allowed(command.kind, rules.fault_of(said) or said))]
        case Move(at=at, changes=changes) if old is not None:
            moved = rules.move(old.said, at, changes)
            ended, begun = _allowed(command.kind, moved, {"since": "at"})
            return [Writing(None, begun), *await _replacing(transaction, old, ended)]
        case End(until=until) if old is not None:
            return await _replacing(transaction, old, _allowed(command.kind, rules.end(old.said, until)))
        case Correct(changes=changes) if old is not None:
            return await _replacing(transaction, old, _allowed(command.kind, rules.correct(old.said, changes)))
        case _:
            raise TypeError(command)


async def _replacing(transaction: Transaction, old: Told, said: Statement) -> list[Writing]:
    """The version that supersedes; of one that a column gave, an explicit one wherever the column was not silent."""
    if old.properties["explicit"]:
        return [Writing(old, said)]
    rows = await transaction.run(queries.BESIDE, {"organization": old.said.to, "now": LATEST})
    silent = [(row["since"], row["until"]) for row in rows]
    last, *parts = rules.spoken(said, silent)
    return [Writing(old, last), *(Writing(None, part) for part in parts)]


def _allowed(kind: Kind, found: Any, paths: Mapping[str, str] | None = None) -> Any:
    if isinstance(found, Refused):
        path = (paths or {}).get(found.path) or kind.path(found.path)
        raise refused_at(path, found.message, RefusalCode(found.code))
    return found


async def _check_ends(transaction: Transaction, kind: Kind, said: Statement) -> None:
    fact = MODEL.fact(kind.label)
    named: dict[str, tuple[str | None, Sequence[str]]] = {kind.path("from_"): (said.from_, fact.from_)}
    if kind.to is not None:
        named[kind.to] = (said.to, fact.to)
    await check_kinds(transaction, named)


async def _check_chain(transaction: Transaction, writing: Writing) -> None:
    """That with this reporting line no chain is longer than a trace follows. Circles are accepted."""
    said, old = writing.said, writing.old
    around = {"from": said.from_, "to": said.to, "since": said.since, "until": said.until, "now": LATEST}
    rows = await transaction.run(queries.REPORTING_AROUND, around)
    edges = [
        Edge(r["from"], r["to"], _ticks(r["since"]), _ticks(r["until"]), None, r["from"])
        for r in rows
        if old is None or r["id"] != old.id
    ]
    edges.append(Edge(said.from_, said.to or "", _ticks(said.since), _ticks(said.until), None, said.from_))
    for chain in long_chains(edges):
        way = " → ".join([*(edge.child for edge in chain), chain[-1].parent])
        message = f"makes a chain of more than {LONGEST_CHAIN} reporting lines at one time: {way}"
        raise refused_at("reportsTo", message, RefusalCode.CHAIN_TOO_LONG)


def _ticks(instant: datetime) -> int:
    return (instant - OPEN) // TICK


async def _clauses(transaction: Transaction, writings: Sequence[Writing]) -> dict[str, str]:
    """Those of the bases that are clauses."""
    bases = [writing.said.basis for writing in writings if writing.said.basis is not None]
    rows = await transaction.run(queries.CLAUSES, {"ids": sorted(set(bases)), "now": LATEST})
    return {row["id"]: row["id"] for row in rows}


def _fact(
    command: Command, writing: Writing, source_id: str, clauses: Mapping[str, str]
) -> tuple[ledger.Entry, dict[str, Any], str]:
    """The event that records it (to be completed), the properties of its node, and the id of its first version."""
    kind, old, said = command.kind, writing.old, writing.said
    properties: dict[str, Any] = {"source": SOURCE, "sourceId": source_id}
    first = id_ = record_id(SOURCE, source_id)
    position = 1
    if old is not None:
        first, id_ = old.first, version_id(old.first, old.version + 1)
        properties = {name: old.properties[name] for name in KEPT if name in old.properties}
        position = old.position + 1
    properties |= {
        "id": id_,
        "validFrom": said.since,
        "validTo": said.until,
        "supersededAt": OPEN,
        "explicit": True,
    }
    row = {"id": id_, kind.from_: said.from_, "validFrom": ledger.text_of(said.since)}
    if kind.to is not None and said.to is not None:
        row[kind.to] = said.to
    if kind.word is not None and said.word is not None:
        properties[kind.word] = row[kind.word] = said.word
    if said.until != OPEN:
        row["validTo"] = ledger.text_of(said.until)
    if said.basis is not None:
        row["basis"] = said.basis
        if said.basis not in clauses:
            properties["basis"] = said.basis
    if isinstance(command, End) and command.basis is not None:
        row["endBasis"] = command.basis
    if old is not None:
        row["supersedes"] = old.id
    recorded = EventKind.RECORDED if old is None else EventKind.CORRECTED
    entry = ledger.Entry("", first, position, recorded, said.since, note=command.reason.strip(), row=row)
    return entry, properties, first


def _records(command: Command, old: Told | None, made: Sequence[tuple[str, str]]) -> dict[str, str]:
    """By the fields of the payload: what was made first is what the command is about."""
    (fact, event), *rest = made
    records = {command.kind.field: fact, "event": event}
    if isinstance(command, Move):
        records["ended"], records["endingEvent"] = rest[0]
    if old is not None:
        records["superseded"] = old.id
    return records


def subject_of(given: str) -> str:
    """The id of the record that is named; a kind of site may be named by itself."""
    return record_id(SOURCE, f"SITE_KIND/{given}") if given in SiteType.__members__ else given
