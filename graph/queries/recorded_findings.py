"""Findings that a person records: what is asked of their subject, and what is written beside what every finding has."""

from graph.queries.write import DONE, Write, linked

HAPPENED = """
MATCH (of:Record {id: $subject})
RETURN head([(of)-[:FALLS_UNDER]->()-[:IN_LINE]->(l) | l.code]) AS line, COLLECT {
  UNWIND $chains AS chain
  MATCH (:Record {id: chain})<-[:EVENT_OF]-(e:Event)
  RETURN {
    id: e.id, at: e.at, person: head([(e)-[:DONE_BY]->(p) | p.id]), post: head([(e)-[:DONE_AS]->(p) | p.id])
  } ORDER BY e.at, e.recordedAt, e.position
} AS events
"""
"""What happened to it, of an instruction as one received it: what it was told and did, and that it was issued."""

STANDING = "MATCH (f:Finding {key: $key}) WHERE f.withdrawnAt = $open RETURN f.id AS finding LIMIT 1"

LOCK = """
MATCH (f:Record&Finding {id: $finding})
SET f.touched = true
REMOVE f.touched
RETURN f.id AS id, f.sourceId AS sourceId, f.position AS position, f.hash AS hash, f.recordedAt AS recordedAt,
  f.withdrawnAt = $open AS stands, f.detectedAt AS detectedAt, EXISTS { (f)-[:RECORDED_BY]->() } AS recorded
"""

RECORDED = Write(
    "say who recorded a finding and who did it",
    "accountability",
    f"""
    MATCH (e:Record&Event {{id: $event}})-[:EVENT_OF]->(f:Finding)
    {linked("f")}{DONE}
    """,
)

WITHDRAWN = Write(
    "say who withdrew a finding",
    "accountability",
    f"""
    MATCH (e:Record&Event {{id: $event}})
    {DONE}
    """,
)
