"""A judged trace, in the shape that the client asked for."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Any

from graph.compile.selection import Selected
from graph.model.instants import OPEN
from graph.queries.trace import Shown
from services.accountability.pages import key_of
from services.accountability.rules import Custody, Exculpatory, Hop, Line

Row = dict[str, Any]

RECORDS = {
    "post": "posts",
    "organization": "organizations",
    "area": "areas",
    "holder": "persons",
    "membership": "memberships",
    "basis": "bases",
    "event": "events",
}
"""Fields that are records of their own, and where the statement's row has them."""


@dataclass(frozen=True)
class Judged:
    """What is shown: the moment, and what the rules found."""

    as_of: datetime
    known_at: datetime
    lines: tuple[Line, ...]
    custody: tuple[Custody, ...]
    exculpatory: tuple[Exculpatory, ...]
    rulebook: str
    similar: Mapping[str, Row] = field(default_factory=dict[str, Row])
    """By the key of each selection, already in its shape."""


def asked_of_records(selected: Selected) -> Shown:
    """What the statement must bring: each field of a kind of record once, however often it is asked for."""
    parts: dict[str, dict[str, Selected]] = {name: {} for name in RECORDS.values()}
    for part in _with_records(selected):
        if part.name in RECORDS:
            for asked in (asked for asked in part.only() if asked.name != "id"):  # which is known without asking
                key = key_of(asked)
                parts[RECORDS[part.name]][key] = replace(asked, key=key)
    names = {part.name for part in selected.only()}
    found: dict[str, Any] = {name: tuple(fields.values()) for name, fields in parts.items()}
    return Shown(**found, hands=not names.isdisjoint({"custody", "exculpatory"}), merits="exculpatory" in names)


def _with_records(selected: Selected) -> Iterator[Selected]:
    for part in selected.only():
        match part.name:
            case "lines":
                for hops in (hops for hops in part.only() if hops.name == "hops"):
                    yield from hops.only()
            case "custody" | "exculpatory":
                yield from part.only()
            case "changes":
                for side in (side for side in part.only() if side.name in ("before", "after", "records")):
                    yield from side.only()
            case _:
                pass


class Showing:
    """Puts what was judged into shape, with the records that the row brought."""

    def __init__(self, data: Row) -> None:
        def shown(*names: str) -> dict[str, Row | None]:
            return {row["id"]: row.get("shown", {}) for name in names for row in data.get(name, ())}

        self._records: dict[str, Mapping[str, Row | None]] = {
            "posts": shown("posts"),
            "organizations": shown("organizations"),
            "areas": shown("areas"),
            "persons": shown("persons"),
            "memberships": shown("memberships"),
            "bases": shown("bases"),
            "events": shown("events", "earlier"),
        }

    def trace(self, selected: Selected, judged: Judged) -> Row:
        """The trace as the client asked for it."""
        shown: Row = {}
        for part in selected.only():
            match part.name:
                case "asOf":
                    shown[part.key] = judged.as_of
                case "knownAt":
                    shown[part.key] = judged.known_at
                case "lines":
                    shown[part.key] = self._lines(part, judged.lines)
                case "custody":
                    shown[part.key] = list(map(self._shape(part, _CUSTODY), judged.custody))
                case "exculpatory":
                    shown[part.key] = list(map(self._shape(part, _EXCULPATORY), judged.exculpatory))
                case "similar":
                    shown[part.key] = judged.similar[part.key]
                case "rulebook":
                    names = {"version": judged.rulebook, "__typename": "RulebookVersion"}
                    shown[part.key] = {item.key: names[item.name] for item in part.only()}
                case _:
                    shown[part.key] = "Trace"
        return shown

    def hop(self, selected: Selected, hop: Hop) -> Row:
        """A hop as one selection asks for it."""
        return self._shape(selected, _HOP)(hop)

    def _lines(self, selected: Selected, lines: Iterable[Line]) -> list[Row]:
        fields: list[tuple[str, Callable[[Line], Any]]] = []
        for part in selected.only():
            match part.name:
                case "kind":
                    fields.append((part.key, lambda line: line.kind))
                case "hops":
                    fields.append((part.key, self._hops(part)))
                case _:
                    fields.append((part.key, lambda _: "Line"))
        return [{key: value(line) for key, value in fields} for line in lines]

    def _hops(self, selected: Selected) -> Callable[[Line], list[Row]]:
        shape = self._shape(selected, _HOP)
        return lambda line: list(map(shape, line.hops))

    def _shape(self, selected: Selected, values: Mapping[str, Callable[[Any], Any]]) -> Callable[[Any], Row]:
        """How every item is shown; what hangs on the selection alone is settled once for them all."""
        fields = [(part.key, values[part.name], self._record(part)) for part in selected.only()]

        def shape(item: Any) -> Row:
            return {key: value(item) if found is None else found(value(item)) for key, value, found in fields}

        return shape

    def _record(self, part: Selected) -> Callable[[str | None], Row | None] | None:
        """From a record's id to what one field asks of it; None for a field that is no record."""
        if part.name not in RECORDS:
            return None
        rows, shape = self._records[RECORDS[part.name]], shape_of(part)

        def shown(id_: str | None) -> Row | None:
            return None if id_ is None else shape(id_, rows.get(id_, {}))

        return cache(shown)  # a post stands in many hops


def shape_of(part: Selected) -> Callable[[str, Row | None], Row | None]:
    """A record as one field asks for it, out of its id and the row that `asked_of_records` has brought."""
    fields = [(field.key, None if field.name == "id" else key_of(field)) for field in part.only()]

    def shape(id_: str, row: Row | None) -> Row | None:
        return None if row is None else {key: id_ if column is None else row[column] for key, column in fields}

    return shape


_HOP: Mapping[str, Callable[[Hop], Any]] = {
    "level": lambda hop: hop.level,
    "role": lambda hop: hop.role,
    "capacity": lambda hop: hop.capacity,
    "gap": lambda hop: hop.gap,
    "distance": lambda hop: hop.distance,
    "organization": lambda hop: hop.organization,
    "post": lambda hop: hop.post,
    "area": lambda hop: hop.area,
    "holder": lambda hop: hop.holder,
    "membership": lambda hop: hop.membership and hop.membership.id,
    "basis": lambda hop: hop.record and hop.record.id,
    "validFrom": lambda hop: hop.record and hop.record.valid_from,
    "validTo": lambda hop: hop.record.valid_to if hop.record and hop.record.valid_to != OPEN else None,
    "recordedAt": lambda hop: hop.record and hop.record.recorded_at,
    "backdated": lambda hop: hop.backdated,
    "__typename": lambda _: "Hop",
}

_CUSTODY: Mapping[str, Callable[[Custody], Any]] = {
    "from": lambda custody: custody.from_,
    "until": lambda custody: custody.until,
    "organization": lambda custody: custody.organization,
    "post": lambda custody: custody.post,
    "holder": lambda custody: custody.holder,
    "reason": lambda custody: custody.reason,
    "late": lambda custody: custody.late,
    "__typename": lambda _: "Custody",
}

_EXCULPATORY: Mapping[str, Callable[[Exculpatory], Any]] = {
    "holder": lambda item: item.holder,
    "reason": lambda item: item.reason,
    "event": lambda item: item.event,
    "membership": lambda item: item.membership,
    "__typename": lambda _: "Exculpatory",
}
