"""Bring a database to the present form. Running it again changes nothing."""

from datetime import datetime

from graph.migrations.schema import schema_statements
from graph.model.instants import OPEN
from graph.session import Database

VERSION = 1
"""Of the form of the data. A change that the statements below can't make by themselves adds a step and raises it."""


async def migrate(database: Database, now: datetime) -> tuple[str, ...]:
    """Make constraints, indexes and the watermark, and wait until the indexes are online. Returns their names."""
    statements = schema_statements()
    for statement in statements:
        await database.write(statement.cypher)
    await database.write("CALL db.awaitIndexes(300)")
    await database.write(
        "MERGE (w:Watermark {name: 'main'}) ON CREATE SET w.holdsAt = $open "
        "MERGE (m:Migration {version: $version}) ON CREATE SET m.at = $now",
        {"open": OPEN, "version": VERSION, "now": now},
    )
    return tuple(statement.name for statement in statements)
