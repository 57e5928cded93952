"""The whole database, node by node, and back: the named exception to the rooms' ownership of what they write."""

from graph.queries.write import Write

_OUT = (
    "COLLECT { MATCH (n)-[r]->(x) RETURN [type(r), CASE WHEN x:Record THEN x.id ELSE elementId(x) END, properties(r)] }"
)
_ROW = f"CASE WHEN n:Record THEN n.id ELSE elementId(n) END, labels(n), properties(n), {_OUT}"

NODES = f"MATCH (n) WHERE NOT n:Event RETURN {_ROW}"
"""A row: key, labels, properties, and [type, key of the other end, properties] of what goes out."""

NUMBERED_EVENTS = f"MATCH (n:Event) WHERE n.logIndex >= 0 WITH n ORDER BY n.logIndex RETURN {_ROW}"
OTHER_EVENTS = f"MATCH (n:Event) WHERE n.logIndex IS NULL WITH n ORDER BY n.recordedAt, n.position, n.id RETURN {_ROW}"

UNFINISHED_IMPORT = "MATCH (i:Import) WHERE i.recordedAt IS NULL RETURN i.source AS source LIMIT 1"

_INSTANTS = "FOREACH (name IN keys(row.i) | SET {0}[name] = datetime(row.i[name]))"

HAS_NODES = "MATCH (n) RETURN labels(n) AS labels LIMIT 1"

INDEX_KEYS = "CREATE INDEX restored_key IF NOT EXISTS FOR (n:Restored) ON (n.restoredKey)"
RESTORING = "SHOW INDEXES YIELD name WHERE name = 'restored_key' RETURN name"
"""A row where a restore is under way, or was cut off: the index goes when all is there."""
DROP_KEYS = "DROP INDEX restored_key IF EXISTS"

RESTORE_AN_EXAMPLE = Write("restore a backup", "integration", "UNWIND $rows AS row CREATE (n:Record) SET n = row")
"""Stands in the registry for what the two functions make."""


def nodes(labels: tuple[str, ...]) -> str:
    """Rows are {p, i}: properties, and those that are instants, as text.

    Nodes that are no records carry the label Restored and their key until all is there.
    """
    shown = ":".join(f"`{label}`" for label in (labels if "Record" in labels else (*labels, "Restored")))
    return f"UNWIND $rows AS row CREATE (n:{shown}) SET n = row.p {_INSTANTS.format('n')}"


def relationships(kind: str, *, from_record: bool, to_record: bool) -> str:
    """Rows are {a, b, p, i}: keys of both ends, and properties as those of nodes."""
    return (
        f"UNWIND $rows AS row MATCH (a:{_sought(from_record, 'row.a')}) MATCH (b:{_sought(to_record, 'row.b')}) "
        f"CREATE (a)-[r:`{kind}`]->(b) SET r = row.p {_INSTANTS.format('r')}"
    )


def _sought(record: bool, key: str) -> str:
    return f"Record {{id: {key}}}" if record else f"Restored {{restoredKey: {key}}}"


FORGET_KEYS = "MATCH (n:Restored) WITH n LIMIT 10000 REMOVE n:Restored, n.restoredKey RETURN count(*) AS done"
COUNT = "MATCH (n) RETURN count(n) AS nodes, COUNT { ()-[]->() } AS relationships"
