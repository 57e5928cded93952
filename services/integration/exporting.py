"""`zeren export`: what is known now, as a bundle.

Ids of the bundle's own source are written plain, all others as `source:id`, which an import takes back as they were: an
export of several sources goes into an empty database and out again without a change. Column facts come back as columns.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from graph.model import MODEL
from graph.model.instants import OPEN, utc
from graph.queries import exports
from graph.session import Database
from services.integration.bundle.checking import Progress, no_progress
from services.integration.bundle.columns import FILE, FILES, LINK_KINDS, Column, File, Type
from services.integration.bundle.values import micros, text_of
from services.integration.bundle.writing import BundleWriter, bundle_writer

_ENTITY_FILES = tuple(file for file in FILES if file.label and file.label in {e.label for e in MODEL.entities()})
_PAGE = 1_000
_EVENT_REFS = {"DONE_BY": "person", "DONE_AS": "post", "PASSED_TO": "toOrganization"}
_SUBJECT_KINDS = {"Area": "AREA", "Site": "SITE", "Task": "TASK", "SiteKind": "SITE_KIND"}


@dataclass(frozen=True, slots=True)
class Exported:
    """`known_at`: as of which record time. `rows`: by table."""

    known_at: datetime
    rows: dict[str, int]


async def export_bundle(
    database: Database,
    path: Path,
    clock: Callable[[], datetime],
    *,
    source: str = "bundle",
    progress: Progress = no_progress,
) -> Exported:
    """Write what is known now to `path`, a new folder or .zip. Raises BundleError where that can't be written."""
    (row,) = await database.read(exports.KNOWN_NOW, {"now": utc(clock())})
    known_at = row["k"]
    with bundle_writer(path) as writer:
        export = _Export(database, writer, known_at, source, progress)
        await export.run()
        rows = await asyncio.to_thread(writer.finish)
    return Exported(known_at, rows)


class _Export:
    def __init__(
        self, database: Database, writer: BundleWriter, known_at: datetime, source: str, progress: Progress
    ) -> None:
        self._database = database
        self._writer = writer
        self._k = known_at
        self._source = source
        self._progress = progress

    async def run(self) -> None:
        for file in _ENTITY_FILES:
            if file.name not in ("problems", "events"):
                await self._entities(file)
        for file in FILES:
            if file.has_interval:
                labels = [file.label] if file.label else [fact.label for fact in LINK_KINDS.values()]
                for label in labels:
                    await self._facts(file, label)
        await self._problems()
        await self._observations()

    async def _read(self, statement: str, **parameters: Any) -> list[dict[str, Any]]:
        return await self._database.read(statement, {"k": self._k, **parameters})

    async def _entities(self, file: File) -> None:
        columns = [(column.name, column.fact) for column in file.columns if column.fact is not None]
        rows = await self._read(exports.entities(file.label, columns))
        self._add(file, (self._entity(file, row) for row in rows))

    def _entity(self, file: File, row: Mapping[str, Any]) -> dict[str, Any]:
        values: dict[str, Any] = dict(row["p"])
        values["id"] = self._reference(row["source"], row["sourceId"])
        refs = {kind: self._reference(*other) for kind, *other in row["refs"]}
        for ref in MODEL.entity(file.label).refs():
            name = "area" if ref.name == "ownArea" else ref.name
            if ref.relationship in refs and name in file.by_name:
                values[name] = refs[ref.relationship]
        if file.name == "tasks":
            values["lineOfWork"] = next(o[1] for kind, *o in row["refs"] if kind == "IN_LINE").rpartition("/")[2]
        for column in file.columns:
            if column.fact is not None:
                values[column.name] = ";".join(sorted(self._reference(*o) for o in row[f"column_{column.name}"]))
        return values

    async def _facts(self, file: File, label: str) -> None:
        rows = await self._read(exports.facts(label))
        self._add(file, (self._fact(file, label, row) for row in rows))

    def _fact(self, file: File, label: str, row: Mapping[str, Any]) -> dict[str, Any]:
        values: dict[str, Any] = dict(row["p"])
        values["id"] = self._reference(row["source"], row["sourceId"])
        if row["clause"] is not None:
            values["basis"] = self._reference(*row["clause"])
        from_ = self._reference(*row["from"])
        if row["to"] is None:
            return {**values, "subject": from_, "name": values["text"]}
        to_label, *to, kind = row["to"]
        to_text = kind if to_label == "SiteKind" else self._reference(*to)
        if file.name == "links":
            return {**values, "kind": MODEL.fact(label).relationship, "from": from_, "to": to_text}
        from_name, to_name = (c.name for c in file.columns if c.type in (Type.REFERENCE, Type.SUBJECT))
        values |= {from_name: from_, to_name: to_text}
        if to_name == "subject":
            values["subjectKind"] = _SUBJECT_KINDS[to_label]
        return values

    async def _problems(self) -> None:
        problems, events = FILE["problems"], FILE["events"]
        statement = exports.entities("Problem", (), by_ids=True)
        after: list[Any] = [datetime.min.replace(year=1000, tzinfo=utc(OPEN).tzinfo), ""]
        while page := await self._read(exports.PROBLEM_PAGE, after=after, limit=_PAGE):
            after = [page[-1]["discoveredAt"], page[-1]["id"]]
            ids = [row["id"] for row in page]
            self._add(problems, (self._entity(problems, row) for row in await self._read(statement, ids=ids)))
            actions = await self._read(exports.ACTIONS_OF, ids=ids)
            rows = [(self._reference(*row["problem"]), row["p"]["position"], self._event(row)) for row in actions]
            self._writer.add(events, [(key, place, _cells(events, values)) for key, place, values in rows])
            self._progress("export", len(rows))

    def _event(self, row: Mapping[str, Any]) -> dict[str, Any]:
        values: dict[str, Any] = dict(row["p"])
        values["id"] = self._reference(row["source"], row["sourceId"])
        values["problem"] = self._reference(*row["problem"])
        values["action"] = values["kind"]
        values["evidence"] = ";".join(values.get("evidence") or ())
        for kind, *other in row["refs"]:
            values[_EVENT_REFS[kind]] = self._reference(*other)
        return values

    async def _observations(self) -> None:
        file = FILE["observations"]
        rows = await self._read(exports.OBSERVATIONS)
        found = ({**row["p"], "station": self._reference(*row["station"])} for row in rows)
        self._add(file, found, key="station")

    def _reference(self, source: str, source_id: str) -> str:
        return source_id if source == self._source and ":" not in source_id else f"{source}:{source_id}"

    def _add(self, file: File, rows: Iterable[dict[str, Any]], key: str = "id") -> None:
        texts = [(str(values[key]), _place(values), _cells(file, values)) for values in rows]
        self._writer.add(file, texts)
        self._progress("export", len(texts))


def _place(values: Mapping[str, Any]) -> int:
    """Orders rows of one key: observations of a station by instant."""
    at = values.get("at")
    return 0 if at is None else micros(at)


def _cells(file: File, values: Mapping[str, Any]) -> list[str]:
    return [_cell(column, values.get(column.name)) for column in file.columns]


def _cell(column: Column, value: Any) -> str:
    if value is None or value == "":
        return ""
    match column.type:
        case Type.INSTANT | Type.DEADLINE:
            instant = micros(value)
            return "" if instant == micros(OPEN) else text_of(column, instant)
        case Type.DATE:
            return value.to_native().isoformat()
        case _:
            return text_of(column, value)
