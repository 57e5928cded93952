"""Bring a database to the present form. Running it again changes nothing."""

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from graph.migrations.schema import SchemaStatement, schema_statements
from graph.model.instants import OPEN
from graph.queries import counting, watermark
from graph.queries.backup import RESTORING
from graph.queries.facts import MARK_RENAMED
from graph.queries.problems import NOTE_REPORTERS
from graph.session import Database, DatabaseError, Transaction

VERSION = 4
"""Of the form of the data. A change that the statements below can't make by themselves adds a step and raises it."""
WITH_REPORTERS = 4
"""Since then a problem has the id of who reported it."""
AT_ONCE = 50_000
HELD_MOST = ("Record", "Event", "Outbox", "Problem")
"""Labels of nearly all nodes of a county."""
INDEX_SECONDS = 3_600
"""Making them takes longest where a store was built from tables: about a minute and a half for ten million nodes."""


class Unfinished(DatabaseError):
    """The database holds a part of a backup."""


async def is_migrated(database: Database) -> bool:
    """Whether the last migration was one of this form, by its own record: a start need not look at each index.

    Raises Unfinished.
    """
    if await database.read(RESTORING):
        raise Unfinished(
            "A backup is being restored into this database, or that was cut off: it holds a part. Let it end; or "
            "empty the database, or take another (NEO4J_URI or --home), and restore it again."
        )
    found = await database.read("MATCH (m:Migration {version: $version}) RETURN m.form AS form", {"version": VERSION})
    return [row["form"] for row in found] == [_form()]


async def bring_to_form(database: Database, now: datetime) -> None:
    """Migrate the database, unless it is. Raises Unfinished."""
    if not await is_migrated(database):
        await migrate(database, now)


async def migrate(database: Database, now: datetime) -> tuple[str, ...]:
    """Make constraints, indexes, the watermark with its gates, and the log; wait until the indexes are online.

    Returns their names. Raises Unfinished.
    """
    await is_migrated(database)
    statements = schema_statements()
    await asyncio.gather(*(_declare(database, some) for some in _side_by_side(statements)))
    await database.write("CALL db.awaitIndexes($seconds)", {"seconds": INDEX_SECONDS})
    await database.write(watermark.MAKE, {"open": OPEN, "gates": watermark.GATES, "now": now})
    await database.write("MERGE (l:Log {name: 'main'}) ON CREATE SET l.size = 0, l.epoch = 0, l.beat = 0")
    await database.write(counting.MAKE)
    await database.write("MERGE (r:FindingsReader {name: 'main'}) ON CREATE SET r.position = 0, r.turn = 0")
    await database.write(MARK_RENAMED)
    (before,) = await database.read("OPTIONAL MATCH (m:Migration) RETURN max(m.version) AS version")
    if before["version"] is not None and before["version"] < WITH_REPORTERS:
        while (await database.write(NOTE_REPORTERS, {"limit": AT_ONCE}))[0]["done"]:
            pass
    await database.write(
        "MERGE (m:Migration {version: $version}) ON CREATE SET m.at = $now SET m.form = $form",
        {"version": VERSION, "now": now, "form": _form()},
    )
    return tuple(statement.name for statement in statements)


def _side_by_side(statements: Sequence[SchemaStatement]) -> list[list[SchemaStatement]]:
    """What is declared at once: a database that holds much is read through once for each, by another processor."""

    def of(statement: SchemaStatement) -> str:
        return statement.label if statement.label in HELD_MOST else ""

    return [list(some) for _, some in groupby(sorted(statements, key=of), of)]


async def _declare(database: Database, statements: Sequence[SchemaStatement]) -> None:
    async def declare(transaction: Transaction) -> None:
        for statement in statements:
            await transaction.run(statement.cypher)

    await database.transact(declare)


def _form() -> str:
    """What the statements come to, so that a changed one is noticed without a new version."""
    return hashlib.sha256("\n".join(statement.cypher for statement in schema_statements()).encode()).hexdigest()
