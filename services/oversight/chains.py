"""Records with a chain of their own: how one begins, is locked and changes, each time with the event that says so."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from graph import ledger
from graph.model.enums import EventKind
from graph.model.identity import record_id
from graph.model.instants import OPEN
from graph.queries import supervision as queries
from graph.session import Transaction
from schema.errors import RefusalCode
from services.hosting.commanding import LATEST, SOURCE, event_properties, refused_at

Links = Sequence[tuple[str, str | None]]
"""(relationship, id of what it leads to); those to None are left out."""


@dataclass(frozen=True)
class Doing:
    """Who does something, when, and when that is recorded; what one transaction writes has these alike."""

    at: datetime
    person: str | None
    post: str | None
    recorded_at: datetime


@dataclass(frozen=True)
class Beginning:
    """A record that begins. `name`: its source id; `unsealed`: properties too long for the event's body."""

    name: str
    properties: Mapping[str, Any]
    links: Links = ()
    kind: EventKind = EventKind.RECORDED
    to_organization: str | None = None
    due_at: datetime | None = None
    evidence: tuple[str, ...] = ()
    note: str | None = None
    unsealed: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Locked:
    """A record whose lock is held. `links`: (relationship, id)."""

    record: str
    properties: Mapping[str, Any]
    links: frozenset[tuple[str, str]]

    def at(self, name: str) -> datetime | None:
        """An instant of it; None where it has none, or the one that stands for none."""
        found = self.properties.get(name)
        instant = None if found is None else found
        return None if instant == OPEN else instant

    def to(self, relationship: str) -> str | None:
        """Where a relationship leads."""
        return next((record for name, record in self.links if name == relationship), None)

    @property
    def changed_at(self) -> datetime:
        return self.properties["changedAt"]


async def begin(transaction: Transaction, label: str, doing: Doing, beginnings: Iterable[Beginning]) -> list[str]:
    """Write records of a kind, each with its first event, which seals what it holds. Their ids."""
    rows = [_row(doing, one) for one in beginnings]
    await transaction.run(queries.BEGIN[label].cypher, {"rows": rows})
    return [row["node"]["id"] for row in rows]


def _row(doing: Doing, one: Beginning) -> dict[str, Any]:
    event = f"event/{one.name}"
    links = [(name, record) for name, record in one.links if record is not None]
    said = {name: _text(value) for name, value in one.properties.items() if name not in one.unsealed}
    entry = ledger.Entry(
        id=record_id(SOURCE, event),
        subject=record_id(SOURCE, one.name),
        position=1,
        kind=one.kind,
        at=doing.at,
        actor=doing.person,
        post=doing.post,
        to_organization=one.to_organization,
        due_at=one.due_at,
        evidence=one.evidence,
        note=one.note,
        row={name: text for name, text in said.items() if text} | dict(links),
    )
    sealed = ledger.seal(entry, None)
    node = {
        "id": entry.subject,
        "source": SOURCE,
        "sourceId": one.name,
        **one.properties,
        "position": 1,
        "hash": sealed.hash,
        "recordedAt": doing.recorded_at,
        "changedAt": doing.recorded_at,
    }
    return {
        "node": node,
        "event": event_properties(entry, sealed, event, doing.recorded_at),
        "links": _links(links),
        "person": doing.person,
        "post": doing.post,
        "toOrganization": one.to_organization,
    }


async def lock(transaction: Transaction, label: str, record: str, path: str) -> Locked:
    """The record as it stands, which nobody else changes until the transaction ends. Raises RefusedError."""
    rows = await transaction.run(queries.LOCK[label], {"record": record, "now": LATEST})
    if not rows:
        raise refused_at(path, f"there is no {label} {record}", RefusalCode.NOT_FOUND)
    return Locked(record, rows[0]["properties"], frozenset((name, other) for name, other in rows[0]["links"]))


async def change(
    transaction: Transaction,
    label: str,
    doing: Doing,
    locked: Locked,
    key: str,
    kind: EventKind,
    state: Mapping[str, Any],
    links: Links = (),
    evidence: tuple[str, ...] = (),
    note: str | None = None,
) -> str:
    """Write what becomes of a record, with its event, which seals it. The event's id."""
    found = [(name, record) for name, record in links if record is not None]
    said = {name: _text(value) for name, value in state.items()}
    entry = ledger.Entry(
        id=record_id(SOURCE, f"event/{key}"),
        subject=locked.record,
        position=locked.properties["position"] + 1,
        kind=kind,
        at=doing.at,
        actor=doing.person,
        post=doing.post,
        evidence=evidence,
        note=note,
        row={name: text for name, text in said.items() if text} | dict(found),
    )
    sealed = ledger.seal(entry, locked.properties["hash"])
    new = {"position": entry.position, "hash": sealed.hash, "changedAt": doing.recorded_at}
    await transaction.run(
        queries.CHANGE[label].cypher,
        {
            "record": locked.record,
            "now": doing.recorded_at,
            "state": {**state, **new},
            "event": event_properties(entry, sealed, f"event/{key}", doing.recorded_at),
            "links": _links(found),
            "person": doing.person,
            "post": doing.post,
        },
    )
    return entry.id


def _links(links: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"type": name, "to": record} for name, record in links]


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case datetime():
            return "" if value == OPEN else ledger.text_of(value)
        case list() | tuple():
            return ";".join(str(one) for one in value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        case _:
            return str(value)
