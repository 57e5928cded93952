"""What a row of a bundle becomes: the node, what it refers to, the event that records it. No database, no clock."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from graph import ledger
from graph.model import MODEL
from graph.model.enums import EventKind, SiteType
from graph.model.identity import record_id
from graph.model.instants import BEGINNING, OPEN
from graph.queries.shapes import EVENT_COLUMNS, EVENT_WAYS, Shape
from services.integration.bundle.columns import FILE, LINK_KINDS, Column, File, Type
from services.integration.bundle.references import row_digest, subject_targets
from services.integration.bundle.resolving import Resolver
from services.integration.bundle.staging import Row
from services.integration.bundle.values import Value, instant_of, split, text_of

OWN_SOURCE = "zeren"
"""Of records that no bundle has: kinds of sites."""

Refs = Sequence[tuple[str, str, str]]
"""(relationship, label, record id)."""


@dataclass(frozen=True, slots=True)
class Present:
    """A record that is there. `pending`: the last of it is not visible yet. `position`, `hash`: of its chain."""

    digest: str | None
    pending: bool
    new: bool
    version: int
    position: int
    hash: str | None
    recorded_at: datetime


Said = tuple[dict[str, Any], Refs]
"""An event's properties, and what it refers to beside its subject."""


class Statement(NamedTuple):
    """Something to be written: an entity's state or a version of a fact, and the events that it begins with."""

    label: str
    id: str
    properties: dict[str, Any]
    into: Refs = ()
    out: Refs = ()
    events: Sequence[Said] = ()


Instants = Callable[[datetime], Any]


class Batch:
    """Rows for `create` of one shape. `ends`: the places of the records at other ends. `made`: what it will return.

    `instant`: what a row has for an instant.
    """

    def __init__(self, shape: Shape, instant: Instants) -> None:
        self.rows: list[list[Any]] = []
        self.ends: dict[str, int] = {}
        self.made = 0
        self._columns = shape.columns
        self._instants = shape.instants
        self._instant = instant
        self._ways = tuple(relationship for relationship, _ in shape.ways)

    def add(self, statement: Statement, refs: Refs) -> None:
        """`refs`: all that lead from or to the node."""
        row = self._values(statement.properties, self._columns, self._instants)
        row += self._places(refs, self._ways)
        if statement.events:
            ways = EVENT_WAYS if statement.label == "Problem" else ()
            row.append(
                [
                    self._values(event, EVENT_COLUMNS, _EVENT_INSTANTS) + self._places(to, ways)
                    for event, to in statement.events
                ]
            )
        self.rows.append(row)
        self.made += len(statement.events) or 1

    def _values(self, properties: dict[str, Any], columns: tuple[str, ...], instants: tuple[int, ...]) -> list[Any]:
        values = list(map(properties.get, columns))
        for place in instants:
            if (value := values[place]) is not None:
                values[place] = self._instant(value)
        return values

    def _places(self, refs: Refs, ways: tuple[str, ...]) -> list[int | None]:
        places: list[int | None] = [None] * len(ways)
        ends = self.ends
        for relationship, _, id_ in refs:
            places[ways.index(relationship)] = ends.setdefault(id_, len(ends))
        return places


@dataclass(slots=True)
class Rows:
    """Rows by shape, and the corrections among them. `instant`: what a row has for an instant."""

    instant: Instants
    by_shape: dict[Shape, Batch] = field(default_factory=dict[Shape, Batch])
    corrections: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    subtasks: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    changed_subtasks: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    held: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    records: int = 0

    def create(self, statement: Statement, *, changes: bool = False) -> None:
        """Have the node created."""
        refs = (*statement.into, *statement.out)
        if changes:
            refs = (*refs, ("CHANGES", statement.label, statement.id))
        shape = Shape(statement.label, bool(statement.events), changes)
        batch = self.by_shape.get(shape)
        if batch is None:
            batch = self.by_shape[shape] = Batch(shape, self.instant)
        batch.add(statement, refs)

    def __bool__(self) -> bool:
        return bool(self.by_shape)


_EVENT_INSTANTS = Shape("Event").instants


