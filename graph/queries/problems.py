"""Writes of the life of a problem: each appends its event in the same transaction, marked for the sequencer."""

from graph.model import MODEL
from graph.queries.watermark import TAKING
from graph.queries.write import DONE, Write, linked, of_each

HOME_OF_POST = """
MATCH (p:Record {id: $post})-[:POST_IN]->(f:PostIn)-[:POST_IN_TO]->(o)
WHERE f.recordedAt <= $now AND $now < f.supersededAt AND f.validFrom <= $at AND $at < f.validTo
RETURN o.id AS organization ORDER BY f.explicit DESC LIMIT 1
"""

LOCK = """
MATCH (p:Record&Problem {id: $problem}) WHERE p.recordedAt <= $now
SET p.touched = true
REMOVE p.touched
RETURN p.status AS status, p.discoveredAt AS discoveredAt, p.dueAt AS dueAt, p.assignedToId AS assignedTo,
  p.life AS life, p.position AS position, p.hash AS hash, p.changedAt AS changedAt, p.severity AS severity,
  p.importing AS importing
"""
"""Takes the write lock of the problem before reading it, so that two commands on it come one after the other."""

FALLEN_DUE = """
MATCH (p:Problem) WHERE p.fallsDueAt < $now AND p.id > ''
WITH p WHERE NOT p:Pending AND p.importing IS NULL
WITH p ORDER BY p.fallsDueAt, p.id LIMIT $limit
RETURN p.id AS id
"""
"""Problems whose deadline passed unnoticed, the longest ago first."""

REPORT = Write(
    "report a problem",
    "oversight",
    f"""
    CREATE (p:Record:Problem)
    SET p = $problem
    CREATE (e:Record:Event:Outbox)-[:EVENT_OF]->(p)
    SET e = $event
    WITH p, e
    {linked("p")}{DONE}
    """,
)

REPORT_TOGETHER = Write(
    "take a gate, report problems, and remember that",
    "oversight",
    f"""
    {TAKING}
    UNWIND $rows AS row
    MERGE (c:Command {{key: row.key}})
    ON CREATE SET c.request = row.request, c.claimedAt = row.now, c.outcome = row.outcome + toString(at) + '"}}'
    CREATE (p:Record:Problem)
    SET p = row.problem, p.recordedAt = at, p.changedAt = at
    CREATE (e:Record:Event:Outbox)-[:EVENT_OF]->(p)
    SET e = row.event, e.recordedAt = at
    WITH row, p, e, at, shut, c.outcome = row.outcome + toString(at) + '"}}' AS claimed
    {of_each("row", "links|person|post", linked("p") + DONE)}
    RETURN at, shut, claimed
    """,
)
"""Commands that are each this alone: the record time is the gate's, and no chained body has it.

Where one's key was claimed by another command meanwhile (`claimed` is false), all is to be taken back.
"""

_STATE = "|".join(sorted({ref.relationship for ref in MODEL.entity("Problem").refs()}))

ACT = Write(
    "act on a problem",
    "oversight",
    f"""
    MATCH (p:Record&Problem {{id: $problem}})
    CREATE (p)-[:WAS]->(f:Former)
    SET f = properties(p), f.supersededAt = $now
    WITH p, f
    CALL (p, f) {{
      MATCH (p)-[r:{_STATE}]->(x)
      CREATE (f)-[:$(type(r))]->(x)
    }}
    SET p += $state
    CREATE (e:Record:Event:Outbox)-[:EVENT_OF]->(p)
    SET e = $event
    WITH p, e
    CALL (p) {{
      MATCH (p)-[r:ASSIGNED_TO]->(x) WHERE x.id <> $assignedTo
      DELETE r
    }}
    CALL (p) {{ MATCH (x:Record {{id: $assignedTo}}) MERGE (p)-[:ASSIGNED_TO]->(x) }}
    {DONE}
    CALL (e) {{ MATCH (x:Record {{id: $toOrganization}}) CREATE (e)-[:PASSED_TO]->(x) }}
    """,
)

NOTE_REPORTERS = """
MATCH (x)-[:REPORTED_BY]->(y) WHERE x.reportedById IS NULL
WITH x, y LIMIT $limit
SET x.reportedById = y.id
RETURN count(*) AS done
"""
"""For states of problems that were written before these had it."""
