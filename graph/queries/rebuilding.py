"""What was in a database goes into the new store that an offline import makes: nodes first, then what they have."""

from graph.queries.write import Write

STATE = """
MATCH (w:Watermark {name: 'main'})
RETURN EXISTS { MATCH (c:Command) WHERE c.key > '' } AS acted,
  EXISTS { MATCH (i:Import) WHERE i.recordedAt IS NULL } AS unfinished,
  reduce(last = null, at IN COLLECT { MATCH (g:Gate) RETURN g.at } | CASE WHEN last > at THEN last ELSE at END) AS last,
  COUNT { MATCH (n) } AS nodes
"""
"""Whether nothing stands against building the store anew; `last`: the latest record time given out."""

LAST_TRANSACTION = "SHOW HOME DATABASE YIELD lastCommittedTxn RETURN lastCommittedTxn AS number"

PLACES = "MATCH (n:Restored) RETURN n.restoredKey AS key, elementId(n) AS place"
"""Where the kept nodes are in the new store: each with its labels and the key that tells it."""

GIVE_BACK = Write(
    "give the nodes of a new store what they had",
    "integration",
    """
    UNWIND $rows AS row
    MATCH (n) WHERE elementId(n) = row.place
    SET n = row.properties
    REMOVE n:Restored
    RETURN count(*) AS made
    """,
)


def tie(kind: str) -> str:
    """Rows are {a, b, p}: the places of both ends, and properties."""
    return (
        "UNWIND $rows AS row MATCH (a) WHERE elementId(a) = row.a MATCH (b) WHERE elementId(b) = row.b "
        f"CREATE (a)-[r:`{kind}`]->(b) SET r = row.p"
    )


TIE_AN_EXAMPLE = Write("tie the nodes of a new store as they were", "integration", tie("X"))
"""Stands in the registry for what the function makes."""
