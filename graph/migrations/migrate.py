"""Bring a database to the present form. Running it again changes nothing."""

from datetime import datetime

from graph.migrations.schema import schema_statements
from graph.model.instants import OPEN
from graph.queries import watermark
from graph.session import Database

VERSION = 2
"""Of the form of the data. A change that the statements below can't make by themselves adds a step and raises it."""


async def migrate(database: Database, now: datetime) -> tuple[str, ...]:
    """Make constraints, indexes, the watermark with its gates, and the log; wait until the indexes are online.

    Returns their names.
    """
    statements = schema_statements()
    for statement in statements:
        await database.write(statement.cypher)
    await database.write("CALL db.awaitIndexes(300)")
    await database.write(
        "MERGE (m:Migration {version: $version}) ON CREATE SET m.at = $now", {"version": VERSION, "now": now}
    )
    await database.write(watermark.MAKE, {"open": OPEN, "gates": watermark.GATES, "now": now})
    await database.write("MERGE (l:Log {name: 'main'}) ON CREATE SET l.size = 0, l.epoch = 0, l.beat = 0")
    return tuple(statement.name for statement in statements)
