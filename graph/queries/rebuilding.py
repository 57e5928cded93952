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

GIVE_BACK = Write(
    "give the nodes of a new store what they had",
    "integration",
    """
    UNWIND $rows AS row
    MATCH (n:Restored {restoredKey: row.key})
    SET n = row.properties
    REMOVE n:Restored
    RETURN count(*) AS made
    """,
)
"""They are there with their labels, and are found by graph.queries.backup's keys until then."""
