"""Writes of inspections, with the event that says what was found."""

from graph.queries.write import DONE, Write, linked

SITE = "MATCH (s:Record&Site {id: $site}) RETURN s.kind AS kind"

INSPECT = Write(
    "record an inspection",
    "oversight",
    f"""
    CREATE (i:Record:Inspection)
    SET i = $inspection
    CREATE (e:Record:Event:Outbox)-[:EVENT_OF]->(i)
    SET e = $event
    WITH i, e
    {linked("i")}{DONE}
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
