"""The end of an import: its rows become visible together, at one record time, whatever is cut off meanwhile."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from graph.model.instants import OPEN, utc
from graph.queries import imports
from graph.queries.write import Write
from graph.session import Database
from services.integration.bundle.checking import Progress, no_progress

Clock = Callable[[], datetime]


class ImportRefused(Exception):
    """The import can't go on. The message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Unfinished:
    """An import that is not complete. `stamped_at`: its record time, if all is written; it needs no bundle then.

    `held_at`: its record time, if that was taken before its rows were written.
    """

    id: str
    source: str
    started_at: datetime
    held_at: datetime | None
    stamped_at: datetime | None


async def unfinished(database: Database) -> Unfinished | None:
    """The import that is not complete, if there is one."""
    for row in await database.read(imports.UNFINISHED):
        return Unfinished(row["id"], row["source"], row["startedAt"], row["heldAt"], row["stampedAt"])
    return None


async def complete_pending(database: Database, clock: Clock, progress: Progress = no_progress) -> Unfinished | None:
    """At a start: finish an import that was cut off when all of it was written. Returns one that needs its bundle."""
    found = await unfinished(database)
    if found is None or found.stamped_at is None:
        return found
    await complete(database, found.id, clock, progress, {})
    return None


async def complete(
    database: Database, id_: str, clock: Clock, progress: Progress, counts: Mapping[str, int]
) -> datetime:
    """Stamp everything pending with one record time, and return it. Can be run again at any time."""
    at = await _hold_readers(database, id_, clock)
    for write in (imports.SWAP_CHANGES, imports.STAMP_CORRECTIONS, imports.STAMP):
        await _in_batches(database, write, progress, {"at": at, "limit": imports.RECORDS_PER_STAMP})
    rows = {f"rows_{name}": count for name, count in counts.items()}
    finished = {"id": id_, "finishedId": f"{id_}@{at.isoformat()}", "at": at, "open": OPEN, "counts": rows}
    await database.write(imports.FINISH.cypher, finished)
    return at


async def _hold_readers(database: Database, id_: str, clock: Clock) -> datetime:
    found = await unfinished(database)
    if found is not None and found.id == id_ and found.stamped_at is not None:
        return utc(found.stamped_at)
    (row,) = await database.write(imports.BEGIN_STAMPING.cypher, {"id": id_, "now": utc(clock())})
    return row["at"]


async def discard(database: Database, progress: Progress = no_progress) -> Unfinished | None:
    """Take back what an import wrote that was cut off. Raises ImportRefused where it is becoming visible already."""
    found = await unfinished(database)
    if found is None:
        return None
    if found.stamped_at is not None:
        raise ImportRefused("All of this import is written, and part of it may be visible: it can only be finished.")
    for write in (imports.RELEASE_PROBLEMS, imports.DISCARD_CORRECTIONS, imports.DISCARD):
        await _in_batches(database, write, progress, {"limit": imports.RECORDS_PER_DISCARD})
    if found.held_at is not None:
        await _discard_recorded_at(database, found.held_at, progress)
    await forget(database, found.id)
    return found


async def _discard_recorded_at(database: Database, at: datetime, progress: Progress) -> None:
    after: str | None = ""
    while after is not None:
        parameters = {"after": after, "at": at, "limit": imports.RECORDS_PER_LOOK}
        (row,) = await database.write(imports.DISCARD_STAMPED.cypher, parameters)
        after = row["last"]
        progress("stamp", row["done"])


async def forget(database: Database, id_: str) -> None:
    """Take away the node of an import that wrote nothing, and let readers and commands go on."""
    await database.write(imports.FORGET.cypher, {"id": id_, "open": OPEN})


async def _in_batches(database: Database, write: Write, progress: Progress, parameters: dict[str, Any]) -> None:
    done = 1
    while done:
        (row,) = await database.write(write.cypher, parameters)
        done = row["done"]
        progress("stamp", done)
