"""What is in the database before an import: the check's port, and how the records of a batch stand."""

import asyncio
from collections.abc import Collection, Coroutine, Mapping
from typing import Any, TypeVar

from graph.model.instants import OPEN
from graph.queries import standing
from graph.session import Database
from services.integration.bundle.known import KnownLife, KnownLink, Standing
from services.integration.bundle.values import BEGINNING_MICROS, OPEN_MICROS, micros
from services.integration.loading.nodes import Present
from services.oversight.rules import load

Answer = TypeVar("Answer")


async def present(database: Database, ids: Collection[str]) -> dict[str, Present]:
    """How those of the ids stand that are records, with what is pending of them."""
    rows = await database.read(standing.STANDING, {"ids": list(ids)})
    return {
        row["id"]: Present(
            row["digest"],
            row["pending"],
            row["new"],
            row["version"],
            row["position"] or 0,
            row["hash"],
            row["recordedAt"],
        )
        for row in rows
    }


async def problem_states(database: Database, ids: Collection[str]) -> dict[str, dict[str, Any]]:
    """`properties` and `refs` (relationship, label, id) of those of the ids that are known problems."""
    rows = await database.read(standing.PROBLEM_STATES, {"ids": list(ids)})
    return {
        row["id"]: {
            "refs": row["refs"],
            "properties": {
                name: value.to_native() if hasattr(value, "to_native") else value
                for name, value in row["properties"].items()
            },
        }
        for row in rows
    }


class DatabaseKnown:
    """The records of a database, for a check that runs in a thread beside `loop`."""

    def __init__(self, database: Database, loop: asyncio.AbstractEventLoop) -> None:
        self._database = database
        self._loop = loop

    def has_records_of(self, sources: Collection[str], /) -> bool:
        return bool(self._read(standing.ANY_OF_SOURCES, {"sources": list(sources)}))

    def standing(self, ids: Collection[str], /) -> Mapping[str, Standing]:
        rows = self._read(standing.STANDING, {"ids": list(ids)})
        return {row["id"]: Standing(row["label"], row["digest"], row["new"]) for row in rows}

    def links(self, label: str, /) -> Collection[KnownLink]:
        if label == "Task":
            rows = self._read(standing.SUBTASK_LINKS, {})
            return [
                KnownLink(r["id"], r["from"], r["to"], BEGINNING_MICROS, OPEN_MICROS, explicit=False, shown=r["shown"])
                for r in rows
            ]
        return [
            KnownLink(
                r["id"],
                r["from"],
                r["to"],
                micros(r["since"]),
                micros(r["until"]),
                explicit=r["explicit"],
                shown=r["shown"],
            )
            for r in self._read(standing.links(label), {"open": OPEN})
        ]

    def lives(self, problems: Collection[str], /) -> Mapping[str, KnownLife]:
        rows = self._read(standing.LIVES, {"ids": list(problems)})
        return {row["id"]: KnownLife(load(row["life"]), row["position"]) for row in rows}

    def _read(self, statement: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
        return self._wait(self._database.read(statement, parameters))

    def _wait(self, work: Coroutine[Any, Any, Answer]) -> Answer:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()