class Recorder:
    """Seals the events of an import. `at`: when it began; the same when it is resumed, so that events are too."""

    def __init__(self, resolver: Resolver, at: datetime) -> None:
        self.resolver = resolver
        self._at = at

    def recorded(self, file: File, row: Row, subject: str, reference: str, present: Present | None) -> dict[str, Any]:
        """The event RECORDED, or CORRECTED where the subject is there: properties, to be sealed onto its chain."""
        source, source_id = split(reference, self.resolver.source)
        position = 1 if present is None else present.position + 1
        event_source_id = f"{source_id}#{position}"
        entry = ledger.Entry(
            id=record_id(source, event_source_id),
            subject=subject,
            position=position,
            kind=EventKind.RECORDED.value if present is None else EventKind.CORRECTED.value,
            at=self._at,
            row=row_texts(file, row, self.resolver),
        )
        return event_properties(entry, None if present is None else present.hash, source, event_source_id)


def event_properties(
    entry: ledger.Entry, previous_hash: str | None, source: str, source_id: str, digest: str | None = None
) -> dict[str, Any]:
    """The properties of the event's node, None for those that it lacks; pending."""
    sealed = ledger.seal(entry, previous_hash)
    return {
        "id": entry.id,
        "source": source,
        "sourceId": source_id,
        "recordedAt": OPEN,
        "kind": entry.kind,
        "at": entry.at,
        "position": entry.position,
        "data": sealed.data,
        "hash": sealed.hash,
        "previousHash": previous_hash,
        "dueAt": entry.due_at,
        "evidence": list(entry.evidence) or None,
        "note": entry.note,
        "digest": digest,
    }


def row_texts(file: File, row: Row, resolver: Resolver) -> dict[str, str]:
    """The row as the ledger keeps it: what is not empty, references as `source:id`."""
    source = resolver.source
    return {
        name: str(value) if text is None else text(value, source)
        for position, name, text in _TEXTS[file.name]
        if (value := row[position]) is not None
    }


def _text(column: Column) -> Callable[[Any, str], str] | None:
    """How the ledger keeps a value of this column, given the source of plain references; None for `str` of it."""

    def full(reference: str, source: str) -> str:
        return reference if ":" in reference else f"{source}:{reference}"

    match column.type:
        case Type.ID | Type.REFERENCE:
            return full
        case Type.SUBJECT:
            return lambda value, source: value if value in SiteType.__members__ else full(value, source)
        case Type.REFERENCES:
            return lambda value, source: ";".join([full(item, source) for item in value.split(";")])
        case Type.INSTANT | Type.DEADLINE | Type.BOOLEAN | Type.NUMBER:
            return lambda value, _: text_of(column, value)
        case _:
            return None


_TEXTS = {
    file.name: tuple((position, column.name, _text(column)) for position, column in enumerate(file.columns, start=1))
    for file in FILE.values()
}
_NATIVE: Mapping[Type, Callable[[Any], Any]] = MappingProxyType(
    {Type.INSTANT: instant_of, Type.DEADLINE: instant_of, Type.DATE: date.fromisoformat, Type.BOOLEAN: bool}
)
"""A value as the database keeps it; of other types, as it is."""
_STATE_COLUMNS = {
    file.name: tuple(
        (position, column.name, _NATIVE.get(column.type))
        for position, column in enumerate(file.columns, start=1)
        if column.type not in (Type.ID, Type.REFERENCE, Type.REFERENCES) and column.fact is None
    )
    for file in FILE.values()
}
_REF_NAMES = {("problems", "area"): "ownArea"}


def _refs(file: File) -> tuple[tuple[int, str, str], ...]:
    node = MODEL.by_label.get(file.label)
    if node is None:
        return ()
    declared = {ref.name: ref for ref in node.refs()}
    found = (
        (position, declared.get(_REF_NAMES.get((file.name, column.name), column.name)))
        for position, column in enumerate(file.columns, start=1)
    )
    return tuple(
        (position, ref.relationship, ref.target)
        for position, ref in found
        if ref is not None and ref.target != file.label and file.columns[position - 1].type is Type.REFERENCE
    )


_REFS = {file.name: _refs(file) for file in FILE.values()}


def attributes(file: File, row: Row) -> dict[str, Any]:
    """The properties of an entity that the row gives."""
    return {
        name: value if native is None else native(value)
        for position, name, native in _STATE_COLUMNS[file.name]
        if (value := row[position]) is not None
    }


def references(file: File, said: Sequence[Any]) -> Refs:
    """What an entity's state refers to. `said`: as `said_in` gives it."""
    return [
        (relationship, label, other)
        for position, relationship, label in _REFS[file.name]
        if (other := said[position]) is not None
    ]


def identity(reference: str, resolver: Resolver) -> dict[str, Any]:
    """The properties that every pending record has."""
    source, source_id = split(reference, resolver.source)
    return {"id": resolver.record(reference), "source": source, "sourceId": source_id, "recordedAt": OPEN}


