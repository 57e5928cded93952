"""The comparison of two traces of one subject: both by one statement, judged by the rules."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import strawberry

from graph.compile.errors import ReadError, ReadErrorCode
from graph.compile.roots import Moment, Viewer
from graph.compile.selection import Selected
from graph.compile.tree import Statement
from graph.model import MODEL
from graph.model.enums import FactKind
from graph.model.instants import OPEN
from graph.queries import trace as walk
from graph.queries.trace import Asked
from schema.errors import as_graphql
from schema.scalars import Instant
from services.accountability.reading import side_of
from services.accountability.rules import Change, compare
from services.accountability.showing import Showing, asked_of_records, shape_of
from services.campaign.rulebook import current
from services.hosting.context import Context
from services.hosting.reading import answer, selection_of

Row = dict[str, Any]

_PARTS = re.compile(r"(?<!^)(?=[A-Z])")

KINDS = {fact.label: FactKind(_PARTS.sub("_", fact.label).upper()) for fact in MODEL.facts() if fact.label != "Name"}
"""Of each label of a fact that a trace can rest on."""


@strawberry.input(name="TraceMomentInput", description="When a trace is of. 时点")
class TraceMoment:
    as_of: Instant | None = strawberry.field(
        default=None, description="As trace's: when the problem was found, or now."
    )
    known_at: Instant | None = strawberry.field(default=None, description="As trace's: what is known now.")


async def trace_comparison(
    info: strawberry.Info[Context, None], subject: strawberry.ID, before: TraceMoment, after: TraceMoment
) -> Any:
    """What became of the trace of this subject from one moment to another, and by which records? 责任链对比"""
    selected = selection_of(info)

    def compiled(_: Selected, moment: Moment, viewer: Viewer) -> Statement:
        asked = [Asked(subject, side.as_of, side.known_at) for side in (before, after)]
        return walk.traces(asked, replace(asked_of_records(selected), versions=True), moment, viewer)

    latest = max((side.known_at for side in (before, after) if side.known_at is not None), default=None)
    found = (await answer(info, compiled, None, latest))["data"]
    for name, side in zip(("before", "after"), found, strict=True):
        if side["facts"]["subject"]["id"] is None:
            message = f"there is no {', '.join(walk.SUBJECTS)} {subject} that you may see at the moment `{name}`"
            raise as_graphql(ReadError(ReadErrorCode.NOT_FOUND, message))
    one, other = (side_of(side["facts"], side["t"], side["k"]) for side in found)
    changes = compare(one, other, current())
    return _Shown(found).comparison(selected, changes)


class _Shown:
    """Puts the changes into shape, with the records that the two rows brought."""

    def __init__(self, found: list[Row]) -> None:
        self._found = found
        self._sides = [Showing(side["facts"]) for side in found]
        self._versions: Mapping[str, Row] = {row["id"]: row for side in found for row in side["facts"]["versions"]}

    def comparison(self, selected: Selected, changes: tuple[Change, ...]) -> Row:
        shown: Row = {}
        for part in selected.only():
            match part.name:
                case "before" | "after":
                    side = self._found[part.name == "after"]
                    instants = {"asOf": side["t"], "knownAt": side["k"], "__typename": "TraceMoment"}
                    shown[part.key] = {field.key: instants[field.name] for field in part.only()}
                case "changes":
                    shown[part.key] = [self._change(part, change) for change in changes]
                case "rulebook":
                    names = {"version": current().version, "__typename": "RulebookVersion"}
                    shown[part.key] = {field.key: names[field.name] for field in part.only()}
                case _:
                    shown[part.key] = "TraceComparison"
        return shown

    def _change(self, selected: Selected, change: Change) -> Row:
        shown: Row = {}
        for part in selected.only():
            match part.name:
                case "kind":
                    shown[part.key] = change.kind
                case "line":
                    shown[part.key] = change.line
                case "before":
                    shown[part.key] = change.before and self._sides[0].hop(part, change.before)
                case "after":
                    shown[part.key] = change.after and self._sides[1].hop(part, change.after)
                case "records":
                    shown[part.key] = [self._record(part, self._versions[id_]) for id_ in change.records]
                case _:
                    shown[part.key] = "TraceChange"
        return shown

    @staticmethod
    def _record(selected: Selected, row: Row) -> Row:
        values = {
            "kind": next(kind for label, kind in KINDS.items() if label in row["labels"]),
            "validTo": None if row["validTo"] == OPEN else row["validTo"],
            "__typename": "ChangingRecord",
        }
        shown: Row = {}
        for part in selected.only():
            if part.name == "basis":
                shown[part.key] = shape_of(part)(row["id"], row["shown"])
            else:
                shown[part.key] = values[part.name] if part.name in values else row[part.name]
        return shown
