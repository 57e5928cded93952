"""How the records that an import speaks of stand before it."""

from graph.model import MODEL
from graph.model.declare import End
from graph.queries.imports import STATE_RELATIONSHIPS

ANY_OF_SOURCES = "MATCH (n:Record) WHERE n.source IN $sources RETURN true AS found LIMIT 1"

STANDING = """
MATCH (w:Watermark {name: 'main'})
WITH w.holdsAt AS held
UNWIND $ids AS id
MATCH (r:Record {id: id})
OPTIONAL MATCH (v:Record {id: CASE WHEN r.latest > 1 THEN r.id + '~' + toString(r.latest) END})
OPTIONAL MATCH (r)<-[:CHANGES]-(c:Change)
WITH r, coalesce(c, v, r) AS now, labels(r) AS labels, held
RETURN r.id AS id, [label IN labels WHERE NOT label IN ['Record', 'Pending', 'Superseding', 'Outbox']][0] AS label,
  now.digest AS digest, now:Pending OR now.recordedAt = held AS pending, r:Pending OR r.recordedAt = held AS new,
  coalesce(r.latest, 1) AS version, now.position AS position, now.hash AS hash, r.recordedAt AS recordedAt
"""
"""How the records stand, a pending correction or change before what it corrects. Pending is also what is recorded at
the instant at which readers are held."""


def column_facts(label: str) -> str:
    """The last version of each fact of that label that stands for a column of the things `ids`."""
    fact = MODEL.fact(label)
    way = f"-[:{fact.relationship}]->(f)" if fact.thing is End.FROM else f"<-[:{fact.relationship_to}]-(f)"
    return (
        f"UNWIND $ids AS id MATCH (:Record {{id: id}}){way} WHERE NOT f.explicit\n"
        "AND NOT EXISTS { (f)<-[:SUPERSEDES]-() }\n"
        "RETURN id AS thing, f.source AS source, f.sourceId AS sourceId, f.target AS target"
    )


def links(label: str) -> str:
    """The facts of that label as they are known now, with the first version's id."""
    fact = MODEL.fact(label)
    return (
        "MATCH (w:Watermark {name: 'main'})\n"
        f"MATCH (a:Record)-[:{fact.relationship}]->(f:{label})-[:{fact.relationship_to}]->(b:Record)\n"
        "WHERE f.supersededAt = $open AND NOT f:Pending AND f.recordedAt <> w.holdsAt AND NOT a:Site\n"
        "RETURN split(f.id, '~')[0] AS id, a.id AS from, b.id AS to, f.validFrom AS since, f.validTo AS until,\n"
        "  f.explicit AS explicit, a.source + ':' + a.sourceId AS shown"
    )


SUBTASK_LINKS = """
MATCH (w:Watermark {name: 'main'})
MATCH (a:Task)-[:SUBTASK_OF]->(b:Task) WHERE NOT a:Pending AND a.recordedAt <> w.holdsAt
RETURN a.id AS id, a.id AS from, b.id AS to, false AS explicit, a.source + ':' + a.sourceId AS shown
"""

LIVES = """
MATCH (w:Watermark {name: 'main'})
WITH w.holdsAt AS held
UNWIND $ids AS id
MATCH (p:Record&Problem {id: id}) WHERE NOT p:Pending AND p.recordedAt <> held
RETURN p.id AS id, p.life AS life, p.position AS position
"""

PROBLEM_STATES = f"""
MATCH (w:Watermark {{name: 'main'}})
WITH w.holdsAt AS held
UNWIND $ids AS id
MATCH (p:Record&Problem {{id: id}}) WHERE NOT p:Pending AND p.recordedAt <> held
RETURN p.id AS id, properties(p) AS properties,
  COLLECT {{ MATCH (p)-[r:{"|".join(STATE_RELATIONSHIPS)}]->(x)
    RETURN [type(r), [label IN labels(x) WHERE label <> 'Record'][0], x.id] }} AS refs
"""