def reference_of(file: File, row: Row, resolver: Resolver) -> str:
    """How the row's record is called: its id, or for a key of several columns these, in the source of the first."""
    if file.key == ("id",):
        return str(row[1])
    names = list(file.by_name)
    first, *rest = (1 + names.index(name) for name in file.key)
    source, source_id = split(str(row[first]), resolver.source)
    texts = [text_of(file.columns[position - 1], row[position] or 0) for position in rest]
    return f"{source}:{'|'.join([source_id, *texts])}"


def line_of_work(campaign: str, code: str, resolver: Resolver) -> tuple[str, str]:
    """(source, source id) of a campaign's line of work."""
    source, source_id = split(campaign, resolver.source)
    return source, f"{source_id}/{code}"


def site_kind(kind: str) -> tuple[str, str]:
    """(source, source id) of a kind of site."""
    return OWN_SOURCE, f"SITE_KIND/{kind}"


def site_kinds() -> dict[str, str]:
    """The record id of each kind of site."""
    return {kind: record_id(*site_kind(kind)) for kind in SiteType.__members__}


@dataclass(frozen=True, slots=True)
class FactRow:
    """A fact that a row, or a column of one, states. `reference`: how it is called. `to`: None for a name."""

    label: str
    reference: str
    from_: tuple[str, str]
    to: tuple[str, str] | None
    properties: dict[str, Any]
    digest: str
    clause: str | None = None


def fact_of_row(file: File, row: Row, resolver: Resolver) -> FactRow:
    """The fact that a row of reporting, memberships, regulations, responsibilities, links or names states."""
    values = dict(zip(file.by_name, row[1:], strict=False))
    digest = row_digest(file, row, resolver)

    def end(name: str, label: str | None = None) -> tuple[str, str]:
        reference = str(values[name])
        column = file.by_name[name]
        if column.type is Type.SUBJECT and subject_targets(file, column, row) == ():
            return "SiteKind", record_id(*site_kind(reference))
        return label or resolver.label(reference) or "", resolver.record(reference)

    properties = _interval(values)
    clause = None
    if (basis := values.get("basis")) is not None:
        clause = resolver.clause(str(basis))
        if clause is None:
            properties["basis"] = basis
    label = file.label
    match file.name:
        case "reporting":
            ends = end("post"), end("reportsTo")
        case "memberships":
            ends = end("person"), end("post")
        case "regulations":
            ends = end("organization"), end("subject")
            properties["capacity"] = values["capacity"]
        case "responsibilities":
            ends = end("post"), end("subject")
            properties["role"] = values["role"]
        case "links":
            label = LINK_KINDS[str(values["kind"])].label
            ends = end("from"), end("to")
        case _:
            ends = end("subject"), None
            properties["text"] = values["name"]
    clause_id = None if clause is None else resolver.record(clause)
    return FactRow(label, str(row[1]), *ends, {**properties, "explicit": True}, digest, clause_id)


def _interval(values: Mapping[str, Value | None]) -> dict[str, Any]:
    until = values["validTo"]
    return {
        "validFrom": instant_of(int(values["validFrom"] or 0)),
        "validTo": OPEN if until is None else instant_of(int(until)),
    }


def facts_of_columns(file: File, row: Row, resolver: Resolver) -> list[FactRow]:
    """The facts that the row's columns are short for."""
    thing = (file.label, resolver.record(str(row[1])))
    found: list[FactRow] = []
    for position, column in enumerate(file.columns, start=1):
        value = row[position]
        if column.fact is None or value is None:
            continue
        several = column.type is Type.REFERENCES
        for item in str(value).split(";") if several else (str(value),):
            reference = f"{row[1]}.{column.name}" + (f".{'.'.join(split(item, resolver.source))}" if several else "")
            found.append(column_fact(column, reference, thing, (column.targets[0], resolver.record(item))))
    return found


def column_fact(
    column: Column, reference: str, thing: tuple[str, str], other: tuple[str, str], *, retracted: bool = False
) -> FactRow:
    """The fact that a column of `thing` is short for; a retracted one holds at no instant."""
    fact = MODEL.fact(column.fact or "")
    ends = (thing, other) if fact.thing is not None and fact.thing.value == "from" else (other, thing)
    properties = {
        "validFrom": BEGINNING,
        "validTo": BEGINNING if retracted else OPEN,
        "explicit": False,
        "column": column.name,
        "target": other[1],
    }
    return FactRow(fact.label, reference, *ends, properties, "" if retracted else other[1])
