"""Rows into tables from which a store is built: only new records, whose record time is known."""

from collections import defaultdict
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from graph.ledger import text_of
from graph.local.tables import TYPES, Tables
from graph.model.instants import OPEN
from graph.queries.shapes import EVENT_COLUMNS, EVENT_WAYS, Shape, labels_of, names_of, scalar_of
from services.integration.loading.nodes import Batch, Rows

_OPEN = text_of(OPEN)
_Ends = defaultdict[str, list[tuple[str, str]]]
"""By type of relationship, the numbers of the nodes at both ends."""


class _Numbers(NamedTuple):
    """Of the nodes of a batch, in the order of its rows, and of the events that came with them."""

    nodes: list[str]
    events: list[str]


class StampedTables:
    """Takes batches of an import whose record time is `at`."""

    at_once = 1

    def __init__(self, tables: Tables, at: datetime) -> None:
        self._tables = tables
        self._at = text_of(at)

    def rows(self) -> Rows:
        return Rows(text_of)

    async def write(self, rows: Rows) -> None:
        self.add(rows)

    def add(self, rows: Rows) -> None:
        """Raises ValueError for what changes a record that is there."""
        if rows.corrections or rows.changed_subtasks or rows.held:
            raise ValueError("only new records can be written as tables")
        found: _Ends = defaultdict(list)
        written = [(shape, batch, self._nodes(shape, batch)) for shape, batch in rows.by_shape.items()]
        for shape, batch, numbers in written:
            self._ends(shape, batch, numbers, found)
        number = self._tables.number
        found["SUBTASK_OF"] += [(number(pair["id"]), number(pair["parent"])) for pair in rows.subtasks]
        for type_, ends in found.items():
            self._tables.relationships(type_, ends)

    def _nodes(self, shape: Shape, batch: Batch) -> _Numbers:
        width = len(shape.columns)
        nodes = self._table(shape.label, [row[:width] for row in batch.rows])
        events = [event[:_EVENT_WIDTH] for row in batch.rows for event in row[-1]] if shape.events else []
        return _Numbers(nodes, self._table("Event", events))

    def _table(self, label: str, rows: list[list[Any]]) -> list[str]:
        given = [_OPEN if name == "supersededAt" else self._at for name in _given(label)]
        columns = Shape(label).columns
        return self._tables.nodes(labels_of(label, stamped=True), _form(label), columns.index("id"), rows, given)

    def _ends(self, shape: Shape, batch: Batch, numbers: _Numbers, found: _Ends) -> None:
        others = list(map(self._tables.number, batch.ends))
        for place, (type_, into) in enumerate(shape.ways, start=len(shape.columns)):
            ends = _led(numbers.nodes, batch.rows, place, others)
            found[type_] += [(other, number) for number, other in ends] if into else ends
        if shape.events:
            events = [event for row in batch.rows for event in row[-1]]
            of = (number for number, row in zip(numbers.nodes, batch.rows, strict=True) for _ in row[-1])
            found["EVENT_OF"] += zip(numbers.events, of, strict=True)
            for place, type_ in enumerate(EVENT_WAYS if shape.label == "Problem" else (), start=_EVENT_WIDTH):
                found[type_] += _led(numbers.events, events, place, others)


def _led(numbers: list[str], rows: list[list[Any]], place: int, others: list[str]) -> list[tuple[str, str]]:
    """From the node of each row that has an end there, to it."""
    return [(number, others[row[place]]) for number, row in zip(numbers, rows, strict=True) if row[place] is not None]


_EVENT_WIDTH = len(EVENT_COLUMNS)


def _given(label: str) -> tuple[str, ...]:
    """The properties that a node has from its record time, and no row of it."""
    columns = Shape(label).columns
    return tuple(name for name in names_of(label) if name not in columns)


@lru_cache(maxsize=256)
def _form(label: str) -> tuple[str, ...]:
    return tuple(f"{name}:{TYPES[scalar_of(label, name)]}" for name in (*Shape(label).columns, *_given(label)))
