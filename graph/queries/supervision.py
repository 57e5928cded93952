"""Writes of the nouns of rectification and supervision, and what their commands ask.

One statement of each form for every noun: its label and its relationships are the model's. Each appends its event in
the same transaction, marked for the sequencer.
"""

from graph.compile.moment import holds, holds_unless_silenced
from graph.model import MODEL
from graph.model.declare import Entity
from graph.model.facts import LONGEST_CHAIN
from graph.model.rectification import RECTIFICATION
from graph.model.supervision import SUPERVISION
from graph.model.sweeps import COVERT_FILM, SWEEP
from graph.queries.write import DONE, Write, linked

NOUNS = (*RECTIFICATION, *SUPERVISION, COVERT_FILM, SWEEP)


def _refs(entity: Entity) -> str:
    return "|".join(sorted({ref.relationship for ref in entity.refs()}))


def _begin(entity: Entity) -> Write:
    cypher = f"""
    UNWIND $rows AS row
    CREATE (n:Record:{entity.label})
    SET n = row.node
    CREATE (e:Record:Event:Outbox)-[:EVENT_OF]->(n)
    SET e = row.event
    WITH row, n, e
    CALL (row, n) {{
      UNWIND row.links AS link
      MATCH (x:Record {{id: link.to}})
      CREATE (n)-[:$(link.type)]->(x)
    }}
    CALL (row, e) {{ MATCH (x:Record {{id: row.person}}) CREATE (e)-[:DONE_BY]->(x) }}
    CALL (row, e) {{ MATCH (x:Record {{id: row.post}}) CREATE (e)-[:DONE_AS]->(x) }}
    CALL (row, e) {{ MATCH (x:Record {{id: row.toOrganization}}) CREATE (e)-[:PASSED_TO]->(x) }}
    """
    return Write(f"begin the chain of a record: {entity.label}", entity.owner, cypher)


def _change(entity: Entity) -> Write:
    cypher = f"""
    MATCH (n:Record&{entity.label} {{id: $record}})
    CREATE (n)-[:WAS]->(f:Former)
    SET f = properties(n), f.supersededAt = $now
    WITH n, f
    CALL (n, f) {{
      MATCH (n)-[r:{_refs(entity)}]->(x)
      CREATE (f)-[:$(type(r))]->(x)
    }}
    SET n += $state
    CREATE (e:Record:Event:Outbox)-[:EVENT_OF]->(n)
    SET e = $event
    WITH n, e
    {linked("n")}{DONE}
    """
    return Write(f"change a record: {entity.label}", entity.owner, cypher)


def _lock(entity: Entity) -> str:
    return (
        f"MATCH (n:Record&{entity.label} {{id: $record}}) WHERE n.recordedAt <= $now\n"
        "SET n.touched = true\nREMOVE n.touched\n"
        "RETURN properties(n) AS properties, "
        f"COLLECT {{ MATCH (n)-[r:{_refs(entity)}]->(x) RETURN [type(r), x.id] }} AS links"
    )


BEGIN = {entity.label: _begin(entity) for entity in NOUNS}
CHANGE = {entity.label: _change(entity) for entity in NOUNS if entity.keeps_past}
LOCK = {entity.label: _lock(entity) for entity in NOUNS if entity.keeps_past}
"""Takes the write lock of the record before reading it, so that two commands on it come one after the other."""

FED_BACK_FROM = "MATCH (:Record&Problem {id: $problem})-[:FED_BACK_IN]->(f:Feedback) RETURN f.level AS level"


def _lies_in(relationship: str) -> str:
    """That the place where a problem was found is the area asked for, or lies in it."""
    holding = holds_unless_silenced(MODEL.fact("Within"), "w", "x", "g")
    return (
        f"EXISTS {{ MATCH (p)-[:{relationship}]->(place) ((x)-[:WITHIN]->(w:Within)-[:WITHIN_TO]->() WHERE {holding})"
        f"{{0,{LONGEST_CHAIN}}} (:Record {{id: $area}}) }}"
    )


POPULATION = f"""
WITH $at AS t, $now AS k
MATCH (p:Problem {{status: 'CLOSED'}}) WHERE p.recordedAt <= k AND NOT p:Pending AND p.importing IS NULL
  AND ($task IS NULL OR p.taskId = $task)
  AND ($feedback IS NULL OR EXISTS {{ (p)-[:FED_BACK_IN]->(:Record {{id: $feedback}}) }})
  AND NOT EXISTS {{ MATCH (p)<-[:LOOKS_BACK_AT]-(b:LookBack) WHERE b.outcome IS NULL }}
WITH p, t, k, head(COLLECT {{
  MATCH (p)<-[:EVENT_OF]-(e:Event {{kind: 'CLOSE'}}) RETURN e.at ORDER BY e.position DESC LIMIT 1
}}) AS closedAt
WHERE ($from IS NULL OR closedAt >= $from) AND ($until IS NULL OR closedAt < $until)
  AND ($area IS NULL OR {_lies_in("FOUND_IN")}
    OR NOT EXISTS {{ (p)-[:FOUND_IN]->() }} AND {_lies_in("FOUND_AT")})
RETURN p.id AS problem ORDER BY problem LIMIT $limit
"""
"""The problems that may be drawn: closed in the interval, in the area and the areas below it, of the task, named by the
feedback; none that somebody is to look back at already."""

STOPS = "MATCH (:Record&Patrol {id: $patrol})<-[:STOP_OF]-(s:PatrolStop) RETURN s.id AS stop"

HAPPENED = """
MATCH (:Record&Problem {id: $problem})<-[:EVENT_OF]-(e:Event)
RETURN e.id AS id, e.kind AS kind, EXISTS {
  MATCH (e)<-[:RESTS_ON]-(f:Finding) WHERE f.kind = 'WRONGLY_DONE' AND f.withdrawnAt = $open
} AS wrong ORDER BY e.position
"""

KIND = "MATCH (o:Record&Organization {id: $organization}) RETURN o.kind AS kind"

PENDING_LOOK_BACK = """
MATCH (:Record&Problem {id: $problem})<-[:LOOKS_BACK_AT]-(b:LookBack) WHERE b.outcome IS NULL
RETURN b.id AS lookBack
"""

STANDING = f"""
WITH $at AS t, $now AS k
MATCH (:Record {{id: $person}})-[:MEMBERSHIP]->(m:Membership)-[:MEMBERSHIP_TO]->(p) WHERE {holds("m")}
MATCH (p)-[:POST_IN]->(f:PostIn)-[:POST_IN_TO]->(o) WHERE {holds_unless_silenced(MODEL.fact("PostIn"), "f", "p", "g")}
RETURN DISTINCT p.id AS post, o.id AS organization, o.kind AS kind ORDER BY post, organization
"""
"""Of which organizations the posts are that a person holds at `at`."""
