"""Rows into tables from which a store is built: only new records, whose record time is known."""

from datetime import datetime
from functools import lru_cache
from typing import Any

from graph.ledger import text_of
from graph.local.tables import TYPES, Tables
from graph.model.instants import OPEN
from graph.queries.shapes import EVENT_COLUMNS, EVENT_WAYS, Shape, labels_of, names_of, scalar_of
from services.integration.loading.nodes import Batch, Rows

_EVENT = Shape("Event")
_OPEN = text_of(OPEN)
_Ends = dict[str, list[tuple[str, str]]]


class StampedTables:
    """Takes batches of an import whose record time is `at`."""

    at_once = 1

    def __init__(self, tables: Tables, at: datetime) -> None:
        self._tables = tables
        self._at = text_of(at)

    def rows(self) -> Rows:
        return Rows(_instant)

    async def write(self, rows: Rows) -> None:
        self.add(rows)

    def add(self, rows: Rows) -> None:
        """Raises ValueError for what changes a record that is there."""
        if rows.corrections or rows.changed_subtasks or rows.held:
            raise ValueError("only new records can be written as tables")
        found: _Ends = {}
        for shape, batch in rows.by_shape.items():
            self._add(shape, batch, found)
        found.setdefault("SUBTASK_OF", []).extend((pair["id"], pair["parent"]) for pair in rows.subtasks)
        for type_, pairs in found.items():
            self._tables.relationships(type_, pairs)

    def _add(self, shape: Shape, batch: Batch, found: _Ends) -> None:
        ends = list(batch.ends)
        columns, ways = shape.columns, shape.ways
        width, id_at = len(columns), columns.index("id")
        header, given = _form(shape.label), self._given(shape.label)
        nodes = [row[:width] + given for row in batch.rows]
        self._tables.nodes(labels_of(shape.label, stamped=True), header, id_at, nodes)
        for place, (type_, into) in enumerate(ways, start=width):
            pairs = _led(batch.rows, id_at, place, ends)
            found.setdefault(type_, []).extend([(end, id_) for id_, end in pairs] if into else pairs)
        if shape.events:
            for row in batch.rows:
                found.setdefault("EVENT_OF", []).extend([(event[_EVENT_ID], row[id_at]) for event in row[-1]])
            self._events([event for row in batch.rows for event in row[-1]], ends, found)

    def _events(self, events: list[list[Any]], ends: list[str], found: _Ends) -> None:
        width, given = len(EVENT_COLUMNS), self._given("Event")
        labels = labels_of("Event", stamped=True)
        self._tables.nodes(labels, _form("Event"), _EVENT_ID, [event[:width] + given for event in events])
        ways = EVENT_WAYS if events and len(events[0]) > width else ()
        for place, type_ in enumerate(ways, start=width):
            found.setdefault(type_, []).extend(_led(events, _EVENT_ID, place, ends))

    def _given(self, label: str) -> list[str]:
        return [_OPEN if name == "supersededAt" else self._at for name in _given(label)]


def _led(rows: list[list[Any]], id_at: int, place: int, ends: list[str]) -> list[tuple[str, str]]:
    """From each row that has an end there, to it."""
    return [(row[id_at], ends[row[place]]) for row in rows if row[place] is not None]


_EVENT_ID = EVENT_COLUMNS.index("id")


def _given(label: str) -> tuple[str, ...]:
    """The properties that a node has from its record time, and no row of it."""
    columns = Shape(label).columns
    return tuple(name for name in names_of(label) if name not in columns)


@lru_cache(maxsize=256)
def _form(label: str) -> tuple[str, ...]:
    return tuple(f"{name}:{TYPES[scalar_of(label, name)]}" for name in (*Shape(label).columns, *_given(label)))


@lru_cache(maxsize=65_536)
def _instant(instant: datetime) -> str:
    return text_of(instant)
