"""Writes of inspections, with the event that says what was found."""

from graph.compile.moment import holds, holds_unless_silenced
from graph.model import MODEL
from graph.queries.write import Write

HOMES = f"""
WITH $at AS t, $now AS k
MATCH (:Record {{id: $person}})-[:MEMBERSHIP]->(m:Membership)-[:MEMBERSHIP_TO]->(p) WHERE {holds("m")}
MATCH (p)-[:POST_IN]->(f:PostIn)-[:POST_IN_TO]->(home)
WHERE {holds_unless_silenced(MODEL.fact("PostIn"), "f", "p", "g")}
RETURN DISTINCT p.id AS post, home.id AS organization, home.kind AS kind
"""
"""The posts that a person holds at `at`, each with its own organization."""

SITE = "MATCH (s:Record&Site {id: $site}) RETURN s.kind AS kind"

INSPECT = Write(
    "record an inspection",
    "oversight",
    """
    CREATE (i:Record:Inspection)
    SET i = $inspection
    CREATE (e:Record:Event:Outbox)-[:EVENT_OF]->(i)
    SET e = $event
    WITH i, e
    CALL (i) { MATCH (x:Record {id: $site}) CREATE (i)-[:INSPECTED_AT]->(x) }
    CALL (i) { MATCH (x:Record {id: $task}) CREATE (i)-[:FALLS_UNDER]->(x) }
    CALL (i, e) { MATCH (x:Record {id: $person}) CREATE (i)-[:INSPECTED_BY]->(x) CREATE (e)-[:DONE_BY]->(x) }
    CALL (i, e) { MATCH (x:Record {id: $post}) CREATE (i)-[:INSPECTED_AS]->(x) CREATE (e)-[:DONE_AS]->(x) }
    """,
)

RESULTS = Write(
    "record what an inspection found",
    "oversight",
    """
    MATCH (i:Record&Inspection {id: $inspection})
    UNWIND $results AS row
    CREATE (r:Record:ItemResult)-[:RESULT_OF]->(i)
    SET r = row.result
    WITH r, row
    CALL (r, row) { MATCH (x:Record&Clause {id: row.clause}) CREATE (r)-[:BASED_ON]->(x) }
    CALL (r, row) { MATCH (x:Record&Problem {id: row.problem}) CREATE (r)-[:OPENED]->(x) }
    """,
)
"""After the problems that it opened, which are written once the inspection is there."""
