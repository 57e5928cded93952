"""How an import begins: it is claimed, and where nobody has acted yet its record time is taken."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from graph.model.instants import utc
from graph.queries import imports
from graph.session import Database
from services.integration.loading.completion import ImportRefused


@dataclass(frozen=True, slots=True)
class Claim:
    """One run of an import. `held_at`: its record time, if that was taken before its rows are written.

    `started_at`: when the import began, the same in each of its runs.
    """

    id: str
    run: str
    started_at: datetime
    held_at: datetime | None
    resumed: bool


async def claim(database: Database, source: str, digest: str, now: datetime) -> Claim:
    """Begin, or take over from a run that ended before it was complete. `digest`: of the bundle.

    Raises ImportRefused where another import is not complete.
    """
    id_ = hashlib.sha256(f"{source}\x00{digest}".encode()).hexdigest()
    run = secrets.token_hex(8)
    rows = await database.write(
        imports.CLAIM.cypher, {"id": id_, "digest": digest, "source": source, "now": now, "run": run}
    )
    if not rows:
        raise ImportRefused("This database was never brought to the form that zeren needs: run `zeren migrate` first.")
    (row,) = rows
    for other in row["others"]:
        raise ImportRefused(
            f"An import of source {other['source']!r}, begun {other['startedAt'].isoformat()}, is not "
            "complete. Run it again to finish it, or discard it; then run this one."
        )
    mine = row["mine"][0]
    started_at, held_at = mine["startedAt"], mine["heldAt"]
    resumed = started_at != now
    if held_at is None and not resumed:
        held = await database.write(imports.SHUT_GATES.cypher, {"id": id_, "now": utc(now)})
        held_at = held[0]["at"] if held else None
    return Claim(id_, run, started_at, held_at, resumed)
