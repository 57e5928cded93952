"""What a selection means, by plain Python over the records of a small graph: what the compiler is compared with."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from graph.compile.selection import Selected
from graph.model import MODEL
from graph.model.declare import (
    AnyField,
    Back,
    Based,
    End,
    Fact,
    Facts,
    FirstOf,
    Named,
    Node,
    OneOf,
    Property,
    Reached,
    Ref,
    Refs,
    Scalar,
    Via,
)
from graph.model.instants import OPEN
from tests.world import World

Row = dict[str, Any]
ORDER: dict[str, tuple[str, bool]] = {
    "Problem": ("discoveredAt", True),
    "Event": ("position", False),
    "Accountable": ("place", False),
}


class Evaluation:
    """One reading of a graph: at `t`, as known at `k`."""

    def __init__(self, world: World, t: datetime, k: datetime) -> None:
        self.t, self.k = t, k
        self.labels: dict[str, str] = {}
        self.rows: dict[str, Row] = {}
        for label, rows in world.nodes.items():
            for row in rows:
                self.labels[row["id"]] = label
                self.rows[row["id"]] = row
        self.links = {name: [(row["a"], row["b"]) for row in rows] for name, rows in world.links.items()}

    def record(self, record: str, selection: tuple[Selected, ...]) -> Row:
        node = MODEL.by_label[self.labels[record]]
        return {part.key: self._field(node, node.by_name[part.name], record, part) for part in selection}

    def _field(self, node: Node, field: AnyField, record: str, part: Selected) -> Any:
        row = self.rows[record]
        match field:
            case Named():
                names = [self.rows[name] for _, name in self._out("NAMED", record) if self._holds(self.rows[name])]
                names.sort(key=lambda name: (-name["validFrom"].timestamp(), name["id"]))
                return names[0]["text"] if names else row.get(field.name)
            case Property():
                value = row.get(field.name)
                if field.name == "withdrawnAt":
                    return value if value is not None and value <= self.k else None
                return None if field.scalar is Scalar.INSTANT and value == OPEN else value
            case Ref():
                there = (b for _, b in self._out(field.relationship, record))
                # One of several kinds may be there: the field is of one.
                return self._first((b for b in there if self.labels[b] == field.target or not field.mixed), part.only())
            case Refs():
                return self._many([b for _, b in self._out(field.relationship, record)], field.target, part)
            case OneOf():
                found = (b for _, b in self._out(field.relationship, record))
                return next((self.record(b, part.of(self.labels[b])) for b in found), None)
            case FirstOf():
                for way in field.ways:
                    for end in self._way(node, way, record):
                        return self.record(end, part.only())
                return None
            case Back():
                ref = MODEL.by_label[field.target].by_name[field.ref]
                assert isinstance(ref, Ref)
                found = [a for a, b in self.links.get(ref.relationship, []) if b == record]
                known = [a for a in found if self.rows[a]["recordedAt"] <= self.k]
                if not field.one:
                    return self._many(known, field.target, part)
                return self._first(iter(sorted(known, key=lambda one: (self.rows[one]["sourceId"], one))), part.only())
            case Via():
                ends = [end for _, end in self._via(field, record)]
                if field.many:
                    return self._many(ends, field.target, part)
                return self._first(iter(ends), part.only())
            case Facts():
                kind = MODEL.fact(field.fact)
                test: Callable[[Row], bool] = self._known if part.arguments.get("history") else self._holds
                own = [fact for fact in self._facts(kind, field.end, record) if test(self.rows[fact])]
                own.sort(key=lambda fact: (self.rows[fact]["validFrom"], self.rows[fact]["sourceId"]))
                return [self.record(fact, part.only()) for fact in own]
            case Reached():
                (end,) = self._ends(MODEL.fact(node.label), field.end, record)
                return self.record(end, part.of(self.labels[end]))
            case Based():
                return self._basis(record, part)
            case _:
                raise NotImplementedError(field)

    def _basis(self, record: str, part: Selected) -> Row | None:
        for _, clause in self._out("BASED_ON", record):
            (directive,) = (b for _, b in self._out("IN_DIRECTIVE", clause))
            parts = {item.name: item for item in part.only()}
            value = {"title": self.rows[directive]["title"], "clause": self.record(clause, parts["clause"].only())}
            return {item.key: value[item.name] for item in part.only()}
        text = self.rows[record].get("basis")
        return None if text is None else {p.key: text if p.name == "title" else None for p in part.only()}

    def _way(self, node: Node, way: tuple[str, ...], record: str) -> Iterator[str]:
        first, *rest = way
        ref = node.by_name[first]
        assert isinstance(ref, Ref)
        for _, end in self._out(ref.relationship, record):
            if not rest:
                yield end
                return
            via = MODEL.by_label[ref.target].by_name[rest[0]]
            assert isinstance(via, Via)
            yield from (there for _, there in self._via(via, end))

    def _via(self, field: Via, record: str) -> list[tuple[str, str]]:
        kind = MODEL.fact(field.fact)
        found: list[tuple[str, str]] = []
        for fact in self._facts(kind, field.end, record):
            (other,) = self._ends(kind, field.end.other, fact)
            thing = record if kind.thing is field.end else other
            if self.labels[other] == field.target and self._counts(kind, fact, thing):
                found.append((fact, other))
        return sorted(found, key=lambda pair: (-self.rows[pair[0]]["validFrom"].timestamp(), pair[0]))

    def _counts(self, kind: Fact, fact: str, thing: str) -> bool:
        if not self._holds(self.rows[fact]):
            return False
        if kind.thing is None or self.rows[fact]["explicit"]:
            return True
        rivals = (self.rows[other] for other in self._facts(kind, kind.thing, thing))
        return not any(rival["explicit"] and self._holds(rival) for rival in rivals)

    def _facts(self, kind: Fact, end: End, record: str) -> list[str]:
        if end is End.FROM:
            return [b for _, b in self._out(kind.relationship, record)]
        return [a for a, b in self.links.get(kind.relationship_to, []) if b == record]

    def _ends(self, kind: Fact, end: End, fact: str) -> list[str]:
        if end is End.FROM:
            return [a for a, b in self.links.get(kind.relationship, []) if b == fact]
        return [b for _, b in self._out(kind.relationship_to, fact)]

    def _many(self, records: list[str], label: str, part: Selected) -> Any:
        name, descending = ORDER.get(label, ("sourceId", False))
        records = sorted(records, key=lambda r: (self.rows[r][name], r), reverse=descending)
        if not part.is_page():
            return [self.record(record, part.only()) for record in records]
        size = part.arguments.get("first") or 20
        assert isinstance(size, int)
        shown: Row = {}
        for item in part.only():
            match item.name:
                case "edges":
                    (node,) = item.only()
                    shown[item.key] = [{node.key: self.record(r, node.only())} for r in records[:size]]
                case "totalCount":
                    shown[item.key] = len(records)
                case _:
                    shown[item.key] = {i.key: len(records) > size for i in item.only()}
        return shown

    def _first(self, records: Iterator[str], selection: tuple[Selected, ...]) -> Row | None:
        return next((self.record(record, selection) for record in records), None)

    def _out(self, relationship: str, record: str) -> list[tuple[str, str]]:
        return [(a, b) for a, b in self.links.get(relationship, []) if a == record]

    def _known(self, row: Row) -> bool:
        return row["recordedAt"] <= self.k < row["supersededAt"]

    def _holds(self, row: Row) -> bool:
        return self._known(row) and row["validFrom"] <= self.t < row["validTo"]
