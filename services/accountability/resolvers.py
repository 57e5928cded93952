"""The trace: facts by one statement, judged by the rules, shown as the client asked."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

import strawberry

from graph.compile.cursor import fingerprint
from graph.compile.errors import ReadError, ReadErrorCode
from graph.compile.roots import Moment, Viewer
from graph.compile.selection import Selected
from graph.compile.tree import Statement
from graph.model.enums import Capacity, Role
from graph.model.instants import OPEN
from graph.queries import trace as walk
from schema.errors import as_graphql
from schema.scalars import Instant
from services.accountability import rules
from services.accountability.rules import Facts, Hop, Link, Record
from services.campaign.rulebook import shipped
from services.hosting.context import Context
from services.hosting.reading import answer

Row = dict[str, Any]


async def trace(
    info: strawberry.Info[Context, None],
    subject: strawberry.ID,
    as_of: Instant | None = None,
    known_at: Instant | None = None,
) -> Any:
    """Who answered for this subject at that moment, as far as was known at that other moment? 责任追溯"""
    asked: list[Selected] = []

    def compiled(selected: Selected, moment: Moment, viewer: Viewer) -> Statement:
        asked.append(selected)
        return walk.trace(subject, _shown(selected), moment, viewer)

    row = await answer(info, compiled, as_of, known_at)
    if row["data"]["subject"]["id"] is None:
        message = f"there is no {', '.join(walk.SUBJECTS)} {subject} that you may see"
        raise as_graphql(ReadError(ReadErrorCode.NOT_FOUND, message))
    rulebook = shipped()
    lines = rules.lines(facts_of(row["data"]), rulebook)
    (selected,) = asked
    return _Shown(row["data"]).trace(selected, row["t"], row["k"], lines, rulebook.version)


def facts_of(data: Row) -> Facts:
    """The statement's row as the rules read it."""
    subject = data["subject"]
    return Facts(
        recorded_at=subject["recordedAt"].to_native(),
        area=subject["area"],
        site=subject["site"],
        site_kind=subject["siteKind"],
        task=subject["task"],
        area_kinds={row["id"]: row["kind"] for row in data["areas"]},
        organization_kinds={row["id"]: row["kind"] for row in data["organizations"]},
        within=_links(data["within"]),
        subtasks=_links(data["subtasks"]),
        task_links=_links(data["taskLinks"]),
        governs=_links(data["governs"]),
        operates=_links(data["operates"]),
        post_in=_links(data["postIn"]),
        part_of=_links(data["partOf"]),
        responsibilities=_records(data["responsibilities"]),
        regulations=_records(data["regulations"]),
        heads=_records(data["heads"]),
        reporting=_records(data["reporting"]),
        memberships=_records(data["memberships"]),
    )


def _links(rows: Iterable[Row]) -> tuple[Link, ...]:
    return tuple(Link(r["from"], r["to"], r.get("explicit", True), _capacity(r)) for r in rows)


def _records(rows: Iterable[Row]) -> tuple[Record, ...]:
    return tuple(
        Record(
            r["id"],
            r["sourceId"],
            r["from"],
            r["to"],
            _native(r["validFrom"]),
            _native(r["validTo"]),
            _native(r["recordedAt"]),
            r.get("explicit", True),
            Role(r["role"]) if "role" in r else None,
            _capacity(r),
        )
        for r in rows
    )


def _capacity(row: Row) -> Capacity | None:
    return Capacity(row["capacity"]) if "capacity" in row else None


def _native(instant: Any) -> datetime:
    return instant.to_native()


PARTS = {
    "post": "posts",
    "organization": "organizations",
    "area": "areas",
    "holder": "persons",
    "membership": "memberships",
    "basis": "bases",
}
"""Fields of a hop that are records of their own, and where the statement's row has them."""


def _hop_selections(selected: Selected) -> Iterator[Selected]:
    """Every `hops` of every `lines`: aliases may ask for several."""
    for line in (part for part in selected.only() if part.name == "lines"):
        yield from (part for part in line.only() if part.name == "hops")


def _shown(selected: Selected) -> walk.Shown:
    parts: dict[str, list[tuple[str, Selected]]] = {name: [] for name in PARTS.values()}
    for hops in _hop_selections(selected):
        for part in hops.only():
            if part.name in PARTS:
                parts[PARTS[part.name]].append((_name(part), part))
    return walk.Shown(**{name: tuple(dict(found).items()) for name, found in parts.items()})


def _name(part: Selected) -> str:
    """Under which name the row holds what this selection asked for."""
    return f"{part.key}_{fingerprint(part)}"


class _Shown:
    """Puts hops into the response's shape, with the parts that the row brought."""

    def __init__(self, data: Row) -> None:
        self._records: dict[str, dict[str, Row]] = {
            name: {row["id"]: row["shown"] for row in data[name]} for name in PARTS.values() if name != "bases"
        }
        used = (*data["responsibilities"], *data["heads"], *data["reporting"])
        self._records["bases"] = {row["id"]: row["shown"] for row in used}

    def trace(self, selected: Selected, as_of: Any, known_at: Any, lines: tuple[rules.Line, ...], version: str) -> Row:
        shown: Row = {}
        for part in selected.only():
            match part.name:
                case "asOf":
                    shown[part.key] = as_of
                case "knownAt":
                    shown[part.key] = known_at
                case "lines":
                    shown[part.key] = [self._line(part, line) for line in lines]
                case "rulebook":
                    shown[part.key] = {item.key: version for item in part.only()}
                case _:
                    shown[part.key] = None
        return shown

    def _line(self, selected: Selected, line: rules.Line) -> Row:
        shown: Row = {}
        for part in selected.only():
            if part.name == "kind":
                shown[part.key] = line.kind
            elif part.name == "hops":
                shown[part.key] = [self._hop(part, hop) for hop in line.hops]
        return shown

    def _hop(self, selected: Selected, hop: Hop) -> Row:
        return {part.key: self._field(part, hop) for part in selected.only()}

    def _field(self, part: Selected, hop: Hop) -> Any:
        if part.name in PARTS:
            record = _RECORD[part.name](hop)
            return None if record is None else self._records[PARTS[part.name]][record][_name(part)]
        return _VALUE[part.name](hop)


_RECORD: dict[str, Callable[[Hop], str | None]] = {
    "post": lambda hop: hop.post,
    "organization": lambda hop: hop.organization,
    "area": lambda hop: hop.area,
    "holder": lambda hop: hop.holder,
    "membership": lambda hop: hop.membership and hop.membership.id,
    "basis": lambda hop: hop.record and hop.record.id,
}

_VALUE: dict[str, Callable[[Hop], Any]] = {
    "level": lambda hop: hop.level,
    "role": lambda hop: hop.role,
    "capacity": lambda hop: hop.capacity,
    "gap": lambda hop: hop.gap,
    "distance": lambda hop: hop.distance,
    "validFrom": lambda hop: hop.record and hop.record.valid_from,
    "validTo": lambda hop: hop.record.valid_to if hop.record and hop.record.valid_to != OPEN else None,
    "recordedAt": lambda hop: hop.record and hop.record.recorded_at,
    "backdated": lambda hop: hop.backdated,
    "__typename": lambda _: "Hop",
}
